"""Two files that are no LLaVA are refused from their metadata, each with one sentence and what to do."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import gguf
import pytest

from assistant.errors import ModelError
from assistant.inference.gguf import header, pairing
from tests.support.tiny_llama import TinyLlama, write_tiny_llama, write_tiny_mamba
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    model = write_tiny_llama(folder / "model.gguf", TinyLlama(n_layer=2))
    return model.read_bytes(), write_tiny_mmproj(folder / "mmproj.gguf").read_bytes()


@pytest.fixture
def pair(tmp_path: Path, whole: tuple[bytes, bytes]) -> tuple[Path, Path]:
    paths = tmp_path / "model.gguf", tmp_path / "mmproj.gguf"
    for path, data in zip(paths, whole, strict=True):
        path.write_bytes(data)
    return paths


def refusal(model: Path, mmproj: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        pairing.check_pair(model, mmproj)
    assert caught.value.message.endswith(".")
    return caught.value


def bare(path: Path, kind: str, **keys: int) -> Path:
    """A GGUF file of metadata alone."""
    writer = gguf.GGUFWriter(str(path), kind)
    for key, value in keys.items():
        writer.add_uint32(key.replace("__", "."), value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_pair_that_fits_is_read(pair: tuple[Path, Path]) -> None:
    model, mmproj = pairing.check_pair(*pair)
    assert (model.architecture, mmproj.architecture) == ("llama", "clip")
    assert pairing.projector_width(mmproj) == model.number("llama.embedding_length") == 64


def test_the_header_is_read_as_gguf_py_reads_it(pair: tuple[Path, Path]) -> None:
    for path in pair:
        ours, theirs = header.read_header(path), gguf.GGUFReader(path)
        for name, field in theirs.fields.items():
            if name.startswith("GGUF."):
                continue
            value = ours.values[name]
            if isinstance(value, header.ArrayLength):
                assert value.n == len(field.contents())
            else:
                assert value == field.contents(), name
        for tensor in theirs.tensors:
            row = ours.tensors[tensor.name]
            assert row.dims == tuple(int(n) for n in tensor.shape)
            assert ours.data_start + row.offset == tensor.data_offset
            assert row.n_bytes == tensor.n_bytes


def test_every_number_type_of_gguf_py_is_known() -> None:
    for kind, sizes in gguf.GGML_QUANT_SIZES.items():
        assert header.BLOCKS[int(kind)] == sizes, kind


def test_long_arrays_are_stepped_over(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(str(tmp_path / "long.gguf"), "llama")
    writer.add_array("long.words", [f"word {n}" for n in range(9000)])
    writer.add_array("long.numbers", list(range(9000)))
    writer.add_string("after", "found")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = header.read_header(tmp_path / "long.gguf")
    assert read.values["long.words"] == read.values["long.numbers"]
    assert read.values["long.numbers"] == header.ArrayLength(9000)
    assert read.values["after"] == "found"


def _wide(folder: Path) -> tuple[Path, Path]:
    write_tiny_mmproj(folder / "mmproj.gguf", TinyMmproj(projection_dim=96))
    return folder / "model.gguf", folder / "mmproj.gguf"


def _text_only(folder: Path) -> tuple[Path, Path]:
    other = write_tiny_llama(folder / "other.gguf", TinyLlama(n_layer=1))
    return folder / "model.gguf", other


def _two_projectors(folder: Path) -> tuple[Path, Path]:
    return write_tiny_mmproj(folder / "alone.gguf"), folder / "mmproj.gguf"


def _swapped(folder: Path) -> tuple[Path, Path]:
    return folder / "mmproj.gguf", folder / "model.gguf"


def _split(folder: Path) -> tuple[Path, Path]:
    keys = {"split__count": 3, "split__no": 0, "llama__embedding_length": 64}
    return bare(folder / "part-00001-of-00003.gguf", "llama", **keys), folder / "mmproj.gguf"


def _other_kind(kind: str) -> Callable[[Path], tuple[Path, Path]]:
    def make(folder: Path) -> tuple[Path, Path]:
        return bare(folder / f"{kind}.gguf", kind), folder / "mmproj.gguf"

    return make


def _no_layers(folder: Path) -> tuple[Path, Path]:
    keys = {"llama__embedding_length": 64, "llama__block_count": 2}
    return bare(folder / "empty-of-weights.gguf", "llama", **keys), folder / "mmproj.gguf"


def _no_vision(folder: Path) -> tuple[Path, Path]:
    return folder / "model.gguf", bare(folder / "no-sizes.gguf", "clip")


@pytest.mark.parametrize(
    ("make", "says", "hints"),
    [
        (_wide, "made for a different model", "published with the model"),
        (_text_only, "has no vision part", "--mmproj"),
        (_two_projectors, "only a projector", "--model"),
        (_swapped, "swapped", "--model"),
        (_split, "one of 3 parts", "a single file"),
        (_other_kind("bert"), "of type bert", "LLaVA"),
        (_other_kind("whisper"), "of type whisper", "LLaVA"),
        (_no_layers, "lacks parts", "again"),
        (_no_vision, "lacks parts", "again"),
    ],
)
def test_two_files_that_are_no_llava(
    tmp_path: Path,
    pair: tuple[Path, Path],
    make: Callable[[Path], tuple[Path, Path]],
    says: str,
    hints: str,
) -> None:
    error = refusal(*make(tmp_path))
    assert says in error.message
    assert hints in error.hint


def test_a_recurrent_model_may_write(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    model, _ = pairing.check_pair(write_tiny_mamba(tmp_path / "mamba.gguf"), pair[1])
    assert model.architecture == "mamba"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("keeps", [0.02, 0.3, 0.7, 0.999])
def test_a_file_that_is_cut_short(pair: tuple[Path, Path], which: int, keeps: float) -> None:
    data = pair[which].read_bytes()
    pair[which].write_bytes(data[: int(len(data) * keeps)])
    error = refusal(*pair)
    assert "incomplete" in error.message
    assert f"The {('model', 'projector')[which]} file {pair[which].name}" in error.message
    assert "again" in error.hint


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "incomplete"),
        (b"<html>not found</html>", "not a GGUF"),
        (b"GGUF" + bytes(range(256)) * 40, "format"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60), "damaged"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 1 << 62), "damaged"),
        (b"GGUF" + struct.pack(">IQQ", 3, 1, 1), "format"),
    ],
)
def test_a_file_that_is_something_else(
    pair: tuple[Path, Path], which: int, content: bytes, says: str
) -> None:
    pair[which].write_bytes(content)
    assert says in refusal(*pair).message


@pytest.mark.parametrize("which", [0, 1])
def test_noise_over_the_metadata_is_refused_or_changes_nothing_that_matters(
    pair: tuple[Path, Path], whole: tuple[bytes, bytes], which: int
) -> None:
    """Whatever the noise, it is read in bounded time and memory, and ends in words or in a header."""
    rng, n_refused = random.Random(which), 0
    for _ in range(200):
        data = bytearray(whole[which])
        at = rng.randrange(4000)
        data[at : at + 64] = rng.randbytes(64)
        pair[which].write_bytes(data)
        try:
            pairing.check_pair(*pair)
        except ModelError:
            n_refused += 1
    assert n_refused > 50


def test_files_that_cannot_be_opened(pair: tuple[Path, Path], tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "missing.gguf", pair[1]).message
    assert "is a folder" in refusal(pair[0], tmp_path).message


def test_escape_sequences_in_metadata_are_not_repeated(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    error = refusal(bare(tmp_path / "m.gguf", "\x1b]0;mine\x07bert"), pair[1])
    assert "is damaged" in error.message
    assert str(error).isprintable()


def test_a_path_that_cannot_be_is_one_sentence(pair: tuple[Path, Path]) -> None:
    assert "projector file" in refusal(pair[0], Path("a\0b.gguf")).message
