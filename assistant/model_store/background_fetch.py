"""A download that goes on beside a session, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.errors import ModelError
from assistant.messages import model_advice as words
from assistant.system import threads
from assistant.system.child_process import MODEL_GIVES_WAY, ChildProcess, command

_MODULE = "assistant.model_store.fetch_worker"


@dataclass(frozen=True)
class Listener:
    """Who hears of a download; each is called from its thread.

    Attributes:
        speak: takes a sentence about progress.
        installed: it is there and checked.
        failed: takes why it is not.
    """

    speak: Callable[[str], None]
    installed: Callable[[], None]
    failed: Callable[[ModelError], None]


class BackgroundFetch:
    """One download, begun when it is made.

    Attributes:
        name: the model that comes.
        progress: the last line that was said about it, such as "34 percent, 5 megabytes a second, 9 minutes left.".
    """

    def __init__(self, name: str, listener: Listener) -> None:
        """Start the process.

        Raises:
            ModelError: it cannot be started.
        """
        self.name = name
        self.progress = words.FETCH_BEGINS
        self._listener = listener
        self._is_stopped = threading.Event()
        try:
            self._process = ChildProcess(
                [*command(_MODULE), name], gives_way_by=MODEL_GIVES_WAY,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise ModelError(words.FETCH_NOT_STARTED, words.FETCH_AGAIN_HINT) from error
        self._thread = threads.start(self._listen, "fetch")
        if self._thread is None:
            self._process.end()
            raise ModelError(words.FETCH_NOT_STARTED, words.FETCH_AGAIN_HINT)

    @property
    def is_going_on(self) -> bool:
        """Whether it neither came to its end nor was stopped."""
        return not self._is_stopped.is_set()

    def stop(self) -> None:
        """End it at once; what came is kept, and the listener hears nothing more. Idempotent."""
        self._is_stopped.set()
        self._process.kill()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _listen(self) -> None:
        end: dict[str, Any] = {}
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if self._is_stopped.is_set():
                break
            record: dict[str, Any] = json.loads(line)
            if "end" in record:
                end = record
                break
            self._take(record)
        self._process.end()
        if self._is_stopped.is_set():
            return
        self._is_stopped.set()
        if end.get("end") == "installed":
            self._listener.installed()
        else:  # a process that was killed says nothing
            message = end.get("message") or words.fetch_ended(self.name)
            self._listener.failed(ModelError(message, words.FETCH_AGAIN_HINT))

    def _take(self, record: dict[str, Any]) -> None:
        if "show" in record:
            self.progress = record["show"]
        elif "speak" in record:
            self._listener.speak(record["speak"])
