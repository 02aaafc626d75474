"""The way to a real model by ear: what ``models pull`` says before it, and how the program fetches one meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.assistant_command import STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.hub_server import Hub, running_hub
from tests.support.models_command import ASSISTANT
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.typed_assistant import TypedAssistant


def test_pull_without_a_name_says_first_what_comes_and_then_fetches_it(
    tmp_path: Path, folder: Path, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", padding=3_000_000)
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.pause_s = 0.005
        done = ASSISTANT.run("models", "pull", "--yes")
        again = ASSISTANT.run("models", "pull", "--no-speech")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{TINY} is installed.\n"
    told = done.stderr.splitlines()
    assert told[0].startswith(f"{TINY} suits this machine best: 3.9 megabytes to download, about ")
    assert "an estimated " in told[0]
    assert told[0].endswith(" for a picture; Test Licence.")
    assert told[1].startswith("A tiny LLaVA is under this licence: Test Licence.")
    assert told[2] == "Downloading tiny-model.gguf, 3.7 megabytes."
    advice, licence, files, quarters, checks, copy, end = 1, 1, 2, 3, 2, 1, 1
    assert player.finished == advice + licence + files + quarters + checks + copy + end
    assert again.stdout == f"{TINY} is already installed.\n"


def test_where_the_server_lost_a_file_the_next_model_is_taken(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = tmp_path / "catalogue.toml"
    hub = tiny_hub(tmp_path / "hub", catalogue, rank=2)
    schema, _, model = catalogue.read_text().partition("[[model]]\n")
    lost = model.replace(TINY, "lost-llava").replace("owner/tiny", "owner/lost")
    better = lost.replace("rank = 2", "rank = 1")
    catalogue.write_text(f"{schema}[[model]]\n{better}[[model]]\n{model}")
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        done = ASSISTANT.run("models", "pull", "--yes", "--no-speech")
        named = ASSISTANT.run("models", "pull", "lost-llava", "--yes", "--no-speech")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{TINY} is installed.\n"
    assert (
        "The server has no file tiny-model.gguf in owner/lost. "
        f"I will take the next best model for this machine, {TINY}."
    ) in done.stderr.splitlines()
    # A model that was asked for by name is not replaced by another.
    assert named.returncode == 4
    assert "The server has no file tiny-model.gguf in owner/lost." in named.stderr


def test_without_a_terminal_the_licence_has_to_be_accepted_and_nothing_comes(
    hub: Hub, folder: Path
) -> None:
    done = ASSISTANT.run("models", "pull", "--no-speech")
    assert done.returncode == 2
    assert f"{TINY} suits this machine best: " in done.stderr
    assert "The licence must be accepted first" in done.stderr
    assert hub.seen == []


def test_where_no_model_fits_that_is_said_with_what_would_do(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml", memory_mb=90_000_000)
    with running_hub(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        done = ASSISTANT.run("models", "pull", "--json", "--no-speech")
    assert done.returncode == 4
    record = json.loads(done.stdout)
    assert record["error"].startswith("No model for photographs fits this machine: the smallest, ")
    assert record["hint"].endswith("models pull NAME --force")
    assert ASSISTANT.run("models", "list").stdout.startswith("No model for photographs fits")
    assert hub.seen == []


@pytest.mark.model
def test_in_the_program_it_is_chosen_by_number_and_takes_over(
    embedded: Command, hub: Hub, folder: Path
) -> None:
    hub.pause_s = 0.05
    assistant = TypedAssistant(
        embedded, "--camera", str(STREET), "--notice-acknowledged", "yes", "--no-speech"
    )
    try:
        assistant.hear("Ready.")
        assistant.type("m")
        assistant.hear(f"2. Download {TINY}: 0.9 megabytes, about ")
        assistant.type("2")
        told = assistant.hear(lambda line: line.endswith("choose the same line again."))
        assistant.type("m 2")
        told = assistant.hear(f"Downloading {TINY}, 0.9 megabytes, in the background.", told)
        assistant.type("d")
        assistant.hear("Done.", told)
        hub.pause_s = 0.0
        ready = assistant.hear(f"{TINY} is ready and in use.", told)
        assistant.type("s")
        assistant.hear(f"Nothing is happening. Model: {TINY}.", ready)
        assistant.type("q")
        assistant.hear("Goodbye.", ready)
        assert assistant.process.wait(30) == 0
    finally:
        assistant.kill()
