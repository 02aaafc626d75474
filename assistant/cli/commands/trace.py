"""``sparc-assistant trace FILE``: a trace as plain lines."""

from __future__ import annotations

import argparse
from typing import Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help
from assistant.errors import ExitCode
from assistant.fronts.console import Console
from assistant.system.typed_path import typed_path


def add_parser(commands: Any) -> None:
    """Add ``trace``."""
    trace = add_command(commands, "trace", help_texts.TRACE_COMMAND, help_texts.TRACE_COMMAND_LONG)
    trace.add_argument("file", metavar="FILE", help=help_texts.TRACE_FILE)
    add_help(trace)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print the lines."""
    from assistant.cli.trace_report import trace_lines

    for line in trace_lines(typed_path(options.file)):
        console.data(line)
    return ExitCode.OK
