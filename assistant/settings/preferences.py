"""The settings as a session uses and changes them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import AssistantError
from assistant.settings.file import (
    SettingsFile,
    find_setting,
    load_settings_or_defaults,
    user_settings_path,
)
from assistant.settings.load import load_settings
from assistant.settings.report import report
from assistant.settings.table import Settings

AT_ONCE = ("answer", "steering")
"""Tables of the settings file that every new answer looks at."""
RATE = "rate"
ECHO = "typing-echo"
NOTICE = "notice-acknowledged"


class Store(Protocol):
    """Keeps a setting in the user's file."""

    def set(self, name: str, value: Any) -> None:
        """Raise AssistantError."""


class StoredPreferences:
    """Reads the settings, and changes them in the user's file.

    Attributes:
        settings: the settings now.
    """

    @classmethod
    def open(
        cls,
        options: Mapping[str, Any],
        environment: Mapping[str, str],
        config_path: Path | None = None,
    ) -> tuple[StoredPreferences, list[str]]:
        """Return the user's own settings, and what to say about a file that was broken.

        Raises:
            AssistantError: an option or a variable cannot be used.
        """
        _, notices = load_settings_or_defaults(options, environment, config_path)
        path = user_settings_path(environment, config_path)

        def load(now: Mapping[str, Any]) -> Settings:
            return load_settings(now, environment, path if path.is_file() else None)

        def lines() -> list[str]:
            return [reported.line for reported in report(made._options, environment, path)]

        made = cls(options, load, SettingsFile(path), lines)
        return made, notices

    def __init__(
        self,
        options: Mapping[str, Any],
        load: Callable[[Mapping[str, Any]], Settings],
        store: Store,
        lines: Callable[[], Sequence[str]],
    ) -> None:
        """Read the settings.

        Args:
            options: what the command line says, by option name; comes before the file.
            load: reads the settings with these options.
            store: keeps changes.
            lines: each setting with its value, as ``sparc-assistant settings`` prints them.

        Raises:
            AssistantError: a value, a key or the file cannot be used.
        """
        self._options = dict(options)
        self._load = load
        self._store = store
        self._lines = lines
        self._is_notice_due = True
        self.settings = load(self._options)
        self._is_notice_due = not self.settings.assistant.notice_acknowledged

    def rate_wpm(self) -> int:
        """Return words a minute."""
        return self.settings.speech.rate_wpm

    def typing_echo(self) -> str:
        """Return what is spoken of what is typed."""
        return self.settings.speech.typing_echo

    def lines(self) -> Sequence[str]:
        """Return each setting with its value, one line each."""
        return self._lines()

    def change(self, name: str, value: str) -> bool:
        """Set a setting for this run and keep it in the file.

        Args:
            name: as in the list, with dashes or underscores.
            value: as typed.

        Returns:
            Whether it takes effect at once.

        Raises:
            AssistantError: there is no such setting, the value does not fit, or the file cannot be written.
        """
        setting = find_setting(name)
        changed = self._load({**self._options, setting.name: value})
        self._store.set(setting.name, value)
        self._options[setting.name] = value
        self.settings = changed
        return setting.section in AT_ONCE or setting.name in (RATE, ECHO)

    def is_notice_due(self) -> bool:
        """Return whether the notice of the first run was not acknowledged yet."""
        return self._is_notice_due

    def acknowledge_notice(self) -> None:
        """Remember that it was; where the file cannot be written, for this run only."""
        self._is_notice_due = False
        with contextlib.suppress(AssistantError):
            self._store.set(NOTICE, "true")
