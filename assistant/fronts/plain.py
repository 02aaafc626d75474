"""The line mode: what is typed and what is said, line under line, for a terminal of any kind.

Nothing is ever overwritten and no cursor is moved, so that a screen reader's review, a braille line and a
log over SSH all see the same lines in the same order. Textual is never imported here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import TextIO

from assistant.core.actions import Action, spoken_key
from assistant.core.narration import name_sign
from assistant.core.session import Session, Wants
from assistant.core.session_ports import Kind, Line
from assistant.fronts.console import Console
from assistant.fronts.typed_lines import TypedLines
from assistant.messages import session as words
from assistant.system.printable import printable

_TYPED_NAMES = {" ": "space", "esc": "escape", "\x1b": "escape"}
_TYPED_WORDS = {
    **{action.value.replace("_", " "): action for action in Action},
    "question": Action.ASK,
    "follow": Action.FOLLOW_UP,
    "resume": Action.PAUSE,
    "continue": Action.PAUSE,
    "cameras": Action.CAMERA,
    "models": Action.MODEL,
    "keys": Action.HELP,
    "exit": Action.QUIT,
    "bye": Action.QUIT,
}
"""Words that are taken for a key. A key that somebody gave the same name, such as escape, comes first."""


class PlainFront:
    """Shows a session's lines: answers on stdout, everything else on stderr."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._sentences: list[str] = []
        self._lock = threading.Lock()

    def show(self, line: Line) -> None:
        if line.kind is Kind.SENTENCE:
            with self._lock:
                self._sentences.append(line.text)
            self._console.spoken(line.text)
        else:
            self._console.status(line.text)

    def begin_answer(self, title: str) -> None:
        with self._lock:
            self._sentences.clear()

    def go_to(self, sentence: int) -> None:
        """Show the sentence again, since no cursor can point at a line above."""
        with self._lock:
            text = self._sentences[sentence] if sentence < len(self._sentences) else ""
        if text:
            self._console.spoken(text)

    def stage(self, stage: str) -> None:
        """Do nothing: there is no status line, and ``s`` says it."""


class PlainMode:
    """Reads typed lines and gives them to a session until ``q`` or the end of input."""

    def __init__(self, session: Session, source: TextIO | None = None) -> None:
        self._session = session
        self._lines = TypedLines(sys.stdin if source is None else source)
        self._answer: Callable[[str], None] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Return when the person quits; at the end of the input, when what was asked for is done."""
        first = self._ask_who_speaks()
        is_notice_due = self._session.greet(words.READY_TYPED) is Wants.ACKNOWLEDGE
        while (typed := first or self._lines.next()) is not None:
            first = ""
            if is_notice_due:  # a first key acknowledges it too, and is not lost
                is_notice_due = False
                self._session.acknowledge_notice(says_ready=not typed.strip())
            if not self.take(typed):
                break
        else:
            self._session.finish()
        self._session.say_goodbye()

    def _ask_who_speaks(self) -> str:
        """Ask where it is to be asked; return what was typed where that is a command, which must not be lost."""
        choices = self._session.ask_who_speaks()
        if not choices:
            return ""
        self._session.tell(words.WHO_SPEAKS_TYPED)
        typed = self._lines.next() or ""
        number = typed.strip()
        if number in map(str, range(1, len(choices) + 1)):
            self._session.choose_who_speaks(int(number) - 1)
            return ""
        return typed if number else ""

    def take(self, typed: str) -> bool:
        """Take one typed line, with all of a pasted text where a text is expected; False at ``q``."""
        with self._lock:
            answer, self._answer = self._answer, None
        if answer is not None:
            self._session.hush()
            # A space or Escape stops everything even where a text is expected.
            if typed in {" ", "\x1b"}:
                self._session.perform(Action.STOP)
            else:
                answer(self._whole_paste(typed))
            return True
        if not typed.strip() and typed != " ":
            # Enter alone does nothing, so that a screen reader's user may press it freely.
            return True
        action, rest = self._understand(typed)
        if action is None:
            self._tell_unknown(typed)
            return True
        if rest and self._asked_at_once(action, rest):
            return True
        return self._follow(self._session.perform(action))

    def _whole_paste(self, typed: str) -> str:
        parts = [typed]
        while typed.strip() and (line := self._lines.next_of_paste()) is not None:
            parts.append(line)
        return " ".join(parts)

    def _understand(self, typed: str) -> tuple[Action | None, str]:
        """Return what a line asks for, and what follows the key or the word."""
        whole = printable(typed).strip() or typed
        action = self._session.keymap.lookup(_TYPED_NAMES.get(whole, whole))
        if action is not None:
            return action, ""
        first, *others = whole.split() or [""]
        typed_words = [*first.replace("_", " ").split(), *others]
        for n_words in (2, 1):  # "follow up" is two
            action = _TYPED_WORDS.get(" ".join(typed_words[:n_words]).casefold())
            if action is not None:
                return action, " ".join(typed_words[n_words:])
        key, _, rest = whole.partition(" ")
        return self._session.keymap.lookup(key), rest.strip()

    def _tell_unknown(self, typed: str) -> None:
        shown = printable(typed).strip()[:40]
        if len(shown) == 1:
            self._session.unknown_key(spoken_key(shown) if shown.isalnum() else name_sign(shown))
        elif shown:
            self._session.unknown_key(shown)
        else:  # an arrow key, or the like
            self._session.tell(words.UNKNOWN_SIGN)

    def _asked_at_once(self, action: Action, rest: str) -> bool:
        """Take "a what is on the left" and the like in one line."""
        match action:
            case Action.ASK:
                self._session.ask_new(rest)
            case Action.FOLLOW_UP:
                self._session.follow_up(rest)
            case Action.SETTINGS:
                self._session.change_setting(rest)
            case Action.HISTORY:
                self._choose(rest, self._session.history_lines(), self._session.go_back_to)
            case Action.MODEL:
                self._choose(rest, self._session.model_lines(), self._session.choose_model)
            case _:
                self._session.unknown_key(f"{action.value} {rest}"[:40])
        return True

    def _follow(self, wants: Wants) -> bool:
        session = self._session
        match wants:
            case Wants.NEW_QUESTION:
                self._await(self._new_question)
            case Wants.QUESTION:
                self._await(lambda typed: self._optional(typed, session.follow_up))
            case Wants.HISTORY:
                self._list(session.history_lines(), session.go_back_to)
            case Wants.MODEL:
                self._list(session.model_lines(), session.choose_model)
            case Wants.SETTINGS:
                for line in session.setting_lines():
                    session.tell(line)
                self._await(lambda typed: self._optional(typed, session.change_setting))
            case Wants.HELP:
                for line in session.help_lines():
                    session.tell(line)
            case Wants.QUIT:
                return False
            case Wants.NOTHING | Wants.ACKNOWLEDGE:
                pass
        return True

    def _await(self, answer: Callable[[str], None]) -> None:
        with self._lock:
            self._answer = answer

    def _new_question(self, typed: str) -> None:
        if typed.strip():
            self._session.ask_new(typed)
            return

        def then() -> None:
            self._session.tell(words.TYPE_QUESTION)
            self._await(lambda question: self._optional(question, self._session.ask_taken))

        self._session.take_picture(then)

    def _optional(self, typed: str, use: Callable[[str], None]) -> None:
        if typed.strip():
            use(typed)
        else:
            self._session.tell(words.GONE_BACK)

    def _list(self, lines: Sequence[str], choose: Callable[[int], None]) -> None:
        for number, line in enumerate(lines, start=1):
            self._session.tell(words.numbered(number, line))
        self._await(lambda typed: self._optional(typed, lambda t: self._choose(t, lines, choose)))

    def _choose(self, typed: str, lines: Sequence[str], choose: Callable[[int], None]) -> None:
        number = typed.strip()
        if number.isascii() and number.isdigit() and 1 <= int(number) <= len(lines):
            choose(int(number) - 1)
        else:
            self._session.tell(words.choice_wrong(number[:40], len(lines)))
