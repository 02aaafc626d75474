"""``sparc-assistant describe IMAGE ...``."""

from __future__ import annotations

import argparse
from typing import Any

from assistant import cli_parser, help_texts, messages
from assistant.commands import answering
from assistant.console import Console
from assistant.errors import ExitCode, UsageError
from assistant.messages import camera as words
from assistant.messages import translate as _


def add_parser(commands: Any) -> None:
    """Adds ``describe``."""
    describe = cli_parser.add_command(
        commands, "describe", help_texts.DESCRIBE, help_texts.DESCRIBE_LONG
    )
    answering.add_options(describe)
    describe.add_argument("images", nargs="*", metavar="IMAGE", help=_(help_texts.IMAGE))
    style = describe.add_mutually_exclusive_group()
    for name, text in (("detailed", help_texts.DETAILED), ("brief", help_texts.BRIEF)):
        style.add_argument(
            f"--{name}", dest="style", action="store_const", const=name, help=_(text)
        )
    cli_parser.add_setting(style, "prompt")


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Describes each picture in turn."""
    if not options.images:
        if options.camera is None:  # a wish for a picture of the camera's must be said
            raise UsageError(words.no_image(), messages.wrong_use_hint("sparc-assistant describe"))
        options.images = ["camera"]
    return answering.run(options, console)
