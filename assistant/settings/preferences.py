"""The settings as a session uses and changes them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.messages import settings as words
from assistant.settings.file import SettingsFile, SettingsFileError, find_setting
from assistant.settings.load import read_settings
from assistant.settings.report import report, search, shown, value_of
from assistant.settings.table import Setting, Settings
from assistant.settings.together import check_together, parse_value, with_value

DEFAULT = "default"
"""Typed in place of a value, puts a setting back."""
NOTICE = "notice-acknowledged"
SCREEN_READER = "screen-reader"


def is_at_once(setting: Setting) -> bool:
    """Return whether a change takes effect in the running session."""
    return setting.section in ("answer", "steering", "speech") and setting.name != "language"


class StoredPreferences:
    """Reads the settings, and changes them in the user's file.

    Attributes:
        notices: what to say about settings that could not be used.
        check: refuses a new value that cannot be used, and returns what is to be known about it.
        on_change: called with the settings after each change.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        environment: Mapping[str, str],
        config_path: Path | None = None,
    ) -> None:
        """Read the settings.

        Args:
            options: what the command line says, by option name; comes before the file.
            environment: usually ``os.environ``.
            config_path: the settings file that was asked for.

        Raises:
            UsageError: an option cannot be used.
        """
        self._options = {name: value for name, value in options.items() if value is not None}
        self._environment = environment
        self._config_path = config_path
        self._loaded = read_settings(self._options, environment, config_path)
        self._store = SettingsFile(self._loaded.path)
        self._is_notice_due = not self.settings.assistant.notice_acknowledged
        self.notices = self._loaded.notices
        self.check: Callable[[Setting, Settings], str] = lambda _setting, _settings: ""
        self.on_change: Callable[[Settings], None] = lambda _settings: None

    @property
    def settings(self) -> Settings:
        """The settings now."""
        return self._loaded.settings

    @property
    def asked_for(self) -> Collection[str]:
        """Names of the settings that the command line gives."""
        return self._options.keys()

    def rate_wpm(self) -> int:
        """Return words a minute."""
        return self.settings.speech.rate_wpm

    def typing_echo(self) -> str:
        """Return what is spoken of what is typed."""
        return self.settings.speech.typing_echo

    def lines(self) -> Sequence[str]:
        """Return each setting with its value, one line each, below the title of its group."""
        lines = []
        for title, found in groupby(report(self._loaded), lambda reported: reported.group):
            lines += [words.group(title), *(reported.line for reported in found)]
        return lines

    def search(self, typed: str) -> Sequence[str]:
        """Return the line of the setting of that name, else the lines that mention it."""
        return [reported.line for reported in search(typed, report(self._loaded))]

    def change(self, name: str, value: str) -> str:
        """Set a setting for this run and keep it in the file.

        Args:
            name: as in the list, with dashes or underscores.
            value: as typed; ``DEFAULT`` puts the setting back.

        Returns:
            What to say about it.

        Raises:
            AssistantError: there is no such setting, the value cannot be used, or the file cannot be written.
        """
        setting = find_setting(name)
        if value.lower() == DEFAULT:
            return self._put_back(setting)
        parsed = parse_value(setting, value)
        changed = with_value(self.settings, setting, parsed)
        check_together(changed)
        doubt = self.check(setting, changed)
        unsaved = None
        try:
            self._store.set(setting.name, value)
        except SettingsFileError as error:
            if not is_at_once(setting):
                raise
            unsaved = SettingsFileError(words.this_run_only(error.message), error.hint)
        self._options[setting.name] = value
        sources = {**self._loaded.sources, setting.name: words.FROM_FILE}
        self._loaded = replace(self._loaded, settings=changed, sources=sources)
        self.on_change(changed)
        if unsaved is not None:
            raise unsaved
        said = words.now if is_at_once(setting) else words.later
        return f"{said(setting.name, shown(parsed))} {doubt}".strip()

    def is_speaking(self) -> bool:
        """Return whether this program speaks."""
        return self.settings.speech.is_on

    def speak(self, *, is_on: bool) -> None:
        """Turn speech on or off for this run."""
        self._use("speech", is_on)

    def leave_speech(self, *, to_screen_reader: bool) -> None:
        """Remember who speaks while a screen reader runs; where the file cannot be written, for this run only."""
        value = "silent" if to_screen_reader else "speak"
        with contextlib.suppress(AssistantError):
            self._store.set(SCREEN_READER, value)
        self._use(SCREEN_READER, value)
        self.speak(is_on=not to_screen_reader)

    def _use(self, name: str, value: object) -> None:
        changed = with_value(self.settings, find_setting(name), value)
        self._loaded = replace(self._loaded, settings=changed)
        self.on_change(changed)

    def is_notice_due(self) -> bool:
        """Return whether the notice of the first run was not acknowledged yet."""
        return self._is_notice_due

    def acknowledge_notice(self) -> None:
        """Remember that it was; where the file cannot be written, for this run only."""
        self._is_notice_due = False
        with contextlib.suppress(AssistantError):
            self._store.set(NOTICE, "true")

    def _put_back(self, setting: Setting) -> str:
        self._store.reset(setting.name)
        self._options.pop(setting.name, None)
        self._loaded = read_settings(self._options, self._environment, self._config_path)
        self.on_change(self.settings)
        value = shown(value_of(self.settings, setting))
        if source := self._loaded.sources.get(setting.name):
            return words.stays(setting.name, value, source)
        return words.default_now(setting.name, value, is_at_once=is_at_once(setting))
