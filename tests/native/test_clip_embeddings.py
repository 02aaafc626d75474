"""The picture as the language model gets it, against an independent encoder in LLaVA's own order.

Counter-case throughout: the same file with the corrections off is far away, so the test would
notice if they stopped working, or if llama.cpp were mended and they were no longer needed.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assistant.core.events import ImageRgb
from assistant.inference.engine import Engine
from assistant.inference.gguf import mmproj
from assistant.inference.options import EngineOptions
from assistant.model_store import find
from sparc_ggml import clip_order
from sparc_ggml.config import SparcConfig
from tests.reference import clip_vit
from tests.reference.gguf_weights import read_gguf
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# ARM's half-precision instructions may add up in half precision too: 0.0028 was seen there, under 0.002 on x86-64.
WITHIN = 0.004 if platform.machine() == "aarch64" else 0.002
FAR = 0.1
UNSTEERED = SparcConfig(method="none")
LAYOUTS = [
    TinyMmproj(),
    TinyMmproj(quant="F32"),
    TinyMmproj(use_gelu=True),
    TinyMmproj(has_post_ln=True),
    TinyMmproj(layout="legacy"),
    TinyMmproj(layout="legacy", image_size=112, patch_size=14, n_embd=64, n_layer=7),
]


def name_of(shape: TinyMmproj) -> str:
    usual = TinyMmproj()
    changes = [f"{k}={v}" for k, v in vars(shape).items() if getattr(usual, k) != v]
    return ", ".join(changes) or "modern"


def encode(options: EngineOptions, picture: ImageRgb) -> Recording:
    with Engine(options) as engine:
        return record(engine, picture, UNSTEERED, n_tokens=1)


def relative_error(seen: Recording, mmproj_path: Path, picture: ImageRgb) -> float:
    """Norm of the difference over the norm of the reference, over all image tokens."""
    assert seen.image is not None
    expected = clip_vit.encode(read_gguf(mmproj_path), picture)
    assert seen.image.shape == expected.shape
    return float(np.linalg.norm(seen.image - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("shape", LAYOUTS, ids=name_of)
def test_image_embeddings_are_those_of_an_independent_encoder(
    tmp_path: Path, shape: TinyMmproj
) -> None:
    picture = random_picture(shape.image_size)
    options = tiny_pair(tmp_path, TinyLlama(), shape)
    corrected = encode(options, picture)
    error = relative_error(corrected, options.mmproj_path, picture)
    uncorrected = encode(tiny_pair(tmp_path, TinyLlama(), shape, corrects_pictures=False), picture)
    without = relative_error(uncorrected, options.mmproj_path, picture)
    print(f"\n{name_of(shape)}: relative error {error:.5f}, with the corrections off {without:.3f}")

    assert error <= WITHIN
    assert without > FAR
    expected = {clip_order.CORRECTION_NAME}
    if shape.layout == "legacy":
        expected.add(mmproj.CORRECTION_NAME)
    assert corrected.answer is not None
    assert uncorrected.answer is not None
    assert set(corrected.answer.corrections) == expected
    assert uncorrected.answer.corrections == ()


def test_every_tile_of_a_large_picture_is_put_in_order(tmp_path: Path) -> None:
    """The tiles are exact crops; after the whole picture they stand row by row, each row with its end."""
    shape = TinyMmproj(pinpoints=((128, 128),), layout="legacy")
    options = tiny_pair(tmp_path, TinyLlama(), shape)
    picture = random_picture(128)
    seen = encode(options, picture)
    assert seen.image is not None
    assert seen.answer is not None
    n_side = 4
    assert shape.n_patch == n_side**2
    n_row, n_rows = 2 * n_side + 1, 2 * n_side
    assert seen.answer.counts.image_tokens == len(seen.image) == shape.n_patch + n_rows * n_row
    weights = read_gguf(options.mmproj_path)
    expected = np.concatenate(
        [
            np.concatenate(
                [
                    clip_vit.encode(weights, picture[y : y + 64, x : x + 64]).reshape(4, 4, -1)
                    for x in (0, 64)
                ],
                axis=1,
            )
            for y in (0, 64)
        ]
    )
    got = seen.image[shape.n_patch :].reshape(n_rows, n_row, -1)
    error = float(np.linalg.norm(got[:, :-1] - expected) / np.linalg.norm(expected))
    print(f"\ntiles: relative error {error:.5f}")
    assert error <= WITHIN
    assert np.allclose(got[:, -1], weights.tensors["model.image_newline"])


def test_each_correction_is_needed_on_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = TinyMmproj(layout="legacy")
    picture = random_picture(shape.image_size)
    options = tiny_pair(tmp_path, TinyLlama(), shape)
    with monkeypatch.context() as patch:
        patch.setattr(mmproj, "is_one_layer_short", lambda _reader: False)
        seen = encode(options, picture)
        assert seen.answer is not None
        assert seen.answer.corrections == (clip_order.CORRECTION_NAME,)
        order_alone = relative_error(seen, options.mmproj_path, picture)
    made = clip_order.ClipOrder

    def without_order(*args: Any, **settings: Any) -> clip_order.ClipOrder:
        return made(*args, **{**settings, "is_enabled": False})

    with monkeypatch.context() as patch:
        patch.setattr("assistant.inference.picture_encoder.ClipOrder", without_order)
        seen = encode(options, picture)
        assert seen.answer is not None
        assert seen.answer.corrections == (mmproj.CORRECTION_NAME,)
        layers_alone = relative_error(seen, options.mmproj_path, picture)
    print(f"\norder alone put right: {order_alone:.3f}; layers alone: {layers_alone:.3f}")
    assert order_alone > FAR
    assert layers_alone > FAR


def test_every_picture_of_a_session_is_put_in_order(tmp_path: Path) -> None:
    shape = TinyMmproj()
    options = tiny_pair(tmp_path, TinyLlama(), shape)
    with Engine(options) as engine:
        for seed in range(3):
            picture = random_picture(shape.image_size, seed)
            seen = record(engine, picture, UNSTEERED, n_tokens=1)
            assert relative_error(seen, options.mmproj_path, picture) <= WITHIN


def test_a_legacy_file_is_left_as_it_is_and_its_copy_is_made_once(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(layout="legacy"))
    before = hashlib.sha256(options.mmproj_path.read_bytes()).hexdigest()
    assert options.cache_dir is not None
    picture = random_picture(64)
    first = encode(options, picture)
    copies = {path: path.stat().st_mtime_ns for path in options.cache_dir.rglob("*.gguf")}
    second = encode(options, picture)
    assert len(copies) == 1
    assert {p: p.stat().st_mtime_ns for p in options.cache_dir.rglob("*.gguf")} == copies
    assert hashlib.sha256(options.mmproj_path.read_bytes()).hexdigest() == before
    assert first.image is not None
    assert second.image is not None
    assert np.array_equal(first.image, second.image)


def test_a_modern_file_needs_no_copy(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj())
    assert options.cache_dir is not None
    encode(options, random_picture(64))
    assert not list(options.cache_dir.rglob("*.gguf"))


@pytest.mark.model
@pytest.mark.parametrize("source", ["noise", "drawn scene"])
def test_the_embedded_models_image_embeddings(source: str) -> None:
    files = find.embedded_model()
    options = EngineOptions(
        files.model_path, files.mmproj_path, template=files.template, n_threads=1
    )
    size = int(read_gguf(files.mmproj_path).metadata["clip.vision.image_size"])
    if source == "noise":
        picture = random_picture(size)
    else:
        with Image.open(EXAMPLES / "street.png") as scene:
            picture = np.asarray(scene.convert("RGB").resize((size, size)))
    error = relative_error(encode(options, picture), files.mmproj_path, picture)
    uncorrected = encode(replace(options, corrects_pictures=False), picture)
    without = relative_error(uncorrected, files.mmproj_path, picture)
    print(
        f"\nembedded model, {source}: relative error {error:.5f}, "
        f"with the corrections off {without:.3f}"
    )
    assert error <= WITHIN
    assert without > FAR
