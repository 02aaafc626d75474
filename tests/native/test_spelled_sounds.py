"""What espeak makes of spelled letters, in its own phonemes."""

from __future__ import annotations

import json
import subprocess
import sys

from assistant.core.spelling import name_character, spell
from assistant.messages.session import spelled

# In a process of its own: the library keeps its state for as long as the process lives.
_SCRIPT = """
import ctypes, json, sys
from assistant.speech.pyttsx3_worker import prepare_espeak
prepare_espeak()
from pyttsx3.drivers import _espeak
library = _espeak.dll
library.espeak_Initialize(1, 0, None, 0)
library.espeak_TextToPhonemes.restype = ctypes.c_char_p
library.espeak_SetVoiceByName(b"en")
for text in json.load(sys.stdin):
    buffer = ctypes.create_string_buffer(text.encode())
    place = ctypes.c_void_p(ctypes.addressof(buffer))
    parts = []
    while place.value:
        parts.append(library.espeak_TextToPhonemes(ctypes.byref(place), 1, 2).decode())
    print(json.dumps(" ".join(parts)))
"""
LETTER_A, ARTICLE_A = "\u02c8e\u026a", "\u0250"


def say(*texts: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], input=json.dumps(texts), capture_output=True, text=True, check=True
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_spelled_a_is_the_letter_and_not_the_article() -> None:
    before, *spelled_now = say(
        "c a r", spell("car"), spell("a cat"), spell("MALAGA"), spell("\u00e0 la"), spell("a", is_phonetic=True),
        spelled("a dog", spell("a dog")).partition(":")[2], name_character("A"), name_character("\u00e0"),
    )  # fmt: skip
    assert ARTICLE_A in before
    for heard in spelled_now:
        assert LETTER_A in heard
        assert ARTICLE_A not in heard.split(), heard
        assert not heard.startswith(ARTICLE_A), heard


def test_capitals_are_heard() -> None:
    small, capital = say(spell("d"), spell("D"))
    assert capital.endswith(small)
    assert len(capital) > len(small)
