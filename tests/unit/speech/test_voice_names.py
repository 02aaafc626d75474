"""Which voice a name means."""

from __future__ import annotations

import pytest

from assistant.speech.voice_names import KnownVoice, find_voice

VOICES = [
    KnownVoice("gmw/de", "German", ("de",)),
    KnownVoice("gmw/en-029", "English (Caribbean)", ("en-029",)),
    KnownVoice("gmw/en", "English (Great Britain)", ("en-gb",)),
    KnownVoice("gmw/en-us", "English (America)", ("en-us",)),
    KnownVoice("roa/es", "Spanish (Spain)", ("es",)),
    KnownVoice("roa/es-419", "Spanish (Latin America)", ("es-419",)),
    KnownVoice("roa/pt", "Portuguese (Portugal)", ("pt",)),
    KnownVoice("roa/pt-br", "Portuguese (Brazil)", ("pt-br",)),
    KnownVoice("sit/cmn", "Chinese (Mandarin, latin as English)", ("cmn",)),
    KnownVoice("sit/yue", "Chinese (Cantonese)", ("yue",)),
    KnownVoice("gmq/nb", "Norwegian Bokmål", ("nb",)),
    KnownVoice("poz/mi", "Māori", ("mi",)),
    KnownVoice("zls/sr", "Serbian", ("sr",)),
]
VARIANTS = ["!v/f3", "!v/m3", "!v/whisper", "!v/Mr serious"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("en", "gmw/en"), ("EN-us", "gmw/en-us"), ("en us", "gmw/en-us"), ("gmw/en-us", "gmw/en-us"),
        ("  de ", "gmw/de"), ("English (America)", "gmw/en-us"), ("english", "gmw/en"), ("maori", "poz/mi"),
        ("norwegian bokmal", "gmq/nb"), ("chinese (cantonese)", "sit/yue"),
    ],
)  # fmt: skip
def test_a_voice_by_its_name_in_any_case(wanted: str, found: str) -> None:
    assert find_voice(wanted, VOICES, VARIANTS) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("en_US", "gmw/en-us"), ("en_US.UTF-8", "gmw/en-us"), ("de_AT@euro", "gmw/de"), ("en_AU", "gmw/en"),
        ("pt_BR", "roa/pt-br"), ("pt_PT", "roa/pt"), ("zh", "sit/cmn"), ("zh_CN", "sit/cmn"), ("zh-Hant-TW", "sit/cmn"),
        ("zh_HK", "sit/yue"), ("nn_NO", "gmq/nb"), ("es_MX", "roa/es-419"), ("es_ES", "roa/es"),
        ("sr_Latn_RS", "zls/sr"), ("C.UTF-8", "gmw/en"), ("eng", "gmw/en"),
    ],
)  # fmt: skip
def test_a_locale_as_systems_write_it(wanted: str, found: str) -> None:
    assert find_voice(wanted, VOICES, VARIANTS) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("en+f3", "gmw/en+f3"), ("EN_us+Whisper", "gmw/en-us+whisper"), ("de + f3", "gmw/de+f3"),
        ("en+mr_serious", "gmw/en+Mr serious"), ("en+3", "gmw/en+m3"), ("en+13", "gmw/en+f3"), ("+f3", "gmw/en+f3"),
        ("English (America)+!v/f3", "gmw/en-us+f3"), ("zh+f3", "sit/cmn+f3"),
    ],
)  # fmt: skip
def test_a_variant_after_a_plus(wanted: str, found: str) -> None:
    assert find_voice(wanted, VOICES, VARIANTS) == found


@pytest.mark.parametrize(
    "wanted", ["nosuch", "nosuch_DE", "en-nosuch", "en+nosuch", "nosuch+f3", "en+", "+", "", " ", ".", "@", "_"]
)  # fmt: skip
def test_what_is_no_voice_is_not_guessed(wanted: str) -> None:
    assert find_voice(wanted, VOICES, VARIANTS) is None


def test_a_variant_is_taken_as_it_is_where_espeak_lists_none() -> None:
    assert find_voice("en+f3", VOICES) == "gmw/en+f3"
