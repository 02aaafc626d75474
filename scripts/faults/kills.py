"""Kills and stops of the model's, the voice's and the pictures' process at random moments: the next key works."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Callable

from assistant import messages
from assistant.core.actions import Action
from assistant.messages import session as words
from scripts.faults.record import BrokenPromiseError, Record, n_descriptors, run_cases
from scripts.faults.under_test import DECODER, VOICE, WORKER, UnderTest, running

NEXT_KEY_S = 5.0
"""So soon after the next key its first sentence must be there."""
_SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP)
_PATIENCE_S = 3.5
"""A little longer than a stopped worker is waited for."""
_ANSWER_S = 30.0

_MOMENTS: dict[str, Callable[[str], bool]] = {
    "load": lambda stage: stage == messages.STAGE_LOADING,
    "encode": lambda stage: stage == messages.STAGE_ENCODING,
    "prefill": lambda stage: stage.startswith(messages.stage_prefilling(0).split(",")[0]),
    "decode": lambda stage: stage == messages.STAGE_WRITING,
    "speech": lambda stage: stage == messages.STAGE_WRITING,
    "spare": lambda stage: stage == messages.STAGE_WRITING,
    "picture": lambda stage: stage == words.STAGE_CAPTURING,
    "rest": lambda stage: not stage,
    "picture at rest": lambda stage: not stage,
}
"""Moments by what goes on."""
_TARGETS = {"speech": VOICE, "spare": VOICE, "picture": DECODER, "picture at rest": DECODER}
"""Whom a moment kills: the voice that speaks, the one that waits, the reader of pictures; else the model."""


class KillCampaign:
    """Kills, then presses the next key."""

    def __init__(self, assistant: UnderTest) -> None:
        self._assistant = assistant
        self._n_descriptors = 0
        self._n = 0

    def run(self, number: int, rng: random.Random) -> tuple[str, str, str]:
        """One kill; see ``run_cases``."""
        moment, signum = rng.choice(list(_MOMENTS)), rng.choice(_SIGNALS)
        kind = f"{signal.Signals(signum).name} at {moment}"
        assistant = self._assistant
        assistant.new_picture(rng)
        self._kill_at(moment, signum, rng)
        waits = rng.random() < 0.5
        if waits and "rest" not in moment:
            if not assistant.shown.wait_for(lambda: not assistant.shown.stage_now, _ANSWER_S):
                raise BrokenPromiseError(
                    f"{kind}: the answer did not end, {assistant.shown.stage_now!r}"
                )
        elif signum == signal.SIGSTOP:
            time.sleep(_PATIENCE_S)
        assistant.new_picture(rng)
        shown_s, heard_s = assistant.next_key()
        assistant.settle()
        assistant.must_be_tidy()
        self._look_at_descriptors()
        detail = json.dumps({"shown_s": round(shown_s, 2), "heard_s": round(heard_s, 2)})
        if max(shown_s, heard_s) > NEXT_KEY_S:
            raise BrokenPromiseError(f"{kind}: the next key took {detail}")
        return kind, "next key worked", detail

    def _kill_at(self, moment: str, signum: int, rng: random.Random) -> None:
        assistant = self._assistant
        if moment == "load":
            for pid in assistant.children(WORKER):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        played = assistant.player.n_played
        if "rest" not in moment:
            assistant.shown.stages.clear()
            assistant.press(Action.DESCRIBE)
            is_there = _MOMENTS[moment]
            if not assistant.shown.wait_for(lambda: any(map(is_there, assistant.shown.stages)), 20):
                raise BrokenPromiseError(f"it did not come to {moment}")
        if moment == "speech":
            end = time.monotonic() + 10
            while assistant.player.n_played == played and time.monotonic() < end:
                time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.15))
        pids = assistant.children(_TARGETS.get(moment, WORKER))
        if not pids:
            raise BrokenPromiseError(f"there was no process to kill at {moment}")
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[-1 if moment == "spare" else 0], signum)

    def _look_at_descriptors(self) -> None:
        self._n += 1
        if self._n == 5:
            self._n_descriptors = n_descriptors()
        # One voice's pipes and one worker's may be on their way.
        if self._n > 5 and n_descriptors() > self._n_descriptors + 6:
            raise BrokenPromiseError(f"descriptors: {self._n_descriptors}, now {n_descriptors()}")


def run(record: Record, count: int, minutes: float) -> int:
    """Run what is missing of ``count`` kills; see ``run_cases``."""
    with running("--look-ahead", "off") as assistant:
        assistant.next_key()
        assistant.settle()
        return run_cases(record, count, minutes, KillCampaign(assistant).run)
