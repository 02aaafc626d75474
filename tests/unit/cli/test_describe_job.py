"""The command line's work with a scripted model and a speaker that remembers."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import messages
from assistant.cli.describe_job import DescribeJob, Job
from assistant.cli.pictures_job import CommandFront
from assistant.cli.records import TraceFile
from assistant.cli.turns import Turns
from assistant.core.actions import Action
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering, AnswerOptions
from assistant.core.events import (
    Answer,
    Counts,
    DecodeOptions,
    DescribeRequest,
    EndReason,
    Event,
    Finished,
    ImageRgb,
    Piece,
    Timings,
    TraceHeader,
    TraceStep,
    Unfamiliar,
)
from assistant.core.findings import Brightness, Found, Light, Part
from assistant.core.glancing import Glancing
from assistant.core.history import History
from assistant.core.ports import Earcon
from assistant.core.questions import Question, Style
from assistant.errors import ExitCode, InferenceError, PictureError, UsageError
from assistant.fronts.console import Console
from assistant.messages import engine as engine_words
from assistant.messages import glance_parts
from assistant.testing import (
    RecordingEarcons,
    RecordingSpeaker,
    ScriptedDescriber,
    ScriptedGlancer,
    answer_events,
)
from sparc_ggml.config import SparcConfig
from tests.support.waiting import wait_until

TEXT = "There is a dog. It may be brown."
WHAT = Question(Style.QUESTION, "What?")


def load(name: str) -> ImageRgb:
    if name.startswith("bad"):
        raise PictureError(messages.picture_missing(name))
    return np.zeros((8, 8, 3), np.uint8)


class Bench:
    """Everything around ``DescribeJob``, and what came out."""

    def __init__(
        self, script: Any = None, trace: Path | None = None, problems: Sequence[str] = ()
    ) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.speaker, self.earcons = RecordingSpeaker(), RecordingEarcons()
        self.describer = ScriptedDescriber(answer_events(TEXT) if script is None else script)
        self.trace = TraceFile(trace) if trace else None
        self.problems = problems
        self.turns: Turns | None = None

    def run(
        self,
        job: Job,
        *,
        is_json: bool = False,
        glancer: ScriptedGlancer | None = None,
        **options: Any,
    ) -> ExitCode:
        front = CommandFront(Console(self.out, self.err), is_json=is_json)
        announcer = Announcer(
            front, self.turns or self.speaker, self.turns or self.earcons, is_in_turn=True
        )
        history = History(1)
        looks = glancer or ScriptedGlancer()
        answering = Answering(
            self.describer,
            announcer,
            lambda: AnswerOptions(
                DecodeOptions(), SparcConfig(), has_glance=True, knows_strangers=True
            ),
            lambda _image: self.problems,
            history,
            make_glancing=lambda taking: Glancing(looks, taking, history),
            on_trace=self.trace.write if self.trace else None,
        )
        work = DescribeJob(job, answering, front, load, ("m.gguf", "v.gguf"), **options)
        work.turns = self.turns
        code = work.run()
        if self.trace:
            self.trace.close()
        return code

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()


def test_text_on_stdout_status_on_stderr_and_both_spoken() -> None:
    bench = Bench()
    assert bench.run(Job(["a.png"], [WHAT])) is ExitCode.OK
    assert bench.lines == ["There is a dog.", "It may be brown."]
    assert bench.speaker.spoken == [
        messages.LOOKING,
        *bench.lines,
        messages.MAY_BE_WRONG,
        messages.DONE,
    ]
    told = bench.err.getvalue().splitlines()
    assert told[0] == messages.LOOKING
    assert told[1] == messages.MAY_BE_WRONG
    assert told[2] == messages.DONE
    assert bench.earcons.played == [Earcon.SHUTTER]


def test_what_is_wrong_with_a_picture_is_said_before_its_answer() -> None:
    bench = Bench(problems=["It is dark."])
    bench.run(Job(["a.png", "b.png"], [WHAT]))
    said = bench.speaker.spoken
    assert said.count("It is dark.") == 2
    assert said.index("It is dark.") < said.index("There is a dog.")
    assert "It is dark." in bench.err.getvalue().splitlines()


def test_all_that_belongs_to_a_picture_is_heard_in_its_turn() -> None:
    bench = Bench()
    bench.speaker.seconds_per_utterance = 0.02
    bench.run(Job(["a.png", "bad.png", "c.png"], [WHAT]))
    said = bench.speaker.spoken
    places = [
        said.index(messages.looking_at(1, 3, "a.png")),
        said.index(messages.DONE),
        said.index(messages.looking_at(2, 3, "bad.png")),
        said.index(messages.picture_missing("bad.png")),
        said.index(messages.looking_at(3, 3, "c.png")),
    ]
    assert places == sorted(places)


def test_the_next_picture_is_done_after_a_bad_one() -> None:
    bench = Bench()
    code = bench.run(Job(["a.png", "bad.png", "c.png"], [WHAT]))
    assert code is ExitCode.PICTURE
    assert bench.lines[0] == "a.png:"
    assert bench.lines.count("There is a dog.") == 2
    assert messages.picture_missing("bad.png") in bench.err.getvalue().splitlines()
    assert messages.picture_missing("bad.png") in bench.speaker.spoken


def test_the_code_is_the_first_failures() -> None:
    failures = iter([UsageError("One."), InferenceError("Two.")])
    bench = Bench(lambda request: [next(failures)])
    assert bench.run(Job(["a.png", "b.png"], [WHAT])) is ExitCode.USAGE


def test_questions_are_answered_in_turn_and_labelled() -> None:
    bench = Bench(lambda request: answer_events(f"About {request.question}"))
    bench.run(
        Job(
            ["a.png"],
            [Question(Style.QUESTION, "a dog?"), Question(Style.QUESTION, "a cat?")],
            is_labelled=True,
        )
    )
    assert bench.lines == ["a dog?", "About a dog?", "a cat?", "About a cat?"]
    assert [r.question for r in bench.describer.requests] == ["a dog?", "a cat?"]
    assert bench.describer.requests[0].image_rgb is bench.describer.requests[1].image_rgb


DARK = glance_parts.light_sentence("dark", None)
IS_DARK = [Found(Part.LIGHT, Light(Brightness.DARK, None)), Found(Part.LIGHT, None)]


def test_a_refused_picture_ends_with_its_code_its_facts_and_the_hint() -> None:
    bench = Bench([Unfamiliar(1.5)])
    code = bench.run(
        Job(["a.png"], [WHAT]), glancer=ScriptedGlancer(IS_DARK), hints=lambda: ["Get more."]
    )
    assert code is ExitCode.PICTURE
    assert bench.lines == [engine_words.UNFAMILIAR, DARK]
    assert bench.speaker.spoken == [messages.LOOKING, *bench.lines, messages.DONE, "Get more."]
    assert bench.earcons.played == [Earcon.SHUTTER]


def test_further_questions_about_a_refused_picture_are_refused_shortly() -> None:
    bench, glancer = Bench([Unfamiliar(1.5)]), ScriptedGlancer(IS_DARK)
    assert bench.run(Job(["a.png"], [WHAT, WHAT]), glancer=glancer) is ExitCode.PICTURE
    assert bench.lines == [
        engine_words.UNFAMILIAR,
        DARK,
        engine_words.UNFAMILIAR,
    ]
    assert len(glancer.pictures) == 1


def test_json_of_a_refused_picture_has_the_refusal_and_what_was_found() -> None:
    bench = Bench([Unfamiliar(1.5)])
    bench.run(Job(["a.png"], [WHAT]), glancer=ScriptedGlancer(IS_DARK), is_json=True)
    (record,) = map(json.loads, bench.lines)
    assert record["error"] == engine_words.UNFAMILIAR
    assert record["exit_code"] == ExitCode.PICTURE
    assert record["findings"] == [{"kind": "Light", "brightness": "dark", "side": None}]


def test_notices_once() -> None:
    bench = Bench()
    bench.run(Job(["a.png", "b.png"], [WHAT]), notices=["Demo."], hints=lambda: ["Get more."])
    assert bench.speaker.spoken.count("Demo.") == 1
    assert bench.speaker.spoken[-1] == "Get more.", "a hint does not delay a description"
    assert bench.err.getvalue().count("Demo.\n") == 1
    assert bench.err.getvalue().splitlines()[-1] == "Get more."
    assert bench.err.getvalue().count(messages.MAY_BE_WRONG) == 1


def test_json_has_all_that_is_promised() -> None:
    bench = Bench()
    assert bench.run(Job(["a.png", "bad.png"], [WHAT]), is_json=True) is ExitCode.PICTURE
    good, bad = map(json.loads, bench.lines)
    assert good["description"] == TEXT
    assert good["sentences"] == ["There is a dog.", "It may be brown."]
    assert (good["model"], good["mmproj"], good["picture"]) == ("m.gguf", "v.gguf", "a.png")
    assert good["method"] == "sparc"
    assert good["parameters"]["alpha"] == 1.1
    assert good["parameters"]["max_tokens"] == 512
    assert set(good["timings_ms"]) == {"load", "encode", "prefill", "first_token", "decode"}
    assert good["counts"] == {
        "image_tokens": 64, "prompt_tokens": 80, "tokens": 1, "kept_tokens": 0,
    }  # fmt: skip
    assert good["ended"] == "eos"
    assert good["warnings"] == []
    assert good["corrections"] == []
    assert bad["exit_code"] == 3
    assert bad["error"] == messages.picture_missing("bad.png")
    assert "There is a dog." in bench.speaker.spoken


def test_the_trace_is_json_lines(tmp_path: Path) -> None:
    step = TraceStep(0, 5, "dög", (1, 2), 1.1, True)
    header = TraceHeader({"model": "m", "grid": [2, 2], "image_tokens": 4})
    bench = Bench([header, step, *answer_events(TEXT)], tmp_path / "t.jsonl")
    bench.run(Job(["a.png"], [WHAT]))
    first, second = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == header.fields
    assert json.loads(second) == {
        "step": 0, "token": 5, "piece": "dög", "selected": [1, 2], "max_gain": 1.1, "is_clamped": True,
    }  # fmt: skip


def test_a_trace_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        TraceFile(tmp_path / "none" / "t.jsonl")


def test_no_trace_is_asked_for_without_a_file() -> None:
    bench = Bench()
    bench.run(Job(["a.png"], [WHAT]))
    assert not bench.describer.requests[0].has_trace


def test_a_cancelled_answer_ends_the_job() -> None:
    ended = Answer("A", EndReason.CANCELLED, Timings(), Counts(), SparcConfig())
    bench = Bench([Piece("A"), Finished(ended)])
    assert bench.run(Job(["a.png", "b.png"], [WHAT])) is ExitCode.INTERRUPTED
    assert len(bench.describer.requests) == 1


def test_a_skip_goes_on_to_the_next_question_and_picture() -> None:
    def script(request: DescribeRequest) -> list[Event]:
        if len(bench.describer.requests) > 1:
            return answer_events(TEXT)
        assert bench.turns is not None
        wait_until(lambda: bench.speaker.log)  # its turn has begun
        bench.turns.skip()
        ended = Answer("A", EndReason.CANCELLED, Timings(), Counts(), SparcConfig())
        return [Piece("A dog that is skipped. "), Finished(ended)]

    two = [Question(Style.QUESTION, "One?"), Question(Style.QUESTION, "Two?")]
    for job in (Job(["a.png"], two, is_labelled=True), Job(["a.png", "b.png"], [WHAT])):
        bench = Bench(script)
        bench.turns = Turns(bench.speaker, bench.earcons)
        assert bench.run(job) is ExitCode.OK
        bench.turns.close()
        assert len(bench.describer.requests) == 2
        assert "A dog that is skipped." not in bench.speaker.spoken
        assert bench.speaker.spoken[-1] == messages.DONE
        assert bench.speaker.spoken.count(messages.DONE) == 1


def test_a_broken_pipe_is_not_swallowed() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    bench = Bench()
    bench.out = Gone()
    with pytest.raises(BrokenPipeError):
        bench.run(Job(["a.png"], [WHAT]))


def test_trouble_with_stderr_does_not_end_the_work() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    bench = Bench()
    bench.err = Gone()
    assert bench.run(Job(["a.png"], [WHAT])) is ExitCode.OK
    assert bench.lines == ["There is a dog.", "It may be brown."]


def test_no_line_draws_or_colours() -> None:
    bench = Bench()
    bench.run(Job(["a.png", "bad.png"], [WHAT]), notices=[messages.DEMO_MODEL])
    shown = bench.out.getvalue() + bench.err.getvalue()
    assert shown.isascii()
    assert "\x1b" not in shown
    assert "\r" not in shown


def _all_messages() -> list[Callable[..., str]]:
    """Every function that gives a sentence, of every module of the package."""
    names = [f"{messages.__name__}.{m.name}" for m in pkgutil.iter_modules(messages.__path__)]
    modules = [messages, *(importlib.import_module(n) for n in names if "translation" not in n)]
    return [
        function
        for module in modules
        for name, function in vars(module).items()
        if callable(function) and getattr(function, "__module__", "") == module.__name__
        and not name.startswith("_") and function.__annotations__.get("return") == "str"
    ]  # fmt: skip


@pytest.mark.parametrize("message", _all_messages(), ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_every_message_can_be_said(message: Callable[..., str]) -> None:
    """Plain words: no control characters, no box drawing, nothing left unfilled."""
    code = message.__code__
    values: list[Any] = []
    for name in code.co_varnames[: code.co_argcount]:
        kind = str(message.__annotations__[name]).removesuffix(" | None")
        if kind.startswith("Sequence[tuple["):
            values.append([("a", 3, "")])
        elif kind.startswith(("tuple", "Sequence", "list")):
            values.append(("a", "b"))
        else:
            values.append({"int": 3, "float": 3.0, "Action": Action.DESCRIBE}.get(kind, "x"))
    switches = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    text = message(*values, **dict.fromkeys(switches, True))
    assert text
    assert text.isascii()
    assert "{" not in text
    assert text == text.strip()
    assert ".." not in text
