"""``sparc-assistant ask IMAGE QUESTION ...``."""

from __future__ import annotations

import argparse
from typing import Any

from assistant import cli_parser, help_texts
from assistant.commands import answering
from assistant.console import Console
from assistant.errors import ExitCode
from assistant.messages import translate as _


def add_parser(commands: Any) -> None:
    """Adds ``ask``."""
    ask = cli_parser.add_command(commands, "ask", help_texts.ASK, help_texts.ASK_LONG)
    answering.add_options(ask)
    ask.add_argument("image", metavar="IMAGE", help=_(help_texts.IMAGE))
    ask.add_argument("questions", nargs="+", metavar="QUESTION", help=_(help_texts.QUESTION))


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Answers the questions in turn."""
    return answering.run(options, console)
