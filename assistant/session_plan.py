"""What a session is to be made of: read from options, environment and the settings file, and checked."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass

from assistant import cli_parser, wiring
from assistant.catalogue import ModelFiles, find_model
from assistant.config import Settings
from assistant.core.actions import Keymap, KeymapError
from assistant.errors import UsageError
from assistant.messages import session as words
from assistant.preferences import StoredPreferences
from assistant.typed_path import typed_path


@dataclass(frozen=True)
class Plan:
    """What a session is to be made of.

    Attributes:
        settings: the settings at the start.
        preferences: reads and changes them.
        files: the model to begin with.
        keymap: which key does what.
        notices: what is said first, for example that the settings file was broken.
        is_verbose: whether the log is shown.
    """

    settings: Settings
    preferences: StoredPreferences
    files: ModelFiles
    keymap: Keymap
    notices: tuple[str, ...] = ()
    is_verbose: bool = False


def is_plain_wanted(
    wished: str, environment: Mapping[str, str] = os.environ, *, is_terminal: bool
) -> bool:
    """Whether the line mode suits the terminal better than the full screen.

    Args:
        wished: "on" and "off" decide; "auto" looks.
        environment: ``TERM=dumb`` and ``ACCESSIBLE`` ask for plain lines.
        is_terminal: whether both input and output are one.
    """
    if wished != "auto":
        return wished == "on" or not is_terminal
    return (
        not is_terminal
        or environment.get("TERM", "") in {"", "dumb", "unknown"}
        or bool(environment.get("ACCESSIBLE"))
    )


def make_plan(options: argparse.Namespace) -> Plan:
    """Reads the settings and finds the model; a broken settings file is put aside and told of.

    Raises:
        AssistantError: an option cannot be used, or the model files cannot.
    """
    wiring.start_logging(is_verbose=options.verbose)
    config_path = typed_path(options.config) if options.config else None
    preferences, notices = StoredPreferences.open(
        cli_parser.setting_values(options), os.environ, config_path
    )
    settings = preferences.settings
    files = find_model(settings.model.model_path, settings.model.mmproj_path)
    settings.steering.applied_to(files.preset)
    try:
        keymap = Keymap.from_rebindings(settings.keys)
    except KeymapError as error:
        raise UsageError(words.keys_wrong(str(error))) from error
    notices = [*notices, *wiring.model_notices(settings, files)]
    return Plan(settings, preferences, files, keymap, tuple(notices), options.verbose)
