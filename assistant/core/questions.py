"""What can be asked of the model about a picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.messages import session as words
from assistant.system.printable import printable

DETAILED_PROMPT = "Please describe this image in detail."
"""The paper's prompt (arXiv 2502.01419, section 5)."""
BRIEF_PROMPT = "Please describe this image in one sentence."

MAX_QUESTION_CHARS = 2000
"""Longer questions would leave the context no room for an answer."""


class Style(StrEnum):
    """What kind of answer is wanted."""

    DETAILED = "detailed"
    BRIEF = "brief"
    QUESTION = "question"


@dataclass(frozen=True)
class Question:
    """What is asked of the model and how it is called in lists."""

    style: Style
    text: str

    def __post_init__(self) -> None:
        """Take control characters and broken ones out: the model, the lists and the voice get the same words."""
        object.__setattr__(self, "text", " ".join(printable(self.text).split()))

    @property
    def label(self) -> str:
        """As lists call it."""
        match self.style:
            case Style.DETAILED:
                return words.KIND_DETAILED
            case Style.BRIEF:
                return words.KIND_BRIEF
            case Style.QUESTION:
                return self.text


DETAILED = Question(Style.DETAILED, DETAILED_PROMPT)
BRIEF = Question(Style.BRIEF, BRIEF_PROMPT)
