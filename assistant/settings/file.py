"""The user's settings file: changed one setting at a time, and never left half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.errors import AssistantError, UsageError
from assistant.messages import settings as words
from assistant.settings.load import CONFIG_VARIABLE, default_config_path, load_settings
from assistant.settings.table import BY_NAME, Setting, Settings
from assistant.settings.values import Unfit
from assistant.system.typed_path import typed_path

LOCK_TIMEOUT_S = 2.0
"""How long another program may hold the file; a change takes a few milliseconds."""


class SettingsFileError(AssistantError):
    """The settings file could not be written."""


class SettingsFile:
    """One TOML file; comments, order and unknown blank lines in it are kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def set(self, name: str, value: Any) -> None:
        """Set one setting and write the file: whole or not at all, for its owner's eyes alone (0600).

        Args:
            name: of the setting, as its option without dashes.
            value: a text as typed, or a TOML value.

        Raises:
            UsageError: there is no such setting, or the value does not fit.
            SettingsFileError: the file cannot be read or written, or another program holds it; it stays as it was.
        """
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        setting = find_setting(name)
        parsed = _plain(_parsed(setting, value))
        # A linked file stays a link: what it points to is read and written.
        path = Path(os.path.realpath(self.path))
        if path.exists() and not path.is_file():  # a device, which must not be replaced by a file
            raise SettingsFileError(
                words.unwritable(str(self.path), words.NO_PLAIN_FILE), words.UNWRITABLE_HINT
            )
        try:
            with _alone(path):
                text = path.read_text("utf-8") if path.exists() else ""
                document = tomlkit.parse(text)
                table: Any = document.setdefault(setting.section, tomlkit.table())
                table[setting.file_key] = parsed
                _write(path, tomlkit.dumps(document))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsFileError(
                words.unwritable(str(self.path), reason), words.UNWRITABLE_HINT
            ) from error
        except (TOMLKitError, UnicodeDecodeError, TypeError, AttributeError) as error:
            raise SettingsFileError(
                messages.config_unreadable(str(self.path), str(error)), words.UNWRITABLE_HINT
            ) from error

    def set_aside(self) -> Path | None:
        """Move the file out of the way under a new name; None where that cannot be done."""
        for number in range(1, 1000):
            aside = self.path.with_name(f"{self.path.name}.broken-{number}")
            if not aside.exists():
                with contextlib.suppress(OSError):
                    self.path.rename(aside)
                    return aside
                return None
        return None


def find_setting(name: str) -> Setting:
    """Return the setting of a name as it is typed; dashes and underscores count alike.

    Raises:
        UsageError: there is none.
    """
    setting = BY_NAME.get(name.strip().lstrip("-").lower().replace("_", "-"))
    if setting is None:
        raise UsageError(words.unknown(name), words.UNKNOWN_HINT)
    return setting


def user_settings_path(environment: Mapping[str, str], config_path: Path | None = None) -> Path:
    """Return the file that is read and written: the one asked for, the environment's, or the user's own."""
    if config_path is not None:
        return config_path
    named = environment.get(CONFIG_VARIABLE)
    return typed_path(named) if named else default_config_path()


def load_settings_or_defaults(
    options: Mapping[str, Any],
    environment: Mapping[str, str],
    config_path: Path | None = None,
) -> tuple[Settings, list[str]]:
    """Return the settings; a broken file is put aside, told of, and the defaults take its place.

    Returns:
        The settings, and what to say about the file.

    Raises:
        UsageError: an option or a variable cannot be used, or a file that was asked for is not there.
    """
    try:
        return load_settings(options, environment, config_path), []
    except UsageError as error:
        path = user_settings_path(environment, config_path)
        if not path.is_file():
            raise
        # Without the file: if that fails too, it was not the file's fault.
        settings = load_settings(options, {**environment, CONFIG_VARIABLE: os.devnull})
        aside = SettingsFile(path).set_aside()
        return settings, [words.broken(error.message, str(aside) if aside else "")]


def _parsed(setting: Setting, value: Any) -> Any:
    try:
        return setting.parse(value)
    except Unfit as unfit:
        raise UsageError(messages.setting_wrong(setting.name, str(value), str(unfit))) from unfit


def _plain(value: Any) -> Any:
    """Return a parsed value as TOML has it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return value


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the file: two programs that change it at once would each lose the other's change.

    Raises:
        SettingsFileError: another program holds it for too long.
        OSError: the folder cannot be made or written to.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.lock")
    beside.touch(0o600)  # filelock would wait for a folder that cannot be written to
    lock = FileLock(beside, timeout=LOCK_TIMEOUT_S, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise SettingsFileError(words.locked(str(path)), words.LOCKED_HINT) from None
    except (
        NotImplementedError
    ):  # a file system without locks: better written unlocked than not at all
        pass
    try:
        yield
    finally:
        lock.release()


def _write(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        load_settings(
            {}, {}, Path(name)
        )  # values that do not go together are refused before they are kept
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
