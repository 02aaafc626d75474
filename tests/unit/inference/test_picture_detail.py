"""How many image tokens a picture may become, from a projector's metadata."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.inference.gguf.header import GgufHeader
from assistant.inference.picture_detail import (
    Grid,
    choose_detail,
    fit,
    grid_of,
    most_pixels,
    most_tokens,
)


def header(kind: str, **sizes: int) -> GgufHeader:
    values = {f"clip.vision.{key}": size for key, size in sizes.items()}
    return GgufHeader({"clip.projector_type": kind, **values}, {}, 0, 0)


SMOLVLM = header("idefics3", image_size=512, patch_size=16, preproc_image_size=2048)
SMOLVLM.values["clip.vision.projector.scale_factor"] = 4
QWEN = header("qwen3vl_merger", patch_size=16, spatial_merge_size=2)
LFM2 = header("lfm2", image_size=256, patch_size=16)


@pytest.mark.parametrize(("detail", "limit"), [("low", 192), ("usual", 448), ("high", None)])
def test_smolvlm_is_told_a_limit_that_leaves_room_for_the_whole(
    detail: str, limit: int | None
) -> None:
    assert most_tokens(SMOLVLM, detail) == limit


def test_a_model_with_few_tokens_needs_no_limit() -> None:
    small = header("idefics3", image_size=192, patch_size=16, preproc_image_size=768)
    small.values["clip.vision.projector.scale_factor"] = 3
    assert most_tokens(small, "low") is None


def test_a_picture_is_shrunk_to_the_tokens_that_are_wanted() -> None:
    max_px = most_pixels(QWEN, "low")
    assert max_px == 256 * 32 * 32
    small = fit(np.zeros((3000, 4000, 3), np.uint8), max_px, None)
    assert 0.95 * max_px < small.shape[0] * small.shape[1] <= max_px
    assert small.shape[1] / small.shape[0] == pytest.approx(4 / 3, rel=0.01)
    assert most_pixels(QWEN, "high") is None


def test_what_cuts_pictures_into_tiles_gets_them_small_enough_to_stay_whole() -> None:
    internvl = header("internvl", image_size=448, patch_size=14)
    for shape in ((480, 640, 3), (1280, 720, 3), (720, 1280, 3)):
        small = fit(np.zeros(shape, np.uint8), most_pixels(internvl, "usual"), grid_of(internvl))
        assert max(small.shape) <= 448
        assert small.shape[0] * small.shape[1] > 448**2 / 2
    # It is cut above twice 512 x 512 px, its sides rounded to whole tokens of 32 px.
    lfm2 = header("lfm2", image_size=256, patch_size=16)
    limit = most_pixels(lfm2, "usual")
    assert limit is not None
    assert limit < 2 * 512**2 - 16 * (512 + 1024)
    assert most_pixels(internvl, "high") is None is most_pixels(lfm2, "high")


@pytest.mark.parametrize("grid", [None, grid_of(QWEN), grid_of(LFM2)])
@pytest.mark.parametrize("shape", [(1, 12000, 3), (12000, 20, 3), (1, 1, 3)])
def test_no_side_vanishes(shape: tuple[int, int, int], grid: Grid | None) -> None:
    height, width, _ = fit(np.zeros(shape, np.uint8), 256 * 32 * 32, grid).shape
    assert min(height, width) >= 1
    assert height * width <= 256 * 32 * 32


@pytest.mark.parametrize(
    ("of", "size", "max_px", "expected"),
    [
        # What transformers' smart_resize gives: factor=32, the model's own limits or max_pixels.
        (QWEN, (200, 300), None, (192, 288)),
        (QWEN, (400, 180), None, (384, 192)),
        (QWEN, (400, 208), None, (384, 192)),
        (QWEN, (1080, 1920), 256 * 32 * 32, (384, 672)),
        (LFM2, (200, 300), None, (224, 320)),
        (LFM2, (480, 640), None, (416, 576)),
        (LFM2, (1080, 1920), 256 * 32 * 32, (384, 672)),
        (LFM2, (1080, 1920), None, (1080, 1920)),  # which is cut into tiles
    ],
)
def test_pictures_are_stretched_to_the_grid_of_their_family(
    of: GgufHeader, size: tuple[int, int], max_px: int | None, expected: tuple[int, int]
) -> None:
    grid = grid_of(of)
    assert grid is not None
    assert fit(np.zeros((*size, 3), np.uint8), max_px, grid).shape[:2] == expected


@pytest.mark.parametrize("kind", ["mlp", "gemma3", "something-new"])
def test_models_with_one_size_of_picture_are_left_alone(kind: str) -> None:
    other = header(kind, image_size=336, patch_size=14)
    assert most_pixels(other, "low") is None
    assert most_tokens(other, "low") is None


def test_what_is_wished_is_taken() -> None:
    assert choose_detail("high") == "high"
    assert choose_detail("auto") in ("low", "usual")
