"""What is said about the things that a detector sees."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from assistant.messages.translation import translate as _

MOST_COUNTED = 4
"""More are "several", as a detector that counts nine people is seldom right about the ninth."""


class Place(StrEnum):
    """Which third of a picture, from left to right; nothing where things of one name are in more than one."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    SPREAD = ""


_PLACES = {
    Place.LEFT: _("{things} on the left"),
    Place.MIDDLE: _("{things} in the middle"),
    Place.RIGHT: _("{things} on the right"),
    Place.SPREAD: "{things}",
}
_COUNTS = {
    2: _("at least two {things}"),
    3: _("at least three {things}"),
    4: _("at least four {things}"),
}
_PLURALS = {
    "person": _("people"),
    "bus": _("buses"),
    "sheep": _("sheep"),
    "computer mouse": _("computer mice"),
    "knife": _("knives"),
    "bench": _("benches"),
    "wine glass": _("wine glasses"),
    "sandwich": _("sandwiches"),
    "couch": _("couches"),
    "toothbrush": _("toothbrushes"),
    "scissors": _("scissors"),
    "skis": _("skis"),
}
_WITHOUT_ARTICLE = frozenset({"scissors", "skis", "broccoli"})


def things_seen(groups: Sequence[tuple[str, int, Place]]) -> str:
    """Return the sentence for things: the name of each in the singular, how many, and where."""
    parts = [_PLACES[place].format(things=_count(name, count)) for name, count, place in groups]
    return _("I may see {things}.").format(things=_join(parts))


def _count(name: str, count: int) -> str:
    """Return a thing with its number; a detector misses some, so that more than one are at least so many."""
    if count > 1:
        many = _PLURALS.get(name, f"{name}s")
        return _COUNTS.get(count, _("several {things}")).format(things=many)
    if name in _WITHOUT_ARTICLE:
        return name
    return (
        _("an {thing}").format(thing=name)
        if name[0] in "aeiou"
        else _("a {thing}").format(thing=name)
    )


def check_seen(things: Sequence[str]) -> str:
    """Return what the check adds: the things of a description that the detector saw as well."""
    return _("The detector also saw {things}.").format(
        things=_join([_count(name, 1) for name in things])
    )


def _join(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return _("{things} and {last}").format(things=", ".join(parts[:-1]), last=parts[-1])
