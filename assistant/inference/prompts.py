"""The prompt for a question, in a template of ``chat_templates`` or the model file's own."""

from __future__ import annotations

from collections.abc import Sequence

from assistant import messages
from assistant.core.events import Turn
from assistant.errors import UsageError
from assistant.inference.chat_templates import MEDIA_MARKER, TEMPLATES
from assistant.messages import engine as words

TEMPLATE_KEY = "tokenizer.chat_template"
ANSWER_ROOM = 256
"""Tokens that are kept free for an answer, where it may become that long."""


def render(
    question: str,
    template: str | None,
    gguf_template: str | None,
    bos: str = "",
    eos: str = "",
    turns: Sequence[Turn] = (),
    *,
    adds_bos: bool = True,
) -> str:
    """Return the whole prompt, with ``MEDIA_MARKER`` where the picture goes, and no BOS where ``adds_bos``.

    ``template`` is a name in ``TEMPLATES``; ``None`` takes the GGUF's own Jinja template. Earlier turns come oldest
    first; ``bos`` and ``eos`` are those tokens' texts.

    Raises:
        UsageError: no such template, or the GGUF has none of its own that can be rendered.
    """
    question = _without_marker(question)
    turns = [Turn(_without_marker(turn.question), _without_marker(turn.answer)) for turn in turns]
    check_template(template, has_own=bool(gguf_template))
    if template is not None or not gguf_template:
        return TEMPLATES[template or ""](question, turns, eos)
    hint = template_hint()
    from jinja2.exceptions import TemplateError

    from assistant.inference.gguf.chat_template import render_own_template

    questions = [*(turn.question for turn in turns), question]
    answers = [turn.answer for turn in turns]
    try:
        prompt = render_own_template(gguf_template, questions, answers, MEDIA_MARKER, bos, eos)
    except TemplateError as error:
        raise UsageError(messages.template_unusable(str(error)), hint) from error
    if prompt is None:
        raise UsageError(messages.TEMPLATE_WITHOUT_PICTURE, hint)
    return prompt.removeprefix(bos) if adds_bos else prompt


def check_template(template: str | None, *, has_own: bool) -> None:
    """Raise ``UsageError`` for a name that is no template's, and where there is none: never guess a foreign one."""
    if template is not None and template not in TEMPLATES:
        raise UsageError(messages.template_unknown(template), template_hint())
    if template is None and not has_own:
        raise UsageError(messages.TEMPLATE_MISSING, template_hint())


def template_hint() -> str:
    """Return what to do where a model file's own template cannot serve."""
    return messages.template_hint(", ".join(sorted(TEMPLATES)))


def _without_marker(words: str) -> str:
    """Take out the picture's marks, also one that only comes about where another was taken out."""
    while MEDIA_MARKER in words:
        words = words.replace(MEDIA_MARKER, "")
    return words.strip()


def count_turns_to_drop(turn_tokens: Sequence[int], n_over: int, n_before: int = 0) -> int:
    """Return how many of the oldest turns to drop.

    A dropped turn makes all that follows be read again, so room is made for several questions at once: what stays
    fills at most half of the room for turns. Until that is full, the same turns are dropped.

    ``turn_tokens`` counts the tokens of each turn, oldest first; the whole prompt is ``n_over`` tokens too long, and
    what the cache holds now lacks ``n_before`` turns.
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


_SHORTEST_QUESTION = 8
"""Tokens of "What is this?"."""


def too_long(n_prompt: int, n_question: int, n_ctx: int, n_ctx_train: int) -> UsageError:
    """Return what to say of a prompt that does not fit, with advice that can help.

    ``n_question`` of the ``n_prompt`` tokens are the question; the context has ``n_ctx`` cells, and the model was
    trained on ``n_ctx_train``, which is 0 where it does not say.
    """
    n_least = n_prompt - n_question + _SHORTEST_QUESTION
    can_grow = not n_ctx_train or n_ctx < n_ctx_train
    if can_grow and not 0 < n_ctx_train <= n_prompt:
        hint = words.ASK_SHORTER_OR_GROW_HINT if n_least < n_ctx else words.GROW_HINT
    elif n_least < n_ctx:
        hint = words.ASK_SHORTER_HINT
    elif n_least < n_ctx_train:
        hint = words.ASK_SHORTER_AND_GROW_HINT
    else:
        return UsageError(words.picture_too_long(n_least, n_ctx_train), words.OTHER_MODEL_HINT)
    return UsageError(words.prompt_too_long(n_prompt, n_ctx), hint)
