"""Says what is certain about a picture without the model: a glance, its text, and what comes with a refusal.

What a glance finds is said, kept and shown; it is never a part of what a model is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from datetime import datetime

from assistant.core.events import ImageRgb
from assistant.core.findings import Finding, Found, Part, TextLine, Thing
from assistant.core.glance import GlanceWords
from assistant.core.history import Entry, History
from assistant.core.ports import Glancer
from assistant.core.questions import Question
from assistant.core.session_jobs import Ticket
from assistant.core.taking import Taking
from assistant.errors import GlanceError, UnfamiliarPictureError
from assistant.messages import glance as words


class RefusedError(UnfamiliarPictureError):
    """The model does not know such pictures: that was said, with what a glance found.

    Attributes:
        findings: what the glance found.
    """

    def __init__(self, message: str, hint: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint)
        self.findings = tuple(findings)


class Glancing:
    """Glances at pictures, one at a time, in the caller's thread or beside the model."""

    def __init__(
        self,
        glancer: Glancer,
        taking: Taking,
        history: History,
        hint: str = "",
        way_to_model: Callable[[], str] = lambda: "",
    ) -> None:
        """Join the parts.

        Args:
            glancer: looks.
            taking: knows what goes on.
            history: keeps what was said.
            hint: how to hear all of a text.
            way_to_model: says in a sentence how to get a model that knows photographs; empty where that is said later.
        """
        self._glancer, self._taking, self._history = glancer, taking, history
        self._announcer = taking.announcer
        self._hint, self._way_to_model = hint, way_to_model
        self._has_warned = False
        self._failures: set[str] = set()

    def warm(self) -> None:
        """Make ready for a glance."""
        self._glancer.warm()

    def cancel(self) -> None:
        """End the running glance."""
        self._glancer.cancel()

    def look(self, image: ImageRgb, ticket: Ticket) -> Sequence[Finding]:
        """Say everything that is certain, as an answer; return what was found."""
        taken_at = datetime.now()
        self._announcer.begin_answer(words.LABEL)
        glance, said, error = self._say_facts(image, ticket)
        self._keep(image, "", words.LABEL, taken_at, ticket, said, glance)
        self._end(ticket, bool(glance.lines), error)
        return glance.findings

    def read(
        self, image: ImageRgb, ticket: Ticket, known: Sequence[TextLine] = ()
    ) -> Sequence[Finding]:
        """Read the text, a sentence a line, word for word; return the lines.

        Args:
            image: the picture.
            ticket: nothing more is said once it is cancelled.
            known: its lines, where they were found before.

        Raises:
            GlanceError: text cannot be looked for.
        """
        taken_at = datetime.now()
        self._announcer.begin_answer(words.LABEL_TEXT)
        glance, said = self._begin(image), list[str]()

        def say(found: Found) -> None:
            glance.take(found)
            if isinstance(found.finding, TextLine):
                said.append(found.finding.text)
                self._announcer.sentence(found.finding.text)

        error = None
        if known:
            for line in (*known, None):
                say(Found(Part.TEXT, line))
        else:
            with self._taking.watch(words.STAGE_TEXT):
                error = self._find(image, (Part.TEXT,), ticket, say)
        if error is not None and not said:
            raise error
        if not said and not ticket.is_cancelled:
            said.append(words.NO_TEXT)
            self._announcer.sentence(words.NO_TEXT)
        self._keep(image, "", words.LABEL_TEXT, taken_at, ticket, said, glance, has_more=False)
        self._end(ticket, bool(glance.lines), error)
        return glance.findings

    def refuse(
        self,
        image: ImageRgb,
        question: Question,
        error: UnfamiliarPictureError,
        ticket: Ticket,
        *,
        has_glance: bool,
    ) -> RefusedError:
        """Say that the model does not know such pictures, then what a glance finds, and how to get another model.

        Whoever heard that of this picture before hears the first sentence alone.

        Returns:
            What to raise.
        """
        taken_at = datetime.now()
        before = self._history.of(image)
        glance, said = self._begin(image), [str(error)]
        trouble = None
        if not ticket.is_cancelled:
            self._announcer.sentence(str(error))
        if has_glance and not any(entry.findings for entry in before):
            glance, facts, trouble = self._say_facts(image, ticket)
            said += facts
        self._keep(
            image, question.text, question.label, taken_at, ticket, said, glance, is_refused=True
        )
        is_new = not any(entry.is_refused for entry in before)
        self._end(ticket, bool(glance.lines), trouble, self._way_to_model() if is_new else "")
        return RefusedError(error.message, error.hint, glance.findings)

    def look_beside(
        self, image: ImageRgb, ticket: Ticket, take: Callable[[Sequence[str]], None]
    ) -> GlanceWords:
        """Look for everything while the model reads; ``take`` gets the sentences. What cannot be looked for is said."""
        glance = self._begin(image)
        error = self._find(
            image, tuple(Part), ticket, lambda found: take(glance.take(found)), is_beside=True
        )
        self._tell_once(error, ticket)
        return glance

    def find_things(self, image: ImageRgb, ticket: Ticket) -> list[Thing]:
        """Return the things in a picture, in silence; nothing where they cannot be looked for."""
        things: list[Thing] = []

        def take(found: Found) -> None:
            if isinstance(found.finding, Thing):
                things.append(found.finding)

        self._find(image, (Part.THINGS,), ticket, take)
        return things

    def _begin(self, image: ImageRgb) -> GlanceWords:
        return GlanceWords(self._hint, image.shape[1], self._taking.problems)

    def _say_facts(
        self, image: ImageRgb, ticket: Ticket
    ) -> tuple[GlanceWords, list[str], GlanceError | None]:
        glance, said = self._begin(image), list[str]()

        def say(sentences: Sequence[str]) -> None:
            for sentence in sentences:
                said.append(sentence)
                self._announcer.sentence(sentence)

        with self._taking.watch(words.STAGE):
            error = self._find(image, tuple(Part), ticket, lambda found: say(glance.take(found)))
        if not ticket.is_cancelled:
            say(glance.finish())
        return glance, said, error

    def _find(
        self,
        image: ImageRgb,
        parts: Collection[Part],
        ticket: Ticket,
        take: Callable[[Found], None],
        *,
        is_beside: bool = False,
    ) -> GlanceError | None:
        with closing(self._glancer.glance(image, parts, is_beside=is_beside)) as finds:
            try:
                for found in finds:
                    if ticket.is_cancelled:
                        return None
                    take(found)
            except GlanceError as error:
                return error
        return None

    def _keep(
        self, image: ImageRgb, question: str, label: str, taken_at: datetime, ticket: Ticket,
        said: Sequence[str], glance: GlanceWords, *, is_refused: bool = False, has_more: bool | None = None,
    ) -> None:  # fmt: skip
        if said:
            has_more = glance.has_more_text if has_more is None else has_more
            self._history.add(
                Entry(
                    image, question, label, (), taken_at, not ticket.is_cancelled, said=tuple(said),
                    findings=tuple(glance.findings), has_more_text=has_more, is_refused=is_refused,
                )
            )  # fmt: skip

    def _end(
        self, ticket: Ticket, has_text: bool, error: GlanceError | None, way_to_model: str = ""
    ) -> None:
        """Say what belongs after the facts."""
        self._tell_once(error, ticket)
        if ticket.is_cancelled:
            return
        notes = []
        if has_text and not self._has_warned:
            self._has_warned = True
            notes.append(words.MAY_BE_MISREAD)
        ticket.is_told = True
        self._announcer.end_answer([*notes, *filter(None, [way_to_model])])

    def _tell_once(self, error: GlanceError | None, ticket: Ticket) -> None:
        if error is not None and not ticket.is_cancelled and str(error) not in self._failures:
            self._failures.add(str(error))
            self._announcer.tell_after(str(error))
