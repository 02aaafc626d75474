"""Runs the full screen so that the terminal is as it was afterwards, and keeps all else off it meanwhile.

llama.cpp, ALSA and other libraries, here and in child processes, write to file descriptors 1 and 2. While
the screen is up these lead to a temporary file; its end goes to the log afterwards.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator

from assistant.core.session import Session
from assistant.core.session_ports import Front
from assistant.errors import AssistantError
from assistant.messages import tui as words

log = logging.getLogger(__name__)

KEPT_BYTES = 64 * 1024
"""How much of the end of what was written is looked at."""
ESCAPE_DELAY_MS = "25"
"""How long Escape waits for the rest of a key's sequence; the terminal library's 100 ms would be heard."""


def run_full_screen(make_session: Callable[[Front], Session]) -> Session | None:
    """Run until the person quits. The mouse is left to the terminal, so that its own selection works.

    Args:
        make_session: opens the session behind the front that it is given; its owner closes it afterwards.

    Returns:
        The session that was opened.

    Raises:
        AssistantError: the session could not be opened, or the full screen failed.
    """
    os.environ.setdefault("ESCDELAY", ESCAPE_DELAY_MS)
    from assistant.fronts.tui.app import AssistantApp

    app = AssistantApp(make_session)
    with only_the_screen():
        try:
            app.run(mouse=False)
        finally:
            app.stop_reading()
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        raise AssistantError(words.SCREEN_FAILED, words.SCREEN_FAILED_HINT)
    return app.session


@contextlib.contextmanager
def only_the_screen() -> Iterator[None]:
    """Keep descriptors 1 and 2 off the terminal while inside; ``sys.__stderr__`` is the terminal.

    The terminal library draws to ``sys.__stderr__`` as it is when the drawing begins.
    """
    kept_streams = sys.stdout, sys.stderr, sys.__stderr__
    for stream in kept_streams[:2]:
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    with contextlib.ExitStack() as stack:
        saved_out, saved_err = os.dup(1), os.dup(2)
        stack.callback(os.close, saved_out)
        stack.callback(os.close, saved_err)
        # A person may have sent stderr to a file; then the screen is where stdout is.
        terminal = saved_err if os.isatty(saved_err) else saved_out
        screen = stack.enter_context(
            open(os.dup(terminal), "w", encoding="utf-8", errors="replace", newline="\n")
        )
        aside = stack.enter_context(tempfile.TemporaryFile())
        try:
            sys.__stderr__ = screen  # type: ignore[misc]
            os.dup2(aside.fileno(), 1)
            os.dup2(aside.fileno(), 2)
            yield
        finally:
            sys.stdout, sys.stderr = kept_streams[:2]
            sys.__stderr__ = kept_streams[2]  # type: ignore[misc]
            for stream in kept_streams[:2]:
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os.dup2(saved_out, 1)
            os.dup2(saved_err, 2)
        end = aside.seek(0, os.SEEK_END)
        aside.seek(max(0, end - KEPT_BYTES))
        for line in aside.read().decode(errors="replace").splitlines():
            log.info("%s", line)
