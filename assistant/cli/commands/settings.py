"""``sparc-assistant settings``: what is set, where from, and how to change it."""

from __future__ import annotations

import argparse
import os
from typing import Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import settings as words
from assistant.system.typed_path import typed_path


def add_parser(commands: Any) -> None:
    """Add ``settings``."""
    settings = add_command(
        commands, "settings", help_texts.SETTINGS_COMMAND, help_texts.SETTINGS_COMMAND_LONG
    )
    settings.add_argument(
        "change", nargs="*", metavar="NAME VALUE", help=help_texts.SETTINGS_CHANGE
    )
    settings.add_argument("--path", action="store_true", help=help_texts.SETTINGS_PATH)
    settings.add_argument("--json", action="store_true", help=help_texts.SETTINGS_JSON)
    settings.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    add_help(settings)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print all settings or one, or changes one."""
    from assistant.settings.file import SettingsFile, find_setting, user_settings_path
    from assistant.settings.report import report, shown

    asked = typed_path(options.config) if options.config else None
    path = user_settings_path(os.environ, asked)
    if options.path:
        console.data(str(path))
        return ExitCode.OK
    words_given = [word for word in options.change if word != "set"]
    if len(words_given) > 2:
        raise UsageError(words.change_wrong(" ".join(words_given)), words.CHANGE_WRONG_HINT)
    if len(words_given) == 2:
        setting = find_setting(words_given[0])
        SettingsFile(path).set(setting.name, words_given[1])
        console.status(words.changed(setting.name, words_given[1]))
        return ExitCode.OK
    wanted = find_setting(words_given[0]).name if words_given else None
    for reported in report({}, os.environ, path):
        if wanted in (None, reported.setting.name):
            if options.json:
                value = reported.value
                plain = value if isinstance(value, bool | int | float | None) else shown(value)
                console.json(
                    {
                        "name": reported.setting.name,
                        "value": plain,
                        "source": reported.source,
                        "meaning": reported.setting.help,
                    }
                )
            else:
                console.data(reported.line)
    return ExitCode.OK
