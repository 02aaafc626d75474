"""What looks for each part of a glance; each is loaded when it is first needed, in the glance's process alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from assistant.core.events import ImageRgb
from assistant.core.findings import Finding, Part
from assistant.errors import GlanceError
from assistant.messages import glance as words

Look = Callable[[ImageRgb], Iterable[Finding]]


class Providers:
    """Everything that a glance can look for."""

    def __init__(self) -> None:
        self._looks: dict[Part, Look] = {}

    def load(self, part: Part) -> None:
        """Load what looks for a part, if it is not loaded.

        Raises:
            AssistantError: its weights are missing or damaged.
            ImportError: a library is missing.
        """
        if part not in self._looks:
            self._looks[part] = _LOADERS[part]()

    def look(self, part: Part, image_rgb: ImageRgb) -> Iterable[Finding]:
        """Yield what there is of a part in a picture of shape (height, width, 3); raises as ``load``."""
        self.load(part)
        return self._looks[part](image_rgb)


def _provide(module: str) -> Any:
    return import_module(f"assistant.glance.{module}")


def _load_light() -> Look:
    look_at_light = _provide("light").look_at_light
    name_colours = _provide("colours").name_colours

    def look(image_rgb: ImageRgb) -> Iterator[Finding]:
        yield look_at_light(image_rgb)
        yield name_colours(image_rgb)

    return look


def _load_codes() -> Look:
    find_codes: Look = _provide("codes").find_codes
    return find_codes


def _load_things() -> Look:
    import cv2

    try:
        find: Look = _provide("things").ThingFinder().find
    except cv2.error as error:
        raise GlanceError(words.part_unloadable(Part.THINGS), words.REINSTALL_HINT) from error
    return find


def _load_text() -> Look:
    read_lines: Look = _provide("text.reader").TextReader().read_lines
    return read_lines


_LOADERS: dict[Part, Callable[[], Look]] = {
    Part.LIGHT: _load_light,
    Part.CODES: _load_codes,
    Part.THINGS: _load_things,
    Part.TEXT: _load_text,
}
