"""Reads a GGUF file's metadata and table of tensors, and trusts none of it.

llama.cpp and gguf-py abort, crash or take all memory on some damaged files; here every length is compared with the
size of the file before it is believed. Only the standard library is needed, so that a front can look at a file
without loading a model library. The format: ggml's ``docs/gguf.md``.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

MAGIC = b"GGUF"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32

MAX_KEYS = 65_536
MAX_TENSORS = 65_536
MAX_KEY_BYTES = 65_535
MAX_TEXT_BYTES = 1 << 24
"""The longest text that is read, such as a chat template."""
MAX_KEPT_ITEMS = 4096
"""Longer arrays (vocabularies) are stepped over and kept only as their length."""
_WINDOW_BYTES = 1 << 22

_NUMBERS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9

BLOCKS: dict[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""Values and bytes of one block by ggml type; a file with another type is of a newer kind."""


class GgufError(Exception):
    """A file cannot be read: "not_gguf", "version", "cut" (ends too early) or "damaged"; ``detail`` is for the log."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Tensor:
    """One row of the table of tensors; ``dims`` in ggml's order (``ne``), the fastest first."""

    dims: tuple[int, ...]
    kind: int
    offset: int

    @property
    def n_bytes(self) -> int:
        n_values, n_bytes = BLOCKS[self.kind]
        return math.prod(self.dims) // n_values * n_bytes


@dataclass(frozen=True)
class ArrayLength:
    """An array that was stepped over."""

    n: int


@dataclass(frozen=True)
class GgufHeader:
    """Metadata by key, tensors by name, where their data begins, and the file's size in bytes."""

    values: dict[str, Any] = field(repr=False)
    tensors: dict[str, Tensor] = field(repr=False)
    data_start: int
    size: int

    @property
    def architecture(self) -> str:
        """Return ``general.architecture``, or an empty string."""
        value = self.values.get("general.architecture", "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int | None:
        """Return a whole number of the metadata; ``None`` where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_header(path: Path) -> GgufHeader:
    """Read and check all but the tensors' data.

    Raises:
        GgufError: it is no GGUF file, damaged, or ends before the data of its last tensor does.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        reader = _Reader(file, size)
        if reader.bytes(4) != MAGIC:
            raise GgufError("not_gguf", "the first four bytes are others")
        version = reader.number("<I")
        if version not in VERSIONS:
            raise GgufError("version", f"version {version}")
        n_tensors, n_keys = reader.number("<Q"), reader.number("<Q")
        if n_tensors > MAX_TENSORS or n_keys > MAX_KEYS:
            raise GgufError("damaged", f"{n_tensors} tensors, {n_keys} keys")
        values: dict[str, Any] = {}
        for _ in range(n_keys):
            key = reader.text(MAX_KEY_BYTES)
            if key in values:
                raise GgufError("damaged", f"the key {key!r} comes twice")
            values[key] = reader.value(reader.number("<I"))
        tensors: dict[str, Tensor] = {}
        for _ in range(n_tensors):
            name = reader.text(MAX_KEY_BYTES)
            if name in tensors:
                raise GgufError("damaged", f"the tensor {name!r} comes twice")
            tensors[name] = _tensor(name, reader)
    alignment = values.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or alignment < 8 or alignment & (alignment - 1):
        raise GgufError("damaged", f"alignment {alignment!r}")
    data_start = -(-reader.position // alignment) * alignment
    for name, tensor in tensors.items():
        if tensor.offset % alignment:
            raise GgufError("damaged", f"the tensor {name!r} is not aligned")
        if data_start + tensor.offset + tensor.n_bytes > size:
            raise GgufError("cut", f"the data of {name!r} lies beyond the end")
    return GgufHeader(values, tensors, data_start, size)


def _tensor(name: str, reader: _Reader) -> Tensor:
    n_dims = reader.number("<I")
    if not 1 <= n_dims <= 4:
        raise GgufError("damaged", f"the tensor {name!r} has {n_dims} dimensions")
    dims = tuple(reader.number("<Q") for _ in range(n_dims))
    kind, offset = reader.number("<I"), reader.number("<Q")
    if kind not in BLOCKS:
        raise GgufError("version", f"the tensor {name!r} has number type {kind}")
    if not all(0 < dim < 1 << 40 for dim in dims) or dims[0] % BLOCKS[kind][0]:
        raise GgufError("damaged", f"the tensor {name!r} has shape {dims}")
    return Tensor(dims, kind, offset)


class _Reader:
    """Reads forward through a window, and never past the end of the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._window = b""
        self._at = self._passed = 0

    @property
    def position(self) -> int:
        return self._passed + self._at

    def _need(self, n: int) -> None:
        if len(self._window) - self._at >= n:
            return
        if n > self._size - self.position:
            raise GgufError("cut", "the file ends inside its metadata")
        self._passed += self._at
        rest = self._window[self._at :]
        self._window = rest + self._file.read(max(n - len(rest), _WINDOW_BYTES))
        self._at = 0
        if len(self._window) < n:
            raise GgufError("cut", "the file shrank while it was read")

    def bytes(self, n: int) -> bytes:
        self._need(n)
        self._at += n
        return self._window[self._at - n : self._at]

    def number(self, form: str) -> Any:
        size = struct.calcsize(form)
        self._need(size)
        self._at += size
        return struct.unpack_from(form, self._window, self._at - size)[0]

    def text(self, limit: int) -> str:
        n = self.number("<Q")
        if n > limit:
            raise GgufError("damaged", f"a text of {n} bytes")
        return self.bytes(n).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        if kind == _STRING:
            return self.text(MAX_TEXT_BYTES)
        if kind == _ARRAY:
            return self._array()
        raise GgufError("damaged", f"a value of type {kind}")

    def _array(self) -> Any:
        kind, n = self.number("<I"), self.number("<Q")
        # An array in an array is allowed by the format, but nobody writes one.
        least = 8 if kind == _STRING else struct.calcsize(_NUMBERS.get(kind, "<0x"))
        if least == 0:
            raise GgufError("damaged", f"an array of type {kind}")
        if n * least > self._size - self.position:
            raise GgufError("cut", f"an array of {n} items")
        if n <= MAX_KEPT_ITEMS:
            return [self.value(kind) for _ in range(n)]
        if kind == _STRING:
            for _ in range(n):
                self._skip(self.number("<Q"))
        else:
            self._skip(n * least)
        return ArrayLength(n)

    def _skip(self, n: int) -> None:
        if n > self._size - self.position:
            raise GgufError("cut", f"{n} bytes to step over")
        while n > 0:
            step = min(n, _WINDOW_BYTES)
            self.bytes(step)
            n -= step
