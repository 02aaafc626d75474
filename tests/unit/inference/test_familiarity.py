"""The file that tells a model's own pictures from others: what it is bound to, and what it says when in doubt."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.inference.familiarity import (
    MOST_BYTES,
    Familiarity,
    FamiliarityError,
    hash_file,
    read_weights,
)
from assistant.model_store.find import embedded_model


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The file that ships, and a projector that it is bound to."""
    projector, path = tmp_path / "projector.gguf", tmp_path / "familiarity.npz"
    projector.write_bytes(b"weights")
    sound = embedded_model().familiarity_path
    assert sound is not None
    with np.load(sound) as file:
        np.savez(path, **{**file, "projector_sha256": hash_file(projector)})
    return path, projector


def change(path: Path, **changes: object) -> None:
    with np.load(path) as file:
        kept = dict(file)
    np.savez(path, **(kept | {n: np.asarray(value) for n, value in changes.items()}))


def test_it_is_bound_to_the_very_projector(pair: tuple[Path, Path]) -> None:
    path, projector = pair
    Familiarity(path, projector).check_sound()
    projector.write_bytes(b"other weights")
    judge = Familiarity(path, projector)
    with pytest.raises(ModelError, match=r"familiarity\.npz is missing or damaged"):
        judge.check_sound()
    assert judge.measure(np.zeros((196, 256), np.float32)) == math.inf


def test_what_is_no_number_is_none_of_its_world(pair: tuple[Path, Path]) -> None:
    judge = Familiarity(*pair)
    for strange in (math.nan, math.inf):
        assert judge.measure(np.full((196, 256), strange, np.float32)) > 1
    assert judge.measure(np.zeros((196, 255), np.float32)) == math.inf


@pytest.mark.parametrize(
    "changes",
    [
        {"out": np.full((24, 1), np.nan)},
        {"token": np.zeros((3, 3))},
        {"limit": np.float32(np.inf)},
        {"spread": np.float32(0)},
        {"centre": np.array([{}], object)},
    ],
)
def test_weights_that_do_not_fit_are_damage(
    pair: tuple[Path, Path], changes: dict[str, object]
) -> None:
    change(pair[0], **changes)
    with pytest.raises(FamiliarityError):
        read_weights(*pair)


def test_what_is_no_such_file_is_damage(pair: tuple[Path, Path]) -> None:
    path, projector = pair
    for content in (b"", b"PK\x03\x04", b"\x93NUMPY", b"x" * (MOST_BYTES + 1)):
        path.write_bytes(content)
        with pytest.raises(FamiliarityError):
            read_weights(path, projector)
    path.unlink()
    with pytest.raises(FamiliarityError):
        read_weights(path, projector)


def test_it_is_small() -> None:
    path = embedded_model().familiarity_path
    assert path is not None
    assert path.stat().st_size < 300_000
