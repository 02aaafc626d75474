"""Whatever happens is told in words: every error, every event of the model, every key."""

from __future__ import annotations

import importlib
import pkgutil
from typing import get_args

import pytest

import assistant
from assistant.core import events
from assistant.core.actions import Action, describe_action
from assistant.core.events import Answer, Counts, EndReason, Event, Timings
from assistant.core.session_ports import Kind
from assistant.errors import AssistantError, UnfamiliarPictureError
from assistant.testing import ScriptedDescriber, answer_events
from sparc_ggml.config import SparcConfig
from tests.support.session_parts import make_session
from tests.support.waiting import wait_until


def _error_classes() -> list[type[AssistantError]]:
    for module in pkgutil.walk_packages(assistant.__path__, "assistant."):
        # What begins so is no module of Python's: data, a start, a library.
        if not any(part.startswith("_") for part in module.name.split(".")):
            importlib.import_module(module.name)
    found: list[type[AssistantError]] = [AssistantError]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found]
    return found


@pytest.mark.parametrize("kind", _error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_is_shown_and_spoken_alike(kind: type[AssistantError]) -> None:
    error = kind.__new__(kind)
    AssistantError.__init__(error, "Something happened.", "Do this.")
    parts = make_session(ScriptedDescriber([error]))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.close()
    # A refusal is the answer: it can be repeated, spelled and saved.
    line = Kind.SENTENCE if issubclass(kind, UnfamiliarPictureError) else Kind.ERROR
    assert parts.front.of(line) == ["Something happened. Do this."]
    assert "Something happened. Do this." in parts.speaker.spoken
    assert int(error.exit_code) >= 0


_ANSWER = Answer(
    "A dog.", EndReason.EOS, Timings(), Counts(), SparcConfig(method="none"), unsteered_reason="x"
)
_SAMPLES: dict[type, Event] = {
    events.Loading: events.Loading("model"),
    events.Loaded: events.Loaded("model", 1.0),
    events.Encoding: events.Encoding(),
    events.Unfamiliar: events.Unfamiliar(1.5),
    events.Prefilling: events.Prefilling(1, 2),
    events.Piece: events.Piece("A dog. "),
    events.TraceHeader: events.TraceHeader({}),
    events.TraceStep: events.TraceStep(0, 1, "A", (1,), 1.0),
    events.Finished: events.Finished(_ANSWER),
    events.Failed: events.Failed("It failed.", "Again."),
    events.Restarted: events.Restarted("a crash"),
}
_TOLD = {
    events.Failed: "It failed. Again.",
    events.Restarted: "a crash",
    events.Piece: "A dog.",
    events.Unfamiliar: "not one of the drawings I know",
}
_STAGED = {
    events.Loading: "loading the model",
    events.Encoding: "looking at the picture",
    events.Prefilling: "reading the picture, 50 percent",
    events.Piece: "writing the answer",
}


def test_every_event_has_a_sample() -> None:
    assert set(_SAMPLES) == set(get_args(Event))


@pytest.mark.parametrize("kind", _SAMPLES, ids=lambda kind: kind.__name__)
def test_every_event_is_told_or_changes_the_stage(kind: type) -> None:
    script = [_SAMPLES[kind], *answer_events("A dog.")]
    parts = make_session(ScriptedDescriber(script))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.close()
    told = " ".join(parts.front.texts)
    assert _TOLD.get(kind, "A dog.") in told
    assert _STAGED.get(kind, "") in " ".join(parts.front.stages)
    if kind not in (events.Failed, events.Unfamiliar):
        assert parts.front.of(Kind.ERROR) == []


@pytest.mark.parametrize("ended", EndReason)
def test_every_end_is_told(ended: EndReason) -> None:
    answer = Answer("A dog.", ended, Timings(), Counts(), SparcConfig(method="none"))
    parts = make_session(ScriptedDescriber([events.Finished(answer)]))
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.close()
    expected = {EndReason.EOS: 0, EndReason.CANCELLED: 0}.get(ended, 1)
    notes = [text for text in parts.front.of(Kind.NOTE) if "may be wrong" not in text]
    assert len(notes) == expected


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("has_answer", [False, True])
def test_every_key_is_answered_in_words_or_by_a_screen(action: Action, has_answer: bool) -> None:
    parts = make_session(ScriptedDescriber(lambda _request: answer_events("A dog. A cat.")))
    if has_answer:
        parts.session.perform(Action.DESCRIBE)
        parts.settle()
    said = len(parts.front.lines) + len(parts.front.places)
    wants = parts.session.perform(action)
    parts.settle()
    if action not in (Action.HELP, Action.QUIT):
        wait_until(lambda: len(parts.front.lines) + len(parts.front.places) > said, lambda: wants)
    parts.session.close()
    assert describe_action(action)
