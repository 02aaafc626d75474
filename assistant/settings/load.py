"""Read the settings of one run: option before environment before settings file before default.

The settings file is TOML with the tables of ``Settings``; its keys are the names of the options with underscores
(``max_tokens``). What cannot be used of the file or of the environment is passed over and told, so that no line can
keep a person from starting the program; a wrong option is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.errors import UsageError
from assistant.messages import settings as words
from assistant.settings.file_lines import read_text
from assistant.settings.file_values import read_values
from assistant.settings.table import SETTINGS, Settings
from assistant.settings.together import Given, build, drop_conflicts, parse_value
from assistant.system.masking import masked
from assistant.system.typed_path import typed_path

PREFIX = "SPARC_ASSISTANT_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
OTHER_VARIABLES = frozenset(PREFIX + name for name in ("CONFIG", "CATALOGUE", "MODELS_FOLDER"))
"""Variables of ours that are no settings."""
MOST_NOTICES = 5
"""A file that is no settings file at all has many wrong lines; nobody wants to hear them all."""


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
    values, wrong_lines = read_values(text, path.name)
    given = {one.setting.name: one for one in values}
    problems += wrong_lines
    for setting in SETTINGS:
        where = setting.variable
        if typed := environment.get(where, ""):
            try:
                value = parse_value(setting, typed, words.variable(where))
                given[setting.name] = Given(
                    setting, value, words.from_environment(where), words.variable(where)
                )
            except UsageError as error:
                problems.append(error)
        if options.get(setting.name) is not None:
            value = parse_value(setting, options[setting.name], setting.option)
            given[setting.name] = Given(setting, value, words.FROM_OPTION, "", is_option=True)
    conflicts = drop_conflicts(given)
    problems += conflicts
    return Loaded(
        build(given),
        {name: one.source for name, one in given.items()},
        tuple(problems),
        tuple(_unknown_variables(environment)),
        path,
        has_wrong_lines=bool(wrong_lines or conflicts),
    )


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


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    known = {setting.variable for setting in SETTINGS} | OTHER_VARIABLES
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known:
            import difflib

            near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
            yield words.unknown_variable(variable, near[0] if near else "")
