"""The list of models, the most suitable first: what each is, whether it fits this machine, and what a picture costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from assistant.core.languages import LANGUAGES
from assistant.messages import amounts
from assistant.messages import model_list as words
from assistant.model_store.advice import (
    PATIENCE_S,
    Machine,
    Suit,
    best_model,
    say_size,
    say_why_none,
)
from assistant.model_store.catalogue import CatalogueModel
from assistant.model_store.estimate import Cost, estimate_cost
from assistant.model_store.record import DEMO, InstalledModel, State
from assistant.system.memory import MEGABYTE, Memory
from sparc_ggml.config import PRESETS

Fits = Literal["yes", "later", "no", "unknown"]


@dataclass(frozen=True)
class ModelRow:
    """One model of the list.

    Attributes:
        fits: "later" once memory is free, "unknown" where this machine's memory is not known.
        cost: seconds for a picture; ``None`` for a model that nothing is known of.
        steering: "published" values, "borrowed" ones of another model, or "off" until it is turned on; empty for the
            user's own LLaVAs and the embedded model.
        has_rounded_projector: whether its vision part has 8 bits, which costs precision.
        has_known_size: whether the catalogue knows the size of each file.
        has_known_hashes: whether the catalogue knows the checksum of each file.
        is_advised: whether it is the one to take here.
    """

    name: str
    title: str
    is_installed: bool
    is_in_use: bool
    is_unchanged: bool
    download_bytes: int
    memory_mb: int
    fits: Fits
    cost: Cost | None
    languages: tuple[str, ...]
    licence: str
    licence_link: str
    about: str
    steering: Literal["published", "borrowed", "off", ""] = ""
    has_rounded_projector: bool = False
    has_known_size: bool = True
    has_known_hashes: bool = True
    is_advised: bool = False

    def record(self) -> dict[str, Any]:
        """Return the object of ``--json``."""
        return asdict(self)


def list_rows(ranked: list[Suit], state: State, in_use: str, machine: Machine) -> list[ModelRow]:
    """List the models that suit this machine, the user's own, the others, and the embedded one.

    Args:
        ranked: the catalogue, as ``rank_models`` ordered it.
        state: what is installed.
        in_use: name of the model that answers.
        machine: this machine.
    """
    best = best_model(ranked)
    rows = {suit.row.name: suit.row for suit in ranked}
    own = sorted(set(state.models) - set(rows))
    suited = [suit.row.name for suit in ranked if suit.has_memory and suit.has_disk]
    names = [*suited, *own, *(name for name in rows if name not in suited)]
    found = [_make_row(name, rows, state, name == in_use, machine) for name in names]
    if best is not None:
        found[0] = replace(found[0], is_advised=True)
    demo_cost = estimate_cost(DEMO, state, rows, machine.name)
    found.append(
        ModelRow(DEMO, words.LIST_DEMO, True, in_use == DEMO, True, 0, 0, "yes", demo_cost,
               ("en",), "", "", "")
    )  # fmt: skip
    return found


def format_advice(ranked: list[Suit], state: State, machine: Machine) -> Iterator[str]:
    """Yield which model to take, why, and how to get it."""
    best = best_model(ranked)
    if best is None:
        yield say_why_none(ranked, machine)
        return
    name = best.row.name
    yield (
        words.take_best(name, PATIENCE_S)
        if best.is_quick
        else words.take_quickest(name, PATIENCE_S)
    )
    yield (words.TAKE_INSTALLED if name in state.models else words.take_by_command(say_size(best)))


def format_rows(models: list[ModelRow], memory: Memory | None) -> Iterator[str]:
    """Yield the list as plain lines, one thing each."""
    for model in models:
        yield words.list_head(model.name, model.title.rstrip("."))
        yield _format_place(model)
        if model.memory_mb:
            yield _format_fit(model, memory)
        yield _format_cost(model.cost)
        yield words.list_languages(", ".join(map(_language, model.languages)))
        if model.steering:
            yield words.LIST_STEERING[model.steering]
        if model.has_rounded_projector:
            yield words.LIST_ROUNDED
        if not model.has_known_size and not model.is_installed:
            yield words.LIST_UNKNOWN_SIZE
        if not model.has_known_hashes:
            yield words.LIST_UNKNOWN_HASH
        if model.licence:
            yield words.list_licence(model.licence, model.licence_link)
        if model.about:
            yield model.about
    yield words.LIST_BENCH_HINT


def _make_row(
    name: str,
    rows: Mapping[str, CatalogueModel],
    state: State,
    is_in_use: bool,
    machine: Machine,
) -> ModelRow:
    row, installed = rows.get(name), state.models.get(name)
    source = row or state.models[name]
    about = row.about if row is not None else words.list_own(str(state.models[name].model.path))
    return ModelRow(
        name=name,
        title=source.title,
        is_installed=installed is not None,
        is_in_use=is_in_use,
        is_unchanged=installed is None or installed.is_unchanged,
        download_bytes=row.n_bytes if row else 0,
        memory_mb=source.memory_mb,
        fits=_fits(source.memory_mb, machine.memory),
        cost=estimate_cost(name, state, rows, machine.name, machine.processor),
        languages=source.languages,
        licence=row.licence if row else "",
        licence_link=row.licence_link if row else "",
        about=about,
        steering=_steering(row, installed),
        has_rounded_projector=row is not None and row.file("mmproj").is_rounded,
        has_known_size=row is None or row.has_known_size,
        has_known_hashes=row is None or all(file.sha256 for file in row.files),
    )


def _steering(
    row: CatalogueModel | None, installed: InstalledModel | None
) -> Literal["published", "borrowed", "off", ""]:
    known = row or installed
    if known is not None and PRESETS[known.preset].method == "none":
        return "off"
    if row is None:
        return ""
    return "published" if row.steering_measured else "borrowed"


def _fits(needs_mb: int, memory: Memory | None) -> Fits:
    if memory is None:
        return "unknown"
    if needs_mb > memory.total_mb:
        return "no"
    return "yes" if needs_mb <= memory.available_mb else "later"


def _language(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else code


def _format_place(model: ModelRow) -> str:
    if not model.is_installed:
        return words.list_download(model.download_bytes)
    if not model.is_unchanged:
        return words.list_changed(model.name)
    return words.LIST_IN_USE if model.is_in_use else words.LIST_INSTALLED


def _format_fit(model: ModelRow, memory: Memory | None) -> str:
    needs = model.memory_mb * MEGABYTE
    if memory is None:
        return words.list_memory_unknown(needs)
    if model.fits == "yes":
        return words.list_fits(needs)
    if model.fits == "later":
        return words.list_fits_later(needs, memory.available_mb * MEGABYTE)
    return words.list_too_large(needs, memory.total_mb * MEGABYTE)


def _format_cost(price: Cost | None) -> str:
    if price is None:
        return words.LIST_UNMEASURED
    seconds = amounts.about_seconds(price.seconds)
    if price.basis == "measured":
        return words.list_measured(seconds, price.day)
    if price.basis == "cores":
        return words.list_estimated_from_cores(seconds)
    return words.list_estimated(seconds, price.measured_with)
