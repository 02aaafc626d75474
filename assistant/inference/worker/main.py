"""The inference worker: a process of its own around the engine, since llama.cpp can crash or abort.

It ends by itself when the front closes its pipes or dies, whatever it is computing.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from assistant.core.events import Event, Failed, Finished, ImageRgb, Loaded, Loading
from assistant.errors import AssistantError, ExitCode, UnfamiliarPictureError
from assistant.inference import bindings
from assistant.inference.options import EngineOptions
from assistant.inference.worker.protocol import CANCEL, Ask, Prepare, Told
from assistant.inference.worker.watch import BEAT_S, IDLE, WORKING
from assistant.messages.exceptions import describe_exception
from assistant.system import limits, pages, processor, threads

if TYPE_CHECKING:
    from assistant.inference.engine import Engine

_LOGGER = logging.getLogger(__name__)


class Worker:
    """Loads the engine at once, then answers request after request, and reads pictures ahead between them."""

    def __init__(
        self,
        connection: Connection,
        cancel_fd: int,
        life_fd: int,
        options: EngineOptions,
        libraries: threading.Thread | None,
    ) -> None:
        self._connection, self._cancel_fd, self._life_fd = connection, cancel_fd, life_fd
        self._options, self._libraries = options, libraries
        self._is_working = True
        self.requests: queue.SimpleQueue[Ask | Prepare] = queue.SimpleQueue()
        self._picture: ImageRgb | None = None
        self._current_id = self._waiting_id = self._cancelled_id = 0

    def run(self) -> None:
        """Serve until the front goes away; never return."""
        for serve in (self._live, self._listen_for_requests, self._listen_for_cancels):
            threading.Thread(target=serve, daemon=True).start()
        engine: Engine | None = None
        failure: Failed | None = None
        try:
            engine = self._load()
        except Exception as error:  # noqa: BLE001 - the front hears of it
            failure = _failed(error)
        while True:
            self._is_working = False
            request = self.requests.get()
            self._is_working = True
            self._current_id = request.request_id
            if isinstance(request, Prepare):
                if engine is not None:
                    self._prepare(engine, request)
            elif engine is None:
                assert failure is not None
                self._tell(failure)
            elif (last := self._answer(engine, request)) is not None:
                self._tell(last)

    def _load(self) -> Engine:
        self._tell(Loading(self._options.model_name))
        # Imported here, so that the front's pipes are served meanwhile; see ``_load_libraries``.
        from assistant.inference.engine import Engine

        engine = Engine(self._options, self._is_cancelled)
        self._tell(Loaded(self._options.model_name, engine.loaded.load_ms, engine.loaded.notes))
        return engine

    def _answer(self, engine: Engine, ask: Ask) -> Event | None:
        """Return the last event, unless the engine told it."""
        try:
            return Finished(engine.answer(ask.request, self._tell))
        except UnfamiliarPictureError:
            return None
        except Exception as error:  # noqa: BLE001 - the front hears of it
            return _failed(error)

    def _prepare(self, engine: Engine, request: Prepare) -> None:
        """Read a picture ahead, unless there is something newer to do."""
        if not self.requests.empty():
            return
        try:
            engine.prepare(
                request.image_rgb, request.question, self._tell_waiting, self._is_awaited
            )
        except Exception as error:  # a request about this picture will say so
            _LOGGER.info("a picture could not be read ahead", exc_info=error)

    def _tell_waiting(self, event: Event) -> None:
        """Tell the request that waits for what is being read ahead; nobody else listens."""
        if self._is_awaited():
            self._send(Told(self._waiting_id, event))

    def _is_awaited(self) -> bool:
        return self._waiting_id > self._current_id

    def _tell(self, event: Event) -> None:
        self._send(Told(self._current_id, event))

    def _send(self, told: Told) -> None:
        try:
            self._connection.send(told)
        except OSError:
            os._exit(0)  # the front is gone

    def _is_cancelled(self) -> bool:
        return 0 < self._current_id <= self._cancelled_id

    def _live(self) -> None:
        """Give signs of life, also while llama.cpp computes; see ``watch``."""
        os.set_blocking(self._life_fd, False)
        while True:
            try:
                os.write(self._life_fd, WORKING if self._is_working else IDLE)
            except BlockingIOError:
                pass  # the front was stopped for hours and has signs enough
            except OSError:
                os._exit(0)
            time.sleep(BEAT_S)

    def _listen_for_requests(self) -> None:
        # A picture's array imports NumPy, and two threads that do so at once can each see half of it.
        if self._libraries is None:
            _load_libraries()
        else:
            self._libraries.join()
        try:
            while True:
                request = self._connection.recv()
                if isinstance(request, Ask):
                    self._waiting_id = request.request_id
                self.requests.put(self._with_picture(request))
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:
            # Nobody would hear the next request, and the front would wait for a worker that lives on.
            _LOGGER.error("a request could not be read", exc_info=error)
            os._exit(1)

    def _with_picture(self, request: Ask | Prepare) -> Ask | Prepare:
        """Complete a request that came without its picture."""
        if isinstance(request, Prepare):
            self._picture = request.image_rgb
        elif request.has_picture:
            self._picture = request.request.image_rgb
        else:
            assert self._picture is not None
            complete = replace(request.request, image_rgb=self._picture)
            return replace(request, request=complete)
        return request

    def _listen_for_cancels(self) -> None:
        while message := os.read(self._cancel_fd, CANCEL.size):
            self._cancelled_id = max(self._cancelled_id, *CANCEL.unpack(message))
        os._exit(0)


def _failed(error: Exception) -> Failed:
    """Return what the front hears of an exception; the worker lives on."""
    if isinstance(error, AssistantError):
        return Failed(error.message, error.hint, error.exit_code)
    _LOGGER.error("unexpected", exc_info=error)
    said = describe_exception(error)
    return Failed(said.message, said.hint, ExitCode.INFERENCE)


def _silence(is_verbose: bool) -> None:
    """Keep native messages, a crash's last words too, off the terminal that the front draws on."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    if is_verbose:
        os.dup2(2, 1)
        logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s", stream=sys.stderr)
    else:
        os.dup2(null, 1)
        os.dup2(null, 2)
        logging.disable(logging.CRITICAL)


_LIBRARIES = ("assistant.inference.engine", "numpy.ctypeslib", "PIL.Image")
"""The last two are loaded while llama.cpp is busy with the model."""


def _load_libraries() -> None:
    """Import what every answer needs, while the front still finds out which model it wants."""
    bindings.leave_out_high_level()
    with contextlib.suppress(Exception):  # ``Worker`` meets the same exception, and tells it
        for name in _LIBRARIES:
            importlib.import_module(name)


def main() -> None:
    """Run the process; its arguments are three inherited file descriptors."""
    try:
        _serve()
    except Exception:  # the front tells in words that the process ended
        _LOGGER.debug("the process cannot serve", exc_info=True)
        os._exit(1)


def _serve() -> None:
    connection_fd, cancel_fd, life_fd = map(int, sys.argv[1:4])
    # The front decides what Ctrl-C means and sends a cancel.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits.hide_memory()
    pages.map_large_blocks()
    processor.set_waiting()
    libraries = threads.start(_load_libraries, "libraries")
    connection = Connection(connection_fd)
    try:
        options = connection.recv()
    except EOFError:  # the front found nothing to load
        os._exit(0)
    _silence(options.is_verbose)
    Worker(connection, cancel_fd, life_fd, options, libraries).run()


if __name__ == "__main__":
    main()
