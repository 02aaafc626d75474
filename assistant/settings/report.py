"""Every setting with its value, where that comes from, and what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.messages import settings as words
from assistant.settings.load import Loaded
from assistant.settings.table import SETTINGS, TITLES, Setting, Settings, plain_name
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
    def group(self) -> str:
        """The title of its group."""
        return TITLES[self.setting.section]

    @property
    def line(self) -> str:
        """As one plain line, the meaning before the value."""
        return words.value_line(
            self.setting.name, shown(self.value), self.source, self.setting.help
        )

    def mentions(self, typed: str) -> bool:
        """Return whether every word begins one of its name, meaning or group."""
        text = f"{self.setting.name} {self.setting.file_key} {self.setting.help} {self.group}"
        known = re.findall(r"\w+", text.casefold())
        return all(
            any(word.startswith(part) for word in known)
            for part in re.findall(r"\w+", typed.casefold()) or [typed]
        )


def report(loaded: Loaded) -> Iterator[ReportedSetting]:
    """Yield every setting, group after group."""
    for section in TITLES:
        for setting in SETTINGS:
            if setting.section == section:
                source = loaded.sources.get(setting.name, words.FROM_DEFAULT)
                yield ReportedSetting(setting, value_of(loaded.settings, setting), source)


def search(typed: str, reported: Iterable[ReportedSetting]) -> list[ReportedSetting]:
    """Return the setting of that name, else all that mention it."""
    found = list(reported)
    name = plain_name(typed)
    exact = [one for one in found if one.setting.name == name]
    return exact or [one for one in found if one.mentions(typed)]


def shown(value: Any) -> str:
    """Return a value as it is said, and as it may be typed; passwords in addresses are hidden."""
    match value:
        case None:
            return words.NOT_SET
        case True:
            return words.ON
        case False:
            return words.OFF
        case float():
            return f"{value:g}"
        case tuple():
            return "-".join(map(str, value))
        case _:
            return masked(str(value))


def value_of(settings: Settings, setting: Setting) -> Any:
    """Return the value of a setting; None where it is not set."""
    if setting.section == "keys":
        return settings.keys.get(setting.key, setting.default)
    return getattr(getattr(settings, setting.section), setting.key)
