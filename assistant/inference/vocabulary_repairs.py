"""What older converters left out of a model file's vocabulary, so that llama.cpp cuts a text as the model learned it.

Files in circulation cannot be changed; llama.cpp takes other values for single keys while it loads
(``llama_model_params.kv_overrides``). Each repair asks for marks that one family alone has.
"""

from __future__ import annotations

from assistant.inference.gguf_header import ArrayLength, GgufHeader

_LLAMA_3_SIZE, _LLAMA_3_BOS = 128_256, 128_000
_PHI_3_SIZE, _PHI_3_ENDS = 32_064, (32_000, 32_007)
_NAME, _PRE = "general.name", "tokenizer.ggml.pre"


def vocabulary_repairs(model: GgufHeader) -> dict[str, str]:
    """Metadata to load a model with, by key; empty for most files.

    A Llama-3 file from before May 2024 does not name its way of cutting words (``tokenizer.ggml.pre``):
    llama.cpp then cuts otherwise, and puts no BOS before the prompt (``src/llama-vocab.cpp``).
    Phi-3's marks swallow the white space after them (``rstrip`` in its ``tokenizer_config.json``), which llama.cpp
    knows by the model's name alone; a LLaVA made from it may be called otherwise.
    """
    values = model.values
    kind, n_vocab = values.get("tokenizer.ggml.model"), _length(values.get("tokenizer.ggml.tokens"))
    if (
        (kind, n_vocab) == ("gpt2", _LLAMA_3_SIZE)
        and not values.get(_PRE)
        and model.number("tokenizer.ggml.bos_token_id") == _LLAMA_3_BOS
    ):
        return {_PRE: "llama-bpe"}
    if (kind, n_vocab) == ("llama", _PHI_3_SIZE) and (
        model.number("tokenizer.ggml.eos_token_id") in _PHI_3_ENDS
    ):
        return {_NAME: "phi-3"}
    return {}


def _length(tokens: object) -> int:
    if isinstance(tokens, ArrayLength):
        return tokens.n
    return len(tokens) if isinstance(tokens, list) else 0
