"""``sparc-assistant ask IMAGE QUESTION ...``."""

from __future__ import annotations

import argparse
from typing import Any

from assistant.cli import help_texts
from assistant.cli.commands.describe import add_options, answer
from assistant.cli.parser import add_command
from assistant.errors import ExitCode
from assistant.fronts.console import Console


def add_parser(commands: Any) -> None:
    """Add ``ask``."""
    ask = add_command(commands, "ask", help_texts.ASK, help_texts.ASK_LONG)
    add_options(ask, "ask")
    ask.add_argument("image", metavar="IMAGE", help=help_texts.IMAGE)
    ask.add_argument("questions", nargs="+", metavar="QUESTION", help=help_texts.QUESTION)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Answer the questions in turn."""
    return answer(options, console)
