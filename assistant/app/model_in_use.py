"""The models that a session can choose from, and the one in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.core.ports import Describer
from assistant.messages import session as words
from assistant.model_store.find import ModelFiles


class ModelShelf:
    """Opens one model at a time.

    Attributes:
        files: the model in use.
        describer: the process that runs it.
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
        self._installed = installed
        self._open = open_describer
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
        """Return the models, the one in use said to be so."""
        return [
            words.model_in_use(files.name) if files == self.files else files.name
            for files in self._all()
        ]

    def choose(self, index: int) -> Describer:
        """End the model in use and start another.

        Raises:
            AssistantError: it cannot be started; the old one was ended, and is started again by its next question.
        """
        files = self._all()[index]
        if files != self.files:
            # Two models at once may not fit into memory.
            self.describer.close()
            self.describer = self._open(files)
            self.files = files
        return self.describer

    def close(self) -> None:
        """End the model in use; idempotent."""
        self.describer.close()

    def _all(self) -> list[ModelFiles]:
        installed = list(self._installed())
        return installed if self.files in installed else [self.files, *installed]
