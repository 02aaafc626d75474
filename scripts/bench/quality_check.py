"""Measure the picture check, its hits, false alarms and time: writes the table of docs/quality-check.md.

Photographs come with scikit-image.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.camera.quality import Problem, assess
from assistant.core.events import ImageRgb
from scripts.bench.report import ROOT, markdown_table, replace_between
from scripts.train_scene_model.render import drawn
from scripts.train_scene_model.world import make_scene

DOCUMENT = ROOT / "docs" / "quality-check.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
FIRST_SCENE, N_SCENES = 90_000, 40
TUNED_PHOTOS = ("astronaut.png", "chelsea.png", "moon.png", "page.png", "brick.png", "gravel.png")
HELD_OUT_PHOTOS = (
    "camera.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "coins.png", "text.png", "grass.png",
    "retina.jpg", "hubble_deep_field.jpg", "ihc.png", "color.png",
)  # fmt: skip

Spoil = Callable[[Image.Image, np.random.Generator], ImageRgb]


def _exposed(gain: float) -> Spoil:
    """Return light times ``gain`` in linear light, with a sensor's noise."""

    def spoil(image: Image.Image, rng: np.random.Generator) -> ImageRgb:
        light = (np.asarray(image) / 255.0) ** 2.2 * gain
        values = light ** (1 / 2.2) * 255 + rng.normal(0, 2, light.shape)
        exposed: ImageRgb = np.clip(values, 0, 255).astype(np.uint8)
        return exposed

    return spoil


def _blurred(thousandths: float) -> Spoil:
    """Return a Gaussian blur whose sigma is so many thousandths of the longest side."""

    def spoil(image: Image.Image, _: np.random.Generator) -> ImageRgb:
        sigma = max(image.size) * thousandths / 1000
        return np.asarray(image.filter(ImageFilter.GaussianBlur(sigma)))

    return spoil


def _shaken(thousandths: float) -> Spoil:
    """Return a shake: moved sideways during the exposure by so many thousandths of the longest side."""

    def spoil(image: Image.Image, _: np.random.Generator) -> ImageRgb:
        n = max(2, round(max(image.size) * thousandths / 1000))
        pixels = np.asarray(image).astype(np.float32)
        width = pixels.shape[1] - n
        moved: ImageRgb = np.mean([pixels[:, i : i + width] for i in range(n)], axis=0).astype(
            np.uint8
        )
        return moved

    return spoil


def _covered(image: Image.Image, rng: np.random.Generator) -> ImageRgb:
    """Return a finger on the lens, or a pocket: one colour, brighter at one side, with noise."""
    height, width = image.height, image.width
    level = rng.uniform(2, 160)
    tint = np.array([1.0, rng.uniform(0.3, 0.9), rng.uniform(0.2, 0.8)])
    fall = 1 + rng.uniform(-0.4, 0.4) * np.linspace(-1, 1, width)[None, :, None]
    values = level * tint * fall + rng.normal(0, 3, (height, width, 3))
    covered: ImageRgb = np.clip(values, 0, 255).astype(np.uint8)
    return covered


def _as_it_is(image: Image.Image, _: np.random.Generator) -> ImageRgb:
    return np.asarray(image)


ROWS: tuple[tuple[str, Spoil, Problem | None], ...] = (
    ("as it is", _as_it_is, None),
    ("a third of the light", _exposed(0.33), None),
    ("a tenth of the light", _exposed(0.1), None),
    ("twice the light", _exposed(2.0), None),
    ("a little blur (1 thousandth of the width)", _blurred(1.0), None),
    ("a hundredth of the light", _exposed(0.01), Problem.DARK),
    ("a three-hundredth of the light", _exposed(0.0033), Problem.DARK),
    ("8 times the light", _exposed(8.0), Problem.BRIGHT),
    ("20 times the light", _exposed(20.0), Problem.BRIGHT),
    ("blur (5 thousandths)", _blurred(5.0), Problem.BLURRED),
    ("blur (8 thousandths)", _blurred(8.0), Problem.BLURRED),
    ("shaken sideways (20 thousandths)", _shaken(20.0), Problem.BLURRED),
    ("shaken sideways (40 thousandths)", _shaken(40.0), Problem.BLURRED),
    ("lens covered", _covered, Problem.COVERED),
)


def photographs(names: tuple[str, ...]) -> list[Image.Image]:
    """Return photographs that come with scikit-image."""
    folder = Path(skimage.data.__file__).parent
    return [Image.open(folder / name).convert("RGB") for name in names]


def fresh_scenes() -> list[Image.Image]:
    """Return drawn scenes that nobody has looked at, without the faults of a photograph that others have."""
    return [drawn(make_scene("test", FIRST_SCENE + number), 512) for number in range(N_SCENES)]


def table() -> str:
    """Return a table: for each set, of how many pictures something was said, and of how many the right thing."""
    examples = [
        Image.open(path).convert("RGB") for path in sorted((ROOT / "examples").glob("*.png"))
    ]
    sets = (
        ("examples", examples),
        ("photos, tuned on", photographs(TUNED_PHOTOS)),
        ("drawn, fresh", fresh_scenes()),
        ("photos, held out", photographs(HELD_OUT_PHOTOS)),
    )
    rows = []
    for title, spoil, wanted in ROWS:
        row = {"picture": title, "should say": str(wanted or "nothing")}
        for name, pictures in sets:
            rng = np.random.default_rng(11)
            said = [set(assess(spoil(picture, rng))) for picture in pictures]
            if wanted is None:
                row[name] = f"{sum(map(bool, said))} of {len(said)} false"
            else:
                n_right = sum(wanted in found for found in said)
                n_other = sum(bool(found) and wanted not in found for found in said)
                other = f", {n_other} with something else" if n_other else ""
                row[name] = f"{n_right} of {len(said)}{other}"
        rows.append(row)
    return markdown_table(rows)


def time_ms() -> tuple[float, float]:
    """Return the median and longest time of one check at 1280 by 720, over 50 checks of a photograph."""
    frame = np.asarray(photographs(("motorcycle_left.png",))[0].resize((1280, 720)))
    took = []
    for _ in range(50):
        started = time.perf_counter()
        assess(frame)
        took.append((time.perf_counter() - started) * 1000)
    return float(np.median(took)), max(took)


def main(argv: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(description=__doc__).parse_args(argv)
    median, longest = time_ms()
    said = f"Time at 1280 by 720: median {median:.0f} ms, longest {longest:.0f} ms of 50."
    text = f"{table()}\n\n{said}"
    print(text)
    replace_between(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
