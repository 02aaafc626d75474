"""The prompts that the runtime makes, cut where the picture stands, and other ways to ask."""

from __future__ import annotations

from assistant.core.questions import BRIEF_PROMPT as BRIEF_PROMPT
from assistant.core.questions import DETAILED_PROMPT as DETAILED_PROMPT
from assistant.inference.chat_templates import MEDIA_MARKER, VICUNA_SYSTEM, vicuna_v1

# Other ways to ask for the same two descriptions, so that a typed request works too.
DETAILED_REQUESTS = (
    DETAILED_PROMPT,
    "Please describe this picture in detail.",
    "Describe this image in detail.",
    "Describe this picture.",
    "Please describe this image.",
    "What do you see?",
    "What can you see in the picture?",
    "What is in this picture?",
)
BRIEF_REQUESTS = (
    BRIEF_PROMPT,
    "Please describe this picture in one sentence.",
    "Describe this image in one sentence.",
    "What is this?",
    "Describe this picture briefly.",
)

_ASKED = "QUESTION"
BEFORE_IMAGE, _AFTER = vicuna_v1(_ASKED).split(MEDIA_MARKER)


def after_image(question: str) -> str:
    """Return the prompt's text behind the image, up to where the answer starts."""
    return _AFTER.replace(_ASKED, question)


def without_image(question: str) -> str:
    """Return the prompt of a question that comes without a picture."""
    return f"{VICUNA_SYSTEM} USER: {question} ASSISTANT:"
