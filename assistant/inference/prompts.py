"""What is asked, and the chat template around it (``chat_templates``, or the model file's own)."""

from __future__ import annotations

from collections.abc import Sequence

from assistant import messages
from assistant.core.events import Turn
from assistant.core.questions import BRIEF_PROMPT as BRIEF_PROMPT
from assistant.core.questions import DETAILED_PROMPT as DETAILED_PROMPT
from assistant.errors import UsageError
from assistant.inference.chat_templates import MEDIA_MARKER as MEDIA_MARKER
from assistant.inference.chat_templates import TEMPLATES as TEMPLATES
from assistant.inference.chat_templates import VICUNA_SYSTEM as VICUNA_SYSTEM
from assistant.inference.chat_templates import vicuna_v1 as vicuna_v1


def render(
    question: str,
    template: str | None,
    gguf_template: str | None,
    bos: str = "",
    eos: str = "",
    turns: Sequence[Turn] = (),
) -> str:
    """The whole prompt, with ``MEDIA_MARKER`` where the picture goes and without a leading BOS.

    Args:
        question: the user's words.
        template: a name in ``TEMPLATES``; ``None`` takes the GGUF's own template, else vicuna_v1.
        gguf_template: the Jinja template in the GGUF's metadata, if any.
        bos: text of the BOS token, for GGUF templates that write it themselves.
        eos: text of the EOS token, which ends an earlier answer.
        turns: earlier questions and answers about the picture, oldest first.

    Raises:
        UsageError: no such template, or the GGUF's own template cannot be rendered.
    """
    question = _plain(question)
    turns = [Turn(_plain(turn.question), _plain(turn.answer)) for turn in turns]
    if template is not None and template not in TEMPLATES:
        raise UsageError(messages.template_unknown(template), _hint())
    if template is not None or not gguf_template:
        return TEMPLATES[template or "vicuna_v1"](question, turns, eos)
    return _render_gguf(question, turns, gguf_template, bos, eos)


def _plain(words: str) -> str:
    """Words that cannot move the picture."""
    return words.replace(MEDIA_MARKER, "").strip()


def _hint() -> str:
    return messages.template_hint(", ".join(sorted(TEMPLATES)))


def _render_gguf(
    question: str, turns: Sequence[Turn], gguf_template: str, bos: str, eos: str
) -> str:
    from jinja2.exceptions import TemplateError

    from assistant.inference.gguf.chat_template import render_own_template

    questions = [*(turn.question for turn in turns), question]
    answers = [turn.answer for turn in turns]
    try:
        prompt = render_own_template(gguf_template, questions, answers, MEDIA_MARKER, bos, eos)
    except TemplateError as error:
        raise UsageError(messages.template_unusable(str(error)), _hint()) from error
    if prompt is None:
        raise UsageError(messages.TEMPLATE_WITHOUT_PICTURE, _hint())
    return prompt.removeprefix(bos) if bos else prompt


ANSWER_ROOM = 256
"""Tokens that are kept free for an answer, where it may become that long."""


def turns_to_drop(turn_tokens: Sequence[int], n_over: int, n_before: int = 0) -> int:
    """How many of the oldest turns to leave out.

    A turn that goes makes all that follows be read again, so when one has to, room is made for several
    questions: what stays fills at most half of the room for turns. Until that is full, the same are left out.

    Args:
        turn_tokens: tokens of each turn, oldest first.
        n_over: tokens by which the whole prompt is too long; not above 0 when it fits.
        n_before: how many were left out of what the cache holds now.
    """
    if n_over <= 0:
        return 0
    if 0 < n_before <= len(turn_tokens) and sum(turn_tokens[:n_before]) >= n_over:
        return n_before
    kept = sum(turn_tokens)
    room = max(0, kept - n_over) // 2
    for n_dropped, n_tokens in enumerate(turn_tokens):
        if kept <= room:
            return n_dropped
        kept -= n_tokens
    return len(turn_tokens)
