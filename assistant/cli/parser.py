"""What the parsers of all commands share. Values are checked by ``assistant.settings.tree``, not here."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from assistant import messages
from assistant.errors import UsageError
from assistant.messages import translate as _
from assistant.settings import help_texts
from assistant.settings.table import BY_NAME


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print two lines of its own and exit."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong with the command line."""
        raise UsageError(messages.wrong_use(message), messages.wrong_use_hint(self.prog))


def add_command(
    commands: Any, name: str, text: str, long_text: str, epilog: str = help_texts.EPILOG
) -> argparse.ArgumentParser:
    """Adds a command to argparse's subparsers; its ``--help`` is added by ``add_help``, last.

    Args:
        commands: argparse's subparsers.
        name: as typed.
        text: what it does, for the list of commands; untranslated.
        long_text: the same for its own ``--help``; untranslated.
        epilog: last words of its ``--help``; untranslated.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=_(text), description=_(long_text), epilog=_(epilog),
        allow_abbrev=False, add_help=False,
    )  # fmt: skip
    return command


def add_help(parser: argparse.ArgumentParser) -> None:
    """Adds ``--help`` in our words."""
    parser.add_argument("-h", "--help", action="help", help=_(help_texts.HELP))


def add_setting(group: Any, name: str) -> None:
    """Adds the option of one setting."""
    metavar, text = help_texts.OPTIONS[name]
    group.add_argument(BY_NAME[name].option, metavar=metavar, help=_(text))


def add_setting_groups(
    command: argparse.ArgumentParser, groups: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    """Adds settings under headings, and the switches that belong to them."""
    for title, names in groups:
        group = command.add_argument_group(_(title))
        for name in names:
            add_setting(group, name)
        if title == help_texts.GROUP_MODEL:
            for option, setting, value, words in (
                ("--mlock", "mlock", True, help_texts.OPTIONS["mlock"][1]),
                ("--no-memory-check", "memory_check", False, help_texts.NO_MEMORY_CHECK),
            ):
                group.add_argument(
                    option, dest=setting, action="store_const", const=value, help=_(words)
                )
        if title == help_texts.GROUP_SPEECH:
            group.add_argument(
                "--no-speech",
                dest="speech",
                action="store_const",
                const=False,
                help=_(help_texts.NO_SPEECH),
            )
