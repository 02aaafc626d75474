"""Speaks why the program ends: whoever does not see the screen must not be left with silence."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Sequence

from assistant.errors import AssistantError

ERROR_S = 30.0
STOPPED_S = 3.0
"""How long each may take to be spoken; a device that hangs must not keep the program."""

_SILENT_OPTIONS = {"--no-speech", "--quiet", "--json"}
_FOR_PROGRAMS = {"bench", "cameras", "doctor", "settings", "trace", "voices"}
"""Commands that do not speak otherwise: a script may run them, so they speak to a person at a terminal only."""

_log = logging.getLogger(__name__)


def speak_error(
    error: AssistantError, typed: Sequence[str], options: argparse.Namespace | None
) -> None:
    """Speak what happened and what to do, once it was shown.

    Args:
        error: the reason.
        typed: the command line.
        options: the same, parsed; None where it cannot be parsed.
    """
    if _is_person_there() or not _FOR_PROGRAMS.intersection(typed[:1]):
        _speak(str(error), typed, options, ERROR_S)


def speak_stopped(sentence: str, typed: Sequence[str], options: argparse.Namespace | None) -> None:
    """Confirm Control-C; without a terminal the signal came from a program, which only wants the end."""
    if _is_person_there() and not _FOR_PROGRAMS.intersection(typed[:1]):
        _speak(sentence, typed, options, STOPPED_S)


def _is_person_there() -> bool:
    with contextlib.suppress(ValueError, AttributeError):
        return sys.stderr.isatty()
    return False


def _speak(
    text: str, typed: Sequence[str], options: argparse.Namespace | None, longest_s: float
) -> None:
    if _SILENT_OPTIONS.intersection(typed):
        return
    from assistant.app import wiring
    from assistant.core.ports import Priority
    from assistant.settings.load import read_settings
    from assistant.settings.table import Settings, setting_values
    from assistant.system.masking import masked
    from assistant.system.printable import printable
    from assistant.system.typed_path import typed_path

    try:
        given = setting_values(options) if options is not None else {}
        config = getattr(options, "config", None)
        settings = read_settings(given, config_path=typed_path(config) if config else None).settings
    except AssistantError:  # perhaps the very reason
        settings = Settings()
    try:
        settings = wiring.silent_beside(wiring.find_reader(settings), settings)
        speaker = wiring.speaker(settings, lambda _problem: None)
    except Exception:  # noqa: BLE001 - it was shown; without a voice there is nothing more to do
        _log.debug("no voice for the last words", exc_info=True)
        return
    try:
        speaker.say(masked(printable(text)), Priority.ERROR)
        speaker.wait(longest_s)
    finally:
        speaker.close()
