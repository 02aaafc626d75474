"""What each key does, heard and seen, on public fakes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.core import session_work
from assistant.core.actions import Action
from assistant.core.events import DescribeRequest, EndReason, Failed, Piece
from assistant.core.history import Entry
from assistant.core.ports import Earcon
from assistant.core.session import Wants
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Kind
from assistant.errors import AssistantError, CameraError
from assistant.testing import ScriptedDescriber, answer_events
from sparc_ggml.config import SparcConfig
from tests.support.session_parts import SessionParts, make_session
from tests.support.waiting import wait_until

TEXT = "A red car. A green tree stands behind it. There is a small dog."
SENTENCES = ["A red car.", "A green tree stands behind it.", "There is a small dog."]

Make = Callable[..., SessionParts]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[SessionParts] = []

    def build(script: object = None, **options: object) -> SessionParts:
        describer = ScriptedDescriber(answer_events(TEXT) if script is None else script)  # type: ignore[arg-type]
        made.append(make_session(describer, **options))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for parts in made:
        parts.session.close()


def shown_is_spoken(parts: SessionParts) -> None:
    spoken = [text for what, text in parts.speaker.log if what == "say"]
    assert sorted(spoken) == sorted(parts.front.texts)


def test_describe_takes_a_picture_and_reads_the_answer(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.of(Kind.SENTENCE) == SENTENCES
    assert parts.front.texts[0] == "Looking."
    assert parts.front.texts[-2:] == [
        "The model may be wrong about some of this.",
        "Done.",
    ]
    assert len(parts.cameras.captured) == 1
    assert parts.earcons.played == [Earcon.SHUTTER]
    assert parts.describer.requests[0].question == "Please describe this image in detail."
    assert parts.front.stages[-1] == ""
    shown_is_spoken(parts)


def test_that_it_may_be_wrong_is_said_once_a_run(make: Make) -> None:
    parts = make()
    for _ in range(2):
        parts.session.perform(Action.BRIEF)
        parts.settle()
    assert parts.front.texts.count("The model may be wrong about some of this.") == 1
    assert parts.describer.requests[1].question == "Please describe this image in one sentence."


def test_a_bad_picture_is_told_of_and_described_anyway(make: Make) -> None:
    problem = "The picture is very dark. I will try anyway."
    parts = make(problems=[problem])
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.texts[1] == problem
    assert parts.front.of(Kind.SENTENCE) == SENTENCES


def test_a_picture_that_takes_long_to_look_over_is_no_silence(make: Make) -> None:
    """Milliseconds, unless the machine has no memory left."""
    parts = make(inspect_s=0.4, quiet_s=(0.05, 10.0))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    signs = [line for line in parts.front.texts if line.startswith("Still working")]
    assert [sign.split(".")[0] for sign in signs] == ["Still working: taking the picture"]
    shown_is_spoken(parts)


def test_stop_ends_sound_and_work_and_nothing_more_is_said(make: Make) -> None:
    parts = make(lambda _request: [*answer_events(TEXT)[:4], Piece("A dog. A"), 5.0, Piece("x")])
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "A dog." in parts.front.texts)
    parts.session.perform(Action.STOP)
    parts.settle()
    assert parts.front.texts[-1] == "Stopped."
    assert parts.speaker.spoken[-1] == "Stopped."
    assert not parts.history.entries[0].is_complete


SPEAKS_SLOWLY_S = 30.0
"""So long that nothing is spoken to its end while a test looks on."""


def reading(make: Make, **options: object) -> SessionParts:
    """A session in the middle of reading an answer, all of which was written."""
    parts = make(seconds_per_utterance=SPEAKS_SLOWLY_S, **options)
    parts.session.perform(Action.DESCRIBE)
    assert parts.jobs.wait(60.0)
    parts.session.hush()
    parts.speaker.resume()
    parts.speaker.log.clear()
    return parts


def said(parts: SessionParts) -> list[str]:
    return [text for what, text in parts.speaker.log if what == "say"]


QUIET = {Action.HELP, Action.QUIT}
"""What their fronts answer."""


@pytest.mark.parametrize("action", [action for action in Action if action not in QUIET])
def test_every_key_silences_what_is_said_and_is_answered(make: Make, action: Action) -> None:
    parts = reading(make)
    parts.session.perform(action)
    wait_until(lambda: bool(said(parts)))
    silenced = [what for what, _ in parts.speaker.log].index("say")
    assert parts.speaker.log[:silenced], "something was silenced before the answer"
    assert parts.speaker.log[0][0] in {"hush", "cancel"}


@pytest.mark.parametrize("action", [Action.CAMERA, Action.FASTER, Action.STATUS, Action.SAVE])
def test_what_a_key_interrupted_is_read_on_from_its_sentence(make: Make, action: Action) -> None:
    parts = reading(make)
    parts.session.perform(action)
    wait_until(lambda: bool(said(parts)))
    assert parts.speaker.is_paused
    parts.session.perform(Action.PAUSE)
    assert parts.speaker.log[-1][0] == "resume"
    parts.speaker.seconds_per_utterance = 0.0
    parts.speaker.hush()
    parts.speaker.resume()
    assert [text for text in parts.speaker.spoken if text in SENTENCES] == SENTENCES


def test_how_to_read_on_is_said_once_and_only_where_there_is_more(make: Make) -> None:
    parts = reading(make)
    for _ in range(2):
        parts.session.perform(Action.FASTER)
        parts.speaker.resume()
    assert said(parts) == ["200 words a minute.", "Press p to read on.", "220 words a minute."]
    idle = make()
    idle.session.perform(Action.FASTER)
    assert said(idle) == ["200 words a minute."]


def test_the_status_says_which_sentence_is_read(make: Make) -> None:
    parts = reading(make)
    parts.session.perform(Action.STATUS)
    assert said(parts)[0] == "Reading sentence 1 of 3."
    parts.session.perform(Action.STATUS)
    assert said(parts)[-1] == "Paused at sentence 1 of 3."
    parts.session.perform(Action.NEXT)
    parts.session.perform(Action.STATUS)
    assert said(parts)[-1] == "Reading sentence 2 of 3."


def test_the_status_of_work_that_has_not_begun(make: Make) -> None:
    parts, gate = make(), threading.Event()
    parts.jobs.submit(lambda _ticket: void(gate.wait(60.0)))
    parts.session.perform(Action.STATUS)
    gate.set()
    assert parts.front.texts == ["Starting, 0 seconds."]


def void(_value: object) -> None:
    """Drops a value."""


def test_the_status_while_the_answer_is_written_and_read(make: Make) -> None:
    parts = make(
        lambda _request: [*answer_events(TEXT)[:4], Piece("A dog. A cat. A"), 60.0],
        seconds_per_utterance=SPEAKS_SLOWLY_S,
    )
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "A cat." in parts.front.texts)
    parts.session.hush()
    parts.speaker.resume()
    parts.session.perform(Action.STATUS)
    assert parts.front.texts[-3].startswith("Writing")
    assert parts.front.texts[-2:] == ["Reading sentence 1 of 2.", "Press p to read on."]


def test_sentences_that_come_while_an_answer_is_held_wait_too(make: Make) -> None:
    gate = threading.Event()

    def script(_request: DescribeRequest) -> Iterator[object]:
        yield from answer_events(TEXT)[:4]
        yield Piece("A dog. A cat. A")
        gate.wait(60.0)
        yield from answer_events("A dog. A cat. A bird.", [" bird."])[4:]

    parts = make(script, seconds_per_utterance=SPEAKS_SLOWLY_S)
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "A cat." in parts.front.texts)
    parts.session.hush()
    assert parts.speaker.is_paused
    gate.set()
    assert parts.jobs.wait(60.0)
    assert parts.speaker.wait(0), "nothing is spoken"
    parts.speaker.seconds_per_utterance = 0.0
    parts.session.perform(Action.PAUSE)
    parts.settle()
    assert parts.speaker.spoken[-5:-2] == ["A dog.", "A cat.", "A bird."]


def test_a_slow_key_says_what_it_does_meanwhile(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    gate = threading.Event()
    save = parts.keeper.save

    def slow(entry: Entry) -> tuple[str, str]:
        gate.wait(60.0)
        return save(entry)

    parts.keeper.save = slow  # type: ignore[method-assign]
    before = len(parts.front.texts)
    parts.session.perform(Action.SAVE)
    wait_until(lambda: parts.front.texts[before:] == ["Saving."])
    gate.set()
    wait_until(lambda: len(parts.front.texts) == before + 2)
    assert parts.front.texts[-1].startswith("Saved")


def test_a_question_is_read_back(make: Make) -> None:
    parts = make()
    parts.session.ask_new("what is  red?")
    parts.settle()
    parts.session.follow_up("and green?")
    parts.settle()
    questions = [text for text in parts.speaker.spoken if text.startswith("Asked")]
    assert questions == ["Asked: what is red?", "Asked: and green?"]
    shown_is_spoken(parts)


def test_stop_with_nothing_going_on(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.STOP)
    assert parts.front.texts == ["There is nothing to stop."]


def test_a_new_key_replaces_the_work_that_goes_on(make: Make) -> None:
    def script(request: DescribeRequest) -> list[object]:
        if len(parts.describer.requests) == 1:
            return [*answer_events(TEXT)[:4], Piece("First."), 5.0]
        return list(answer_events("Second."))

    parts = make(script)
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: bool(parts.describer.requests))
    parts.session.perform(Action.BRIEF)
    parts.settle()
    assert parts.front.of(Kind.SENTENCE)[-1] == "Second."
    assert len(parts.cameras.captured) == 2


def test_a_stop_while_the_picture_is_taken(make: Make) -> None:
    parts = make()
    parts.cameras.gate.clear()
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "Looking." in parts.front.texts)
    parts.session.perform(Action.STOP)
    parts.cameras.gate.set()
    parts.settle()
    assert parts.describer.requests == []
    assert parts.front.texts == ["Looking.", "Stopped."]


def test_a_camera_that_fails_is_one_sentence_and_the_next_key_works(make: Make) -> None:
    parts = make()
    parts.cameras.failure = AssistantError("The camera is gone.", "Plug it in again.")
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.of(Kind.ERROR) == ["The camera is gone. Plug it in again."]
    assert parts.earcons.played == [Earcon.ERROR]
    parts.cameras.failure = None
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.of(Kind.SENTENCE) == SENTENCES


def test_a_model_that_fails_is_one_sentence(make: Make) -> None:
    parts = make([Failed("The model stopped.", "Try again.")])
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.of(Kind.ERROR) == ["The model stopped. Try again."]
    assert parts.history.entries == ()


def test_something_nobody_thought_of_is_one_sentence(make: Make) -> None:
    parts = make(lambda _request: 1 / 0)
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert len(parts.front.of(Kind.ERROR)) == 1
    assert "division by zero" in parts.front.of(Kind.ERROR)[0]


def test_a_question_before_the_picture(make: Make) -> None:
    parts = make()
    assert parts.session.perform(Action.ASK) is Wants.NEW_QUESTION
    assert parts.cameras.captured == []
    parts.session.ask_new("  What is\tthere? ")
    parts.settle()
    assert parts.describer.requests[0].question == "What is there?"
    assert len(parts.cameras.captured) == 1


def test_a_question_after_the_picture(make: Make) -> None:
    parts = make()
    taken = threading.Event()
    parts.session.take_picture(taken.set)
    assert taken.wait(5.0)
    assert parts.describer.prepared[0] is parts.cameras.captured[0]
    parts.session.ask_taken("What is there?")
    parts.settle()
    assert parts.describer.requests[0].image_rgb is parts.cameras.captured[0]
    assert len(parts.cameras.captured) == 1


def test_a_follow_up_is_about_the_same_picture_and_knows_what_was_said(make: Make) -> None:
    parts = make()
    assert parts.session.perform(Action.FOLLOW_UP) is Wants.NOTHING  # nothing to ask about yet
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.session.perform(Action.FOLLOW_UP) is Wants.QUESTION
    parts.session.follow_up("What colour is the car?")
    parts.settle()
    second = parts.describer.requests[1]
    assert second.image_rgb is parts.cameras.captured[0]
    assert [(turn.question, turn.answer) for turn in second.turns] == [
        ("Please describe this image in detail.", TEXT)
    ]


def test_a_model_without_turns_gets_none(make: Make) -> None:
    parts = make()
    parts.models.keeps_turns = False
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.follow_up("What colour?")
    parts.settle()
    assert parts.describer.requests[1].turns == ()


def test_questions_that_cannot_be(make: Make) -> None:
    parts = make()
    parts.session.ask_new("   ")
    parts.session.ask_new("x" * 10_000)
    parts.settle()
    assert parts.front.texts == [
        "No question was asked.",
        "The question has 10000 characters, but the limit is 2000. Ask a shorter question.",
    ]
    assert parts.cameras.captured == []


def test_moving_in_an_answer(make: Make) -> None:
    parts = make()
    for action in (Action.REPEAT, Action.NEXT, Action.SPELL):
        parts.session.perform(action)
    assert len(set(parts.front.texts)) == 1
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.speaker.spoken.clear()
    parts.session.perform(Action.REPEAT)
    parts.settle()
    assert parts.speaker.spoken == SENTENCES
    parts.session.perform(Action.NEXT)
    assert parts.front.texts[-1] == "That was the last sentence."
    parts.session.perform(Action.PREVIOUS)
    parts.settle()
    assert parts.speaker.spoken[-2:] == SENTENCES[1:]
    assert parts.front.places == [0, 1]


def press(parts: SessionParts, *actions: Action) -> list[str]:
    """Press keys and return what was told for each."""
    told = []
    for action in actions:
        parts.session.perform(action)
        told.append(parts.front.texts[-1])
    shown_is_spoken(parts)
    return told


def test_spelling_goes_backwards_through_a_sentence(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    told = press(parts, *[Action.SPELL] * 5)
    assert told[0] == "a small dog: a; s, m, a, l, l; d, o, g."
    assert told[1].startswith("a small dog: a, as in Alpha; s, as in Sierra; m, as in Mike;")
    assert told[2] == "There is: capital T, h, e, r, e; i, s."
    assert told[3].startswith("There is: capital T, as in Tango;")
    assert told[4] == told[0]


def test_review_by_word_goes_through_the_whole_answer_and_back(make: Make) -> None:
    parts = make(answer_events('A red "STOP" sign. It is 5%.'))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert press(parts, Action.NEXT_WORD) == ["It"], "of the sentence that was read last"
    assert press(parts, *[Action.NEXT_WORD] * 3) == ["is", "5%", "That was the last word."]
    assert press(parts, *[Action.PREVIOUS_WORD] * 4) == ["is", "It", "sign", "STOP"]
    assert press(parts, *[Action.PREVIOUS_WORD] * 3) == ["red", "A", "This is the first word."]
    assert press(parts, Action.NEXT_WORD) == ["red"]


def test_review_by_character_names_every_sign(make: Make) -> None:
    parts = make(answer_events("Hi, a dog."))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    told = press(parts, *[Action.NEXT_LETTER] * 6)
    assert told == ["capital H", "i", "comma", "space", "a", "space"]
    assert press(parts, *[Action.PREVIOUS_LETTER] * 2) == ["a", "space"]
    assert press(parts, Action.NEXT_WORD) == ["a"]
    assert press(parts, Action.NEXT_WORD, Action.NEXT_LETTER) == ["dog", "d"], (
        "after a word, its own"
    )
    told = press(parts, *[Action.NEXT_LETTER] * 4)
    assert told == ["o", "g", "full stop", "That was the last character."]


def test_review_stays_with_the_sentence_that_is_gone_to(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert press(parts, Action.NEXT_WORD, Action.PREVIOUS_WORD) == ["There", "it"]
    n_spoken = len(parts.speaker.spoken)
    parts.session.perform(Action.SENTENCE)
    parts.settle()
    assert parts.speaker.spoken[n_spoken:] == [SENTENCES[1]], "only this one"
    assert parts.front.places[-1] == 1
    told = []
    for _ in range(2):
        parts.session.perform(Action.NEXT_WORD)
        told.append(parts.front.texts[-1])
    assert told == ["A", "green"]
    parts.session.perform(Action.NEXT)
    parts.settle()
    assert parts.speaker.spoken[-1] == SENTENCES[2]
    parts.session.perform(Action.NEXT_WORD)
    assert parts.front.texts[-1] == "There"


@pytest.mark.parametrize("action", [Action.NEXT_WORD, Action.PREVIOUS_LETTER, Action.SENTENCE])
def test_review_without_an_answer(make: Make, action: Action) -> None:
    assert press(make(), action) == ["There is no answer yet. Describe a picture first."]


def test_the_mute_key_turns_speech_off_and_on(make: Make) -> None:
    parts = make()
    speaks = []
    for _ in range(2):
        parts.session.perform(Action.MUTE)
        speaks.append(parts.preferences.is_speaking())
    assert speaks == [False, True]
    assert parts.front.texts == [
        "Speech is off. Press the same key to turn it on.",
        "Speech is on.",
    ]
    shown_is_spoken(parts)


def test_who_speaks_is_asked_where_a_screen_reader_runs(make: Make) -> None:
    parts = make(screen_reader="Orca")
    assert list(parts.session.ask_who_speaks()) == ["Only Orca", "This program too"]
    assert parts.front.texts == [
        "Orca is running, so you may hear everything twice. Who should speak?",
        "1. Only Orca",
        "2. This program too",
    ]
    parts.session.choose_who_speaks(0)
    left = [parts.preferences.left_to_reader]
    assert parts.front.texts[-1].endswith("The key u turns its speech on.")
    parts.session.choose_who_speaks(1)
    assert [*left, parts.preferences.left_to_reader] == [True, False]
    shown_is_spoken(parts)
    assert not make().session.ask_who_speaks()


def test_pause_and_go_on(make: Make) -> None:
    parts = make(seconds_per_utterance=0.1)
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "A red car." in parts.front.texts)
    parts.session.perform(Action.PAUSE)
    wait_until(lambda: parts.speaker.is_paused)
    parts.session.perform(Action.PAUSE)
    wait_until(lambda: not parts.speaker.is_paused)
    parts.settle()
    assert [text for text in parts.speaker.spoken if text in SENTENCES] == SENTENCES


def test_status(make: Make) -> None:
    parts = make(lambda _request: [*answer_events(TEXT)[:3], 5.0])
    parts.session.perform(Action.STATUS)
    assert parts.front.texts[-1] == (
        "Nothing is happening. Model: small model. Camera: first camera."
    )
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "looking at the picture" in parts.front.stages)
    parts.session.perform(Action.STATUS)
    assert parts.front.texts[-1] == "Looking at the picture, 0 seconds."


def test_a_second_look_is_compared(make: Make) -> None:
    def script(request: DescribeRequest) -> list[object]:
        is_second = request.decode.temperature > 0
        return list(answer_events("A red car and a cat." if is_second else "A red car. A dog."))

    parts = make(script)
    parts.session.perform(Action.CHECK)
    assert parts.front.texts == ["There is nothing to check yet. Describe a picture first."]
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.perform(Action.CHECK)
    parts.settle()
    assert parts.front.texts[-5:] == [
        "Checking again.",
        "Both descriptions mention: red car.",
        "Only the first mentions this, so it may be wrong: dog.",
        "Only the second mentions this, so it may be wrong: cat.",
        "Done.",
    ]
    assert parts.front.of(Kind.SENTENCE) == ["A red car.", "A dog."]
    assert parts.describer.requests[1].image_rgb is parts.cameras.captured[0]
    shown_is_spoken(parts)


def test_history_goes_back_to_an_earlier_picture(make: Make) -> None:
    parts = make(lambda request: answer_events(f"Picture {request.image_rgb[0, 0, 0]}."))
    assert parts.session.perform(Action.HISTORY) is Wants.NOTHING
    for _ in range(2):
        parts.session.perform(Action.DESCRIBE)
        parts.settle()
    assert parts.session.perform(Action.HISTORY) is Wants.HISTORY
    lines = parts.session.history_lines()
    assert lines[0].endswith("described in detail: Picture 2.")
    assert lines[1].endswith("described in detail: Picture 1.")
    parts.session.go_back_to(1)
    assert parts.front.texts[-1] == "Picture 1."
    parts.session.follow_up("What is there?")
    parts.settle()
    assert parts.describer.requests[-1].image_rgb is parts.cameras.captured[0]


def test_save_and_copy(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.SAVE)
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.perform(Action.SAVE)
    wait_until(lambda: parts.front.texts[-1] == "Saved in Pictures, as picture 12.")
    assert parts.keeper.saved[0].sentences == tuple(SENTENCES)
    parts.session.perform(Action.COPY)
    wait_until(lambda: parts.front.texts[-1] == "The text was copied.")
    assert parts.keeper.copied == ["\n".join(SENTENCES)]
    parts.keeper.failure = AssistantError("The disk is full.", "Free some space.")
    parts.session.perform(Action.SAVE)
    wait_until(lambda: parts.front.texts[-1] == "The disk is full. Free some space.")


def test_cameras_go_round(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.CAMERA)
    wait_until(lambda: parts.front.texts[-1:] == ["Camera: second camera."])
    parts.cameras.names, parts.cameras.index = ["only camera"], 0
    parts.session.perform(Action.CAMERA)
    wait_until(lambda: parts.front.texts[-1] == "There is no other camera. Camera: only camera.")


def test_the_rate_has_two_ends(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.FASTER)
    assert parts.front.texts == ["200 words a minute."]
    for _ in range(20):
        parts.session.perform(Action.SLOWER)
    assert parts.front.texts[-1] == "80 words a minute. This is the limit."
    assert parts.speaker.rates[0] == 200
    assert parts.speaker.rates[-1] == 80


def test_steering_off_and_on(make: Make) -> None:
    parts = make()
    parts.session.perform(Action.STEERING)
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.perform(Action.STEERING)
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    methods = [request.sparc.method for request in parts.describer.requests if request.sparc]
    assert methods == ["none", "sparc"]


def test_a_model_that_was_not_measured_is_steered_once_the_key_turns_it_on(make: Make) -> None:
    parts = make()
    parts.models.preset = SparcConfig(method="none")
    parts.session.perform(Action.STATUS)
    assert parts.front.texts[-1] == (
        "Attention steering is off, because it was not measured with this model. o turns it on."
    )
    for said in ("on from the next answer. It was not measured", "off from the next answer."):
        parts.session.perform(Action.DESCRIBE)
        parts.settle()
        parts.session.perform(Action.STEERING)
        assert f"Attention steering is {said}" in parts.front.texts[-1]
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    methods = [request.sparc.method for request in parts.describer.requests if request.sparc]
    assert methods == ["none", "sparc", "none"]
    parts.session.perform(Action.STATUS)
    assert parts.front.texts[-1] == "Attention steering is off. o turns it on."


def test_a_model_that_always_says_yes_warns_of_its_answers_and_not_of_descriptions(
    make: Make,
) -> None:
    parts = make()
    parts.models.answers_yes_or_no = False
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert not any("says yes" in text for text in parts.front.texts)
    parts.session.ask_new("is there a dog?")
    parts.settle()
    assert sum("This model says yes to every question" in text for text in parts.front.texts) == 1


def test_choosing_a_model(make: Make) -> None:
    parts = make()
    assert parts.session.perform(Action.MODEL) is Wants.MODEL
    assert parts.session.model_lines() == ["small model", "large model"]
    parts.session.choose_model(1)
    wait_until(lambda: parts.front.texts[-1] == "Model: large model. It is loading.")
    parts.models.failure = AssistantError("The model is gone.")
    parts.session.choose_model(0)
    wait_until(lambda: parts.front.texts[-1] == "The model is gone.")
    assert parts.models.name == "large model"


def test_a_line_that_is_a_download_is_begun_and_ends_no_work(make: Make) -> None:
    parts = make()
    parts.models.offer = "Download huge model: 4 gigabytes"
    assert parts.session.model_lines()[2] == parts.models.offer
    parts.session.choose_model(2)
    assert parts.front.texts[-1] == f"Begun: {parts.models.offer}."
    assert parts.models.name == "small model"
    parts.models.failure = AssistantError("The disk is full.")
    parts.session.choose_model(2)
    assert parts.front.texts[-1] == "The disk is full."


def test_what_becomes_of_a_download_is_said_before_the_goodbye(make: Make) -> None:
    parts = make()
    parts.models.farewell_words = "The download stops here."
    parts.session.say_goodbye()
    assert parts.speaker.spoken[-2:] == ["The download stops here.", "Goodbye."]


def test_what_waits_for_a_pause_runs_after_the_answer_and_before_the_next(make: Make) -> None:
    parts = make()
    order: list[str] = []
    is_held, is_begun = threading.Event(), threading.Event()

    def work(_ticket: Ticket) -> None:
        is_begun.set()
        is_held.wait(60)
        order.append("answer")

    parts.jobs.submit(work)
    assert is_begun.wait(60)
    parts.jobs.submit_when_idle(lambda: order.append("switch"))
    assert order == []
    is_held.set()
    wait_until(lambda: order == ["answer", "switch"])
    parts.jobs.submit(lambda _ticket: order.append("next"))
    parts.settle()
    assert order == ["answer", "switch", "next"]


def test_changing_settings(make: Make) -> None:
    parts = make()
    assert parts.session.perform(Action.SETTINGS) is Wants.SETTINGS
    parts.session.change_setting("rate 240")
    assert parts.front.texts[-1] == "rate is now 240."
    assert parts.speaker.rates == [240]
    parts.session.change_setting("threads 1")
    assert parts.front.texts[-1] == "threads will be 1."
    parts.session.change_setting("nonsense 1")
    assert parts.front.texts[-1] == "There is no setting nonsense."
    parts.session.change_setting("rate")
    assert parts.front.texts[-1] == "rate: 240"
    parts.session.change_setting("nothing")
    assert parts.front.texts[-1] == "Type a setting and a value, for example: rate 200."


def test_the_notice_of_the_first_run_is_said_until_acknowledged(make: Make) -> None:
    parts = make(is_notice_due=True)
    assert parts.session.greet("Ready.") is Wants.ACKNOWLEDGE
    assert parts.front.texts[0].startswith("Before the first use")
    parts.session.acknowledge_notice()
    assert parts.front.texts[-1] == "Ready."
    assert parts.session.greet("Ready.") is Wants.NOTHING
    assert parts.session.help_lines()[-1] == parts.front.texts[0]


def test_help_lists_every_key(make: Make) -> None:
    parts = make()
    assert parts.session.perform(Action.HELP) is Wants.HELP
    lines = parts.session.help_lines()
    assert len(lines) == len(Action) + 1
    assert lines[0] == "d: take a picture and describe it in detail. Number 1."
    assert "capital N: read the previous sentence. Number 9." in lines
    assert "space or escape: stop everything at once. Number 5." in lines


def test_cancelled_answers_are_no_turns(make: Make) -> None:
    def script(request: DescribeRequest) -> list[object]:
        if len(parts.describer.requests) == 1:
            return [*answer_events(TEXT)[:4], Piece("First. Second"), 5.0]
        return list(answer_events("Third."))

    parts = make(script)
    parts.session.perform(Action.DESCRIBE)
    wait_until(lambda: "First." in parts.front.texts)
    parts.session.perform(Action.STOP)
    parts.settle()
    parts.session.follow_up("And now?")
    parts.settle()
    assert parts.describer.requests[1].turns == ()
    assert parts.history.entries[0].is_complete
    assert EndReason.CANCELLED.value == "cancelled"


def test_a_thousand_random_keys(make: Make) -> None:
    parts = make()
    choose = random.Random(3)
    actions = [action for action in Action if action is not Action.QUIT]
    for _ in range(1000):
        parts.session.perform(choose.choice(actions))
    parts.session.perform(Action.STOP)
    parts.settle()
    assert parts.front.of(Kind.ERROR) == []
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    assert parts.front.texts[-1] == "Done."


def test_trouble_that_nobody_thought_of_is_told_whatever_was_done(make: Make) -> None:
    parts = make()
    parts.preferences.change = lambda _name, _value: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    parts.session.change_setting("rate 200")
    parts.keeper.failure = ZeroDivisionError("nothing")  # type: ignore[assignment]
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.perform(Action.SAVE)
    wait_until(lambda: len(parts.front.of(Kind.ERROR)) == 2)
    assert all("ZeroDivisionError" in text for text in parts.front.of(Kind.ERROR))


def test_a_stop_breaks_a_picture_off_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_work, "PATIENCE_S", 0.05)
    parts = make_session(ScriptedDescriber(answer_events("A dog.")))
    parts.cameras.gate.clear()
    closed = []

    def close() -> None:
        closed.append(True)
        parts.cameras.failure = CameraError("The camera was closed.")
        parts.cameras.gate.set()

    monkeypatch.setattr(parts.cameras, "close", close)
    parts.session.perform(Action.DESCRIBE)
    assert parts.jobs.is_busy
    time.sleep(0.1)
    parts.session.perform(Action.STOP)
    parts.settle()
    assert closed == [True]
    assert parts.front.of(Kind.ERROR) == [], "nobody waited for it any more"
    parts.cameras.failure = None
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.perform(Action.STOP)
    time.sleep(0.1)
    assert closed == [True], "a picture that came leaves the camera open"
    parts.session.close()
