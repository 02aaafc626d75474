"""Pictures are read in a process of their own, which a picture may crash, and may not hold for long."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from assistant.camera.picture_reader import PictureReader
from assistant.camera.still_image import load_picture
from assistant.errors import PictureError
from tests.support.waiting import wait_until

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def reader() -> Iterator[PictureReader]:
    with contextlib.closing(PictureReader()) as reader:
        yield reader


def pid_of(reader: PictureReader) -> int:
    assert reader._process is not None
    return reader._process.pid


def slow_jpeg(n_scans: int = 20_000) -> bytes:
    """A small file whose last pass over 40 megapixels is repeated again and again."""
    data = io.BytesIO()
    Image.new("RGB", (8000, 5000), (9, 99, 199)).save(data, "JPEG", progressive=True, quality=5)
    whole = data.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * n_scans + b"\xff\xd9"


def test_the_pixels_are_those_of_reading_here(reader: PictureReader) -> None:
    for name in ("beach.png", "street.png", "beach.png"):
        path = str(EXAMPLES / name)
        assert np.array_equal(reader.read(path), load_picture(path))
    content = (EXAMPLES / "park.png").read_bytes()
    assert np.array_equal(reader.decode(content, "it"), load_picture(str(EXAMPLES / "park.png")))


def test_standard_input_and_pipes(reader: PictureReader, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (EXAMPLES / "park.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert reader.read("-").shape == (512, 512, 3)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    with pytest.raises(PictureError, match="Standard input is empty"):
        reader.read("-")


def test_troubles_have_their_sentences(reader: PictureReader, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes((EXAMPLES / "park.png").read_bytes()[:900])
    (tmp_path / "text.png").write_text("A text.")
    odd = tmp_path / os.fsdecode(b"odd \xff \n name.png")
    odd.write_bytes(b"\x89PNG")
    for path, said in (
        (tmp_path / "cut.png", "is damaged"),
        (tmp_path / "text.png", "I cannot open"),
        (odd, "is damaged"),
        (tmp_path / "none.png", "There is no file"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(PictureError, match=said) as caught:
            reader.read(str(path))
        assert str(path) in caught.value.message
    assert reader.read(str(EXAMPLES / "park.png")).size


def test_a_picture_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "slow.jpg").write_bytes(slow_jpeg())
    with contextlib.closing(PictureReader(timeout_s=2.0)) as reader:
        with pytest.raises(PictureError, match="took more than 2 seconds"):
            reader.read(str(tmp_path / "slow.jpg"))
        assert reader.read(str(EXAMPLES / "park.png")).size


@pytest.mark.parametrize(
    ("signum", "said"),
    [
        (signal.SIGSEGV, "slow.jpg may be damaged"),
        (signal.SIGKILL, "perhaps because memory ran out"),
    ],
)
def test_a_decoder_that_dies_is_a_sentence_and_the_next_picture_is_read(
    reader: PictureReader, tmp_path: Path, signum: int, said: str
) -> None:
    (tmp_path / "slow.jpg").write_bytes(slow_jpeg())
    reader.warm()
    killer = threading.Timer(1.0, os.kill, (pid_of(reader), signum))
    killer.start()
    with pytest.raises(PictureError, match=said):
        reader.read(str(tmp_path / "slow.jpg"))
    assert reader.read(str(EXAMPLES / "park.png")).size
    os.kill(pid_of(reader), signum)
    time.sleep(0.2)
    assert reader.read(str(EXAMPLES / "park.png")).size, "one that died between two is no fault"


def test_memory_has_a_limit(reader: PictureReader) -> None:
    reader.read(str(EXAMPLES / "park.png"))
    limits = Path(f"/proc/{pid_of(reader)}/limits").read_text()
    assert f"Max address space         {4 << 30}" in limits
    assert "Max file size             0  " in limits
    assert "Max core file size        0  " in limits


def test_a_lower_limit_of_the_machine_stays() -> None:
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "from assistant.camera.picture_reader import PictureReader\n"
        "reader = PictureReader(); print(reader.read(sys.argv[1]).shape); reader.close()"
    )
    path = str(EXAMPLES / "park.png")
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("(512, 512, 3)\n", "")


def test_close_ends_a_reading_and_the_process(tmp_path: Path) -> None:
    (tmp_path / "slow.jpg").write_bytes(slow_jpeg())
    reader = PictureReader()
    reader.warm()
    pid = pid_of(reader)
    threading.Timer(0.5, reader.close).start()
    with pytest.raises(PictureError):
        reader.read(str(tmp_path / "slow.jpg"))
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(PictureError):
        reader.read(str(EXAMPLES / "park.png"))


def test_the_process_goes_with_its_front() -> None:
    program = (
        "from assistant.camera.picture_reader import PictureReader\n"
        "reader = PictureReader()\nreader.warm()\n"
        "print(reader._process.pid, flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    front = subprocess.run([sys.executable, "-c", program], capture_output=True)
    pid = int(front.stdout)
    wait_until(lambda: not Path(f"/proc/{pid}/stat").exists())


def test_descriptors_stay_constant(reader: PictureReader, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes((EXAMPLES / "park.png").read_bytes()[:900])
    counts = []
    for _ in range(5):
        reader.read(str(EXAMPLES / "park.png"))
        with pytest.raises(PictureError):
            reader.read(str(tmp_path / "cut.png"))
        theirs = len(os.listdir(f"/proc/{pid_of(reader)}/fd"))
        counts.append((len(os.listdir("/proc/self/fd")), theirs))
    assert len(set(counts)) == 1
