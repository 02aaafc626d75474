"""How the actions of ``sparc-assistant models`` tell of themselves: on stderr and, where they take long, aloud."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace

from assistant import cli_parser, wiring
from assistant.config import load_settings
from assistant.console import Console
from assistant.core.ports import Speaker

_LAST_WORDS_S = 10.0
"""How long the voice may take to end before the program does."""


class ConsoleTalk:
    """Shows on stderr and speaks, where there is a voice; neither when quiet."""

    def __init__(
        self, console: Console, speaker: Speaker | None = None, *, is_quiet: bool = False
    ) -> None:
        self._console = console
        self._speaker = speaker
        self._is_quiet = is_quiet

    def show(self, line: str) -> None:
        """Shows a line."""
        if not self._is_quiet:
            self._console.status(line)

    def speak(self, sentence: str) -> None:
        """Speaks, without showing."""
        if self._speaker is not None and not self._is_quiet:
            self._speaker.say(sentence)

    def tell(self, sentence: str) -> None:
        """Shows and speaks."""
        self.show(sentence)
        self.speak(sentence)

    def ask(self, sentence: str) -> None:
        """Shows and speaks what waits for an answer, also when quiet."""
        self._console.status(sentence)
        if self._speaker is not None:
            self._speaker.say(sentence)

    def last_words(self, sentence: str) -> None:
        """Speaks to the end; what is shown is another's."""
        self.speak(sentence)
        if self._speaker is not None:
            self._speaker.wait(_LAST_WORDS_S)


def open_talk(options: argparse.Namespace, console: Console, stack: ExitStack) -> ConsoleTalk:
    """A talk with a voice, unless the options or the settings want none."""
    settings = load_settings(cli_parser.setting_values(options))
    if options.quiet:
        settings = replace(settings, speech=replace(settings.speech, is_on=False))
    speaker = wiring.speaker(settings, console.error)
    stack.callback(speaker.close)
    return ConsoleTalk(console, speaker, is_quiet=options.quiet)
