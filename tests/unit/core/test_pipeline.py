from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from assistant import messages
from assistant.core.events import (
    Answer,
    Counts,
    DescribeRequest,
    EndReason,
    Event,
    Failed,
    Finished,
    Loaded,
    Piece,
    Restarted,
    Timings,
    TraceHeader,
    TraceStep,
)
from assistant.core.pipeline import narrate_answer
from assistant.errors import AssistantError, ExitCode, InferenceError
from assistant.testing import ScriptedDescriber, answer_events
from sparc_ggml.config import SparcConfig

REQUEST = DescribeRequest(np.zeros((4, 4, 3), np.uint8), "What is there?")


@dataclass
class Heard:
    sentences: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    records: list[TraceHeader | TraceStep] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    is_talking: bool = False

    def sentence(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def status(self, message: str) -> None:
        self.statuses.append(message)

    def note(self, message: str) -> None:
        self.statuses.append(message)

    def beat(self, stage: str) -> None:
        self.beats.append(stage)

    def stage(self, stage: str) -> None:
        self.stages.append(stage)

    def trace(self, record: TraceHeader | TraceStep) -> None:
        self.records.append(record)

    def is_heard(self) -> bool:
        return self.is_talking


def finished(text: str, ended: EndReason = EndReason.EOS, reason: str = "") -> Finished:
    sparc = SparcConfig(method="none")
    return Finished(Answer(text, ended, Timings(), Counts(), sparc, unsteered_reason=reason))


def test_sentences_come_as_they_are_written() -> None:
    text = "There is a **dog**. It may be brown. - x"
    heard = Heard()
    narration = narrate_answer(ScriptedDescriber(answer_events(text, list(text))), REQUEST, heard)
    assert heard.sentences == ["There is a dog.", "It may be brown.", "x"]
    assert narration.sentences == heard.sentences
    assert narration.load_ms == 1.0
    assert narration.warnings == []


def test_the_copies_of_a_loop_are_not_said() -> None:
    first = "A dog. A cat."
    pieces = [
        Piece("A dog. "),
        Piece("A cat. "),
        Piece("A dog. "),
        Piece("A cat. "),
        Piece("A dog. "),
    ]
    heard = Heard()
    narration = narrate_answer(
        ScriptedDescriber([*pieces, finished(first, EndReason.REPETITION)]), REQUEST, heard
    )
    assert heard.sentences == ["A dog.", "A cat."]
    assert narration.warnings == [messages.ENDED_REPETITION]


def test_a_repeated_sentence_that_is_no_loop_is_said() -> None:
    text = "It is red. It is red. It is blue."
    heard = Heard()
    narrate_answer(ScriptedDescriber(answer_events(text, list(text))), REQUEST, heard)
    assert heard.sentences == ["It is red.", "It is red.", "It is blue."]


def test_a_restart_is_said_and_begins_anew() -> None:
    script: list[Event] = [
        Piece("A dog. And"),
        Restarted("killed"),
        Loaded("m", 7.0),
        Piece("A cat. "),
        finished("A cat."),
    ]
    heard = Heard()
    narration = narrate_answer(ScriptedDescriber(script), REQUEST, heard)
    assert heard.sentences == ["A dog.", "A cat."]  # what was heard cannot be unsaid
    assert heard.statuses == [messages.restarted("killed")]
    assert narration.sentences == ["A cat."]


def test_a_failure_carries_its_words_and_code() -> None:
    script = [Failed("No memory.", "Close programs.", exit_code=4)]
    with pytest.raises(AssistantError, match=r"No memory\. Close programs\.") as caught:
        narrate_answer(ScriptedDescriber(script), REQUEST, Heard())
    assert caught.value.exit_code is ExitCode.MODEL


def test_an_end_without_an_answer_is_an_error() -> None:
    with pytest.raises(InferenceError):
        narrate_answer(ScriptedDescriber([Piece("A")]), REQUEST, Heard())


@pytest.mark.parametrize(
    ("ended", "note"),
    [
        (EndReason.MAX_TOKENS, messages.ended_max_tokens(REQUEST.decode.max_tokens)),
        (EndReason.CONTEXT_FULL, messages.ENDED_CONTEXT_FULL),
        (EndReason.CANCELLED, messages.ENDED_CANCELLED),
    ],
)
def test_how_it_ended_is_said(ended: EndReason, note: str) -> None:
    heard = Heard()
    narration = narrate_answer(ScriptedDescriber([finished("A dog", ended)]), REQUEST, heard)
    assert narration.warnings == [note]
    assert heard.sentences == ["A dog"]


def test_no_words_and_no_steering_are_said() -> None:
    heard = Heard()
    script = [finished("", reason="no attention")]
    narration = narrate_answer(ScriptedDescriber(script), REQUEST, heard)
    assert heard.sentences == []
    assert narration.warnings == [messages.NO_WORDS, messages.unsteered("no attention")]


def test_silence_is_broken_and_speech_is_not() -> None:
    script: list[Event | AssistantError | float] = [0.3, finished("A dog.")]
    heard = Heard()
    narrate_answer(ScriptedDescriber(script), REQUEST, heard, quiet_s=(0.05, 10.0))
    assert heard.beats == [messages.STAGE_STARTING]
    talking = Heard(is_talking=True)
    narrate_answer(ScriptedDescriber(script), REQUEST, talking, quiet_s=(0.05,))
    assert talking.beats == []


def test_the_trace_goes_through() -> None:
    step = TraceStep(0, 5, "a", (1, 2), 1.1)
    script: list[Event] = [TraceHeader({"model": "m"}), step, finished("a")]
    heard = Heard()
    narrate_answer(ScriptedDescriber(script), replace(REQUEST, has_trace=True), heard)
    assert heard.records == [TraceHeader({"model": "m"}), step]


def test_stages_are_told_to_those_who_ask() -> None:
    heard = Heard()
    narrate_answer(ScriptedDescriber(answer_events("A dog.")), REQUEST, heard)
    assert heard.stages == [
        "loading the model",
        "looking at the picture",
        "reading the picture, 100 percent",
        "writing the answer",
    ]


def test_an_answer_starts_with_its_content() -> None:
    text = "The image shows a dog. The image shows a cat."
    heard = Heard()
    narration = narrate_answer(ScriptedDescriber(answer_events(text, list(text))), REQUEST, heard)
    assert heard.sentences == ["A dog.", "The image shows a cat."]
    assert narration.sentences == heard.sentences
