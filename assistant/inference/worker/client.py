"""The front's side of the inference worker: asks, listens, cancels, and restarts a dead worker once."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import wait

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
    Unfamiliar,
)
from assistant.errors import InferenceError
from assistant.inference.options import EngineOptions
from assistant.inference.worker.process import WorkerProcess, is_same_picture
from assistant.inference.worker.protocol import Ask, Prepare, Told
from assistant.inference.worker.watch import Patience
from assistant.system import power
from sparc_ggml.config import SparcConfig

_LOGGER = logging.getLogger(__name__)
CANCEL_PATIENCE_S = 2.0
"""How long a cancelled worker may take to say so, as while it loads a model; then it is ended."""
_POLL_S = 0.1


class InferenceClient:
    """A ``Describer`` whose model lives in a process of its own.

    The worker loads the model as soon as the client is made. If it dies, or hangs and is killed, it is started again
    once per request, without weight repacking, and the request is repeated.
    """

    def __init__(
        self,
        options: EngineOptions,
        patience: Patience | None = None,
        worker: WorkerProcess | None = None,
    ) -> None:
        """Start a worker, or take one that was started before it was known what to load.

        Raises:
            InferenceError: no process can be started.
        """
        self._options, self._patience = options, patience
        self._request_id = self._asked_id = self._cancelled_id = 0
        # ``prepare`` may be called from another thread than ``ask``.
        self._sending = threading.RLock()
        self._prepared: Prepare | None = None
        self._is_asking = self._has_died_preparing = False
        self._worker: WorkerProcess | None = None
        self._begin(worker or WorkerProcess(patience))

    def __enter__(self) -> InferenceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def worker_pid(self) -> int | None:
        return self._worker.process.pid if self._worker else None

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        """Yield the events of one answer, up to ``Finished``, ``Failed``, or ``Unfamiliar`` where that ends it.

        Raises:
            InferenceError: the worker died twice.
        """
        with self._sending:
            self._request_id += 1
            request_id = self._asked_id = self._request_id
            self._is_asking = True
            self._end_if_dead()
            if not self._has_prepared(request.image_rgb):
                self.cancel_prepare()
            self._prepared = None
        try:
            yield from self._attempts(request_id, request)
        finally:
            self._is_asking = False

    def _end_if_dead(self) -> None:
        """Make way for a new worker where the last one died with no request to notice."""
        worker = self._worker
        if worker is not None and worker.process.poll() is not None:
            self._worker = None
            worker.end()
            _LOGGER.info("the idle worker died: %s", worker.why_dead())
            self._has_died_preparing = self._prepared is not None
            self._prepared = None
            self._options = replace(self._options, is_safe_mode=True)

    def _attempts(self, request_id: int, request: DescribeRequest) -> Iterator[Event]:
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
                    yield Finished(_CANCELLED)
                    return
                if has_restarted:
                    raise InferenceError(
                        messages.worker_died(str(death)), messages.WORKER_DIED_HINT
                    ) from death
                _LOGGER.info("the worker died: %s", death)
                has_restarted = True
                self._options = replace(self._options, is_safe_mode=True)
                yield Restarted(str(death))

    def _attempt(self, request_id: int, request: DescribeRequest) -> Iterator[Event]:
        worker = self._worker or self._begin(WorkerProcess(self._patience))
        try:
            with self._sending:
                sent, is_new = request, not is_same_picture(worker.picture, request.image_rgb)
                if not is_new:  # to send it again would only cost time
                    sent = replace(request, image_rgb=request.image_rgb[:0])
                worker.connection.send(Ask(request_id, sent, has_picture=is_new))
                worker.picture = request.image_rgb
            if self._cancelled_id >= request_id:
                worker.cancel(request_id)
            for told in self._listen(worker, request_id):
                if told.request_id in (0, request_id):
                    yield told.event
                    if told.request_id and _is_last(told.event, request):
                        return
        except (EOFError, OSError) as error:
            self._worker = None
            worker.end()
            raise _WorkerDiedError(worker.why_dead()) from error

    def _listen(self, worker: WorkerProcess, request_id: int) -> Iterator[Told]:
        """Yield what the worker says; raise EOFError once it is dead or ignores a cancel."""
        cancelled_at: float | None = None
        while True:
            if wait([worker.connection], timeout=_POLL_S):
                yield worker.connection.recv()
            elif self._cancelled_id >= request_id:
                cancelled_at = cancelled_at or time.monotonic()
                if time.monotonic() - cancelled_at > CANCEL_PATIENCE_S:
                    raise EOFError

    def cancel(self) -> None:
        """End the running answer; safe from any thread and from a signal handler."""
        self._cancelled_id = self._asked_id
        worker = self._worker
        if worker is not None:
            worker.cancel(self._asked_id)

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        with self._sending:
            worker = self._worker
            if worker is None or self._is_asking or not self._may_look_ahead():
                return
            if self._has_prepared(image_rgb):
                return
            self.cancel_prepare()
            self._request_id += 1
            self._prepared = Prepare(self._request_id, image_rgb, question)
            with contextlib.suppress(OSError):  # a dead worker is noticed by the next question
                worker.connection.send(self._prepared)
                worker.picture = image_rgb

    def _begin(self, worker: WorkerProcess) -> WorkerProcess:
        self._worker = worker
        worker.load(self._options)
        return worker

    def _has_prepared(self, image_rgb: ImageRgb) -> bool:
        prepared = self._prepared
        return prepared is not None and is_same_picture(prepared.image_rgb, image_rgb)

    def _may_look_ahead(self) -> bool:
        # A picture that ends the worker would do so again and again.
        if self._has_died_preparing or self._options.look_ahead == "off":
            return False
        return self._options.look_ahead == "on" or not power.is_short_of_power()

    def cancel_prepare(self) -> None:
        """End ``prepare``'s work; an answer goes on."""
        prepared, self._prepared = self._prepared, None
        worker = self._worker
        if prepared is not None and worker is not None:
            worker.cancel(prepared.request_id)

    def close(self) -> None:
        """End the worker; idempotent."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


def _is_last(event: Event, request: DescribeRequest) -> bool:
    return isinstance(event, (Finished, Failed)) or (
        isinstance(event, Unfamiliar) and not request.is_anyway
    )


class _WorkerDiedError(Exception):
    """Its text is the reason."""


_CANCELLED = Answer("", EndReason.CANCELLED, Timings(), Counts(), SparcConfig(method="none"))
"""What a cancelled request ends with when its worker is gone."""
