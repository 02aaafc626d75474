"""Reads a GGUF file into plain floating-point arrays, for the slow reference implementations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class GgufWeights:
    """A GGUF file's content.

    Attributes:
        metadata: key to Python value (str, int, float, bool, or a list of them).
        tensors: name to array, in row-major order: a GGUF ``ne = [n_in, n_out]`` is (n_out, n_in).
    """

    metadata: dict[str, Any]
    tensors: dict[str, FloatArray]

    def has(self, name: str) -> bool:
        """Tells whether the file holds the tensor ``name``."""
        return name in self.tensors


def read_gguf(path: Path | str, dtype: npt.DTypeLike = np.float64) -> GgufWeights:
    """Reads and dequantises every tensor of the file.

    Args:
        path: the GGUF file.
        dtype: what the tensors are converted to, after gguf-py dequantised them to float32.
    """
    reader = gguf.GGUFReader(str(path))
    metadata = {
        key: field.contents() for key, field in reader.fields.items() if not key.startswith("GGUF.")
    }
    tensors = {
        tensor.name: np.asarray(
            gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=dtype
        ).reshape(tuple(int(n) for n in reversed(tensor.shape)))
        for tensor in reader.tensors
    }
    return GgufWeights(metadata, tensors)
