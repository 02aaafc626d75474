"""Settings that cannot be used lock nobody out: the program starts with the rest, and what is wrong is heard."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from assistant.messages import headless as headless_words
from assistant.messages import settings as words
from assistant.settings.load import default_config_path
from tests.support.assistant_command import ROOT, STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.fake_spd_say import FakeSpdSay, install_fake_spd_say
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model

HEARD = """\
[assistant]
notice_acknowledged = true
[speech]
driver = "spd-say"
earcons = false
"""
WRONG = {
    "a wrong value": ("rate = 9000", "rate is 9000"),
    "a line of no kind": ("loud please", "I do not understand: loud please"),
    "a name that is none": ("rat = 200", "Did you mean rate?"),
    "a key twice": ("[keys]\ndescribe = 'b'", "The key b cannot do both describe and brief."),
    "a model that is none": ("[model]\nmodel = 'nope'", "The model nope is not installed."),
    "a model that is gone": (
        "[model]\nmodel = '/nowhere/a.gguf'\nmmproj = '/nowhere/b.gguf'",
        "/nowhere/a.gguf",
    ),
    "a template that is none": ("[model]\ntemplate = 'nope'", "no prompt template nope"),
    "half a model": ("[model]\nmmproj = '/nowhere/b.gguf'", "only one was given"),
}


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSpdSay:
    return install_fake_spd_say(tmp_path / "voice", monkeypatch)


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str], Path]:
    """Write the user's own settings file."""

    def write(text: str) -> Path:
        path = default_config_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("wrong", WRONG)
def test_every_front_starts_and_says_what_is_wrong(
    wrong: str, embedded: Command, voice: FakeSpdSay, keep: Callable[[str], Path]
) -> None:
    line, said = WRONG[wrong]
    path = keep(f"{HEARD}{line}\n")
    before = path.read_text()
    done = embedded.run("describe", STREET, "--brief")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    n_described = len(voice.spoken)
    done_plain = embedded.run("plain", "--camera", STREET, stdin=b"")
    assert done_plain.returncode == 0, done_plain.stderr
    for shown, spoken in (
        (done.stderr, voice.spoken[:n_described]),
        (done_plain.stderr, voice.spoken[n_described:]),
    ):
        assert said in shown
        assert any(said in text for text in spoken), spoken
    assert path.read_text() == before
    assert [other.name for other in path.parent.iterdir() if "broken" in other.name] == []


def test_an_option_that_cannot_be_used_is_still_an_error(embedded: Command) -> None:
    for options in (("--model", "nope"), ("--rate", "fast"), ("--config", "/nowhere.toml")):
        done = embedded.run("describe", STREET, "--no-speech", *options)
        assert done.returncode != 0
        assert not done.stdout
        assert done.stderr.count("\n") in (1, 2)


def test_a_variable_that_means_nothing_is_told_and_the_picture_described(
    embedded: Command,
    voice: FakeSpdSay,
    keep: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(HEARD)
    monkeypatch.setenv("SPARC_ASSISTANT_RAT", "200")
    done = embedded.run("describe", STREET, "--brief")
    assert done.returncode == 0
    said = words.unknown_variable("SPARC_ASSISTANT_RAT", "SPARC_ASSISTANT_RATE")
    assert said in done.stderr.splitlines()
    assert said in voice.spoken


def test_python_is_warned_and_goes_on(keep: Callable[[str], Path], embedded: Command) -> None:
    from assistant import Describer

    keep("[answer]\nmax_tokens = 'many'\nseed = 3\n[model]\nmodel = 'nope'\n")
    with pytest.warns(UserWarning, match="max_tokens") as warned, Describer() as describer:
        assert describer.describe(STREET, brief=True).sentences
    text = " ".join(str(one.message) for one in warned)
    assert "max_tokens is many" in text
    assert "nope" in text


def test_a_wrong_value_is_refused_before_it_is_kept(
    embedded: Command, keep: Callable[[str], Path]
) -> None:
    path = keep("[speech]\nrate = 200\n")
    for name, value, said in (
        ("model", "nope", "not installed"),
        ("model", "/nowhere/a.gguf", "There is no file /nowhere/a.gguf."),
        ("mmproj", "/nowhere/b.gguf", "There is no file /nowhere/b.gguf."),
        ("key-quit", "d", "cannot do both"),
        ("voice", "no-such-voice", "There is no voice named no-such-voice."),
        ("save-folder", str(STREET), "it is not a folder"),
        ("speech-driver", "spd-say", "sudo apt install speech-dispatcher"),
        ("template", "nope", "vicuna_v1"),
        ("kv-type", "q3", "q8_0"),
        ("prompt", "word " * 500, "2000"),
    ):
        done = embedded.run("settings", name, value)
        assert done.returncode != 0, name
        assert said in done.stderr, done.stderr
    assert path.read_text() == "[speech]\nrate = 200\n"
    done = embedded.run("settings", "camera", "/dev/video77")
    assert done.returncode == 0
    assert "It does not work now" in done.stderr


def test_two_files_and_two_keys_are_set_at_once_and_put_back(embedded: Command) -> None:
    demo = ROOT / "models/demo"
    pair = [str(demo / f"sparc-demo-llava-{part}.gguf") for part in ("q8_0", "mmproj-f16")]
    done = embedded.run("settings", "model", pair[0], "mmproj", pair[1])
    assert done.returncode == 0, done.stderr
    assert embedded.run("settings", "key-describe", "b", "key-brief", "d").returncode == 0
    done = embedded.run("settings", "model", "mmproj", "key-brief", "key-describe", "--default")
    assert done.returncode == 0, done.stderr
    assert "key-brief is back to its default, b." in done.stderr
    assert "=" not in default_config_path().read_text()


def test_settings_are_searched_and_the_near_name_is_said(embedded: Command) -> None:
    found = embedded.run("settings", "picture").stdout.splitlines()
    assert any(line.startswith("save-folder: ") for line in found)
    assert "Assistant:" in found
    assert not any(line.startswith("rate: ") for line in found)
    assert embedded.run("settings", "MINUTE words").stdout.startswith("rate: Words a minute")
    done = embedded.run("settings", "vollume")
    assert done.returncode == 2
    assert "Did you mean volume?" in done.stderr


def test_the_voice_follows_its_settings_at_once(
    embedded: Command, player: FakePlayer, tmp_path: Path
) -> None:
    typed = TypedAssistant(
        embedded, "--camera", str(STREET), "--notice-acknowledged", "yes", "--earcons", "no"
    )

    def hear(line: str, said: str) -> bytes:
        """Return the sound of what is said after a line was typed."""
        n_lines, n_sounds = len(typed.lines), player.finished
        typed.type(line)
        typed.hear(said, n_lines)
        wait_until(lambda: player.finished == n_sounds + len(typed.lines) - n_lines)
        with wave.open(str(sorted(player.records.glob("*.wav"))[-1])) as file:
            return bytes(file.readframes(file.getnframes()))

    try:
        typed.hear("Ready.")
        wait_until(lambda: player.finished == len(typed.lines))
        hear(", voice de", "voice is now de.")
        children = psutil.Process(typed.process.pid).children(recursive=True)
        lines = [Path(f"/proc/{child.pid}/cmdline").read_text() for child in children]
        speaking = [line for line in lines if "pyttsx3_worker" in line]
        assert speaking
        assert all('"voice": "de"' in line for line in speaking)
        slow = hear(", rate 180", "rate is now 180.")
        assert len(hear(", rate 360", "rate is now 360.")) < 0.8 * len(slow)
        assert not any(hear(", volume 0", "volume is now 0."))
        assert any(hear(", volume default", "volume is back to its default, 1."))
        hear(", speech off", "speech is now off.")
        n_sounds, n_lines = player.started, len(typed.lines)
        typed.type("s")
        typed.hear("Nothing is happening.", n_lines)
        typed.type(", speech on")
        typed.hear("speech is now on.", n_lines)
        wait_until(lambda: player.finished == n_sounds + 1)
        assert typed.quit() == 0
    finally:
        typed.kill()


def test_nothing_to_press_is_said_and_keypads_are_taken(
    embedded: Command, voice: FakeSpdSay, keep: Callable[[str], Path]
) -> None:
    keep(f"{HEARD}[headless]\nkeypad = 'off'\nhold_ms = 500\n")
    running = embedded.start("headless", "--camera", STREET)
    try:
        wait_until(lambda: headless_words.KEYPAD_TAKEN in voice.spoken, lambda: voice.spoken)
        assert any("hold-ms must be greater" in text for text in voice.spoken)
        assert running.poll() is None
    finally:
        running.terminate()
        running.communicate(timeout=60)
    assert embedded.run("headless", "--keypad", "off", "--camera", STREET).returncode == 2


def test_the_full_screen_says_it_too(
    embedded: Command, voice: FakeSpdSay, keep: Callable[[str], Path]
) -> None:
    keep(f"{HEARD}rate = 9000\n[keys]\nquit = 'x'\ndescribe = 'b'\n")
    front, terminal = pty.openpty()
    running = subprocess.Popen(
        embedded.line("start", "--plain", "off", "--camera", STREET),
        stdin=terminal, stdout=terminal, stderr=terminal, cwd=ROOT, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(terminal)
    drain = threading.Thread(target=_drain, args=(front,), daemon=True)
    drain.start()
    try:
        wait_until(lambda: any("rate is 9000" in t for t in voice.spoken), lambda: voice.spoken)
        wait_until(lambda: any("The key b" in t for t in voice.spoken), lambda: voice.spoken)
        os.write(front, b"x")
        assert running.wait(60) == 0
    finally:
        running.kill()
        running.wait()
        drain.join(10)
        os.close(front)


def _drain(front: int) -> None:
    """Read what the full screen draws, so that it never waits for room."""
    with contextlib.suppress(OSError):
        while os.read(front, 1 << 16):
            pass
