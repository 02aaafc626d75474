"""``sparc-assistant`` or ``sparc-assistant start``: full screen, or line mode where the terminal asks for it."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from typing import Any

from assistant.cli import help_texts
from assistant.cli.commands import plain
from assistant.cli.parser import add_command, add_help, add_output, add_settings
from assistant.errors import ExitCode
from assistant.fronts.console import Console
from assistant.messages import session as words


def add_parser(commands: Any) -> None:
    """Add ``start``."""
    start = add_command(commands, "start", help_texts.START, help_texts.START_LONG)
    add_settings(start, "start")
    add_output(start)
    add_help(start)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Decide before Textual is imported."""
    from assistant.app.open_session import is_plain_wanted, make_plan

    plan = make_plan(options)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if is_plain_wanted(plan.settings.assistant.plain, is_terminal=is_terminal):
        return plain.run_plan(plan, console)
    from assistant.app.open_session import open_session
    from assistant.fronts.tui.terminal import run_full_screen

    with ExitStack() as stack:
        session = run_full_screen(lambda front: stack.enter_context(open_session(plan, front)))
        if session is not None:
            console.status(words.GOODBYE)
            session.say_goodbye()
    return ExitCode.OK
