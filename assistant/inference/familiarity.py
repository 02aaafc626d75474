"""Tells pictures of a model's own world from all others, by what its picture encoder makes of them.

A small model trained on one kind of pictures describes any other as if it were of that kind. Pixels do not tell the
two apart; the encoder's output does. What tells them apart is trained by ``scripts.photographs.strangers_train`` and
lies beside the model in a file, bound to the projector file by its hash.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.messages import engine as words

_LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]

LIMIT = 1.0
"""Pictures at a larger distance are none of the model's world."""
MOST_BYTES = 1 << 20
_EPS = 1e-4


class FamiliarityError(Exception):
    """The file cannot be read, or belongs to another model; its text is for the log."""


def hash_file(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path, mmproj_path: Path) -> Weights:
    """Return what ``strangeness`` needs, in single precision.

    Raises:
        FamiliarityError: the file is missing or damaged, or belongs to another projector file.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FamiliarityError("too large")
        # NumPy leaves open what it opened itself and found damaged.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            bound_to = str(file["projector_sha256"])
            weights = {n: file[n].astype(np.float32) for n in file.files if n != "projector_sha256"}
        if bound_to != hash_file(mmproj_path):
            raise FamiliarityError("made for another projector")
        if not all(np.isfinite(value).all() for value in weights.values()):
            raise FamiliarityError("not all weights are numbers")
        n_embd = len(weights["centre"])
        if not math.isfinite(measure_distance(weights, np.zeros((4, n_embd), np.float32))):
            raise FamiliarityError("gives no number")
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        ArithmeticError,
        zipfile.BadZipFile,
    ) as error:
        raise FamiliarityError(str(error)) from error
    return weights


def measure_distance(weights: Weights, embeddings: Floats) -> float:
    """Return how far a picture is from the model's world: above 1, it is none of it.

    Args:
        weights: as ``read_weights`` gives them.
        embeddings: image tokens, shape (n_tokens, n_embd).
    """
    with np.errstate(all="ignore"):  # what is no number stays none
        logit = float(find_logits(weights, embeddings[None])[0])
    limit, spread = float(weights["limit"]), float(weights["spread"])
    return math.exp(min((logit - limit) / spread, 50.0))


def find_logits(weights: Weights, embeddings: Floats) -> Floats:
    """Return how strange pictures are, shape (n_pictures,), of tokens of shape (n_pictures, n_tokens, n_embd).

    Each token goes through one hidden layer; the mean, the spread and the largest of each hidden value over the
    picture go through another. Order plays no part.
    """
    tokens = (embeddings - weights["centre"]) / weights["scale"]
    hidden = np.maximum(tokens @ weights["token"] + weights["token_bias"], 0)
    mean = hidden.mean(1)
    spread = np.sqrt(((hidden - mean[:, None]) ** 2).mean(1) + _EPS)
    pooled = np.concatenate((mean, spread, hidden.max(1)), 1)
    upper = np.maximum(pooled @ weights["pooled"] + weights["pooled_bias"], 0)
    logits: Floats = (upper @ weights["out"] + weights["out_bias"])[:, 0]
    return logits


class Familiarity:
    """What tells a model's own pictures from others; read when it is first needed."""

    def __init__(self, path: Path, mmproj_path: Path) -> None:
        """Read nothing yet; hashing the projector takes some milliseconds."""
        self._path, self._mmproj_path = path, mmproj_path
        self._lock = threading.Lock()
        self._weights: Weights | None = None
        self._is_read = False

    def measure(self, embeddings: Floats) -> float:
        """Return how far a picture is from the model's world; infinity where that cannot be told.

        ``embeddings`` has shape (n_tokens, n_embd).
        """
        weights = self._read()
        if weights is None or embeddings.shape[1] != len(weights["centre"]):
            return math.inf
        distance = measure_distance(weights, embeddings)
        return math.inf if math.isnan(distance) else distance

    def check_sound(self) -> None:
        """Check that it can tell anything at all.

        Raises:
            ModelError: the file is missing, damaged, or made for another model.
        """
        if self._read() is None:
            raise ModelError(words.familiarity_damaged(self._path.name), words.FAMILIARITY_HINT)

    def _read(self) -> Weights | None:
        with self._lock:
            if not self._is_read:
                self._is_read = True
                try:
                    self._weights = read_weights(self._path, self._mmproj_path)
                except FamiliarityError as error:
                    _LOGGER.warning("%s: %s", self._path, error)
        return self._weights
