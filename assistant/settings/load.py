"""Read the settings of one run: option before environment before settings file before default.

The settings file is TOML with the tables of ``Settings``; its keys are the names of the options with underscores
(``max_tokens``). An unknown key is an error that names it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.errors import UsageError
from assistant.settings.table import SETTINGS, Setting, Settings
from assistant.settings.values import Unfit
from assistant.system.typed_path import typed_path
from sparc_ggml.config import SparcConfig

_BY_FILE_KEY = {(setting.section, setting.file_key): setting for setting in SETTINGS}
CONFIG_VARIABLE = "SPARC_ASSISTANT_CONFIG"


def load_settings(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Settings:
    """Join options, environment, settings file and defaults.

    Args:
        options: by option name without dashes ("max-tokens"); None means not given.
        environment: usually ``os.environ``.
        config_path: settings file that must exist; None looks at ``SPARC_ASSISTANT_CONFIG`` and then at
            the user's own, which may be missing.

    Raises:
        UsageError: a value, a key or the file cannot be used.
    """
    environment = os.environ if environment is None else environment
    changes: dict[str, dict[str, Any]] = {setting.section: {} for setting in SETTINGS}
    for path, values in _file_values(environment, config_path):
        for setting, value in values:
            where = f"{setting.section}.{setting.file_key} in {path}"
            changes[setting.section][setting.key] = _parsed(setting, value, where)
    for setting in SETTINGS:
        from_environment = environment.get(setting.variable, "")
        if from_environment:
            value = _parsed(setting, from_environment, setting.variable)
            changes[setting.section][setting.key] = value
        if options.get(setting.name) is not None:
            value = _parsed(setting, options[setting.name], setting.option)
            changes[setting.section][setting.key] = value
    keys = changes.pop("keys")
    sections = {name: replace(getattr(Settings, name), **own) for name, own in changes.items()}
    settings = Settings(**sections, keys=keys)
    # Out-of-range steering is refused before any model is loaded.
    settings.steering.applied_to(SparcConfig())
    return settings


def default_config_path() -> Path:
    """Return the user's settings file, for example ``~/.config/sparc-assistant/config.toml``."""
    import platformdirs

    return platformdirs.user_config_path("sparc-assistant") / "config.toml"


def _parsed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.parse(value)
    except Unfit as unfit:
        shown = value if isinstance(value, str) and value else repr(value)
        raise UsageError(messages.setting_wrong(where, str(shown), str(unfit))) from unfit


def _file_values(
    environment: Mapping[str, str], config_path: Path | None
) -> list[tuple[Path, list[tuple[Setting, Any]]]]:
    path = config_path
    if path is None and environment.get(CONFIG_VARIABLE):
        path = typed_path(environment[CONFIG_VARIABLE])
    is_wished = path is not None
    path = default_config_path() if path is None else path
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        if not is_wished:
            return []
        raise UsageError(messages.config_missing(str(path))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(messages.config_unreadable(str(path), reason)) from error
    except ValueError as error:  # TOML and UTF-8 errors
        raise UsageError(messages.config_unreadable(str(path), str(error))) from error
    return [(path, list(_known(table, path)))]


def _known(table: Mapping[str, Any], path: Path) -> list[tuple[Setting, Any]]:
    found: list[tuple[Setting, Any]] = []
    sections = {setting.section for setting in SETTINGS}
    for section, values in table.items():
        if section not in sections or not isinstance(values, dict):
            raise _unknown(section, path, sorted(sections))
        for key, value in values.items():
            setting = _BY_FILE_KEY.get((section, key))
            if setting is None:
                names = [s.file_key for s in SETTINGS if s.section == section]
                raise _unknown(f"{section}.{key}", path, names)
            found.append((setting, value))
    return found


def _unknown(key: str, path: Path, known: list[str]) -> UsageError:
    return UsageError(
        messages.config_unknown_key(str(path), key), messages.config_known_keys(", ".join(known))
    )
