"""What is asked, and the chat template around it (``chat_templates``, or the model file's own)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant import messages
from assistant.core.events import Turn
from assistant.core.questions import BRIEF_PROMPT as BRIEF_PROMPT
from assistant.core.questions import DETAILED_PROMPT as DETAILED_PROMPT
from assistant.errors import UsageError
from assistant.inference.chat_templates import MEDIA_MARKER as MEDIA_MARKER
from assistant.inference.chat_templates import TEMPLATES as TEMPLATES
from assistant.inference.chat_templates import VICUNA_SYSTEM as VICUNA_SYSTEM
from assistant.inference.chat_templates import vicuna_v1 as vicuna_v1
from assistant.inference.chat_templates import with_picture


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
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    questions = with_picture([*(turn.question for turn in turns), question])
    talk: list[Any] = []
    for words, turn in zip(questions, turns, strict=False):
        talk += [
            {"role": "user", "content": words},
            {"role": "assistant", "content": turn.answer},
        ]
    talk.append({"role": "user", "content": questions[-1]})
    try:
        formatter = Jinja2ChatFormatter(template=gguf_template, eos_token=eos, bos_token=bos)
        prompt: str = formatter(messages=talk).prompt
    except Exception as error:
        raise UsageError(messages.template_unusable(str(error)), _hint()) from error
    if prompt.count(MEDIA_MARKER) != 1:
        raise UsageError(messages.template_without_picture(), _hint())
    return prompt.removeprefix(bos) if bos else prompt
