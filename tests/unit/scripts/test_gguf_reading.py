"""An exported pair read back is what training had, up to the rounding of its number types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from scripts.train_scene_model.config import LanguageShape, VisionShape
from scripts.train_scene_model.gguf_files import State, write_language, write_vision
from scripts.train_scene_model.gguf_reading import check_vocabulary, read_language, read_vision
from tests.reference.gguf_weights import read_gguf

LANGUAGE = LanguageShape(
    vocabulary=300, width=256, depth=2, heads=8, kv_heads=2, ffn=512, context=128
)
VISION = VisionShape(image_size=32, patch_size=16, width=32, depth=2, heads=4, ffn=96)


@dataclass(frozen=True)
class Vocabulary:
    """What SentencePiece tells of a vocabulary: an unknown, two controls, the bytes, and words."""

    words: tuple[str, ...]

    def vocab_size(self) -> int:
        return 259 + len(self.words)

    def id_to_piece(self, number: int) -> str:
        if number < 3:
            return ("<unk>", "<s>", "</s>")[number]
        return f"<0x{number - 3:02X}>" if number < 259 else self.words[number - 259]

    def get_score(self, number: int) -> float:
        return 0.0 if number < 259 else -(number - 259) / 7

    def is_unknown(self, number: int) -> bool:
        return number == 0

    def is_control(self, number: int) -> bool:
        return number in (1, 2)

    def is_byte(self, number: int) -> bool:
        return 3 <= number < 259


WORDS = Vocabulary(tuple(f"\u2581word{number}" for number in range(41)))


def random_state(shapes: dict[str, tuple[int, ...]]) -> State:
    rng = np.random.default_rng(5)
    return {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def language_state(shape: LanguageShape = LANGUAGE) -> State:
    width, kv_width = shape.width, shape.kv_heads * shape.head_width
    shapes: dict[str, tuple[int, ...]] = {
        "embed.weight": (shape.vocabulary, width),
        "head.weight": (shape.vocabulary, width),
        "norm.weight": (width,),
    }
    for number in range(shape.depth):
        shapes |= {
            f"layers.{number}.{name}.weight": size
            for name, size in {
                "attn_norm": (width,), "q": (width, width), "k": (kv_width, width), "v": (kv_width, width),
                "o": (width, width), "ffn_norm": (width,), "gate": (shape.ffn, width), "up": (shape.ffn, width),
                "down": (width, shape.ffn),
            }.items()
        }  # fmt: skip
    return random_state(shapes)


def vision_state(shape: VisionShape = VISION, language_width: int = LANGUAGE.width) -> State:
    width, ffn, patch = shape.width, shape.ffn, shape.patch_size
    shapes: dict[str, tuple[int, ...]] = {
        "class_token": (width,),
        "patch.weight": (width, 3, patch, patch),
        "positions": (shape.patches + 1, width),
    }

    def linear(name: str, n_out: int, n_in: int | None = None) -> None:
        shapes[f"{name}.weight"] = (n_out,) if n_in is None else (n_out, n_in)
        shapes[f"{name}.bias"] = (n_out,)

    linear("pre_ln", width)
    for number in range(shape.depth):
        for norm in ("ln_1", "ln_2"):
            linear(f"blocks.{number}.{norm}", width)
        linear(f"blocks.{number}.qkv", 3 * width, width)
        linear(f"blocks.{number}.out", width, width)
        linear(f"blocks.{number}.up", ffn, width)
        linear(f"blocks.{number}.down", width, ffn)
    linear("mm_0", language_width, width)
    linear("mm_2", language_width, language_width)
    return random_state(shapes)


def largest_error(read: State, written: State) -> float:
    """The largest difference, as part of the largest number of its tensor; all names and shapes must be alike."""
    assert read.keys() == written.keys()
    errors = []
    for name, values in written.items():
        assert read[name].shape == values.shape, name
        assert read[name].dtype == np.float32, name
        errors.append(float(np.abs(read[name] - values).max() / np.abs(values).max()))
    return max(errors)


@pytest.mark.parametrize(("number_type", "within"), [("q8_0", 0.005), ("q4_k_m", 0.15)])
def test_the_language_half(tmp_path: Path, number_type: str, within: float) -> None:
    path, state = tmp_path / "language.gguf", language_state()
    write_language(path, "a test", LANGUAGE, state, WORDS, number_type)
    shape, read = read_language(path)
    assert shape == LANGUAGE
    assert largest_error(read, state) <= within
    for name, values in state.items():
        assert values.ndim > 1 or np.array_equal(read[name], values), "norms are not rounded"


def test_the_vision_half(tmp_path: Path) -> None:
    path, state = tmp_path / "vision.gguf", vision_state()
    write_vision(path, "a test", VISION, LANGUAGE.width, state)
    shape, read = read_vision(path)
    assert shape == VISION
    assert largest_error(read, state) <= 2**-11 + 1e-6  # half of an F16's last place
    # The file has another scale than training: what is read must not be what stands there.
    stored = read_gguf(path).tensors["v.blk.0.ffn_up.weight"]
    assert np.abs(stored - state["blocks.0.up.weight"]).max() > 0.1


def test_written_again_it_is_the_same_file(tmp_path: Path) -> None:
    """So a pair that is taken up and exported at once is the pair."""
    paths = [tmp_path / f"{number}.gguf" for number in (1, 2)]
    write_vision(paths[0], "a test", VISION, LANGUAGE.width, vision_state())
    write_vision(paths[1], "a test", VISION, LANGUAGE.width, read_vision(paths[0])[1])
    first, second = (read_gguf(path).tensors for path in paths)
    assert first.keys() == second.keys()
    for name, values in first.items():
        assert np.allclose(second[name], values, rtol=2**-10, atol=1e-7), name


def test_another_vocabulary_is_told(tmp_path: Path) -> None:
    path = tmp_path / "language.gguf"
    write_language(path, "a test", LANGUAGE, language_state(), WORDS)
    check_vocabulary(path, WORDS)
    swapped = (WORDS.words[1], WORDS.words[0], *WORDS.words[2:])
    with pytest.raises(ValueError, match=r"token 259 is '▁word0' in language\.gguf, '▁word1' here"):
        check_vocabulary(path, Vocabulary(swapped))
    with pytest.raises(ValueError, match="has 300 tokens, the vocabulary 299"):
        check_vocabulary(path, replace(WORDS, words=WORDS.words[:-1]))
