"""The assistant driven by keys and buttons alone: what it answers is heard, and hardly anything is written."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence

from assistant.core.actions import Action, describe_action
from assistant.core.ports import Earcon
from assistant.core.session import Session, Wants
from assistant.core.session_ports import Kind, Line, Prompts
from assistant.fronts.console import Console
from assistant.fronts.headless.bindings import Binding, Bindings, Special
from assistant.fronts.headless.presses import (
    Event,
    Gesture,
    KeyEvent,
    Presses,
    SourceFailure,
    SourceNews,
)
from assistant.fronts.headless.service_notify import ServiceNotifier
from assistant.fronts.plain import PlainFront
from assistant.messages import headless as words

JUST_STOPPED_S = 3.0
"""After a stop by the button, the next press is a new one, though "Stopped." is still being said."""
AGAIN_S = 4.0
"""Within this time a second press of quit quits."""
TURN_S = 5.0
"""The loop turns at least so often."""

PROMPTS = Prompts(
    words.CHOOSE_QUESTION,
    words.CHOOSE_QUESTION,
    words.choose_history,
    words.choose_model,
    words.SETTINGS_ELSEWHERE,
    lambda _key: words.READ_ON,
    lambda _key: words.READ_ALL,
)
"""What a session says here when something is to be chosen: nothing can be typed."""


class HeadlessFront:
    """Writes errors, and the rest only where a person asked for it: descriptions do not belong in a log."""

    def __init__(self, console: Console, *, shows_all: bool) -> None:
        self._lines, self._shows_all = PlainFront(console), shows_all

    def show(self, line: Line) -> None:
        if self._shows_all or line.kind is Kind.ERROR:
            self._lines.show(line)

    def begin_answer(self, title: str) -> None:
        self._lines.begin_answer(title)

    def go_to(self, sentence: int) -> None:
        self._lines.go_to(sentence)  # it was shown, where lines are

    def stage(self, stage: str) -> None:
        """Do nothing: the status key says it."""


class Menu:
    """One line at a time; the list does not go round, so that its ends are known."""

    def __init__(self, lines: Sequence[str], choose: Callable[[int], None]) -> None:
        """Begin at the first line; ``choose`` takes the index of the chosen one."""
        self._lines, self._choose = lines, choose
        self._index = 0

    @property
    def line(self) -> str:
        return words.menu_line(self._index + 1, len(self._lines), self._lines[self._index])

    def step(self, by: int) -> str:
        """Go on or back; return what to say."""
        wanted = self._index + by
        self._index = min(max(wanted, 0), len(self._lines) - 1)
        return self.line if wanted == self._index else f"{words.MENU_END} {self.line}"

    def take(self) -> None:
        self._choose(self._index)


class HeadlessMode:
    """Takes events from whatever thread reads a device, and gives a session what they mean."""

    def __init__(
        self,
        session: Session,
        bindings: Bindings,
        presses: Presses,
        notifier: ServiceNotifier,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._bindings, self._presses = session, bindings, presses
        self._notifier, self._clock = notifier, clock
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._menu: Menu | None = None
        self._is_notice_due = self._is_over = False
        self._stopped_s = self._quit_s = float("-inf")

    def put(self, event: Event) -> None:
        """Take an event from any thread."""
        self._events.put(event)

    def run(self) -> None:
        """Greet, and then turn until the person quits, which stops what goes on.

        Raises:
            Exception: what ended a reader of keys; without keys a program that runs on would only be silent.
        """
        self.begin()
        self._notifier.ready()
        while not self._is_over:
            self.turn(self._patience_s())
            # Here and nowhere else: a sign of life must mean that keys are answered.
            self._notifier.alive()
        if self._session.is_busy:
            self._session.perform(Action.STOP)
            self._session.tell(words.GOODBYE)
        else:
            self._session.tell_now(words.GOODBYE)

    def begin(self) -> None:
        """Say that keys work, or the notice of the first use."""
        wants = self._session.greet(words.READY, words.NOTICE_ACKNOWLEDGE)
        self._is_notice_due = wants is Wants.ACKNOWLEDGE

    def turn(self, patience_s: float) -> None:
        """Wait for one event and do what it means; give the signs that are due."""
        try:
            event = self._events.get(timeout=patience_s)
        except queue.Empty:
            pass
        else:
            self._take(event)
            if not self._events.empty():
                return  # a release that is already there decides before a sign is given
        for sign in self._presses.reached(self._clock()):
            self._do(sign)

    def _patience_s(self) -> float:
        patience_s = TURN_S
        if self._notifier.watchdog_s is not None:
            patience_s = min(patience_s, self._notifier.watchdog_s / 2)
        due_s = self._presses.due_s()
        return patience_s if due_s is None else max(0.0, min(patience_s, due_s - self._clock()))

    def _take(self, event: Event) -> None:
        if isinstance(event, SourceFailure):
            raise event.error
        if isinstance(event, SourceNews):
            self._presses.drop(event.source)
            if event.text:
                self._session.tell(event.text)
            return
        if not event.is_down:
            gesture = self._presses.up(event)
            if gesture is not None:
                self._do(gesture)
            return
        bound = self._bindings.lookup(event)
        if bound is None:
            # Ctrl, Shift and the like type nothing and are no mistake.
            if event.text.strip():
                self._session.unknown_key(event.text)
        elif self._is_notice_due:
            self._is_notice_due = False
            self._session.acknowledge_notice()
        elif bound is Special.BUTTON:
            self._button_down(event)
        else:
            self._act(bound)

    def _button_down(self, event: KeyEvent) -> None:
        is_fresh = self._clock() - self._stopped_s < JUST_STOPPED_S
        if self._menu is None and not is_fresh and self._session.is_active:
            self._stopped_s = self._clock()
            self._session.perform(Action.STOP)
        else:
            self._presses.down(event)

    def _do(self, gesture: Gesture) -> None:
        match gesture:
            case Gesture.LONG_SIGN:
                self._session.sign(Earcon.LONG_PRESS)
            case Gesture.HELD:
                self._session.sign(Earcon.HELD)
                self._give_up()
            case Gesture.SHORT | Gesture.LONG:
                self._stopped_s = float("-inf")
                if self._menu is not None:
                    menu, self._menu = self._menu, None
                    menu.take()
                else:
                    is_long = gesture is Gesture.LONG
                    self._session.perform(Action.DESCRIBE if is_long else Action.BRIEF)

    def _give_up(self) -> None:
        self._menu = None
        if self._session.is_active:
            self._session.perform(Action.STOP)
        else:
            self._session.tell_now(words.NOTHING_BEGUN)

    def _act(self, action: Action) -> None:
        menu = self._menu
        if menu is not None:
            match action:
                case Action.NEXT:
                    return self._session.tell_now(menu.step(1))
                case Action.PREVIOUS:
                    return self._session.tell_now(menu.step(-1))
                case Action.REPEAT:
                    return self._session.tell_now(menu.line)
                case Action.STOP if not self._session.is_busy:
                    self._menu = None
                    return self._session.tell_now(words.GONE_BACK)
                case _:
                    self._menu = None
        if action is Action.QUIT and self._clock() - self._quit_s > AGAIN_S:
            self._quit_s = self._clock()
            return self._session.tell_now(words.QUIT_AGAIN)
        return self._follow(self._session.perform(action))

    def _follow(self, wants: Wants) -> None:
        session = self._session
        match wants:
            case Wants.NEW_QUESTION:
                self._choose_question(session.ask_new)
            case Wants.QUESTION:
                self._choose_question(session.follow_up)
            case Wants.HISTORY:
                self._choose(session.history_lines(), session.go_back_to)
            case Wants.MODEL:
                self._choose(session.model_lines(), session.choose_model)
            case Wants.HELP:
                for line in self.help_lines():
                    session.tell(line)
            case Wants.QUIT:
                self._is_over = True
            case Wants.NOTHING | Wants.ACKNOWLEDGE | Wants.SETTINGS:
                pass

    def _choose_question(self, ask: Callable[[str], None]) -> None:
        questions = words.READY_QUESTIONS
        self._choose(questions, lambda index: ask(questions[index]))

    def _choose(self, lines: Sequence[str], choose: Callable[[int], None]) -> None:
        if lines:
            self._menu = Menu(lines, choose)
            self._session.tell(self._menu.line)

    def help_lines(self) -> list[str]:
        """Return the line of the button first, then one for each action that has a key."""
        lines = [words.help_button(self._names(Special.BUTTON))]
        lines += [
            words.help_key(keys, describe_action(action))
            for action in Action
            if (keys := self._names(action))
        ]
        return [*lines, words.NOTICE]

    def _names(self, binding: Binding) -> list[str]:
        return [words.key_name(key) for key in self._bindings.keys_of(binding)]
