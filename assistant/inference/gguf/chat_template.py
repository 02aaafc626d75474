"""Render the chat template that a GGUF file carries, in Jinja's sandbox.

Templates come in two kinds: those that take a message's content as typed parts (``{"type": "image"}``, ``{"type":
"text"}``), and those that take one string. Parts are tried first; the first rendering that holds the picture once
and every word of the talk once is the prompt. Source: llama.cpp, ``common/chat.cpp``; transformers,
``utils/chat_template_utils.py``, for the functions and tags that templates expect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

Message = dict[str, Any]

_PICTURE_MARKS = re.compile(
    r"<\|vision_start\|>\s*<\|image_pad\|>\s*<\|vision_end\|>"
    r"|<start_of_image>|<image_soft_token>|<\|image_pad\|>|<\|image\|>|<image>|<__media__>|\[IMG\]"
)
"""What the templates of today write where a picture goes. mtmd writes a family's own marks itself."""


class _GenerationTag(Extension):
    """Accept ``{% generation %}``, which marks answers for training and writes nothing."""

    tags = {"generation"}  # noqa: RUF012 - Jinja declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return the body as it stands."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def render_own_template(
    template: str, questions: Sequence[str], answers: Sequence[str], marker: str, bos: str, eos: str
) -> str | None:
    """Return the prompt with ``marker`` where the picture goes, before the first question.

    The words are put in after the template has run, so that a question with ``<image>`` in it moves no picture.

    Args:
        template: the Jinja text from ``tokenizer.chat_template``.
        questions: the user's words, oldest first; the last one is to be answered.
        answers: the model's words, one fewer.
        marker: stands for the picture.
        bos: text of the BOS token.
        eos: text of the EOS token.

    Returns:
        None where the template has no place for a picture.

    Raises:
        TemplateError: the template is broken, or refuses this talk.
    """
    compiled = _environment().from_string(template)
    words = {f"(({marker}{n}))": said for n, said in enumerate(_in_turn(questions, answers))}
    failure: TemplateError | None = None
    for write_user, write_assistant in _WAYS:
        talk = [
            write_user(key, n == 0) if n % 2 == 0 else write_assistant(key)
            for n, key in enumerate(words)
        ]
        try:
            prompt = compiled.render(
                messages=talk, add_generation_prompt=True, bos_token=bos, eos_token=eos
            )
        except TemplateError as error:
            failure = failure or error
            continue
        except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError) as error:
            failure = failure or TemplateError(f"{type(error).__name__}: {error}")
            continue
        prompt = _PICTURE_MARKS.sub(_PICTURE, prompt)
        if prompt.count(_PICTURE) == 1 and all(prompt.count(key) == 1 for key in words):
            prompt = prompt.replace(_PICTURE, marker)
            return re.sub("|".join(map(re.escape, words)), lambda found: words[found[0]], prompt)
    if failure is not None:
        raise failure
    return None


_PICTURE = "((picture))"


def _in_turn(questions: Sequence[str], answers: Sequence[str]) -> list[str]:
    said = [words for pair in zip(questions, answers, strict=False) for words in pair]
    return [*said, questions[-1]]


def _user_parts(words: str, has_picture: bool) -> Message:
    picture = [{"type": "image"}] if has_picture else []
    return {"role": "user", "content": [*picture, {"type": "text", "text": words}]}


def _user_string(words: str, has_picture: bool) -> Message:
    return {"role": "user", "content": f"{_PICTURE}\n{words}" if has_picture else words}


def _assistant_parts(words: str) -> Message:
    return {"role": "assistant", "content": [{"type": "text", "text": words}]}


def _assistant_string(words: str) -> Message:
    return {"role": "assistant", "content": words}


_WAYS: tuple[tuple[Callable[[str, bool], Message], Callable[[str], Message]], ...] = (
    (_user_parts, _assistant_parts),
    (_user_parts, _assistant_string),
    (_user_string, _assistant_string),
)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _GenerationTag]
    )
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    # Jinja's own filter escapes for HTML.
    environment.filters["tojson"] = lambda value, **options: json.dumps(
        value, ensure_ascii=False, **{k: v for k, v in options.items() if k == "indent"}
    )
    return environment


def _raise_exception(reason: str) -> NoReturn:
    raise TemplateError(reason)
