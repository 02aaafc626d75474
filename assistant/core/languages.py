"""The languages that a description can be asked for in, and the voice that then speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        name: in English, as a model is asked for it.
        voice: espeak's code of its voice.
    """

    name: str
    voice: str


LANGUAGES: dict[str, Language] = {
    "ar": Language("Arabic", "ar"),
    "cs": Language("Czech", "cs"),
    "de": Language("German", "de"),
    "en": Language("English", "en"),
    "es": Language("Spanish", "es"),
    "fr": Language("French", "fr-fr"),
    "hi": Language("Hindi", "hi"),
    "it": Language("Italian", "it"),
    "ja": Language("Japanese", "ja"),
    "ko": Language("Korean", "ko"),
    "nl": Language("Dutch", "nl"),
    "pl": Language("Polish", "pl"),
    "pt": Language("Portuguese", "pt"),
    "ru": Language("Russian", "ru"),
    "sv": Language("Swedish", "sv"),
    "tr": Language("Turkish", "tr"),
    "uk": Language("Ukrainian", "uk"),
    "zh": Language("Chinese", "cmn"),
}
"""By ISO 639-1 code."""


def asked_in(question: str, code: str | None) -> str:
    """Return the question with the wish for an answer in a language; as it is where there is none or it is English."""
    if code is None or code == "en":
        return question
    return f"{question.rstrip()} Answer in {LANGUAGES[code].name}."


def voice_of(code: str | None) -> str | None:
    """Return the voice of a language; ``None`` for the usual voice."""
    return None if code is None else LANGUAGES[code].voice
