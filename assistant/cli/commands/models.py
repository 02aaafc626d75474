"""``sparc-assistant models list | pull | verify | use | path | remove | add | bench``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from assistant.cli.parser import add_command, add_help
from assistant.errors import AssistantError, ExitCode
from assistant.fronts.console import Console
from assistant.messages import translate as _
from assistant.settings.table import BY_NAME

MODELS = _("Get models for photographs, and choose among them.")
MODELS_LONG = _(
    "Lists, fetches, checks and chooses models. Of these commands, only pull uses the network; every file is checked "
    "against its checksum before it is used."
)
EPILOG = _("Models are kept in sparc-assistant/models in the user's data folder.")
LIST = _("Say which models there are, which fit this machine, and what a picture costs.")
PULL = _("Download a model; continues where an earlier download stopped.")
VERIFY = _("Check the files of one installed model, or of all.")
USE = _("Choose the model that answers; best lets the program choose, demo is the small one.")
PATH = _("Print where the two files of an installed model are.")
REMOVE = _("Remove a model; files that this program did not fetch are left.")
ADD = _("Add a model from files that you have; they are used where they are.")
BENCH = _("Measure how long a picture takes on this machine, and remember it.")

NAME = _("Name of the model, as models list says it.")
NAME_OR_ALL = _("Name of the model; default: all.")
NAME_OR_BEST = _("Name of the model; default: the one that suits this machine best.")
NAME_OR_USED = _("Name of the model; default: the one that answers.")
NEW_NAME = _("A name of your own: small letters, digits, dots and dashes.")
MODEL = _("GGUF file of the language model.")
MMPROJ = _("GGUF file of its projector.")
TEMPLATE = _("Prompt template: {names}; default: the model file's own.")
ACCEPT = _("Accept the model's licence, which is shown.")
FORCE = _("Fetch it even if this machine has too little memory.")
UNVERIFIED = _("Install a file even if no checksum is known, so that damage would go unnoticed.")
QUIET = _("Say and show nothing but errors and the result.")
JSON = _("Print the result as one JSON object.")


def add_parser(commands: Any) -> None:
    """Add ``models`` and its actions."""
    models = add_command(commands, "models", MODELS, MODELS_LONG, EPILOG)
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_help(models)

    listing = _action(actions, "list", LIST)
    _finish(listing)

    pull = _action(actions, "pull", PULL)
    pull.add_argument("name", nargs="?", metavar="NAME", help=NAME_OR_BEST)
    pull.add_argument("--accept-licence", "--yes", action="store_true", help=ACCEPT)
    pull.add_argument("--force", action="store_true", help=FORCE)
    pull.add_argument("--unverified", action="store_true", help=UNVERIFIED)
    pull.add_argument("--quiet", action="store_true", help=QUIET)
    _finish(pull, speaks=True)

    verify = _action(actions, "verify", VERIFY)
    verify.add_argument("name", nargs="?", metavar="NAME", help=NAME_OR_ALL)
    _finish(verify)

    for action, text in (("use", USE), ("path", PATH), ("remove", REMOVE)):
        parser = _action(actions, action, text)
        parser.add_argument("name", metavar="NAME", help=NAME)
        _finish(parser)

    add = _action(actions, "add", ADD)
    add.add_argument("name", metavar="NAME", help=NEW_NAME)
    add.add_argument("--model", dest="model_file", metavar="FILE", required=True, help=MODEL)
    add.add_argument("--mmproj", dest="mmproj_file", metavar="FILE", required=True, help=MMPROJ)
    add.add_argument("--template", dest="template_name", metavar="NAME", help=_template_help())
    _finish(add)

    bench = _action(actions, "bench", BENCH)
    bench.add_argument("name", nargs="?", metavar="NAME", help=NAME_OR_USED)
    _finish(bench)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for."""
    from assistant.cli.commands import models_actions as actions
    from assistant.cli.records import error_record

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
    return add_command(actions, name, text, text, EPILOG)


def _finish(parser: argparse.ArgumentParser, *, speaks: bool = False) -> None:
    parser.add_argument("--json", action="store_true", help=JSON)
    if speaks:
        parser.add_argument(
            "--no-speech", dest="speech", action="store_const", const=False,
            help=BY_NAME["speech"].switch_help,
        )  # fmt: skip
    add_help(parser)


def _template_help() -> str:
    from assistant.inference.chat_templates import TEMPLATES

    return TEMPLATE.format(names=", ".join(TEMPLATES))
