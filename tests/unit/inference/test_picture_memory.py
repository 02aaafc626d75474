"""The pictures used last are kept, up to a size."""

from __future__ import annotations

import numpy as np

from assistant.inference.picture_memory import EncodedPicture, PictureMemory, picture_key


def picture(kb: int) -> EncodedPicture:
    return EncodedPicture((np.zeros(kb * 256, np.float32),), ("clip_order",))


def test_the_picture_used_longest_ago_is_forgotten_first() -> None:
    memory = PictureMemory(max_mb=2.5)
    for name in "ab":
        memory.put(name, picture(1024))
    assert memory.get("a") is not None
    memory.put("c", picture(1024))
    assert memory.get("b") is None
    assert memory.get("a") is not None
    assert memory.get("c") is not None
    assert memory.n_bytes == 2 * 2**20


def test_a_picture_larger_than_the_memory_is_not_kept() -> None:
    memory = PictureMemory(max_mb=1)
    memory.put("large", picture(1025))
    assert memory.get("large") is None
    assert memory.n_bytes == 0


def test_the_key_tells_pixels_and_shapes_apart() -> None:
    pixels = np.arange(24, dtype=np.uint8)
    shapes = [pixels.reshape(2, 4, 3), pixels.reshape(4, 2, 3), pixels[::-1].reshape(2, 4, 3)]
    assert len({picture_key(shape) for shape in shapes}) == 3
    assert picture_key(shapes[0]) == picture_key(shapes[0].copy())
