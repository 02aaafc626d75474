"""Textual's driver for a terminal, with the size of the real terminal and with bytes that are no UTF-8."""

from __future__ import annotations

import codecs
import functools
import logging
import os
import select
import signal
import sys

from textual.drivers import linux_driver

from assistant.system import threads

log = logging.getLogger(__name__)

_LOOK_MS = 500
_PATIENCE_S = 5.0

# Textual decodes strictly, and one wrong byte (a Latin-1 terminal, a noisy line) would end the program.
setattr(  # noqa: B010 - the name is Textual's own import
    linux_driver,
    "getincrementaldecoder",
    lambda encoding: functools.partial(codecs.getincrementaldecoder(encoding), errors="replace"),
)


class TerminalDriver(linux_driver.LinuxDriver):
    """Draws to ``sys.__stderr__`` in the size that it has, and goes on reading whatever comes."""

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal that is drawn to; descriptor 1, which Textual asks, leads elsewhere."""
        try:
            size = os.get_terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else 2)
        except (OSError, ValueError):
            size = os.terminal_size((0, 0))
        # A serial line does not know its size; then COLUMNS and LINES say it.
        return (size.columns, size.lines) if all(size) else super()._get_terminal_size()

    def run_input_thread(self) -> None:
        """Begin again after a sequence that Textual cannot read, such as one for a character beyond Unicode."""
        threads.start(self._end_with_terminal, "terminal")
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except (ArithmeticError, LookupError, ValueError) as error:
                log.info("The terminal sent something that cannot be read: %s", error)

    def _end_with_terminal(self) -> None:
        """End as after a hang-up where the kernel sends none: Textual would read a closed terminal for ever."""
        terminal = select.poll()
        terminal.register(self.fileno, 0)  # nothing but its end
        while not self.exit_event.is_set():
            if terminal.poll(_LOOK_MS):
                os.kill(os.getpid(), signal.SIGHUP)
                self.exit_event.wait(_PATIENCE_S)  # then again, which ends it at once
