"""Repeats a recorded answer in the float64 reference, fed the tokens that llama.cpp wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.inference.options import KvType
from tests.reference.gguf_weights import read_gguf
from tests.reference.llama_decoder import (
    Array,
    DecodeStep,
    LlamaDecoder,
    SparcDecoder,
    SparcParameters,
)
from tests.support.recorded_engine import Recording


@dataclass(frozen=True)
class Comparison:
    """The engine's answer beside the reference's.

    Attributes:
        steps: what the reference did at each step.
        logits_off: largest difference of a logit, the prompt's included.
        attention_off: largest relative difference of the attention on an image token.
        margin: how close a relative activation came to tau.
    """

    seen: Recording
    steps: list[DecodeStep]
    logits_off: float
    attention_off: float
    margin: float

    @property
    def n_selecting(self) -> int:
        """Steps that selected something."""
        return sum(bool(step.selected) for step in self.steps)

    def assert_same_selections(self) -> None:
        """Every step selected the same tokens and ran under the same largest gain."""
        ours = [step.selected for step in self.seen.steps]
        assert ours == [step.selected for step in self.steps]
        for step, reference in zip(self.seen.steps, self.steps, strict=True):
            assert abs(step.max_gain / reference.gains.max() - 1.0) < 1e-6


def compare(model_path: Path, seen: Recording, kv_type: KvType = "f16") -> Comparison:
    """Runs the reference over a recorded steered answer.

    Args:
        model_path: the GGUF that the engine ran.
        seen: what the engine did.
        kv_type: the engine's cache type; the reference rounds K and V to f16 where it does.
    """
    assert seen.answer is not None
    assert seen.image is not None
    sparc = seen.answer.sparc
    assert sparc.method == "sparc", seen.answer.unsteered_reason
    assert sparc.selected_layer is not None
    assert sparc.last_layer is not None
    parameters = SparcParameters(
        alpha=sparc.alpha,
        beta=sparc.beta,
        tau=sparc.tau,
        selected_layer=sparc.selected_layer,
        first_layer=sparc.first_layer,
        last_layer=sparc.last_layer,
    )
    stored = np.float16 if kv_type == "f16" else np.float64
    reference = SparcDecoder(LlamaDecoder(read_gguf(model_path), stored), parameters)
    prompt = reference.prefill(seen.before, seen.image.astype(np.float64), seen.after)
    steps = [reference.step(token) for token in seen.tokens]
    logits: list[Array] = [prompt, *(step.logits for step in steps)]
    return Comparison(
        seen=seen,
        steps=steps,
        logits_off=max(
            float(np.max(np.abs(ours - theirs)))
            for ours, theirs in zip(seen.logits, logits, strict=True)
        ),
        attention_off=max(
            float(np.max(np.abs(ours / step.attention - 1.0)))
            for ours, step in zip(seen.attention[1:], steps, strict=True)
        ),
        margin=min(float(np.min(np.abs(step.relative - sparc.tau))) for step in steps),
    )
