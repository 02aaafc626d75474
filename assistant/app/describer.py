"""The Python face: a model in a process of its own that describes pictures and answers questions about them."""

from __future__ import annotations

import os
import queue
import threading
import warnings
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.app import wiring
from assistant.app.glance_once import Glance, glance_once
from assistant.app.picture_argument import Picture, read_pixels
from assistant.app.setting_checks import with_what_works
from assistant.camera.picture_reader import PictureReader
from assistant.core import events
from assistant.core.announcer import Announcer
from assistant.core.events import EndReason, ImageRgb
from assistant.core.history import History
from assistant.core.pipeline import Narration
from assistant.core.questions import BRIEF, DETAILED, Question, Style
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Kind, Line
from assistant.glance.process import GlanceProcess
from assistant.inference.worker.client import InferenceClient
from assistant.settings.load import read_settings
from assistant.settings.table import BY_NAME
from assistant.speech.silent import SilentEarcons, SilentSpeaker
from sparc_ggml.config import SparcConfig


@dataclass(frozen=True)
class Answer:
    """What the model says about a picture; it may be wrong.

    Attributes:
        sentences: the answer, sentence by sentence, as it would be spoken.
        warnings: what is wrong with the picture, and what is to be known about the answer.
        is_complete: whether the model came to its own end, and was neither cut nor stopped.
        details: timings, counts, and the steering that was really used.
    """

    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    is_complete: bool
    details: events.Answer

    @property
    def text(self) -> str:
        """The sentences, joined."""
        return " ".join(self.sentences)

    def __str__(self) -> str:
        return self.text


class Describer:
    """Describes pictures with the model that ``sparc-assistant`` would use, or with one of your own.

    A context manager; one answer at a time. The model is loaded beside your program, and the first answer waits for
    it. Nothing is spoken, and nothing leaves the machine.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        mmproj: str | os.PathLike[str] | None = None,
        *,
        sparc: SparcConfig | None = None,
        **settings: Any,
    ) -> None:
        """Start the model's process.

        Args:
            model: name of an installed model, or its GGUF file; None takes the one that is in use.
            mmproj: GGUF file of the vision part, where ``model`` is a file.
            sparc: steering of every answer; None takes the model's own.
            settings: options of ``sparc-assistant describe`` with underscores, such as ``max_tokens=100``; they come
                before variables and the settings file.

        Raises:
            TypeError: there is no such setting.
            AssistantError: an argument or the model files cannot be used.

        Warns:
            UserWarning: a line of the settings file or a variable cannot be used, and is ignored.
        """
        given = {name.replace("_", "-"): value for name, value in settings.items()}
        if unknown := sorted(given.keys() - BY_NAME.keys()):
            raise TypeError(f"Describer has no setting {unknown[0].replace('-', '_')!r}")
        paths = {"model": model, "mmproj": mmproj}
        given |= {name: os.fspath(path) for name, path in paths.items() if path is not None}
        with ExitStack() as stack:
            read = read_settings(given)
            settings_used, files, replaced = with_what_works(read.settings, given)
            if ignored := " ".join((*read.notices, *replaced)):
                warnings.warn(ignored, stacklevel=2)
            options = wiring.answer_options(settings_used, files)
            # Each question stands for itself.
            self._options = replace(options, sparc=sparc or options.sparc, keeps_turns=False)
            engine = wiring.engine_options(settings_used, files, is_verbose=False)
            self._client = stack.enter_context(InferenceClient(engine))
            self._reader = PictureReader()
            stack.callback(self._reader.close)
            self._glancer = GlanceProcess()
            stack.callback(self._glancer.close)
            self._stack = stack.pop_all()
        self._front = _Collecting()
        announcer = Announcer(self._front, SilentSpeaker(), SilentEarcons(), is_in_turn=True)
        self._answering = wiring.make_answering(
            self._client, announcer, lambda: self._options, History(1)
        )
        self._kept: tuple[object, ImageRgb] | None = None

    def __enter__(self) -> Describer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the model's process; idempotent."""
        self._stack.close()

    def describe(self, picture: Picture, *, brief: bool = False) -> Answer:
        """Describe a picture in detail, or in one sentence.

        Raises:
            ValueError: it is no picture of a kind that ``Picture`` names.
            AssistantError: the file cannot be read, or the model failed.
        """
        return self._answer(picture, BRIEF if brief else DETAILED, Ticket())

    def ask(self, picture: Picture, question: str) -> Answer:
        """Answer a question; raises as ``describe``. A picture that was asked about before is not read again."""
        return self._answer(picture, Question(Style.QUESTION, question), Ticket())

    def stream(self, picture: Picture, question: str | None = None) -> Generator[str]:
        """Yield the sentences as they are written; raises as ``describe``. Closing the iterator ends the answer."""
        asked = DETAILED if question is None else Question(Style.QUESTION, question)
        ticket = Ticket()
        said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        failure: list[Exception] = []

        def work() -> None:
            self._front.on_sentence = said.put
            try:
                self._answer(picture, asked, ticket)
            except Exception as error:  # noqa: BLE001 - raised where the sentences are taken
                failure.append(error)
            finally:
                self._front.on_sentence = None
                said.put(None)

        thread = threading.Thread(target=work, name="describer", daemon=True)
        thread.start()
        try:
            while (sentence := said.get()) is not None:
                yield sentence
        finally:
            if thread.is_alive():
                ticket.cancel()
                self._client.cancel()
            thread.join()
        if failure:
            raise failure[0]

    def glance(self, picture: Picture) -> Glance:
        """Return what is certain about a picture without the model: its text, codes, light and colours.

        Raises:
            ValueError: it is no picture of a kind that ``Picture`` names.
            AssistantError: the file cannot be read.
        """
        return glance_once(self._glancer, self._load(picture))

    def _answer(self, picture: Picture, question: Question, ticket: Ticket) -> Answer:
        self._front.begin()
        image = self._answering.take(lambda: self._load(picture), ticket)
        if image is None:
            raise RuntimeError("the answer was cancelled")
        narration: Narration = self._answering.answer(image, question, ticket)
        return Answer(
            tuple(narration.sentences),
            (*self._front.warnings, *narration.warnings),
            narration.answer.ended is EndReason.EOS,
            narration.answer,
        )

    def _load(self, picture: Picture) -> ImageRgb:
        if not isinstance(picture, (str, os.PathLike)):
            return read_pixels(picture)
        path = Path(picture)
        key: object = path
        if path.is_file():
            found = path.stat()
            key = (path.absolute(), found.st_mtime_ns, found.st_size)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._reader.read(os.fspath(path))
        return self._kept[1]


def describe(picture: Picture, **settings: Any) -> Answer:
    """Describe one picture; takes the arguments of ``Describer`` and raises as it does."""
    with Describer(**settings) as describer:
        return describer.describe(picture)


class _Collecting:
    """A front that keeps what is wrong with the picture, and passes sentences on."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.on_sentence: Any = None
        self._is_answering = False

    def begin(self) -> None:
        self.warnings.clear()
        self._is_answering = False

    def show(self, line: Line) -> None:
        if line.kind is Kind.SENTENCE and self.on_sentence is not None:
            self.on_sentence(line.text)
        elif line.kind is Kind.NOTE and not self._is_answering:
            self.warnings.append(line.text)

    def begin_answer(self, title: str) -> None:
        self._is_answering = True

    def go_to(self, sentence: int) -> None:
        pass

    def stage(self, stage: str) -> None:
        pass
