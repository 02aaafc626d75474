"""A glance from Python."""

from __future__ import annotations

import numpy as np

from assistant.app.glance_once import glance_once
from assistant.core.findings import Found, Part, TextLine
from assistant.errors import GlanceError
from assistant.messages import glance as words
from assistant.testing import ScriptedGlancer

LINES = [TextLine(text, 0.9, (0, 0, 1, 1)) for text in ("ONE", "TWO", "THREE", "FOUR")]
PICTURE = np.zeros((4, 4, 3), np.uint8)


def test_it_has_every_line_though_a_sentence_has_not() -> None:
    script = [*(Found(Part.TEXT, line) for line in LINES), Found(Part.TEXT, None)]
    glance = glance_once(ScriptedGlancer(script), PICTURE)
    assert str(glance) == 'Text: "ONE"; "TWO"; "THREE", and 1 more line.'
    assert list(glance.findings) == LINES
    assert glance.warnings == ()


def test_what_could_not_be_looked_for_is_a_warning() -> None:
    script: list[Found | GlanceError] = [
        Found(Part.CODES, None),
        GlanceError("No text today.", "Install it."),
    ]
    glance = glance_once(ScriptedGlancer(script), PICTURE)
    assert glance.sentences == (words.NO_CODES,)
    assert glance.warnings == ("No text today. Install it.",)
