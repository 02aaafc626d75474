"""``sparc-assistant cameras``: the cameras that are there, a plain line each."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help, add_setting
from assistant.errors import CameraError, ExitCode
from assistant.fronts.console import Console
from assistant.messages import camera as words
from assistant.settings.table import setting_values


def add_parser(commands: Any) -> None:
    """Add ``cameras``."""
    cameras = add_command(
        commands, "cameras", help_texts.CAMERAS_COMMAND, help_texts.CAMERAS_COMMAND_LONG
    )
    add_setting(cameras, "camera")
    cameras.add_argument("--json", action="store_true", help=help_texts.CAMERAS_JSON)
    cameras.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    add_help(cameras)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print the list.

    Raises:
        CameraError: no camera was found, or none can be used.
    """
    from assistant.camera.discovery import list_cameras
    from assistant.settings.load import read_settings
    from assistant.system.masking import masked
    from assistant.system.typed_path import typed_path

    config_path = typed_path(options.config) if options.config else None
    loaded = read_settings(setting_values(options), config_path=config_path)
    for notice in loaded.notices:
        console.status(notice)
    found = list_cameras(loaded.settings.camera.source)
    for number, info in enumerate(found, start=1):
        if options.json:
            console.json({name: _shown(value) for name, value in asdict(info).items()})
        elif info.is_usable:
            console.data(words.listed(number, masked(info.name), masked(info.id)))
        else:
            console.data(words.listed_unusable(number, masked(info.name), masked(info.problem)))
    if not found:
        raise CameraError(words.NONE_FOUND, words.NONE_FOUND_HINT)
    if not any(info.is_usable for info in found):
        raise CameraError(words.NONE_USABLE)
    return ExitCode.OK


def _shown(value: Any) -> Any:
    from assistant.system.masking import masked

    return masked(value) if isinstance(value, str) else value
