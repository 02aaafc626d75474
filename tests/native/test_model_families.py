"""Random weights in the shape and template of every family: each loads, describes and is steered by the same code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.inference.chat_templates import TEMPLATES
from assistant.inference.engine import Engine
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.catalogue import read_catalogue
from sparc_ggml.config import SparcConfig
from tests.support.differences import assert_same_rows, has_same_bits
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import random_picture, record, tiny_pair
from tests.support.tiny_families import FAMILIES as OTHER_FAMILIES
from tests.support.tiny_llama import BOS, TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

STRONG = SparcConfig(alpha=1.5, tau=0.3)
NONE = SparcConfig(method="none")
PHI_3 = ("<|user|>", "<|end|>", "<|assistant|>")
LLAMA_3 = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")


@dataclass(frozen=True)
class Family:
    """One row of the catalogue in small.

    Attributes:
        row: its name there.
        image_tokens: of the tiny model.
    """

    row: str
    image_tokens: int
    llama: dict[str, Any] = field(default_factory=dict)
    mmproj: dict[str, Any] = field(default_factory=dict)
    picture_px: int = 64


FAMILIES = [
    Family("llava-1.5-7b", 16),
    Family("llava-1.5-7b-f16", 16, mmproj={"n_layer": 5}),
    Family(  # the whole, then four tiles as 8 rows, each with a newline; grouped queries, as Mistral
        "llava-1.6-mistral-7b",
        16 + 8 * (8 + 1),
        {"n_head_kv": 2},
        {"pinpoints": ((128, 128),)},
        picture_px=128,
    ),
    # Its authors turned Phi-3 into a Llama before they published it.
    Family("llava-phi-3-mini", 16, {"vocabulary": "phi-3", "quant": "Q8_0", "n_ff": 128}),
    Family("llava-phi-3-mini", 16, {"architecture": "phi3", "special": PHI_3}),
    Family("llava-llama-3-8b", 16, {"n_head_kv": 1, "special": LLAMA_3}),
    Family(
        "llava-llama-3-8b",
        16,
        {"n_head_kv": 1, "vocabulary": "llama-3", "quant": "Q8_0", "n_ff": 128},
    ),
    Family("mobilevlm-1.7b", 144, {}, {"projector": "ldp", "image_size": 96, "patch_size": 4}),
]


def test_every_model_of_the_catalogue_has_its_family() -> None:
    llavas = {family.row for family in FAMILIES}
    rows = read_catalogue()
    assert llavas <= set(rows)
    for name, row in rows.items():
        # The others' are in test_every_family.py; of those a row's family is the name.
        assert (name in llavas) != (row.family in OTHER_FAMILIES), name


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.row)
def test_it_loads_describes_and_is_steered(tmp_path: Path, family: Family) -> None:
    row = read_catalogue()[family.row]
    options = tiny_pair(
        tmp_path,
        TinyLlama(**family.llama),
        TinyMmproj(layout="legacy", **family.mmproj),
        template=row.template,
        n_ctx=1024,
    )
    picture = random_picture(family.picture_px)
    with InferenceClient(options) as client:
        plain, steered = ask_worker(client, picture, NONE), ask_worker(client, picture, STRONG)
        again = ask_worker(client, picture, NONE)
    for seen in (plain, steered):
        assert seen.answer.counts.image_tokens == family.image_tokens
        assert seen.answer.counts.tokens == 25
        assert set(seen.answer.corrections) == {"clip_order", "vision_layers"}
    assert steered.answer.unsteered_reason == ""
    assert steered.answer.sparc.method == "sparc"
    assert any(step.selected for step in steered.steps)
    assert max(step.max_gain for step in steered.steps) > 1.0
    # Afterwards the model answers as before; and in this process, where logits can be seen, it does all of that too.
    assert again.answer.text == plain.answer.text
    with Engine(options) as engine:
        plain_here, steered_here, again_here = (
            record(engine, picture, config) for config in (NONE, STRONG, NONE)
        )
    assert steered_here.steps == steered.steps
    assert plain_here.tokens == [step.token for step in plain.steps]
    assert not all(map(has_same_bits, plain_here.logits, steered_here.logits))
    assert_same_rows(again_here.logits, plain_here.logits, "logits at step")


@pytest.mark.parametrize(("name", "special"), [("phi-3", PHI_3), ("llama-3", LLAMA_3)])
def test_the_templates_marks_are_read_as_the_tokens_that_they_are(
    tmp_path: Path, name: str, special: tuple[str, ...]
) -> None:
    assert name in TEMPLATES
    options = tiny_pair(tmp_path, TinyLlama(special=special), TinyMmproj(), template=name)
    with Engine(options) as engine:
        seen = record(engine, random_picture(64), NONE, n_tokens=2)
        n_vocab = engine.loaded.model.vocabulary.n_vocab
    marks = [token for token in seen.before + seen.after if token >= n_vocab - len(special)]
    first = n_vocab - len(special)
    expected = {"phi-3": (0, 1, 2), "llama-3": (0, 1, 2, 0, 1)}[name]
    assert [token - first for token in marks] == list(expected)


@pytest.mark.parametrize("name", ["LLaMA v2", "llava-phi-3-mini", "Phi3"])
def test_phi_3_marks_swallow_the_line_break_after_them_whatever_the_file_is_called(
    tmp_path: Path, name: str
) -> None:
    """As its authors' tokenizer does; llama.cpp goes by the name, and refuses one that lacks the other marks."""
    shape = TinyLlama(vocabulary="phi-3", name=name, quant="Q8_0", n_ff=128)
    options = tiny_pair(tmp_path, shape, TinyMmproj(), template="phi-3")
    with Engine(options) as engine:
        seen = record(engine, random_picture(64), NONE, n_tokens=2)
        assert engine.loaded.model.vocabulary.is_end(32_007)
        assert engine.loaded.model.vocabulary.is_end(32_000)
    assert seen.before == [BOS, 32_010]
    assert seen.after[-2:] == [32_007, 32_001]


def test_a_llama_3_file_from_before_its_way_of_cutting_was_named_gets_its_bos(
    tmp_path: Path,
) -> None:
    shape = TinyLlama(vocabulary="llama-3", quant="Q8_0", n_ff=128)
    options = tiny_pair(tmp_path, shape, TinyMmproj(), template="llama-3")
    with Engine(options) as engine:
        seen = record(engine, random_picture(64), NONE, n_tokens=2)
        assert engine.loaded.model.vocabulary.is_end(128_009)
    assert seen.before[:2] == [128_000, 128_006]
    assert [token for token in seen.after if token >= 128_000] == [128_009, 128_006, 128_007]
