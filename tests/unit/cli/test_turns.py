"""Each answer's words and signs are heard in its turn, and a skip goes to the next."""

from __future__ import annotations

import os
import signal

from assistant.cli.turns import Turns, listen_for_skips
from assistant.core.ports import Earcon
from assistant.testing import RecordingEarcons, RecordingSpeaker
from tests.support.waiting import wait_until


class Parts:
    """Turns over a speaker whose utterances last until they are let go or cancelled."""

    def __init__(self, seconds: float) -> None:
        self.speaker, self.earcons = RecordingSpeaker(), RecordingEarcons()
        self.speaker.seconds_per_utterance = seconds
        self.turns = Turns(self.speaker, self.earcons)
        self.stopped: list[int] = []

    def begin(self, number: int) -> None:
        self.turns.begin(lambda: self.stopped.append(number))
        self.turns.say(f"Picture {number}.")

    @property
    def queued(self) -> list[str]:
        """What was given to the speaker so far."""
        return [text for call, text in self.speaker.log if call == "say"]


def test_words_and_signs_wait_for_their_turn() -> None:
    parts = Parts(0.05)
    parts.begin(1)
    parts.turns.say("A dog.")
    parts.begin(2)
    parts.turns.play(Earcon.ERROR)
    parts.turns.say("It is empty.")
    assert parts.earcons.played == [], "the sign would be heard while the dog is"
    assert not parts.turns.wait(0)
    assert parts.turns.wait()
    assert parts.speaker.spoken == ["Picture 1.", "A dog.", "Picture 2.", "It is empty."]
    assert parts.earcons.played == [Earcon.ERROR]
    parts.turns.close()


def test_a_skip_drops_the_turn_that_is_heard_and_no_other() -> None:
    parts = Parts(1000.0)
    for number in (1, 2, 3):
        parts.begin(number)
        parts.turns.say(f"About {number}.")
    wait_until(lambda: parts.queued)
    parts.turns.skip()
    assert parts.queued[-2:] == ["Picture 2.", "About 2."], "at once, not when a thread comes to it"
    parts.turns.skip()
    assert parts.queued[-2:] == ["Picture 3.", "About 3."]
    assert parts.stopped == []
    parts.turns.skip()
    assert parts.stopped == [3], "it may still be worked on"
    parts.turns.say("More about 3.")
    assert "More about 3." not in parts.queued
    assert parts.turns.wait(0)
    parts.turns.close()


def test_a_skip_ends_the_work_on_what_is_heard_and_the_next_is_heard() -> None:
    parts = Parts(1000.0)
    parts.begin(1)
    wait_until(lambda: parts.queued)
    parts.turns.skip()
    assert parts.stopped == [1]
    parts.begin(2)
    wait_until(lambda: parts.queued == ["Picture 1.", "Picture 2."])
    parts.turns.close()


def test_closing_and_cancelling_end_every_wait() -> None:
    parts = Parts(1000.0)
    parts.begin(1)
    parts.begin(2)
    parts.turns.cancel()
    assert parts.turns.wait()
    parts.begin(3)
    parts.begin(4)
    parts.turns.close()
    assert parts.turns.wait()
    parts.turns.say("Too late.")
    assert "Too late." not in parts.queued


def test_a_signal_skips() -> None:
    skips: list[bool] = []
    before = signal.getsignal(signal.SIGUSR1)
    with listen_for_skips(lambda: skips.append(True), has_terminal=False):
        for n in (1, 2):
            os.kill(os.getpid(), signal.SIGUSR1)
            wait_until(lambda n=n: len(skips) == n)  # type: ignore[misc]
    assert signal.getsignal(signal.SIGUSR1) is before
