"""Whether settings can be used: asked before one is kept, and answered at a start with what works instead."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_args

from assistant import messages
from assistant.core.questions import MAX_QUESTION_CHARS
from assistant.errors import AssistantError, UsageError
from assistant.inference.options import KvType
from assistant.messages import session as session_words
from assistant.messages import settings as words
from assistant.messages import speech as speech_words
from assistant.model_store.find import ModelFiles, embedded_model, find_model
from assistant.settings.table import Setting, Settings, SpeechSettings
from assistant.speech import spd_say

VOICE_TIMEOUT_S = 5.0
"""A voice that is not found out by then is taken: the speaker says so if there is none."""


def check_setting(setting: Setting, settings: Settings) -> str:
    """Refuse a new value that would be of no use.

    Args:
        setting: the one that changes.
        settings: all of them, as they would be.

    Returns:
        What is to be known about the value, or an empty text.

    Raises:
        AssistantError: it cannot be used.
    """
    match setting.name:
        case "model" | "mmproj":
            _check_model(settings.model.model_path, settings.model.mmproj_path)
        case "template":
            _check_template(settings.model.template)
        case "kv-type":
            _check_kv_type(settings.model.kv_type)
        case "prompt":
            _check_prompt(settings.answer.prompt or "")
        case "save-folder":
            _check_folder(settings.assistant.save_folder)
        case "speech-driver":
            if _is_driver_missing(settings.speech):
                raise UsageError(
                    words.driver_missing(settings.speech.driver), speech_words.NO_SPD_SAY_HINT
                )
        case "voice":
            _check_voice(settings.speech)
        case "camera":
            return _doubt_camera(settings.camera.source)
    return ""


def with_what_works(
    settings: Settings, asked_for: Collection[str], *, is_session: bool = False
) -> tuple[Settings, ModelFiles, list[str]]:
    """Return the settings and the model, with something that works in place of what does not.

    Args:
        settings: as they were read.
        asked_for: names of settings that the command line gives; nothing else will do for those.
        is_session: whether a person can go on from here; else a model that "models use" chose is not replaced either.

    Returns:
        The settings, the model's files, and what to say about both.

    Raises:
        AssistantError: the model cannot be used, and nothing else will do or is there.
    """
    notices = []
    if _is_driver_missing(settings.speech):
        notices.append(words.driver_unusable(settings.speech.driver))
        settings = replace(settings, speech=replace(settings.speech, driver="auto"))
    model = settings.model
    if "template" not in asked_for:
        try:
            _check_template(model.template)
        except UsageError as error:
            notices.append(words.template_unusable(error.message))
            settings = replace(settings, model=replace(model, template=None))
    try:
        return settings, find_model(model.model_path, model.mmproj_path), notices
    except AssistantError as error:
        if not {"model", "mmproj"}.isdisjoint(asked_for):
            raise
        if not (is_session or model.model_path or model.mmproj_path):
            raise
        try:
            files = find_model()
        except AssistantError:
            files = embedded_model()
        return settings, files, [*notices, words.model_unusable(str(error), files.name)]


def _is_driver_missing(speech: SpeechSettings) -> bool:
    return speech.driver == spd_say.PROGRAM and shutil.which(spd_say.PROGRAM) is None


def _check_model(model: Path | None, mmproj: Path | None) -> None:
    if model is None and mmproj is not None:
        if not mmproj.is_file():
            raise UsageError(messages.picture_missing(str(mmproj)))
        return  # the first of the two; alone it is not used
    if model is not None and model.suffix == ".gguf" and not model.exists():
        raise UsageError(messages.picture_missing(str(model)))
    try:
        find_model(model, mmproj)
    except AssistantError as error:
        if (model is None or not model.is_file()) and mmproj is None:
            raise
        raise UsageError(error.message, words.BOTH_FILES_HINT) from error


def _check_template(name: str | None) -> None:
    from assistant.inference.chat_templates import TEMPLATES

    if name is not None and name not in TEMPLATES:
        raise UsageError(words.template_unknown(name, ", ".join(TEMPLATES)))


def _check_kv_type(name: str) -> None:
    known = get_args(KvType)
    if name not in known:
        raise UsageError(messages.setting_wrong("kv-type", name, messages.wanted_choice(known)))


def _check_prompt(prompt: str) -> None:
    if len(prompt) > MAX_QUESTION_CHARS:
        raise UsageError(session_words.question_too_long(len(prompt), MAX_QUESTION_CHARS))


def _check_folder(folder: Path | None) -> None:
    if folder is None:
        return
    there = next(path for path in (folder, *folder.absolute().parents) if os.path.exists(path))
    reason = ""
    if not there.is_dir():
        reason = words.NO_FOLDER
    elif not os.access(there, os.W_OK | os.X_OK):
        reason = words.NO_PERMISSION
    if reason:
        raise UsageError(words.folder_unusable(str(folder), reason), words.FOLDER_HINT)


def _check_voice(speech: SpeechSettings) -> None:
    from assistant.speech.sound_folder import private_folder
    from assistant.speech.voice_process import VoiceOptions, VoiceProcess

    if speech.voice is None or speech.driver == spd_say.PROGRAM:
        return
    base = private_folder()
    try:
        process = VoiceProcess(asdict(VoiceOptions(voice=speech.voice)), base)
        try:
            reply = process.receive(VOICE_TIMEOUT_S)
        finally:
            process.end()
    except (OSError, EOFError):  # TimeoutError is an OSError
        return
    finally:
        shutil.rmtree(base, ignore_errors=True)
    examples = reply.get("unknown_voice_examples")
    if isinstance(examples, list):
        hint = messages.voice_unknown_hint(", ".join(map(str, examples)))
        raise UsageError(words.no_voice(speech.voice), hint)


def _doubt_camera(source: str | None) -> str:
    from assistant.camera.discovery import find_camera
    from assistant.messages import camera as camera_words

    if source is None:
        return ""
    found = find_camera(source)
    is_gone = found.id.startswith("/dev/") and not os.path.exists(found.id)
    if found.is_usable and not is_gone:
        return ""
    return words.camera_doubt(found.problem or camera_words.source_unknown(found.id))
