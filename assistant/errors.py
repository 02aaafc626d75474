"""Errors that a person can be told.

::

    AssistantError            message and hint, both speakable
    +-- UsageError            what was asked for cannot be done that way      exit 2
    +-- PictureError          a picture cannot be used                        exit 3
    |   +-- UnfamiliarPictureError   the model would only make something up
    +-- ModelError            model files missing, wrong or too large         exit 4
    +-- InferenceError        the model process failed                        exit 5
    +-- CameraError           a camera gives no picture                       exit 6
    +-- GlanceError           a part of a picture cannot be looked for        exit 1
    +-- SpeechError           nothing can be spoken (the text still comes)    exit 0
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to the shell; the only place where these numbers are given."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PICTURE = 3
    MODEL = 4
    INFERENCE = 5
    CAMERA = 6
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """The reader of stdout went away; the same number as a process that SIGPIPE ended."""
    TERMINATED = 143


class AssistantError(Exception):
    """Something a person should hear: what happened, and what to do.

    Attributes:
        message: one sentence that says what happened.
        hint: one sentence that says what to do, or an empty string.
    """

    exit_code: ExitCode = ExitCode.FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(AssistantError):
    """What was asked for cannot be done that way."""

    exit_code = ExitCode.USAGE


class PictureError(AssistantError):
    """A picture is missing, damaged, too large, or not a picture."""

    exit_code = ExitCode.PICTURE


class UnfamiliarPictureError(PictureError):
    """The picture is none of the model's world, so that an answer would be fiction."""


class ModelError(AssistantError):
    """Model files are missing, damaged, do not belong together, or need too much memory."""

    exit_code = ExitCode.MODEL


class InferenceError(AssistantError):
    """The model process failed and could not be brought back."""

    exit_code = ExitCode.INFERENCE


class RequestFailedError(AssistantError):
    """The model process said why it could not answer; the exit code is the one it gave."""

    def __init__(
        self, message: str, hint: str = "", exit_code: ExitCode = ExitCode.FAILURE
    ) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class CameraError(AssistantError):
    """A camera is missing, in use, forbidden, or gives no picture."""

    exit_code = ExitCode.CAMERA


class GlanceError(AssistantError):
    """What needs no model, as the text in a picture, cannot be looked for."""


class SpeechError(AssistantError):
    """Nothing can be spoken; the text still comes."""

    exit_code = ExitCode.OK
