"""From settings to parts: what every front makes its model and its voice of."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.announcer import Announcer
from assistant.core.answering import Answering, AnswerOptions
from assistant.core.events import DecodeOptions, ImageRgb, TraceHeader, TraceStep
from assistant.core.glancing import Glancing
from assistant.core.history import History
from assistant.core.languages import LANGUAGES, voice_of
from assistant.core.taking import Taking
from assistant.errors import AssistantError
from assistant.messages import models as words
from assistant.model_store.find import ModelFiles
from assistant.settings.table import Settings
from assistant.system import memory
from assistant.system.masking import masked
from assistant.system.printable import printable

if TYPE_CHECKING:
    from assistant.core.ports import Describer, Speaker
    from assistant.inference.options import EngineOptions
    from assistant.speech.voice_process import VoiceOptions


class _MaskingFormatter(logging.Formatter):
    """Hides passwords in addresses, those in tracebacks included, and what would steer the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")
        return "\n".join(masked(printable(line)) for line in lines)


def start_logging(*, is_verbose: bool) -> None:
    """Let the log out to stderr, or keeps it in."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_MaskingFormatter("%(name)s: %(message)s"))
    level = logging.DEBUG if is_verbose else logging.CRITICAL
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("PIL").setLevel(logging.INFO)


def engine_options(settings: Settings, files: ModelFiles, *, is_verbose: bool) -> EngineOptions:
    """Return how the inference worker is to load the model."""
    from assistant.inference.options import EngineOptions

    wished = settings.model
    options = EngineOptions(
        model_path=files.model_path,
        mmproj_path=files.mmproj_path,
        model_name=files.name,
        preset=files.preset,
        familiarity_path=files.familiarity_path,
        n_threads=wished.n_threads,
        flash_attn=wished.flash_attn,
        kv_type=wished.kv_type,
        detail=wished.detail,
        locks_memory=wished.locks_memory,
        checks_memory=wished.checks_memory,
        look_ahead=settings.camera.look_ahead,
        template=wished.template or files.template,
        language=settings.answer.language,
        is_verbose=is_verbose,
    )
    n_ctx = wished.n_ctx or files.n_ctx
    return options if n_ctx is None else replace(options, n_ctx=n_ctx)


def inspect(image_rgb: ImageRgb) -> list[str]:
    """Return what is wrong with a picture, as sentences; nothing for a good one."""
    # Here, since what is said first must not wait for NumPy.
    from assistant.camera import quality
    from assistant.camera.noted_picture import note_of
    from assistant.messages import camera as camera_words

    problems = [problem.sentence for problem in quality.assess(image_rgb)]
    if note := note_of(image_rgb):
        problems.insert(0, note)
    return [*problems, camera_words.DESCRIBING_ANYWAY] if problems else []


def answer_options(settings: Settings, files: ModelFiles) -> AnswerOptions:
    """Return how the next answer is written: the model's own steering with what the settings change.

    Raises:
        UsageError: steering lies outside its range.
    """
    answer = settings.answer
    decode = DecodeOptions(
        max_tokens=answer.max_tokens,
        temperature=answer.temperature,
        top_p=answer.top_p,
        seed=answer.seed,
    )
    # The embedded model was not trained to use earlier turns.
    sparc = settings.steering.applied_to(files.preset)
    return AnswerOptions(
        decode, sparc, keeps_turns=not files.is_demo, model=files.name,
        is_steering_measured=files.preset.method != "none",
        answers_yes_or_no=files.answers_yes_or_no,
        has_glance=answer.has_glance, knows_strangers=files.is_demo,
        is_anyway=answer.is_anyway,
    )  # fmt: skip


def make_answering(
    describer: Describer,
    announcer: Announcer,
    options: Callable[[], AnswerOptions],
    history: History,
    on_trace: Callable[[TraceHeader | TraceStep], None] | None = None,
    make_glancing: Callable[[Taking], Glancing] | None = None,
) -> Answering:
    """Join the parts of the one way to an answer."""
    return Answering(
        describer, announcer, options, inspect, history,
        make_glancing=make_glancing, on_trace=on_trace, is_memory_short=memory.is_nearly_full,
    )  # fmt: skip


def make_taking(announcer: Announcer) -> Taking:
    """Join what takes pictures where no model is asked."""
    return Taking(announcer, inspect, is_memory_short=memory.is_nearly_full)


def speaker(settings: Settings, on_problem: Callable[[AssistantError], None]) -> Speaker:
    """Open the voice that the settings ask for; trouble goes to ``on_problem``."""
    from assistant.speech.factory import open_speaker

    speech = settings.speech
    return open_speaker(
        voice_options(settings), on_problem, is_on=speech.is_on, driver=speech.driver
    )


def voice_options(settings: Settings) -> VoiceOptions:
    """Return how it sounds: without a voice of its own, as the language of the answers wants."""
    from assistant.speech.voice_process import VoiceOptions

    speech = settings.speech
    voice_name = speech.voice or voice_of(settings.answer.language)
    return VoiceOptions(speech.rate_wpm, voice_name, speech.volume)


def find_reader(settings: Settings) -> str:
    """Return what the running screen reader is called, beside which this program would speak; empty without one."""
    from assistant.system.screen_reader import find_screen_reader

    if not settings.speech.is_on:
        return ""
    return find_screen_reader(uses_dispatcher=settings.speech.driver == "spd-say")


def silent_beside(reader: str, settings: Settings) -> Settings:
    """Return the settings without speech where that was left to the screen reader."""
    if not reader or settings.speech.beside_reader != "silent":
        return settings
    return replace(settings, speech=replace(settings.speech, is_on=False))


def machine_state(settings: Settings, sys_root: Path = Path("/sys")) -> list[str]:
    """Return what the status adds: battery, a weak supply, heat, and what is left undone because of it.

    Args:
        settings: whether scenes are read ahead.
        sys_root: where the kernel tells of its devices.
    """
    from assistant.messages import session as power_words
    from assistant.system import power

    saves = settings.camera.look_ahead == "auto"
    lines = []
    if power.is_on_battery(sys_root / "class/power_supply"):
        lines.append(power_words.on_battery(saves=saves))
    if power.is_under_voltage(sys_root):
        lines.append(power_words.under_voltage(saves=saves))
    if power.is_hot(sys_root):
        lines.append(power_words.hot(power.temperature_c(sys_root) or 0.0))
    return lines


def save_folder(settings: Settings) -> Path:
    """Return where pictures and texts are saved: the chosen folder, else one among the user's pictures."""
    if settings.assistant.save_folder is not None:
        return settings.assistant.save_folder
    import platformdirs

    return platformdirs.user_pictures_path() / "sparc-assistant"


def model_notices(settings: Settings, files: ModelFiles) -> list[str]:
    """Return what a person should hear about the model before it answers."""
    language = settings.answer.language
    if language is None or language in files.languages:
        return list(files.notices)
    return [*files.notices, words.language_doubt(files.name, LANGUAGES[language].name)]
