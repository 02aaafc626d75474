"""The front's handle on the process that glances (``worker``): starts it, asks it, and kills it."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Collection, Generator, Iterator
from typing import Any

from assistant.core.events import ImageRgb
from assistant.core.finding_records import read_found
from assistant.core.findings import Found, Part
from assistant.errors import GlanceError
from assistant.messages import NO_MEMORY_HINT
from assistant.messages import glance as words
from assistant.system.socket_child import SocketChild

TIMEOUT_S = 60.0
"""Longest time for one part; beside a model that uses all cores text takes tens of seconds."""
_START_S = 60.0
"""Longest time for its start; where memory is short that takes many seconds."""
_END_S = 1.0
"""How long to wait for a killed process."""
_MODULE = "assistant.glance.worker"


class GlanceProcess:
    """A ``Glancer`` in a process of its own, which is started by ``warm`` or the first glance, and again if it ends."""

    def __init__(self, timeout_s: float = TIMEOUT_S, module: str = _MODULE) -> None:
        """Start nothing yet.

        Args:
            timeout_s: longest time for one part.
            module: has the ``main`` that the process runs.
        """
        self._timeout_s, self._module = timeout_s, module
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_glancing = self._is_cancelled = self._is_closed = False

    def warm(self) -> None:
        if self._lock.acquire(blocking=False):  # else a glance goes on, and it is warm
            try:
                with contextlib.suppress(GlanceError):  # a glance will raise it
                    self._running()
            finally:
                self._lock.release()

    def glance(
        self,
        image_rgb: ImageRgb,
        parts: Collection[Part] = tuple(Part),
        *,
        is_beside: bool = False,
    ) -> Generator[Found]:
        failures: list[GlanceError] = []
        with self._lock:
            self._is_cancelled, self._is_glancing = False, True
            try:
                wanted = [part for part in Part if part in parts]
                yield from self._look(image_rgb, wanted, is_beside, failures)
            except GeneratorExit:
                self._end_process()
                raise
            finally:
                self._is_glancing = False
                if self._is_cancelled:
                    self._end_process()
        if failures:
            message = " ".join(error.message for error in failures)
            hints = dict.fromkeys(error.hint for error in failures if error.hint)
            raise GlanceError(message, " ".join(hints))

    def cancel(self) -> None:
        process = self._process
        if self._is_glancing:
            self._is_cancelled = True
            if process is not None:
                process.kill()

    def close(self) -> None:
        self._is_closed = True
        self.cancel()
        # Whoever left a glance half done holds the lock.
        if self._lock.acquire(timeout=_END_S):
            try:
                self._end_process()
            finally:
                self._lock.release()
        elif self._process is not None:
            self._process.kill()

    def _look(
        self,
        image_rgb: ImageRgb,
        wanted: list[Part],
        is_beside: bool,
        failures: list[GlanceError],
    ) -> Iterator[Found]:
        """Yield what is found; a part that ends the process is left out, and the others are still looked for."""
        while wanted and not self._is_over():
            begun: Part | None = None
            process = self._running()
            try:
                process.ask(image_rgb, wanted, is_beside=is_beside)
                while "is_done" not in (
                    record := process.receive(self._timeout_s if begun else _START_S)
                ):
                    if "begins" in record:
                        begun = wanted.pop(0)
                    elif "failed" in record:
                        failures.append(GlanceError(record["message"], record["hint"]))
                    elif not self._is_over():
                        yield read_found(record)
                    if self._is_over():
                        return
                return
            except (EOFError, OSError) as error:  # TimeoutError is one
                self._end_process()
                if self._is_over():
                    break
                if begun is None and process.has_answered:
                    continue  # it ended, or was stopped, while nobody asked it
                if begun is None:
                    reason = words.cannot_start(words.ENDS_AT_ONCE)
                    raise GlanceError(reason, NO_MEMORY_HINT) from error
                is_slow = isinstance(error, TimeoutError)
                slow = words.part_slow(begun, self._timeout_s)
                failures.append(GlanceError(slow if is_slow else words.part_crashed(begun)))
        if self._is_over():
            failures.clear()

    def _is_over(self) -> bool:
        return self._is_cancelled or self._is_closed

    def _running(self) -> _Process:
        if self._process is not None and self._process.poll() is not None:
            self._end_process()
        if self._process is None:
            if self._is_closed:
                raise GlanceError(words.cannot_start(words.ENDS_AT_ONCE))
            try:
                self._process = _Process(self._module)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise GlanceError(words.cannot_start(reason), NO_MEMORY_HINT) from error
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end(_END_S)


class _Process(SocketChild):
    """The process that glances.

    Attributes:
        has_answered: whether it ever told anything.
    """

    has_answered = False

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self._buffer = bytearray()

    def ask(self, image_rgb: ImageRgb, parts: Collection[Part], *, is_beside: bool) -> None:
        """Send a picture through memory that both share; raises OSError when the process is gone."""
        height, width = image_rgb.shape[:2]
        request = {
            "height": height, "width": width, "parts": list(parts), "is_beside": is_beside,
        }  # fmt: skip
        descriptor = os.memfd_create("glance")
        try:
            with os.fdopen(os.dup(descriptor), "wb", buffering=0) as memory:
                pixels = image_rgb if image_rgb.flags.c_contiguous else image_rgb.copy()
                rest = memoryview(pixels.data).cast("B")
                while rest:
                    rest = rest[memory.write(rest) :]
            self.send(request, [descriptor])
        finally:
            os.close(descriptor)

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Return the next line; raises TimeoutError, and EOFError when the process is gone or stopped."""
        end = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            try:
                self.receive_more(self._buffer, end)
            except ConnectionError as error:  # closed meanwhile
                raise EOFError from error
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.has_answered = True
        record: dict[str, Any] = json.loads(line)
        return record
