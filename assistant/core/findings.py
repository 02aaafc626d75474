"""What a glance finds in a picture without the model: small, frozen, and picklable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height in the picture, in px."""


@dataclass(frozen=True)
class TextLine:
    """A line of text as it stands in the picture; it is data, and never a part of a prompt.

    Attributes:
        text: its characters, printable, in reading order.
        score: how sure the reader is, from 0 to 1; below its threshold nothing is found.
        box: where it stands.
    """

    text: str
    score: float
    box: Box


@dataclass(frozen=True)
class Code:
    """A bar code or a QR code.

    Attributes:
        kind: as people call it: "QR code", "bar code".
        text: what it says, printable; empty where it holds no text.
        n_bytes: how much it holds; more than ``text`` where that was cut.
    """

    kind: str
    text: str
    n_bytes: int


class Brightness(StrEnum):
    """How bright a picture is."""

    BLACK = "black"
    DARK = "dark"
    DIM = "dim"
    USUAL = "usual"
    BRIGHT = "bright"
    WHITE = "white"


class LightSide(StrEnum):
    """Where the light comes from."""

    LEFT = "left"
    RIGHT = "right"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True)
class Light:
    """How bright a picture is, and where the light comes from; None where it comes from no side."""

    brightness: Brightness
    side: LightSide | None


@dataclass(frozen=True)
class Colours:
    """The colours of a picture by name, as "dark red".

    Attributes:
        main: the most frequent first, at most three.
        middle: the one in the middle; empty where it is none in particular.
    """

    main: tuple[str, ...]
    middle: str


@dataclass(frozen=True)
class Thing:
    """Something that a detector saw: its name in the singular, as "cat"; how sure it is, from 0 to 1; and where."""

    name: str
    score: float
    box: Box


Finding: TypeAlias = TextLine | Code | Light | Colours | Thing


class Part(StrEnum):
    """What a glance can be asked for, in the order in which it is found."""

    LIGHT = "light"
    CODES = "codes"
    THINGS = "things"
    TEXT = "text"


@dataclass(frozen=True)
class Found:
    """What was found of a part; ``finding`` is None once that was looked for to its end."""

    part: Part
    finding: Finding | None
