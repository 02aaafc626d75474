"""The parser of the whole command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from assistant import __version__, cli_parser, help_texts
from assistant.commands import COMMANDS
from assistant.messages import translate as _

_OWN_OPTIONS = ("-h", "--help", "--version")


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = cli_parser.Parser(
        prog="sparc-assistant",
        description=_(help_texts.PROGRAM),
        epilog=_(help_texts.EPILOG),
        allow_abbrev=False,
        add_help=False,
    )
    cli_parser.add_help(parser)
    parser.add_argument(
        "--version", action="version", version=__version__, help=_(help_texts.VERSION)
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS.values():
        command.add_parser(commands)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses a command line; ``--help`` and ``--version`` print and raise SystemExit.

    Options without a command are the assistant's own, as if ``start`` stood before them.

    Raises:
        UsageError: the command line is wrong.
    """
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in _OWN_OPTIONS):
        arguments = ["start", *arguments]
    return make_parser().parse_args(arguments)
