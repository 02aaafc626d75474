"""A slow, obvious Llama decoder in numpy with SPARC inside: the oracle for the real engine.

Written from the papers and llama.cpp's graph (``src/models/llama.cpp``), not from this project's
own steering code: one position at a time, one head at a time, everything in float64. Only what
llama.cpp *stores* in fewer bits may be mirrored here (``kv_dtype``), so that a selection at the
threshold falls the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.reference.gguf_weights import GgufWeights

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SparcParameters:
    """SPARC (arXiv 2502.01419) as its authors run it; layers are 0-based, ``last_layer`` inclusive.

    ``beta`` weights the OLD average: ``ema = (1 - beta) * a + beta * ema``.
    """

    alpha: float
    beta: float
    tau: float
    selected_layer: int
    first_layer: int
    last_layer: int


@dataclass(frozen=True)
class DecodeStep:
    """What one decode step did.

    Attributes:
        attention: ``a``, attention of the fed token on each image token at the selected layer, mean
            over the heads; shape (n_image,).
        relative: ``(a - ema) / ema`` with the average from before this step; shape (n_image,).
        selected: image tokens that this step selects for the next one.
        gains: gain each image token carried during this step; shape (n_image,).
        logits: shape (n_vocab,).
    """

    attention: Array
    relative: Array
    selected: tuple[int, ...]
    gains: Array
    logits: Array


class LlamaDecoder:
    """Decoder of architecture "llama" with its own K and V caches.

    Args:
        weights: the dequantised GGUF.
        kv_dtype: what K and V are rounded to when they are cached; llama.cpp's default is float16.
    """

    def __init__(self, weights: GgufWeights, kv_dtype: npt.DTypeLike = np.float64) -> None:
        get = weights.metadata
        self._tensors = weights.tensors
        self._kv_dtype = np.dtype(kv_dtype)
        self.n_layer = int(get["llama.block_count"])
        self.n_head = int(get["llama.attention.head_count"])
        self.n_head_kv = int(get.get("llama.attention.head_count_kv", self.n_head))
        self.head_dim = int(get["llama.embedding_length"]) // self.n_head
        self._eps = float(get["llama.attention.layer_norm_rms_epsilon"])
        self._rope_base = float(get.get("llama.rope.freq_base", 10000.0))
        self._keys: list[list[Array]] = [[] for _ in range(self.n_layer)]
        self._values: list[list[Array]] = [[] for _ in range(self.n_layer)]
        self.last_attention: list[Array] = []
        """Per layer, the last token's attention, shape (n_head, n_kv)."""

    @property
    def n_past(self) -> int:
        """Positions in the cache."""
        return len(self._keys[0])

    def embed(self, tokens: Sequence[int]) -> Array:
        """Returns token embeddings, shape (n_token, n_embd)."""
        return np.asarray(self._tensors["token_embd.weight"][list(tokens)], dtype=np.float64)

    def feed(self, embeddings: Array) -> Array:
        """Reads embeddings (n, n_embd) one by one; returns the last one's logits (n_vocab,)."""
        for embedding in embeddings:
            hidden = self._feed_one(embedding)
        output = "output.weight" if "output.weight" in self._tensors else "token_embd.weight"
        return self._multiply(output, hidden)

    def scaled_value(self, layer: int, position: int, saved: Array, gain: float) -> None:
        """Writes ``saved * gain``, shape (n_head_kv, head_dim), over a cached V row."""
        self._values[layer][position] = self._stored(saved * gain)

    def value(self, layer: int, position: int) -> Array:
        """Returns a copy of a cached V row, shape (n_head_kv, head_dim)."""
        return self._values[layer][position].copy()

    def _stored(self, row: Array) -> Array:
        return row.astype(self._kv_dtype).astype(np.float64)

    def _multiply(self, name: str, x: Array) -> Array:
        """The matrix ``name`` (n_out, n_in) times ``x`` (n_in,)."""
        product: Array = self._tensors[name] @ x
        return product

    def _feed_one(self, embedding: Array) -> Array:
        hidden = embedding.astype(np.float64)
        position = self.n_past
        self.last_attention = []
        for il in range(self.n_layer):
            hidden = hidden + self._attend(il, self._norm(hidden, f"blk.{il}.attn_norm"), position)
            hidden = hidden + self._feed_forward(il, self._norm(hidden, f"blk.{il}.ffn_norm"))
        return self._norm(hidden, "output_norm")

    def _norm(self, x: Array, name: str) -> Array:
        scaled: Array = x / np.sqrt(np.mean(x * x) + self._eps) * self._tensors[f"{name}.weight"]
        return scaled

    def _attend(self, il: int, x: Array, position: int) -> Array:
        block = f"blk.{il}"
        q = self._multiply(f"{block}.attn_q.weight", x).reshape(self.n_head, self.head_dim)
        k = self._multiply(f"{block}.attn_k.weight", x).reshape(self.n_head_kv, self.head_dim)
        v = self._multiply(f"{block}.attn_v.weight", x).reshape(self.n_head_kv, self.head_dim)
        q, k = self._rotate(q, position), self._rotate(k, position)
        self._keys[il].append(self._stored(k))
        self._values[il].append(self._stored(v))
        keys = np.stack(self._keys[il])  # (n_kv, n_head_kv, head_dim)
        values = np.stack(self._values[il])
        probabilities = np.empty((self.n_head, len(keys)))
        mixed = np.empty((self.n_head, self.head_dim))
        for head in range(self.n_head):
            group = head // (self.n_head // self.n_head_kv)  # heads that share one K/V head
            scores = keys[:, group] @ q[head] / np.sqrt(self.head_dim)
            weights = np.exp(scores - scores.max())
            probabilities[head] = weights / weights.sum()
            mixed[head] = probabilities[head] @ values[:, group]
        self.last_attention.append(probabilities)
        return self._multiply(f"{block}.attn_output.weight", mixed.reshape(-1))

    def _rotate(self, heads: Array, position: int) -> Array:
        """RoPE of llama.cpp's "NORM" type: neighbours (2i, 2i + 1) pair up. Shape (n, head_dim)."""
        pair = np.arange(self.head_dim // 2)
        angle = position * self._rope_base ** (-2.0 * pair / self.head_dim)
        even, odd = heads[:, 0::2], heads[:, 1::2]
        rotated = np.empty_like(heads)
        rotated[:, 0::2] = even * np.cos(angle) - odd * np.sin(angle)
        rotated[:, 1::2] = even * np.sin(angle) + odd * np.cos(angle)
        return rotated

    def _feed_forward(self, il: int, x: Array) -> Array:
        block = f"blk.{il}"
        gate = self._multiply(f"{block}.ffn_gate.weight", x)
        up = self._multiply(f"{block}.ffn_up.weight", x)
        return self._multiply(f"{block}.ffn_down.weight", gate / (1.0 + np.exp(-gate)) * up)


class SparcDecoder:
    """An answer about one picture, steered by SPARC in the decoder's own V cache.

    Args:
        decoder: a fresh decoder.
        parameters: SPARC's, or ``None`` to leave the model alone.
    """

    def __init__(self, decoder: LlamaDecoder, parameters: SparcParameters | None) -> None:
        self._decoder = decoder
        self._parameters = parameters

    def prefill(self, before: Sequence[int], image: Array, after: Sequence[int]) -> Array:
        """Reads text, image embeddings (n_image, n_embd), text; returns the logits (n_vocab,)."""
        decoder = self._decoder
        decoder.feed(decoder.embed(before))
        first = decoder.n_past
        decoder.feed(image)
        self._positions = range(first, decoder.n_past)
        logits = decoder.feed(decoder.embed(after))
        self._gains = np.ones(len(image))
        self._saved = {
            (layer, position): decoder.value(layer, position)
            for layer in range(decoder.n_layer)
            for position in self._positions
        }
        self._selected: tuple[int, ...] = ()
        self._ema = self._observe()
        return logits

    def step(self, token: int) -> DecodeStep:
        """Feeds one generated token."""
        if self._parameters is not None:
            self._boost(self._parameters)
        logits = self._decoder.feed(self._decoder.embed([token]))
        attention = self._observe()
        relative = (attention - self._ema) / self._ema
        if self._parameters is not None:
            p = self._parameters
            self._selected = tuple(int(j) for j in np.flatnonzero(relative >= p.tau))
            self._ema = (1.0 - p.beta) * attention + p.beta * self._ema
        return DecodeStep(attention, relative, self._selected, self._gains.copy(), logits)

    def _boost(self, p: SparcParameters) -> None:
        for j in self._selected:
            self._gains[j] *= p.alpha
            for layer in range(p.first_layer, p.last_layer + 1):
                position = self._positions[j]
                saved = self._saved[layer, position]
                self._decoder.scaled_value(layer, position, saved, self._gains[j])

    def _observe(self) -> Array:
        layer = self._parameters.selected_layer if self._parameters is not None else 0
        on_image = self._decoder.last_attention[layer][
            :, list(self._positions)
        ]  # (n_head, n_image)
        mean: Array = on_image.mean(axis=0)
        return mean
