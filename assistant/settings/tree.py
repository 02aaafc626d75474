"""The settings of one run: option before environment before settings file before default.

The settings file is TOML with the tables of ``Settings``; its keys are
the names of the options with underscores (``max_tokens``). An unknown key is an error that names it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from assistant import messages
from assistant.errors import UsageError
from assistant.settings.table import SETTINGS, Setting, Unfit
from assistant.system.typed_path import typed_path
from sparc_ggml.config import Method, SparcConfig, SparcConfigError

_BY_FILE_KEY = {(setting.section, setting.file_key): setting for setting in SETTINGS}
CONFIG_VARIABLE = "SPARC_ASSISTANT_CONFIG"


@dataclass(frozen=True)
class ModelSettings:
    """Which model answers, and how it is loaded; ``None`` leaves the choice to the program."""

    model_path: Path | None = None
    mmproj_path: Path | None = None
    template: str | None = None
    n_threads: int | None = None
    n_ctx: int | None = None
    flash_attn: Literal["auto", "on", "off"] = "auto"
    kv_type: str = "auto"
    locks_memory: bool = False
    checks_memory: bool = True


@dataclass(frozen=True)
class AnswerSettings:
    """What is asked, and how the answer is written; ``prompt`` comes before ``style``."""

    style: Literal["detailed", "brief"] = "detailed"
    prompt: str | None = None
    language: str | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class SteeringSettings:
    """What of the model's steering preset is changed; ``None`` leaves it."""

    method: Method | None = None
    alpha: float | None = None
    beta: float | None = None
    tau: float | None = None
    layer: int | None = None
    layers: tuple[int, int] | None = None

    def applied_to(self, preset: SparcConfig) -> SparcConfig:
        """The preset with the changes.

        Raises:
            UsageError: a value lies outside its range.
        """
        first, last = self.layers or (preset.first_layer, preset.last_layer)
        try:
            return replace(
                preset,
                method=self.method or preset.method,
                alpha=preset.alpha if self.alpha is None else self.alpha,
                beta=preset.beta if self.beta is None else self.beta,
                tau=preset.tau if self.tau is None else self.tau,
                selected_layer=preset.selected_layer if self.layer is None else self.layer,
                first_layer=first,
                last_layer=last,
            )
        except SparcConfigError as error:
            raise UsageError(messages.sparc_wrong(str(error))) from error


@dataclass(frozen=True)
class SpeechSettings:
    """How it is spoken: words a minute, espeak's name of a voice, volume from 0 to 1."""

    is_on: bool = True
    rate_wpm: int = 180
    voice: str | None = None
    volume: float = 1.0
    driver: Literal["auto", "pyttsx3", "spd-say", "silent"] = "auto"
    has_earcons: bool = True


@dataclass(frozen=True)
class CameraSettings:
    """Which camera looks; ``None`` takes the first that is found."""

    source: str | None = None
    look_ahead: Literal["auto", "on", "off"] = "auto"


@dataclass(frozen=True)
class AssistantSettings:
    """How the assistant behaves while it is used by keys; ``save_folder`` None is the user's pictures folder."""

    plain: Literal["auto", "on", "off"] = "auto"
    save_folder: Path | None = None
    history_size: int = 50
    notice_acknowledged: bool = False


@dataclass(frozen=True)
class HeadlessSettings:
    """What is pressed where there is no screen, and how long a press is short."""

    keypad: str = "auto"
    keypad_keys: str | None = None
    gpio: str | None = None
    long_press_ms: int = 600
    hold_ms: int = 1500


@dataclass(frozen=True)
class Settings:
    """Everything that can be set."""

    model: ModelSettings = ModelSettings()
    answer: AnswerSettings = AnswerSettings()
    steering: SteeringSettings = SteeringSettings()
    speech: SpeechSettings = SpeechSettings()
    camera: CameraSettings = CameraSettings()
    assistant: AssistantSettings = AssistantSettings()
    headless: HeadlessSettings = HeadlessSettings()
    keys: Mapping[str, str] = field(default_factory=dict)
    """Actions that are put on other keys."""


def load_settings(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Settings:
    """Joins options, environment, settings file and defaults.

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
    settings = Settings(
        ModelSettings(**changes["model"]),
        AnswerSettings(**changes["answer"]),
        SteeringSettings(**changes["steering"]),
        SpeechSettings(**changes["speech"]),
        CameraSettings(**changes["camera"]),
        AssistantSettings(**changes["assistant"]),
        HeadlessSettings(**changes["headless"]),
        changes["keys"],
    )
    # Out-of-range steering is refused before any model is loaded.
    settings.steering.applied_to(SparcConfig())
    return settings


def default_config_path() -> Path:
    """The user's settings file, for example ``~/.config/sparc-assistant/config.toml``."""
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
