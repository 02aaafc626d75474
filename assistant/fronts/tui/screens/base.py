"""What all screens share: where they tell the app what is wanted, and what they show of what is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen

from assistant.core.actions import Action
from assistant.fronts.tui.keys import called_aloud, keymap_key
from assistant.fronts.tui.widgets import Bar, LineList
from assistant.messages import tui as words

Result = TypeVar("Result")

FAR = 10**6


@dataclass
class Pressed(Message):
    """A key wants an action."""

    action: Action


@dataclass
class UnknownKey(Message):
    """A key, by its spoken name, that does nothing here."""

    called: str


@dataclass
class Focused(Message):
    """Something that is on the screen is looked at, and is to be spoken in place of all else.

    Attributes:
        texts: what is looked at.
        note: said before it, and shown until the next key.
    """

    texts: tuple[str, ...]
    note: str = ""


@dataclass
class Told(Message):
    """Something to say and to show."""

    text: str


class AssistantScreen(Screen[Result]):
    """A screen with a list of lines that the arrow keys read.

    Attributes:
        last: what was said last, shown on every screen but the main one, which shows all.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", show=False, id="line.previous"),
        Binding("down,tab", "move(1)", show=False, id="line.next"),
        Binding("pageup", "move(-5)", show=False, id="line.back"),
        Binding("pagedown", "move(5)", show=False, id="line.on"),
        Binding("home", f"move({-FAR})", show=False, id="line.first"),
        Binding("end", f"move({FAR})", show=False, id="line.last"),
    ]
    last: reactive[str] = reactive("")
    stage: reactive[str] = reactive("")
    stage_text: reactive[str] = reactive(words.stage_line(""))

    def compose_bars(self) -> ComposeResult:
        yield Bar(id="last").data_bind(text=AssistantScreen.last)
        yield Bar(id="stage").data_bind(text=AssistantScreen.stage_text)

    def show_last(self, text: str) -> None:
        """Show what was said last, unless it stands in the screen's title."""
        if text not in (self.title or ""):
            self.last = text

    def watch_stage(self, stage: str) -> None:
        self.stage_text = words.stage_line(stage)

    def on_key(self, event: events.Key) -> None:
        """Give a key on to the screen, unless a binding of the screen or its line takes it."""
        if event.key in self.active_bindings:
            return
        event.stop()
        self.take_key(keymap_key(event.key, event.character))

    def take_key(self, key: str) -> None:
        """Do what a key, as the keymap calls it, means on this screen."""
        self.post_message(UnknownKey(called_aloud(key)))

    def leave(self) -> None:
        """Go back without a result; the main screen stays."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        for lines in self.query(LineList):
            lines.move(by)

    def on_line_list_moved(self, moved: LineList.Moved) -> None:
        """Speak the line of the cursor; at an end, which end it is."""
        moved.stop()
        if moved.text is None:
            self.post_message(Focused((), words.NOTHING_TO_READ))
        else:
            end = words.LAST_LINE if moved.by > 0 else words.FIRST_LINE
            self.post_message(Focused((moved.text,), end if moved.is_end else ""))

    def on_screen_resume(self) -> None:
        for lines in self.query(LineList):
            lines.place_cursor()
