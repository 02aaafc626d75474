"""The screen of the answers: everything said, in order, and the keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.timer import Timer

from assistant.core.actions import Action, Keymap, spoken_key
from assistant.core.session_ports import Kind, Line
from assistant.fronts.tui.keys import NumberEntry, called_aloud
from assistant.fronts.tui.screens.base import AssistantScreen, Focused, Pressed, UnknownKey
from assistant.fronts.tui.widgets import Bar, LineList
from assistant.messages import tui as words

KEPT_LINES = 200
SECOND_DIGIT_S = 1.0


class MainScreen(AssistantScreen[None]):
    """Shows what is said, and turns keys into actions."""

    def __init__(self, second_digit_s: float = SECOND_DIGIT_S) -> None:
        super().__init__()
        self._keymap = Keymap.from_rebindings()
        self._number = NumberEntry()
        self._second_digit_s = second_digit_s
        self._timer: Timer | None = None
        self._sentences: list[int] = []
        self._follows = True

    def compose(self) -> ComposeResult:
        yield LineList(id="said")
        yield from self.compose_bars()
        yield Bar(id="keys")

    def set_keymap(self, keymap: Keymap) -> None:
        """Take the keys of the session and show the most used ones."""
        self._keymap = keymap
        shown = {
            Action.DESCRIBE: words.BAR_DESCRIBE,
            Action.BRIEF: words.BAR_BRIEF,
            Action.ASK: words.BAR_ASK,
            Action.FOLLOW_UP: words.BAR_FOLLOW_UP,
            Action.STOP: words.BAR_STOP,
            Action.HELP: words.BAR_HELP,
            Action.QUIT: words.BAR_QUIT,
        }
        parts = [
            words.key_bar_part(_printed(keymap.keys[action][0]), what)
            for action, what in shown.items()
        ]
        self.query_one("#keys", Bar).text = words.key_bar(parts)

    def add_line(self, line: Line) -> None:
        """Add what is said. The cursor goes to it, but follows an answer only until it is moved away."""
        self.last = ""  # the note on the key before
        said = self.query_one("#said", LineList)
        is_full = len(said.lines) >= KEPT_LINES
        index = said.add_line(line.text, f"-{line.kind.value}", keep=KEPT_LINES)
        if is_full:
            self._sentences = [number - 1 for number in self._sentences]
        if line.sentence is not None:
            self._sentences.append(index)
        if line.kind is not Kind.SENTENCE or self._follows:
            said.go_to(index)

    def begin_answer(self) -> None:
        self._sentences.clear()
        self._follows = True

    def go_to_sentence(self, number: int) -> None:
        self._follows = False
        if number < len(self._sentences) and self._sentences[number] >= 0:
            self.query_one("#said", LineList).go_to(self._sentences[number])

    def action_move(self, by: int) -> None:
        self._follows = False
        super().action_move(by)

    def leave(self) -> None:
        """Stay: there is nothing to go back to."""
        self.drop_number()

    def drop_number(self) -> None:
        """Forget a digit that waits for a second one."""
        self._stop_timer()
        self._number.complete()

    def take_key(self, key: str) -> None:
        if key.isascii() and key.isdigit():
            self._stop_timer()
            number = self._number.add(key)
            if number is None:
                self.post_message(Focused((), key))  # heard at once, though a second one may follow
                self._timer = self.set_timer(self._second_digit_s, self._complete_number)
            else:
                self._want(number)
            return
        was_pending = self._number.is_pending
        if was_pending:
            self._complete_number()
        if key == "enter":
            # Enter alone does nothing, as in the line mode.
            return
        self._want(key)

    def _complete_number(self) -> None:
        self._stop_timer()
        if self._number.is_pending:
            self._want(self._number.complete())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _want(self, key: str) -> None:
        action = self._keymap.lookup(key)
        if action is None:
            self.post_message(UnknownKey(called_aloud(key)))
        else:
            self.post_message(Pressed(action))


def _printed(key: str) -> str:
    return key if len(key) == 1 else spoken_key(key)
