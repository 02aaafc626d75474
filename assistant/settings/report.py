"""Every setting with its value, where that comes from, and what it is for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.messages import settings as words
from assistant.settings.load import load_settings
from assistant.settings.table import SETTINGS, Setting, Settings
from assistant.system.masking import masked


@dataclass(frozen=True)
class ReportedSetting:
    """One setting as it stands.

    Attributes:
        setting: its row.
        value: as it is used now; None where it is not set.
        source: where the value comes from, as words.
    """

    setting: Setting
    value: Any
    source: str

    @property
    def line(self) -> str:
        """As one plain line."""
        return words.value_line(
            self.setting.name, shown(self.value), self.source, self.setting.help
        )


def report(
    options: Mapping[str, Any],
    environment: Mapping[str, str],
    path: Path,
    settings: Settings | None = None,
) -> Iterator[ReportedSetting]:
    """Yield every setting, in the table's order.

    Args:
        options: by option name; None means not given.
        environment: usually ``os.environ``.
        path: the settings file; may be missing.
        settings: what was read, else it is read here.

    Raises:
        UsageError: a value, a key or the file cannot be used.
    """
    if settings is None:
        settings = load_settings(options, environment, path if path.is_file() else None)
    kept = _kept(path)
    for setting in SETTINGS:
        if options.get(setting.name) is not None:
            source = words.FROM_OPTION
        elif environment.get(setting.variable):
            source = words.from_environment(setting.variable)
        elif setting.file_key in kept.get(setting.section, {}):
            source = words.FROM_FILE
        else:
            source = words.FROM_DEFAULT
        yield ReportedSetting(setting, _value(settings, setting), source)


def shown(value: Any) -> str:
    """Return a value as it is said, and as it may be typed; passwords in addresses are hidden."""
    match value:
        case None:
            return words.NOT_SET
        case True:
            return words.YES
        case False:
            return words.NO
        case tuple():
            return "-".join(map(str, value))
        case _:
            return masked(str(value))


def _value(settings: Settings, setting: Setting) -> Any:
    if setting.section == "keys":
        return settings.keys.get(setting.key, setting.default)
    return getattr(getattr(settings, setting.section), setting.key)


def _kept(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: table for name, table in tables.items() if isinstance(table, dict)}
