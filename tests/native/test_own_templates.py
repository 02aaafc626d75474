"""A GGUF file's own chat template, rendered in a real worker process, where nothing else has been imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    Event,
    Failed,
    Finished,
    Prefilling,
    Turn,
)
from assistant.errors import ExitCode
from assistant.inference.worker.client import InferenceClient
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

STRING = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {{ m['content'] | trim }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)
PARTS = (
    "{% for m in messages %}{{ m['role'] | upper }}: "
    "{% for p in m['content'] | selectattr('type', 'equalto', 'image') %}<image>\n{% endfor %}"
    "{% for p in m['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ p['text'] }} {% endgeneration %}{% endfor %}{% endfor %}ASSISTANT:"
)
EITHER = (
    "{% for m in messages %}<|{{ m.role }}|>{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for p in m.content %}{% if p.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ p.text }}{% endif %}{% endfor %}{% endif %}<|end|>{% endfor %}"
)
USES_FUNCTIONS = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system words') }}{% endif %}"
    "{{ strftime_now('%Y') }}{% for m in messages %}{% if loop.index > 9 %}{% break %}{% endif %}"
    "{{ [m.role] | tojson }}{{ m.content }}{% endfor %}"
)
TEXT_ALONE = "{% for m in messages %}{{ m['role'] }}{% endfor %}"
BROKEN = "{% for m in messages %}"
RAISES = "{{ raise_exception('Only text is understood.') }}"
LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
READS_FILES = "{{ messages.__class__.__mro__[1].__subclasses__() }}{{ messages[0].content }}"


def answer(folder: Path, template: str, *turns: Turn, question: str = "what is it?") -> list[Event]:
    options = tiny_pair(folder, TinyLlama(chat_template=template), TinyMmproj(), n_batch=8)
    request = DescribeRequest(
        random_picture(64), question, DecodeOptions(max_tokens=4, ignores_eos=True),
        SparcConfig(tau=0.5), turns=turns,
    )  # fmt: skip
    with InferenceClient(options) as client:
        return list(client.ask(request))


@pytest.mark.parametrize("template", [STRING, PARTS, EITHER, USES_FUNCTIONS])
def test_a_file_is_asked_with_its_own_template(tmp_path: Path, template: str) -> None:
    events = answer(tmp_path, template, Turn("what?", "a dog."), question="and <image> here?")
    last = events[-1]
    assert isinstance(last, Finished), last
    assert last.answer.counts.image_tokens == 16
    assert last.answer.counts.tokens == 4
    assert any(isinstance(event, Prefilling) for event in events)


@pytest.mark.parametrize("template", [TEXT_ALONE, BROKEN, RAISES, READS_FILES, LOOPS])
def test_a_template_that_cannot_serve_is_one_sentence_and_names_the_way_out(
    tmp_path: Path, template: str
) -> None:
    last = answer(tmp_path, template)[-1]
    assert isinstance(last, Failed), last
    assert last.exit_code == ExitCode.USAGE
    assert last.message.endswith(".")
    assert "--template" in last.hint
