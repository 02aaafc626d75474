"""What the embedded model does with pictures that are none of its drawn world, asked through a real worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    Encoding,
    Event,
    Failed,
    Finished,
    ImageRgb,
    Piece,
    Prefilling,
    Unfamiliar,
)
from assistant.core.questions import BRIEF_PROMPT, DETAILED_PROMPT
from assistant.errors import ExitCode
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.find import embedded_model
from assistant.system import power
from scripts.photographs import judged_strangers
from tests.support.assistant_command import ROOT

pytestmark = pytest.mark.model

EXAMPLES = sorted((ROOT / "examples").glob("*.png"))
PHOTOGRAPHS = ("astronaut", "camera", "cat", "coffee", "rocket", "gravel", "moon")
DECODE = DecodeOptions(max_tokens=12)


def options() -> EngineOptions:
    files = embedded_model()
    return EngineOptions(
        files.model_path,
        files.mmproj_path,
        preset=files.preset,
        familiarity_path=files.familiarity_path,
        template=files.template,
        look_ahead="on",
    )


@pytest.fixture(scope="module")
def worker() -> Iterator[InferenceClient]:
    with InferenceClient(options()) as client:
        yield client


def photograph(name: str) -> ImageRgb:
    picture = getattr(skimage.data, name)()
    return np.asarray(Image.fromarray(picture).convert("RGB"))


def example(name: str = "street") -> ImageRgb:
    with Image.open(ROOT / "examples" / f"{name}.png") as opened:
        return np.asarray(opened.convert("RGB"))


def ask(
    client: InferenceClient,
    picture: ImageRgb,
    question: str = BRIEF_PROMPT,
    *,
    is_anyway: bool = False,
) -> list[Event]:
    return list(client.ask(DescribeRequest(picture, question, DECODE, is_anyway=is_anyway)))


def is_refused(events: list[Event]) -> bool:
    """Whether it ended at once, with not a word of an answer."""
    said = [event for event in events if isinstance(event, (Piece, Finished, Failed, Prefilling))]
    last = events[-1]
    return isinstance(last, Unfamiliar) and last.distance > 1 and not said


def is_answered(events: list[Event]) -> bool:
    return isinstance(events[-1], Finished) and any(isinstance(event, Piece) for event in events)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_refused(worker: InferenceClient, name: str) -> None:
    assert is_refused(ask(worker, photograph(name)))


@pytest.mark.parametrize(
    "question", [DETAILED_PROMPT, "Is there a cat?", "What does the sign say?"]
)
def test_a_question_about_a_photograph_gets_no_yes_and_no_no(
    worker: InferenceClient, question: str
) -> None:
    assert is_refused(ask(worker, photograph("cat"), question))


@pytest.mark.parametrize("family", judged_strangers.FAMILIES)
def test_other_strangers_are_refused(worker: InferenceClient, family: str) -> None:
    assert is_refused(ask(worker, np.asarray(judged_strangers.stranger(family, 1000))))


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_picture_is_refused(worker: InferenceClient, grey: int) -> None:
    assert is_refused(ask(worker, np.full((480, 640, 3), grey, np.uint8)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_drawn_example_is_answered(worker: InferenceClient, path: Path) -> None:
    events = ask(worker, example(path.stem))
    assert is_answered(events)
    assert not any(isinstance(event, Unfamiliar) for event in events)


def test_an_example_is_answered_as_a_mild_camera_sees_it(worker: InferenceClient) -> None:
    noise = np.random.default_rng(1).normal(0, 4, (700, 700, 3))
    seen = Image.fromarray(example("garden")).resize((700, 700), Image.Resampling.BICUBIC)
    values = (np.asarray(seen, float) * 0.95 + noise).clip(0, 255).astype(np.uint8)
    assert is_answered(ask(worker, values))


def test_anyway_says_first_that_it_does_not_know_the_picture(worker: InferenceClient) -> None:
    for question in (BRIEF_PROMPT, "Is there a cat?"):
        events = ask(worker, photograph("coffee"), question, is_anyway=True)
        assert is_answered(events)
        kinds = [type(event) for event in events]
        assert kinds.count(Unfamiliar) == 1
        assert kinds.index(Unfamiliar) < kinds.index(Piece)


def test_a_picture_of_before_stays_refused(worker: InferenceClient) -> None:
    """Neither the cache of what was read nor the memory of encoded pictures forgets what it is."""
    cat = photograph("cat")
    assert is_answered(ask(worker, cat, is_anyway=True))  # and so it is in the KV cache
    assert is_refused(ask(worker, cat, "Is there a cat?"))
    assert is_answered(ask(worker, example()))
    again = ask(worker, cat, "Is there a dog?")
    assert is_refused(again)
    assert not any(isinstance(event, Encoding) for event in again)


def test_a_refusal_leaves_nothing_behind(worker: InferenceClient) -> None:
    def text() -> str:
        last = ask(worker, example("beach"))[-1]
        assert isinstance(last, Finished)
        return last.answer.text

    before = text()
    assert is_refused(ask(worker, photograph("rocket")))
    assert text() == before


def test_a_picture_that_was_read_ahead_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power, "is_short_of_power", lambda: False)
    with InferenceClient(options()) as client:
        assert is_answered(ask(client, example()))
        for name in ("cat", "moon"):
            picture = photograph(name)
            client.prepare(picture, BRIEF_PROMPT)
            assert is_refused(ask(client, picture))
        picture = example("snow")
        client.prepare(picture, BRIEF_PROMPT)
        assert is_answered(ask(client, picture))


def test_without_the_file_that_tells_nothing_is_described(tmp_path: Path) -> None:
    sound = embedded_model().familiarity_path
    assert sound is not None
    cut, other, missing = tmp_path / "cut.npz", tmp_path / "other.npz", tmp_path / "missing.npz"
    cut.write_bytes(sound.read_bytes()[:-400])
    with np.load(sound) as file:
        np.savez(other, **{**file, "projector_sha256": "0" * 64})
    for path in (cut, other, missing):
        with InferenceClient(replace(options(), familiarity_path=path)) as client:
            for picture in (example(), photograph("cat")):
                failed = ask(client, picture)[-1]
                assert isinstance(failed, Failed)
                assert failed.message.startswith(f"{path.name} is missing or damaged.")
                assert failed.hint
                assert failed.exit_code == ExitCode.MODEL
            assert is_answered(ask(client, example(), is_anyway=True))


def test_a_model_without_such_a_file_answers_about_everything(tmp_path: Path) -> None:
    with InferenceClient(replace(options(), familiarity_path=None)) as client:
        assert is_answered(ask(client, photograph("cat")))


def test_the_embedded_model_is_known_wherever_its_files_lie(tmp_path: Path) -> None:
    from assistant.model_store.find import find_model

    demo = embedded_model()
    copies = [Path(shutil.copy(path, tmp_path)) for path in (demo.model_path, demo.mmproj_path)]
    assert find_model(*copies).familiarity_path == demo.familiarity_path
    assert find_model(Path("demo")).familiarity_path == demo.familiarity_path
