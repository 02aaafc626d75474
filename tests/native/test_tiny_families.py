"""The tiny pair of every family is what llama.cpp takes for one: its own helper describes a picture with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
import pytest

from tests.support.mtmd_judge import MARKER, JudgeError, Judgement, JudgeOptions, judge
from tests.support.tiny_families import FAMILIES, Pair, towers, write_pair
from tests.support.tiny_families.prompts import render_prompt

QUESTION = "what is on the left?"


@dataclass(frozen=True)
class Case:
    """A picture and what a family makes of it.

    Attributes:
        size: of the picture, width and height in px.
        cells: image tokens of each of its runs, in order.
        n_pos: positions of each run, where they are fewer.
        marks: the control tokens of the prompt in order.
    """

    family: str
    size: tuple[int, int]
    cells: tuple[int, ...]
    marks: tuple[str, ...]
    n_pos: tuple[int, ...] = ()


_TURN = ("<|im_start|>",)
_CHATML_END = ("<|im_end|>", "<|im_start|>")
_SYSTEM = ("<|im_start|>", "<|im_end|>")
_TILES_4_BY_3 = tuple(
    mark
    for row in range(1, 4)
    for column in range(1, 5)
    for mark in ("<fake_token_around_image>", f"<row_{row}_col_{column}>")
)
_WHOLE = ("<fake_token_around_image>", "<global-img>", "<fake_token_around_image>")
CASES = [
    Case(
        "smolvlm",
        (256, 192),
        (16,) * 13,
        ("<|im_start|>", *_TILES_4_BY_3, *_WHOLE, "<end_of_utterance>"),
    ),
    Case(
        "qwen2.5-vl",
        (256, 192),
        (63,),
        (*_SYSTEM, *_TURN, "<|vision_start|>", "<|vision_end|>", *_CHATML_END),
        n_pos=(9,),
    ),
    Case(
        "qwen3-vl",
        (256, 192),
        (48,),
        (*_TURN, "<|vision_start|>", "<|vision_end|>", *_CHATML_END),
        n_pos=(8,),
    ),
    Case(
        "gemma-3",
        (256, 192),
        (64,),
        (
            "<bos>",
            "<start_of_turn>",
            "<start_of_image>",
            "<end_of_image>",
            "<end_of_turn>",
            "<start_of_turn>",
        ),
    ),
    Case(
        "internvl3",
        (448, 336),
        (16,) * 13,
        (*_SYSTEM, *_TURN, "<img>", "</img>", *_CHATML_END),
    ),
    Case("internvl3.5", (100, 75), (16,), (*_TURN, "<img>", "</img>", *_CHATML_END)),
    Case(
        "lfm2-vl",
        (256, 192),
        (70,),
        ("<|startoftext|>", *_TURN, "<|image_start|>", "<|image_end|>", *_CHATML_END),
    ),
    Case(  # tiles of 512 px, which no file can make smaller
        "lfm2-vl",
        (1100, 500),
        (256, 256, 230),
        (
            "<|startoftext|>",
            *_TURN,
            "<|image_start|>",
            "<|img_row_1_col_1|>",
            "<|img_row_1_col_2|>",
            "<|img_thumbnail|>",
            "<|image_end|>",
            *_CHATML_END,
        ),
    ),
    Case("moondream2", (256, 192), (64,), ()),
    Case("llava-1.6", (300, 200), (16,) * 5, ("<s>",)),
    Case("llava-1.6", (50, 40), (16,), ("<s>",)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("families")


def make_picture(width: int, height: int) -> npt.NDArray[np.uint8]:
    """A picture of coarse random patches."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (-(-height // 4), -(-width // 4), 3), dtype=np.uint8)
    return coarse.repeat(4, axis=0).repeat(4, axis=1)[:height, :width]


@cache
def describe(pair: Pair, case: Case, is_inverted: bool = False) -> Judgement:
    picture = make_picture(*case.size)
    prompt = render_prompt(case.family, QUESTION)
    return judge(pair.model, pair.mmproj, prompt, 255 - picture if is_inverted else picture)


def read_control_tokens(path: Path) -> dict[int, str]:
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    control = int(gguf.TokenType.CONTROL)
    return {
        i: token
        for i, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind == control
    }


def test_every_family_has_a_case() -> None:
    assert {case.family for case in CASES} == set(FAMILIES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}-{case.size[0]}px")
def test_llama_cpp_lays_out_the_picture_and_answers(folder: Path, case: Case) -> None:
    pair = write_pair(case.family, folder)
    seen = describe(pair, case)
    pictures = seen.image_chunks
    assert tuple(chunk.n_cells for chunk in pictures) == case.cells
    assert tuple(chunk.n_pos for chunk in pictures) == (case.n_pos or case.cells)
    assert seen.uses_mrope == bool(case.n_pos)
    assert seen.is_non_causal == (case.family == "gemma-3")
    control = read_control_tokens(pair.model)
    assert [control[token] for token in seen.prompt_tokens if token in control] == list(case.marks)
    for chunk in pictures:
        assert chunk.embeddings is not None
        # Neither as if there were no picture, nor so loud that the text drowned.
        assert 0.1 < chunk.embeddings.std(axis=0).mean() < 4.0
    assert len(seen.tokens) == 8
    assert len(set(seen.tokens)) > 1
    assert not set(seen.tokens) & set(control)
    assert np.isfinite(seen.logits).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_in_the_picture_matters(folder: Path, family: str) -> None:
    case = next(case for case in CASES if case.family == family)
    pair = write_pair(family, folder)
    seen, inverted = describe(pair, case), describe(pair, case, True)
    assert inverted.prompt_tokens == seen.prompt_tokens
    assert np.abs(inverted.logits[0] - seen.logits[0]).max() > 0.5


@pytest.mark.parametrize("family", FAMILIES)
def test_the_files_are_small_always_the_same_and_carry_their_template(
    folder: Path, tmp_path: Path, family: str
) -> None:
    pair, again = write_pair(family, folder), write_pair(family, tmp_path)
    assert pair.model.read_bytes() == again.model.read_bytes()
    assert pair.mmproj.read_bytes() == again.mmproj.read_bytes()
    assert pair.model.stat().st_size + pair.mmproj.stat().st_size < 1_000_000
    fields = gguf.GGUFReader(pair.model).fields
    assert fields["tokenizer.chat_template"].contents() == FAMILIES[family].template


def test_qwen3_brings_the_numbers_of_its_deeper_layers(folder: Path) -> None:
    case = next(case for case in CASES if case.family == "qwen3-vl")
    seen = describe(write_pair("qwen3-vl", folder), case)
    assert seen.image_chunks[0].embeddings is not None
    assert seen.image_chunks[0].embeddings.shape == (48, 64 * 3)


def test_gemmas_picture_has_to_be_read_in_one_batch(folder: Path) -> None:
    """Its tokens see each other: an engine that reads them in parts is found out by the logits."""
    case = next(case for case in CASES if case.family == "gemma-3")
    pair, prompt = write_pair("gemma-3", folder), render_prompt("gemma-3", QUESTION)
    picture = make_picture(*case.size)
    whole, exact, parts = (
        judge(pair.model, pair.mmproj, prompt, picture, JudgeOptions(n_tokens=1, n_batch=n))
        for n in (512, 64, 32)
    )
    assert np.array_equal(exact.logits, whole.logits)
    assert np.abs(parts.logits - whole.logits).max() > 0.1


@pytest.mark.parametrize(
    ("family", "cells"),
    [
        ("qwen2.5-vl", (12,)),
        ("qwen3-vl", (12,)),
        # Its tiles have 512 px whatever is allowed, and a picture over the limit is cut into them.
        ("lfm2-vl", (*(256,) * 6, 12)),
    ],
)
def test_a_limit_of_image_tokens(folder: Path, family: str, cells: tuple[int, ...]) -> None:
    case = next(case for case in CASES if case.family == family)
    pair = write_pair(family, folder)
    few = JudgeOptions(image_min_tokens=8, image_max_tokens=16, n_tokens=1)
    prompt = render_prompt(family, QUESTION)
    seen = judge(pair.model, pair.mmproj, prompt, make_picture(*case.size), few)
    assert tuple(chunk.n_cells for chunk in seen.image_chunks) == cells


def test_a_picture_part_of_another_model_is_refused_with_llama_cpps_reason(folder: Path) -> None:
    model, mmproj = write_pair("qwen3-vl", folder).model, write_pair("qwen2.5-vl", folder).mmproj
    with pytest.raises(JudgeError, match="mismatch between text model"):
        judge(model, mmproj, f"{MARKER} what?", make_picture(64, 64))


def test_an_abort_of_llama_cpp_is_an_error_of_one_judgement(folder: Path, tmp_path: Path) -> None:
    pair = write_pair("lfm2-vl", folder)
    broken = tmp_path / "mmproj.gguf"
    towers.write_lfm2(broken, replace(towers.Tower(256, 16, scale=2), n_head=3))
    with pytest.raises(JudgeError, match="GGML_ASSERT"):
        judge(pair.model, broken, f"{MARKER} what?", make_picture(64, 64))
