"""Which installed model answers when none was named."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.models_store.machine_room import MEGABYTE, Memory
from assistant.models_store.record import InstalledModel, State

DEMO = "demo"
"""Name of the embedded model, as it can be chosen."""
TILED_N_CTX = 4096
"""Context that a picture in tiles needs."""
BEST = "best"
"""Not a model: leaves the choice to the program."""


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        model: ``None`` for the embedded one.
        notices: what a person should hear about it.
    """

    model: InstalledModel | None
    notices: tuple[str, ...] = ()


def choose(state: State, memory: Memory | None) -> Choice:
    """The model that ``models use`` named, else the best that fits the memory that is free.

    Args:
        state: what is installed.
        memory: ``None`` where it is not known; everything then fits.

    Raises:
        ModelError: the model that was named changed since it was checked, or went away.
    """
    if state.chosen == DEMO:
        return Choice(None)
    if state.chosen in state.models:
        return _named(state.models[state.chosen], memory)
    notices: list[str] = []
    for model in sorted(state.models.values(), key=lambda model: (model.rank, model.name)):
        if not model.is_unchanged:
            notices.append(words.changed_passed_over(model.name))
        elif memory is not None and model.memory_mb > memory.available_mb:
            notices.append(
                words.too_large_now(
                    model.name, model.memory_mb * MEGABYTE, memory.available_mb * MEGABYTE
                )
            )
        else:
            return Choice(model, tuple(notices))
    return Choice(None, tuple(notices))


def _named(model: InstalledModel, memory: Memory | None) -> Choice:
    if not model.is_unchanged:
        raise ModelError(words.changed(model.name), words.changed_hint(model.name))
    if memory is not None and model.memory_mb > memory.available_mb:
        needs, free = model.memory_mb * MEGABYTE, memory.available_mb * MEGABYTE
        return Choice(model, (words.tight_memory(model.name, needs, free),))
    return Choice(model)
