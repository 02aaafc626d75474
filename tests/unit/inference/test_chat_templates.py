"""Golden texts: each family is asked exactly as its authors asked it while they trained it."""

from __future__ import annotations

import pytest

from assistant.core.events import Turn
from assistant.inference import prompts
from assistant.inference.chat_templates import MEDIA_MARKER, TEMPLATES

IMAGE = MEDIA_MARKER
QUESTION = "Please describe this image in detail."
SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions."
)
ONE = {
    "vicuna_v1": f"{SYSTEM} USER: {IMAGE}\n{QUESTION} ASSISTANT:",
    "mobilevlm": f"{SYSTEM} USER: {IMAGE}\n{QUESTION} ASSISTANT:",
    "mistral-instruct": f"[INST] {IMAGE}\n{QUESTION} [/INST]",
    "phi-3": f"<|user|>\n{IMAGE}\n{QUESTION}<|end|>\n<|assistant|>\n",
    "llama-3": (
        f"<|start_header_id|>user<|end_header_id|>\n\n{IMAGE}\n{QUESTION}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "moondream": f"{IMAGE}\n\nQuestion: {QUESTION}\n\nAnswer:",
}
TWO = {
    "vicuna_v1": f"{SYSTEM} USER: {IMAGE}\nWhere? ASSISTANT: Here.</s>USER: {QUESTION} ASSISTANT:",
    "mobilevlm": f"{SYSTEM} USER: {IMAGE}\nWhere? ASSISTANT: Here.</s>USER: {QUESTION} ASSISTANT:",
    "mistral-instruct": f"[INST] {IMAGE}\nWhere? [/INST] Here. </s>[INST] {QUESTION} [/INST]",
    "phi-3": (
        f"<|user|>\n{IMAGE}\nWhere?<|end|>\n<|assistant|>\nHere.<|end|>\n"
        f"<|user|>\n{QUESTION}<|end|>\n<|assistant|>\n"
    ),
    "llama-3": (
        f"<|start_header_id|>user<|end_header_id|>\n\n{IMAGE}\nWhere?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHere.<|eot_id|>"
        f"<|start_header_id|>user<|end_header_id|>\n\n{QUESTION}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "moondream": (
        f"{IMAGE}\n\nQuestion: Where?\n\nAnswer: Here.\n\nQuestion: {QUESTION}\n\nAnswer:"
    ),
}


def test_every_template_has_its_golden_texts() -> None:
    assert set(ONE) == set(TWO) == set(TEMPLATES)


@pytest.mark.parametrize("name", ONE)
def test_one_question(name: str) -> None:
    assert prompts.render(QUESTION, name, None) == ONE[name]


@pytest.mark.parametrize("name", TWO)
def test_a_second_question_builds_on_the_first(name: str) -> None:
    turns = [Turn("Where?", "Here.")]
    assert prompts.render(QUESTION, name, None, eos="</s>", turns=turns) == TWO[name]


@pytest.mark.parametrize("name", ONE)
def test_the_picture_comes_once_whatever_is_asked(name: str) -> None:
    turns = [Turn(f"{IMAGE} Where?", f"Here {IMAGE}.")]
    assert prompts.render(f"{IMAGE} What?", name, None, turns=turns).count(IMAGE) == 1
