"""Speaks utterances one after the other, and stops at once."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.ports import Priority
from assistant.errors import AssistantError, SpeechError
from assistant.messages.exceptions import describe_exception
from assistant.speech.sound_folder import private_folder
from assistant.speech.utterance_queue import Utterance, UtteranceQueue
from assistant.speech.voice_process import Voice, VoiceProcess
from assistant.speech.voice_process import VoiceOptions as VoiceOptions

START_TIMEOUT_S = 20.0
MOST_FAILURES = 3
"""So many failures in a row end speech for a while: each costs a person seconds of silence."""
REST_S = 5.0
"""After this long the next utterance is tried again: a sound device may have come back."""


class State(Enum):
    """Whether utterances are spoken."""

    SPEAKING = auto()
    RESTING = auto()
    """Too many failed: what comes in the next ``REST_S`` is dropped."""
    ON_TRIAL = auto()
    """After a rest: one more failure begins another, one success ends the trial."""
    OVER = auto()
    """Nothing can ever be spoken here."""
    CLOSED = auto()


class SpeechManager:
    """A ``Speaker`` on pyttsx3, or on another ``Voice``.

    1. ``say`` puts an utterance into the queue. A thread takes one after the other (``_speak_next``).
    2. ``_warm`` starts what is missing of two processes: the current one speaks, the spare is warm and waits. So the
       first utterance after a stop begins without the 150 ms of a cold start.
    3. ``_speak`` sends the utterance to the current process and waits until it was spoken.
    4. ``cancel`` has that process end its sound, from any thread. ``hush`` and ``pause`` do so too, and put a
       description back into the queue. A process that does not end its sound at once is killed.
    5. A process that dies is replaced by the spare (``_replace``), and the utterance is said again.
    6. The first failure is reported. After ``MOST_FAILURES`` in a row speech rests and is then tried again (``State``).
    7. ``close`` kills both processes, ends the thread and removes the folder of the sounds.
    """

    def __init__(
        self,
        voice: VoiceOptions,
        on_problem: Callable[[AssistantError], None],
        starter: Callable[[dict[str, Any], Path], Voice] = VoiceProcess,
    ) -> None:
        """Start two processes and return at once.

        Args:
            voice: how it sounds.
            on_problem: receives, from another thread, why nothing can be spoken; once until something was again.
            starter: makes what speaks, from the voice's fields and a private folder.

        Raises:
            OSError: there is no place for a private folder.
            RuntimeError: no thread can be started.
        """
        self._starter = starter
        self._voice = voice
        self._on_problem = on_problem
        self._queue = UtteranceQueue()
        self._changed = threading.Condition(threading.RLock())
        self._state = State.SPEAKING
        self._rests_until_s = 0.0
        self._speaking: Utterance | None = None
        self._position: int | None = None
        self._is_paused = False
        self._has_reported_problem = self._has_reported_voice = self._is_voice_new = False
        self._failures = 0
        self._cancels = 0
        self._base = private_folder()
        self._current: Voice | None = None
        self._spare: Voice | None = None
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            shutil.rmtree(self._base, ignore_errors=True)
            raise

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @property
    def position(self) -> int | None:
        return self._position

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        with self._changed:
            if self._state is State.RESTING and time.monotonic() >= self._rests_until_s:
                self._state = State.ON_TRIAL
                self._failures = MOST_FAILURES - 1
            if self._state in (State.SPEAKING, State.ON_TRIAL):
                self._queue.put(Utterance(utterance, priority, position))
                self._changed.notify_all()

    def cancel(self) -> None:
        with self._changed:
            self._queue.clear()
            self._is_paused = False
            self._interrupt()
            self._changed.notify_all()

    def hush(self) -> bool:
        with self._changed:
            if self._speaking is not None and self._speaking.priority is Priority.DESCRIPTION:
                self._queue.put_back(self._speaking)
            self._interrupt()
            waiting = self._queue.drop_all_but_descriptions()
            self._is_paused = self._is_paused or bool(waiting)
            self._changed.notify_all()
            return any(utterance.position is not None for utterance in waiting)

    def pause(self) -> None:
        with self._changed:
            self.hush()
            self._is_paused = True

    def resume(self) -> None:
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()

    def set_rate(self, rate_wpm: int) -> None:
        with self._changed:
            self._voice = replace(self._voice, rate_wpm=rate_wpm)

    def set_voice(self, voice: VoiceOptions) -> None:
        """Speak with another voice from the next utterance on; what waits is kept."""
        with self._changed:
            self._voice = voice
            self._is_voice_new = True
            self._has_reported_voice = False

    def wait(self, timeout_s: float | None = None) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: (
                    self._state is State.CLOSED
                    or not (self._speaking or self._queue.has_next(is_paused=self._is_paused))
                ),
                timeout_s,
            )

    def close(self) -> None:
        with self._changed:
            self._state = State.CLOSED
            self.cancel()
            for process in (self._current, self._spare):
                if process is not None:
                    process.kill()
        self._thread.join()
        for process in (self._current, self._spare):
            if process is not None:
                process.end()
        shutil.rmtree(self._base, ignore_errors=True)

    def _interrupt(self) -> None:
        self._cancels += 1
        if self._speaking is not None and self._current is not None:
            self._current.silence()
            self._speaking = None  # else a second pause would put it back once more

    def _run(self) -> None:
        for work in itertools.chain([self._warm], itertools.repeat(self._speak_next)):
            if self._state in (State.OVER, State.CLOSED):
                return
            try:
                work()
            except Exception as error:  # noqa: BLE001 - else a front would wait for ever for words never said
                described = describe_exception(error)
                # A process that cannot be started now (no memory, no descriptors) may be startable later.
                state = State.RESTING if isinstance(error, OSError) else State.OVER
                self._give_up(described.message, described.hint, state)

    def _warm(self) -> None:
        with self._changed:
            old = [self._current, self._spare] if self._is_voice_new else []
            if self._is_voice_new:
                self._is_voice_new = False
                self._current = self._spare = None
        for process in old:
            if process is not None:
                process.end()
        if self._current is None:
            self._current = self._start()
        if self._spare is not None and not self._spare.is_alive:
            self._spare.end()
            self._spare = None
        if self._spare is None:
            self._spare = self._start()

    def _speak_next(self) -> None:
        """Wait for an utterance and speak it; return without when closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._state is State.CLOSED or self._queue.has_next(is_paused=self._is_paused)
                )
            )
            utterance = self._queue.take(is_paused=self._is_paused)
            if utterance is None or self._state is State.CLOSED:
                return
            self._speaking = utterance
            if utterance.position is not None:
                self._position = utterance.position
            cancels = self._cancels
        try:
            self._warm()
            self._speak(utterance, cancels)
        finally:
            with self._changed:
                self._speaking = None
                self._changed.notify_all()

    def _speak(self, utterance: Utterance, cancels: int) -> None:
        """Speak one utterance, in a fresh process if the first dies of itself."""
        while True:
            process = self._current
            if process is None or self._is_cancelled(cancels):
                return
            try:
                if not process.is_ready and not self._greet(process.receive(START_TIMEOUT_S)):
                    return
                process.is_ready = True
                with (
                    self._changed
                ):  # else what was cancelled this moment would be spoken to its end
                    if self._is_cancelled(cancels):
                        return
                    process.send(utterance.text, self._voice.rate_wpm)
                reply = process.receive(utterance.longest_s(self._voice.rate_wpm))
                match reply["event"]:
                    case "spoken":
                        self._succeed()
                    case "hung":
                        self._hang(process)
                    case "failed":
                        self._fail(*process.describe_failure(str(reply["reason"])))
                return
            except TimeoutError:
                self._hang(process)
                self._replace()
                return
            except (EOFError, OSError):
                was_cancelled = self._is_cancelled(cancels)
                self._replace()
                if was_cancelled or self._state is State.RESTING:
                    return
                self._fail(messages.SPEECH_DIED, messages.NO_VOICE_ENGINE_HINT, is_grave=False)

    def _is_cancelled(self, cancels: int) -> bool:
        with self._changed:
            return self._state is State.CLOSED or self._cancels != cancels

    def _greet(self, reply: dict[str, object]) -> bool:
        """Take a process's first reply; return whether it can speak."""
        if reply["event"] == "no_espeak":
            self._give_up(messages.NO_VOICE_ENGINE, messages.NO_VOICE_ENGINE_HINT, State.OVER)
            return False
        if reply["event"] != "ready":
            self._give_up(str(reply["reason"]), messages.NO_VOICE_ENGINE_HINT, State.RESTING)
            return False
        examples = reply.get("unknown_voice_examples")
        if isinstance(examples, list) and not self._has_reported_voice:
            self._has_reported_voice = True
            message = messages.voice_unknown(self._voice.voice or "")
            hint = messages.voice_unknown_hint(", ".join(map(str, examples)))
            error = SpeechError(message, hint)
            self._on_problem(error)
            self.say(
                str(error), Priority.ERROR
            )  # another voice speaks instead, so this can be heard
        return True

    def _succeed(self) -> None:
        self._failures = 0
        with self._changed:
            if self._state is State.ON_TRIAL:
                self._state = State.SPEAKING
                self._has_reported_problem = False

    def _fail(self, reason: str, hint: str, *, is_grave: bool = True) -> None:
        """Count a failure; report the first grave one, and rest after too many in a row."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._give_up(reason, hint, State.RESTING)
        elif is_grave:
            self._report(reason, hint)

    def _hang(self, process: Voice) -> None:
        """Rest at once: each further text would hang as long."""
        hint = process.describe_failure("")[1]
        self._give_up(messages.SPEECH_HUNG, hint, State.RESTING)

    def _give_up(self, reason: str, hint: str, state: State) -> None:
        with self._changed:
            if self._state is State.CLOSED:
                return
            self._state = state
            self._rests_until_s = time.monotonic() + REST_S
            self._queue.clear()
            self._speaking = None
            self._changed.notify_all()
        self._report(reason, hint)

    def _report(self, reason: str, hint: str) -> None:
        if not self._has_reported_problem:
            self._has_reported_problem = True
            self._on_problem(SpeechError(messages.speech_off(reason), hint))

    def _replace(self) -> None:
        """Put the spare in the place of the process that speaks, and warm a new spare."""
        with self._changed:
            old, self._current, self._spare = self._current, self._spare, None
            is_closed = self._state is State.CLOSED
        if old is not None:
            old.end()
        if not is_closed:
            self._spare = self._start()

    def _start(self) -> Voice:
        return self._starter(asdict(self._voice), self._base)
