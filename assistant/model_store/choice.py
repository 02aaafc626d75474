"""Chooses among the installed models: the one that was named, else the best that fits into memory now."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.model_store.record import DEMO, InstalledModel, State
from assistant.system.memory import MEGABYTE, Memory


@dataclass(frozen=True)
class Choice:
    """The chosen model, ``None`` for the embedded one, and what a person should hear about the choice."""

    model: InstalledModel | None
    notices: tuple[str, ...] = ()


def choose(state: State, memory: Memory | None) -> Choice:
    """Return the model that ``models use`` named, else the best that fits; all fit where memory is ``None``.

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
