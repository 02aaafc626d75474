"""Whether settings can be used: asked before one is kept, and answered at a start with what works instead."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, replace
from pathlib import Path

from assistant import messages
from assistant.errors import AssistantError, UsageError
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


def find_usable_model(
    settings: Settings, *, is_asked_for: bool, is_session: bool = False
) -> tuple[ModelFiles, tuple[str, ...]]:
    """Return the model that the settings name, or another where it cannot be used, and what to say about that.

    Args:
        settings: name the model.
        is_asked_for: whether the command line names it; then no other will do.
        is_session: whether a person can go on from here; else a model that "models use" chose is not replaced either.

    Raises:
        AssistantError: it cannot be used, and was asked for; or there is no other.
    """
    try:
        return find_model(settings.model.model_path, settings.model.mmproj_path), ()
    except AssistantError as error:
        named = settings.model.model_path or settings.model.mmproj_path
        if is_asked_for or not (named or is_session):
            raise
        try:
            files = find_model()
        except AssistantError:
            files = embedded_model()
        return files, (words.model_unusable(str(error), files.name),)


def with_usable_driver(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings with a driver that can speak, and what to say about that."""
    speech = settings.speech
    if not _is_driver_missing(speech):
        return settings, ()
    usable = replace(settings, speech=replace(speech, driver="auto"))
    return usable, (words.driver_unusable(speech.driver),)


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
