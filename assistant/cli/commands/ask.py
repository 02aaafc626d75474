"""``sparc-assistant ask IMAGE QUESTION ...``."""

from __future__ import annotations

import argparse
from typing import Any

from assistant.cli.commands.describe import add_options, answer
from assistant.cli.parser import add_command
from assistant.errors import ExitCode
from assistant.fronts.console import Console
from assistant.messages import translate as _
from assistant.settings import help_texts


def add_parser(commands: Any) -> None:
    """Adds ``ask``."""
    ask = add_command(commands, "ask", help_texts.ASK, help_texts.ASK_LONG)
    add_options(ask)
    ask.add_argument("image", metavar="IMAGE", help=_(help_texts.IMAGE))
    ask.add_argument("questions", nargs="+", metavar="QUESTION", help=_(help_texts.QUESTION))


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Answers the questions in turn."""
    return answer(options, console)
