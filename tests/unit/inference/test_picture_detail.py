"""How many image tokens a picture may become, from a projector's metadata."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.inference.gguf.header import GgufHeader
from assistant.inference.picture_detail import choose_detail, fit, grid_of, most_pixels, most_tokens


def header(kind: str, **sizes: int) -> GgufHeader:
    values = {f"clip.vision.{key}": size for key, size in sizes.items()}
    return GgufHeader({"clip.projector_type": kind, **values}, {}, 0, 0)


SMOLVLM = header("idefics3", image_size=512, patch_size=16, preproc_image_size=2048)
SMOLVLM.values["clip.vision.projector.scale_factor"] = 4
QWEN = header("qwen3vl_merger", patch_size=16, spatial_merge_size=2)


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


@pytest.mark.parametrize("grid_px", [None, 32])
@pytest.mark.parametrize("shape", [(1, 12000, 3), (12000, 20, 3), (1, 1, 3)])
def test_no_side_vanishes(shape: tuple[int, int, int], grid_px: int | None) -> None:
    height, width, _ = fit(np.zeros(shape, np.uint8), 256 * 32 * 32, grid_px).shape
    assert min(height, width) >= 1
    assert height * width <= 256 * 32 * 32


@pytest.mark.parametrize(
    ("size", "max_px", "expected"),
    [
        # What transformers' smart_resize(height, width, factor=32, max_pixels=...) gives.
        ((200, 300), None, (192, 288)),
        ((400, 180), None, (384, 192)),
        ((400, 208), None, (384, 192)),
        ((1080, 1920), 256 * 32 * 32, (384, 672)),
    ],
)
def test_qwens_pictures_are_stretched_to_its_grid(
    size: tuple[int, int], max_px: int | None, expected: tuple[int, int]
) -> None:
    assert grid_of(QWEN) == 32
    assert fit(np.zeros((*size, 3), np.uint8), max_px, 32).shape[:2] == expected


@pytest.mark.parametrize("kind", ["mlp", "gemma3", "something-new"])
def test_models_with_one_size_of_picture_are_left_alone(kind: str) -> None:
    other = header(kind, image_size=336, patch_size=14)
    assert most_pixels(other, "low") is None
    assert most_tokens(other, "low") is None


def test_what_is_wished_is_taken() -> None:
    assert choose_detail("high") == "high"
    assert choose_detail("auto") in ("low", "usual")
