"""Fetching a model: what comes, what is kept when it stops, what is refused, and against whom."""

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
from functools import partial
from pathlib import Path

import pytest

from tests.support.assistant_command import ROOT, STREET
from tests.support.hub_server import Hub, running_hub
from tests.support.models_command import ASSISTANT, MMPROJ_KEY, MODEL_KEY, PULL, sha256
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.waiting import wait_until


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
    assert done.stderr.count("Made a corrected copy of tiny-mmproj.gguf") == 1
    assert not list(folder.rglob("*.part"))

    described = ASSISTANT.run("describe", STREET, "--json", "--no-speech", "--max-tokens", "8")
    assert described.returncode == 0, described.stderr
    answer = json.loads(described.stdout)
    assert answer["model"] == record["model"]
    assert "vision_layers" in answer["corrections"]
    assert "For photographs, download " not in described.stderr

    hub.seen.clear()
    again = ASSISTANT.run(*PULL)
    assert again.returncode == 0
    assert "already installed" in again.stdout
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
            wait_until(partial(_has_come, folder, point, process))
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
    wait_until(lambda: _part_size(folder))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "What was downloaded is kept." in stderr
    assert "Traceback" not in stderr
    assert _part_size(folder) > 0
    hub.pause_s = 0.0
    again = ASSISTANT.run(*PULL)
    assert again.returncode == 0
    assert "Continuing to download tiny-model.gguf, " in again.stderr


@pytest.mark.parametrize("phase", ["Checking tiny-model", "Downloading tiny-mm"])
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
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "What was downloaded is kept." in stderr
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


def test_a_checksum_that_only_the_server_knows_is_told_first(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", has_hashes=False)
    monkeypatch.setenv("HF_HUB_ENABLE_HF_TRANSFER", "1")  # out of date: the hub's library warns
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.stated_etag = "no hash"
        refused = ASSISTANT.run(*PULL)
        assert refused.returncode == 4
        assert "--unverified" in refused.stderr
        assert hub.n_sent == 0
        hub.stated_etag = ""
        hub.serves[MMPROJ_KEY] = hub.files[MMPROJ_KEY][:-1] + b"!"
        assert "not the right file" in ASSISTANT.run(*PULL).stderr
        hub.serves.clear()
        done = ASSISTANT.run(*PULL)
    assert done.returncode == 0, done.stderr
    told = done.stderr.index("does not know the checksum of tiny-model.gguf")
    assert told < done.stderr.index("Downloading")
    assert "Warning" not in done.stderr


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
    while "type yes and press Enter" not in process.stderr.readline():
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


def test_a_model_too_large_for_the_machine_or_the_disk_is_refused_first(
    tmp_path: Path, folder: Path
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", memory_mb=9_000_000)
    with running_hub(hub):
        os.environ["HF_ENDPOINT"] = hub.endpoint
        done = ASSISTANT.run(*PULL)
        assert done.returncode == 4
        assert "9000 gigabytes of memory" in done.stderr
        assert hub.seen == []
        assert ASSISTANT.run(*PULL, "--force").returncode == 0
    del os.environ["HF_ENDPOINT"]


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


def test_two_pulls_at_once_do_not_meet(hub: Hub, folder: Path) -> None:
    hub.is_held = True
    first = ASSISTANT.start(*PULL)
    wait_until(lambda: any(method == "GET" and MODEL_KEY in path for method, path, _ in hub.seen))
    second = ASSISTANT.run(*PULL)
    assert second.returncode == 4
    assert "Another command" in second.stderr
    removed = ASSISTANT.run("models", "remove", TINY)
    assert removed.returncode == 4
    assert "Another command" in removed.stderr
    hub.is_held = False
    first.communicate(timeout=120)
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


def _has_come(folder: Path, n_bytes: int, process: subprocess.Popen[str]) -> bool:
    return _part_size(folder) >= n_bytes or process.poll() is not None
