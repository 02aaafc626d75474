"""The chat templates of the LLaVA families, each as its authors render it in training.

A GGUF file often carries no template, or that of the language model it was made from, so the catalogue names one of
these for each model. Sources:
``llava/conversation.py`` of haotian-liu/LLaVA, ``xtuner/utils/templates.py`` of InternLM/xtuner, and
``mobilevlm/conversation.py`` of Meituan-AutoML/MobileVLM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # --help names the templates, and must not wait for numpy
    from assistant.core.events import Turn

MEDIA_MARKER = "<__picture_f2b6a1__>"
"""Where the picture goes; nobody types it, so no question can move the picture."""

VICUNA_SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)

Template: TypeAlias = "Callable[[str, Sequence[Turn], str], str]"
"""From the question, earlier turns and the EOS token's text to the prompt without a leading BOS."""


def vicuna_v1(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """Return the prompt of LLaVA-1.5 (``conv_vicuna_v1``) and MobileVLM (``v1``); EOS ends an answer."""
    rounds = _rounds(question, turns, "USER: ", " ASSISTANT:", " ", eos or "</s>")
    return f"{VICUNA_SYSTEM} {rounds}"


def mistral_instruct(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """Return LLaVA-1.6-Mistral's prompt (``conv_mistral_instruct``): no system text."""
    return _rounds(question, turns, "[INST] ", " [/INST]", " ", f" {eos or '</s>'}")


def phi_3(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """Return LLaVA-Phi-3's prompt (xtuner's ``phi3_chat``); an answer ends with a token of its own."""
    return _rounds(question, turns, "<|user|>\n", "<|end|>\n<|assistant|>\n", "", "<|end|>\n")


def llama_3(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """Return LLaVA-Llama-3's prompt (xtuner's ``llama3_chat``); an answer ends with a token of its own."""
    before, after = (
        f"<|start_header_id|>{who}<|end_header_id|>\n\n" for who in ("user", "assistant")
    )
    return _rounds(question, turns, before, f"<|eot_id|>{after}", "", "<|eot_id|>")


def moondream(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """Return Moondream 2's prompt (``answer_question`` in its ``moondream.py``); nothing ends an answer but a line."""
    asked = "".join(f"Question: {turn.question}\n\nAnswer: {turn.answer}\n\n" for turn in turns)
    return f"{MEDIA_MARKER}\n\n{asked}Question: {question}\n\nAnswer:"


TEMPLATES: Mapping[str, Template] = {
    "vicuna_v1": vicuna_v1,
    "mistral-instruct": mistral_instruct,
    "phi-3": phi_3,
    "llama-3": llama_3,
    "mobilevlm": vicuna_v1,
    "moondream": moondream,
}
"""By the name of ``--template`` and of the catalogue."""


def _rounds(
    question: str, turns: Sequence[Turn], before: str, after: str, lead: str, end: str
) -> str:
    """Return earlier turns, then the question; ``lead`` and ``end`` stand around an answer."""
    questions = [*(turn.question for turn in turns), question]
    questions[0] = f"{MEDIA_MARKER}\n{questions[0]}"
    answers = [f"{lead}{turn.answer}{end}" for turn in turns] + [""]
    pairs = zip(questions, answers, strict=True)
    return "".join(f"{before}{words}{after}{answer}" for words, answer in pairs)
