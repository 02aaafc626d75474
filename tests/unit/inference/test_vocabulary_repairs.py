"""Only the vocabularies that need it are loaded with other metadata than their own."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.inference.gguf.header import ArrayLength, GgufHeader
from assistant.inference.gguf.pairing import vocabulary_repairs

LLAMA_3 = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ArrayLength(128_256),
    "tokenizer.ggml.bos_token_id": 128_000,
}
PHI_3 = {
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": ArrayLength(32_064),
    "tokenizer.ggml.eos_token_id": 32_000,
}


def repairs(values: dict[str, Any]) -> dict[str, str]:
    return vocabulary_repairs(GgufHeader(values, {}, 0, 0))


def test_what_older_converters_left_out_is_given() -> None:
    assert repairs(LLAMA_3) == {"tokenizer.ggml.pre": "llama-bpe"}
    assert (
        repairs(PHI_3) == repairs(PHI_3 | {"general.name": "LLaMA v2"}) == {"general.name": "phi-3"}
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        LLAMA_3 | {"tokenizer.ggml.pre": "smaug-bpe"},
        LLAMA_3 | {"tokenizer.ggml.bos_token_id": 1},
        LLAMA_3 | {"tokenizer.ggml.tokens": ArrayLength(151_936)},
        PHI_3
        | {"tokenizer.ggml.eos_token_id": 2},  # LLaVA-1.5 of another converter has as many tokens
        PHI_3 | {"tokenizer.ggml.tokens": ["a"]},
        {"tokenizer.ggml.tokens": 7, "tokenizer.ggml.model": "llama"},
    ],
)
def test_other_files_are_loaded_as_they_are(values: dict[str, Any]) -> None:
    assert repairs(values) == {}
