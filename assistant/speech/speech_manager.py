"""Speaks utterances one after the other, and stops at once.

One process speaks, a second one is warm and waits: after a stop, which kills the first, the next
utterance begins without the 150 ms that a cold start takes.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
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


class SpeechManager:
    """A ``Speaker`` on pyttsx3, or on another ``Voice``."""

    def __init__(
        self,
        voice: VoiceOptions,
        on_problem: Callable[[AssistantError], None],
        starter: Callable[[dict[str, Any], Path], Voice] = VoiceProcess,
    ) -> None:
        """Starts two processes and returns at once.

        Args:
            voice: how it sounds.
            on_problem: hears from another thread why nothing can be spoken, once until something was again.
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
        self._speaking: Utterance | None = None
        self._position: int | None = None
        self._is_paused = False
        self._is_closed = False
        self._has_given_up = self._is_over = False
        self._try_again_at = 0.0
        self._has_told_problem = self._has_told_voice = self._is_on_trial = False
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
        """Whether descriptions wait for ``resume``."""
        return self._is_paused

    @property
    def position(self) -> int | None:
        """The position of what is being spoken, or was last; None before the first."""
        return self._position

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        """Queues an utterance and returns at once; one without a letter or digit is nothing to say."""
        with self._changed:
            if self._is_closed or not self._may_try():
                return
            self._queue.put(Utterance(utterance, priority, position))
            self._changed.notify_all()

    def _may_try(self) -> bool:
        if not self._has_given_up:
            return True
        if self._is_over or time.monotonic() < self._try_again_at:
            return False
        self._has_given_up, self._is_on_trial = False, True
        self._failures = MOST_FAILURES - 1
        return True

    def cancel(self) -> None:
        """Drops the queue, kills what speaks, and ends a pause."""
        with self._changed:
            self._queue.clear()
            self._is_paused = False
            self._interrupt()
            self._changed.notify_all()

    def pause(self) -> None:
        """Silences a description, which goes back to the front of the queue; errors and status are still said."""
        with self._changed:
            self._is_paused = True
            if self._speaking is not None and self._speaking.priority is Priority.DESCRIPTION:
                self._queue.put_back(self._speaking)
                self._interrupt()
            self._changed.notify_all()

    def resume(self) -> None:
        """Goes on from the start of the description that was interrupted."""
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()

    def set_rate(self, rate_wpm: int) -> None:
        """Words a minute from the next utterance on."""
        with self._changed:
            self._voice = replace(self._voice, rate_wpm=rate_wpm)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until everything queued was spoken or waits in a pause; False if the time ran out."""
        with self._changed:
            return self._changed.wait_for(
                lambda: (
                    self._is_closed
                    or not (self._speaking or self._queue.has_next(is_paused=self._is_paused))
                ),
                timeout_s,
            )

    def close(self) -> None:
        """Silences, ends the processes and removes their folders; may be called again."""
        with self._changed:
            self._is_closed = True
            self.cancel()
            for process in (self._current, self._spare):
                if process is not None:
                    process.kill()
        self._thread.join()
        for process in (self._current, self._spare):
            if process is not None:
                process.dispose()
        shutil.rmtree(self._base, ignore_errors=True)

    def _run(self) -> None:
        is_warm = False
        while not (self._is_closed or self._is_over):
            try:
                if not is_warm:
                    is_warm = True
                    self._warm()
                self._serve()
            except Exception as error:  # noqa: BLE001 - else a front would wait for ever for words never said
                # A process that cannot be started now (no memory, no descriptors) may be startable later.
                is_for_good = not isinstance(error, OSError)
                told = describe_exception(error)
                self._give_up(told.message, told.hint, is_for_good=is_for_good)

    def _serve(self) -> None:
        while (taken := self._take()) is not None:
            try:
                self._warm()
                self._speak(*taken)
            finally:
                with self._changed:
                    self._speaking = None
                    self._changed.notify_all()

    def _warm(self) -> None:
        if self._current is None:
            self._current = self._start()
        if self._spare is not None and not self._spare.is_alive:
            self._spare.dispose()
            self._spare = None
        if self._spare is None:
            self._spare = self._start()

    def _interrupt(self) -> None:
        self._cancels += 1
        if self._speaking is not None and self._current is not None:
            self._current.kill()
            self._speaking = None  # else a second pause would put it back once more

    def _take(self) -> tuple[Utterance, int] | None:
        """The next utterance and the number of interruptions before it; None when closed or given up."""
        with self._changed:
            while not (self._is_closed or self._is_over):
                utterance = self._queue.take(is_paused=self._is_paused)
                if utterance is not None:
                    self._speaking = utterance
                    if utterance.position is not None:
                        self._position = utterance.position
                    return utterance, self._cancels
                self._changed.wait()
            return None

    def _speak(self, utterance: Utterance, cancels: int) -> None:
        """Speaks one utterance, in a fresh process if the first dies of itself."""
        while True:
            process = self._current
            if process is None or self._is_cancelled(cancels):
                return
            try:
                if not process.is_ready and not self._greet(process.receive(START_TIMEOUT_S)):
                    return
                process.is_ready = True
                process.send(utterance.text, self._voice.rate_wpm)
                reply = process.receive(utterance.longest_s(self._voice.rate_wpm))
                if reply["event"] == "spoken":
                    self._failures = 0
                    if self._is_on_trial:
                        self._is_on_trial = self._has_told_problem = False
                else:
                    self._fail(*process.failure(str(reply["reason"])))
                return
            except TimeoutError:
                self._fail(messages.SPEECH_HUNG, process.failure("")[1])
                self._replace()
                return
            except (EOFError, OSError):
                was_cancelled = self._is_cancelled(cancels)
                self._replace()
                if was_cancelled or self._has_given_up:
                    return
                self._fail(messages.SPEECH_DIED, messages.NO_VOICE_ENGINE_HINT, is_grave=False)

    def _is_cancelled(self, cancels: int) -> bool:
        with self._changed:
            return self._is_closed or self._cancels != cancels

    def _greet(self, reply: dict[str, object]) -> bool:
        """Hears a process say that it is ready, or why not."""
        if reply["event"] != "ready":
            is_missing = reply["event"] == "no_espeak"
            reason = messages.NO_VOICE_ENGINE if is_missing else str(reply["reason"])
            self._give_up(reason, messages.NO_VOICE_ENGINE_HINT, is_for_good=is_missing)
            return False
        examples = reply.get("unknown_voice_examples")
        if isinstance(examples, list) and not self._has_told_voice:
            self._has_told_voice = True
            message = messages.voice_unknown(self._voice.voice or "")
            hint = messages.voice_unknown_hint(", ".join(map(str, examples)))
            self._on_problem(SpeechError(message, hint))
        return True

    def _fail(self, reason: str, hint: str, *, is_grave: bool = True) -> None:
        """Counts a failure; tells the first grave one, and rests after too many in a row."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._give_up(reason, hint)
        elif is_grave:
            self._tell(messages.speech_off(reason), hint)

    def _give_up(self, reason: str, hint: str, *, is_for_good: bool = False) -> None:
        with self._changed:
            self._has_given_up = True
            self._is_over = self._is_over or is_for_good
            self._try_again_at = time.monotonic() + REST_S
            self._queue.clear()
            self._speaking = None
            self._changed.notify_all()
        if not self._is_closed:
            self._tell(messages.speech_off(reason), hint)

    def _tell(self, message: str, hint: str) -> None:
        if not self._has_told_problem:
            self._has_told_problem = True
            self._on_problem(SpeechError(message, hint))

    def _replace(self) -> None:
        """Puts the spare in the place of the process that speaks, and warms a new spare."""
        with self._changed:
            old, self._current, self._spare = self._current, self._spare, None
            is_closed = self._is_closed
        if old is not None:
            old.dispose()
        if not is_closed:
            self._spare = self._start()

    def _start(self) -> Voice:
        return self._starter(asdict(self._voice), self._base)
