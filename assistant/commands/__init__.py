"""The subcommands: a module each, which says how it is called and does the work.

A command module has ``add_parser(commands)``, which adds its parser, and ``run(options, console)``, which
does the work. None imports anything heavy at its top: the first sign of life must come at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Protocol

from assistant.commands import (
    ask,
    bench,
    cameras,
    describe,
    doctor,
    headless,
    models,
    plain,
    settings,
    start,
    trace,
)
from assistant.console import Console
from assistant.errors import ExitCode


class Command(Protocol):
    """What a command module offers."""

    def add_parser(self, commands: Any) -> None:
        """Adds the command's parser to argparse's subparsers."""
        ...

    def run(self, options: argparse.Namespace, console: Console) -> ExitCode:
        """Does the work; raises AssistantError."""
        ...


COMMANDS: Mapping[str, Command] = {
    "start": start,
    "plain": plain,
    "headless": headless,
    "describe": describe,
    "ask": ask,
    "cameras": cameras,
    "trace": trace,
    "models": models,
    "bench": bench,
    "settings": settings,
    "doctor": doctor,
}
"""In the order of ``--help``."""
