"""Trains what tells drawn scenes from all other pictures: ``python -m scripts.photographs.strangers_train``.

Takes training scenes, plain and with faults, made strangers, and the fetched pictures for choosing
(``python -m scripts.photographs.fetch``), whole and cut; writes ``models/demo/familiarity.npz`` and the checksums.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.inference.familiarity import find_logits, hash_file
from assistant.model_store.find import embedded_model
from scripts.photographs.encoding import Encoder
from scripts.photographs.stranger_pictures import Encoded, encode, fetched, made, training_scenes
from scripts.photographs.token_network import Floats, Weights, start, train
from scripts.train_scene_model.gguf_files import write_checksums

_HELD_OUT = 7
"""Every so manyth picture chooses the limit instead of being learned from."""
_HIDDEN, _POOLED = 48, 24
_SPREAD = 4.0
_SCENES_KEPT = 0.997


def main() -> int:
    """Encode, train, choose the limit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=1200)
    parser.add_argument("--made", type=int, default=40, help="of each kind")
    parser.add_argument(
        "--cuts", type=int, default=1, help="of each fetched picture, beside the whole"
    )
    parser.add_argument("--steps", type=int, default=1000)
    args = parser.parse_args()
    files = embedded_model()
    with Encoder() as encoder:
        scenes = encode(encoder, training_scenes(args.scenes))
        strangers = encode(encoder, made(args.made)) + encode(encoder, fetched("choose", args.cuts))
    print(f"{len(scenes.sources)} scenes, {len(strangers.sources)} strangers")
    weights = fit(scenes, strangers, args.steps)
    assert files.familiarity_path is not None
    write(files.familiarity_path, weights, hash_file(files.mmproj_path))
    folder = files.model_path.parent
    write_checksums(
        folder, (files.mmproj_path.name, files.model_path.name, files.familiarity_path.name)
    )
    return 0


def fit(scenes: Encoded, strangers: Encoded, n_steps: int, seed: int = 0) -> Weights:
    """Return the weights that tell the two apart, and their limit; every so manyth picture only chooses the limit."""
    groups = scenes.tokens, strangers.tokens
    is_held = [np.arange(len(tokens)) % _HELD_OUT == 0 for tokens in groups]
    learned = [tokens[~held] for tokens, held in zip(groups, is_held, strict=True)]
    sample = learned[0][::4].reshape(-1, groups[0].shape[2]).astype(np.float32)
    centre, scale = sample.mean(0), sample.std(0) + 1e-3

    def batch_of(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        half = count // 2
        chosen = [tokens[rng.integers(len(tokens), size=half)] for tokens in learned]
        tokens = (np.concatenate(chosen).astype(np.float32) - centre) / scale
        return tokens, np.repeat(np.array((0.01, 0.99), np.float32), half)

    weights = train(start(len(centre), _HIDDEN, _POOLED, seed), batch_of, n_steps, seed, print)
    weights |= {"centre": centre, "scale": scale}
    near, far = (
        logits_of(weights, tokens[held]) for tokens, held in zip(groups, is_held, strict=True)
    )
    weights["limit"] = np.array(choose_limit(near, far), np.float32)
    weights["spread"] = np.array(_SPREAD, np.float32)
    refused = [float((logits > weights["limit"]).mean()) for logits in (near, far)]
    print(f"held out: refused {refused[0]:.2%} of scenes, {refused[1]:.2%} of strangers")
    return weights


def logits_of(weights: Weights, tokens: NDArray[np.float16]) -> Floats:
    """Return the logits of pictures, shape (n_pictures,), in pieces that fit into memory."""
    pieces = [tokens[i : i + 64].astype(np.float32) for i in range(0, len(tokens), 64)]
    return np.concatenate([find_logits(weights, piece) for piece in pieces])


def choose_limit(near: Floats, far: Floats) -> float:
    """Return the limit: midway between nearly all scenes and nearly all strangers."""
    return float(np.quantile(near, _SCENES_KEPT) + np.quantile(far, 1 - _SCENES_KEPT)) / 2


def write(path: Path, weights: Weights, projector_sha256: str) -> None:
    """Write the weights in half precision, bound to a projector file."""
    exact = ("limit", "spread")
    stored: dict[str, Any] = {
        n: value if n in exact else value.astype(np.float16) for n, value in weights.items()
    }
    np.savez_compressed(path, projector_sha256=projector_sha256, **stored)


if __name__ == "__main__":
    sys.exit(main())
