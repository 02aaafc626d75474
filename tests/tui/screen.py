"""The full screen on a session of fakes: keys in, and what was shown and spoken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from assistant.core.session import Session
from assistant.core.session_ports import Front
from assistant.fronts.tui.app import AssistantApp
from assistant.fronts.tui.text_line import TextLine
from assistant.fronts.tui.widgets import Bar, LineList
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.session_parts import SessionParts, make_session

TEXT = "A red car. A green tree."
ANSWER = ["A red car.", "A green tree."]


@dataclass
class Screen:
    """A running app with everything around it."""

    app: AssistantApp
    pilot: Pilot[None]
    parts: SessionParts

    async def press(self, *keys: str) -> None:
        """Presses keys, each when what the last one began has come to its end."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Types a text into the line that has the focus."""
        for character in text:
            await self.pilot.press("space" if character == " " else character)

    async def settle(self) -> None:
        """Waits until the work is done, all is spoken and all is shown."""
        await self.pilot.pause()
        await asyncio.to_thread(self.parts.settle)
        await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits for something; the limit only ends a test that hangs."""
        end = time.monotonic() + 60.0
        while not holds():
            assert time.monotonic() < end
            await self.pilot.pause(0.01)

    @property
    def shown(self) -> list[str]:
        """The lines of the main screen."""
        return self.app.screen_stack[1].query_one("#said", LineList).lines

    @property
    def spoken(self) -> list[str]:
        return self.parts.speaker.spoken

    @property
    def name(self) -> str:
        """Which screen is up."""
        return type(self.app.screen).__name__

    @property
    def list(self) -> LineList:
        """The list of the screen that is up."""
        return self.app.screen.query_one(LineList)

    @property
    def typed(self) -> str:
        return self.app.screen.query_one(TextLine).value

    def bar(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Bar).text


@asynccontextmanager
async def open_screen(
    text: str = TEXT,
    size: tuple[int, int] = (80, 24),
    describer: ScriptedDescriber | None = None,
    **options: Any,
) -> AsyncIterator[Screen]:
    """Opens the full screen; everything is closed afterwards."""
    describer = describer or ScriptedDescriber(lambda _request: answer_events(text))
    made: list[SessionParts] = []

    def make(front: Front) -> Session:
        made.append(make_session(describer, front, **options))  # type: ignore[arg-type]
        return made[0].session

    app = AssistantApp(make)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            screen = Screen(app, pilot, made[0])
            await screen.settle()
            yield screen
    finally:
        for parts in made:
            parts.session.close()


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs a test's coroutine to its end."""
    asyncio.run(test)
