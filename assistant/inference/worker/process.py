"""The inference worker's process and the front's ends of its pipes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING

from assistant import messages
from assistant.errors import InferenceError
from assistant.inference.worker.protocol import CANCEL
from assistant.inference.worker.watch import Patience, WorkerWatch
from assistant.system import child_process

if TYPE_CHECKING:  # the worker is started before its front loads the rest
    from assistant.core.events import ImageRgb
    from assistant.inference.options import EngineOptions


def is_same_picture(one: ImageRgb | None, other: ImageRgb) -> bool:
    """Return whether there is a picture, with the other's pixels; the very same array is not read."""
    if one is None or one is other:
        return one is not None
    import numpy as np  # whoever has a picture has loaded it

    return np.array_equal(one, other)


class WorkerProcess:
    """One worker.

    Attributes:
        connection: takes requests and gives events.
        picture: the last one that was sent, which need not be sent again.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        """Start the process; it loads its libraries, and waits to hear which model.

        Raises:
            InferenceError: no process can be started.
        """
        self.picture: ImageRgb | None = None
        self.connection, theirs = Pipe()
        cancel_read, cancel_write = os.pipe()
        # A file object: a bare number would name another file once it is closed.
        self._cancels = open(cancel_write, "wb", buffering=0)  # noqa: SIM115 - closed by ``end``
        life_read, life_write = os.pipe()
        inherited = (theirs.fileno(), cancel_read, life_write)
        try:
            self.process = subprocess.Popen(
                [*child_process.command("assistant.inference.worker.main"), *map(str, inherited)],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            self._cancels.close()
            os.close(life_read)
            self.connection.close()
            reason = messages.worker_cannot_start(error.strerror or str(error))
            raise InferenceError(reason, messages.NO_MEMORY_HINT) from error
        finally:
            theirs.close()
            os.close(cancel_read)
            os.close(life_write)
        child_process.give_way(self.process.pid, child_process.MODEL_GIVES_WAY)
        self._watch = WorkerWatch(self.process, life_read, patience)

    def load(self, options: EngineOptions) -> None:
        """Have it load a model; call once."""
        with contextlib.suppress(OSError):  # a worker that died at once is noticed by who listens
            self.connection.send(options)

    def cancel(self, request_id: int) -> None:
        """Cancel every request up to this number; safe from a signal handler."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: it has ended
            self._cancels.write(CANCEL.pack(request_id))

    def end(self) -> None:
        """Kill the process at once; idempotent."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._watch.join()
        self.connection.close()
        self._cancels.close()

    def why_dead(self) -> str:
        """Return what the exit code says, as words that complete a sentence."""
        code = self.process.wait()
        if self._watch.has_hung:
            return messages.WORKER_REASON_HUNG
        if code == -signal.SIGKILL:
            return messages.WORKER_REASON_MEMORY
        if code == -signal.SIGILL:
            return messages.WORKER_REASON_ILLEGAL
        if code < 0:
            return messages.worker_reason_crash(signal.Signals(-code).name)
        return messages.worker_reason_ended(code)
