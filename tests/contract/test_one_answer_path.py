"""Keys and the command line say the same about a picture, in the same order, with the same signs."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest

from assistant import messages
from assistant.cli.describe_job import DescribeJob, Job
from assistant.cli.pictures_job import CommandFront
from assistant.core.actions import Action
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering, AnswerOptions
from assistant.core.events import (
    Answer,
    Counts,
    DecodeOptions,
    EndReason,
    Event,
    Finished,
    Loaded,
    Piece,
    Restarted,
    Timings,
)
from assistant.core.history import History
from assistant.core.questions import DETAILED
from assistant.errors import AssistantError, InferenceError
from assistant.fronts.console import Console
from assistant.testing import (
    RecordingEarcons,
    RecordingSpeaker,
    ScriptedDescriber,
    answer_events,
)
from sparc_ggml.config import SparcConfig
from tests.support.session_parts import make_session

Script = list[Event | AssistantError | float]
CUT = Answer(
    "A dog", EndReason.MAX_TOKENS, Timings(), Counts(), SparcConfig(), unsteered_reason="no values"
)
SCRIPTS: dict[str, Script] = {
    "an answer": list(answer_events("There is a dog. It may be brown.")),
    "a restart and notes": [
        Loaded("model", 1.0, ("The vision part was corrected.",)),
        Piece("A cat. "),
        Restarted("killed"),
        *answer_events("There is a dog."),
    ],
    "an answer that was cut": [Piece("A dog"), Finished(CUT)],
    "no words": list(answer_events("")),
    "a failure": [InferenceError("The model stopped.", "Try again.")],
}


def heard_by_key(script: Script, problems: Sequence[str]) -> tuple[list[str], list[str]]:
    parts = make_session(ScriptedDescriber(script), problems=problems)
    parts.session.perform(Action.DESCRIBE)
    parts.settle()
    parts.session.close()
    return parts.speaker.spoken, [str(earcon) for earcon in parts.earcons.played]


def heard_by_command(script: Script, problems: Sequence[str]) -> tuple[list[str], list[str]]:
    speaker, earcons = RecordingSpeaker(), RecordingEarcons()
    front = CommandFront(Console(io.StringIO(), io.StringIO()))
    announcer = Announcer(front, speaker, earcons, is_in_turn=True)
    answering = Answering(
        ScriptedDescriber(script),
        announcer,
        lambda: AnswerOptions(DecodeOptions(), SparcConfig()),
        lambda _image: problems,
        History(),
    )
    image = np.zeros((4, 6, 3), np.uint8)
    DescribeJob(Job(["a.png"], [DETAILED]), answering, front, lambda _name: image).run()
    return speaker.spoken, [str(earcon) for earcon in earcons.played]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("problems", [(), ("The picture is dark.",)], ids=["good", "dark"])
def test_both_ways_say_the_same(name: str, problems: tuple[str, ...]) -> None:
    by_key, by_command = (
        heard_by_key(SCRIPTS[name], problems),
        heard_by_command(SCRIPTS[name], problems),
    )
    assert by_key == by_command
    assert by_key[0][: 1 + len(problems)] == [messages.LOOKING, *problems]
    assert len(by_key[0]) >= 2 + len(problems)
