"""``sparc-assistant doctor``: whether describing can work here, and what to do where not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help
from assistant.errors import ExitCode
from assistant.fronts.console import Console
from assistant.messages import doctor as words
from assistant.system.typed_path import typed_path

if TYPE_CHECKING:
    from assistant.doctor.findings import Finding


_SOUND = ("voice", "player", "sound", "speech")
"""Checks without which nothing may be heard."""


def add_parser(commands: Any) -> None:
    """Add ``doctor``."""
    doctor = add_command(commands, "doctor", words.COMMAND, words.COMMAND_LONG)
    doctor.add_argument("--json", action="store_true", help=words.JSON_OPTION)
    doctor.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    add_help(doctor)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print a line for each check; fails when describing could not work."""
    from assistant.doctor.checks import Machine
    from assistant.doctor.findings import State, run_checks

    asked = typed_path(options.config) if options.config else None
    coding = sys.stdout.encoding if sys.stdout.isatty() else None
    checks = Machine(coding=coding, config_path=asked).checks()
    found: list[Finding] = []

    def findings() -> Iterator[Finding]:
        for finding in run_checks(checks):
            found.append(finding)
            yield finding

    is_well = tell(findings(), console, is_json=options.json)
    is_silent = any(one.state is State.WARNING and one.name in _SOUND for one in found)
    can_describe = words.CAN_DESCRIBE_SILENTLY if is_silent else words.CAN_DESCRIBE
    console.status(can_describe if is_well else words.CANNOT_DESCRIBE)
    return ExitCode.OK if is_well else ExitCode.FAILURE


def tell(
    findings: Iterable[Finding],
    console: Console,
    *,
    is_json: bool,
    quiet_s: tuple[float, ...] | None = None,
) -> bool:
    """Print findings as they come, with signs of life between; whether describing can work.

    Args:
        findings: one that takes its time holds back those after it.
        console: where to.
        is_json: whether as objects.
        quiet_s: seconds of silence before each sign of life; None for the usual.
    """
    from assistant.core.heartbeat import DEFAULT_QUIET_S, Heartbeat, sign_of_life
    from assistant.doctor.findings import State

    def beat() -> None:
        console.status(sign_of_life(words.STAGE))

    is_well = True
    with Heartbeat(beat, quiet_s or DEFAULT_QUIET_S) as heartbeat:
        for finding in findings:
            # What says nothing of the engine is no promise that it works.
            is_unknown = finding.state is State.UNCHECKED and finding.name in ("engine", "model")
            is_well = is_well and finding.state is not State.PROBLEM and not is_unknown
            if is_json:
                name, text = finding.name, finding.text
                console.json(
                    {"name": name, "state": finding.state, "text": text, "remedy": finding.remedy}
                )
            else:
                for line in finding.lines:
                    console.data(line)
            heartbeat.poke()
    return is_well
