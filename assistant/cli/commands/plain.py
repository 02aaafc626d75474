"""``sparc-assistant plain``: the assistant, line under line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from assistant.cli.commands.describe import GROUPS
from assistant.cli.parser import add_command, add_help, add_setting_groups
from assistant.errors import ExitCode
from assistant.fronts.console import Console
from assistant.messages import translate as _
from assistant.settings import help_texts

if TYPE_CHECKING:
    from assistant.app.open_session import Plan


OWN_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (help_texts.GROUP_CAMERA, ("camera", "look-ahead")),
    (
        help_texts.GROUP_ASSISTANT,
        ("plain", "earcons", "save-folder", "history-size", "notice-acknowledged"),
    ),
)


def add_parser(commands: Any) -> None:
    """Adds ``plain``."""
    plain = add_command(commands, "plain", help_texts.PLAIN, help_texts.PLAIN_LONG)
    add_options(plain)


def add_options(command: argparse.ArgumentParser) -> None:
    """Adds what line mode and full screen share."""
    add_setting_groups(command, (*GROUPS, *OWN_GROUPS))
    output = command.add_argument_group(_(help_texts.GROUP_OUTPUT))
    output.add_argument("--verbose", action="store_true", help=_(help_texts.VERBOSE))
    output.add_argument("--config", metavar="FILE", help=_(help_texts.CONFIG))
    add_help(command)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Runs the line mode until the person quits."""
    from assistant.app.open_session import make_plan

    return run_plan(make_plan(options), console)


def run_plan(plan: Plan, console: Console) -> ExitCode:
    """Runs the line mode with what was planned."""
    from assistant.app.open_session import open_session
    from assistant.fronts.plain import PlainFront, PlainMode

    front = PlainFront(console)
    with open_session(plan, front) as session:
        PlainMode(session, console).run()
    return ExitCode.OK
