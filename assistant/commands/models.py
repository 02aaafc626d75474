"""``sparc-assistant models list | pull | verify | use | path | remove | add | bench``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from assistant import cli_parser, help_texts, help_texts_models
from assistant.console import Console
from assistant.errors import AssistantError, ExitCode
from assistant.messages import translate as _

texts = help_texts_models


def add_parser(commands: Any) -> None:
    """Adds ``models`` and what it can do."""
    models = cli_parser.add_command(
        commands, "models", texts.MODELS, texts.MODELS_LONG, texts.EPILOG
    )
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    cli_parser.add_help(models)

    listing = _action(actions, "list", texts.LIST)
    _finish(listing)

    pull = _action(actions, "pull", texts.PULL)
    pull.add_argument("name", metavar="NAME", help=_(texts.NAME))
    pull.add_argument("--accept-licence", action="store_true", help=_(texts.ACCEPT))
    pull.add_argument("--force", action="store_true", help=_(texts.FORCE))
    pull.add_argument("--quiet", action="store_true", help=_(texts.QUIET))
    _finish(pull, speaks=True)

    verify = _action(actions, "verify", texts.VERIFY)
    verify.add_argument("name", nargs="?", metavar="NAME", help=_(texts.NAME_OR_ALL))
    _finish(verify)

    for action, text in (("use", texts.USE), ("path", texts.PATH), ("remove", texts.REMOVE)):
        parser = _action(actions, action, text)
        parser.add_argument("name", metavar="NAME", help=_(texts.NAME))
        _finish(parser)

    add = _action(actions, "add", texts.ADD)
    add.add_argument("name", metavar="NAME", help=_(texts.NEW_NAME))
    add.add_argument(
        "--model", dest="model_file", metavar="FILE", required=True, help=_(texts.MODEL)
    )
    add.add_argument(
        "--mmproj", dest="mmproj_file", metavar="FILE", required=True, help=_(texts.MMPROJ)
    )
    add.add_argument("--template", dest="template_name", metavar="NAME", help=_template_help())
    _finish(add)

    bench = _action(actions, "bench", texts.BENCH)
    bench.add_argument("name", nargs="?", metavar="NAME", help=_(texts.NAME_OR_USED))
    _finish(bench)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Does what was asked for."""
    from assistant import models_actions as actions
    from assistant.report import error_record

    work: Mapping[str, Callable[[argparse.Namespace, Console], ExitCode]] = {
        "list": actions.list_models,
        "pull": actions.pull,
        "verify": actions.verify,
        "use": actions.use,
        "path": actions.path,
        "remove": actions.remove,
        "add": actions.add,
        "bench": actions.bench,
    }
    try:
        return work[options.action](options, console)
    except AssistantError as error:
        if options.json:
            console.json(error_record(error))
        raise


def _action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    return cli_parser.add_command(actions, name, text, text, texts.EPILOG)


def _finish(parser: argparse.ArgumentParser, *, speaks: bool = False) -> None:
    parser.add_argument("--json", action="store_true", help=_(texts.JSON))
    if speaks:
        parser.add_argument(
            "--no-speech", dest="speech", action="store_const", const=False,
            help=_(help_texts.NO_SPEECH),
        )  # fmt: skip
    cli_parser.add_help(parser)


def _template_help() -> str:
    from assistant.inference.chat_templates import TEMPLATES

    return _(texts.TEMPLATE).format(names=", ".join(TEMPLATES))
