"""Draws pages whose text is known: signs, bills, labels, screens and pages of books, in several fonts."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scripts.photographs.text_fonts import load_font

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
_SENTENCES = tomllib.loads(Path(__file__).with_name("text_sentences.toml").read_text("utf-8"))
_PLAIN = ("DejaVuSans.ttf", "Lato-Regular.ttf", "Lato-Bold.ttf", "Caladea-Bold.ttf")
_SIGN = (*_PLAIN, "FredokaOne-Regular.ttf", "AmaticSC-Bold.ttf", "SourceSerifPro-Semibold.ttf")
_BOOK = ("Caladea-Regular.ttf", "SourceSerifPro-Regular.ttf", "Caladea-Italic.ttf")
_MONO = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
_SIZE = (1600, 1200)


@dataclass
class Page:
    """A picture (h, w, 3) and its lines in the order in which they are read."""

    picture: Picture
    lines: list[str] = field(default_factory=list)


class Painter:
    """Draws a page of one half of the sentences: 0 is to choose on, 1 to judge by."""

    def __init__(self, half: int, seed: int) -> None:
        self._random = random.Random(f"{half} {seed}")
        self._half = half

    def draw(self, kind: str) -> Page:
        """Return a page of a kind of ``KINDS``."""
        lines: list[str] = []
        image = KINDS[kind](self, lines)
        return Page(np.asarray(image), lines)

    def _pick(self, what: str, count: int) -> list[str]:
        entries: list[str] = _SENTENCES[what][self._half :: 2]
        return self._random.sample(entries, min(count, len(entries)))

    def _paper(self, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """Return an uneven wall or sheet, lighter at one side, so that nothing is as clean as a drawing."""
        noise = np.random.default_rng(self._random.randrange(1 << 30))
        width, height = _SIZE
        slope = np.linspace(self._random.uniform(0.8, 1), 1, width)[None, :, None]
        grain = noise.normal(0, 3, (height, width, 1))
        sheet = np.clip(np.array(colour) * slope + grain, 0, 255).astype(np.uint8)
        image = Image.fromarray(sheet)
        return image, ImageDraw.Draw(image)

    def _colours(self) -> tuple[Colour, Colour]:
        return self._random.choice(
            [
                ((240, 238, 230), (25, 25, 30)), ((20, 90, 50), (245, 245, 240)), ((235, 200, 40), (20, 20, 20)),
                ((170, 30, 35), (250, 250, 250)), ((30, 60, 130), (240, 240, 240)), ((60, 60, 62), (225, 220, 200)),
            ]
        )  # fmt: skip

    def _sign(self, lines: list[str]) -> Image.Image:
        paper, ink = self._colours()
        image, draw = self._paper(paper)
        lines += self._pick("signs", 1)[0].split("\n")
        name = self._random.choice(_SIGN)
        font = load_font(name, self._random.randrange(90, 190))
        if name.startswith("Amatic"):  # has capitals only
            lines[:] = [line.upper() for line in lines]
        top = self._random.randrange(150, 400)
        for line in lines:
            size = min(font.size, font.size * 1400 / font.getlength(line))
            draw.text((800, top), line, ink, font.font_variant(size=int(size)), anchor="ma")
            top += int(size * 1.5)
        return image

    def _receipt(self, lines: list[str]) -> Image.Image:
        image, draw = self._paper((236, 234, 228))
        font = load_font(self._random.choice(_MONO), 36)
        left, right, top = 450, 1150, 60
        lines += self._pick("shops", 1)
        draw.text((800, top), lines[0], (40, 40, 45), font, anchor="ma")
        total = 0
        for item in [*self._pick("items", self._random.randrange(6, 13)), "TOTAL"]:
            top += 62 if item != "TOTAL" else 90
            cents = total if item == "TOTAL" else self._random.randrange(59, 1399)
            total += cents
            price = f"{cents // 100}.{cents % 100:02}"
            draw.text((left, top), item, (40, 40, 45), font)
            draw.text((right, top), price, (40, 40, 45), font, anchor="ra")
            lines.append(f"{item} {price}")
        return image

    def _label(self, lines: list[str]) -> Image.Image:
        paper, ink = self._colours()
        image, draw = self._paper(paper)
        top = 120
        for line in self._pick("labels", self._random.randrange(4, 9)):
            font = load_font(self._random.choice(_PLAIN), self._random.randrange(30, 74))
            draw.text((220, top), line, ink, font)
            top += int(font.size * 1.6)
            lines.append(line)
        return image

    def _screen(self, lines: list[str]) -> Image.Image:
        is_dark = self._random.random() < 0.5
        paper, ink = ((30, 32, 36), (225, 225, 225)) if is_dark else ((246, 246, 248), (30, 30, 34))
        image, draw = self._paper(paper)
        top = 60
        for line in self._pick("screens", self._random.randrange(6, 13)):
            font = load_font(self._random.choice(_PLAIN[:2]), self._random.randrange(24, 40))
            draw.text((120, top), line, ink, font)
            top += 86
            lines.append(" ".join(line.split()))
        return image

    def _book(self, lines: list[str]) -> Image.Image:
        image, draw = self._paper((238, 232, 215))
        self._column(draw, lines, load_font(self._random.choice(_BOOK), 32), 180, 1240, 24)
        return image

    def _two_columns(self, lines: list[str]) -> Image.Image:
        image, draw = self._paper((244, 244, 240))
        font = load_font(self._random.choice(_BOOK), 30)
        for left in (90, 850):
            self._column(draw, lines, font, left, 660, 22)
        return image

    def _column(
        self, draw: ImageDraw.ImageDraw, lines: list[str], font: object, left: int, width: int, count: int
    ) -> None:  # fmt: skip
        words = " ".join(self._pick("prose", 12) * 4).split()
        top, line = 90, ""
        for _ in range(count):
            while words and draw.textlength(f"{line} {words[0]}", font) <= width:  # type: ignore[arg-type]
                line = f"{line} {words.pop(0)}".strip()
            draw.text((left, top), line, (45, 40, 38), font)  # type: ignore[arg-type]
            lines.append(line)
            top, line = top + 44, ""


KINDS: dict[str, Callable[[Painter, list[str]], Image.Image]] = {
    "sign": Painter._sign,
    "receipt": Painter._receipt,
    "label": Painter._label,
    "screen": Painter._screen,
    "book page": Painter._book,
    "two columns": Painter._two_columns,
}
