"""``sparc-assistant plain``: the assistant, line under line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help, add_output, add_settings
from assistant.errors import ExitCode
from assistant.fronts.console import Console

if TYPE_CHECKING:
    from assistant.app.open_session import Plan


def add_parser(commands: Any) -> None:
    """Add ``plain``."""
    plain = add_command(commands, "plain", help_texts.PLAIN, help_texts.PLAIN_LONG)
    add_settings(plain, "plain")
    add_output(plain)
    add_help(plain)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Run the line mode until the person quits."""
    from assistant.app.open_session import make_plan

    return run_plan(make_plan(options), console)


def run_plan(plan: Plan, console: Console) -> ExitCode:
    """Run the line mode with what was planned."""
    from assistant.app.open_session import open_session
    from assistant.fronts.plain import PlainFront, PlainMode

    front = PlainFront(console)
    with open_session(plan, front) as session:
        PlainMode(session).run()
    return ExitCode.OK
