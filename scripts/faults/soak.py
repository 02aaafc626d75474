"""A long evening: a thousand mixed keys, with memory flat, and descriptors and processes constant."""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from assistant.core.actions import Action
from assistant.core.session import Wants
from scripts.bench.report import ROOT
from scripts.faults.record import (
    BrokenPromiseError,
    Case,
    Record,
    memory_kb,
    n_descriptors,
    run_cases,
)
from scripts.faults.report import VERDICT
from scripts.faults.under_test import DECODER, VOICE, WORKER, UnderTest, running

SAMPLE_EVERY = 25
ALLOWED_GROWTH = 0.01
"""Of what front and model process hold, from the second quarter of the samples to the last.

Less the pictures of the last answers: a dozen, of which some are the same one, so that they go up and down by a picture
or two (0.8 MB each), which is as much as is allowed.
"""
_N_PICTURES = 24
"""So many pictures come again and again: what is remembered of them is then full early."""
_ANSWER_S = 60.0
_QUESTIONS = ("Is there a dog in the picture?", "What is on the left?", "How many cars are there?")

_KEYS: dict[str, int] = {
    "describe": 16, "brief": 18, "ask": 8, "follow_up": 8, "stop": 14, "pause": 3, "repeat": 4, "next": 4,
    "previous": 3, "spell": 3, "status": 4, "check": 2, "history": 3, "save": 2, "copy": 1, "camera": 3,
    "faster": 2, "slower": 2, "steering": 2, "model": 1, "settings": 4, "help": 1,
}  # fmt: skip


class Soak:
    """Presses keys and samples."""

    def __init__(self, assistant: UnderTest) -> None:
        self._assistant = assistant
        self._pictures = [self._picture(n) for n in range(_N_PICTURES)]
        self._is_paused = False

    def _picture(self, number: int) -> bytes:
        examples = sorted((ROOT / "examples").glob("*.png"))
        with Image.open(examples[number % len(examples)]) as image:
            pixels = np.asarray(image.convert("RGB")).copy()
        pixels[number, number] = 255 - pixels[number, number]
        path = self._assistant.folder / "tmp.png"
        Image.fromarray(pixels).save(path, compress_level=1)
        content = path.read_bytes()
        path.unlink()
        return content

    def run(self, number: int, rng: random.Random) -> tuple[str, str, str]:
        """One key; see ``run_cases``."""
        name = rng.choices(list(_KEYS), list(_KEYS.values()))[0]
        if rng.random() < 0.4:
            path = self._assistant.folder / "next.png"
            path.write_bytes(rng.choice(self._pictures))
            os.replace(path, self._assistant.folder / "camera.png")
        self._press(Action(name), rng)
        if rng.random() < 0.6:
            self._rest()
        else:
            time.sleep(rng.uniform(0, 0.4))
        if number % SAMPLE_EVERY == SAMPLE_EVERY - 1:
            return name, "done", self._sample()
        return name, "done", ""

    def _press(self, action: Action, rng: random.Random) -> None:
        session = self._assistant.session
        if action is Action.PAUSE:
            self._is_paused = not self._is_paused
        elif action in (Action.STOP, Action.DESCRIBE, Action.BRIEF, Action.REPEAT):
            self._is_paused = False
        n_lines = len(self._assistant.shown.lines)
        answers: dict[Wants, Callable[[], None]] = {
            Wants.NEW_QUESTION: lambda: session.ask_new(rng.choice(_QUESTIONS)),
            Wants.QUESTION: lambda: session.follow_up(rng.choice(_QUESTIONS)),
            Wants.HISTORY: lambda: session.go_back_to(rng.randrange(len(session.history_lines()))),
            Wants.MODEL: lambda: session.choose_model(0),
            Wants.SETTINGS: lambda: session.change_setting(f"rate {rng.randrange(80, 449)}"),
        }
        wants = session.perform(action)
        if wants in answers:
            answers[wants]()
        is_told = self._assistant.shown.wait_for(
            lambda: len(self._assistant.shown.lines) > n_lines, 10.0
        )
        may_be_silent = wants is Wants.HELP or action in (
            Action.REPEAT,
            Action.NEXT,
            Action.PREVIOUS,
        )
        if not is_told and not may_be_silent:
            raise BrokenPromiseError(f"nothing was said 10 s after the key for {action.value}")

    def _rest(self) -> None:
        if self._is_paused:
            self._press(Action.PAUSE, random.Random())
        self._assistant.settle(_ANSWER_S)

    def _sample(self) -> str:
        self._rest()
        self._assistant.must_be_tidy()
        assistant, mine = self._assistant, os.getpid()
        (worker,) = assistant.children(WORKER)
        n_processes = sum(len(assistant.children(kind)) for kind in (WORKER, VOICE, DECODER))
        return json.dumps({
            "front_kb": memory_kb(mine), "worker_kb": memory_kb(worker),
            "pictures_kb": assistant.session.history_bytes // 1024, "processes": n_processes,
            "descriptors": n_descriptors() + n_descriptors(worker),
        })  # fmt: skip


def verdict(samples: list[dict[str, int]]) -> tuple[str, str]:
    """Outcome and detail of a soak, from its samples in order."""
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]

    def held(part: list[dict[str, int]]) -> float:
        return statistics.median(
            sample["front_kb"] + sample["worker_kb"] - sample["pictures_kb"] for sample in part
        )

    growth = held(late) / held(early) - 1
    # The same number at rest, give or take a pipe that is being closed.
    spread = {
        key: max(s[key] for s in late) - min(s[key] for s in early)
        for key in ("descriptors", "processes")
    }
    detail = (
        f"memory less the pictures of the history {held(early) / 1024:.1f} to {held(late) / 1024:.1f} MB "
        f"({growth:+.2%}), "
        f"descriptors {early[0]['descriptors']} to {late[-1]['descriptors']}, "
        f"processes {early[0]['processes']} to {late[-1]['processes']}"
    )
    is_flat = growth <= ALLOWED_GROWTH and spread["descriptors"] <= 3 and spread["processes"] <= 0
    return ("flat" if is_flat else "FAILED"), detail


def run(record: Record, count: int, minutes: float) -> int:
    """Presses ``count`` keys in one run of the assistant; a soak is not resumed."""
    record.forget()
    # A short history is full early, as what else is remembered.
    with running("--look-ahead", "on", "--max-tokens", "60", "--history-size", "12") as assistant:
        assistant.player.play("sleep 0.02")
        assistant.next_key()
        code = run_cases(record, count, minutes, Soak(assistant).run)
    samples = [
        json.loads(case.detail) for case in record.cases if case.outcome == "done" and case.detail
    ]
    if len(samples) >= 8:
        outcome, detail = verdict(samples)
        record.add(Case(count, VERDICT, outcome, 0.0, detail))
        print(detail, flush=True)
    return code
