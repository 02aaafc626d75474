"""Which model suits this machine: the best that it has room for and that answers before patience ends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import AssistantError
from assistant.messages import model_advice as words
from assistant.messages.amounts import about_seconds, megabytes
from assistant.model_store.catalogue import CatalogueModel, read_catalogue
from assistant.model_store.estimate import Cost, Processor, estimate_cost, read_processor
from assistant.model_store.record import InstalledModel, State, Store
from assistant.model_store.room import count_missing_bytes, disk_needed
from assistant.system.memory import MEGABYTE, Memory, free_disk_mb, memory
from assistant.system.processor import machine_name

MODELS_SHARE = 0.76
"""Share of the memory that a model may take: a machine sold with 8 gigabytes states 8.03 to 8.4, and its desktop,
screen reader and voice need the 1.9 that LLaVA 1.5 with 7 billion parameters then leaves."""
PATIENCE_S = 90.0
"""How long a picture may take for a better model to be preferred; the first sentence is heard before."""


@dataclass(frozen=True)
class Machine:
    """What decides which model suits.

    Attributes:
        memory: ``None`` where the kernel does not say; then every model fits.
        free_bytes: on the disk where models are kept.
        processor: what it can do, roughly.
        name: labels what was measured on it.
    """

    memory: Memory | None
    free_bytes: int
    processor: Processor
    name: str = ""


@dataclass(frozen=True)
class Suit:
    """How one model suits a machine.

    Attributes:
        row: the model.
        cost: seconds for a picture.
        missing_bytes: still to be fetched.
        has_memory: whether it fits beside what else runs on the machine.
        has_disk: whether what is missing fits on the disk.
    """

    row: CatalogueModel
    cost: Cost
    missing_bytes: int
    has_memory: bool
    has_disk: bool

    @property
    def is_quick(self) -> bool:
        """Whether a picture is described before patience ends."""
        return self.cost.seconds <= PATIENCE_S

    @property
    def order(self) -> tuple[bool, bool, bool, float]:
        """What the more suitable model has less of: the best of the quick ones, then the quickest of the slow ones."""
        within = float(self.row.rank) if self.is_quick else self.cost.seconds
        return not self.has_memory, not self.has_disk, not self.is_quick, within


def rank_models(
    rows: Mapping[str, CatalogueModel],
    state: State,
    machine: Machine,
    missing: Mapping[str, int],
) -> list[Suit]:
    """Return every model of the catalogue, the most suitable first.

    Args:
        rows: the catalogue.
        state: what is installed and was measured.
        machine: the machine to suit.
        missing: bytes still to be fetched, by model; of those it lacks, all.
    """
    found = []
    for name, row in rows.items():
        cost = estimate_cost(name, state, rows, machine.name, machine.processor)
        assert cost is not None, "a processor is enough for an estimate"
        left = 0 if name in state.models else missing.get(name, row.n_bytes)
        is_there = name in state.models
        found.append(
            Suit(
                row, cost, left, _has_memory(row.memory_mb, machine.memory),
                is_there or disk_needed(row, left) <= machine.free_bytes,
            )
        )  # fmt: skip
    return sorted(found, key=lambda suit: (suit.order, suit.row.name))


def fitting_models(ranked: list[Suit]) -> list[Suit]:
    """Return those of the models that ``rank_models`` ordered that this machine has room for."""
    return [suit for suit in ranked if suit.has_memory and suit.has_disk]


def best_model(ranked: list[Suit]) -> Suit | None:
    """Return the model to take, of those that ``rank_models`` ordered; ``None`` where none fits."""
    return next(iter(fitting_models(ranked)), None)


def _has_memory(needs_mb: int, there: Memory | None) -> bool:
    return there is None or needs_mb <= MODELS_SHARE * there.total_mb


def say_why_none(ranked: list[Suit], machine: Machine) -> str:
    """Return why no model can be taken, and what would help."""
    fitting = [suit for suit in ranked if suit.has_memory]
    if fitting:
        smallest = min(fitting, key=lambda suit: suit.missing_bytes)
        needed = disk_needed(smallest.row, smallest.missing_bytes)
        return words.no_disk(smallest.row.name, needed, machine.free_bytes)
    least = min((suit.row for suit in ranked), key=lambda row: row.memory_mb)
    total_mb = machine.memory.total_mb if machine.memory is not None else 0
    wanted_gb = math.ceil(least.memory_mb / MODELS_SHARE / 1000)
    return words.no_memory(least.name, least.memory_mb * MEGABYTE, total_mb * MEGABYTE, wanted_gb)


def say_what_to_take(ranked: list[Suit], state: State, machine: Machine, key: str = "") -> str:
    """Return the one sentence that names the model for photographs and how to get it.

    Args:
        ranked: as ``rank_models`` returned them.
        state: what is installed.
        machine: this machine.
        key: what fetches or chooses a model in a session, as it is spoken; empty on the command line.
    """
    there = _list_installed(ranked, state)
    free_mb = None if machine.memory is None else machine.memory.available_mb
    for model in there:
        if free_mb is None or model.memory_mb <= free_mb:
            return words.installed_key(model.name, key) if key else words.installed(model.name)
    if there and free_mb is not None:
        least = min(there, key=lambda model: model.memory_mb)
        return words.installed_too_large(least.name, least.memory_mb * MEGABYTE, free_mb * MEGABYTE)
    best = best_model(ranked)
    if best is None:
        return say_why_none(ranked, machine)
    if key:
        return words.fetch_with_key(best.row.name, say_size(best), key)
    return words.fetch_with_command(best.row.name, say_size(best))


def _list_installed(ranked: list[Suit], state: State) -> list[InstalledModel]:
    """Return the usable installed models, the most suitable first and the user's own last."""
    order = {suit.row.name: place for place, suit in enumerate(ranked)}
    usable = (model for model in state.models.values() if model.is_unchanged)
    return sorted(usable, key=lambda model: order.get(model.name, len(order)))


def say_size(suit: Suit) -> str:
    """Return how much is to be fetched; where the server alone knows it, about how much."""
    missing = suit.missing_bytes
    return megabytes(missing) if suit.row.has_known_size else words.size_expected(missing)


def say_time(n_bytes: int, bytes_per_s: float) -> str:
    """Return how long a download may take: at the last one's rate, else at a usual one, which is named."""
    if bytes_per_s:
        return words.time_at_last_rate(n_bytes, bytes_per_s)
    return words.time_at_usual_rate(n_bytes)


def say_details(suit: Suit, bytes_per_s: float) -> str:
    """Return the sentence before a download: name, size, time, seconds for a picture, licence."""
    seconds = about_seconds(suit.cost.seconds)
    is_measured = suit.cost.basis == "measured"
    return words.details(
        suit.row.name,
        say_size(suit),
        say_time(suit.missing_bytes, bytes_per_s),
        words.cost_measured(seconds) if is_measured else words.cost_estimated(seconds),
        suit.row.licence,
    )


def read_machine(store: Store) -> Machine:
    """Return what this machine has."""
    free_bytes = free_disk_mb(store.folder) * MEGABYTE
    return Machine(memory(), free_bytes, read_processor(), machine_name())


def rank_here(store: Store) -> tuple[list[Suit], State, Machine]:
    """Return the models ordered for this machine, with what was looked at for that.

    Raises:
        ModelError: the catalogue or the record cannot be read.
    """
    rows, state, machine = read_catalogue(), store.read(), read_machine(store)
    missing = {name: count_missing_bytes(row, store) for name, row in rows.items()}
    return rank_models(rows, state, machine, missing), state, machine


def one_sentence(key: str = "") -> str:
    """Return the sentence that names the model for photographs and how to get it here; never fails.

    Args:
        key: what fetches or chooses a model in a session, as it is spoken; empty on the command line.
    """
    try:
        return say_what_to_take(*rank_here(Store()), key)
    except (AssistantError, OSError):  # another sentence names what is wrong with the files
        return words.LIST_THEM
