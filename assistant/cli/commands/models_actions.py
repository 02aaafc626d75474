"""What the actions of ``sparc-assistant models`` do: data on stdout, the rest on stderr and aloud."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.app import wiring
from assistant.errors import ExitCode, ModelError, UsageError
from assistant.fronts.console import Console, ConsoleTalk
from assistant.messages import amounts
from assistant.messages import downloads as download_words
from assistant.messages import installing as install_words
from assistant.messages import model_list as list_words
from assistant.messages import models as words
from assistant.model_store import advice, install, listing, manage
from assistant.model_store.catalogue import CatalogueModel, find_row, read_catalogue
from assistant.model_store.choice import choose
from assistant.model_store.download_trouble import FileGoneError
from assistant.model_store.find import embedded_model, files_of, find_model
from assistant.model_store.record import DEMO, InstalledModel, State, Store
from assistant.model_store.removal import remove as remove_model
from assistant.model_store.room import check_room
from assistant.settings.load import read_settings
from assistant.settings.table import setting_values
from assistant.system.memory import memory
from assistant.system.processor import machine_name
from assistant.system.typed_path import typed_path


def list_models(options: argparse.Namespace, console: Console) -> ExitCode:
    """List the models."""
    ranked, state, machine = advice.rank_here(Store())
    models = listing.list_rows(ranked, state, _in_use(state), machine)
    if options.json:
        console.json({"models": [model.record() for model in models]})
        return ExitCode.OK
    for line in listing.format_advice(ranked, state, machine):
        console.data(line)
    for line in listing.format_rows(models, machine.memory):
        console.data(line)
    return ExitCode.OK


def _in_use(state: State) -> str:
    """Return the name of the model that answers; an empty text where the settings name files."""
    wished = read_settings({}).settings.model
    if wished.mmproj_path is not None:
        return ""
    if wished.model_path is not None:
        return str(wished.model_path)
    try:
        chosen = choose(state, memory()).model
    except ModelError:  # the chosen one changed; its own line says so
        return state.chosen or DEMO
    return DEMO if chosen is None else chosen.name


def pull(options: argparse.Namespace, console: Console) -> ExitCode:
    """Fetch a model; the only action that uses the network."""
    store = Store()
    if options.name is not None:
        return _fetch(find_row(options.name, read_catalogue()), None, store, options, console)
    suits = _suits_here(store)
    for suit, following in zip(suits, [*suits[1:], None], strict=True):
        try:
            return _fetch(suit.row, suit, store, options, console)
        except FileGoneError as error:
            if following is None:
                raise
            with ExitStack() as stack:
                talk = open_talk(options, console, stack)
                talk.tell(f"{error.message} {download_words.next_model(following.row.name)}")
    raise AssertionError("some model suits")


def _fetch(
    row: CatalogueModel,
    suit: advice.Suit | None,
    store: Store,
    options: argparse.Namespace,
    console: Console,
) -> ExitCode:
    """Fetch one model; ``suit`` says why it was chosen, where no name was given."""
    there = store.read().models.get(row.name)
    if there is not None and there.is_unchanged:
        return _done(install_words.already_installed(row.name), there, options, console)
    with ExitStack() as stack:
        talk = open_talk(options, console, stack)
        if suit is not None:
            talk.tell(advice.say_details(suit, store.read().bytes_per_s))
        check_room(row, store, forces=options.force)
        for file in row.files:
            if not file.sha256:
                talk.tell(install_words.hash_from_server(file.name))
        _accept_licence(row, store, options, talk)
        installed = _pull(row, store, talk, options, console)
        # Control-C never comes here: the voice then ends at once.
        talk.last_words(install_words.pulled(row.name))
    return _done(install_words.pulled(row.name), installed, options, console)


def _suits_here(store: Store) -> list[advice.Suit]:
    """Return the models that fit this machine, the one that suits it best first.

    Raises:
        ModelError: none fits; the message says what would.
    """
    ranked, _, machine = advice.rank_here(store)
    suits = advice.fitting_models(ranked)
    if not suits:
        raise ModelError(advice.say_why_none(ranked, machine), install_words.NONE_FITS_HINT)
    return suits


def _pull(
    row: CatalogueModel,
    store: Store,
    talk: ConsoleTalk,
    options: argparse.Namespace,
    console: Console,
) -> InstalledModel:
    try:
        return install.pull(row, store, talk, takes_unverified=options.unverified)
    except KeyboardInterrupt:
        console.status(install_words.KEPT_FOR_NEXT_TIME)
        raise


def verify(options: argparse.Namespace, console: Console) -> ExitCode:
    """Check the hashes of files again."""
    store = Store()
    models = store.read().models
    if options.name:
        models = {options.name: manage.get_installed(options.name, store)}
    elif not models:
        console.status(words.NOTHING_INSTALLED)
    talk = ConsoleTalk(console)
    verdicts = [
        (name, verdict)
        for name, model in models.items()
        for verdict in manage.verify(model, store, talk)
    ]
    if options.json:
        found = [
            {"model": name, "file": str(verdict.file.path), "found": verdict.found,
             "now_at": str(verdict.now_at), "sha256": verdict.file.sha256}
            for name, verdict in verdicts
        ]  # fmt: skip
        console.json({"files": found})
    for name, verdict in () if options.json else verdicts:
        console.data(_verdict_words(name, verdict))
    wrong = [name for name, verdict in verdicts if verdict.found != "right"]
    if not wrong:
        return ExitCode.OK
    known = wrong[0] in read_catalogue()
    hint = words.verify_failed_hint(wrong[0]) if known else words.verify_failed_own_hint(wrong[0])
    error = ModelError(words.VERIFY_FAILED, hint)
    console.error(error)  # not raised: with --json the object above is the only one
    return error.exit_code


def _verdict_words(name: str, verdict: manage.Verdict) -> str:
    was = str(verdict.file.path)
    if verdict.found == "right":
        return words.verified_right(name, was)
    if verdict.found == "missing":
        return words.verified_missing(name, was)
    return words.verified_wrong(name, was, str(verdict.now_at))


def use(options: argparse.Namespace, console: Console) -> ExitCode:
    """Choose the model that answers."""
    manage.use(options.name, Store())
    said = words.USED_BEST if options.name == "best" else words.used(options.name)
    return _result(said, {"chosen": options.name}, options, console)


def path(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print the paths of the model and of the projector."""
    if options.name == DEMO:
        demo = embedded_model()
        paths: Sequence[Path] = (demo.model_path, demo.mmproj_path)
    else:
        model = manage.get_installed(options.name, Store())
        paths = (model.model.path, model.mmproj.path)
    if options.json:
        console.json({"model": str(paths[0]), "mmproj": str(paths[1])})
        return ExitCode.OK
    for where in paths:
        console.data(str(where))
    return ExitCode.OK


def remove(options: argparse.Namespace, console: Console) -> ExitCode:
    """Remove a model."""
    removal = remove_model(options.name, Store())
    kept = [str(path) for path in removal.kept]
    if removal.freed:
        said = words.removed(options.name, removal.freed)
    else:
        said = (
            words.removed_own(options.name) if not kept else words.removed_from_list(options.name)
        )
    if kept:
        said += " " + words.removed_but_kept(", ".join(kept))
    record = {"removed": options.name, "freed_bytes": removal.freed, "kept": kept}
    return _result(said, record, options, console)


def add(options: argparse.Namespace, console: Console) -> ExitCode:
    """Install files that the user has."""
    from assistant.inference.chat_templates import TEMPLATES

    if options.template_name is not None and options.template_name not in TEMPLATES:
        raise UsageError(
            words.template_unknown(options.template_name),
            words.known_templates(", ".join(TEMPLATES)),
        )
    model, mmproj = (typed_path(name) for name in (options.model_file, options.mmproj_file))
    installed = manage.add(
        options.name, model, mmproj, options.template_name, Store(), ConsoleTalk(console),
        read_catalogue(),
    )  # fmt: skip
    return _done(words.added(options.name), installed, options, console)


def bench(options: argparse.Namespace, console: Console) -> ExitCode:
    """Measure a model and remember how long it took."""
    from assistant.inference.worker.client import InferenceClient
    from assistant.model_store.estimate import seconds_of
    from assistant.model_store.speed import measure

    store = Store()
    settings = read_settings(setting_values(options)).settings
    if options.name is None:
        files = find_model(settings.model.model_path, settings.model.mmproj_path)
    elif options.name == DEMO:
        files = embedded_model()
    else:
        files = files_of(manage.get_usable(options.name, store))
    name = DEMO if files.is_demo else files.name
    console.status(list_words.bench_start(name))
    engine = wiring.engine_options(settings, replace(files, name=name), is_verbose=False)
    with InferenceClient(engine) as describer:
        speed = measure(describer, machine_name(), console.status)
    seconds = seconds_of(speed)
    try:
        with store.change() as state:
            state.speeds[name] = speed
    except ModelError:
        console.status(list_words.bench_forgotten(name, amounts.about_seconds(seconds)))
        raise
    said = list_words.bench_result(name, amounts.about_seconds(seconds))
    return _result(said, {"model": name, "seconds": round(seconds, 3)}, options, console)


def _accept_licence(
    row: CatalogueModel, store: Store, options: argparse.Namespace, talk: ConsoleTalk
) -> None:
    """Show the licence and ask for consent, once for each licence."""
    if row.licence_link in store.read().licences:
        return
    talk.ask(install_words.licence(row.title, row.licence, row.licence_link))
    if not options.accept_licence:
        if not sys.stdin.isatty():
            raise UsageError(install_words.LICENCE_NEEDED, install_words.LICENCE_NEEDED_HINT)
        talk.ask(install_words.LICENCE_PROMPT)
        if sys.stdin.readline().strip().lower() not in ("yes", "y"):
            raise UsageError(install_words.LICENCE_REFUSED)
    with store.change() as state:
        if row.licence_link not in state.licences:
            state.licences.append(row.licence_link)


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


def open_talk(options: argparse.Namespace, console: Console, stack: ExitStack) -> ConsoleTalk:
    """Open a talk with a voice, unless the options or the settings want none."""
    loaded = read_settings(setting_values(options))
    settings = loaded.settings
    if options.quiet:
        settings = replace(settings, speech=replace(settings.speech, is_on=False))
    speaker = wiring.speaker(settings, console.error)
    stack.callback(speaker.close)
    talk = ConsoleTalk(console, speaker, is_quiet=options.quiet)
    for notice in loaded.notices:
        talk.tell(notice)
    return talk
