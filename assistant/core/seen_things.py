"""Groups the things that a detector saw, so that they can be said in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.findings import Thing
from assistant.messages.glance_things import Place, things_seen

MOST_NAMES = 5
"""Names in one sentence; more cannot be kept in mind while listening."""


def say_things(things: Sequence[Thing], width: int) -> str:
    """Return the sentence for what was found in a picture of a width in px; empty where nothing was."""
    groups = group_things(things, width)
    return things_seen(groups) if groups else ""


def group_things(things: Sequence[Thing], width: int) -> list[tuple[str, int, Place]]:
    """Return each name with how many there are and where, in the order in which they were found."""
    places: dict[str, list[Place]] = {}
    for thing in things:
        places.setdefault(thing.name, []).append(_find_place(thing, width))
    return [
        (name, len(found), found[0] if len(set(found)) == 1 else Place.SPREAD)
        for name, found in list(places.items())[:MOST_NAMES]
    ]


def _find_place(thing: Thing, width: int) -> Place:
    """Return where the middle of a thing is; a thing over most of a picture's width is nowhere in particular."""
    left, _top, thing_width, _height = thing.box
    if thing_width > width * 2 / 3:
        return Place.SPREAD
    return (Place.LEFT, Place.MIDDLE, Place.RIGHT)[
        min(2, int((left + thing_width / 2) * 3 / width))
    ]
