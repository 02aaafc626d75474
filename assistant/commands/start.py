"""``sparc-assistant`` or ``sparc-assistant start``: full screen, or line mode where the terminal asks for it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from assistant import cli_parser, help_texts
from assistant.commands import plain
from assistant.console import Console
from assistant.errors import ExitCode


def add_parser(commands: Any) -> None:
    """Adds ``start``."""
    start = cli_parser.add_command(commands, "start", help_texts.START, help_texts.START_LONG)
    plain.add_options(start)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Decides before Textual is imported."""
    from assistant.session_plan import is_plain_wanted, make_plan

    plan = make_plan(options)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if is_plain_wanted(plan.settings.assistant.plain, is_terminal=is_terminal):
        return plain.run_plan(plan, console)
    from contextlib import ExitStack

    from assistant.session_wiring import open_session
    from assistant.tui.run import run_full_screen

    with ExitStack() as stack:
        run_full_screen(lambda front: stack.enter_context(open_session(plan, front)))
    return ExitCode.OK
