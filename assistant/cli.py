"""The command line: hears signals, runs the command, and ends with the right code."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from assistant import cli_options, messages, unexpected
from assistant.commands import COMMANDS
from assistant.console import Console
from assistant.errors import AssistantError, ExitCode

_log = logging.getLogger(__name__)


class Terminated(BaseException):
    """The process was asked to end (SIGTERM, SIGHUP); unwinds like KeyboardInterrupt."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code and lets nothing but SystemExit out."""
    console = Console()
    try:
        _listen_to_signals()
        options = cli_options.parse(sys.argv[1:] if arguments is None else arguments)
        return COMMANDS[options.command].run(options, console)
    except AssistantError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.status(messages.interrupted())
        return ExitCode.INTERRUPTED
    except Terminated:
        return ExitCode.TERMINATED
    except BrokenPipeError:
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last stop: a person hears a sentence, not a traceback
        _log.debug("unexpected error", exc_info=True)
        console.error(unexpected.told(error))
        return ExitCode.FAILURE
    finally:
        _forget_what_cannot_be_written()


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
    raise Terminated


def _forget_what_cannot_be_written() -> None:
    """Python flushes stdout once more at its end, and would complain there and end with a code of its own."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
