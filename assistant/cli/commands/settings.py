"""``sparc-assistant settings``: what is set, where from, and how to change it."""

from __future__ import annotations

import argparse
import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import settings as words
from assistant.system.typed_path import typed_path

if TYPE_CHECKING:
    from assistant.settings.load import Loaded
    from assistant.settings.report import ReportedSetting


def add_parser(commands: Any) -> None:
    """Add ``settings``."""
    settings = add_command(
        commands, "settings", help_texts.SETTINGS_COMMAND, help_texts.SETTINGS_COMMAND_LONG
    )
    settings.add_argument(
        "change", nargs="*", metavar="NAME VALUE", help=help_texts.SETTINGS_CHANGE
    )
    settings.add_argument("--default", action="store_true", help=help_texts.SETTINGS_DEFAULT)
    settings.add_argument("--path", action="store_true", help=help_texts.SETTINGS_PATH)
    settings.add_argument("--json", action="store_true", help=help_texts.SETTINGS_JSON)
    settings.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    add_help(settings)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print the settings or some of them, or change some."""
    from assistant.settings.file import near_setting_hint
    from assistant.settings.load import read_settings, user_settings_path
    from assistant.settings.preferences import DEFAULT
    from assistant.settings.report import report, search

    path = user_settings_path(os.environ, typed_path(options.config) if options.config else None)
    if options.path:
        console.data(str(path))
        return ExitCode.OK
    typed = options.change[1:] if options.change[:1] == ["set"] else options.change
    if options.default:
        if not typed:
            raise UsageError(words.DEFAULT_NEEDS_NAME, words.DEFAULT_HINT)
        _change(dict.fromkeys(typed, DEFAULT), path, console)
        return ExitCode.OK
    if len(typed) > 1:
        _change(_pairs(typed), path, console)
        return ExitCode.OK
    loaded = read_settings({}, os.environ, path if options.config or path.is_file() else None)
    for notice in loaded.notices:
        console.status(notice)
    found = list(report(loaded))
    if typed:
        found = search(typed[0], found)
        if not found:
            raise UsageError(words.nothing_found(typed[0]), near_setting_hint(typed[0]))
    _print(found, console, is_json=options.json)
    return ExitCode.OK


def _pairs(typed: list[str]) -> dict[str, str]:
    """Return the values by name: "rate 200", or several such pairs."""
    from assistant.settings.file import find_setting

    if len(typed) % 2:
        raise UsageError(words.change_wrong(" ".join(typed)), words.CHANGE_WRONG_HINT)
    return {
        find_setting(name).name: value for name, value in zip(typed[::2], typed[1::2], strict=True)
    }


def _change(values: dict[str, str], path: Path, console: Console) -> None:
    """Check the new values as the next start would, keep them all or none, and say so."""
    from assistant.app.setting_checks import check_setting
    from assistant.settings.file import SettingsFile, find_setting
    from assistant.settings.load import read_settings
    from assistant.settings.preferences import DEFAULT
    from assistant.settings.together import parse_value, with_value

    is_there = path.is_file()
    settings = read_settings({}, {}, path if is_there else Path(os.devnull)).settings
    rows = {name: find_setting(name) for name in values}
    kept = {name: value for name, value in values.items() if value.lower() != DEFAULT}
    for name, value in kept.items():
        settings = with_value(settings, rows[name], parse_value(rows[name], value))
    doubts = {name: check_setting(rows[name], settings) for name in kept}
    file = SettingsFile(path)
    if kept:
        file.set_all(kept)
    for name in values.keys() - kept.keys():
        file.reset(name)
    now = read_settings({}, os.environ, path if path.is_file() else None)
    for name in values:
        console.status(f"{_said(now, rows[name], name in kept)} {doubts.get(name, '')}".strip())


def _said(now: Loaded, setting: Any, is_kept: bool) -> str:
    from assistant.settings.report import shown, value_of

    value = shown(value_of(now.settings, setting))
    source = now.sources.get(setting.name, words.FROM_FILE)
    if source != words.FROM_FILE:
        return words.stays(setting.name, value, source)
    if is_kept:
        return words.now(setting.name, value)
    return words.default_now(setting.name, value, is_at_once=True)


def _print(found: list[ReportedSetting], console: Console, *, is_json: bool) -> None:
    from assistant.settings.report import shown

    for group, members in groupby(found, lambda reported: reported.group):
        if not is_json and len(found) > 1:
            console.data(words.group(group))
        for reported in members:
            if not is_json:
                console.data(reported.line)
                continue
            value = reported.value
            plain = value if isinstance(value, bool | int | float | None) else shown(value)
            console.json(
                {
                    "name": reported.setting.name,
                    "group": group,
                    "value": plain,
                    "source": reported.source,
                    "meaning": reported.setting.help,
                }
            )
