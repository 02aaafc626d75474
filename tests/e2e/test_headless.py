"""The headless mode as a process with the real model: keys from a pipe, and what is spoken of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.assistant_command import STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.fake_spd_say import FakeSpdSay, install_fake_spd_say
from tests.support.key_streams import PipedKeypad
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model


class Headless:
    """A running ``sparc-assistant headless`` with a keypad."""

    def __init__(self, command: Command, folder: Path, *arguments: str) -> None:
        self.keypad = PipedKeypad(folder / "keypad")
        self.process = subprocess.Popen(
            command.line(
                "headless", "--keypad", str(self.keypad.path), "--camera", str(STREET),
                "--notice-acknowledged", "yes", *arguments,
            ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            self.keypad.plug_in()
        except BaseException:
            self.kill()
            raise

    def end(self) -> tuple[str, str]:
        """Ends it as a service manager does; returns what it wrote."""
        self.process.send_signal(signal.SIGTERM)
        written = self.process.communicate(timeout=60.0)
        self.keypad.unplug()
        return written

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.process.wait()
        self.keypad.unplug()


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSpdSay:
    """A voice that writes down what it speaks."""
    monkeypatch.setenv("SPARC_ASSISTANT_SPEECH_DRIVER", "spd-say")
    return install_fake_spd_say(tmp_path / "voice", monkeypatch)


@pytest.fixture
def headless(
    embedded: Command, voice: FakeSpdSay, player: FakePlayer, tmp_path: Path
) -> Iterator[Headless]:
    running = Headless(embedded, tmp_path)
    yield running
    running.kill()


def test_a_keypad_describes_and_everything_is_spoken_and_nothing_written(
    headless: Headless, voice: FakeSpdSay, embedded: Command
) -> None:
    expected = [
        embedded.run("describe", STREET, "--no-speech", *options).stdout.splitlines()
        for options in (("--brief",), ())
    ]

    def heard(start: str, count: int = 1) -> None:
        wait_until(
            lambda: sum(text.startswith(start) for text in voice.spoken) >= count,
            lambda: voice.spoken,
        )

    def press(key: str, held_s: float = 0.05) -> None:
        time.sleep(1.0)  # the voice has ended for the program too; else the press would stop it
        headless.keypad.press(key, held_s)

    heard("Ready. Tap the button")
    heard("Using the keys of keypad.")
    press("KPENTER")
    heard("Done.")
    brief = list(voice.spoken)
    press("KPENTER", 0.8)
    heard("Done.", 2)
    detailed = voice.spoken[len(brief) :]
    for told, said in zip(expected, (brief, detailed), strict=True):
        assert told, "the same question asked on the command line has an answer"
        assert [text for text in said if text in told] == told
    assert len(expected[0]) == 1 < len(expected[1])
    press("KP1")
    heard("Nothing is happening. Model: SPARC demo LLaVA.")
    press("KPSLASH")
    heard("1 of 7: What is directly in front of me?")
    press("KPENTER")
    heard("Done.", 3)
    out, err = headless.end()
    assert headless.process.returncode == 143
    assert out == ""
    assert err == ""


def test_a_press_silences_at_once(embedded: Command, player: FakePlayer, tmp_path: Path) -> None:
    player.behave("sleep 0.05")
    running = Headless(embedded, tmp_path)
    try:
        # The note on the model, how to get one for photographs, that it is ready, and the keypad's name.
        wait_until(lambda: player.finished == 4, lambda: player.finished)
        player.behave("sleep 300")
        running.keypad.press("KP5")
        wait_until(lambda: player.started > player.finished, lambda: player.started)
        players = _players(running.process.pid)
        assert players
        running.keypad.down("KPENTER")  # and held: the press itself stops
        player.behave("sleep 0.05")
        wait_until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in players), lambda: players
        )
        running.keypad.up("KPENTER")
        running.end()
    finally:
        running.kill()


def _players(front: int) -> list[int]:
    """The processes that play sound, below the front."""
    done = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in done.stdout.splitlines()]
    below, grown = {front}, True
    while grown:
        more = {int(pid) for pid, parent, _ in rows if int(parent) in below} | below
        grown, below = more != below, more
    return [int(pid) for pid, _, args in rows if int(pid) in below and "aplay" in args]


def test_the_service_manager_is_told(
    embedded: Command,
    voice: FakeSpdSay,
    player: FakePlayer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60.0)
        monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
        monkeypatch.setenv("WATCHDOG_USEC", "2000000")
        running = Headless(embedded, tmp_path)
        try:
            assert manager.recv(64) == b"READY=1"
            running.keypad.press("KP5")  # at once: keys work when the service says so
            for _ in range(3):
                assert manager.recv(64) == b"WATCHDOG=1"
            wait_until(lambda: "Looking." in voice.spoken, lambda: voice.spoken)
            os.kill(running.process.pid, signal.SIGTERM)
            while (last := manager.recv(64)) == b"WATCHDOG=1":
                pass
            assert last == b"STOPPING=1"
            assert running.process.wait(60.0) == 143
        finally:
            running.kill()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--keypad", "off"), "There is nothing to press"),
        (("--keypad", "off", "--gpio", "17=button"), "Buttons on wires cannot be read"),
        (("--long-press-ms", "900", "--hold-ms", "800"), "The setting hold-ms must be greater"),
        (("--gpio", "99=button"), "99=button"),
        (("--keypad-keys", "kp5=dance"), "kp5=dance"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    embedded: Command, player: FakePlayer, arguments: tuple[str, ...], sentence: str
) -> None:
    done = embedded.run("headless", *arguments, "--camera", STREET, "--no-speech")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_why_it_cannot_begin_is_spoken(
    embedded: Command, voice: FakeSpdSay, tmp_path: Path
) -> None:
    wrong = ("--keypad", "off")
    assert embedded.run("headless", *wrong, "--camera", STREET).returncode == 2
    assert voice.spoken == [
        "There is nothing to press: keypads are turned off, and no button is set up. Use --keypad auto, or name the "
        "wire of a button, for example --gpio 17=button"
    ]


def test_keyboards_are_listed(embedded: Command) -> None:
    done = embedded.run("headless", "--list-keypads")
    assert done.returncode == 0
    assert done.stdout.strip()
