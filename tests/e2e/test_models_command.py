"""``sparc-assistant models`` as a person runs it: what it says, and what it keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant_command import STREET
from tests.support.fake_player import FakePlayer
from tests.support.hub_server import Hub, running_hub
from tests.support.models_command import ASSISTANT, PULL
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj


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
    assert "is wrong. It was renamed to" in verified.stdout
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
    assert "made for a different model" in refused.stderr


def test_bench_remembers_and_the_list_says_so(hub: Hub, folder: Path) -> None:
    before = ASSISTANT.run("models", "list").stdout
    assert "Not installed. Download size:" in before
    assert "estimated from the processor" in before
    assert before.startswith(f"{TINY} suits this machine best: ")
    ASSISTANT.run(*PULL)
    done = ASSISTANT.run("models", "bench", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == TINY
    listed = ASSISTANT.run("models", "list").stdout
    assert "Installed, and used unless you choose another." in listed
    assert "for a picture, measured on" in listed
    assert "Fits this machine" in listed


def test_an_unknown_name_is_one_sentence_with_the_known_ones(hub: Hub, folder: Path) -> None:
    done = ASSISTANT.run("models", "pull", "nothing")
    assert done.returncode == 2
    assert TINY in done.stderr
