"""``sparc-assistant cameras``: the cameras that are there, a plain line each."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from assistant import cli_parser, help_texts
from assistant.console import Console
from assistant.errors import CameraError, ExitCode
from assistant.messages import camera as words
from assistant.messages import translate as _


def add_parser(commands: Any) -> None:
    """Adds ``cameras``."""
    cameras = cli_parser.add_command(
        commands, "cameras", help_texts.CAMERAS_COMMAND, help_texts.CAMERAS_COMMAND_LONG
    )
    cli_parser.add_setting(cameras, "camera")
    cameras.add_argument("--json", action="store_true", help=_(help_texts.CAMERAS_JSON))
    cameras.add_argument("--config", metavar="FILE", help=_(help_texts.CONFIG))
    cli_parser.add_help(cameras)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Prints the list.

    Raises:
        CameraError: no camera was found, or none can be used.
    """
    from assistant.camera.discovery import list_cameras
    from assistant.config import load_settings
    from assistant.masking import masked
    from assistant.typed_path import typed_path

    config_path = typed_path(options.config) if options.config else None
    settings = load_settings(cli_parser.setting_values(options), config_path=config_path)
    found = list_cameras(settings.camera.source)
    for number, info in enumerate(found, start=1):
        if options.json:
            console.json({name: _shown(value) for name, value in asdict(info).items()})
        elif info.is_usable:
            console.data(words.listed(number, masked(info.name), masked(info.id)))
        else:
            console.data(words.listed_unusable(number, masked(info.name), masked(info.problem)))
    if not found:
        raise CameraError(words.none_found(), words.none_found_hint())
    if not any(info.is_usable for info in found):
        raise CameraError(words.none_usable())
    return ExitCode.OK


def _shown(value: Any) -> Any:
    from assistant.masking import masked

    return masked(value) if isinstance(value, str) else value
