"""Runs the full screen so that the terminal is as it was afterwards, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable

from assistant.core.session import Session
from assistant.core.session_ports import Front
from assistant.errors import AssistantError
from assistant.fronts.tui.terminal import only_the_screen
from assistant.messages import tui as words

ESCAPE_DELAY_MS = "25"
"""How long Escape waits for the rest of a key's sequence; the terminal library's 100 ms would be heard."""


def run_full_screen(make_session: Callable[[Front], Session]) -> None:
    """Run until the person quits. The mouse is left to the terminal, so that its own selection works.

    Args:
        make_session: opens the session behind the front that it is given; its owner closes it afterwards.

    Raises:
        AssistantError: the session could not be opened, or the full screen failed.
    """
    os.environ.setdefault("ESCDELAY", ESCAPE_DELAY_MS)
    from assistant.fronts.tui.app import AssistantApp

    app = AssistantApp(make_session)
    with only_the_screen():
        app.run(mouse=False)
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        raise AssistantError(words.SCREEN_FAILED, words.SCREEN_FAILED_HINT)
