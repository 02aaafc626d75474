"""Read the settings of one run: option before environment before settings file before default.

The settings file is TOML with the tables of ``Settings``; its keys are the names of the options with underscores
(``max_tokens``). What cannot be used of the file or of the environment is passed over and told, so that no line can
keep a person from starting the program; a wrong option is an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.actions import Keymap, KeymapError
from assistant.errors import UsageError
from assistant.messages import headless as headless_words
from assistant.messages import settings as words
from assistant.settings.file_lines import FileEntry, parse, read_text
from assistant.settings.table import SETTINGS, Setting, Settings
from assistant.settings.values import Unfit
from assistant.system.masking import masked
from assistant.system.typed_path import typed_path
from sparc_ggml.config import SparcConfig

PREFIX = "SPARC_ASSISTANT_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
OTHER_VARIABLES = frozenset(
    PREFIX + name for name in ("CONFIG", "CATALOGUE", "MODELS_FOLDER", "COMMAND")
)
"""Variables of ours that are no settings."""
MOST_NOTICES = 5
"""A file that is no settings file at all has many wrong lines; nobody wants to hear them all."""
_BY_FILE_KEY = {(setting.section, setting.file_key): setting for setting in SETTINGS}
_SECTIONS = sorted({setting.section for setting in SETTINGS})


@dataclass(frozen=True)
class Loaded:
    """The settings of one run.

    Attributes:
        settings: what is used.
        sources: by the name of each setting that is not the default, where it comes from, as words.
        problems: what was passed over.
        unknown_variables: what to say about variables that mean nothing.
        path: the settings file.
        has_wrong_lines: whether something in the file was passed over, and the rest of it used.
    """

    settings: Settings
    sources: Mapping[str, str]
    problems: tuple[UsageError, ...]
    unknown_variables: tuple[str, ...]
    path: Path
    has_wrong_lines: bool = False

    @property
    def notices(self) -> list[str]:
        """What a person should hear: at most ``MOST_NOTICES`` problems, and that the rest is used."""
        said = [masked(str(problem)) for problem in self.problems[:MOST_NOTICES]]
        if n_more := len(self.problems) - len(said):
            said.append(words.more_problems(n_more))
        if self.has_wrong_lines:
            said.append(words.rest_is_used(str(self.path)))
        return [*said, *self.unknown_variables]


@dataclass(frozen=True)
class _Given:
    """A value that was given, and where, as words."""

    setting: Setting
    value: Any
    source: str
    where: str
    is_option: bool = False


def read_settings(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Loaded:
    """Join options, environment, settings file and defaults; what cannot be used is passed over.

    Args:
        options: by option name without dashes ("max-tokens"); None means not given.
        environment: usually ``os.environ``.
        config_path: settings file that must be readable; None looks at ``SPARC_ASSISTANT_CONFIG`` and then at the
            user's own.

    Raises:
        UsageError: an option cannot be used.
    """
    environment = os.environ if environment is None else environment
    path = user_settings_path(environment, config_path)
    problems: list[UsageError] = []
    given: dict[str, _Given] = {}
    try:
        text = read_text(path)
    except OSError as error:
        text = ""
        is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        if config_path is not None or not is_missing or environment.get(CONFIG_VARIABLE):
            reason = error.strerror or str(error)
            unreadable = UsageError(
                messages.config_missing(str(path))
                if is_missing
                else messages.config_unreadable(str(path), reason)
            )
            if config_path is not None:
                raise unreadable from error
            problems.append(UsageError(unreadable.message, words.DEFAULTS_USED))
    n_unreadable = len(problems)
    for one in _from_file(text, path.name, problems):
        given[one.setting.name] = one
    n_wrong_lines = len(problems) - n_unreadable
    for setting in SETTINGS:
        where = setting.variable
        if typed := environment.get(where, ""):
            try:
                value = _parsed(setting, typed, words.variable(where))
                given[setting.name] = _Given(
                    setting, value, words.from_environment(where), words.variable(where)
                )
            except UsageError as error:
                problems.append(error)
        if options.get(setting.name) is not None:
            value = _parsed(setting, options[setting.name], setting.option)
            given[setting.name] = _Given(setting, value, words.FROM_OPTION, "", is_option=True)
    conflicts = _drop_conflicts(given)
    problems += conflicts
    return Loaded(
        _build(given),
        {name: one.source for name, one in given.items()},
        tuple(problems),
        tuple(_unknown_variables(environment)),
        path,
        has_wrong_lines=bool(n_wrong_lines or conflicts),
    )


def load_settings(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Settings:
    """Return the settings, where nothing is wrong with them.

    Raises:
        UsageError: an option, a variable or a line of the file cannot be used.
    """
    loaded = read_settings(options, environment, config_path)
    for problem in loaded.problems:
        raise problem
    return loaded.settings


def check_together(settings: Settings) -> None:
    """Check what no value shows by itself.

    Raises:
        UsageError: values do not go together.
    """
    for check in _TOGETHER.values():
        check(settings)


def with_value(settings: Settings, setting: Setting, value: Any) -> Settings:
    """Return the settings with one value changed."""
    if setting.section == "keys":
        return replace(settings, keys={**settings.keys, setting.key: value})
    section = replace(getattr(settings, setting.section), **{setting.key: value})
    return replace(settings, **{setting.section: section})


def user_settings_path(environment: Mapping[str, str], config_path: Path | None = None) -> Path:
    """Return the file that is read and written: the one asked for, the environment's, or the user's own."""
    if config_path is not None:
        return config_path
    named = environment.get(CONFIG_VARIABLE)
    return typed_path(named) if named else default_config_path()


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


def _from_file(text: str, name: str, problems: list[UsageError]) -> Iterator[_Given]:
    entries, bad_lines = parse(text)
    told: list[tuple[int, UsageError]] = [
        (bad.line, UsageError(words.line_ignored(words.line(bad.line, name), bad.reason)))
        for bad in bad_lines
    ]
    known = []
    unknown_sections = set()
    for entry in entries:
        where = words.line(entry.line, name)
        setting = _BY_FILE_KEY.get((entry.section, entry.key))
        if setting is None:
            if entry.section in unknown_sections:
                continue
            if entry.section and entry.section not in _SECTIONS:
                unknown_sections.add(entry.section)
            told.append((entry.line, _unknown(entry, where)))
            continue
        try:
            value = _parsed(setting, entry.value, words.name_in(setting.file_key, where))
        except UsageError as error:
            told.append((entry.line, error))
            continue
        known.append(_Given(setting, value, words.FROM_FILE, where))
    problems += [error for _, error in sorted(told, key=lambda one: one[0])]
    yield from known


def _unknown(entry: FileEntry, where: str) -> UsageError:
    if entry.section in _SECTIONS:
        names = [setting.file_key for setting in SETTINGS if setting.section == entry.section]
        reason = words.no_such_key(entry.key, entry.section)
        return UsageError(words.line_ignored(where, reason), near_hint(entry.key, names))
    if entry.section:
        reason = words.no_such_table(entry.section)
        return UsageError(words.line_ignored(where, reason), near_hint(entry.section, _SECTIONS))
    home = next((one.section for one in SETTINGS if one.file_key == entry.key), "")
    if home:
        return UsageError(words.line_ignored(where, words.belongs_below(entry.key, home)))
    return UsageError(words.line_ignored(where, words.no_such_table(entry.key)))


def near_hint(typed: str, known: list[str]) -> str:
    """Return a question for the known name that was probably meant, else the known names."""
    import difflib

    near = difflib.get_close_matches(typed, known, n=1)
    return words.did_you_mean(near[0]) if near else messages.config_known_keys(", ".join(known))


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    known = {setting.variable for setting in SETTINGS} | OTHER_VARIABLES
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known:
            import difflib

            near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
            yield words.unknown_variable(variable, near[0] if near else "")


def _build(given: Mapping[str, _Given]) -> Settings:
    settings = Settings()
    for one in given.values():
        settings = with_value(settings, one.setting, one.value)
    return settings


def _check_keys(settings: Settings) -> None:
    try:
        Keymap.from_rebindings(settings.keys)
    except KeymapError as error:
        raise UsageError(words.keys_wrong(str(error)), words.KEYS_WRONG_HINT) from error


def _check_presses(settings: Settings) -> None:
    if settings.headless.hold_ms <= settings.headless.long_press_ms:
        raise UsageError(headless_words.HOLD_TOO_SHORT, headless_words.HOLD_HINT)


def _check_steering(settings: Settings) -> None:
    settings.steering.applied_to(SparcConfig())


_TOGETHER: Mapping[str, Callable[[Settings], None]] = {
    "steering": _check_steering,
    "keys": _check_keys,
    "headless": _check_presses,
}
"""By the table of the file whose values it is about."""


def _conflict(
    section: str, given: Mapping[str, _Given], left_out: list[_Given]
) -> UsageError | None:
    names = {one.setting.name for one in left_out}
    try:
        _TOGETHER[section](_build({name: one for name, one in given.items() if name not in names}))
    except UsageError as error:
        return error
    return None


def _drop_conflicts(given: dict[str, _Given]) -> list[UsageError]:
    """Take out what does not go together with the rest, as few values as can be, and return why.

    Raises:
        UsageError: the options alone do not go together.
    """
    problems = []
    for section in _TOGETHER:
        own = [
            one for one in given.values() if one.setting.section == section and not one.is_option
        ]
        dropped: list[_Given] = []
        while error := _conflict(section, given, dropped):
            left = [one for one in reversed(own) if one not in dropped]
            if not left:
                raise error
            mended = (one for one in left if not _conflict(section, given, [*dropped, one]))
            dropped.append(next(mended, left[0]))
        # Where several were wrong, one may have been dropped for another's fault.
        for one in list(dropped):
            others = [other for other in dropped if other is not one]
            why = _conflict(section, given, others)
            if why is None:
                dropped = others
            else:
                problems.append(UsageError(words.line_ignored(one.where, str(why))))
        for one in dropped:
            del given[one.setting.name]
    return problems
