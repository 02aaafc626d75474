"""Opens what every command that goes through pictures needs: the pictures, the console, and a voice that takes turns.

What is heavy is imported when it is opened: the first sign of life must come at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import messages
from assistant.errors import UsageError
from assistant.fronts.console import Console

if TYPE_CHECKING:
    from assistant.cli.named_files import NamedFiles
    from assistant.cli.pictures_job import CommandFront
    from assistant.cli.turns import Turns
    from assistant.core.announcer import Announcer
    from assistant.core.events import ImageRgb
    from assistant.settings.table import Settings


@dataclass(frozen=True)
class OpenPictures:
    """What ``PicturesJob`` takes.

    Attributes:
        notices: how to skip, where one can.
        turns: None where there is one answer alone.
    """

    front: CommandFront
    announcer: Announcer
    load_picture: Callable[[str], ImageRgb]
    turns: Turns | None
    notices: Sequence[str]


def refuse_twice_stdin(pictures: Sequence[str]) -> None:
    """Raise UsageError where standard input is named twice."""
    if pictures.count("-") > 1:
        raise UsageError(messages.PICTURE_STDIN_TWICE)


@contextmanager
def open_pictures(
    named: NamedFiles, settings: Settings, console: Console, *, n_questions: int, is_json: bool
) -> Iterator[OpenPictures]:
    """Open everything, and take it down again, sound first.

    Args:
        named: the pictures.
        settings: how it is spoken, and which camera takes pictures.
        console: prints.
        n_questions: how many answers there are about each picture.
        is_json: whether objects are printed in place of sentences.
    """
    from assistant.app import wiring
    from assistant.camera.named_pictures import CAMERA, NamedPictures
    from assistant.cli.pictures_job import CommandFront
    from assistant.cli.turns import Turns, listen_for_skips
    from assistant.core.announcer import Announcer
    from assistant.core.ports import Earcons
    from assistant.speech.factory import LateEarcons

    pictures = named.pictures
    with ExitStack() as stack:
        load_named = NamedPictures(settings.camera.source)
        stack.callback(load_named.close)
        if set(pictures) != {CAMERA}:
            load_named.warm()

        def load_picture(name: str) -> ImageRgb:
            if name in named.failures:
                raise named.failures[name]
            return load_named(name)

        earcons: Earcons = LateEarcons(is_on=settings.speech.is_on and settings.speech.has_earcons)
        # Opened last, so closed first: sound stops before anything else is taken down.
        speaker = wiring.speaker(settings, console.error)
        turns, notices = None, []
        if len(pictures) * n_questions > 1:
            has_terminal = "-" not in pictures and sys.stdin.isatty()
            speaker = earcons = turns = Turns(speaker, earcons)
            stack.enter_context(listen_for_skips(turns.skip, has_terminal=has_terminal))
            if has_terminal:
                several = len(pictures) > 1
                notices.append(messages.SKIP_PICTURE if several else messages.SKIP_QUESTION)
        stack.callback(earcons.close)
        stack.callback(speaker.close)
        front = CommandFront(console, is_json=is_json)
        announcer = Announcer(front, speaker, earcons, is_in_turn=True)
        yield OpenPictures(front, announcer, load_picture, turns, notices)
