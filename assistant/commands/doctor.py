"""``sparc-assistant doctor``: whether describing can work here, and what to do where not."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from assistant import cli_parser, help_texts
from assistant.console import Console
from assistant.errors import ExitCode
from assistant.messages import doctor as words
from assistant.messages import translate as _
from assistant.typed_path import typed_path


def add_parser(commands: Any) -> None:
    """Adds ``doctor``."""
    doctor = cli_parser.add_command(commands, "doctor", words.command(), words.command_long())
    doctor.add_argument("--json", action="store_true", help=words.json_option())
    doctor.add_argument("--config", metavar="FILE", help=_(help_texts.CONFIG))
    cli_parser.add_help(doctor)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Prints a line for each check; fails when describing could not work."""
    from assistant.doctor.checks import Machine
    from assistant.doctor.findings import State, run_checks

    asked = typed_path(options.config) if options.config else None
    coding = sys.stdout.encoding if sys.stdout.isatty() else None
    is_well = True
    for finding in run_checks(Machine(coding=coding, config_path=asked).checks()):
        # What says nothing of the engine is no promise that it works.
        is_unknown = finding.state is State.UNCHECKED and finding.name in ("engine", "model")
        is_well = is_well and finding.state is not State.PROBLEM and not is_unknown
        if options.json:
            name, text = finding.name, finding.text
            console.json(
                {"name": name, "state": finding.state, "text": text, "remedy": finding.remedy}
            )
        else:
            for line in finding.lines:
                console.data(line)
    console.status(words.can_describe() if is_well else words.cannot_describe())
    return ExitCode.OK if is_well else ExitCode.FAILURE
