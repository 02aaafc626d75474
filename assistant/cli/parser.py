"""What the parsers of all commands share. Values are checked by ``assistant.settings.load``, not here."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, NoReturn

from assistant import messages
from assistant.cli import help_texts
from assistant.errors import UsageError
from assistant.messages import command_line as words
from assistant.messages import translate as _
from assistant.settings.table import BY_NAME, SETTINGS, TITLES


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print two lines of its own and exit; suggests what is near."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line."""
        raise UsageError(_plain_reason(message), messages.wrong_use_hint(self.prog))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what is left over here, where the options are known among which it may be misspelt."""
        known, rest = super().parse_known_args(args, namespace)
        if rest and self._subparsers is None:
            first = next((text for text in rest if text.startswith("-")), rest[0])
            hint = messages.wrong_use_hint(self.prog)
            if not first.startswith("-"):
                raise UsageError(words.argument_unknown(first), hint)
            name = first.partition("=")[0]
            near = get_close_matches(name, self._option_string_actions, 1)
            if near:
                hint = words.did_you_mean(near[0], hint)
            raise UsageError(words.option_unknown(name), hint)
        return known, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a command that is not there, and name the one that is near."""
        if action.choices is None or value in action.choices:
            return
        near = get_close_matches(value, map(str, action.choices), 1)
        hint = messages.wrong_use_hint(f"{self.prog} {near[0]}" if near else self.prog)
        if near:
            hint = words.did_you_mean(near[0], hint)
        raise UsageError(words.command_unknown(value), hint)


def _plain_reason(message: str) -> str:
    """Say in a sentence of ours what argparse said."""
    if missing := re.fullmatch("the following arguments are required: (.*)", message):
        return words.arguments_missing(missing[1])
    if valueless := re.fullmatch("argument (.*): expected .*argument.*", message):
        return words.value_missing(valueless[1])
    return messages.wrong_use(message)


def add_command(
    commands: Any, name: str, text: str, long_text: str, epilog: str = help_texts.EPILOG
) -> argparse.ArgumentParser:
    """Add a command to argparse's subparsers; its ``--help`` is added by ``add_help``, last.

    Args:
        commands: argparse's subparsers.
        name: as typed.
        text: what it does, for the list of commands.
        long_text: the same for its own ``--help``.
        epilog: last words of its ``--help``.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=_(text), description=_(long_text), epilog=_(epilog),
        allow_abbrev=False, add_help=False,
    )  # fmt: skip
    return command


def add_help(parser: argparse.ArgumentParser) -> None:
    """Add ``--help`` in our words."""
    parser.add_argument("-h", "--help", action="help", help=help_texts.HELP)


def add_setting(group: Any, name: str) -> None:
    """Add the option of one setting."""
    setting = BY_NAME[name]
    dest = name.replace("-", "_")
    if setting.switch is None:
        group.add_argument(setting.option, dest=dest, metavar=setting.metavar, help=setting.help)
    else:
        group.add_argument(
            setting.option, dest=dest, action="store_const", const=setting.switch,
            help=setting.switch_help or setting.help,
        )  # fmt: skip


def add_settings(
    parser: argparse.ArgumentParser, command: str, sections: Collection[str] = tuple(TITLES)
) -> None:
    """Add the settings that a command takes, under the titles of their sections.

    Args:
        parser: the command's.
        command: whose settings are added.
        sections: those to add, by name.
    """
    for section in sections:
        names = [row.name for row in SETTINGS if row.section == section and command in row.commands]
        if names:
            group = parser.add_argument_group(TITLES[section])
            for name in names:
                add_setting(group, name)


def add_output(parser: argparse.ArgumentParser) -> Any:
    """Add the group of what is written, with what every command has; return it."""
    output = parser.add_argument_group(help_texts.GROUP_OUTPUT)
    output.add_argument("--verbose", action="store_true", help=help_texts.VERBOSE)
    output.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    return output
