"""Where each field of a GGUF file lies (ggml's ``docs/gguf.md``), so that damage can be done to the point."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
STRING, ARRAY = 8, 9


@dataclass(frozen=True)
class Key:
    """A metadata row; places are byte offsets in the file."""

    name: str
    name_length_at: int
    type_at: int
    type: int
    value_at: int
    end: int

    @property
    def length_at(self) -> int | None:
        """Where a text's or an array's length stands; None for plain numbers."""
        return {STRING: self.value_at, ARRAY: self.value_at + 4}.get(self.type)


@dataclass(frozen=True)
class TensorRow:
    """A row of the table of tensors; places are byte offsets in the file."""

    name: str
    name_length_at: int
    n_dims_at: int
    dims_at: tuple[int, ...]
    type_at: int
    offset_at: int


@dataclass
class Layout:
    """All places of one file."""

    keys: list[Key] = field(default_factory=list)
    tensors: list[TensorRow] = field(default_factory=list)
    table_end: int = 0
    data_start: int = 0

    N_TENSORS_AT = 8
    N_KEYS_AT = 16


def read_layout(data: bytes) -> Layout:
    """Return the places in a sound file; IndexError where a count is beyond the file."""
    layout = Layout()
    n_tensors, n_keys = (_count(n, data) for n in struct.unpack_from("<QQ", data, 8))
    at = 24
    for _ in range(n_keys):
        start, name, at = at, *_text(data, at)
        kind = struct.unpack_from("<I", data, at)[0]
        end = _value_end(data, at + 4, kind)
        layout.keys.append(Key(name, start, at, kind, at + 4, end))
        at = end
    for _ in range(n_tensors):
        start, name, at = at, *_text(data, at)
        n_dims = _count(struct.unpack_from("<I", data, at)[0], data)
        dims = tuple(at + 4 + 8 * i for i in range(n_dims))
        end = at + 4 + 8 * n_dims
        layout.tensors.append(TensorRow(name, start, at, dims, end, end + 4))
        at = end + 12
    layout.table_end = at
    layout.data_start = -(-at // 32) * 32
    return layout


def _count(n: int, data: bytes) -> int:
    if n > len(data):
        raise IndexError(n)
    return n


def _text(data: bytes, at: int) -> tuple[str, int]:
    n = struct.unpack_from("<Q", data, at)[0]
    return data[at + 8 : at + 8 + n].decode(), at + 8 + n


def _value_end(data: bytes, at: int, kind: int) -> int:
    if kind in _SIZES:
        return at + _SIZES[kind]
    if kind == STRING:
        return _text(data, at)[1]
    sub_kind, n = struct.unpack_from("<IQ", data, at)
    at += 12
    n = _count(n, data)
    if sub_kind in _SIZES:
        return at + n * _SIZES[sub_kind]
    for _ in range(n):
        at = _value_end(data, at, sub_kind)
    return at
