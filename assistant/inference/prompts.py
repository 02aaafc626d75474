"""What is asked, and the chat template around it."""

from __future__ import annotations

from typing import Any

from assistant import messages
from assistant.errors import UsageError

MEDIA_MARKER = "<__picture_f2b6a1__>"
"""Where the picture goes; unlike anything that a person types, so that no question can move the picture."""

VICUNA_SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)


def vicuna_v1(question: str) -> str:
    """LLaVA-1.5's prompt as its authors render it (``conv_vicuna_v1``)."""
    return f"{VICUNA_SYSTEM} USER: {MEDIA_MARKER}\n{question} ASSISTANT:"


TEMPLATES = {"vicuna_v1": vicuna_v1}


def render(
    question: str, template: str | None, gguf_template: str | None, bos: str = "", eos: str = ""
) -> str:
    """The whole prompt, with ``MEDIA_MARKER`` where the picture goes and without a leading BOS.

    Args:
        question: the user's words.
        template: a name in ``TEMPLATES``; ``None`` takes the GGUF's own template, else vicuna_v1.
        gguf_template: the Jinja template in the GGUF's metadata, if any.
        bos: text of the BOS token, for GGUF templates that write it themselves.
        eos: text of the EOS token, for GGUF templates that use it.

    Raises:
        UsageError: no such template, or the GGUF's own template cannot be rendered.
    """
    question = question.replace(MEDIA_MARKER, "").strip()
    if template is not None:
        if template not in TEMPLATES:
            raise UsageError(messages.template_unknown(template), _hint())
        return TEMPLATES[template](question)
    if not gguf_template:
        return vicuna_v1(question)
    return _render_gguf(question, gguf_template, bos, eos)


def _hint() -> str:
    return messages.template_hint(", ".join(sorted(TEMPLATES)))


def _render_gguf(question: str, gguf_template: str, bos: str, eos: str) -> str:
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    turn: Any = {"role": "user", "content": f"{MEDIA_MARKER}\n{question}"}
    try:
        formatter = Jinja2ChatFormatter(template=gguf_template, eos_token=eos, bos_token=bos)
        prompt: str = formatter(messages=[turn]).prompt
    except Exception as error:
        raise UsageError(messages.template_unusable(str(error)), _hint()) from error
    if prompt.count(MEDIA_MARKER) != 1:
        raise UsageError(messages.template_without_picture(), _hint())
    return prompt.removeprefix(bos) if bos else prompt
