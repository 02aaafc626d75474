"""Files that options name: a former one of ours is replaced, nobody else's ever is."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from assistant.cli.output_file import OutputFile, check_distinct
from assistant.errors import UsageError


def ours(start: bytes) -> bool:
    return start.startswith(b"ours")


def picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, kind)
    return data.getvalue()


def put(path: Path, data: bytes = b"ours, new") -> None:
    file = OutputFile(path, is_ours=ours)
    file.write(data)
    file.close()


@pytest.mark.parametrize("before", [None, b"", b"ours, old"])
def test_a_new_an_empty_and_a_former_file_are_written(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "t.jsonl"
    if before is not None:
        path.write_bytes(before)
    put(path)
    assert path.read_bytes() == b"ours, new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path], "nothing is left beside it"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"])
def test_a_picture_is_kept_and_called_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "v"
    path.write_bytes(picture(kind))
    with pytest.raises(
        UsageError, match=r"I will not overwrite .*v, because it is a picture"
    ) as told:
        put(path)
    assert told.value.hint == "Name another file."
    assert path.read_bytes() == picture(kind)


@pytest.mark.parametrize("content", [b"dear diary", b"\0", b"{}\n"])
def test_any_other_file_is_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diary"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="because I did not write it"):
        put(path)
    assert path.read_bytes() == content


def link_softly(path: Path) -> Path:
    path.with_name("soft").symlink_to(path)
    return path.with_name("soft")


def link_hard(path: Path) -> Path:
    path.with_name("hard").hardlink_to(path)
    return path.with_name("hard")


def go_round(path: Path) -> Path:
    return path.parent / ".." / path.parent.name / "." / path.name


@pytest.mark.parametrize("rename", [lambda path: path, link_softly, link_hard, go_round])
def test_what_is_read_is_kept_under_any_name(
    tmp_path: Path, rename: Callable[[Path], Path]
) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"ours, but an input")
    with pytest.raises(UsageError, match="because it is one of the files to read"):
        OutputFile(rename(path), is_ours=ours, inputs=["-", "camera", "no\0name", str(path)])


def test_a_link_to_a_former_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "former").write_bytes(b"ours, old")
    link = link_softly(tmp_path / "former")
    put(link)
    assert link.is_symlink()
    assert (tmp_path / "former").read_bytes() == b"ours, new"


def test_a_run_that_writes_nothing_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"ours, old")
    OutputFile(path, is_ours=ours).close()
    assert path.read_bytes() == b"ours, old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "t"
    file = OutputFile(path, is_ours=ours)
    file.write(b"ours")
    path.write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="because I did not write it"):
        file.close()
    assert path.read_bytes() == b"somebody's"
    assert list(tmp_path.iterdir()) == [path]


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    for name in (".", "none/t", "ring", "a\0b", "x" * 300):
        with pytest.raises(UsageError, match="cannot be written"):
            put(tmp_path / name)


def test_devices_and_pipes_are_written_as_they_are(tmp_path: Path) -> None:
    put(Path(os.devnull))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot be written"):
        put(tmp_path / "pipe")  # nobody reads it: not waited for
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    put(tmp_path / "pipe")
    assert os.read(reader, 100) == b"ours, new"
    os.close(reader)


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    one, same, other = (OutputFile(tmp_path / name, is_ours=ours) for name in ("a", "./a", "b"))
    check_distinct(one, other)
    with pytest.raises(UsageError, match="two different files"):
        check_distinct(one, other, same)
