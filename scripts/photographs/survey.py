"""Tell what people of the XKCD colour survey call a colour, in this program's basic terms."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import XKCD_COLORS

from assistant.core.events import ImageRgb

_WORDS = {
    "black": "black charcoal",
    "grey": "grey gray greyish grayish slate steel silver",
    "white": "white",
    "red": "red reddish crimson scarlet maroon burgundy ruby cherry wine carmine brick claret cranberry",
    "pink": "pink pinkish salmon rose fuchsia magenta coral",
    "orange": "orange orangish orangey peach apricot pumpkin tangerine",
    "brown": "brown brownish chocolate coffee sepia umber chestnut mocha rust sienna copper caramel",
    "beige": "beige tan sand ecru cream khaki fawn parchment eggshell ivory",
    "yellow": "yellow yellowish yellowy mustard gold golden lemon ochre canary",
    "green": "green greenish greeny olive lime emerald forest moss mint sage jade pea avocado grass pine chartreuse",
    "turquoise": "turquoise teal aqua cyan aquamarine",
    "blue": "blue bluish bluey navy azure cobalt cerulean denim indigo sapphire ultramarine periwinkle",
    "purple": "purple purplish purpley purply violet lilac lavender mauve plum aubergine eggplant grape orchid",
}  # fmt: skip
_TERMS = {word: term for term, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class SurveyColour:
    """One colour of the survey: its name, the terms that fit it, what is mainly meant, and its value."""

    name: str
    main: str
    terms: frozenset[str]
    pixel: ImageRgb

    @property
    def is_for_judging(self) -> bool:
        """Whether it is in the half that nothing was chosen on."""
        return zlib.crc32(self.name.encode()) % 2 == 0


def read_survey() -> Iterator[SurveyColour]:
    """Yield the colours whose names have a basic term in them; the others, as "booger", name no colour alone."""
    for full_name, value in XKCD_COLORS.items():
        name = full_name.removeprefix("xkcd:")
        terms = [_TERMS[word] for word in re.findall(r"[a-z]+", name) if word in _TERMS]
        if terms:
            # Blue and green together are what people call turquoise.
            both = {"turquoise"} if {"blue", "green"} <= set(terms) else set()
            pixel = np.array([[list(bytes.fromhex(str(value)[1:]))]], np.uint8)
            yield SurveyColour(name, terms[-1], frozenset({*terms, *both}), pixel)
