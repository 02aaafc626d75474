"""Saved pictures and texts: both or neither, and for the owner alone."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.app.saving import FileKeeper, SaveError
from assistant.core.history import Entry, History
from assistant.messages import session as words


def entry(image: object = None, sentences: tuple[str, ...] = ("A dog.", "A cat.")) -> Entry:
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3) if image is None else image
    assert isinstance(pixels, np.ndarray)
    taken_at = datetime(2026, 11, 23, 10, 5, 9)
    return Entry(pixels, "What?", "What?", sentences, taken_at, model="LLaVA 1.5")


def test_picture_and_text_are_saved_for_the_owner(tmp_path: Path) -> None:
    saved = entry()
    folder = tmp_path / "new" / "folder"
    assert FileKeeper(folder).save(saved) == ("folder in new", "picture 1")
    picture, text = folder / "picture 1.png", folder / "picture 1.txt"
    with Image.open(picture) as read:
        assert np.array_equal(np.asarray(read), saved.image_rgb)
    assert text.read_text() == (
        "What?\nA dog.\nA cat.\n\nAnswered by LLaVA 1.5 on 23 November 2026, 10:05.\n"
        f"{words.NOTICE_SHORT}\n"
    )
    for path in (picture, text):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    for name in (
        "picture 7.png",
        "picture 9.txt",
        "picture x.png",
        "picture.png",
        "picture 10 b.png",
    ):
        (tmp_path / name).write_text("mine")
    names = [FileKeeper(tmp_path).save(entry())[1] for _ in range(3)]
    assert names == ["picture 10", "picture 11", "picture 12"]
    assert len(os.listdir(tmp_path)) == 11
    assert [path.read_text() for path in tmp_path.glob("picture [79]*")] == ["mine", "mine"]


def test_a_stopped_answer_says_so_and_the_home_folder_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    stopped = replace(entry(), label="described in detail:", is_complete=False)
    assert FileKeeper(tmp_path / "kept").save(stopped) == ("kept", "picture 1")
    lines = (tmp_path / "kept" / "picture 1.txt").read_text().splitlines()
    assert lines[0] == "Described in detail:"
    assert lines[3] == words.ANSWER_STOPPED


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def full(_descriptor: int) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match=r"No space left on device\. Free some space"):
        FileKeeper(tmp_path).save(entry())
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SaveError):
        FileKeeper(tmp_path / "file").save(entry())


def test_without_a_clipboard_the_other_way_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SaveError, match="press v to save the text"):
        FileKeeper(tmp_path).copy("A dog.")


def test_history_forgets_the_oldest_first() -> None:
    history = History(max_entries=2)
    for number in range(3):
        history.add(entry(sentences=(f"{number}.",)))
    assert [kept.sentences[0] for kept in history.entries] == ["2.", "1."]


def test_history_is_bounded_in_memory_and_keeps_the_newest() -> None:
    history = History(max_mb=1.0)
    large = np.zeros((1024, 1024, 3), np.uint8)
    history.add(entry(large))
    history.add(entry(large.copy()))
    assert len(history.entries) == 1
    history.add(Entry(history.entries[0].image_rgb, "b", "b", ("b",), datetime.now()))
    assert (
        len(history.entries) == 1
    )  # one picture that is too large alone is kept for its newest answer


def test_answers_about_one_picture_oldest_first() -> None:
    history = History()
    first, second = entry(), entry()
    later = Entry(first.image_rgb, "b", "b", ("b",), datetime.now())
    stopped = Entry(first.image_rgb, "c", "c", ("c",), datetime.now(), is_complete=False)
    for one in (first, second, later, stopped):
        history.add(one)
    assert history.about(first.image_rgb) == [first, later]
