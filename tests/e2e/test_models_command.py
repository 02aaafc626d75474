"""``sparc-assistant models`` as a person runs it, against a server that behaves like the hub."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pty
import random
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant_command import ROOT, STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.hub_server import Hub, running_hub
from tests.support.tiny_catalogue import REPOSITORY, TINY, tiny_hub
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

MODEL_KEY, MMPROJ_KEY = f"{REPOSITORY}/tiny-model.gguf", f"{REPOSITORY}/tiny-mmproj.gguf"
ASSISTANT = Command()
_TYPED = b"d\nq\n"
"""Typed into the line mode: describe, quit."""
PULL = ("models", "pull", TINY, "--accept-licence", "--no-speech")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder."""
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "models"))
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(tmp_path / "catalogue.toml"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml")) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_pull_installs_and_describe_uses_it(hub: Hub, folder: Path) -> None:
    done = ASSISTANT.run(*PULL, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    for role, key in (("model", MODEL_KEY), ("mmproj", MMPROJ_KEY)):
        path = Path(record[role])
        assert path.parent == folder / TINY
        assert path.read_bytes() == hub.files[key]
        assert record[f"{role}_sha256"] == sha256(path)
    assert sha256(Path(record["corrected_mmproj"])) == record["corrected_mmproj_sha256"]
    assert done.stderr.count("A corrected copy of tiny-mmproj.gguf was made") == 1
    assert not list(folder.rglob("*.part"))

    described = ASSISTANT.run("describe", STREET, "--json", "--no-speech", "--max-tokens", "8")
    assert described.returncode == 0, described.stderr
    answer = json.loads(described.stdout)
    assert answer["model"] == record["model"]
    assert "vision_layers" in answer["corrections"]
    assert "demonstration" not in described.stderr

    hub.seen.clear()
    again = ASSISTANT.run(*PULL)
    assert again.returncode == 0
    assert "installed already" in again.stdout
    assert hub.seen == []


@pytest.mark.slow
def test_resume_after_a_kill_at_ten_random_points_gives_the_right_file(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", padding=12_000_000)
    size = len(hub.files[MODEL_KEY])
    points = sorted(random.Random(5).sample(range(1, size), 10))
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.pause_s = 0.002
        for point in points:
            process = ASSISTANT.start(*PULL)
            deadline = time.monotonic() + 60
            while _part_size(folder) < point and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert not (folder / TINY / "tiny-model.gguf").exists() or point > size * 0.9
        hub.pause_s = 0.0
        done = ASSISTANT.run(*PULL)
        assert done.returncode == 0, done.stderr
    assert (folder / TINY / "tiny-model.gguf").read_bytes() == hub.files[MODEL_KEY]
    starts = [int(range_.removeprefix("bytes=").rstrip("-")) for _, _, range_ in hub.seen if range_]
    assert starts == sorted(starts)  # every run went on from where the last had come
    assert len(starts) >= 9
    assert ASSISTANT.run("models", "verify").returncode == 0


def _part_size(folder: Path) -> int:
    return max((part.stat().st_size for part in folder.rglob("*.part")), default=0)


def test_ctrl_c_keeps_what_has_come(hub: Hub, folder: Path) -> None:
    hub.pause_s = 0.05
    process = ASSISTANT.start(*PULL)
    while _part_size(folder) == 0:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "What has come is kept." in stderr
    assert "Traceback" not in stderr
    assert _part_size(folder) > 0
    hub.pause_s = 0.0
    again = ASSISTANT.run(*PULL)
    assert again.returncode == 0
    assert "Going on with tiny-model.gguf: " in again.stderr


@pytest.mark.parametrize("phase", ["Checking tiny-model", "Fetching tiny-mm"])
def test_ctrl_c_after_a_download_ends_at_once_and_nothing_is_fetched_twice(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", padding=40_000_000)
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        process = ASSISTANT.start(*PULL)
        assert process.stderr is not None
        while not process.stderr.readline().startswith(phase):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        _, stderr = process.communicate(timeout=20)
        assert time.monotonic() - sent < 5
        assert process.returncode == 130
        assert "What has come is kept." in stderr
        assert "Traceback" not in stderr
        assert json.loads(ASSISTANT.run("models", "list", "--json").stdout)["models"][0]["name"]
        hub.seen.clear()
        assert ASSISTANT.run(*PULL).returncode == 0
    assert (
        sha256(folder / TINY / "tiny-model.gguf")
        == hashlib.sha256(hub.files[MODEL_KEY]).hexdigest()
    )
    assert not any(method == "GET" and MODEL_KEY in path for method, path, _ in hub.seen)


@pytest.mark.parametrize("key", [MODEL_KEY, MMPROJ_KEY])
def test_wrong_bytes_are_set_aside_named_and_never_used(hub: Hub, folder: Path, key: str) -> None:
    right = hub.files[key]
    hub.serves[key] = right[:-100] + bytes(100)
    done = ASSISTANT.run(*PULL)
    assert done.returncode == 4
    (aside,) = folder.rglob("*.wrong-*")
    assert aside.name.startswith(f"{Path(key).name}.wrong-")
    assert str(aside) in done.stderr
    assert Path(key).name in done.stderr
    assert (
        not (folder / "installed.json").exists()
        or TINY not in json.loads((folder / "installed.json").read_text())["models"]
    )
    described = ASSISTANT.run("describe", STREET, "--json", "--no-speech", "--max-tokens", "4")
    assert "sparc-demo" in json.loads(described.stdout)["model"]
    hub.serves.clear()
    assert ASSISTANT.run(*PULL).returncode == 0
    assert sha256(folder / TINY / Path(key).name) == hashlib.sha256(right).hexdigest()


def test_the_licence_is_shown_and_accepted_once(hub: Hub, folder: Path) -> None:
    refused = ASSISTANT.run("models", "pull", TINY, "--no-speech")
    assert refused.returncode == 2
    assert "https://example.org/licence" in refused.stderr
    assert "--accept-licence" in refused.stderr
    assert hub.seen == []
    assert ASSISTANT.run(*PULL).returncode == 0
    assert ASSISTANT.run("models", "remove", TINY).returncode == 0
    again = ASSISTANT.run("models", "pull", TINY, "--no-speech")
    assert again.returncode == 0
    assert "licence" not in again.stderr


@pytest.mark.parametrize(
    ("typed", "code"), [(b"\n", 2), (b"no\n", 2), (b"\x03", 130), (b"yes\n", 0)]
)
def test_the_licence_is_asked_for_on_a_terminal(
    hub: Hub, folder: Path, typed: bytes, code: int
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ASSISTANT.line("models", "pull", TINY, "--no-speech"), stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    assert process.stderr is not None
    while "Type yes and Enter" not in process.stderr.readline():
        assert process.poll() is None
    os.write(ours, typed)
    _, stderr = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    assert bool(hub.seen) == (code == 0)
    state = folder / "installed.json"
    accepted = json.loads(state.read_text())["licences"] if state.exists() else []
    assert accepted == (["https://example.org/licence"] if code == 0 else [])


def test_with_json_every_end_is_one_object_on_stdout(hub: Hub, folder: Path) -> None:
    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        done = ASSISTANT.run("models", *arguments, "--json")
        assert done.stdout.count("\n") == 1, done
        return done.returncode, json.loads(done.stdout)

    pull = ("pull", TINY, "--no-speech", "--accept-licence")
    assert run("verify") == (0, {"files": []})
    for arguments in (
        ("pull", TINY, "--no-speech"), ("use", "nothing"), ("path", TINY), ("remove", "demo"),
        ("verify", "nothing"), ("add", TINY, "--model", "nothing.gguf", "--mmproj", "nothing.gguf"),
    ):  # fmt: skip
        code, record = run(*arguments)
        assert record.keys() == {"error", "hint", "exit_code"}, arguments
        assert code == record["exit_code"] > 0
        assert record["error"].endswith(".")
    hub.refuses = [404]
    code, record = run(*pull)
    assert code == record["exit_code"] == 4
    assert "no file" in record["error"]
    assert run(*pull)[1]["name"] == TINY
    code, record = run("verify")
    assert (code, [file["found"] for file in record["files"]]) == (0, ["right", "right"])
    Path(record["files"][1]["file"]).write_bytes(b"wrong")
    code, record = run("verify", TINY)
    assert (code, [file["found"] for file in record["files"]]) == (4, ["right", "wrong"])
    assert Path(record["files"][1]["now_at"]).name.startswith("tiny-mmproj.gguf.wrong-")
    assert run("use", "best") == (0, {"chosen": "best"})
    assert run("remove", TINY)[1]["removed"] == TINY


def test_a_model_that_the_settings_name_is_the_one_in_use(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ASSISTANT.run(*PULL)

    def in_use() -> list[str]:
        models = json.loads(ASSISTANT.run("models", "list", "--json").stdout)["models"]
        return [model["name"] for model in models if model["is_in_use"]]

    assert in_use() == [TINY]
    monkeypatch.setenv("SPARC_ASSISTANT_MODEL", "demo")
    assert in_use() == ["demo"]
    monkeypatch.setenv("SPARC_ASSISTANT_MODEL", "mine.gguf")
    monkeypatch.setenv("SPARC_ASSISTANT_MMPROJ", "mine-too.gguf")
    assert in_use() == []


def test_quiet_says_only_the_result(hub: Hub, folder: Path) -> None:
    ASSISTANT.run("models", "pull", TINY)
    done = ASSISTANT.run("models", "pull", TINY, "--quiet", "--accept-licence")
    lines = [line for line in done.stderr.splitlines() if "licence" not in line.lower()]
    assert (done.returncode, lines) == (0, [])
    assert done.stdout == f"{TINY} is installed.\n"


def test_progress_is_plain_lines_and_quarters_are_spoken(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", padding=3_000_000)
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.pause_s = 0.06
        done = ASSISTANT.run(*PULL)
    assert done.returncode == 0
    lines = [line for line in done.stderr.splitlines() if " percent, " in line]
    assert 1 <= len(lines) <= 6
    assert all(line.endswith("left.") and "a second" in line for line in lines)
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr


def test_what_goes_on_is_spoken(
    tmp_path: Path, folder: Path, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that a person must know, a failure too; a quiet pull says nothing."""
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", padding=3_000_000)
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.pause_s = 0.005
        done = ASSISTANT.run("models", "pull", TINY, "--accept-licence")
        assert done.returncode == 0, done.stderr
        licence, files, quarters, checks, copy, end = 1, 2, 3, 2, 1, 1
        assert player.finished == licence + files + quarters + checks + copy + end
        ASSISTANT.run("models", "remove", TINY)
        assert ASSISTANT.run(*PULL[:3], "--quiet").returncode == 0
        assert player.finished == 10
    assert ASSISTANT.run("models", "remove", TINY).returncode == 0
    assert ASSISTANT.run(*PULL[:3]).returncode == 4  # nobody is there any more
    assert player.finished == 12


def test_a_model_too_large_for_the_machine_or_the_disk_is_refused_first(
    tmp_path: Path, folder: Path
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", memory_mb=9_000_000)
    with running_hub(hub):
        os.environ["HF_ENDPOINT"] = hub.endpoint
        done = ASSISTANT.run(*PULL)
        assert done.returncode == 4
        assert "9000.0 gigabytes of memory" in done.stderr
        assert hub.seen == []
        assert ASSISTANT.run(*PULL, "--force").returncode == 0
    del os.environ["HF_ENDPOINT"]


def test_verify_use_path_and_remove(hub: Hub, folder: Path) -> None:
    ASSISTANT.run(*PULL)
    assert ASSISTANT.run("models", "verify").stdout.count("is right") == 2
    paths = ASSISTANT.run("models", "path", TINY).stdout.splitlines()
    assert [Path(path).name for path in paths] == ["tiny-model.gguf", "tiny-mmproj.gguf"]
    assert ASSISTANT.run("models", "use", "demo").returncode == 0
    in_use = json.loads(ASSISTANT.run("models", "list", "--json").stdout)["models"]
    assert [model["name"] for model in in_use if model["is_in_use"]] == ["demo"]
    assert ASSISTANT.run("models", "use", "nothing").returncode == 2
    assert ASSISTANT.run("models", "use", TINY).returncode == 0

    model = Path(paths[0])
    data = bytearray(model.read_bytes())
    data[-50] ^= 1
    model.write_bytes(data)
    refused = ASSISTANT.run("describe", STREET, "--no-speech")
    assert refused.returncode == 4
    assert "changed since it was checked" in refused.stderr
    verified = ASSISTANT.run("models", "verify", TINY)
    assert verified.returncode == 4
    assert "is wrong and was set aside" in verified.stdout
    assert not model.exists()

    assert ASSISTANT.run(*PULL).returncode == 0
    removed = ASSISTANT.run("models", "remove", TINY)
    assert removed.returncode == 0
    assert not (folder / TINY).exists()
    assert ASSISTANT.run("models", "path", TINY).returncode == 2


def test_files_of_the_users_own_are_used_where_they_are(
    hub: Hub, folder: Path, tmp_path: Path
) -> None:
    model, mmproj = (tmp_path / "hub" / f"tiny-{part}.gguf" for part in ("model", "mmproj"))
    blob = model.rename(model.with_name("sha256-0123"))  # as Ollama names them
    done = ASSISTANT.run(
        "models", "add", "mine", "--model", blob, "--mmproj", mmproj, "--template", "phi-3"
    )
    assert done.returncode == 0, done.stderr
    assert "corrected copy" in done.stderr
    described = ASSISTANT.run("describe", STREET, "--json", "--no-speech", "--max-tokens", "4")
    assert json.loads(described.stdout)["model"] == str(blob)
    assert ASSISTANT.run("models", "remove", "mine").returncode == 0
    assert blob.exists()
    inside = folder / "inside" / "own.gguf"
    inside.parent.mkdir()
    inside.write_bytes(blob.read_bytes())
    ASSISTANT.run("models", "add", "inside", "--model", inside, "--mmproj", mmproj)
    assert ASSISTANT.run("models", "remove", "inside").returncode == 0
    assert inside.exists()
    assert mmproj.exists()
    wide = write_tiny_mmproj(tmp_path / "wide.gguf", TinyMmproj(projection_dim=96))
    refused = ASSISTANT.run("models", "add", "bad", "--model", blob, "--mmproj", wide)
    assert refused.returncode == 4
    assert "belongs to another model" in refused.stderr


def test_a_file_that_another_program_has_is_not_fetched(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    content = hub.files[MODEL_KEY]
    blob = tmp_path / "ollama" / "blobs" / f"sha256-{hashlib.sha256(content).hexdigest()}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(content)
    cached = tmp_path / "hf/hub/models--owner--tiny/snapshots/abc/tiny-mmproj.gguf"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(hub.files[MMPROJ_KEY][:-1] + b"!")  # of the right size, and wrong
    done = ASSISTANT.run(*PULL, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["model"] == str(blob)
    assert record["mmproj"] == str(folder / TINY / "tiny-mmproj.gguf")
    assert not any(MODEL_KEY in path for _, path, _ in hub.seen)
    ASSISTANT.run("models", "remove", TINY)
    assert blob.exists()


def test_bench_remembers_and_the_list_says_so(hub: Hub, folder: Path) -> None:
    before = ASSISTANT.run("models", "list").stdout
    assert "Not installed. To fetch:" in before
    assert "not known yet" in before
    ASSISTANT.run(*PULL)
    done = ASSISTANT.run("models", "bench", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == TINY
    listed = ASSISTANT.run("models", "list").stdout
    assert "Installed, and answers unless you say otherwise." in listed
    assert "for a picture, measured on" in listed
    assert "Fits this machine" in listed


def test_an_unknown_name_is_one_sentence_with_the_known_ones(hub: Hub, folder: Path) -> None:
    done = ASSISTANT.run("models", "pull", "nothing")
    assert done.returncode == 2
    assert TINY in done.stderr


def test_two_pulls_at_once_do_not_meet(hub: Hub, folder: Path) -> None:
    hub.pause_s = 0.2
    first = ASSISTANT.start(*PULL)
    while _part_size(folder) == 0:
        time.sleep(0.01)
    second = ASSISTANT.run(*PULL)
    assert second.returncode == 4
    assert "by another command" in second.stderr
    removed = ASSISTANT.run("models", "remove", TINY)
    assert removed.returncode == 4
    assert "by another command" in removed.stderr
    hub.pause_s = 0.0
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_proxy_is_used(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub stands in for one: it is asked for whole addresses of a server that is nowhere."""
    monkeypatch.setenv("HF_ENDPOINT", "http://nowhere.invalid")
    monkeypatch.setenv("http_proxy", hub.endpoint)
    monkeypatch.setenv("no_proxy", "localhost")
    hub.prefix = "http://nowhere.invalid"
    done = ASSISTANT.run(*PULL)
    assert done.returncode == 0, done.stderr
    assert any(path.startswith("http://nowhere.invalid/owner/") for _, path, _ in hub.seen)


def test_without_a_network_interface_all_but_pull_works(
    hub: Hub, folder: Path, tmp_path: Path
) -> None:
    unshare = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a user make a network namespace")
    ASSISTANT.run(*PULL)

    def alone(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        line = [*unshare, *ASSISTANT.line(*arguments)]
        return subprocess.run(line, capture_output=True, timeout=120, input=_TYPED)

    short = ("--no-speech", "--max-tokens", "4")
    model, mmproj = (tmp_path / "hub" / f"tiny-{part}.gguf" for part in ("model", "mmproj"))
    for arguments in (
        ("describe", STREET, *short),
        ("ask", STREET, "What is this?", *short),
        ("models", "list"),
        ("models", "verify"),
        ("models", "use", TINY),
        ("models", "path", TINY),
        ("models", "bench"),
        ("models", "add", "mine", "--model", model, "--mmproj", mmproj),
        ("plain", "--camera", STREET, "--notice-acknowledged", "yes", "--no-speech"),
        ("doctor",),
        ("settings",),
        ("models", "remove", TINY),
    ):
        done = alone(*arguments)
        assert done.returncode == 0, (arguments, done.stderr.decode())
    pulled = alone(*PULL)
    assert pulled.returncode == 4
    assert b"cannot be reached" in pulled.stderr


_WATCH = """
import os, sys
def _watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") or (
        event == "socket.__new__" and arguments[1] in (2, 10)
    ):
        with open(os.environ["SOCKET_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:]} {sys.argv}\\n")
sys.addaudithook(_watch)
"""


def test_no_command_but_pull_opens_a_socket(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every Python process of every command is watched, the workers too."""
    watch, log = tmp_path / "watch", tmp_path / "sockets.log"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(_WATCH)
    monkeypatch.setenv("PYTHONPATH", str(watch))
    monkeypatch.setenv("SOCKET_LOG", str(log))
    assert ASSISTANT.run(*PULL).returncode == 0
    assert "socket.connect" in log.read_text()  # the watch works
    log.unlink()
    for arguments in (
        ("describe", STREET, "--max-tokens", "4"),
        ("ask", STREET, "What is this?", "--max-tokens", "4"),
        ("models", "list"),
        ("models", "verify"),
        ("models", "use", "demo"),
        ("models", "use", "best"),
        ("models", "path", TINY),
        ("models", "bench"),
        ("plain", "--camera", STREET, "--notice-acknowledged", "yes"),
        ("doctor",),
        ("settings",),
        ("models", "remove", TINY),
        ("--help",),
        ("--version",),
    ):
        done = ASSISTANT.run(*arguments, stdin=_TYPED)
        assert done.returncode == 0, (arguments, done.stderr)
    assert not log.exists(), log.read_text()
