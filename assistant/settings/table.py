"""The settings, one row each: everything that is to be known about a setting stands in its row.

A row is a field of one of the classes below: its name and type, default, option, accepted values, and help. From it
come the option ``--name``, the variable ``SPARC_ASSISTANT_NAME``, the key in the settings file, ``--help``, the list
in the program and docs/settings.md. To add a setting, add a row.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from assistant import messages
from assistant.core.actions import DEFAULT_KEYS, Action, describe_action
from assistant.core.languages import LANGUAGES
from assistant.errors import UsageError
from assistant.messages import settings as words
from assistant.messages import translate as _
from assistant.settings.values import (
    Parser,
    any_number,
    choice,
    key_pairs,
    keys,
    layer_range,
    number,
    path,
    pin_pairs,
    text,
    whole_number,
    yes_or_no,
)
from sparc_ggml.config import Method, SparcConfig, SparcConfigError

SCREEN = ("start", "plain")
KEYS = (*SCREEN, "headless")
ANSWERS = ("describe", "ask", *KEYS)
"""The commands that take a setting as an option."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        section: table of the settings file, and field of ``Settings``.
        key: field of that section.
        name: of the option without dashes, which also gives the variable.
        parse: makes the value; raises ``Unfit``.
        default: the value where nothing is set; None leaves it to the program.
        metavar: stands for the value in ``--help``.
        help: what the setting is for.
        commands: those that take it as an option.
        short_name: key in the settings file, where that differs from ``name``.
        switch: the value that the option sets where it takes none: ``--name`` for True, ``--no-name`` for False.
        switch_help: what that option does.
    """

    section: str
    key: str
    name: str
    parse: Parser
    default: Any = None
    metavar: str = ""
    help: str = ""
    commands: Sequence[str] = ()
    short_name: str = ""
    switch: bool | None = None
    switch_help: str = ""

    @property
    def option(self) -> str:
        """As typed: ``--max-tokens``."""
        return f"--no-{self.name}" if self.switch is False else f"--{self.name}"

    @property
    def file_key(self) -> str:
        """As written in its table of the settings file: ``max_tokens``."""
        return self.short_name or self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """As exported: ``SPARC_ASSISTANT_MAX_TOKENS``."""
        return f"SPARC_ASSISTANT_{self.name.upper().replace('-', '_')}"


def row(
    default: Any,
    name: str,
    parse: Parser,
    metavar: str,
    commands: Sequence[str],
    help_text: str,
    **more: Any,
) -> Any:
    """Declare a setting as a field of its section; the arguments are those of ``Setting``."""
    about = {
        "name": name,
        "parse": parse,
        "metavar": metavar,
        "help": help_text,
        "commands": commands,
    }
    return field(default=default, metadata=about | more)


# fmt: off
@dataclass(frozen=True)
class ModelSettings:
    """Which model answers, and how it is loaded."""

    TITLE: ClassVar[str] = _("Model")

    model_path: Path | None = row(None, "model", path, "FILE", ANSWERS,
        _("Name of an installed model, or a GGUF file; a file needs --mmproj too."))
    mmproj_path: Path | None = row(None, "mmproj", path, "FILE", ANSWERS,
        _("GGUF file of the model's vision part."))
    template: str | None = row(None, "template", text, "NAME", ANSWERS,
        _("Prompt template, for example vicuna_v1; default: the one that suits the model."))
    n_threads: int | None = row(None, "threads", whole_number(1, 1024), "N", ANSWERS,
        _("Processor threads; default: one for each core."))
    n_ctx: int | None = row(None, "n-ctx", whole_number(128, 1_048_576), "N", ANSWERS,
        _("Size of the model's context in tokens; default: 2048."))
    flash_attn: Literal["auto", "on", "off"] = row(
        "auto", "flash-attn", choice("auto", "on", "off"), "WHEN", ANSWERS,
        _("Flash attention: auto, on or off."))
    # Any text: with a type that is not known the description comes all the same, unsteered.
    kv_type: str = row("auto", "kv-type", text, "TYPE", ANSWERS,
        _("Number type of the model's context: f16, bf16, f32 or q8_0; default: what fits."))
    detail: Literal["auto", "low", "usual", "high"] = row("auto", "picture-detail",
        choice("auto", "low", "usual", "high"), "DETAIL", ANSWERS,
        _("How closely the model looks: low answers soonest, high sees most, auto suits it to "
          "this machine. Models with one size of picture do not change."))
    locks_memory: bool = row(False, "mlock", yes_or_no, "YES", ANSWERS,
        _("Keep the model in memory, so that it is never read from the disk again."),
        switch=True)
    checks_memory: bool = row(True, "memory-check", yes_or_no, "YES", ANSWERS,
        _("Refuse a model that does not fit into the free memory."),
        switch=False,
        switch_help=_("Load the model even if there is not enough memory for it."))


@dataclass(frozen=True)
class AnswerSettings:
    """What is asked, and how the answer is written; ``prompt`` comes before ``style``."""

    TITLE: ClassVar[str] = _("Answer")

    style: Literal["detailed", "brief"] = row("detailed", "style", choice("detailed", "brief"), "NAME", (),
        _("How pictures are described: detailed or brief."))
    prompt: str | None = row(None, "prompt", text, "TEXT", (),
        _("What to ask instead of the usual question."))
    language: str | None = row(None, "language", choice(*LANGUAGES), "CODE", ANSWERS,
        _("Language of the answers, for example zh; the model must know it."))
    has_glance: bool = row(True, "glance", yes_or_no, "YES", ANSWERS,
        _("Say at once what is certain about a picture, such as its text, while the model reads or when it does not "
          "know such pictures: on or off."),
        switch=False,
        switch_help=_("Let the model speak alone: say nothing of light, codes and text before it."))
    is_anyway: bool = row(False, "anyway", yes_or_no, "YES", ANSWERS,
        _("Describe a picture even if it is not one of the drawings that the model knows."),
        switch=True)
    max_tokens: int = row(512, "max-tokens", whole_number(1, 1_000_000), "N", ANSWERS,
        _("Longest answer in tokens; default: 512."))
    temperature: float = row(0.0, "temperature", number(0.0, 5.0), "T", ANSWERS,
        _("0 always takes the likeliest word; higher values vary more."))
    top_p: float = row(1.0, "top-p", number(0.0, 1.0), "P", ANSWERS,
        _("With a temperature: choose among the likeliest words that together have probability P."))
    seed: int = row(0, "seed", whole_number(0, 2**32 - 1), "N", ANSWERS,
        _("With a temperature: the same seed gives the same answer."))


@dataclass(frozen=True)
class SteeringSettings:
    """What to change of the model's own steering; ``None`` changes nothing."""

    TITLE: ClassVar[str] = _("Attention steering (SPARC)")

    method: Method | None = row(None, "method", choice("none", "uniform", "sparc"), "NAME", ANSWERS,
        _("none, uniform or sparc; not set: sparc, and none for models with which it was not measured."))
    alpha: float | None = row(None, "alpha", any_number, "A", ANSWERS,
        _("Factor applied each time an image token is picked; 1 means no change."))
    beta: float | None = row(None, "beta", any_number, "B", ANSWERS,
        _("Weight of the old average of attention, from 0 to below 1."))
    tau: float | None = row(None, "tau", any_number, "T", ANSWERS,
        _("How far attention must rise above its average for an image token to be picked."))
    layer: int | None = row(None, "layer", whole_number(-(2**31), 2**31), "N", ANSWERS,
        _("Layer whose attention is watched, counted from 0."))
    layers: tuple[int, int] | None = row(None, "layers", layer_range, "A-B", ANSWERS,
        _("First and last layer that are steered."))

    def applied_to(self, preset: SparcConfig) -> SparcConfig:
        """Return the preset with the changes.

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
    """How answers are spoken."""

    TITLE: ClassVar[str] = _("Speech")

    is_on: bool = row(True, "speech", yes_or_no, "YES", ANSWERS,
        _("Speak: on or off."),
        switch=False,
        switch_help=_("Do not speak."))
    rate_wpm: int = row(180, "rate", whole_number(80, 449), "N", ANSWERS,
        _("Words a minute, 80 to 449; default: 180."))
    voice: str | None = row(None, "voice", text, "NAME", ANSWERS,
        _("Voice, by espeak's name or by language, for example en-gb."))
    volume: float = row(1.0, "volume", number(0.0, 1.0), "V", ANSWERS,
        _("Volume, from 0 to 1."))
    driver: Literal["auto", "pyttsx3", "spd-say", "silent"] = row(
        "auto", "speech-driver", choice("auto", "pyttsx3", "spd-say", "silent"), "NAME", (),
        _("What speaks: pyttsx3, spd-say for the desktop's speech-dispatcher, silent, or auto."),
        short_name="driver")
    has_earcons: bool = row(True, "earcons", yes_or_no, "YES", ANSWERS,
        _("Short sounds that say what happens: on or off."))
    typing_echo: Literal["both", "characters", "words", "off"] = row(
        "both", "typing-echo", choice("both", "characters", "words", "off"), "WHAT", SCREEN,
        _("What is spoken while you type in the full screen: characters, words, both or off."))
    beside_reader: Literal["ask", "silent", "speak"] = row(
        "ask", "screen-reader", choice("ask", "silent", "speak"), "WHO", (),
        _("What this program does while a screen reader runs: speak, stay silent, or ask at the start."),
        short_name="screen_reader")


@dataclass(frozen=True)
class CameraSettings:
    """Which camera looks, and when."""

    TITLE: ClassVar[str] = _("Camera")

    source: str | None = row(None, "camera", text, "NAME", ANSWERS,
        _("Camera: a number, a device, rpicam, a video file, or the address of a stream; default: the "
          "first that works."))
    look_ahead: Literal["auto", "on", "off"] = row(
        "auto", "look-ahead", choice("auto", "on", "off"), "WHEN", KEYS,
        _("Read a still scene before a key is pressed: on, off, or auto, which saves the battery."))


@dataclass(frozen=True)
class AssistantSettings:
    """How the assistant behaves while it is used by keys."""

    TITLE: ClassVar[str] = _("Assistant")

    plain: Literal["auto", "on", "off"] = row("auto", "plain", choice("auto", "on", "off"), "WHEN", SCREEN,
        _("Plain lines instead of the full screen: auto, on or off."))
    save_folder: Path | None = row(None, "save-folder", path, "FOLDER", KEYS,
        _("Where pictures and texts are saved; default: the folder sparc-assistant, among your pictures."))
    history_size: int = row(50, "history-size", whole_number(1, 10_000), "N", KEYS,
        _("How many answers you can go back to."))
    notice_acknowledged: bool = row(False, "notice-acknowledged", yes_or_no, "YES", KEYS,
        _("Leave out the notice of the first run, because you have heard it: on or off."))


@dataclass(frozen=True)
class HeadlessSettings:
    """What is pressed where there is no screen, and how long a press is short."""

    TITLE: ClassVar[str] = _("Keypad and buttons")

    keypad: str = row("auto", "keypad", text, "WHICH", ("headless",),
        _("Keys without a screen: auto takes keypads, any takes keyboards too, off takes none; or a "
          "device, or part of its name."))
    keypad_keys: str | None = row(None, "keypad-keys", key_pairs, "PAIRS", ("headless",),
        _("What keys of a keypad do, for example kp5=brief kpenter=button; the others keep their "
          "meaning."))
    gpio: str | None = row(None, "gpio", pin_pairs, "PAIRS", ("headless",),
        _("Buttons on a Raspberry Pi, by GPIO number, for example 17=button 27=stop."))
    long_press_ms: int = row(600, "long-press-ms", whole_number(200, 5000), "MS", ("headless",),
        _("How long a press must last to count as long, in milliseconds; default: 600."))
    hold_ms: int = row(1500, "hold-ms", whole_number(400, 10_000), "MS", ("headless",),
        _("How long a press must last to count as held, so that nothing begins, in milliseconds; "
          "default: 1500."))


# fmt: on
@dataclass(frozen=True)
class Settings:
    """Everything that can be set, most used first; each field is a table of the settings file."""

    speech: SpeechSettings = SpeechSettings()
    answer: AnswerSettings = AnswerSettings()
    camera: CameraSettings = CameraSettings()
    assistant: AssistantSettings = AssistantSettings()
    model: ModelSettings = ModelSettings()
    headless: HeadlessSettings = HeadlessSettings()
    steering: SteeringSettings = SteeringSettings()
    keys: Mapping[str, str] = field(default_factory=dict)
    """Actions that are put on other keys."""


def _rows() -> list[Setting]:
    found = []
    for section in fields(Settings):
        if section.default is MISSING:
            continue
        for one in fields(section.default):
            found.append(_setting(section.name, one))
    for action in Action:
        name, usual = action.value, " ".join(DEFAULT_KEYS[action])
        about = words.key_meaning(describe_action(action))
        found.append(
            Setting(
                "keys",
                name,
                f"key-{name.replace('_', '-')}",
                keys,
                usual,
                "KEY",
                about,
                short_name=name,
            )
        )
    return found


def _setting(section: str, one: Field[Any]) -> Setting:
    return Setting(section, one.name, default=one.default, **one.metadata)


SETTINGS: tuple[Setting, ...] = tuple(_rows())
BY_NAME = {setting.name: setting for setting in SETTINGS}
TITLES: Mapping[str, str] = {
    **{
        section.name: section.default.TITLE
        for section in fields(Settings)
        if section.default is not MISSING
    },
    "keys": _("Keys"),
}
"""What each section is called."""


def plain_name(typed: str) -> str:
    """Return the name of a setting as it is in ``BY_NAME``, however it was typed."""
    return typed.strip().lstrip("-").lower().replace("_", "-")


def setting_values(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings among the parsed options, by name; None where not given."""
    return {name: getattr(options, name.replace("-", "_"), None) for name in BY_NAME}
