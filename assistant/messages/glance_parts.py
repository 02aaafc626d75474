"""What a glance says of a picture's light, its colours, and the bar and QR codes in it (``codes.py``)."""

from __future__ import annotations

from assistant.messages.codes import code_sentences
from assistant.messages.translation import translate as _

__all__ = ["code_sentences", "colours_sentence", "light_sentence"]

# Light

_BRIGHTNESS = {
    "black": _("The picture is black."),
    "dark": _("The picture is very dark."),
    "dim": _("The picture is rather dark."),
    "usual": _("There is enough light."),
    "bright": _("The picture is very bright."),
    "white": _("The picture is white."),
}
_SIDES = {
    "left": _("It is much brighter on the left."),
    "right": _("It is much brighter on the right."),
    "above": _("It is much brighter at the top."),
    "below": _("It is much brighter at the bottom."),
}


def light_sentence(brightness: str, side: str | None, *, is_brightness_said: bool = False) -> str:
    """Return how bright a picture is, and which side is much brighter; empty when nothing is left to say.

    Args:
        brightness: a value of ``core.findings.Brightness``.
        side: one of ``core.findings.LightSide``, or None.
        is_brightness_said: whether the check of the picture has just said that it is very dark or very bright.
    """
    said = "" if is_brightness_said else _BRIGHTNESS[brightness]
    return " ".join(filter(None, (said, _SIDES.get(side, side) if side else "")))


# Colours


def colours_sentence(main: tuple[str, ...], middle: str) -> str:
    """Return a picture's main colours, the most frequent first, and the one in its middle; empty without any."""
    if not main:
        return _("In the middle it is {colour}.").format(colour=middle) if middle else ""
    if not middle or main == (middle,):
        return _("Mostly {colours}.").format(colours=_join(main))
    return _("Mostly {colours}; in the middle it is {middle}.").format(
        colours=_join(main), middle=middle
    )


def _join(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])
