"""LLaVA-1.6's layout against its authors' numbers, and against a slow one that goes token by token."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.inference.anyres import Anyres, choose_resolution

PINPOINTS = ((672, 336), (336, 672), (672, 672), (336, 1008), (1008, 336))
"""Widths and heights of the published models, in the order of transformers."""
NEWLINE = np.full(2, -1.0, np.float32)
LAYOUT = Anyres(PINPOINTS, 336, 24, NEWLINE)


@pytest.mark.parametrize(
    ("size", "n_tokens"),
    [
        ((512, 512), 2928),
        ((900, 600), 2144),
        ((451, 300), 1464),
        ((300, 200), 1464),
        ((180, 400), 1680),
        ((640, 480), 2340),
        ((3000, 200), 868),
    ],
)
def test_a_picture_has_as_many_tokens_as_the_authors_give_it(
    size: tuple[int, int], n_tokens: int
) -> None:
    assert LAYOUT.count_tokens(size) == n_tokens


@pytest.mark.parametrize("size", [(12000, 20), (20, 12000), (1, 3000), (337, 336), (335, 1000)])
def test_any_shape_is_laid_out_and_counted_alike(size: tuple[int, int]) -> None:
    width, height = size
    tiles = LAYOUT.cut(np.zeros((height, width, 3), np.uint8))
    features = [np.zeros((24 * 24, 2), np.float32) for _ in tiles]
    merged = LAYOUT.merge(features, size)
    assert merged.shape == (LAYOUT.count_tokens(size), 2)
    n_newlines = int((merged == NEWLINE).all(axis=1).sum())
    assert n_newlines >= 1


def test_every_token_stands_where_its_place_in_the_picture_is() -> None:
    size = (900, 600)
    resolution = choose_resolution(size, PINPOINTS)
    assert resolution == (672, 672)
    # Each feature is its own row and column in the grid of all tiles; the overview's are negative.
    features = [np.full((576, 2), -2.0, np.float32)]
    for tile_row in range(2):
        for tile_column in range(2):
            places = [
                (tile_row * 24 + row, tile_column * 24 + column)
                for row in range(24)
                for column in range(24)
            ]
            features.append(np.array(places, np.float32))
    merged = LAYOUT.merge(features, size)
    assert (merged[:576] == -2.0).all()
    # 900 x 600 fills 672 x 448 of 672 x 672: 32 of 48 rows, 8 rows of padding on either side.
    expected = []
    for row in range(8, 40):
        expected += [(row, column) for column in range(48)] + [(-1, -1)]
    assert np.array_equal(merged[576:], np.array(expected, np.float32))


def test_tiles_are_the_padded_picture_in_reading_order() -> None:
    picture = np.zeros((336, 672, 3), np.uint8)
    picture[:, :336], picture[:, 336:] = 50, 200
    overview, left, right = LAYOUT.cut(picture)
    assert overview.shape == left.shape == right.shape == (336, 336, 3)
    assert (left == 50).all()
    assert (right == 200).all()


def test_without_a_newline_vector_rows_follow_each_other() -> None:
    assert Anyres(PINPOINTS, 336, 24, None).count_tokens((512, 512)) == 576 + 48 * 48
