"""Questions that build on each other: only what is new is read, and the picture stays when room is short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.core.events import Answer, DecodeOptions, DescribeRequest, EndReason, ImageRgb, Turn
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions, KvType
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.find import embedded_model
from sparc_ggml.config import SparcConfig
from tests.support.assistant_command import STREET
from tests.support.differences import assert_same_bits
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import random_picture, tiny_pair, value_rows
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

PICTURE = random_picture(64)
NONE = SparcConfig(method="none")
STRONG = SparcConfig(alpha=1.5, tau=0.2)
FIRST, SECOND, THIRD = "what is on the left?", "is there a dog?", "where is the house?"


def ask(
    asked: Engine | InferenceClient,
    question: str,
    turns: Sequence[Turn] = (),
    config: SparcConfig = NONE,
    decode: DecodeOptions | None = None,
    picture: ImageRgb = PICTURE,
) -> Answer:
    decode = decode or DecodeOptions(max_tokens=12, ignores_eos=True)
    if isinstance(asked, Engine):
        return asked.answer(DescribeRequest(picture, question, decode, config, turns=tuple(turns)))
    return ask_worker(
        asked, picture, config, question=question, decode=decode, turns=tuple(turns)
    ).answer


def cells_of(client: InferenceClient, picture: ImageRgb = PICTURE) -> int:
    """Cells of a picture that the worker was just asked about: all that a new question keeps."""
    return ask(client, "what is this?", picture=picture).counts.kept_tokens


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InferenceClient]:
    folder = tmp_path_factory.mktemp("pair")
    with InferenceClient(tiny_pair(folder, TinyLlama(), TinyMmproj(), n_ctx=512)) as client:
        yield client


def test_turns_that_the_cache_holds_are_not_read_again(tmp_path: Path) -> None:
    with Engine(tiny_pair(tmp_path, TinyLlama(), TinyMmproj())) as engine:
        ask(engine, FIRST)
        assert engine.loaded.prefix is not None
        n_picture = engine.loaded.prefix.past.n_cells
        # The tiny model's words are noise: what it was said to answer is read once, and then kept.
        turns = [Turn(FIRST, "a dog and a house")]
        second = ask(engine, SECOND, turns)
        held = list(engine.loaded.tail)
        turns.append(Turn(SECOND, "yes"))
        third = ask(engine, THIRD, turns)
    assert second.counts.kept_tokens > n_picture, "the first question is in the cache"
    assert third.counts.kept_tokens > second.counts.prompt_tokens - 5
    assert third.counts.kept_tokens < third.counts.prompt_tokens
    assert len(held) >= second.counts.prompt_tokens - n_picture


@pytest.mark.parametrize("kv_type", ["f16", "q8_0"])
def test_kept_turns_mean_what_turns_read_afresh_mean(tmp_path: Path, kv_type: KvType) -> None:
    turns = [Turn(FIRST, "a dog and a house"), Turn(SECOND, "yes")]
    shape, projector = TinyLlama(n_embd=128, n_head_kv=2), TinyMmproj(projection_dim=128)
    options = tiny_pair(tmp_path, shape, projector, kv_type=kv_type, flash_attn="on")
    with Engine(options) as fresh:
        expected = ask(fresh, THIRD, turns, decode=DecodeOptions(max_tokens=1))
        logits = fresh.loaded.model.logits().copy()
    with Engine(options) as engine:
        ask(engine, SECOND, turns[:1])
        seen = ask(engine, THIRD, turns, decode=DecodeOptions(max_tokens=1))
        kept = engine.loaded.model.logits().copy()
    assert seen.counts.kept_tokens > expected.counts.kept_tokens == 0
    assert seen.counts.prompt_tokens == expected.counts.prompt_tokens
    np.testing.assert_allclose(kept, logits, rtol=0, atol=0.02 * float(np.ptp(logits)))


def test_the_whole_cache_is_bit_for_bit_what_it_was_when_the_prompt_was_read(
    tmp_path: Path,
) -> None:
    """After answers that were steered, sampled and cancelled, with turns and without."""
    count = limit = 0

    def is_cancelled() -> bool:
        nonlocal count
        count += 1
        return 0 < limit <= count

    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj())
    with Engine(options, is_cancelled) as engine:
        ask(engine, FIRST)
        assert engine.loaded.prefix is not None
        n_picture = engine.loaded.prefix.past.n_cells
        before = {il: rows[:n_picture].copy() for il, rows in value_rows(engine).items()}
        turns: list[Turn] = []
        for round_, question in enumerate((FIRST, SECOND, THIRD) * 2):
            sampled = DecodeOptions(max_tokens=20, temperature=0.8, seed=round_, ignores_eos=True)
            answer = ask(engine, question, turns, STRONG, sampled)
            assert answer.sparc.method == "sparc"
            turns.append(Turn(question, answer.text or "nothing"))
            count, limit = 0, 8
            assert ask(engine, THIRD, turns, STRONG).ended is EndReason.CANCELLED
            limit = 0
        after = value_rows(engine)
        for il, rows in before.items():
            assert_same_bits(after[il][:n_picture], rows, f"layer {il}")


def test_a_second_look_with_another_seed_reads_the_question_alone(client: InferenceClient) -> None:
    def look(seed: int) -> DecodeOptions:
        return DecodeOptions(max_tokens=12, temperature=1.5, seed=seed, ignores_eos=True)

    picture = random_picture(64, 1)
    first = ask(client, FIRST, config=STRONG, decode=look(1), picture=picture)
    other = ask(client, FIRST, config=STRONG, decode=look(2), picture=picture)
    again = ask(client, FIRST, config=STRONG, decode=look(1), picture=picture)
    n_picture = cells_of(client, picture)
    assert first.counts.kept_tokens == 0
    assert n_picture > first.counts.image_tokens
    assert other.counts.kept_tokens == again.counts.kept_tokens == n_picture
    assert other.timings.encode_ms == 0.0
    assert first.text != other.text
    assert first.text == again.text


def test_a_full_context_drops_the_oldest_turns_and_keeps_the_picture(
    client: InferenceClient,
) -> None:
    words = "the house is on the left and the dog is on the right " * 3
    decode = DecodeOptions(max_tokens=16, ignores_eos=True)
    turns: list[Turn] = []
    dropped, kept = [], []
    for number in range(12):
        answer = ask(client, f"question {number}", turns, decode=decode)
        assert answer.ended is EndReason.MAX_TOKENS, "there was room for the answer"
        assert answer.timings.encode_ms == 0.0 or number == 0
        dropped.append(answer.n_dropped_turns)
        kept.append(answer.counts.kept_tokens)
        turns.append(Turn(f"question {number}", words))
    n_picture = cells_of(client)
    assert n_picture > answer.counts.image_tokens
    assert dropped[0] == 0
    assert dropped == sorted(dropped)
    assert 1 < len(set(dropped)) < 10, "turns go in lots, so that most questions keep the rest"
    for number in range(1, 12):
        assert kept[number] >= n_picture
        if dropped[number] == dropped[number - 1]:
            assert kept[number] > kept[number - 1] or number == 1


def test_a_recurrent_model_reads_all_again_and_answers_alike(tmp_path: Path) -> None:
    from tests.support.tiny_llama import write_tiny_mamba

    write_tiny_mamba(tmp_path / "model.gguf")
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj())
    turns = [Turn(FIRST, "a dog")]
    with InferenceClient(options) as fresh:
        expected = ask(fresh, SECOND, turns)
    with InferenceClient(options) as client:
        ask(client, FIRST)
        seen = ask(client, SECOND, turns)
    assert seen.text == expected.text


@pytest.mark.model
def test_a_real_answer_stays_in_the_cache_as_it_was_written() -> None:
    """Its words become the tokens again that it was written in, so that nothing of it is read."""
    files = embedded_model()
    with Image.open(STREET) as image:
        street = np.asarray(image.convert("RGB"))
    with InferenceClient(
        EngineOptions(files.model_path, files.mmproj_path, n_threads=1, template=files.template)
    ) as client:
        decode = DecodeOptions(max_tokens=300)
        first = ask(client, DETAILED_PROMPT, decode=decode, picture=street)
        assert first.ended is EndReason.EOS
        second = ask(client, FIRST, [Turn(DETAILED_PROMPT, first.text)], picture=street)
    assert second.counts.kept_tokens == first.counts.prompt_tokens + first.counts.tokens
