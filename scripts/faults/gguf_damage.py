"""Damages a GGUF file where it hurts: counts, types, lengths, shapes, offsets, tokenizer, weights."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from scripts.faults.gguf_layout import ARRAY, STRING, Key, Layout, read_layout

Damage = Callable[[bytearray, Layout, random.Random], None]

_NUMBERS_64 = (0, 1, 2, 31, 255, 2**16, 2**31 - 1, 2**31, 2**32, 2**40, 2**62, 2**63, 2**64 - 1)
_NUMBERS_32 = (0, 1, 2, 3, 7, 255, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
_FLOATS = (0.0, -1.0, 1e-45, 1e38, float("inf"), float("-inf"), float("nan"))
_TEMPLATES = (
    b"{% for i in range(10**9) %}{{ i }}{% endfor %}",
    b"{{ ''.__class__.__mro__[1].__subclasses__() }}",
    b"{{ messages[999999]['content'] }}",
    b"{% if %}{{ ",
    b"\xff\xfe\x00<image>",
)
"""What a hostile file may say instead of its chat template."""


def damaged(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """One to three kinds of damage in one file; returns their names and the file."""
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        damage = rng.choice(DAMAGES)
        changed = bytearray(data)
        try:
            damage(changed, read_layout(data), rng)
        except (struct.error, UnicodeDecodeError, IndexError, MemoryError, OverflowError):
            break  # damaged so far that its fields cannot be found any more
        data = bytes(changed)
        names.append(damage.__name__)
    return ", ".join(names).replace("_", " "), data


def counts(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Change the numbers of keys and tensors, the version, the first four bytes."""
    at = rng.choice((Layout.N_TENSORS_AT, Layout.N_KEYS_AT))
    n = struct.unpack_from("<Q", data, at)[0]
    choice = rng.randrange(8)
    if choice == 0:
        struct.pack_into("<I", data, 4, rng.choice((0, 1, 2, 4, 2**31, 0x03000000)))
    elif choice == 1:
        data[rng.randrange(4)] ^= 1 << rng.randrange(8)
    else:
        struct.pack_into("<Q", data, at, rng.choice((*_NUMBERS_64, n + 1, max(0, n - 1), 2 * n)))


def key_types(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Let a value pass for one of another type."""
    struct.pack_into(
        "<I", data, rng.choice(layout.keys).type_at, rng.choice((*range(14), 2**32 - 1))
    )


def key_numbers(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Layers, heads, widths, contexts, token ids: plain numbers."""
    key = rng.choice([key for key in layout.keys if key.length_at is None])
    n = key.end - key.value_at
    if key.type == 6:
        struct.pack_into("<f", data, key.value_at, rng.choice(_FLOATS))
    elif n == 4:
        old = struct.unpack_from("<I", data, key.value_at)[0]
        new = rng.choice((*_NUMBERS_32, max(0, old - 1), (old + 1) % 2**32, old * 2 % 2**32))
        struct.pack_into("<I", data, key.value_at, new)
    elif n == 8:
        struct.pack_into("<Q", data, key.value_at, rng.choice(_NUMBERS_64))
    else:
        data[key.value_at] = rng.randrange(256)


def lengths(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Lengths of names, texts and arrays."""
    places = [key.length_at for key in layout.keys if key.length_at is not None]
    places += [key.name_length_at for key in layout.keys]
    places += [tensor.name_length_at for tensor in layout.tensors]
    at = rng.choice(places)
    n = struct.unpack_from("<Q", data, at)[0]
    struct.pack_into("<Q", data, at, rng.choice((*_NUMBERS_64, n + 1, max(0, n - 1), 2 * n)))


def texts(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Replace a name or a text; architecture, template and tokenizer model among them."""
    keys = [key for key in layout.keys if key.type == STRING]
    key = rng.choice(keys)
    wanted = [key for key in keys if key.name == "tokenizer.chat_template"]
    if wanted and rng.random() < 0.4:
        _replace(data, wanted[0], rng.choice(_TEMPLATES))
    elif rng.random() < 0.5:
        words = (
            b"",
            b"clip",
            b"llama",
            b"mamba",
            b"gpt2",
            b"bert",
            b"%s%n%s",
            bytes(200),
            b"\xff" * 9,
        )
        _replace(data, key, rng.choice(words))
    else:
        at = key.name_length_at + 8 + rng.randrange(len(key.name))
        data[at] = rng.randrange(256)


def arrays(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Change the type of an array's items, or bytes in it: tokens, scores, token types, means."""
    key = rng.choice([key for key in layout.keys if key.type == ARRAY])
    if rng.random() < 0.4:
        struct.pack_into("<I", data, key.value_at, rng.choice((*range(14), 2**32 - 1)))
        return
    for _ in range(2 ** rng.randrange(9)):
        data[rng.randrange(key.value_at + 12, key.end)] = rng.randrange(256)


def tokenizer(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Tokens that are empty, doubled or too long; scores that are no numbers; special tokens out of range."""
    keys = [key for key in layout.keys if key.name.startswith("tokenizer.")]
    if not keys:
        arrays(data, layout, rng)
        return
    key = rng.choice(keys)
    if key.type == ARRAY and struct.unpack_from("<I", data, key.value_at)[0] == STRING:
        at = key.value_at + 12
        for _ in range(rng.randrange(1, 200)):
            n = struct.unpack_from("<Q", data, at)[0]
            if at + 8 + n >= key.end - 8:
                break
            at += 8 + n
        if rng.random() < 0.5:
            struct.pack_into("<Q", data, at, rng.choice(_NUMBERS_64))
        else:
            n = struct.unpack_from("<Q", data, at)[0]
            data[at + 8 : at + 8 + n] = rng.choice((bytes(n), b"\xff" * n, b"a" * n))
    elif key.type == ARRAY:
        for _ in range(rng.randrange(1, 100)):
            at = rng.randrange(key.value_at + 12, key.end - 4)
            struct.pack_into("<f", data, at, rng.choice(_FLOATS))
    elif key.type in (4, 5):
        struct.pack_into("<I", data, key.value_at, rng.choice(_NUMBERS_32))
    else:
        data[key.value_at] ^= 1


def alignment(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Add a key that says how tensors are aligned, where the data then may not lie."""
    name, value = b"general.alignment", rng.choice((0, 1, 3, 8, 33, 64, 4096, 2**31, 2**32 - 1))
    row = struct.pack("<Q", len(name)) + name + struct.pack("<II", 4, value)
    at = layout.keys[0].name_length_at
    n_keys = struct.unpack_from("<Q", data, Layout.N_KEYS_AT)[0]
    struct.pack_into("<Q", data, Layout.N_KEYS_AT, n_keys + 1)
    data[at:at] = row
    if rng.random() < 0.5:  # and the data where it should be
        filling = -(-(layout.table_end + len(row)) // 32) * 32 - layout.table_end - len(row)
        del data[layout.table_end + len(row) : layout.data_start + len(row)]
        data[layout.table_end + len(row) : layout.table_end + len(row)] = bytes(filling)


def shapes(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Dimensions: changed, exchanged, more or fewer."""
    tensor = rng.choice(layout.tensors)
    choice = rng.randrange(4)
    if choice == 0:
        struct.pack_into("<I", data, tensor.n_dims_at, rng.choice((0, 1, 2, 3, 4, 5, 255, 2**31)))
    elif choice == 1 and len(tensor.dims_at) > 1:
        one, other = tensor.dims_at[:2]
        data[one : one + 8], data[other : other + 8] = data[other : other + 8], data[one : one + 8]
    else:
        at = rng.choice(tensor.dims_at)
        n = struct.unpack_from("<Q", data, at)[0]
        new = rng.choice((*_NUMBERS_64, n + 32, max(0, n - 32), n // 2, n * 2))
        struct.pack_into("<Q", data, at, new % 2**64)


def tensor_types(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Let a tensor pass for one of another number type."""
    kind = rng.choice((*range(42), 100, 2**31, 2**32 - 1))
    struct.pack_into("<I", data, rng.choice(layout.tensors).type_at, kind)


def offsets(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Put a tensor's data elsewhere: over another's, not aligned, beyond the end."""
    one, other = rng.choice(layout.tensors), rng.choice(layout.tensors)
    there = struct.unpack_from("<Q", data, other.offset_at)[0]
    new = rng.choice((*_NUMBERS_64, there, there + 1, there + 32, len(data)))
    struct.pack_into("<Q", data, one.offset_at, new % 2**64)


def tensor_names(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Let a tensor be missing under its name, or there under another's."""
    tensor = rng.choice(layout.tensors)
    start = tensor.name_length_at + 8
    same = [t for t in layout.tensors if len(t.name) == len(tensor.name) and t is not tensor]
    if same and rng.random() < 0.5:
        data[start : start + len(tensor.name)] = rng.choice(same).name.encode()
    else:
        data[start + rng.randrange(len(tensor.name))] = rng.randrange(256)


def truncation(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """End too early: in the table, at its end, in the data."""
    ends = (
        rng.randrange(24),
        rng.randrange(layout.table_end),
        layout.data_start,
        rng.randrange(len(data)),
    )
    del data[rng.choice((*ends, len(data) - 1)) :]


def weights(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Noise, NaN, infinity or zeros in the weights, which no table can tell."""
    n = min(rng.choice((64, 4096, 200_000)), len(data) - layout.data_start)
    filling = rng.choice(
        (rng.randbytes(n), b"\xff\x7f" * (n // 2), b"\x00\x7c" * (n // 2), bytes(n))
    )
    at = rng.randrange(layout.data_start, len(data) - n + 1)
    data[at : at + len(filling)] = filling


def bits(data: bytearray, layout: Layout, rng: random.Random) -> None:
    """Bits anywhere in the tables."""
    for _ in range(2 ** rng.randrange(7)):
        data[rng.randrange(layout.table_end)] ^= 1 << rng.randrange(8)


DAMAGES: tuple[Damage, ...] = (
    counts, key_types, key_numbers, key_numbers, lengths, texts, arrays, tokenizer, tokenizer, alignment,
    shapes, shapes, tensor_types, offsets, tensor_names, truncation, weights, weights, bits,
)  # fmt: skip


def _replace(data: bytearray, key: Key, text: bytes) -> None:
    """Another text for a key; all that follows moves, and the data stays aligned."""
    old = key.end - key.value_at
    new = struct.pack("<Q", len(text)) + text
    layout = read_layout(bytes(data))
    moved = layout.table_end - old + len(new)
    filling = bytes(-(-moved // 32) * 32 - moved)
    data[layout.table_end : layout.data_start] = filling
    data[key.value_at : key.end] = new
