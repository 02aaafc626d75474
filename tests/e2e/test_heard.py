"""What is heard at the keys, and in place of what: the real voice, and a player that lasts as long as its sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.assistant_command import STREET, Command
from tests.support.heard import Heard, Utterance
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

# Whether a sentence is still being read when the next key comes depends on a machine with nothing else to do.
pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.alone]
FIRST_SENTENCE = "A street."
IN_THE_ANSWER = "At the top left"


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard(tmp_path / "heard")
    for name in ("PATH", "PYTHONPATH"):
        monkeypatch.setenv(name, heard.environment[name])
    return heard


@pytest.fixture
def assistant(embedded: Command, heard: Heard, tmp_path: Path) -> Iterator[TypedAssistant]:
    typed = TypedAssistant(
        embedded, "--camera", str(STREET), "--notice-acknowledged", "yes",
        "--save-folder", str(tmp_path / "saved"),
    )  # fmt: skip
    hear(heard, lambda text: text.startswith("Ready"))
    yield typed
    typed.kill()


def hear(heard: Heard, is_it: Callable[[str], bool], after: int = 0) -> int:
    """Waits for the sound of a text; returns the number of texts heard up to it and with it."""
    wait_until(lambda: any(map(is_it, heard.texts[after:])), lambda: heard.texts[after:])
    return next(n for n, text in enumerate(heard.texts[after:], after + 1) if is_it(text))


def begin_reading(assistant: TypedAssistant, heard: Heard) -> int:
    assistant.type("d")
    return hear(heard, lambda text: text.startswith(IN_THE_ANSWER))


def one_after(heard: Heard, n: int) -> tuple[Utterance, Utterance]:
    """The text that was being said when a key was pressed, and the one that was heard next."""
    return heard.utterances[n - 1], heard.utterances[n]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("c", "There is no other camera"),
        ("+", "200 words a minute."),
        ("s", "Reading sentence 2 of "),
        ("o", "Attention steering is off"),
        ("x", "x does nothing here."),
        ("?", "d: take a picture"),
        (",", "Type the name of a setting"),
        ("f", "Type your question"),
    ],
)
def test_a_key_is_answered_in_place_of_the_sentence_that_is_read(
    assistant: TypedAssistant, heard: Heard, key: str, answer: str
) -> None:
    n_heard = begin_reading(assistant, heard)
    assistant.hear("Done.")  # all is written, so that nothing else can come
    assert len(heard.texts) == n_heard, "the sentence is still being read"
    assistant.type(key)
    wait_until(lambda: len(heard.texts) > n_heard)
    interrupted, answered = one_after(heard, n_heard)
    assert interrupted.end_s is None, "it was not read to its end first"
    assert answered.text.startswith(answer)


def test_a_list_ends_with_the_next_key_and_the_answer_is_read_on(
    assistant: TypedAssistant, heard: Heard
) -> None:
    begin_reading(assistant, heard)
    assistant.hear("Done.")
    assistant.type("?")
    n_heard = hear(heard, lambda text: text.startswith("d: take a picture"))
    assistant.type("-")
    n_heard = hear(heard, lambda text: text == "160 words a minute.", n_heard)
    assistant.type("p")
    n_heard = hear(heard, lambda text: text == "Continuing.", n_heard)
    n_heard = hear(heard, lambda text: text.startswith(IN_THE_ANSWER), n_heard)
    assistant.type("n")
    hear(heard, lambda text: text.startswith("On the left"), n_heard)
    assert not any(text.startswith("q: quit") for text in heard.texts)


def test_keys_pressed_in_quick_succession_end_with_the_answer_to_the_last(
    assistant: TypedAssistant, heard: Heard
) -> None:
    begin_reading(assistant, heard)
    for _ in range(10):
        assistant.type("+")
    hear(heard, lambda text: text == "380 words a minute.")
    assistant.type("s")
    hear(heard, lambda text: text.startswith("Paused at sentence 2 of "))
    assistant.type("q")
    assert assistant.process.wait(60.0) == 0
