"""A GGUF file of random weights, tensor by tensor, in the storage that llama.cpp's converters choose."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


class RandomGguf:
    """A file in the making: matrices in F16, vectors and what a converter keeps precise in F32.

    Attributes:
        keys: the writer, for metadata.
    """

    def __init__(self, path: Path, architecture: str, name: str, seed: int = 0) -> None:
        self.keys = gguf.GGUFWriter(str(path), architecture)
        self.keys.add_name(name)
        # One stream for each tensor: a tensor added later leaves the others as they are.
        self._seed = (zlib.crc32(name.encode()), seed)

    def matrix(
        self,
        name: str,
        n_out: int,
        n_in: int,
        width: float = 1.0,
        *,
        silent: Iterable[int] = (),
        is_precise: bool = False,
    ) -> None:
        """Add ``name.weight``, shape (n_out, n_in), that keeps a unit input's spread times ``width``.

        The rows ``silent`` are zero.
        """
        values = self._normal(name, n_out, n_in, std=width / np.sqrt(n_in))
        values[list(silent)] = 0.0
        self.tensor(f"{name}.weight", values, is_precise=is_precise)

    def linear(self, name: str, n_out: int, n_in: int, width: float = 1.0) -> None:
        """Add a matrix and its bias."""
        self.matrix(name, n_out, n_in, width)
        self.bias(name, n_out)

    def bias(self, name: str, n: int) -> None:
        """Add ``name.bias``, a small vector."""
        self.tensor(f"{name}.bias", self._normal(f"{name}.bias", n, std=0.1))

    def gain(self, name: str, n: int, around: float = 1.0) -> None:
        """Add ``name.weight``, a vector near ``around``, as a norm multiplies by."""
        self.tensor(f"{name}.weight", around + self._normal(name, n, std=0.1))

    def layer_norm(self, name: str, n: int) -> None:
        """Add the gain and the bias of a layer norm."""
        self.gain(name, n)
        self.bias(name, n)

    def table(self, name: str, n_row: int, n: int, std: float = 1.0) -> None:
        """Add embeddings of shape (n_row, n), in F32 as converters keep positions."""
        self.tensor(name, self._normal(name, n_row, n, std=std), is_precise=True)

    def vector(self, name: str, n: int, around: float = 0.0, std: float = 1.0) -> None:
        """Add a vector under its whole name."""
        self.tensor(name, around + self._normal(name, n, std=std))

    def convolution(self, name: str, n_out: int, patch_px: int, std_scale: float = 1.0) -> None:
        """Add a patch embedding of shape (n_out, 3, patch_px, patch_px) under its whole name."""
        std = std_scale / np.sqrt(3 * patch_px * patch_px)
        self.tensor(name, self._normal(name, n_out, 3, patch_px, patch_px, std=std))

    def tensor(self, name: str, values: FloatArray, *, is_precise: bool = False) -> None:
        """Add values under their whole name."""
        is_small = values.ndim > 1 and not is_precise
        self.keys.add_tensor(name, values.astype(np.float16) if is_small else values)

    def close(self) -> None:
        """Write the file."""
        self.keys.write_header_to_file()
        self.keys.write_kv_data_to_file()
        self.keys.write_tensors_to_file()
        self.keys.close()

    def _normal(self, name: str, *size: int, std: float) -> FloatArray:
        rng = np.random.default_rng((*self._seed, zlib.crc32(name.encode())))
        return (rng.standard_normal(size) * std).astype(np.float32)
