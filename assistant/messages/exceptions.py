"""Turns an unexpected exception into a sentence."""

from __future__ import annotations

from assistant import messages
from assistant.errors import AssistantError


def describe_exception(error: Exception) -> AssistantError:
    """Return the exception as a sentence and what to do next."""
    if isinstance(error, AssistantError):
        return error
    if isinstance(error, MemoryError):
        return AssistantError(messages.NO_MEMORY, messages.NO_MEMORY_HINT)
    if isinstance(error, BlockingIOError) or "start new thread" in str(error):
        return AssistantError(messages.NO_PROCESS, messages.NO_MEMORY_HINT)
    reason = f"{type(error).__name__}, {error}" if str(error) else type(error).__name__
    return AssistantError(messages.unexpected(reason), messages.UNEXPECTED_HINT)
