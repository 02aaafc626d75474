"""Render the chat template that a GGUF file carries, in Jinja's sandbox.

Templates come in two kinds: those that take a message's content as typed parts (``{"type": "image"}``, ``{"type":
"text"}``), and those that take one string. Parts are tried first; the first rendering that holds the picture once
and every word of the talk once is the prompt. Source: llama.cpp, ``common/chat.cpp``; transformers,
``utils/chat_template_utils.py``, for the functions and tags that templates expect.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    Questions and answers come oldest first, with one answer fewer; ``bos`` and ``eos`` are those tokens' texts.

    Returns:
        None where the template has no place for a picture.

    Raises:
        TemplateError: the template is broken, or refuses this talk.
    """
    compiled = _environment().from_string(template)
    turns = zip(questions, [*answers, ""], strict=True)
    said = [words for turn in turns for words in turn][:-1]
    words = {f"(({marker}{n}))": text for n, text in enumerate(said)}
    failure: TemplateError | None = None
    for is_parts in _IS_PARTS:
        talk = [
            _write_message(("user", "assistant")[n % 2], key, n == 0, is_parts[n % 2])
            for n, key in enumerate(words)
        ]
        try:
            with _ending():
                prompt = compiled.render(
                    messages=talk, add_generation_prompt=True, bos_token=bos, eos_token=eos
                )
        except TemplateError as error:
            failure = failure or error
            continue
        except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError) as error:
            failure = failure or TemplateError(f"{type(error).__name__}: {error}")
            continue
        prompt = _PICTURE_MARKS.sub(_write_picture, prompt)
        if prompt.count(_PICTURE) == 1 and all(prompt.count(key) == 1 for key in words):
            prompt = prompt.replace(_PICTURE, marker)
            return re.sub("|".join(map(re.escape, words)), lambda found: words[found[0]], prompt)
    if failure is not None:
        raise failure
    return None


@contextmanager
def _ending() -> Iterator[None]:
    """End a template that loops without end, in the thread where Python hears signals; elsewhere nothing is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> NoReturn:
        raise TemplateError("it does not end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


LONGEST_S = 5.0
"""How long a template may take; an honest one takes milliseconds."""
_PICTURE = "((picture))"
_IS_PARTS = ((True, True), (True, False), (False, False))
"""Which of user and assistant speak in typed parts, in the order of the tries."""


def _write_picture(mark: re.Match[str]) -> str:
    return f"\n\n{_PICTURE}\n\n" if mark[0] in _GEMMA_MARKS else _PICTURE


_GEMMA_MARKS = ("<start_of_image>", "<image_soft_token>")
"""Their authors put blank lines around a picture (transformers, ``processing_gemma3.py``); mtmd does not."""


def _write_message(role: str, words: str, has_picture: bool, is_parts: bool) -> Message:
    if not is_parts:
        return {"role": role, "content": f"{_PICTURE}\n{words}" if has_picture else words}
    picture = [{"type": "image"}] if has_picture else []
    return {"role": role, "content": [*picture, {"type": "text", "text": words}]}


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
