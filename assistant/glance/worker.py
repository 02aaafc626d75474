"""The process that glances at pictures, away from the front and beside the model; ``process`` starts it.

Native code that crashes on a picture or never ends costs this process and a sentence. It leaves the processor to a
model that computes meanwhile, may write no file, its memory is bounded, and it ends when the front does.

Over one socket that no other process can open: in comes a line of JSON, ``{"height": h, "width": w, "parts": [...],
"is_beside": whether a model computes}``, with the descriptor of h·w·3 bytes of RGB in memory. Out go, a line each,
``{"begins": part}``, what ``write_found`` writes, ``{"failed": part, "message": ..., "hint": ...}`` where a part could
not be looked for, and at the end ``{"is_done": true}``.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import select
import socket
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from assistant.core.events import ImageRgb
from assistant.core.finding_records import write_found
from assistant.core.findings import Finding, Found, Part
from assistant.system import front_end, limits

NICENESS = 10
"""Beside a model that uses all cores this leaves a tenth of one."""
MEMORY_BYTES = 4 << 30
"""Address space."""
MOST_THREADS = 4
"""While no model computes."""


class Looks(Protocol):
    """What looks for the parts, as ``Providers`` does."""

    def load(self, part: Part) -> None: ...

    def look(self, part: Part, image_rgb: ImageRgb) -> Iterable[Finding]: ...


def main() -> None:
    """Glance at what comes through the inherited socket until the front is gone."""
    from assistant.glance.providers import Providers

    serve(Providers())


def serve(looks: Looks) -> None:
    """Do the process's work with what looks for the parts; never returns."""
    niceness = limits.Niceness()
    connection = front_end.connect(MEMORY_BYTES)
    try:
        _beside(niceness, lambda: _load_ahead(looks, connection))
        while (received := front_end.receive_request(connection)) is not None:
            request, (descriptor,) = received
            front_end.end_with(connection, True)
            glance = partial(_glance, looks, request, descriptor, connection)
            if request["is_beside"]:
                _beside(niceness, glance)
            else:
                niceness.set(0)
                _use_threads(min(MOST_THREADS, len(os.sched_getaffinity(0))))
                glance()
            front_end.end_with(
                connection, False
            )  # once it has the last line the front may ask again
            _send(connection, {"is_done": True})
    except OSError:
        pass
    os._exit(0)


def _beside(niceness: limits.Niceness, work: Callable[[], None]) -> None:
    """Work beside a model: in one thread, which is a new one each time, as none can take its niceness back."""
    failure: list[OSError] = []

    def run() -> None:
        niceness.set(NICENESS)
        _use_threads(1)
        try:
            work()
        except OSError as error:  # the front is gone
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


def _use_threads(n_threads: int) -> None:
    import cv2

    cv2.setNumThreads(n_threads)  # those that it starts are as nice as what starts them


def _load_ahead(looks: Looks, connection: socket.socket) -> None:
    """Load while nobody waits; what fails is told when it is looked for."""
    for part in Part:
        if select.select([connection], [], [], 0)[0]:
            return
        with contextlib.suppress(Exception):
            looks.load(part)


def _glance(
    looks: Looks, request: dict[str, Any], descriptor: int, connection: socket.socket
) -> None:
    """Look for each part and tell it; the picture lies behind the descriptor."""
    import numpy as np

    shape = (request["height"], request["width"], 3)
    memory = mmap.mmap(
        descriptor, 0, access=mmap.ACCESS_COPY
    )  # goes with the last array that is on it
    os.close(descriptor)
    image = np.frombuffer(memory, dtype=np.uint8).reshape(shape)
    for part in map(Part, request["parts"]):
        _send(connection, {"begins": part})
        _send(connection, _look(looks, part, image, connection))


def _look(looks: Looks, part: Part, image: ImageRgb, connection: socket.socket) -> dict[str, Any]:
    """Look for a part and tell what is found; return the line that ends it."""
    from assistant.errors import AssistantError
    from assistant.messages import glance as words

    try:
        for finding in looks.look(part, image):
            _send(connection, write_found(Found(part, finding)))
        return write_found(Found(part, None))
    except AssistantError as error:
        return {"failed": part, "message": error.message, "hint": error.hint}
    except ImportError as error:
        hint = words.install_hint(error.name or str(error))
        return {"failed": part, "message": words.part_unavailable(part), "hint": hint}
    except Exception as error:  # noqa: BLE001 - a part that fails must not keep the others from being told
        reason = f"{type(error).__name__}: {error}"[:200]
        return {"failed": part, "message": words.part_failed(part, reason), "hint": ""}


def _send(connection: socket.socket, record: dict[str, Any]) -> None:
    connection.sendall(json.dumps(record).encode() + b"\n")


if __name__ == "__main__":
    main()
