"""What the actions of ``sparc-assistant models`` do: data on stdout, the rest on stderr and aloud."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import cli_parser, wiring
from assistant.catalogue import embedded_model, files_of
from assistant.config import load_settings
from assistant.console import Console
from assistant.core.ports import Speaker
from assistant.errors import AssistantError, ExitCode, ModelError, UsageError
from assistant.messages import models as words
from assistant.models_store import installing, keeping, listing
from assistant.models_store.choosing import DEMO, choose
from assistant.models_store.machine_room import machine_name, memory
from assistant.models_store.record import InstalledModel, Store
from assistant.models_store.rows import CatalogueModel, find_row, read_catalogue
from assistant.typed_path import typed_path

_LAST_WORDS_S = 10.0
"""How long the voice may take to end before the program does."""


class _Talk:
    """Shows on stderr and speaks; neither when quiet."""

    def __init__(self, console: Console, say: Callable[[str], None], *, is_quiet: bool) -> None:
        self._console = console
        self._say = say
        self._is_quiet = is_quiet

    def show(self, line: str) -> None:
        if not self._is_quiet:
            self._console.status(line)

    def speak(self, sentence: str) -> None:
        if not self._is_quiet:
            self._say(sentence)

    def tell(self, sentence: str) -> None:
        self.show(sentence)
        self.speak(sentence)


def _silent_talk(console: Console) -> _Talk:
    return _Talk(console, lambda _sentence: None, is_quiet=False)


def list_models(options: argparse.Namespace, console: Console) -> ExitCode:
    """Says which models there are."""
    store, there = Store(), memory()
    state = store.read()
    try:
        chosen = choose(state, there).model
        in_use = DEMO if chosen is None else chosen.name
    except ModelError:  # the chosen one changed; its own line says so
        in_use = state.chosen or DEMO
    models = listing.listed(read_catalogue(), state, in_use, there, machine_name())
    if options.json:
        console.json({"models": [model.record() for model in models]})
        return ExitCode.OK
    for line in listing.lines(models, there):
        console.data(line)
    return ExitCode.OK


def pull(options: argparse.Namespace, console: Console) -> ExitCode:
    """Fetches a model; the only action that uses the network."""
    store = Store()
    row = find_row(options.name, read_catalogue())
    there = store.read().models.get(row.name)
    if there is not None and there.is_unchanged:
        return _done(words.already_installed(row.name), there, options, console)
    installing.check_room(row, store, forces=options.force)
    _accept_licence(row, store, options, console)
    with ExitStack() as stack:
        speaker = _voice(options, console, stack)
        talk = _Talk(console, speaker.say, is_quiet=options.quiet)
        try:
            installed = installing.pull(row, store, talk)
        except KeyboardInterrupt:
            console.status(words.kept_for_next_time())
            raise
        except AssistantError as error:
            speaker.say(str(error))
            speaker.wait(_LAST_WORDS_S)
            raise
        talk.speak(words.pulled(row.name))
        # Control-C never comes here: the voice then ends at once.
        speaker.wait(_LAST_WORDS_S)
    return _done(words.pulled(row.name), installed, options, console)


def verify(options: argparse.Namespace, console: Console) -> ExitCode:
    """Takes the hashes again."""
    store = Store()
    models = store.read().models
    if options.name:
        models = {options.name: keeping.installed(options.name, store)}
    wrong: list[str] = []
    for name, model in models.items():
        for verdict in keeping.verify(model, store, _silent_talk(console)):
            was, now = str(verdict.file.path), str(verdict.now_at)
            if options.json:
                console.json(
                    {"model": name, "file": was, "found": verdict.found, "now_at": now,
                     "sha256": verdict.file.sha256}
                )  # fmt: skip
            elif verdict.found == "right":
                console.data(words.verified_right(name, was))
            elif verdict.found == "missing":
                console.data(words.verified_missing(name, was))
            else:
                console.data(words.verified_wrong(name, was, now))
            if verdict.found != "right" and name not in wrong:
                wrong.append(name)
    if not models:
        console.status(words.nothing_installed())
    if wrong:
        raise ModelError(words.verify_failed(), words.verify_failed_hint(wrong[0]))
    return ExitCode.OK


def use(options: argparse.Namespace, console: Console) -> ExitCode:
    """Chooses the model that answers."""
    keeping.use(options.name, Store())
    said = words.used_best() if options.name == "best" else words.used(options.name)
    return _result(said, {"chosen": options.name}, options, console)


def path(options: argparse.Namespace, console: Console) -> ExitCode:
    """Prints the paths of the model and of the projector."""
    if options.name == DEMO:
        demo = embedded_model()
        paths: Sequence[Path] = (demo.model_path, demo.mmproj_path)
    else:
        model = keeping.installed(options.name, Store())
        paths = (model.model.path, model.mmproj.path)
    if options.json:
        console.json({"model": str(paths[0]), "mmproj": str(paths[1])})
        return ExitCode.OK
    for where in paths:
        console.data(str(where))
    return ExitCode.OK


def remove(options: argparse.Namespace, console: Console) -> ExitCode:
    """Removes a model."""
    freed = keeping.remove(options.name, Store())
    said = words.removed(options.name, freed) if freed else words.removed_own(options.name)
    return _result(said, {"removed": options.name, "freed_bytes": freed}, options, console)


def add(options: argparse.Namespace, console: Console) -> ExitCode:
    """Installs files that the user has."""
    from assistant.inference.chat_templates import TEMPLATES

    if options.template_name is not None and options.template_name not in TEMPLATES:
        raise UsageError(
            words.template_unknown(options.template_name), words.known_models(", ".join(TEMPLATES))
        )
    model, mmproj = (typed_path(name) for name in (options.model_file, options.mmproj_file))
    installed = keeping.add(
        options.name, model, mmproj, options.template_name, Store(), _silent_talk(console)
    )
    return _done(words.added(options.name), installed, options, console)


def bench(options: argparse.Namespace, console: Console) -> ExitCode:
    """Measures a model and remembers how long it took."""
    from assistant.inference.client import InferenceClient
    from assistant.models_store.estimating import seconds_of
    from assistant.models_store.measuring import measure

    store = Store()
    if options.name and options.name != DEMO:
        model: InstalledModel | None = keeping.installed(options.name, store)
    else:
        model = None if options.name else choose(store.read(), memory()).model
    files, name = (embedded_model(), DEMO) if model is None else (files_of(model), model.name)
    settings = load_settings(cli_parser.setting_values(options))
    console.status(words.bench_start(name))
    engine = wiring.engine_options(settings, replace(files, name=name), is_verbose=False)
    with InferenceClient(engine) as describer:
        speed = measure(describer, machine_name(), console.status)
    with store.change() as state:
        state.speeds[name] = speed
    seconds = seconds_of(speed)
    said = words.bench_result(name, words.about_seconds(seconds))
    return _result(said, {"model": name, "seconds": round(seconds, 3)}, options, console)


def _accept_licence(
    row: CatalogueModel, store: Store, options: argparse.Namespace, console: Console
) -> None:
    """Shows the licence and has it accepted, once for each licence."""
    if row.licence_link in store.read().licences:
        return
    console.status(words.licence(row.title, row.licence, row.licence_link))
    if not options.accept_licence:
        if not sys.stdin.isatty():
            raise UsageError(words.licence_needed(), words.licence_needed_hint())
        console.status(words.licence_prompt())
        if sys.stdin.readline().strip().lower() not in ("yes", "y"):
            raise UsageError(words.licence_refused())
    with store.change() as state:
        state.licences.append(row.licence_link)


def _voice(options: argparse.Namespace, console: Console, stack: ExitStack) -> Speaker:
    settings = load_settings(cli_parser.setting_values(options))
    if options.quiet:
        settings = replace(settings, speech=replace(settings.speech, is_on=False))
    speaker = wiring.speaker(settings, console.error)
    stack.callback(speaker.close)
    return speaker


def _done(
    said: str, model: InstalledModel, options: argparse.Namespace, console: Console
) -> ExitCode:
    copy = model.corrected
    record = {
        "name": model.name,
        "model": str(model.model.path),
        "model_sha256": model.model.sha256,
        "mmproj": str(model.mmproj.path),
        "mmproj_sha256": model.mmproj.sha256,
        "corrected_mmproj": None if copy is None else str(copy.path),
        "corrected_mmproj_sha256": None if copy is None else copy.sha256,
    }
    return _result(said, record, options, console)


def _result(
    said: str, record: dict[str, Any], options: argparse.Namespace, console: Console
) -> ExitCode:
    if options.json:
        console.json(record)
    else:
        console.data(said)
    return ExitCode.OK
