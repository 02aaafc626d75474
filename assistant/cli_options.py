"""The options of the command line. Values are checked by ``assistant.config``, not here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from assistant import __version__, help_texts, messages
from assistant.errors import UsageError
from assistant.messages import translate as _
from assistant.settings_table import BY_NAME

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (help_texts.GROUP_MODEL, ("model", "mmproj", "template", "threads", "n-ctx", "flash-attn")),
    (help_texts.GROUP_ANSWER, ("max-tokens", "temperature", "top-p", "seed")),
    (help_texts.GROUP_STEERING, ("method", "alpha", "beta", "tau", "layer", "layers")),
    (help_texts.GROUP_SPEECH, ("rate", "voice", "volume")),
)


class _Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print two lines of its own and exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(messages.wrong_use(message), messages.wrong_use_hint(self.prog))


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="sparc-assistant",
        description=_(help_texts.PROGRAM),
        epilog=_(help_texts.EPILOG),
        allow_abbrev=False,
        add_help=False,
    )
    _add_help(parser)
    parser.add_argument(
        "--version", action="version", version=__version__, help=_(help_texts.VERSION)
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    describe = _command(commands, "describe", help_texts.DESCRIBE, help_texts.DESCRIBE_LONG)
    describe.add_argument("images", nargs="+", metavar="IMAGE", help=_(help_texts.IMAGE))
    style = describe.add_mutually_exclusive_group()
    for name, text in (("detailed", help_texts.DETAILED), ("brief", help_texts.BRIEF)):
        style.add_argument(
            f"--{name}", dest="style", action="store_const", const=name, help=_(text)
        )
    _add_setting(style, "prompt")
    ask = _command(commands, "ask", help_texts.ASK, help_texts.ASK_LONG)
    ask.add_argument("image", metavar="IMAGE", help=_(help_texts.IMAGE))
    ask.add_argument("questions", nargs="+", metavar="QUESTION", help=_(help_texts.QUESTION))
    trace: argparse.ArgumentParser = commands.add_parser(
        "trace", help=_(help_texts.TRACE_COMMAND), description=_(help_texts.TRACE_COMMAND_LONG),
        allow_abbrev=False, add_help=False,
    )  # fmt: skip
    trace.add_argument("file", metavar="FILE", help=_(help_texts.TRACE_FILE))
    _add_help(trace)
    return parser


def setting_values(options: argparse.Namespace) -> dict[str, Any]:
    """The settings among the parsed options, by name; None where not given."""
    return {name: getattr(options, name.replace("-", "_"), None) for name in BY_NAME}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses a command line; ``--help`` and ``--version`` print and raise SystemExit.

    Raises:
        UsageError: the command line is wrong.
    """
    return make_parser().parse_args(arguments)


def _command(commands: Any, name: str, text: str, long_text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=_(text), description=_(long_text), epilog=_(help_texts.EPILOG),
        allow_abbrev=False, add_help=False,
    )  # fmt: skip
    for title, names in _GROUPS:
        group = command.add_argument_group(_(title))
        for setting in names:
            _add_setting(group, setting)
        if title == help_texts.GROUP_SPEECH:
            group.add_argument(
                "--no-speech",
                dest="speech",
                action="store_const",
                const=False,
                help=_(help_texts.NO_SPEECH),
            )
    output = command.add_argument_group(_(help_texts.GROUP_OUTPUT))
    output.add_argument("--json", action="store_true", help=_(help_texts.JSON))
    output.add_argument("--trace", metavar="FILE", help=_(help_texts.TRACE))
    output.add_argument("--heatmap", metavar="FILE", help=_(help_texts.HEATMAP))
    output.add_argument("--verbose", action="store_true", help=_(help_texts.VERBOSE))
    output.add_argument("--config", metavar="FILE", help=_(help_texts.CONFIG))
    _add_help(command)
    return command


def _add_help(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="help", help=_(help_texts.HELP))


def _add_setting(group: Any, name: str) -> None:
    metavar, text = help_texts.OPTIONS[name]
    group.add_argument(BY_NAME[name].option, metavar=metavar, help=_(text))
