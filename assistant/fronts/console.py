"""The one writer of stdout and stderr: data there, narration here, whole plain lines only."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

from assistant import messages
from assistant.errors import AssistantError
from assistant.system.masking import masked
from assistant.system.printable import printable

if TYPE_CHECKING:
    from assistant.core.ports import Speaker

_LAST_WORDS_S = 10.0
"""How long the voice may take to end before the program does."""


class Console:
    """Writes lines; safe from several threads.

    Trouble with stdout is raised, because then the work is in vain; trouble with stderr is ignored, because
    narration must never end the work.
    """

    def __init__(self, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self._stdout = sys.stdout if stdout is None else stdout
        self._stderr = sys.stderr if stderr is None else stderr
        self._lock = threading.RLock()
        self._is_output_lost = False
        for stream in (self._stdout, self._stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if (
                reconfigure is not None
            ):  # a terminal that cannot show a character gets a question mark
                reconfigure(errors="replace")

    def data(self, line: str) -> None:
        """Write a line of the result at once, without what would steer the terminal or break the line.

        Raises:
            BrokenPipeError: the reader is gone.
            AssistantError: there is no room for it, or the like.
        """
        with self._lock:
            try:
                self._stdout.write(printable(line) + "\n")
                self._stdout.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise AssistantError(
                    messages.output_unwritable(reason), messages.OUTPUT_UNWRITABLE_HINT
                ) from error

    def spoken(self, line: str) -> None:
        """Write a line of the result that is spoken too: report trouble once, and go on."""
        if self._is_output_lost:
            return
        try:
            self.data(line)
        except BrokenPipeError:
            self._is_output_lost = True
        except AssistantError as error:
            self._is_output_lost = True
            self.error(error)

    def json(self, value: dict[str, Any]) -> None:
        """Write one object as one line of JSON; raises as ``data`` does."""
        # What a terminal must not get is escaped, so that programs read the value unchanged.
        text = json.dumps(value, ensure_ascii=False)
        self.data("".join(c if printable(c) == c else json.dumps(c)[1:-1] for c in text))

    def status(self, message: str) -> None:
        """Say what is going on; hide passwords in addresses."""
        line = masked(printable(message))
        with self._lock:
            try:
                self._stderr.write(line + "\n")
                self._stderr.flush()
            except (OSError, ValueError):
                return

    def error(self, error: AssistantError) -> None:
        """Say an error and what to do about it, a line each."""
        self.status(error.message)
        if error.hint:
            self.status(error.hint)


class ConsoleTalk:
    """Shows on stderr and speaks, where there is a voice; neither when quiet."""

    def __init__(
        self, console: Console, speaker: Speaker | None = None, *, is_quiet: bool = False
    ) -> None:
        self._console = console
        self._speaker = speaker
        self._is_quiet = is_quiet

    def show(self, line: str) -> None:
        if not self._is_quiet:
            self._console.status(line)

    def speak(self, sentence: str) -> None:
        if self._speaker is not None and not self._is_quiet:
            self._speaker.say(sentence)

    def tell(self, sentence: str) -> None:
        sentence = masked(printable(sentence))
        self.show(sentence)
        self.speak(sentence)

    def ask(self, sentence: str) -> None:
        """Show and speak what waits for an answer, also when quiet."""
        self._console.status(sentence)
        if self._speaker is not None:
            self._speaker.say(sentence)

    def last_words(self, sentence: str) -> None:
        """Speak to the end, without showing."""
        self.speak(sentence)
        if self._speaker is not None:
            self._speaker.wait(_LAST_WORDS_S)
