"""The command line as a process: real worker, real llama.cpp, real espeak, a player that records."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from PIL import Image

from assistant import messages
from assistant.errors import ExitCode
from tests.support.assistant_command import BEACH, ROOT, STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until


def test_text_on_stdout_and_status_on_stderr(tiny: Command, player: FakePlayer) -> None:
    done = tiny.run("describe", STREET)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    told = done.stderr.splitlines()
    assert told[0] == messages.LOOKING
    assert any(line.startswith(messages.DONE) for line in told)
    assert messages.MAY_BE_WRONG in told
    spoken = 3 + sum(any(c.isalnum() for c in line) for line in done.stdout.splitlines())
    spoken += sum("cut off at" in line for line in told)
    assert player.finished == spoken, "looking, each sentence, how it ended, may be wrong, done"


def test_no_speech(tiny: Command, player: FakePlayer) -> None:
    assert tiny.run("describe", STREET, "--no-speech").returncode == 0
    assert player.started == 0


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"LC_ALL": "C"}])
def test_plain_whatever_the_terminal(
    tiny: Command, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = tiny.run("describe", STREET, "--no-speech")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr


def test_the_first_sign_of_life_comes_before_the_picture_is_there(tiny: Command) -> None:
    """How soon is measured by scripts/bench/start.py."""
    process = subprocess.Popen(
        tiny.line("describe", "-", "--no-speech"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().decode().strip() == messages.LOOKING
    out, _ = process.communicate(STREET.read_bytes(), timeout=60)
    assert process.returncode == 0
    assert out.strip()


def test_json_and_trace(tiny: Command, tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    done = tiny.run("describe", STREET, "--json", "--no-speech", "--trace", trace, "--alpha", "1.3")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    record = json.loads(line)
    assert record["method"] == "sparc"
    assert record["parameters"]["alpha"] == 1.3
    assert record["description"] == " ".join(record["sentences"])
    assert record["ended"] in {"max_tokens", "eos", "repetition"}
    assert record["counts"]["image_tokens"] > 0
    for name in ("load", "encode", "prefill", "first_token", "decode"):
        assert record["timings_ms"][name] > 0, name
    header, *steps = map(json.loads, trace.read_text(encoding="utf-8").splitlines())
    assert header["image_tokens"] == record["counts"]["image_tokens"]
    assert header["prompt_tokens"] == record["counts"]["prompt_tokens"]
    assert {"model", "grid", "parameters"} <= set(header)
    assert [step["step"] for step in steps] == list(range(len(steps)))
    for step in steps:
        assert {"step", "token", "piece", "selected", "max_gain", "is_clamped"} == set(step)
        assert all(0 <= j < header["image_tokens"] for j in step["selected"])


def test_a_trace_is_printed_as_plain_lines(tiny: Command, tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    described = tiny.run("describe", STREET, "--no-speech", "--trace", trace, "--tau", "0.3")
    assert described.returncode == 0, described.stderr
    assert trace.stat().st_mode & 0o777 == 0o600
    printed = Command().run("trace", trace)
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert lines[0].startswith("Model: ")
    n_steps = len(trace.read_text().splitlines()) - 1
    assert sum(line.startswith("Step ") for line in lines) == n_steps > 0
    assert any(": boosted " in line for line in lines)
    missing = Command().run("trace", tmp_path / "none")
    assert missing.returncode == ExitCode.USAGE
    assert len(missing.stderr.splitlines()) == 1


def test_a_heat_map_is_drawn_of_one_answer_only(tiny: Command, tmp_path: Path) -> None:
    heatmap = tmp_path / "map.png"
    one = tiny.run("describe", STREET, "--no-speech", "--heatmap", heatmap, "--tau", "0.3")
    assert one.returncode == 0, one.stderr
    assert heatmap.read_bytes().startswith(b"\x89PNG")
    assert heatmap.stat().st_mode & 0o777 == 0o600
    again = tiny.run("describe", STREET, "--no-speech", "--heatmap", heatmap, "--tau", "0.3")
    assert again.returncode == 0, again.stderr
    two = tiny.run("describe", STREET, BEACH, "--no-speech", "--heatmap", heatmap)
    assert two.returncode == ExitCode.USAGE
    assert two.stderr.startswith(messages.HEATMAP_ONE_ANSWER)
    nowhere = tiny.run("describe", STREET, "--no-speech", "--heatmap", tmp_path / "no" / "map.png")
    assert nowhere.returncode == ExitCode.USAGE
    assert nowhere.stdout == "", "it is said before the work, not after it"


def test_no_output_option_costs_a_picture(tiny: Command, tmp_path: Path) -> None:
    photo, other = tmp_path / "v.png", tmp_path / "w.png"
    for path in (photo, other):
        path.write_bytes(STREET.read_bytes())
    (tmp_path / "link.png").symlink_to(photo)
    for option in ("--trace", "--heatmap"):
        for named in (photo, other, tmp_path / "link.png"):
            done = tiny.run("describe", photo, "--no-speech", option, named)
            assert done.returncode == ExitCode.USAGE
            assert f"I will not overwrite {named}, because " in done.stderr
            assert done.stdout == ""
    for path in (photo, other):
        assert path.read_bytes() == STREET.read_bytes()


def test_the_same_picture_is_encoded_once(tiny: Command) -> None:
    done = tiny.run("ask", STREET, "a dog?", "a cat?", "--json", "--no-speech")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["question"], second["question"]) == ("a dog?", "a cat?")
    assert second["timings_ms"]["encode"] < first["timings_ms"]["encode"]


def test_bad_pictures_do_not_stop_the_good(tiny: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "half.png").write_bytes(STREET.read_bytes()[:3000])
    (tmp_path / "text.png").write_text("no picture")
    names = [tmp_path / n for n in ("empty.png", "half.png", "text.png", "missing.png", "none/")]
    done = tiny.run("describe", *names, STREET, "--no-speech")
    assert done.returncode == ExitCode.PICTURE
    for words in ("is empty.", "is damaged", "I cannot open", "There is no file"):
        assert words in done.stderr
    assert done.stdout.rsplit("street.png:\n", 1)[1].strip()
    assert "Traceback" not in done.stderr


def test_a_folder_needs_no_command_and_is_told_first(tiny: Command, player: FakePlayer) -> None:
    folder = STREET.parent
    done = tiny.run(folder, "--brief", "--max-tokens", "2")
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert told[0] == f"{folder} has 8 pictures."
    assert told[1] == messages.looking_at(1, 8, str(folder / "beach.png"))
    headings = [line for line in done.stdout.splitlines() if line.endswith(".png:")]
    assert headings == [f"{path}:" for path in sorted(folder.glob("*.png"))]
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
    assert player.finished == len(lines) - len(headings), "all that is shown, and nothing else"


def test_a_pipe_without_a_writer_and_a_cut_picture_do_not_stop_the_rest(
    tiny: Command, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    whole = io.BytesIO()
    Image.open(STREET).convert("RGB").save(whole, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[:-2000])
    done = tiny.run("describe", tmp_path / "pipe.jpg", tmp_path / "cut.jpg", "--no-speech")
    assert done.returncode == ExitCode.PICTURE
    assert "nothing came through it within 5 seconds" in done.stderr
    assert "percent of the picture is missing" in done.stderr
    assert messages.DONE in done.stderr
    assert done.stdout.rsplit("cut.jpg:\n", 1)[1].strip()


def test_a_picture_from_standard_input(tiny: Command) -> None:
    piped = tiny.run("describe", "-", "--no-speech", stdin=BEACH.read_bytes())
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout == tiny.run("describe", BEACH, "--no-speech").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["describe"], ExitCode.USAGE, "Name a picture"),
        (["look"], ExitCode.USAGE, "I do not understand the command"),
        (["describe", "a.png", "--brief", "--prompt", "x"], ExitCode.USAGE, "not allowed with"),
        (["describe", "-", "-"], ExitCode.USAGE, "only once"),
        (["describe", "a.png", "--alpha", "0"], ExitCode.USAGE, "alpha is 0; it must lie"),
        (["describe", "a.png", "--model", "/none.gguf"], ExitCode.USAGE, "two files"),
        (["describe", "a.png", "--model", "/n.gguf", "--mmproj", "/n.gguf"], ExitCode.MODEL, "does not exist"),
        (["describe", "a.png", "--config", "/none.toml"], ExitCode.USAGE, "no settings file"),
    ],
)  # fmt: skip
def test_wrong_use(arguments: list[str], code: ExitCode, words: str) -> None:
    done = Command().run(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_a_layer_that_the_model_lacks(tiny: Command) -> None:
    done = tiny.run("describe", STREET, "--layer", "99", "--no-speech")
    assert done.returncode == ExitCode.USAGE
    assert "layer is 99" in done.stderr


def test_a_file_that_only_claims_to_be_a_model(tiny: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"\x03" * 400)
    done = Command(("--model", str(tmp_path / "bad.gguf"), *tiny.model[2:])).run(
        "describe", STREET, "--no-speech"
    )
    assert done.returncode in {ExitCode.MODEL, ExitCode.INFERENCE}
    assert "Traceback" not in done.stderr


def _playing_pid(player: FakePlayer) -> int:
    player.behave('echo $$ > "$folder/pid.new"; mv "$folder/pid.new" "$folder/pid"; exec sleep 600')
    return 0


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(entry.name)} | _children(int(entry.name))
    return found


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, ExitCode.INTERRUPTED),
        (signal.SIGTERM, ExitCode.TERMINATED),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_stop_silences_everything_at_once(
    tiny: Command, player: FakePlayer, number: signal.Signals, code: int
) -> None:
    _playing_pid(player)
    # A sign that sounds while the front is killed ends by itself, a third of a second later at most.
    signs = "no" if number is signal.SIGKILL else "yes"
    process = tiny.start("describe", STREET, "--earcons", signs)
    wait_until(lambda: (player.records / "pid").exists())
    pid = int((player.records / "pid").read_text())
    assert process.stdout is not None
    process.stdout.readline()  # the first sentence is there: model, front and voice are all at work
    children = _children(process.pid)
    process.send_signal(number)
    wait_until(lambda: not _is_running(pid))
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in told
    if number is signal.SIGINT:
        assert told.splitlines()[-1] == messages.INTERRUPTED
    wait_until(lambda: not any(_is_running(child) for child in children))


def test_a_stop_while_the_model_loads(tiny: Command) -> None:
    process = tiny.start("describe", STREET, "--no-speech")
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in told


def test_a_reader_that_goes_away(tiny: Command) -> None:
    process = tiny.start("describe", STREET, BEACH, "--no-speech")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    told = process.stderr.read()
    assert process.wait(timeout=60) == ExitCode.BROKEN_PIPE
    process.stderr.close()
    assert "Traceback" not in told
    assert "Broken pipe" not in told


def test_output_that_has_no_room(tiny: Command) -> None:
    line = tiny.line("describe", STREET, "--no-speech")
    with open("/dev/full", "w") as full:
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == ExitCode.FAILURE
    assert done.stderr.splitlines()[-1] == (
        "The output cannot be written: No space left on device. "
        "Free some space, or send the output somewhere else."
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_launcher_that_closed_the_streams_gets_the_words_spoken(
    tiny: Command, player: FakePlayer, closed: str
) -> None:
    line = tiny.line("describe", STREET)
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *line], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert player.finished >= 1
    assert b"went wrong" not in done.stderr


def test_no_player_still_gives_the_text(
    tiny: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = tiny.run("describe", STREET)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr.count("aplay is missing") == 1
    assert "sudo apt install alsa-utils" in done.stderr


def test_a_broken_player_still_gives_the_text(tiny: Command, player: FakePlayer) -> None:
    player.behave("exit 1")
    done = tiny.run("describe", STREET)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr.count("Speech does not work") == 1


def test_verbose_shows_the_engines_words_on_stderr_only(tiny: Command) -> None:
    quiet = tiny.run("describe", STREET, "--no-speech")
    loud = tiny.run("describe", STREET, "--no-speech", "--verbose")
    assert loud.stdout == quiet.stdout
    assert len(loud.stderr) > len(quiet.stderr) + 200


def test_settings_come_from_the_environment(
    tiny: Command, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARC_ASSISTANT_SPEECH", "off")
    monkeypatch.setenv("SPARC_ASSISTANT_METHOD", "none")
    done = tiny.run("describe", STREET, "--json")
    assert json.loads(done.stdout)["method"] == "none"
    assert player.started == 0


def test_no_file_is_left_anywhere(tiny: Command, player: FakePlayer, tmp_path: Path) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    environment = {**os.environ, "TMPDIR": str(place), "XDG_RUNTIME_DIR": str(place)}
    shared = set(os.listdir("/dev/shm"))
    subprocess.run(
        tiny.line("describe", STREET), env=environment, check=True, capture_output=True, timeout=60
    )
    assert player.finished > 0
    assert list(place.iterdir()) == []
    # Other tests and programs come and go there; what ours leaves would stay.
    wait_until(
        lambda: not [n for n in set(os.listdir("/dev/shm")) - shared if not _is_used(n)],
        lambda: set(os.listdir("/dev/shm")) - shared,
    )


def _is_used(name: str) -> bool:
    """Whether a process that runs now is at home in a folder of /dev/shm."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it has ended, or is not ours
            if f"/dev/shm/{name}".encode() in environ.read_bytes():
                return True
    return False


def test_help_is_plain() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "describe", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\x1b" not in done.stdout
    for option in (
        "--model", "--mmproj", "--brief", "--detailed", "--prompt", "--max-tokens", "--method", "--alpha",
        "--beta", "--tau", "--layer", "--layers", "--temperature", "--top-p", "--seed", "--threads", "--n-ctx",
        "--flash-attn", "--json", "--trace", "--no-speech", "--rate", "--voice", "--volume", "--verbose",
        "--config",
    ):  # fmt: skip
        assert option in done.stdout


def test_enter_skips_to_the_next_picture(tiny: Command, player: FakePlayer, tmp_path: Path) -> None:
    player.behave("sleep 30")
    person, terminal = pty.openpty()
    running = subprocess.Popen(
        tiny.line("describe", STREET, tmp_path / "missing.png", BEACH),
        stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True, preexec_fn=_take_terminal,
    )  # fmt: skip
    assert running.stdout is not None
    while not running.stdout.readline().startswith(str(BEACH)):
        pass
    wait_until(lambda: player.started == 1)
    for n in range(2, 5):  # the second picture, the third, and its end
        os.write(person, b"\n")
        if n < 4:
            wait_until(lambda n=n: player.started == n)  # type: ignore[misc]
    player.behave(":")
    _, told = running.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert running.returncode == ExitCode.PICTURE, told
    assert messages.SKIP_PICTURE in told.splitlines()
    assert player.started == 3, "the first words of each picture, and nothing of what was skipped"
    assert player.finished == 0


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
