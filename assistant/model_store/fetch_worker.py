"""The process that downloads a model while a session goes on; ``background_fetch.py`` starts it and reads what it says.

A process of its own: the network's library takes memory and time to load, a hash of gigabytes takes a core, and it can
be ended at once where a connection stands still. What came is in the part file by then.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from typing import TextIO

from assistant.errors import AssistantError
from assistant.messages.exceptions import describe_exception
from assistant.model_store import install
from assistant.model_store.catalogue import find_row, read_catalogue
from assistant.model_store.record import Store
from assistant.model_store.room import check_room
from assistant.system.limits import hide_memory

SPEAK_EVERY_PERCENT = 10
_NICENESS = 10


class PipeTalk:
    """Writes what installing says as lines of JSON: ``show`` for lines, ``speak`` for what should be heard."""

    def __init__(self, pipe: TextIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def show(self, line: str) -> None:
        self._send({"show": line})

    def speak(self, sentence: str) -> None:
        self._send({"speak": sentence})

    def tell(self, sentence: str) -> None:
        """Only show: file names and checks are not worth interrupting a description."""
        self._send({"show": sentence})

    def end(self, error: AssistantError | None) -> None:
        """Say how it ended."""
        self._send(
            {"end": "installed"} if error is None
            else {"end": "failed", "message": error.message, "hint": error.hint}
        )  # fmt: skip

    def _send(self, record: dict[str, str]) -> None:
        with self._lock:
            self._pipe.write(json.dumps(record) + "\n")
            self._pipe.flush()


def main() -> None:
    """Fetch the model that the last argument names; end when standard input is closed."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no message
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    hide_memory()
    talk = PipeTalk(pipe)
    try:
        row, store = find_row(sys.argv[-1], read_catalogue()), Store()
        check_room(row, store)
        install.pull(row, store, talk, speak_every=SPEAK_EVERY_PERCENT)
    except AssistantError as error:
        talk.end(error)
    except Exception as error:  # noqa: BLE001 - said, never silent
        talk.end(describe_exception(error))
    else:
        talk.end(None)


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)  # the record is replaced as a whole and the part file flushed, so nothing is lost
