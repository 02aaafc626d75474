"""An answer in another language is asked for in words, and spoken by its voice."""

from __future__ import annotations

import pytest

from assistant.core.languages import LANGUAGES, asked_in, voice_of
from assistant.errors import UsageError
from assistant.settings.table import Settings
from tests.support.strict_settings import load_settings


def test_the_question_says_in_which_language() -> None:
    assert asked_in("Please describe this image. ", "zh") == (
        "Please describe this image. Answer in Chinese."
    )
    assert asked_in("What is this?", "en") == asked_in("What is this?", None) == "What is this?"


def test_the_voice_follows() -> None:
    assert voice_of("zh") == "cmn"
    assert voice_of(None) is None
    assert all(language.voice and language.name.istitle() for language in LANGUAGES.values())


def test_the_setting_takes_the_known_codes() -> None:
    assert Settings().answer.language is None
    assert load_settings({"language": "fr"}, {}).answer.language == "fr"
    assert load_settings({}, {"SPARC_ASSISTANT_LANGUAGE": "zh"}).answer.language == "zh"
    with pytest.raises(UsageError, match="zh"):
        load_settings({"language": "klingon"}, {})
