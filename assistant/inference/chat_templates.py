"""The chat templates of the LLaVA families, each as its authors render it in training.

A GGUF file's own template is usually that of the language model it was made from, which its authors may have left:
LLaVA-1.5's files carry none or another. So the catalogue names one of these for each model. Sources:
``llava/conversation.py`` of haotian-liu/LLaVA, ``xtuner/utils/templates.py`` of InternLM/xtuner, and
``mobilevlm/conversation.py`` of Meituan-AutoML/MobileVLM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # the names of the templates stand in --help, which must not wait for numpy
    from assistant.core.events import Turn

MEDIA_MARKER = "<__picture_f2b6a1__>"
"""Where the picture goes; unlike anything that a person types, so that no question can move the picture."""

VICUNA_SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)

Template: TypeAlias = "Callable[[str, Sequence[Turn], str], str]"
"""Takes the question, earlier turns and the text of the EOS token; returns the prompt without a leading BOS."""


def vicuna_v1(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """LLaVA-1.5's prompt (``conv_vicuna_v1``); an answer ends with the EOS token."""
    rounds = _rounds(question, turns, "USER: ", " ASSISTANT:", " ", eos or "</s>")
    return f"{VICUNA_SYSTEM} {rounds}"


def mistral_instruct(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """LLaVA-1.6-Mistral's prompt (``conv_mistral_instruct``): no system text."""
    return _rounds(question, turns, "[INST] ", " [/INST]", " ", f" {eos or '</s>'}")


def phi_3(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """LLaVA-Phi-3's prompt (xtuner's ``phi3_chat``); an answer ends with a token of its own, whatever EOS is."""
    return _rounds(question, turns, "<|user|>\n", "<|end|>\n<|assistant|>\n", "", "<|end|>\n")


def llama_3(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """LLaVA-Llama-3's prompt (xtuner's ``llama3_chat``); an answer ends with a token of its own."""
    before, after = (
        f"<|start_header_id|>{who}<|end_header_id|>\n\n" for who in ("user", "assistant")
    )
    return _rounds(question, turns, before, f"<|eot_id|>{after}", "", "<|eot_id|>")


def mobilevlm(question: str, turns: Sequence[Turn] = (), eos: str = "") -> str:
    """MobileVLM's prompt, which is LLaVA-1.5's (its ``v1``)."""
    return vicuna_v1(question, turns, eos)


TEMPLATES: Mapping[str, Template] = {
    "vicuna_v1": vicuna_v1,
    "mistral-instruct": mistral_instruct,
    "phi-3": phi_3,
    "llama-3": llama_3,
    "mobilevlm": mobilevlm,
}
"""By the name of ``--template`` and of the catalogue."""


def _rounds(
    question: str, turns: Sequence[Turn], before: str, after: str, lead: str, end: str
) -> str:
    """Earlier turns, then the question; ``lead`` and ``end`` stand around an answer."""
    questions = [*(turn.question for turn in turns), question]
    questions[0] = f"{MEDIA_MARKER}\n{questions[0]}"
    answers = [f"{lead}{turn.answer}{end}" for turn in turns] + [""]
    pairs = zip(questions, answers, strict=True)
    return "".join(f"{before}{words}{after}{answer}" for words, answer in pairs)
