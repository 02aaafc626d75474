"""A glance for a program that calls us: what is certain about one picture, as values."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from assistant.core.events import ImageRgb
from assistant.core.findings import Finding
from assistant.core.glance import GlanceWords
from assistant.core.ports import Glancer
from assistant.errors import GlanceError


@dataclass(frozen=True)
class Glance:
    """What is certain about a picture without a model.

    Attributes:
        sentences: as they would be spoken.
        findings: the same as values (``assistant.core.findings``), every line of text among them.
        warnings: what could not be looked for.
    """

    sentences: tuple[str, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.sentences)


def glance_once(glancer: Glancer, image_rgb: ImageRgb) -> Glance:
    """Glance at a picture of shape (height, width, 3)."""
    words, sentences, warnings = GlanceWords("", image_rgb.shape[1]), list[str](), list[str]()
    with closing(glancer.glance(image_rgb)) as finds:
        try:
            for found in finds:
                sentences += words.take(found)
        except GlanceError as error:
            warnings.append(str(error))
    sentences += words.finish()
    return Glance(tuple(sentences), tuple(words.findings), tuple(warnings))
