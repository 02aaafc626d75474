"""The whole assistant in this process, with its real children: a session, the embedded model, the real voice.

A player that makes no sound notes when it is started. All files lie in one folder, and every child carries a mark
in its environment, so that what is left behind can be found.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from assistant import messages
from assistant.app.open_session import make_plan, open_session
from assistant.cli.main import parse
from assistant.core.actions import Action
from assistant.core.session import Session, Wants
from assistant.core.session_ports import Kind, Line
from assistant.system.pages import map_large_blocks
from scripts.bench.report import ROOT
from scripts.faults.quiet_player import MARK, QuietPlayer, marked
from scripts.faults.record import BrokenPromiseError, children_of

_SHARED_MEMORY = Path("/dev/shm")
WORKER, VOICE, DECODER = "assistant.inference.worker.main", "pyttsx3_worker.py", "picture_decoder"
"""What the command lines of the children contain."""


class Shown:
    """A front that remembers what is shown, and wakes who waits for it.

    Attributes:
        lines: all of them.
        stage_now: what goes on; empty where nothing does.
        stages: the last ones; a busy machine passes through one before who waits for it wakes.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.stage_now = ""
        self.stages: deque[str] = deque(maxlen=64)
        self._changed = threading.Condition()

    def show(self, line: Line) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def begin_answer(self, title: str) -> None:
        pass

    def go_to(self, sentence: int) -> None:
        pass

    def stage(self, stage: str) -> None:
        with self._changed:
            self.stage_now = stage
            self.stages.append(stage)
            self._changed.notify_all()

    def wait_for(self, is_so: Callable[[], bool], timeout_s: float) -> bool:
        """Return whether it comes about in time."""
        with self._changed:
            return self._changed.wait_for(is_so, timeout_s)

    def hear(self, text: str, after: int, timeout_s: float) -> bool:
        """Return whether a line with this beginning comes after so many lines."""
        return self.wait_for(
            lambda: any(line.text.startswith(text) for line in self.lines[after:]), timeout_s
        )


class UnderTest:
    """One running assistant."""

    def __init__(self, session: Session, shown: Shown, folder: Path, player: QuietPlayer) -> None:
        self.session, self.shown, self.folder, self.player = session, shown, folder, player

    def new_picture(self, rng: random.Random) -> None:
        """Put another picture before the camera, one that was never seen."""
        source = rng.choice(sorted((ROOT / "examples").glob("*.png")))
        with Image.open(source) as image:
            pixels = np.asarray(image.convert("RGB")).copy()
        pixels[rng.randrange(512), rng.randrange(512)] = [rng.randrange(256) for _ in range(3)]
        Image.fromarray(pixels).save(self.folder / "next.png", compress_level=1)
        os.replace(self.folder / "next.png", self.folder / "camera.png")

    def press(self, action: Action) -> Wants:
        return self.session.perform(action)

    def children(self, kind: str) -> list[int]:
        """Return the processes of a kind, in the order of their start."""
        found = []
        for pid in children_of(os.getpid()):
            with contextlib.suppress(OSError):
                if kind.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return sorted(found)

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until nothing goes on and all is spoken.

        Raises:
            BrokenPromiseError: that does not come about.
        """
        done = threading.Event()

        def wait() -> None:
            self.session.finish()
            done.set()

        threading.Thread(target=wait, daemon=True).start()
        if not done.wait(timeout_s):
            raise BrokenPromiseError(f"work did not end: {self.shown.stage_now or 'speech'}")

    def next_key(self) -> tuple[float, float]:
        """Stop what goes on and ask for a description; return seconds to its first sentence and to the first sound.

        Raises:
            BrokenPromiseError: none comes.
        """
        self.press(Action.STOP)
        before, played, started = len(self.shown.lines), self.player.n_played, time.monotonic()
        self.press(Action.BRIEF)

        def is_described() -> bool:
            return any(line.kind is Kind.SENTENCE for line in self.shown.lines[before:])

        shown_s = heard_s = 0.0
        while not (shown_s and heard_s):
            now_s = time.monotonic() - started
            heard_s = heard_s or (now_s if self.player.n_played > played else 0.0)
            shown_s = shown_s or (now_s if is_described() else 0.0)
            if now_s > 20:
                said = [line.text for line in self.shown.lines[before:]]
                raise BrokenPromiseError(f"shown {shown_s:.1f} s, heard {heard_s:.1f} s, {said}")
            self.shown.wait_for(is_described, 0.01)
        if not self.shown.hear(messages.DONE, before, 20):
            raise BrokenPromiseError("no end of the answer after the next key")
        return shown_s, heard_s

    def must_be_tidy(self) -> None:
        """Hold processes and files against what a resting assistant has.

        Raises:
            BrokenPromiseError: there is something else.
        """
        end = time.monotonic() + 5
        while (wrong := self._untidy()) and time.monotonic() < end:
            time.sleep(0.1)
        if wrong:
            raise BrokenPromiseError(wrong)

    def _untidy(self) -> str:
        counts = [len(self.children(kind)) for kind in (WORKER, VOICE, DECODER)]
        if counts[0] > 1 or counts[1] > 2 or counts[2] > 1:
            return f"workers, voices, decoders: {counts}"
        known = {pid for kind in (WORKER, VOICE, DECODER) for pid in self.children(kind)}
        if others := [_command(pid) for pid in children_of(os.getpid()) if pid not in known]:
            return f"other processes: {others}"
        if left := list((self.folder / "tmp").iterdir()):
            return f"temporary files: {left}"
        if (n := len(list((self.folder / "run").rglob("*.wav")))) > 0:
            return f"{n} sound files"
        if (n := len(list((self.folder / "run").glob("sparc-speech-*/voice-*")))) > 2:
            return f"{n} sound folders"
        return ""


@contextlib.contextmanager
def running(*options: str) -> Iterator[UnderTest]:
    """Start an assistant; at its end nothing of it may be left.

    Raises:
        BrokenPromiseError: a process or a file is left.
    """
    with tempfile.TemporaryDirectory(prefix="faults-", dir=_SHARED_MEMORY) as name:
        folder = Path(name)
        mark = uuid.uuid4().hex
        for part in ("tmp", "run", "player", "home", "saved"):
            (folder / part).mkdir(mode=0o700)
        player = QuietPlayer(folder / "player", "sleep 0.1")
        changes = {
            MARK: mark, "TMPDIR": str(folder / "tmp"), "XDG_RUNTIME_DIR": str(folder / "run"),
            "HOME": str(folder / "home"), "PATH": player.search_path,
        }  # fmt: skip
        before = {key: os.environ.get(key) for key in (*changes, "XDG_CONFIG_HOME")}
        os.environ.pop("XDG_CONFIG_HOME", None)
        os.environ.update(changes)
        tempfile.tempdir = None
        try:
            yield from _opened(folder, player, options)
        finally:
            for key, value in before.items():
                os.environ.pop(key, None)
                if value is not None:
                    os.environ[key] = value
            tempfile.tempdir = None
        _must_be_gone(mark, folder)


def _opened(folder: Path, player: QuietPlayer, options: tuple[str, ...]) -> Iterator[UnderTest]:
    map_large_blocks()  # as the command does
    shown = Shown()
    line = [
        "plain", "--camera", str(folder / "camera.png"), "--notice-acknowledged", "yes",
        "--save-folder", str(folder / "saved"), *options,
    ]  # fmt: skip
    (folder / "camera.png").write_bytes((ROOT / "examples" / "street.png").read_bytes())
    with open_session(make_plan(parse(line)), shown) as session:
        session.greet("Ready.")
        yield UnderTest(session, shown, folder, player)


def _must_be_gone(mark: str, folder: Path) -> None:
    end = time.monotonic() + 5
    while (left := marked(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    if left:
        raise BrokenPromiseError(f"orphans: {left}")
    if files := [*(folder / "tmp").iterdir(), *(folder / "run").iterdir()]:
        raise BrokenPromiseError(f"files left: {files}")


def _command(pid: int) -> str:
    """Return a process in words; of a zombie only the name is left."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return words or Path(f"/proc/{pid}/stat").read_text().partition(")")[0]
    except OSError:
        return "gone"
