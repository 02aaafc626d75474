"""The catalogue of models is data that keeps to its schema, and states what the public sources state."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.inference.chat_templates import TEMPLATES
from assistant.model_store.catalogue import (
    CatalogueError,
    CatalogueModel,
    find_row,
    models_folder,
    parse_catalogue,
    read_catalogue,
)
from sparc_ggml.config import PRESETS

ROWS = read_catalogue()
LLAVAS = {name for name in ROWS if name.startswith(("llava", "mobilevlm"))}
FEW_KEYS = {"lfm2.5-vl-1.6b"}
"""Six of its sixteen layers have a key/value cache."""
TABLE = tomllib.loads((models_folder() / "catalogue.toml").read_text(encoding="utf-8"))
HASHES = {
    "llava-v1.5-7b-Q4_K.gguf": "c91ebf0a628ceb25e374df23ad966cc1bf1514b33fecf4f0073f9619dec5b3f9",
    "llava-v1.5-7b-mmproj-Q8_0.gguf": "09c230de47f6f843e4841656f7895cac52c6e7ec7392acb5e8527de8b775c45a",
    "ggml-model-q4_k.gguf": "7ac9c2f7b8d76cc7f3118cdf0953ebab7a7a9b12bad5dbe237219d2ab61765ea",
    "llava-v1.6-mistral-7b.Q4_K_M.gguf": "4bd1bc95c4db74f8140ee520e76d1f83e063d3fde9c3723eaa4a4776785a7aa6",
    "llava-phi-3-mini-int4.gguf": "377876be20bac24488716c04824ab3a6978900679b40013b0d2585004555e658",
    "llava-phi-3-mini-mmproj-f16.gguf": "",
    "llava-llama-3-8b-v1_1-int4.gguf": "b6e1d703db0da8227fdb7127d8716bbc5049c9bf17ca2bb345be9470d217f3fc",
    "llava-llama-3-8b-v1_1-mmproj-f16.gguf": "eb569aba7d65cf3da1d0369610eb6869f4a53ee369992a804d5810a80e9fa035",
    "MobileVLM-1.7B-Q4_K.gguf": "41f0487ea4d3a4f58c467d779bfe66c02d9b33fa2d33b85cf456df89eb35dab9",
    "MobileVLM-1.7B-mmproj-f16.gguf": "7d9855d323cee2a1797a88f9d7057ce26b21dcd62a50b382c4ff44ea60c77e39",
    "Qwen3VL-2B-Instruct-Q4_K_M.gguf": "089d75c52f4b7ffc56ba998ffc50aae89fcafc755f9e7208aacca281dca6c2ae",
    "mmproj-Qwen3VL-2B-Instruct-Q8_0.gguf": "f9a68fabba69c3b81e153367b2c7521030b0fa8bb0de400c9599c8e6725f9c82",
    "Qwen3-VL-4B-Instruct-Q4_K_M.gguf": "d4dcd426bfba75752a312b266b80fec8136fbaca13c62d93b7ac41fa67f0492b",
    "mmproj-F16.gguf": "1b9f4e92f0fbda14d7d7b58baed86039b8a980fe503d9d6a9393f25c0028f1fc",
    "SmolVLM2-2.2B-Instruct-Q4_K_M.gguf": "0cf76814555b8665149075b74ab6b5c1d428ea1d3d01c1918c12012e8d7c9f58",
    "mmproj-SmolVLM2-2.2B-Instruct-Q8_0.gguf": "ae07ea1facd07dd3230c4483b63e8cda96c6944ad2481f33d531f79e892dd024",
    "SmolVLM-500M-Instruct-Q8_0.gguf": "9d4612de6a42214499e301494a3ecc2be0abdd9de44e663bda63f1152fad1bf4",
    "mmproj-SmolVLM-500M-Instruct-Q8_0.gguf": "d1eb8b6b23979205fdf63703ed10f788131a3f812c7b1f72e0119d5d81295150",
    "moondream2-text-model-f16_ct-vicuna.gguf": "925bcb666baf69ed747e26121af287b16ae7764483be9548b1382f29783689a5",
    "moondream2-mmproj-f16-20250414.gguf": "4cc1cb3660d87ff56432ebeb7884ad35d67c48c7b9f6b2856f305e39c38eed8f",
    "OpenGVLab_InternVL3_5-2B-Q8_0.gguf": "6997c6e3a1fe5920ac1429a21a3ec15d545e14eb695ee3656834859e617800b5",
    "mmproj-OpenGVLab_InternVL3_5-2B-f16.gguf": "e83ba6e675b747f7801557dc24594f43c17a7850b6129d4972d55e3e9b010359",
    "LFM2.5-VL-1.6B-Q4_K_M.gguf": "aefc3c97c9eb30d9c0dd6af4c38250f5f5106b57c8cf92de7914c7d0a9c94da2",
    "mmproj-LFM2.5-VL-1.6b-F16.gguf": "2cddba98b98390c011c606c416de2e63dcfdd3b21452bf71ad6aab59fa52d2ee",
}


def test_the_models_are_the_ones_wished_for() -> None:
    assert set(ROWS) == {
        "llava-1.5-7b", "llava-1.5-7b-f16", "llava-1.6-mistral-7b", "llava-phi-3-mini", "llava-llama-3-8b",
        "mobilevlm-1.7b", "qwen3-vl-2b", "qwen3-vl-4b", "internvl3.5-2b", "smolvlm2-2.2b", "lfm2.5-vl-1.6b",
        "moondream2", "smolvlm-500m",
    }  # fmt: skip
    assert (ROWS["llava-1.5-7b"].image_tokens, ROWS["llava-1.5-7b"].template) == (576, "vicuna_v1")
    assert ROWS["llava-1.6-mistral-7b"].image_tokens == 2880
    assert ROWS["llava-1.6-mistral-7b"].n_ctx >= 4096
    assert PRESETS[ROWS["llava-1.5-7b"].preset].tau == 1.5
    assert PRESETS[ROWS["llava-1.6-mistral-7b"].preset].tau == 4.0
    assert ROWS["mobilevlm-1.7b"].image_tokens == 144
    assert ROWS["mobilevlm-1.7b"].file("model").size == 834_055_776


def test_hashes_are_those_of_the_sources() -> None:
    stated = {file.name: file.sha256 for row in ROWS.values() for file in row.files}
    for name, sha256 in HASHES.items():
        assert stated[name] == sha256
    by_model = {row.name: row.file("mmproj").sha256 for row in ROWS.values()}
    assert by_model["llava-1.5-7b-f16"].startswith("b7c8ff0f58fc")
    assert by_model["llava-1.6-mistral-7b"].startswith("00205ee8a0d7")


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_true_to_itself(row: CatalogueModel) -> None:
    assert row.template in TEMPLATES or (not row.template and row.name not in LLAVAS)
    assert row.preset in PRESETS
    if row.name in LLAVAS:
        assert row.vision_layers == 23  # CLIP ViT-L/14 has 24, and LLaVA reads the last but one
    else:
        assert PRESETS[row.preset].method == "none", "steering was not measured with it"
        assert not row.steering_measured
    assert all(file.verified != "download" and not file.name_checked for file in row.files)
    # Files, at least a grouped-query key/value cache, and some working memory.
    share = 8 if row.name in FEW_KEYS else 4
    cache = 2 * 2 * row.n_layer * row.n_ctx * row.n_embd // share
    assert row.memory_mb * 1e6 > row.n_bytes + cache + 100e6
    assert row.about.endswith(".")
    assert row.image_tokens < row.n_ctx


def test_ranks_are_one_order() -> None:
    assert sorted(row.rank for row in ROWS.values()) == list(range(1, len(ROWS) + 1))
    assert max(ROWS.values(), key=lambda row: row.rank).name == "smolvlm-500m"


def test_what_a_model_cannot_do_is_in_its_row() -> None:
    assert [row.name for row in ROWS.values() if not row.answers_yes_or_no] == ["smolvlm-500m"]
    assert "says yes" in ROWS["smolvlm-500m"].about
    assert "LFM Open License 1.0" in ROWS["lfm2.5-vl-1.6b"].licence
    assert "LFM2.5-VL-1.6B" in ROWS["lfm2.5-vl-1.6b"].licence_link


def test_steering_counts_as_measured_where_its_authors_published_values() -> None:
    measured = {row.name for row in ROWS.values() if row.steering_measured}
    assert measured == {"llava-1.5-7b", "llava-1.5-7b-f16"}


def test_a_projector_in_half_precision_comes_before_the_same_model_with_a_rounded_one() -> None:
    rounded = {row.name for row in ROWS.values() if row.file("mmproj").is_rounded}
    assert rounded == {"llava-1.5-7b", "qwen3-vl-2b", "smolvlm2-2.2b", "smolvlm-500m"}
    assert ROWS["llava-1.5-7b-f16"].rank < ROWS["llava-1.5-7b"].rank


def test_a_size_that_is_not_known_is_expected_and_takes_any_that_the_server_states() -> None:
    file = ROWS["qwen3-vl-4b"].file("model")
    assert (file.size, file.may_have_size(0), file.may_have_size(1)) == (0, False, True)
    assert ROWS["qwen3-vl-4b"].n_bytes > 3e9
    unknown = {row.name for row in ROWS.values() if not row.has_known_size}
    assert unknown == {"qwen3-vl-4b", "internvl3.5-2b", "lfm2.5-vl-1.6b"}


def _without(key: str) -> Any:
    return lambda row: row.pop(key)


def _with(key: str, value: Any) -> Any:
    return lambda row: row.update({key: value})


@pytest.mark.parametrize(
    "spoil",
    [
        _without("licence"),
        _with("colour", "red"),
        _with("n_layer", "32"),
        _with("n_layer", 0),
        _with("name", "Not A Name"),
        _with("licence_link", "nowhere"),
        lambda row: row["file"].pop(),
        lambda row: row["file"].reverse(),
        lambda row: row["file"][0].update(sha256="abc"),
        lambda row: row["file"][0].update(verified="none"),
        lambda row: row["file"][0].update(name="../up.gguf"),
        lambda row: row["file"][0].update(size=True),
        lambda row: row["file"][0].update(size=0),
        lambda row: row["file"][0].update(expected_size=5),
        _with("image_tokens_low", 1000),
        _with("answers_yes_or_no", "no"),
        lambda row: row["file"][0].update(name=".lock"),
        lambda row: row["file"][0].update(name="a\0.gguf"),
        lambda row: row["file"][0].update(repository="../.."),
        lambda row: row["file"][0].update(repository="owner/na\0me"),
        lambda row: row["file"][0].update(repository="owner/name?x"),
        lambda row: row["file"][0].update(revision="../../main"),
        lambda row: row["file"][1].update(revision="main\n"),
        _with("title", "\x1b]0;mine\x07LLaVA"),
        _with("about", "It erases\x1b[2J the screen."),
    ],
)
def test_a_spoilt_row_is_refused(spoil: Any) -> None:
    table = copy.deepcopy(TABLE)
    spoil(table["model"][0])
    with pytest.raises(CatalogueError):
        parse_catalogue(table)


def test_two_models_of_one_name_are_refused() -> None:
    table = copy.deepcopy(TABLE)
    table["model"].append(copy.deepcopy(table["model"][0]))
    with pytest.raises(CatalogueError, match="one name"):
        parse_catalogue(table)


def test_a_rounded_size_is_good_to_one_percent_and_an_exact_one_to_the_byte() -> None:
    rounded, exact = (ROWS[name].file("model") for name in ("llava-1.5-7b", "mobilevlm-1.7b"))
    assert rounded.may_have_size(rounded.size + rounded.size // 101)
    assert not rounded.may_have_size(rounded.size + rounded.size // 99)
    assert not exact.may_have_size(exact.size + 1)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        find_row("gpt-9", ROWS)
    assert "llava-1.5-7b" in caught.value.hint
