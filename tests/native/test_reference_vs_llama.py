"""The oracle: our engine on the real llama.cpp against a decoder written from the papers.

Both get the same weights and the same image embeddings; the reference is fed the tokens that
llama.cpp wrote, and steers its own V cache. What must agree: the tokens selected at every step, and
the logits.

A relative activation that lies at tau itself may fall to either side by rounding, without either
being wrong. So each case has a seed and a tau at which no value comes within reach of rounding, and
asserts that this is so.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.inference.engine import Engine
from assistant.inference.options import FlashAttn, KvType
from sparc_ggml.config import SparcConfig
from tests.reference.gguf_weights import read_gguf
from tests.reference.llama_decoder import LlamaDecoder, SparcDecoder
from tests.support.oracle import compare
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

N_EMBD = 128
CHAT = (
    "{{ bos_token }}USER: is there a dog near the tree? ASSISTANT: there is a red house. "
    "USER: {{ messages[0]['content'] }} ASSISTANT:"
)
"""A conversation that was under way before the picture came."""


@dataclass(frozen=True)
class Case:
    """One comparison.

    Attributes:
        logits_within: largest difference of a logit (their spread is about 3).
        attention_within: largest relative difference of the attention on an image token.
        options: of the engine, over the usual ones.
    """

    name: str
    n_head_kv: int
    flash_attn: FlashAttn
    kv_type: KvType
    seed: int
    tau: float
    logits_within: float
    attention_within: float
    n_tokens: int = 20
    llama: dict[str, Any] = field(default_factory=dict)
    mmproj: dict[str, Any] = field(default_factory=dict)
    picture_px: int = 64
    options: dict[str, Any] = field(default_factory=dict)


CALM = {"n_layer": 2, "attention_width": 1.0, "quant": "Q8_0"}
# Without flash attention and with an f32 cache, llama.cpp rounds nothing but float32 itself. An f16
# cache rounds K, V and the query; flash attention on a CPU sums V in f16 as well. With Q8_0 weights
# every activation is rounded to 8 bits, so that model is shallow and calm and runs for fewer steps.
# ARM's half-precision instructions add up in half precision: 0.0304 and 0.0104 were seen there.
F16_WITHIN = (0.035, 0.0115) if platform.machine() == "aarch64" else (0.03, 0.01)
CASES = [
    Case("mha, f32 cache", 4, "off", "f32", 26, 1.5, 5e-4, 1e-4),
    Case("mha", 4, "off", "f16", 26, 1.5, 0.03, 0.01),
    Case("mha, flash", 4, "on", "f16", 28, 1.75, 0.08, 0.015),
    Case("gqa, f32 cache", 2, "off", "f32", 8, 0.6, 5e-4, 1e-4),
    Case("gqa", 2, "off", "f16", 8, 0.6, 0.03, 0.01),
    Case("gqa, flash", 2, "on", "f16", 8, 0.6, 0.08, 0.02),
    Case("one kv head, tied", 1, "off", "f32", 20, 1.5, 5e-4, 1e-4, llama={"is_tied": True}),
    Case("f16 weights", 2, "off", "f32", 8, 0.6, *F16_WITHIN, llama={"quant": "F16"}),
    Case("mha, q8_0 weights", 4, "off", "f16", 2, 1.25, 0.25, 0.035, 8, CALM),
    Case("mha, q8_0 weights, flash", 4, "on", "f16", 2, 1.25, 0.25, 0.035, 8, CALM),
    Case("gqa, q8_0 weights", 2, "off", "f16", 145, 1.5, 0.25, 0.05, 8, CALM),
    Case("gqa, q8_0 weights, flash", 2, "on", "f16", 145, 1.5, 0.25, 0.05, 8, CALM),
    # Seven tokens at a time: text, picture and question all cross a batch's edge.
    Case(
        "picture in the middle of a conversation, small batches",
        *(2, "off", "f32", 8, 0.6, 5e-4, 1e-4),
        llama={"chat_template": CHAT},
        options={"n_batch": 7},
    ),
    # Four tiles and the whole picture: five chunks of image tokens.
    Case(
        "picture cut into tiles",
        *(2, "off", "f32", 16, 2.0, 5e-4, 1e-4, 10),
        mmproj={"pinpoints": ((128, 128),)},
        picture_px=128,
    ),
]


def run_engine(
    folder: Path, case: Case, config: SparcConfig, *, uses_native: bool = True
) -> tuple[Path, Recording]:
    options = tiny_pair(
        folder,
        TinyLlama(n_embd=N_EMBD, n_head_kv=case.n_head_kv, seed=case.seed, **case.llama),
        TinyMmproj(projection_dim=N_EMBD, **case.mmproj),
        flash_attn=case.flash_attn,
        kv_type=case.kv_type,
        uses_native=uses_native,
        **case.options,
    )
    with Engine(options) as engine:
        seen = record(engine, random_picture(case.picture_px), config, n_tokens=case.n_tokens)
    return options.model_path, seen


def reach_of_rounding(case: Case, tau: float) -> float:
    """How far a value may be off near tau: r = a / ema - 1, and both a and ema may be off by attention_within."""
    return (1.0 + tau) * 2.0 * case.attention_within / (1.0 - case.attention_within)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("uses_native", [True, False], ids=["native", "python"])
def test_selections_and_logits_agree(tmp_path: Path, case: Case, uses_native: bool) -> None:
    config = SparcConfig(alpha=1.2, tau=case.tau)
    model_path, seen = run_engine(tmp_path, case, config, uses_native=uses_native)
    result = compare(model_path, seen, case.kv_type)
    reach = reach_of_rounding(case, case.tau)
    print(
        f"\n{case.name}, {'native' if uses_native else 'python'}: largest difference of a logit "
        f"{result.logits_off:.2g}, of attention {result.attention_off:.2g} relative; selected at "
        f"{result.n_selecting} of {len(result.steps)} steps, closest to tau {result.margin:.3f} "
        f"(reach of rounding {reach:.3f})"
    )
    assert len(result.steps) == case.n_tokens
    assert result.margin > reach, "choose another seed or tau: a value lies in reach of rounding"
    assert result.n_selecting >= case.n_tokens / 2, "a case that selects nothing shows nothing"
    result.assert_same_selections()
    assert result.attention_off <= case.attention_within
    assert result.logits_off <= case.logits_within


def test_the_conversation_before_the_picture_is_really_there(tmp_path: Path) -> None:
    case = next(case for case in CASES if "n_batch" in case.options)
    _, seen = run_engine(tmp_path, case, SparcConfig())
    assert len(seen.before) > 2 * case.options["n_batch"]
    assert len(seen.after) > case.options["n_batch"]


def test_steering_changes_the_logits_that_the_oracle_compares(tmp_path: Path) -> None:
    case = CASES[0]
    model_path, seen = run_engine(tmp_path, case, SparcConfig(alpha=1.2, tau=case.tau))
    unsteered = SparcDecoder(LlamaDecoder(read_gguf(model_path)), None)
    assert seen.image is not None
    unsteered.prefill(seen.before, seen.image.astype(np.float64), seen.after)
    off = max(
        float(np.max(np.abs(unsteered.step(token).logits - ours)))
        for token, ours in zip(seen.tokens, seen.logits[1:], strict=True)
    )
    print(f"\nan unsteered reference is off by {off:.2f}")
    assert off > 100 * case.logits_within


@pytest.mark.parametrize("layers", [(0, 0), (1, 2), (4, 4)])
@pytest.mark.parametrize("selected_layer", [0, 4])
def test_only_the_chosen_layers_are_observed_and_scaled(
    tmp_path: Path, layers: tuple[int, int], selected_layer: int
) -> None:
    case = CASES[0]
    first, last = layers
    config = SparcConfig(
        alpha=1.5, tau=0.7, selected_layer=selected_layer, first_layer=first, last_layer=last
    )
    model_path, seen = run_engine(tmp_path, case, config)
    result = compare(model_path, seen, case.kv_type)
    print(
        f"\nlayer {selected_layer} observed, {first}-{last} scaled: largest difference of a logit "
        f"{result.logits_off:.2g}, closest to tau {result.margin:.2g}"
    )
    assert result.margin > reach_of_rounding(case, config.tau)
    assert result.n_selecting > 0
    result.assert_same_selections()
    assert result.logits_off <= case.logits_within
