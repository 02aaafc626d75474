"""The heat map marks the patches that were boosted, where they are, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.cli.heatmap import HeatmapFile, boost_counts, draw_heatmap, encode_heatmap
from assistant.core.events import TraceStep
from assistant.errors import UsageError


def step(number: int, *selected: int) -> TraceStep:
    return TraceStep(number, 5, "a", selected, 1.1)


def test_boosts_add_up_over_the_answer() -> None:
    counts = boost_counts([step(0, 1, 3), step(1), step(2, 3)], 4)
    assert counts.tolist() == [0, 1, 0, 2]


def test_a_boosted_patch_is_marked_in_its_place_and_the_rest_is_the_picture() -> None:
    picture = np.full((64, 64, 3), 200, np.uint8)
    counts = np.zeros(16, np.int64)
    counts[6] = 3  # second row, third column of four
    drawn = np.asarray(draw_heatmap(picture, counts, (4, 4))).astype(int)
    middle = drawn[192 + 150, 384 + 150]
    assert np.abs(middle - 200).max() > 40
    for row, column in ((0, 0), (1, 1), (2, 2), (3, 3)):
        assert np.all(drawn[row * 192 + 150, column * 192 + 150] == 200)


def test_more_boosts_are_brighter_so_that_no_colour_need_be_told_apart() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    drawn = draw_heatmap(picture, np.array([1, 4, 9, 16]), (2, 2)).convert("L")
    levels = [int(np.asarray(drawn)[y, x]) for y in (300, 700) for x in (300, 700)]
    assert levels == sorted(levels)
    assert len(set(levels)) == 4


def test_a_wide_picture_is_padded_as_the_model_saw_it() -> None:
    picture = np.full((50, 100, 3), 255, np.uint8)
    drawn = draw_heatmap(picture, np.zeros(4, np.int64), (2, 2))
    assert drawn.getpixel((384, 20)) == (122, 116, 104)
    assert drawn.getpixel((384, 384)) == (255, 255, 255)


def test_a_heat_map_is_a_png_that_is_known_again(tmp_path: Path) -> None:
    drawn = draw_heatmap(np.zeros((8, 8, 3), np.uint8), np.zeros(4, np.int64), (2, 2))
    (tmp_path / "map.png").write_bytes(encode_heatmap(drawn))
    with Image.open(tmp_path / "map.png") as saved:
        assert saved.format == "PNG"
    HeatmapFile(tmp_path / "map.png")  # may be replaced
    drawn.save(tmp_path / "photo.png")
    with pytest.raises(UsageError, match="because it is a picture"):
        HeatmapFile(tmp_path / "photo.png")
