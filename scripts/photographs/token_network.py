"""A small network over a picture's tokens, and how it is trained: numpy alone.

Each token goes through one hidden layer; the mean, the spread and the largest of each hidden value over the picture
go through another, which says how strange the picture is. Order plays no part.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
_EPS = 1e-4
_BATCH = 64
_PEAK_RATE = 2e-3
_DECAY = 1e-2


def start(width: int, n_hidden: int, n_pooled: int, seed: int) -> Weights:
    """Return weights to begin with."""
    rng = np.random.default_rng((41, seed))

    def matrix(rows: int, columns: int) -> Floats:
        return rng.normal(0, (2 / rows) ** 0.5, (rows, columns)).astype(np.float32)

    return {
        "token": matrix(width, n_hidden),
        "token_bias": np.zeros(n_hidden, np.float32),
        "pooled": matrix(3 * n_hidden, n_pooled),
        "pooled_bias": np.zeros(n_pooled, np.float32),
        "out": matrix(n_pooled, 1),
        "out_bias": np.zeros(1, np.float32),
    }


def slopes(weights: Weights, tokens: Floats, is_strange: Floats) -> tuple[float, Weights]:
    """Return the mean loss of a batch and its slope by every weight.

    Args:
        weights: as ``start`` gives them.
        tokens: normalised, shape (n_pictures, n_tokens, width).
        is_strange: 1 or 0 for each picture; values between are allowed.
    """
    n, n_tokens, width = tokens.shape
    flat = tokens.reshape(-1, width)
    hidden = np.maximum(flat @ weights["token"] + weights["token_bias"], 0).reshape(n, n_tokens, -1)
    mean = hidden.mean(1)
    centred = hidden - mean[:, None]
    spread = np.sqrt((centred**2).mean(1) + _EPS)
    most = hidden.argmax(1)
    largest = np.take_along_axis(hidden, most[:, None], 1)[:, 0]
    pooled = np.concatenate((mean, spread, largest), 1)
    upper = np.maximum(pooled @ weights["pooled"] + weights["pooled_bias"], 0)
    logit = (upper @ weights["out"] + weights["out_bias"])[:, 0]
    loss = float((np.logaddexp(0, logit) - is_strange * logit).mean())

    d_logit = ((1 / (1 + np.exp(-logit))) - is_strange)[:, None] / n
    d_upper = (d_logit @ weights["out"].T) * (upper > 0)
    d_mean, d_spread, d_largest = np.split(d_upper @ weights["pooled"].T, 3, 1)
    d_hidden = d_mean[:, None] / n_tokens + centred * (d_spread / spread)[:, None] / n_tokens
    rows, columns = np.arange(n)[:, None], np.arange(hidden.shape[2])[None]
    d_hidden[rows, most, columns] += d_largest
    d_hidden *= hidden > 0
    d_flat = d_hidden.reshape(-1, hidden.shape[2])
    return loss, {
        "token": flat.T @ d_flat,
        "token_bias": d_flat.sum(0),
        "pooled": pooled.T @ d_upper,
        "pooled_bias": d_upper.sum(0),
        "out": upper.T @ d_logit,
        "out_bias": d_logit.sum(0),
    }


def train(
    weights: Weights,
    batch_of: Callable[[np.random.Generator, int], tuple[Floats, Floats]],
    n_steps: int,
    seed: int,
    show: Callable[[str], None],
) -> Weights:
    """Return weights after so many steps of AdamW whose rate falls as a cosine.

    ``batch_of`` gives normalised tokens and what they are, for a random stream and a number of pictures.
    """
    rng = np.random.default_rng((43, seed))
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    recent = 0.0
    for step in range(1, n_steps + 1):
        loss, found = slopes(weights, *batch_of(rng, _BATCH))
        rate = _PEAK_RATE * min(1, step / 30) * (0.51 + 0.49 * np.cos(np.pi * step / n_steps))
        for name, slope in found.items():
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.98 * second[name] + 0.02 * slope**2
            move = first[name] / (1 - 0.9**step)
            move /= np.sqrt(second[name] / (1 - 0.98**step)) + 1e-8
            decay = 0.0 if name.endswith("bias") else _DECAY
            weights[name] = (weights[name] * (1 - rate * decay) - rate * move).astype(np.float32)
        recent += loss
        if step % 100 == 0:
            show(f"step {step}: loss {recent / 100:.4f}")
            recent = 0.0
    return weights
