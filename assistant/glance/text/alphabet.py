"""Reads the recogniser's characters out of its ONNX file: OpenCV runs the file but does not show what it holds."""

from __future__ import annotations

_METADATA = 14
"""The number of ``metadata_props`` in an ONNX ``ModelProto``; its entries are a key (1) and a value (2)."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read_alphabet(model: bytes) -> list[str]:
    """Return the characters by their number; 0 is the gap between characters, and the last is a space.

    Raises:
        ValueError: the file holds no list of characters.
    """
    for number, entry in _read_fields(memoryview(model)):
        if number == _METADATA:
            fields = {key: bytes(value) for key, value in _read_fields(entry)}
            if fields.get(1) == b"character":
                # Split at line feeds alone: other separators are characters of the list.
                return ["", *fields[2].decode("utf-8").removesuffix("\n").split("\n"), " "]
    raise ValueError("the model holds no characters")


def _read_fields(message: memoryview) -> list[tuple[int, memoryview]]:
    """Return number and contents of a message's fields that hold bytes, and step over the others."""
    fields = []
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == _BYTES:
            length, at = _read_varint(message, at)
            fields.append((tag >> 3, message[at : at + length]))
            at += length
        elif kind == _VARINT:
            _, at = _read_varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"field of kind {kind}")
    return fields


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return a number and where the next field starts."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("the model ends within a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
