"""The user's settings file: changed one setting at a time, and never left half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, UsageError
from assistant.messages import settings as words
from assistant.settings.file_lines import parse, read_text
from assistant.settings.load import read_settings
from assistant.settings.table import BY_NAME, Setting, plain_name
from assistant.settings.together import check_together, parse_value, with_value

LOCK_TIMEOUT_S = 2.0
"""How long another program may hold the file; a change takes a few milliseconds."""


class SettingsFileError(AssistantError):
    """The settings file could not be changed; it stays as it was."""


class SettingsFile:
    """One TOML file; comments, order and blank lines in it are kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def set(self, name: str, value: Any) -> None:
        """Set one setting; as ``set_all``."""
        self.set_all({name: value})

    def set_all(self, values: Mapping[str, Any]) -> None:
        """Set some settings and write the file: whole or not at all, for its owner's eyes alone (0600).

        Args:
            values: texts as typed, or TOML values, by the name of the setting: its option without dashes.

        Raises:
            UsageError: there is no such setting, or the value does not fit.
            SettingsFileError: the file cannot be read or written, or another program holds it; it stays as it was.
        """
        import tomlkit

        # What is kept must be usable without the command line.
        settings = read_settings({}, {}, self._existing()).settings
        parsed = []
        for name, value in values.items():
            setting = find_setting(name)
            parsed.append((setting, parse_value(setting, value)))
            settings = with_value(settings, *parsed[-1])
        check_together(settings)

        def change(document: Any) -> None:
            for setting, value in parsed:
                table = document.setdefault(setting.section, tomlkit.table())
                table[setting.file_key] = _plain(setting, value)

        self._change(change)

    def reset(self, name: str) -> None:
        """Take a setting out of the file; raises as ``set`` does."""
        setting = find_setting(name)
        if self._existing() == Path(os.devnull):
            return

        def change(document: Any) -> None:
            document.get(setting.section, {}).pop(setting.file_key, None)

        self._change(change)

    def _existing(self) -> Path:
        return self.path if self.path.is_file() else Path(os.devnull)

    def _change(self, change: Callable[[Any], None]) -> None:
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        # A linked file stays a link: what it points to is read and written.
        path = Path(os.path.realpath(self.path))
        if path.exists() and not path.is_file():  # a device, which must not be replaced by a file
            raise SettingsFileError(words.unwritable(str(self.path), words.NO_PLAIN_FILE))
        text = ""
        try:
            with _alone(path):
                text = read_text(path) if path.exists() else ""
                document = tomlkit.parse(text)
                change(document)
                _write(path, tomlkit.dumps(document))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsFileError(
                words.unwritable(str(self.path), reason), words.UNWRITABLE_HINT
            ) from error
        except (TOMLKitError, TypeError, AttributeError) as error:
            bad = parse(text)[1]
            where = words.line(bad[0].line if bad else 0, path.name)
            reason = bad[0].reason if bad else words.not_understood(str(error))
            raise SettingsFileError(
                words.unchanged(where, reason), words.unchanged_hint(str(self.path))
            ) from error


def find_setting(name: str) -> Setting:
    """Return the setting of a name as it is typed; dashes and underscores count alike.

    Raises:
        UsageError: there is none.
    """
    plain = plain_name(name)
    setting = BY_NAME.get(plain)
    if setting is None:
        raise UsageError(words.unknown(name), near_setting_hint(plain))
    return setting


def near_setting_hint(typed: str) -> str:
    """Return a question for the setting that was probably meant, else how to list all."""
    import difflib

    near = difflib.get_close_matches(plain_name(typed), BY_NAME, n=1)
    return words.did_you_mean(near[0]) if near else words.UNKNOWN_HINT


def _plain(setting: Setting, value: Any) -> Any:
    """Return a parsed value as TOML has it; a path that holds wherever the program is started."""
    if setting.name in ("model", "camera") and not os.path.exists(value):
        return str(value)  # the name of an installed model, or of a camera
    if isinstance(value, Path) or setting.name == "camera":
        return os.path.abspath(value)
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
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
