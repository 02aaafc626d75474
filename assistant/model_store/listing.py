"""The list of models: what each is, whether it fits this machine, and what a picture costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from assistant.core.languages import LANGUAGES
from assistant.messages import amounts
from assistant.messages import model_list as words
from assistant.model_store.catalogue import CatalogueModel
from assistant.model_store.find import DEMO
from assistant.model_store.record import State
from assistant.model_store.speed import Cost, estimate_cost
from assistant.system.memory import MEGABYTE, Memory

Fits = Literal["yes", "later", "no", "unknown"]


@dataclass(frozen=True)
class ModelRow:
    """One model of the list.

    Attributes:
        fits: "later" once memory is free, "unknown" where this machine's memory is not known.
        cost: seconds for a picture; ``None`` where nothing was measured.
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

    def record(self) -> dict[str, Any]:
        """Return the object of ``--json``."""
        return asdict(self)


def list_rows(
    rows: Mapping[str, CatalogueModel],
    state: State,
    in_use: str,
    memory: Memory | None,
    machine: str,
) -> list[ModelRow]:
    """List the installed models, then the rest of the catalogue, each in order of quality, then the embedded one."""
    names = sorted(
        {*rows, *state.models},
        key=lambda name: (name not in state.models, _rank(name, rows, state), name),
    )
    found = [_make_row(name, rows, state, name == in_use, memory, machine) for name in names]
    demo_cost = estimate_cost(DEMO, state, rows, machine)
    found.append(
        ModelRow(DEMO, words.LIST_DEMO, True, in_use == DEMO, True, 0, 0, "yes", demo_cost,
               ("en",), "", "", "")
    )  # fmt: skip
    return found


def format_rows(models: list[ModelRow], memory: Memory | None) -> Iterator[str]:
    """Yield the list as plain lines, one thing each."""
    for model in models:
        yield words.list_head(model.name, model.title.rstrip("."))
        yield _format_place(model)
        if model.memory_mb:
            yield _format_fit(model, memory)
        yield _format_cost(model.cost)
        yield words.list_languages(", ".join(map(_language, model.languages)))
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
    memory: Memory | None,
    machine: str,
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
        fits=_fits(source.memory_mb, memory),
        cost=estimate_cost(name, state, rows, machine),
        languages=source.languages,
        licence=row.licence if row else "",
        licence_link=row.licence_link if row else "",
        about=about,
    )


def _rank(name: str, rows: Mapping[str, CatalogueModel], state: State) -> int:
    return rows[name].rank if name in rows else state.models[name].rank


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
    return words.list_estimated(seconds, price.measured_with)
