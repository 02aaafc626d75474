"""The command line: hears signals, runs the command, and ends with the right code."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from assistant import __version__, messages
from assistant.cli import help_texts
from assistant.cli.commands import COMMANDS, load_command
from assistant.cli.last_words import speak_error, speak_stopped
from assistant.cli.named_files import looks_like_picture
from assistant.cli.parser import Parser, add_help
from assistant.errors import AssistantError, ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages.exceptions import describe_exception
from assistant.messages.translation import PROGRAM, PROGRAM_VARIABLE
from assistant.system import threads

LONGEST_END_S = 10.0
"""How long taking everything down may last once the process was asked to end."""

_log = logging.getLogger(__name__)


class Terminated(SystemExit):
    """The process was asked to end (SIGTERM, SIGHUP); unwinds like KeyboardInterrupt.

    As another ``BaseException`` it would be lost where it comes while asyncio runs a callback.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code and lets nothing but SystemExit out."""
    console = Console()
    os.environ[PROGRAM_VARIABLE] = PROGRAM  # the model's process names commands too
    typed = sys.argv[1:] if arguments is None else arguments
    options = None
    try:
        _listen_to_signals()
        options = parse(typed)
        return load_command(options.command).run(options, console)
    except AssistantError as error:
        return _end(error, console, typed, options)
    except KeyboardInterrupt:
        console.status(messages.INTERRUPTED)
        with contextlib.suppress(Terminated):
            speak_stopped(messages.INTERRUPTED, typed, options)
        return ExitCode.INTERRUPTED
    except Terminated:
        return ExitCode.TERMINATED
    except BrokenPipeError:
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last stop: a person hears a sentence, not a traceback
        _log.debug("unexpected error", exc_info=True)
        return _end(describe_exception(error), console, typed, options)
    finally:
        _forget_what_cannot_be_written()


def _end(
    error: AssistantError,
    console: Console,
    typed: Sequence[str],
    options: argparse.Namespace | None,
) -> int:
    console.error(error)
    with contextlib.suppress(KeyboardInterrupt, Terminated):  # whoever ends it has heard enough
        speak_error(error, typed, options)
    return error.exit_code


def _listen_to_signals() -> None:
    signal.signal(signal.SIGINT, _on_interrupt)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup is respected
            signal.signal(number, _on_terminate)


def _on_interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C while things are taken down ends at once; the children see their pipes close.
    signal.signal(signal.SIGINT, lambda *_: os._exit(ExitCode.INTERRUPTED))
    raise KeyboardInterrupt


def _on_terminate(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, lambda *_: os._exit(ExitCode.TERMINATED))
    threads.start(_end_after_all, "end")
    raise Terminated


def _end_after_all() -> None:
    """End although the exception was lost: Python ignores one that comes inside a destructor or a callback of it."""
    time.sleep(LONGEST_END_S)
    os._exit(ExitCode.TERMINATED)


def _forget_what_cannot_be_written() -> None:
    """Python flushes stdout once more at its end, and would complain there and end with a code of its own."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_OWN_OPTIONS = ("-h", "--help", "--version")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog=PROGRAM,
        description=help_texts.PROGRAM,
        epilog=help_texts.EPILOG,
        allow_abbrev=False,
        add_help=False,
    )
    add_help(parser)
    parser.add_argument("--version", action="version", version=__version__, help=help_texts.VERSION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        load_command(name).add_parser(commands)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; ``--help`` and ``--version`` print and raise SystemExit.

    Options without a command are the assistant's own, as if ``start`` stood before them, and pictures without a
    command are described.

    Raises:
        UsageError: the command line is wrong.
    """
    parser = make_parser()
    first, *rest = arguments or ["start"]
    if first == "help":
        return parser.parse_args([*rest[:1], "--help"])
    if first in COMMANDS or first in _OWN_OPTIONS:
        return parser.parse_args(arguments or ["start"])
    if not first.startswith("-") or first == "-":
        is_picture = looks_like_picture(first)
        return parser.parse_args(["describe", *arguments] if is_picture else arguments)
    try:
        return parser.parse_args(["start", *arguments])
    except UsageError:
        meant = _put_command_first(arguments)
        if meant is None:
            raise
        return parser.parse_args(meant)


def _put_command_first(arguments: Sequence[str]) -> list[str] | None:
    """Return the command line that was meant by one whose options stand before its command or its picture."""
    for number, text in enumerate(arguments):
        if text in COMMANDS:
            return [text, *arguments[:number], *arguments[number + 1 :]]
    is_describing = any(looks_like_picture(text) for text in arguments)
    return ["describe", *arguments] if is_describing else None
