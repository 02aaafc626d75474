"""The one writer of stdout and stderr: data there, narration here, whole plain lines only."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any, TextIO

from assistant import messages
from assistant.errors import AssistantError
from assistant.system.masking import masked


class Console:
    """Writes lines; safe from several threads.

    Trouble with stdout is raised, because then the work is in vain; trouble with stderr is ignored, because
    narration must never end the work.
    """

    def __init__(self, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self._stdout = sys.stdout if stdout is None else stdout
        self._stderr = sys.stderr if stderr is None else stderr
        self._lock = threading.RLock()
        self._is_output_lost = False
        for stream in (self._stdout, self._stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if (
                reconfigure is not None
            ):  # a terminal that cannot show a character gets a question mark
                reconfigure(errors="replace")

    def data(self, line: str) -> None:
        """Write a line of the result at once.

        Raises:
            BrokenPipeError: the reader is gone.
            AssistantError: there is no room for it, or the like.
        """
        with self._lock:
            try:
                self._stdout.write(line + "\n")
                self._stdout.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise AssistantError(
                    messages.output_unwritable(reason), messages.OUTPUT_UNWRITABLE_HINT
                ) from error

    def spoken(self, line: str) -> None:
        """Write a line of the result that is spoken too: report trouble once, and go on."""
        if self._is_output_lost:
            return
        try:
            self.data(line)
        except BrokenPipeError:
            self._is_output_lost = True
        except AssistantError as error:
            self._is_output_lost = True
            self.error(error)

    def json(self, value: dict[str, Any]) -> None:
        """Write one object as one line of JSON; raises as ``data`` does."""
        self.data(json.dumps(value, ensure_ascii=False))

    def status(self, message: str, after_s: float | None = None) -> None:
        """Say what is going on: the message first, the time last; hide passwords in addresses."""
        line = masked(message if after_s is None else f"{message} {messages.seconds(after_s)}.")
        with self._lock:
            try:
                self._stderr.write(line + "\n")
                self._stderr.flush()
            except (OSError, ValueError):
                return

    def error(self, error: AssistantError) -> None:
        """Say an error and what to do about it, a line each."""
        self.status(error.message)
        if error.hint:
            self.status(error.hint)
