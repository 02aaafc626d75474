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
from typing import Any

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


@contextlib.contextmanager
def standard_input(content: bytes) -> Iterator[None]:
    """The content comes through a pipe, as from another program."""
    read, write = os.pipe()
    kept = os.dup(0)
    os.dup2(read, 0)
    os.close(read)

    def send() -> None:
        os.write(write, content)
        os.close(write)

    writer = threading.Thread(target=send)
    writer.start()
    try:
        yield
    finally:
        writer.join()
        os.dup2(kept, 0)
        os.close(kept)


def test_standard_input_and_pipes(reader: PictureReader) -> None:
    content = (EXAMPLES / "park.png").read_bytes()
    for name in ("-", "/dev/stdin", "/dev/fd/0"):
        with standard_input(content):
            assert reader.read(name).shape == (512, 512, 3)
    with standard_input(b""), pytest.raises(PictureError, match="Standard input is empty"):
        reader.read("-")


def test_a_pipe_that_is_written_to_is_read(reader: PictureReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = (EXAMPLES / "park.png").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    assert reader.read(str(tmp_path / "pipe")).shape == (512, 512, 3)
    writer.join()


def test_a_pipe_that_nobody_writes_to_does_not_hold_up_the_next_picture(
    reader: PictureReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with pytest.raises(PictureError, match="pipe is a pipe, and nothing came through it"):
        reader.read("pipe")
    assert reader.read(str(EXAMPLES / "park.png")).size


def test_what_keeps_even_its_opener_waiting_is_given_up(
    reader: PictureReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file on a network drive that does not answer: here the process is busy with something else."""
    monkeypatch.setattr("assistant.camera.picture_reader._OPEN_S", 1.0)
    reader.read(str(EXAMPLES / "park.png"))
    monkeypatch.setattr(reader._process, "wait_for", time_out)
    with pytest.raises(PictureError, match=r"park\.png could not be opened within 1 second"):
        reader.read(str(EXAMPLES / "park.png"))
    assert reader.read(str(EXAMPLES / "park.png")).size


def time_out(*_: Any) -> None:
    raise TimeoutError


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_opened(reader: PictureReader, name: str) -> None:
    with pytest.raises(PictureError, match=f"{name} is a device, not a picture"):
        reader.read(name)


def test_a_stopped_process_is_replaced_and_the_picture_read(
    reader: PictureReader, tmp_path: Path
) -> None:
    path = str(EXAMPLES / "park.png")
    reader.read(path)
    stopped = pid_of(reader)
    os.kill(stopped, signal.SIGSTOP)
    assert reader.read(path).size
    assert pid_of(reader) != stopped
    os.kill(pid_of(reader), signal.SIGSTOP)
    assert reader.decode(Path(path).read_bytes(), "it").size
    (tmp_path / "large.jpg").write_bytes(slow_jpeg(100))
    stopped = pid_of(reader)
    stopper = threading.Timer(0.5, os.kill, (stopped, signal.SIGSTOP))
    stopper.start()
    assert reader.read(str(tmp_path / "large.jpg")).size, "in the middle of a picture"
    stopper.join()


def test_what_came_through_a_pipe_to_a_stopped_process_is_lost(reader: PictureReader) -> None:
    reader.warm()
    os.kill(pid_of(reader), signal.SIGSTOP)
    content = (EXAMPLES / "park.png").read_bytes()
    with standard_input(content[:1000]), pytest.raises(PictureError, match="was stopped"):
        reader.read("-")
    assert reader.read(str(EXAMPLES / "park.png")).size


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


@pytest.mark.parametrize("does", ["reader.warm()", "start_reading()"])
def test_the_process_goes_with_its_front(tmp_path: Path, does: str) -> None:
    (tmp_path / "slow.jpg").write_bytes(slow_jpeg())
    program = f"""
import os, signal, threading, time
from assistant.camera.picture_reader import PictureReader
reader = PictureReader()
def start_reading():
    reader.warm()
    threading.Thread(target=reader.read, args=({str(tmp_path / "slow.jpg")!r},)).start()
    while not reader._process.has_opened:
        time.sleep(0.01)
    time.sleep(0.5)  # now it decodes
{does}
print(reader._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)"""
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
