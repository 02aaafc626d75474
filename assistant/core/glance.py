"""What a glance found, as sentences: facts alone, and what was looked for in vain."""

from __future__ import annotations

from collections.abc import Collection

from assistant.core.findings import (
    Code,
    Colours,
    Finding,
    Found,
    Light,
    Part,
    TextLine,
    Thing,
)
from assistant.core.seen_things import say_things
from assistant.messages import camera as camera_words
from assistant.messages import glance as words
from assistant.messages import glance_parts

LINES_IN_GLANCE = 3
MOST_CHARS_IN_GLANCE = 200
"""How much of a text is part of a glance; the rest waits until it is asked for."""

_ABOUT_BRIGHTNESS = frozenset(
    {camera_words.TOO_DARK, camera_words.TOO_BRIGHT, camera_words.COVERED}
)


class GlanceWords:
    """Takes what is found of one picture and gives the sentences, as soon as each is known.

    Attributes:
        has_more_text: whether the glance left out some of the text.
    """

    def __init__(self, hint: str, width: int, problems: Collection[str] = ()) -> None:
        """Begin with a picture.

        Args:
            hint: how to hear the whole text.
            width: of the picture, in px.
            problems: what was said to be wrong with it, which is not said twice.
        """
        self._hint, self._width = hint, width
        self._is_brightness_said = not _ABOUT_BRIGHTNESS.isdisjoint(problems)
        self._found: list[tuple[Part, Finding]] = []
        self.has_more_text = False
        self._looked_for: list[Part] = []

    @property
    def findings(self) -> list[Finding]:
        """What was found of the parts that were looked for to their end."""
        return [finding for part, finding in self._found if part in self._looked_for]

    @property
    def lines(self) -> list[str]:
        """The lines of text among it."""
        return [finding.text for finding in self.findings if isinstance(finding, TextLine)]

    def take(self, found: Found) -> list[str]:
        """Return the sentences that are known now."""
        match found.finding:
            case None:
                self._looked_for.append(found.part)
                return self._end(found.part)
            case finding:
                self._found.append((found.part, finding))
        match finding:
            case Light(brightness=brightness, side=side):
                sentence = glance_parts.light_sentence(
                    brightness, side, is_brightness_said=self._is_brightness_said
                )
                return [sentence] if sentence else []
            case Colours(main=main, middle=middle):
                sentence = glance_parts.colours_sentence(main, middle)
                return [sentence] if sentence else []
            case Code(kind=kind, text=text, n_bytes=n_bytes):
                return glance_parts.code_sentences(kind, text, n_bytes)
            case _:
                return []  # said together, at the end of their part

    def finish(self) -> list[str]:
        """Return what was looked for in vain, where nothing of it was found at all."""
        if any(isinstance(finding, (TextLine, Code, Thing)) for finding in self.findings):
            return []
        in_vain = {Part.TEXT, Part.CODES}.intersection(self._looked_for)
        if in_vain == {Part.TEXT, Part.CODES}:
            return [words.NO_TEXT_NO_CODES]
        return [words.NO_TEXT if part is Part.TEXT else words.NO_CODES for part in in_vain]

    def _end(self, part: Part) -> list[str]:
        if part is Part.TEXT and self.lines:
            return [self._text()]
        things = [finding for finding in self.findings if isinstance(finding, Thing)]
        return [say_things(things, self._width)] if part is Part.THINGS and things else []

    def _text(self) -> str:
        lines, said = self.lines, list[str]()
        for line in lines[:LINES_IN_GLANCE]:
            if said and sum(map(len, said)) + len(line) > MOST_CHARS_IN_GLANCE:
                break
            said.append(line)
        self.has_more_text = len(said) < len(lines)
        return words.text(said, len(lines) - len(said), self._hint)
