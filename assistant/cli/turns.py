"""Speaks what belongs to one answer in that answer's turn, and skips to the next.

Where there are several pictures or questions, the next is worked on while the last is still being read aloud. Its words
and signs wait until then.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.core.ports import Earcon, Earcons, Priority, Speaker
from assistant.speech.passing_on import PassingOnSpeaker
from assistant.system import threads

_BACKGROUND_S = 0.5
"""Time between two looks whether the terminal is ours again."""


class Turns(PassingOnSpeaker):
    """A speaker and a player of signs that keep to the order of the answers."""

    def __init__(self, speaker: Speaker, earcons: Earcons) -> None:
        """Wrap both; the caller closes this in their place."""
        super().__init__(speaker)
        self._earcons = earcons
        self._changed = threading.Condition()
        self._waiting: deque[Callable[[], None] | None] = deque()
        """What is to be heard; None where the next turn begins."""
        self._stop_work: Callable[[], None] = lambda: None
        self._is_skipped = self._is_closed = False
        self._thread = threads.start(self._run, "turns")

    def begin(self, stop_work: Callable[[], None]) -> None:
        """Begin a turn: what comes now is heard after all that came before.

        Args:
            stop_work: ends the work on this turn, when it is skipped before it is done.
        """
        with self._changed:
            self._stop_work, self._is_skipped = stop_work, False
            if self._thread is not None:
                self._waiting.append(None)
            self._changed.notify_all()

    def skip(self) -> None:
        """Silence the turn that is being heard, and drop the rest of it."""
        with self._changed:
            while self._waiting and self._waiting[0] is not None:
                self._waiting.popleft()
            self._speaker.cancel()
            self._earcons.cancel()
            if self._waiting:
                self._begin_to_hear()
            else:  # the turn that is heard is the one being worked on
                self._is_skipped = True
                self._stop_work()

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        self._put(lambda: self._speaker.say(utterance, priority, position))

    def play(self, earcon: Earcon) -> None:
        self._put(lambda: self._earcons.play(earcon))

    def cancel(self) -> None:
        with self._changed:
            self._waiting.clear()
            self._speaker.cancel()
            self._earcons.cancel()
            self._changed.notify_all()

    def wait(self, timeout_s: float | None = None) -> bool:
        with self._changed:
            is_empty = self._changed.wait_for(
                lambda: self._is_closed or not self._waiting, timeout_s
            )
        return is_empty and self._speaker.wait(timeout_s)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._speaker.close()
        self._earcons.close()
        if self._thread is not None:
            self._thread.join()

    def _put(self, make_heard: Callable[[], None]) -> None:
        with self._changed:
            if self._is_closed or self._is_skipped:
                return
            if self._thread is None or not self._waiting:
                make_heard()
            else:
                self._waiting.append(make_heard)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._waiting)
            if self._is_closed:
                return
            self._speaker.wait()
            with self._changed:
                # A skip may have begun the next turn meanwhile.
                if self._waiting and self._speaker.wait(0):
                    self._begin_to_hear()

    def _begin_to_hear(self) -> None:
        """Take the next turn's beginning away, and make heard what is there of it."""
        self._waiting.popleft()
        while self._waiting and (make_heard := self._waiting[0]) is not None:
            self._waiting.popleft()
            make_heard()
        self._changed.notify_all()


@contextmanager
def listen_for_skips(skip: Callable[[], None], *, has_terminal: bool) -> Iterator[None]:
    """Skip at each line from the terminal, if there is one to read, and at each SIGUSR1."""
    read, write = os.pipe()
    os.set_blocking(write, False)

    def note(*_: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(write, b"\n")

    before = signal.signal(signal.SIGUSR1, note)
    threads.start(_listen, "skips", skip, read, sys.stdin.fileno() if has_terminal else None)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)
        os.close(write)  # ends the thread, which closes the other end


def _listen(skip: Callable[[], None], signals: int, terminal: int | None) -> None:
    sources = [signals] if terminal is None else [signals, terminal]
    while True:
        ready = select.select(sources, [], [])[0]
        for source in ready:
            # A process in the background that reads its terminal is stopped.
            if source == terminal and os.tcgetpgrp(source) != os.getpgrp():
                threading.Event().wait(_BACKGROUND_S)
                continue
            try:
                data = os.read(source, 4096)
            except OSError:  # the terminal is gone
                data = b""
            for _ in range(data.count(b"\n")):
                skip()
            if not data:
                if source == signals:
                    os.close(signals)
                    return
                sources.remove(source)
