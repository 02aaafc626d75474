"""A prompt with a picture as each family's template writes it, for judging without our own templates."""

from __future__ import annotations

from typing import Any, NoReturn

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.support.mtmd_judge import MARKER
from tests.support.tiny_families import FAMILIES


def render_prompt(name: str, question: str) -> str:
    """The text that asks about one picture, ``MARKER`` where it stands.

    Without the BOS token: the tokenizer adds it where the file says so.
    """
    family = FAMILIES[name]
    if name == "moondream2":  # its authors' prompt; what the file carries shows no picture
        return f"{MARKER}\n\nQuestion: {question}\n\nAnswer:"
    if not family.image_mark:
        return _render(family.template, f"{MARKER}\n{question}")
    parts = [{"type": "image"}, {"type": "text", "text": question}]
    text = _render(family.template, parts)
    assert text.count(family.image_mark) == 1, text
    # Gemma's authors put blank lines around a picture; llama.cpp's helper is told to.
    around = "\n\n" if name == "gemma-3" else ""
    return text.replace(family.image_mark, f"{around}{MARKER}{around}")


def _render(template: str, content: str | list[dict[str, str]]) -> str:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    message: dict[str, Any] = {"role": "user", "content": content}
    return environment.from_string(template).render(
        messages=[message],
        add_generation_prompt=True,
        bos_token="",
        eos_token="",
        raise_exception=_raise,
    )


def _raise(reason: str) -> NoReturn:
    raise ValueError(reason)
