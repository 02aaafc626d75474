"""The models that a session can choose from, the one in use, and the one that is offered for download."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from assistant.app.model_fetching import ModelFetching
from assistant.core.announcer import Announcer
from assistant.core.ports import Describer
from assistant.core.session_jobs import Jobs
from assistant.errors import AssistantError
from assistant.messages import model_advice
from assistant.messages import session as words
from assistant.model_store.find import ModelFiles
from assistant.model_store.record import Store
from assistant.system.memory import MEGABYTE, memory


class ModelShelf:
    """Opens one model at a time.

    Attributes:
        files: the model in use.
        describer: the process that runs it.
        fetching: offers a download; None until there is somebody to tell about it.
    """

    def __init__(
        self,
        files: ModelFiles,
        installed: Callable[[], Sequence[ModelFiles]],
        open_describer: Callable[[ModelFiles], Describer],
    ) -> None:
        """Open the first model.

        Args:
            files: the model to begin with.
            installed: every model that is there.
            open_describer: starts a model; returns at once.

        Raises:
            AssistantError: the model cannot be started.
        """
        self.files = files
        self.fetching: ModelFetching | None = None
        self._installed = installed
        self._open = open_describer
        self._lock = threading.RLock()
        self._listed: list[ModelFiles | None] = []
        self._files_before = files
        self.describer = open_describer(files)

    @property
    def name(self) -> str:
        """What the model in use is called."""
        return self.files.name

    @property
    def is_demo(self) -> bool:
        """Whether it is the embedded model, which knows drawn scenes only."""
        return self.files.is_demo

    def names(self) -> Sequence[str]:
        """Return the models, the one in use said to be so, and last the download that is offered, if any."""
        listed = self._all()
        lines = [
            words.model_in_use(files.name) if files == self.files else files.name
            for files in listed
        ]
        offer = self.fetching.line() if self.fetching is not None else ""
        # What is chosen is a line that was heard, though a download may have ended since.
        self._listed = [*listed, None] if offer else [*listed]
        return [*lines, offer] if offer else lines

    def offers(self, index: int) -> bool:
        """Return whether a line of ``names`` is a download and no model."""
        return self._listed[index] is None

    def fetch(self) -> str:
        """Begin, continue or stop the download, as its line says; return what to say.

        Raises:
            AssistantError: it cannot be started.
        """
        assert self.fetching is not None
        self._files_before = self.files
        return self.fetching.choose()

    def farewell(self) -> str:
        """End a download with the program and return what becomes of it; empty where none goes on."""
        return self.fetching.farewell() if self.fetching is not None else ""

    def choose(self, index: int) -> Describer:
        """End the model in use and start another.

        Raises:
            AssistantError: it cannot be started; the old one was ended, and is started again by its next question.
        """
        files = self._listed[index]
        assert files is not None, "a model and no download"
        return self._use(files)

    def take_over(
        self, name: str, announcer: Announcer, jobs: Jobs, use: Callable[[Describer], None]
    ) -> None:
        """Use a model that was fetched as soon as no answer is being written, and say so; else say why not.

        Args:
            name: the model.
            announcer: says it.
            jobs: the work that goes on.
            use: takes its describer.
        """

        def switch() -> None:
            try:
                use(self._use(files))
            except AssistantError as error:
                announcer.fail(error)
            else:
                announcer.tell(model_advice.fetch_ready(name))

        try:
            files = next(files for files in self._installed() if files.name == name)
            needs_mb = Store().read().models[name].memory_mb
        except (AssistantError, StopIteration, KeyError):  # removed in the same moment
            announcer.tell(model_advice.fetch_ended(name))
            return
        there = memory()
        if there is not None and needs_mb > there.available_mb:
            needs, free = needs_mb * MEGABYTE, there.available_mb * MEGABYTE
            announcer.tell(model_advice.fetch_ready_too_large(name, needs, free))
        elif self.files != self._files_before:  # somebody chose meanwhile
            announcer.tell(model_advice.fetch_ready_beside(name))
        else:
            jobs.submit_when_idle(switch)

    def close(self) -> None:
        """End the model in use and a download; idempotent."""
        if self.fetching is not None:
            self.fetching.close()
        self.describer.close()

    def _use(self, files: ModelFiles) -> Describer:
        with self._lock:
            if files != self.files:
                # Two models at once may not fit into memory.
                self.describer.close()
                self.describer = self._open(files)
                self.files = files
            return self.describer

    def _all(self) -> list[ModelFiles]:
        installed = list(self._installed())
        return installed if self.files in installed else [self.files, *installed]
