"""The models that a session can choose from, and the one in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.core.ports import Describer
from assistant.messages import session as words
from assistant.model_store.find import ModelFiles
from assistant.settings.tree import Settings
from sparc_ggml.config import SparcConfig


class ModelShelf:
    """Opens one model at a time.

    Attributes:
        describer: the model in use.
    """

    def __init__(
        self,
        files: ModelFiles,
        installed: Callable[[], Sequence[ModelFiles]],
        open_describer: Callable[[ModelFiles], Describer],
        settings: Callable[[], Settings],
    ) -> None:
        """Opens the first model.

        Args:
            files: the model to begin with.
            installed: every model that is there.
            open_describer: starts a model; returns at once.
            settings: the settings now.

        Raises:
            AssistantError: the model cannot be started.
        """
        self._files = files
        self._installed = installed
        self._open = open_describer
        self._settings = settings
        self.describer = open_describer(files)

    @property
    def name(self) -> str:
        """What the model in use is called."""
        return self._files.name

    @property
    def is_demo(self) -> bool:
        """Whether it is the embedded model, which knows drawn scenes only."""
        return self._files.is_demo

    @property
    def keeps_turns(self) -> bool:
        """Whether it was trained to use earlier questions and answers; the embedded one was not."""
        return not self._files.is_demo

    @property
    def preset(self) -> SparcConfig:
        """The steering for its next answer: the model's own preset with what the settings change."""
        return self._settings().steering.applied_to(self._files.preset)

    def names(self) -> Sequence[str]:
        """The models, the one in use said to be so."""
        return [
            words.model_in_use(files.name) if files == self._files else files.name
            for files in self._all()
        ]

    def choose(self, index: int) -> Describer:
        """Ends the model in use and starts another.

        Raises:
            AssistantError: it cannot be started; the old one was ended, and is started again by its next question.
        """
        files = self._all()[index]
        if files != self._files:
            # Two models at once may not fit into memory.
            self.describer.close()
            self.describer = self._open(files)
            self._files = files
        return self.describer

    def close(self) -> None:
        """Ends the model in use; idempotent."""
        self.describer.close()

    def _all(self) -> list[ModelFiles]:
        installed = list(self._installed())
        return installed if self._files in installed else [self._files, *installed]
