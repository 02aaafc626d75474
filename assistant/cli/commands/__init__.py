"""The subcommands: a module each, which says how it is called and does the work.

A command module has ``add_parser(commands)``, which adds its parser, and ``run(options, console)``, which
does the work. None imports anything heavy at its top: the first sign of life must come at once. They are found
by name, so that a command of an optional part (``bench``) needs nothing of it here.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping
from typing import Any, Protocol, cast

from assistant.errors import ExitCode
from assistant.fronts.console import Console


class Command(Protocol):
    """What a command module offers."""

    def add_parser(self, commands: Any) -> None:
        """Add the command's parser to argparse's subparsers."""

    def run(self, options: argparse.Namespace, console: Console) -> ExitCode:
        """Do the work; raise AssistantError."""


COMMANDS: Mapping[str, str] = {
    "start": "assistant.cli.commands.start",
    "plain": "assistant.cli.commands.plain",
    "headless": "assistant.cli.commands.headless",
    "describe": "assistant.cli.commands.describe",
    "ask": "assistant.cli.commands.ask",
    "glance": "assistant.cli.commands.glance",
    "cameras": "assistant.cli.commands.cameras",
    "voices": "assistant.cli.commands.voices",
    "trace": "assistant.cli.commands.trace",
    "models": "assistant.cli.commands.models",
    "bench": "assistant.bench.command",
    "settings": "assistant.cli.commands.settings",
    "doctor": "assistant.cli.commands.doctor",
}
"""Command and module, in the order of ``--help``."""


def load_command(name: str) -> Command:
    """Import the module of a command."""
    return cast(Command, importlib.import_module(COMMANDS[name]))
