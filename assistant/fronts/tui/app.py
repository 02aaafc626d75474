"""The full-screen front: wires a session to its screens."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.message import Message
from textual.theme import Theme

from assistant.core.actions import Action
from assistant.core.session import Session, Wants
from assistant.core.session_ports import Front, Line
from assistant.errors import AssistantError
from assistant.fronts.tui.driver import TerminalDriver
from assistant.fronts.tui.front import AnswerBegun, GoneTo, QueuedFront, StageChanged, Update
from assistant.fronts.tui.screens.base import AssistantScreen, Focused, Pressed, Told, UnknownKey
from assistant.fronts.tui.screens.help import HelpScreen, NoticeScreen
from assistant.fronts.tui.screens.main import MainScreen
from assistant.fronts.tui.screens.settings import SettingsScreen
from assistant.fronts.tui.screens.typing import ChoiceScreen, QuestionScreen, TypingScreen
from assistant.fronts.tui.text_line import Typed
from assistant.fronts.tui.widgets import LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words

HIGH_CONTRAST = Theme(
    name="high-contrast",
    background="#000000", surface="#000000", panel="#000000", foreground="#ffffff",
    primary="#ffff00", secondary="#00ffff", accent="#ffff00",
    warning="#ffff00", error="#ffffff", success="#ffffff", dark=True,
)  # fmt: skip


class WithoutColour(LineFilter):
    """Leaves bold, underlined and reversed text, and not one colour; Textual's own filter sends greys."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in the terminal's own colours."""
        return list(Segment.remove_color(segments))


class UpdatesWaiting(Message):
    """The session has something to show."""


class PictureTaken(Message):
    """There is a picture to ask about."""


class AssistantApp(App[None]):
    """Opens the session when the first screen is there, and shows what it says.

    Attributes:
        session: there from the first screen on.
        failure: why the session could not be opened.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (36, "-wide")]  # noqa: RUF012 - declared so by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]  # noqa: RUF012 - declared so by Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "stop('space')", show=False, priority=True, id="stop.space"),
        Binding("escape", "stop('escape')", show=False, priority=True, id="stop.escape"),
        Binding("ctrl+c,ctrl+q", "quit", show=False, priority=True, id="quit"),
    ]

    def __init__(self, make_session: Callable[[Front], Session]) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.animation_level = "none"
        self.register_theme(HIGH_CONTRAST)
        self.theme = HIGH_CONTRAST.name
        self.title = words.TITLE
        self.session: Session | None = None
        self.failure: AssistantError | None = None
        self._make_session = make_session
        self._front = QueuedFront()
        self._main = MainScreen()
        self._follow: dict[Wants, Callable[[Session], None]] = {
            Wants.NEW_QUESTION: self._let_ask_new,
            Wants.QUESTION: lambda session: self._let_type(session.follow_up),
            Wants.HISTORY: self._let_choose_history,
            Wants.MODEL: self._let_choose_model,
            Wants.SETTINGS: lambda session: self._push(SettingsScreen(session.setting_lines())),
            Wants.HELP: lambda session: self._push(
                HelpScreen(session.keymap, session.help_lines())
            ),
            Wants.QUIT: lambda _session: self.exit(),
            Wants.ACKNOWLEDGE: self._let_acknowledge,
        }

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's own, and one without any colour where a person wants none."""
        filters = super().get_line_filters()
        return [*filters, WithoutColour()] if self.no_color else filters

    def on_mount(self) -> None:
        """Show the main screen first, so that keys work while the rest opens."""
        self.push_screen(self._main)
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        if not self.is_headless:
            _show_cursor()
        self._front.attach(self._wake)
        try:
            session = self._make_session(self._front)
        except AssistantError as error:
            self.failure = error
            self.exit(return_code=int(error.exit_code))
            return
        self.session = session
        self._main.set_keymap(session.keymap)
        choices = session.ask_who_speaks()
        if choices:
            self.push_screen(ChoiceScreen(session_words.WHO_SPEAKS, choices), self._take_speaker)
        else:
            self._carry_out(session.greet(session_words.READY))

    def _take_speaker(self, number: str | None) -> None:
        if self.session is not None:
            if number:
                self.session.choose_who_speaks(int(number) - 1)
            self._carry_out(self.session.greet(session_words.READY))

    def _wake(self) -> None:
        self.post_message(UpdatesWaiting())

    def _picture_taken(self) -> None:
        self.post_message(PictureTaken())

    def stop_reading(self) -> None:
        """End the thread that reads the terminal; Textual leaves it where a signal ends the program."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.exit_event.set()

    def on_unmount(self) -> None:
        self._front.attach(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the space to text that is typed, and both stop keys to whoever rebound them."""
        if action == "stop" and self.session is not None:
            if parameters == ("space",) and isinstance(self.screen, TypingScreen):
                return False
            return self.session.keymap.lookup(str(parameters[0])) is Action.STOP
        return True

    def action_stop(self, key: str) -> None:
        """Stop everything at once on every screen; Escape also goes back."""
        if self.session is None:
            return
        self._main.drop_number()
        self.session.perform(Action.STOP)
        screen = self.screen
        if key == "escape" and screen is not self._main and isinstance(screen, AssistantScreen):
            screen.leave()

    @on(UpdatesWaiting)
    def show_updates(self) -> None:
        """Show all that came since the last time and draw once; nothing while the app is ending."""
        if not any(lines.is_attached for lines in self._main.query(LineList)):
            return
        with self.batch_update():
            for update in self._front.take():
                self._show(update)

    def _show(self, update: Update) -> None:
        match update:
            case Line():
                self._main.add_line(update)
                for screen in self._screens():
                    if screen is not self._main:
                        screen.show_last(update.text)
            case AnswerBegun():
                self._main.begin_answer()
            case GoneTo():
                self._main.go_to_sentence(update.sentence)
            case StageChanged():
                for screen in self._screens():
                    screen.stage = update.stage

    def _screens(self) -> list[AssistantScreen[object]]:
        return [screen for screen in self.screen_stack if isinstance(screen, AssistantScreen)]

    @on(Pressed)
    def perform(self, pressed: Pressed) -> None:
        if self.session is not None:
            self._carry_out(self.session.perform(pressed.action))

    @on(UnknownKey)
    def tell_unknown(self, unknown: UnknownKey) -> None:
        if self.session is not None:
            self.session.unknown_key(unknown.called)

    @on(Focused)
    def speak_focused(self, focused: Focused) -> None:
        self._read((focused.note, *focused.texts), focused.note)

    @on(Typed)
    def echo(self, typed: Typed) -> None:
        """Speak what was typed as far as the person wants to hear it."""
        if self.session is None:
            return
        wanted = self.session.typing_echo
        texts = (
            typed.word if wanted in ("words", "both") else "",
            typed.character if wanted in ("characters", "both") else "",
            typed.other if wanted != "off" else "",
            typed.note,
        )
        self._read(texts, typed.note)

    def _read(self, texts: tuple[str, ...], note: str) -> None:
        """Speak texts, empty ones aside, and show the one of them that is not on the screen."""
        if self.session is not None:
            self.session.read_shown([text for text in texts if text])
        if isinstance(self.screen, AssistantScreen):
            self.screen.last = note

    @on(Told)
    def tell(self, told: Told) -> None:
        if self.session is not None:
            self.session.tell(told.text)

    @on(SettingsScreen.Changed)
    def change_setting(self, changed: SettingsScreen.Changed) -> None:
        if self.session is not None:
            self.session.change_setting(changed.typed)
            if isinstance(self.screen, SettingsScreen):
                self.screen.show_lines(self.session.setting_lines())

    @on(SettingsScreen.Chosen)
    def ask_for_value(self, chosen: SettingsScreen.Chosen) -> None:
        """Let a new value be typed for a setting, and stay in the list."""
        prompt = words.type_value(chosen.line)

        def use(value: str) -> None:
            self.change_setting(SettingsScreen.Changed(f"{chosen.name} {value}"))

        if self.session is not None:
            self.session.tell_now(prompt)
            self._push(QuestionScreen(prompt), use)

    @on(PictureTaken)
    def ask_about_picture(self) -> None:
        if self.session is not None:
            self.session.tell(session_words.TYPE_QUESTION)
            self._let_type(self.session.ask_taken)

    def _carry_out(self, wants: Wants) -> None:
        follow = self._follow.get(wants)
        if follow is not None and self.session is not None:
            follow(self.session)

    def _push(
        self, screen: AssistantScreen[str | None], use: Callable[[str], None] | None = None
    ) -> None:
        """Show a screen; give its result to ``use``, or say that it went back."""

        def take(result: str | None) -> None:
            if self.session is None:
                return
            if use is None or result is None or not result:
                self.session.tell_now(session_words.GONE_BACK)
            else:
                use(result)

        screen.stage = self._main.stage
        self.push_screen(screen, take)

    def _let_type(self, use: Callable[[str], None]) -> None:
        self._push(QuestionScreen(session_words.TYPE_QUESTION), use)

    def _let_ask_new(self, session: Session) -> None:
        def take(question: str | None) -> None:
            if question is None:
                session.tell_now(session_words.GONE_BACK)
            elif question:
                session.ask_new(question)
            else:
                session.take_picture(self._picture_taken)

        screen = QuestionScreen(session_words.TYPE_QUESTION_NEW)
        screen.stage = self._main.stage
        self.push_screen(screen, take)

    def _let_choose_history(self, session: Session) -> None:
        lines = session.history_lines()
        self._push(
            ChoiceScreen(session_words.choose_history(len(lines)), lines),
            lambda number: session.go_back_to(int(number) - 1),
        )

    def _let_choose_model(self, session: Session) -> None:
        lines = session.model_lines()
        self._push(
            ChoiceScreen(session_words.choose_model(len(lines)), lines),
            lambda number: session.choose_model(int(number) - 1),
        )

    def _let_acknowledge(self, session: Session) -> None:
        self.push_screen(NoticeScreen(), lambda _heard: session.acknowledge_notice())


def _show_cursor() -> None:
    """Show the terminal's cursor, which braille displays and magnifiers follow."""
    if sys.__stderr__ is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.__stderr__.write("\x1b[?25h")
            sys.__stderr__.flush()
