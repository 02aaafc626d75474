"""What ``glance`` says about each picture, and what it prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from assistant.cli.pictures_job import CommandFront, PicturesJob
from assistant.cli.records import error_record, glance_record
from assistant.core.events import ImageRgb
from assistant.core.glancing import Glancing
from assistant.core.session_jobs import Ticket
from assistant.core.taking import Taking
from assistant.errors import AssistantError, ExitCode


class GlanceJob(PicturesJob):
    """The work of one command line that asks no model."""

    def __init__(
        self,
        pictures: Sequence[str],
        taking: Taking,
        glancing: Glancing,
        front: CommandFront,
        load_picture: Callable[[str], ImageRgb],
        *,
        is_text: bool = False,
        **options: Any,
    ) -> None:
        """Join the parts.

        Args:
            pictures: names as typed.
            taking: takes the pictures.
            glancing: says what is certain.
            front: prints.
            load_picture: as of ``PicturesJob``.
            is_text: whether all text is read, and nothing else.
            **options: the further ones of ``PicturesJob``.
        """
        super().__init__(pictures, taking, front, load_picture, **options)
        self._glancing, self._is_text = glancing, is_text

    def stop(self) -> None:
        self._glancing.cancel()

    def say(self, name: str, image: ImageRgb, ticket: Ticket) -> ExitCode:
        look = self._glancing.read if self._is_text else self._glancing.look
        findings = look(image, ticket)
        if self.front.is_json and not ticket.is_cancelled:
            self.front.console.json(glance_record(name, findings))
        return ExitCode.OK

    def record_failure(self, name: str, error: AssistantError) -> None:
        self.front.console.json({"picture": name, **error_record(error)})
