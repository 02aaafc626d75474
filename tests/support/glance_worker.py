"""The real process that glances, with parts that find, fail, crash or hang as the picture's first pixel says."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from assistant.core.events import ImageRgb
from assistant.core.findings import Brightness, Finding, Light, Part, TextLine
from assistant.errors import GlanceError
from assistant.glance.worker import serve

GOOD, WITHOUT_WEIGHTS, CRASHES, HANGS, WITHOUT_LIBRARY, BREAKS = range(6)
LIGHT = Light(Brightness.USUAL, None)
LINES = (TextLine("EXIT", 0.99, (1, 2, 3, 4)), TextLine("* 2 _for_ 1", 0.9, (1, 8, 3, 4)))


class Scripted:
    """Finds light and two lines of text; codes are the part that goes wrong."""

    def load(self, part: Part) -> None:
        """Load nothing."""

    def look(self, part: Part, image_rgb: ImageRgb) -> Iterator[Finding]:
        match part, int(image_rgb[0, 0, 0]):
            case Part.LIGHT, _:
                yield LIGHT
            case Part.TEXT, _:
                yield from LINES
            case Part.CODES, number if number == WITHOUT_WEIGHTS:
                raise GlanceError("Codes cannot be read.", "Install them.")
            case Part.CODES, number if number == CRASHES:
                os.abort()
            case Part.CODES, number if number == HANGS:
                time.sleep(600)
            case Part.CODES, number if number == WITHOUT_LIBRARY:
                raise ModuleNotFoundError("No module named 'zxingcpp'", name="zxingcpp")
            case Part.CODES, number if number == BREAKS:
                raise ValueError("bad shape")


def main() -> None:
    """Serve."""
    serve(Scripted())
