"""The front's side of the inference worker: asks, listens, cancels, and brings a dead worker back once."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Pipe, wait
from pathlib import Path

from assistant import messages
from assistant.core.events import (
    Answer,
    Counts,
    DescribeRequest,
    EndReason,
    Event,
    Failed,
    Finished,
    ImageRgb,
    Restarted,
    Timings,
)
from assistant.errors import InferenceError
from assistant.inference.options import EngineOptions
from assistant.inference.protocol import CANCEL, Ask, Told
from sparc_ggml.config import SparcConfig

_LOGGER = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]
_BOOT = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from assistant.inference.worker import main; main()"
"""The worker finds the same packages as the front, installed or not, and never runs the front's main module."""

CANCEL_PATIENCE_S = 2.0
"""How long a cancelled worker may take to say so, as while it loads a model; then it is ended."""
_POLL_S = 0.1


class _WorkerProcess:
    """One worker: its process and the front's ends of its pipes."""

    def __init__(self, options: EngineOptions) -> None:
        self.connection, theirs = Pipe()
        cancel_read, self._cancel_write = os.pipe()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, str(theirs.fileno()), str(cancel_read)],
                pass_fds=(theirs.fileno(), cancel_read),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._cancel_write)
            self.connection.close()
            raise InferenceError(messages.worker_cannot_start(str(error))) from error
        finally:
            theirs.close()
            os.close(cancel_read)
        self.connection.send(options)

    def cancel(self, request_id: int) -> None:
        with contextlib.suppress(OSError):
            os.write(self._cancel_write, CANCEL.pack(request_id))

    def end(self) -> None:
        """Ends the process at once; idempotent."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.connection.close()
        with contextlib.suppress(OSError):
            os.close(self._cancel_write)

    def why_dead(self) -> str:
        """What the exit code says, as words that complete a sentence."""
        code = self.process.wait()
        if code == -signal.SIGKILL:
            return messages.worker_reason_memory()
        if code == -signal.SIGILL:
            return messages.worker_reason_illegal()
        if code < 0:
            return messages.worker_reason_crash(signal.Signals(-code).name)
        return messages.worker_reason_ended(code)


class InferenceClient:
    """A ``Describer`` whose model lives in a process of its own.

    The worker starts loading the model as soon as the client is made. If it dies, it is started again
    once per request, without weight repacking, and the request is repeated.
    """

    def __init__(self, options: EngineOptions) -> None:
        """Starts the worker.

        Raises:
            InferenceError: no process can be started.
        """
        self._options = options
        self._request_id = 0
        self._cancelled_id = 0
        self._worker: _WorkerProcess | None = _WorkerProcess(options)

    def __enter__(self) -> InferenceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process, while there is one."""
        return self._worker.process.pid if self._worker else None

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        """Yields the events of one answer, up to ``Finished`` or ``Failed``.

        Raises:
            InferenceError: the worker died twice.
        """
        self._request_id += 1
        request_id = self._request_id
        has_restarted = False
        while True:
            try:
                yield from self._attempt(request_id, request)
                return
            except GeneratorExit:
                self.cancel()  # nobody listens any more
                raise
            except _WorkerDiedError as death:
                if self._cancelled_id >= request_id:
                    yield _cancelled_event()
                    return
                if has_restarted:
                    raise InferenceError(
                        messages.worker_died(death.reason), messages.worker_died_hint()
                    ) from death
                _LOGGER.info("the worker died: %s", death.reason)
                has_restarted = True
                self._options = replace(self._options, is_safe_mode=True)
                yield Restarted(death.reason)

    def _attempt(self, request_id: int, request: DescribeRequest) -> Iterator[Event]:
        worker = self._worker or _WorkerProcess(self._options)
        self._worker = worker
        try:
            worker.connection.send(Ask(request_id, request))
            if self._cancelled_id >= request_id:
                worker.cancel(request_id)
            for told in self._listen(worker, request_id):
                if told.request_id in (0, request_id):
                    yield told.event
                    if isinstance(told.event, (Finished, Failed)) and told.request_id:
                        return
        except (EOFError, OSError) as error:
            self._worker = None
            worker.end()
            raise _WorkerDiedError(worker.why_dead()) from error

    def _listen(self, worker: _WorkerProcess, request_id: int) -> Iterator[Told]:
        """Everything the worker says; EOFError once it is dead or does not heed a cancel."""
        cancelled_at: float | None = None
        while True:
            ready = wait([worker.connection], timeout=_POLL_S)
            if ready:
                yield worker.connection.recv()
                continue
            if self._cancelled_id >= request_id:
                cancelled_at = cancelled_at or time.monotonic()
                if time.monotonic() - cancelled_at > CANCEL_PATIENCE_S:
                    raise EOFError

    def cancel(self) -> None:
        """Ends the running answer; safe from any thread and from a signal handler."""
        self._cancelled_id = self._request_id
        worker = self._worker
        if worker is not None:
            worker.cancel(self._request_id)

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        """Does nothing: the worker reads a picture when it is asked about it."""

    def cancel_prepare(self) -> None:
        """Does nothing: nothing is read ahead."""

    def close(self) -> None:
        """Ends the worker; idempotent."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class _WorkerDiedError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _cancelled_event() -> Finished:
    """What a cancelled request ends with when its worker is gone."""
    return Finished(
        Answer("", EndReason.CANCELLED, Timings(), Counts(), SparcConfig(method="none"))
    )
