"""The whole path with the model that comes with the program, on pictures it has never seen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import skimage.data
from PIL import Image

from assistant import messages
from assistant.errors import ExitCode
from assistant.messages import engine as engine_words
from assistant.model_store.find import embedded_model
from scripts.bench.judged_scenes import world
from scripts.train_scene_model.language import with_article
from tests.support.assistant_command import ROOT, Command
from tests.support.fake_player import FakePlayer

pytestmark = pytest.mark.model

EXAMPLES = sorted((ROOT / "examples").glob("*.png"))
KINDS = world("test", 0).thing_words()


def truth(picture: Path) -> dict[str, Any]:
    """What is in an example, from the file beside it."""
    found: dict[str, Any] = json.loads(picture.with_suffix(".json").read_text())
    return found


def named(text: str) -> set[str]:
    """Which kinds of the drawn world a text names."""
    return {found.thing for found in KINDS.find(text)}


@pytest.fixture(scope="module")
def described(embedded: Command) -> dict[str, dict[str, Any]]:
    """Every example described in one run."""
    done = embedded.run("describe", *EXAMPLES, "--json", "--no-speech", timeout_s=300)
    assert done.returncode == 0, done.stderr
    records = map(json.loads, done.stdout.splitlines())
    return {Path(record["picture"]).stem: record for record in records}


def test_the_examples_are_described_rightly(described: dict[str, dict[str, Any]]) -> None:
    """Counted over all examples: a single thing may be missed or wrong, most may not."""
    right = wrong = missed = 0
    for path in EXAMPLES:
        there = {thing["kind"] for thing in truth(path)["things"]}
        said = named(described[path.stem]["description"])
        right += len(said & there)
        wrong += len(said - there)
        missed += len(there - said)
    print(f"things in the examples: {right} right, {wrong} wrong, {missed} missed")
    assert right / (right + wrong) >= 0.9
    assert right / (right + missed) >= 0.9


def test_each_answer_ended_by_itself(described: dict[str, dict[str, Any]]) -> None:
    assert described
    for name, record in described.items():
        assert record["ended"] == "eos", name
        assert record["method"] == "sparc", name
        assert "clip_order" in record["corrections"], name
        assert 3 <= len(record["sentences"]) <= 16, name


def test_it_is_spoken_sentence_by_sentence(embedded: Command, player: FakePlayer) -> None:
    street = ROOT / "examples" / "street.png"
    done = embedded.run("describe", street)
    assert done.returncode == 0, done.stderr
    sentences = done.stdout.splitlines()
    assert len(sentences) >= 2
    # "Looking.", the sentences, that it may be wrong, "Done.", how to get another model.
    assert player.finished == 1 + len(sentences) + 1 + 1 + 1
    lengths = player.durations_s[1 : 1 + len(sentences)]
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    assert lengths[order[0]] < lengths[order[-1]], "a longer sentence takes longer to say"


def test_it_says_once_how_to_get_a_model_for_photographs(embedded: Command) -> None:
    done = embedded.run("describe", *EXAMPLES[:2], "--no-speech", "--brief")
    assert done.stderr.count("For photographs, download ") == 1
    assert f"{sys.executable} -m assistant models pull" in done.stderr


def test_brief_is_one_sentence(embedded: Command) -> None:
    done = embedded.run("describe", EXAMPLES[0], "--no-speech", "--brief")
    assert len(done.stdout.splitlines()) == 1


def test_questions(embedded: Command) -> None:
    street = ROOT / "examples" / "street.png"
    thing = truth(street)["things"][0]["kind"]
    done = embedded.run("ask", street, f"Is there {with_article(thing)}?", "--no-speech")
    assert done.returncode == 0, done.stderr
    assert done.stdout.lower().startswith("yes")


def test_the_same_twice(embedded: Command) -> None:
    first, second = (embedded.run("describe", EXAMPLES[0], "--no-speech").stdout for _ in "12")
    assert first == second


def test_named_by_its_files_it_answers_as_it_does_by_itself(
    embedded: Command, described: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """Whatever they are called: with other steering than its own it writes nonsense."""
    demo, street = embedded_model(), ROOT / "examples" / "street.png"
    pair = tmp_path / "model.gguf", tmp_path / "projector.gguf"
    for copy, original in zip(pair, (demo.model_path, demo.mmproj_path), strict=True):
        copy.write_bytes(original.read_bytes())
    named_pair = Command(("--model", str(pair[0]), "--mmproj", str(pair[1])))
    done = named_pair.run("describe", street, "--json", "--no-speech")
    assert json.loads(done.stdout)["description"] == described["street"]["description"]
    assert "For photographs, download " in done.stderr


def test_nonsense_is_stopped_after_a_few_words(embedded: Command) -> None:
    steered = ("--alpha", "1.1", "--no-speech")
    for picture in EXAMPLES[:4]:
        done = embedded.run("describe", picture, *steered)
        assert messages.ENDED_REPETITION in done.stderr
        assert len(done.stdout.split()) < 80


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photograph") / "cat.png"
    Image.fromarray(skimage.data.cat()).save(path)  # type: ignore[no-untyped-call]
    return path


@pytest.mark.parametrize(
    "arguments", [("describe",), ("describe", "--model", "demo"), ("describe", "--brief")]
)
def test_a_photograph_is_not_described(
    embedded: Command, photograph: Path, arguments: tuple[str, ...]
) -> None:
    done = embedded.run(*arguments, photograph, "--no-speech")
    assert done.returncode == ExitCode.PICTURE
    sentences = done.stdout.splitlines()
    assert sentences[0] == engine_words.UNFAMILIAR
    # What follows is the glance, never the model.
    assert not any("cat" in sentence.lower() for sentence in sentences)


def test_no_question_about_a_photograph_is_answered(embedded: Command, photograph: Path) -> None:
    done = embedded.run("ask", photograph, "Is there a cat?", "--no-speech")
    assert done.returncode == ExitCode.PICTURE
    sentences = done.stdout.splitlines()
    assert sentences[0] == engine_words.UNFAMILIAR
    assert not any(sentence.startswith(("Yes", "No,", "There is a cat")) for sentence in sentences)


def test_anyway_describes_it_and_warns(embedded: Command, photograph: Path) -> None:
    done = embedded.run("describe", photograph, "--anyway", "--no-speech")
    assert done.returncode == ExitCode.OK
    assert engine_words.UNFAMILIAR_ANYWAY in done.stderr
    assert done.stdout


def test_after_a_photograph_the_next_picture_is_described(
    embedded: Command, photograph: Path
) -> None:
    done = embedded.run("describe", photograph, EXAMPLES[0], "--brief", "--no-speech")
    assert done.returncode == ExitCode.PICTURE
    before, _, after = done.stdout.partition(f"{EXAMPLES[0]}:\n")
    assert engine_words.UNFAMILIAR in before
    assert after.strip()
    assert engine_words.UNFAMILIAR not in after
