"""The assistant behind the keys: what each does, the same for the line mode and the full screen.

A session never blocks: long work runs in its own thread, and every key is answered at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from assistant import messages
from assistant.core.actions import Action, Keymap, spoken_key
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering
from assistant.core.events import ImageRgb
from assistant.core.history import Entry, History
from assistant.core.ports import Earcon, Speaker
from assistant.core.questions import BRIEF, DETAILED, MAX_QUESTION_CHARS, Question, Style
from assistant.core.reader import Unit
from assistant.core.reviewing import Reviewing
from assistant.core.session_jobs import Jobs
from assistant.core.session_ports import Cameras, Keeper, Kind, Models, Preferences, Prompts
from assistant.core.session_work import SessionWork
from assistant.errors import AssistantError
from assistant.messages import glance as glance_words
from assistant.messages import session as words
from assistant.system import threads

RATE = "rate"
"""The setting that keys change too."""
RATE_STEP_WPM = 20
SLOW_S = 0.08
"""What takes longer is announced, so that no key seems to be dead."""
LEAVES_ANSWER = (Action.STATUS, Action.FASTER, Action.SLOWER, Action.STEERING)
"""Keys that are answered at once, and after which a person will want to hear the rest of the answer."""
GOODBYE_S, FAREWELL_S = 3.0, 9.0
"""How long a goodbye may take to say; with what becomes of a download, longer."""
SLOWEST_WPM, FASTEST_WPM = 80, 440


class Wants(Enum):
    """What a front has to do after a key."""

    NOTHING = auto()
    NEW_QUESTION = auto()
    """Let a question be typed and give it to ``ask_new``; an empty one to ``take_picture`` and then ``ask_taken``."""
    QUESTION = auto()
    """Let a question about the present picture be typed and give it to ``follow_up``."""
    HISTORY = auto()
    """Let one of ``history_lines`` be chosen and give its index to ``go_back_to``."""
    MODEL = auto()
    """Let one of ``model_lines`` be chosen and give its index to ``choose_model``."""
    SETTINGS = auto()
    """Show ``setting_lines``, and give a name and a value to ``change_setting``."""
    HELP = auto()
    """Show and say ``help_lines``."""
    ACKNOWLEDGE = auto()
    """Wait for Enter and call ``acknowledge_notice``."""
    QUIT = auto()


class Session:
    """One run of the assistant; its methods return at once and may be called from one thread.

    Attributes:
        keymap: which key does what.
    """

    def __init__(
        self,
        answering: Answering,
        announcer: Announcer,
        speaker: Speaker,
        cameras: Cameras,
        models: Models,
        preferences: Preferences,
        keeper: Keeper,
        history: History,
        keymap: Keymap,
        jobs: Jobs,
        prompts: Prompts | None = None,
        machine_state: Callable[[], Sequence[str]] = tuple,
        take_prepared: Callable[[], ImageRgb | None] = lambda: None,
        screen_reader: str = "",
    ) -> None:
        # machine_state gives what the status adds about power and heat, take_prepared the picture that was read
        # before the key, if any. screen_reader is the running one, where it was not yet asked who is to speak.
        self.keymap = keymap
        self._prompts, self._machine_state = prompts or Prompts(), machine_state
        self._answering, self._announcer, self._speaker = answering, announcer, speaker
        self._work = SessionWork(answering, announcer, cameras, take_prepared)
        self._cameras, self._models, self._preferences = cameras, models, preferences
        self._keeper, self._history, self._jobs = keeper, history, jobs
        self._rate_wpm = preferences.rate_wpm()
        self._was_paused = self._has_more_to_read = self._knows_how_to_read_on = False
        self._screen_reader = screen_reader
        self._present: Entry | None = None
        self._taken: ImageRgb | None = None
        self._ready = ""
        review = Reviewing(announcer)
        self._actions: Mapping[Action, Callable[[], Wants | None]] = {
            Action.DESCRIBE: lambda: self._look(DETAILED),
            Action.BRIEF: lambda: self._look(BRIEF),
            Action.ASK: lambda: self._wants(Wants.NEW_QUESTION, self._prompts.new_question),
            Action.FOLLOW_UP: self._follow_up,
            Action.STOP: self._stop,
            Action.PAUSE: self._pause,
            Action.REPEAT: review.repeat,
            Action.NEXT: lambda: review.step(1, words.LAST_SENTENCE),
            Action.PREVIOUS: lambda: review.step(-1, words.FIRST_SENTENCE),
            Action.SPELL: review.spell,
            Action.STATUS: self._status,
            Action.CHECK: self._check,
            Action.HISTORY: self._show_history,
            Action.SAVE: self._save,
            Action.COPY: self._copy,
            Action.CAMERA: self._next_camera,
            Action.FASTER: lambda: self._change_rate(RATE_STEP_WPM),
            Action.SLOWER: lambda: self._change_rate(-RATE_STEP_WPM),
            Action.STEERING: self._switch_steering,
            Action.MODEL: lambda: self._wants(
                Wants.MODEL, self._prompts.model(len(self.model_lines()))
            ),
            Action.SETTINGS: lambda: self._wants(Wants.SETTINGS, self._prompts.settings),
            Action.HELP: lambda: Wants.HELP,
            Action.QUIT: lambda: Wants.QUIT,
            Action.NEXT_LETTER: lambda: review.review(Unit.CHARACTER, 1, words.LAST_LETTER),
            Action.PREVIOUS_LETTER: lambda: review.review(Unit.CHARACTER, -1, words.FIRST_LETTER),
            Action.NEXT_WORD: lambda: review.review(Unit.WORD, 1, words.LAST_WORD),
            Action.PREVIOUS_WORD: lambda: review.review(Unit.WORD, -1, words.FIRST_WORD),
            Action.SENTENCE: review.read_sentence,
            Action.MUTE: self._mute,
            Action.TEXT: self._read_text,
            Action.GLANCE: self._glance,
        }

    @property
    def is_active(self) -> bool:
        """Whether there is something that a stop would end: work, or something being said."""
        return self._jobs.is_busy or self._announcer.is_heard()

    @property
    def is_busy(self) -> bool:
        """Whether work is going on."""
        return self._jobs.is_busy

    def ask_who_speaks(self) -> Sequence[str]:
        """Ask who is to speak, where a screen reader runs and it was not asked before.

        Returns:
            What there is to choose from, for ``choose_who_speaks``; nothing where it is not asked.
        """
        if not self._screen_reader:
            return ()
        choices = (words.only_reader_speaks(self._screen_reader), words.BOTH_SPEAK)
        self._announcer.tell(words.who_speaks(self._screen_reader), Kind.QUESTION)
        for number, choice in enumerate(choices, start=1):
            self._announcer.tell(words.numbered(number, choice), Kind.QUESTION)
        return choices

    def choose_who_speaks(self, index: int) -> None:
        """Take the answer, by its place in ``ask_who_speaks``, and keep it."""
        self._announcer.silence()
        self._preferences.leave_speech(to_screen_reader=index == 0)
        key = spoken_key(self.keymap.keys[Action.MUTE][0])
        self._announcer.tell(words.BOTH_SPEAK_NOW if index else words.reader_speaks_now(key))

    def greet(self, ready: str, acknowledge: str = "") -> Wants:
        """Say that keys are heard; before the first use the notice, which wants to be acknowledged.

        Args:
            ready: how the front says that it is ready.
            acknowledge: how it says what acknowledges the notice; empty for Enter.
        """
        self._ready = ready
        if not self._preferences.is_notice_due():
            self._announcer.tell(ready)
            return Wants.NOTHING
        self._announcer.tell(words.NOTICE)
        self._announcer.tell(acknowledge or words.NOTICE_ACKNOWLEDGE, Kind.QUESTION)
        return Wants.ACKNOWLEDGE

    def acknowledge_notice(self, *, says_ready: bool = True) -> None:
        """Remember that the notice was heard; it is not said again."""
        self._preferences.acknowledge_notice()
        self._announcer.silence()
        if says_ready:
            self._announcer.tell(self._ready)

    def finish(self) -> None:
        """Wait until the work that goes on is done and all is spoken."""
        self._jobs.wait()
        self._speaker.wait()

    def perform(self, action: Action) -> Wants:
        """Do what a key stands for, in place of what was being said; trouble is said and never raised."""
        if action is not Action.STOP:  # says whether there was anything to stop
            self.hush()
        wants = self._told(self._actions[action])
        if action in LEAVES_ANSWER:
            self._tell_how_to_read_on()
        return wants or Wants.NOTHING

    def hush(self) -> None:
        """Silence what is being said, because something was pressed; an answer is held until it is read on."""
        self._was_paused = self._speaker.is_paused
        self._has_more_to_read = self._announcer.hush()

    def _tell_how_to_read_on(self) -> None:
        """Say once how to hear the rest of the answer, where a key interrupted it."""
        if self._has_more_to_read and not self._was_paused and not self._knows_how_to_read_on:
            self._knows_how_to_read_on = True
            self._announcer.tell(
                self._prompts.read_on(spoken_key(self.keymap.keys[Action.PAUSE][0]))
            )

    def _told(self, work: Callable[[], Wants | None]) -> Wants | None:
        """Do something; trouble is said, because the next key must work."""
        try:
            return work()
        except AssistantError as error:
            self._announcer.fail(error)
        except Exception as error:  # noqa: BLE001 - said, never silent
            self._announcer.unexpected(error)
        return None

    def unknown_key(self, typed: str) -> None:
        """Say that a key does nothing."""
        self.hush()
        self._announcer.tell(words.unknown_key(typed))
        self._tell_how_to_read_on()

    def ask_new(self, question: str) -> None:
        """Take a picture and ask about it."""
        asked = self._question(question)
        if asked is not None:
            self._look(asked, words.asked(asked.text))

    def take_picture(self, then: Callable[[], None]) -> None:
        """Take a picture; ``then`` is called from the work thread when there is one to ask about."""

        def keep(image: ImageRgb) -> None:
            self._taken = image
            self._announcer.tell(words.PICTURE_TAKEN)
            then()

        self._taken = None
        self._stop_quietly()
        self._announcer.tell(messages.LOOKING)
        self._jobs.submit(lambda ticket: self._work.take(keep, ticket))

    def ask_taken(self, question: str) -> None:
        """Ask about the picture that ``take_picture`` took."""
        if self._taken is not None:
            self._ask(self._taken, question)

    def follow_up(self, question: str) -> None:
        """Ask a further question about the present picture."""
        entry = self._entry()
        if entry is not None:
            self._ask(entry.image_rgb, question)

    def _ask(self, image: ImageRgb, question: str) -> None:
        asked = self._question(question)
        if asked is not None:
            self._stop_quietly()
            self._announcer.tell(words.asked(asked.text), Kind.QUESTION)
            self._jobs.submit(lambda ticket: self._work.ask(image, asked, ticket))

    def history_lines(self) -> list[str]:
        """Return earlier answers, newest first."""
        return [entry.line for entry in self._history.entries]

    @property
    def history_bytes(self) -> int:
        """Memory that the pictures of earlier answers take."""
        return self._history.n_bytes

    def go_back_to(self, index: int) -> None:
        """Make an earlier answer the present one and read it."""
        entry = self._history.entries[index]
        self._stop_quietly()
        self._present = entry
        self._announcer.begin_answer(entry.label)
        self._announcer.tell(words.back_at(f"{entry.taken_at:%H:%M}, {entry.label}"))
        for sentence in entry.heard:
            self._announcer.sentence(sentence)

    def model_lines(self) -> list[str]:
        """Return the models to choose from."""
        return list(self._models.names())

    def choose_model(self, index: int) -> None:
        """Open another model beside the keys, or do what the line of a download says; trouble is said."""
        if self._models.offers(index):
            self.hush()
            self._told(lambda: self._announcer.tell(self._models.fetch()))
            return
        self._stop_quietly()

        def choose() -> str:
            self._jobs.wait(5.0)
            self._answering.describer = self._models.choose(index)
            return words.model_now(self._models.name)

        self._beside(choose, words.OPENING_MODEL)

    def setting_lines(self) -> list[str]:
        """Return each setting with its value."""
        return list(self._preferences.lines())

    def change_setting(self, typed: str) -> None:
        """Take "name value", set and keep it; say what is set where there is no value."""
        self.hush()
        name, _, value = typed.strip().partition(" ")
        if not value.strip():
            for line in self._preferences.search(name) or [words.SETTING_UNCLEAR]:
                self._announcer.tell(line)
            return

        def change() -> None:
            said = self._preferences.change(name, value.strip())
            if name.lstrip("-").lower() == RATE:  # another setting leaves what + and - did
                self._set_rate(self._preferences.rate_wpm())
            self._announcer.tell(said)

        self._told(change)

    def help_lines(self) -> list[str]:
        """Return the keys, and the notice that is otherwise said once."""
        return [*self.keymap.help_lines(), words.NOTICE]

    def tell(self, text: str) -> None:
        """Say something on a front's behalf."""
        self._announcer.tell(text)

    def tell_now(self, text: str) -> None:
        """Say something in place of what was being said."""
        self.hush()
        self._announcer.tell(text)

    def sign(self, earcon: Earcon) -> None:
        """Give a sign in sound on a front's behalf."""
        self._announcer.earcon(earcon)

    @property
    def typing_echo(self) -> str:
        """What is spoken of what is typed: characters, words, both or off."""
        return self._preferences.typing_echo()

    def read_shown(self, texts: Sequence[str]) -> None:
        """Speak what a person looks at on the screen, in place of what was being spoken."""
        self._announcer.read_shown(texts)

    def say_goodbye(self) -> None:
        """End work and what is being said, and say goodbye; a voice that hangs is not waited for."""
        self._stop_quietly()
        farewell = self._models.farewell()
        if farewell:
            self._announcer.tell(farewell)
        self._announcer.tell(words.GOODBYE)
        self._speaker.wait(FAREWELL_S if farewell else GOODBYE_S)

    def close(self) -> None:
        """End sound and work at once; the owner closes the parts."""
        self._stop_quietly()
        self._jobs.close()

    def _entry(self) -> Entry | None:
        """Return the answer that keys are about: an earlier one that was gone back to, else the newest."""
        if self._present is not None:
            return self._present
        return self._history.entries[0] if self._history.entries else None

    def _question(self, typed: str) -> Question | None:
        question = Question(Style.QUESTION, typed)
        if not question.text:
            self._announcer.tell(words.NO_QUESTION)
            return None
        if len(question.text) > MAX_QUESTION_CHARS:
            self._announcer.tell(
                words.question_too_long(len(question.text), MAX_QUESTION_CHARS), Kind.ERROR
            )
            return None
        return question

    def _wants(self, wants: Wants, prompt: str) -> Wants:
        self._announcer.tell(prompt, Kind.QUESTION)
        return wants

    def _silence(self) -> None:
        self._present = None
        self._work.interrupt_capture()
        self._announcer.silence()

    def _stop_quietly(self) -> bool:
        was_busy = self._jobs.cancel()
        if was_busy:
            self._answering.cancel()
        self._silence()
        return was_busy

    def _look(self, question: Question, asked: str = "") -> None:
        self._stop_quietly()
        # Here and not by the work, which waits until the model has let go of the answer before.
        if asked:
            self._announcer.tell(asked, Kind.QUESTION)
        self._announcer.tell(messages.LOOKING)
        self._jobs.submit(lambda ticket: self._work.look(question, ticket))

    def _glance(self) -> None:
        self._stop_quietly()
        self._announcer.tell(messages.LOOKING)
        self._jobs.submit(self._work.glance)

    def _read_text(self) -> None:
        """Read the text where an answer was gone back to or left some of it out; else that of a new picture."""
        entry = self._entry()
        if entry is not None and entry is not self._present and not entry.has_more_text:
            entry = None
        self._stop_quietly()
        self._announcer.tell(messages.LOOKING if entry is None else glance_words.READING_TEXT)
        self._jobs.submit(lambda ticket: self._work.read_text(entry, ticket))

    def _follow_up(self) -> Wants:
        if self._entry() is None:
            self._announcer.tell(words.NO_PICTURE_YET)
            return Wants.NOTHING
        return self._wants(Wants.QUESTION, self._prompts.question)

    def _stop(self) -> None:
        was_heard = self._announcer.is_heard() or self._speaker.is_paused
        present = self._present
        was_busy = self._stop_quietly()
        self._present = present
        self._announcer.tell(words.STOPPED if was_busy or was_heard else words.NOTHING_TO_STOP)

    def _pause(self) -> None:
        self._knows_how_to_read_on = True
        if self._was_paused:
            self._announcer.tell(words.RESUMED)
            self._speaker.resume()
        else:
            self._speaker.pause()
            self._announcer.tell(words.PAUSED)

    def _mute(self) -> None:
        is_on = not self._preferences.is_speaking()
        self._preferences.speak(is_on=is_on)
        self._announcer.tell(words.UNMUTED if is_on else words.MUTED)

    def _status(self) -> None:
        stage, took_s = self._answering.stage
        if not self._jobs.is_unheard:  # the last of it was said, though it has not quite ended
            stage = ""
        elif not stage:  # it was asked for, but has not begun
            stage, took_s = messages.STAGE_STARTING, 0.0
        reader = self._announcer.reader
        place = reader.index + 1, len(reader.sentences)
        if stage:
            self._announcer.tell(words.status_busy(stage, took_s))
        if self._has_more_to_read:
            said = words.status_paused if self._was_paused else words.status_reading
            self._announcer.tell(said(*place))
        elif not stage:
            self._announcer.tell(words.status_idle(self._models.name, self._cameras.name))
            key = spoken_key(self.keymap.keys[Action.STEERING][0])
            if off := self._answering.steering_status(key):
                self._announcer.tell(off)
        for line in self._machine_state():
            self._announcer.tell(line)

    def _check(self) -> None:
        entry = self._entry()
        if entry is None or not entry.sentences:
            self._announcer.tell(words.CHECK_NEEDS_ANSWER)
            return
        present = self._present
        self._stop_quietly()
        self._present = present
        self._announcer.tell(words.CHECK_STARTED)
        self._jobs.submit(lambda ticket: self._work.check(entry, ticket))

    def _show_history(self) -> Wants:
        if not self._history.entries:
            self._announcer.tell(words.HISTORY_EMPTY)
            return Wants.NOTHING
        return self._wants(Wants.HISTORY, self._prompts.history(len(self._history.entries)))

    def _save(self) -> None:
        entry = self._entry()
        if entry is None:
            self._announcer.tell(words.NOTHING_SAID_YET)
            return
        self._beside(lambda: words.saved(*self._keeper.save(entry)), words.SAVING)

    def _copy(self) -> None:
        if not self._announcer.reader.sentences:
            self._announcer.tell(words.NOTHING_SAID_YET)
            return
        text = "\n".join(self._announcer.reader.sentences)

        def copy() -> str:
            self._keeper.copy(text)
            return words.COPIED

        self._beside(copy, words.COPYING)

    def _next_camera(self) -> None:
        def change() -> str:
            name = self._cameras.next()
            return words.camera_now(name) if name else words.camera_only_one(self._cameras.name)

        self._beside(change, words.CHANGING_CAMERA)

    def _beside(self, work: Callable[[], str], meanwhile: str) -> None:
        """Do something that may take a moment beside the keys, and say what came of it; what it is, if it does."""

        def run() -> None:
            timer = threading.Timer(SLOW_S, self._announcer.tell, (meanwhile,))
            timer.start()
            try:
                came = work()
            finally:
                timer.cancel()
            self._announcer.tell(came)
            self._tell_how_to_read_on()

        if threads.start(self._told, "beside", run) is None:
            self._told(run)

    def _change_rate(self, by: int) -> None:
        wished = self._rate_wpm + by
        rate_wpm = min(max(wished, SLOWEST_WPM), FASTEST_WPM)
        self._set_rate(rate_wpm)
        self._announcer.tell(
            words.rate(rate_wpm) if rate_wpm == wished else words.rate_at_limit(rate_wpm)
        )

    def _set_rate(self, rate_wpm: int) -> None:
        if rate_wpm != self._rate_wpm:
            self._rate_wpm = rate_wpm
            self._speaker.set_rate(rate_wpm)

    def _switch_steering(self) -> None:
        self._announcer.tell(self._answering.turn_steering())
