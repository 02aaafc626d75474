"""Folders, patterns, addresses and quotes mean files; what exists under exactly that name comes first."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from assistant.cli.named_files import looks_like_picture, name_files


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("p10.jpg", "p9.JPG", "b a.heic", ".hidden.png", "notes.txt", "sub/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dir.png").mkdir()
    return tmp_path


def test_a_folder_is_its_pictures_in_name_order_and_their_number(home: Path) -> None:
    named = name_files([str(home)], takes_many=True)
    assert named.pictures == [str(home / name) for name in ("b a.heic", "p9.JPG", "p10.jpg")]
    assert named.notices == [f"{home} has 3 pictures."]
    assert name_files(["sub"], takes_many=True).notices == ["sub has 1 picture."]


def test_a_pattern_that_no_shell_expanded_is_its_files(home: Path) -> None:
    named = name_files(["p*.[jJ]*"], takes_many=True)
    assert named.pictures == ["p9.JPG", "p10.jpg"]
    assert named.notices == ["2 pictures match p*.[jJ]*."]
    (home / "odd[1].png").touch()
    assert name_files(["odd[1].png"], takes_many=True).pictures == ["odd[1].png"]


@pytest.mark.parametrize(
    "typed",
    ["~/b a.heic", "'b a.heic'", '"~/b a.heic"', " b a.heic ", "FILE", "file://localhostHERE"],
)
def test_what_is_typed_another_way_is_the_same_file(home: Path, typed: str) -> None:
    path = quote(str(home / "b a.heic"))
    typed = typed.replace("FILE", f"file://{path}").replace("HERE", path)
    (found,) = name_files([typed], takes_many=False).pictures
    assert (home / found).samefile(home / "b a.heic")
    assert looks_like_picture(typed)


def test_what_exists_by_that_name_is_never_something_else(home: Path) -> None:
    for name in ("~", "*.jpg", "'q'", "file:x"):
        (home / name).touch()
        assert name_files([name], takes_many=True).pictures == [name]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("dir.png", "There are no pictures in the folder dir.png."),
        ("*.webp", r"No file matches \*.webp."),
        ("https://example.org/a.png", "is a web address, and I only open files. Save the picture"),
    ],
)
def test_what_holds_no_picture_is_told_in_its_turn(home: Path, typed: str, sentence: str) -> None:
    named = name_files(["p10.jpg", typed, "-", "camera", "none.png"], takes_many=True)
    assert named.pictures == ["p10.jpg", typed, "-", "camera", "none.png"]
    (failure,) = named.failures.values()
    with pytest.raises(type(failure), match=sentence):
        raise named.failures[typed]


def test_a_question_is_about_one_picture(home: Path) -> None:
    named = name_files(["sub"], takes_many=False)
    assert named.failures["sub"].hint.endswith("describe sub")


@pytest.mark.parametrize("typed", ["-", "none.JPEG", "a/b", "notes.txt", "sub"])
def test_names_of_pictures(home: Path, typed: str) -> None:
    assert looks_like_picture(typed)


@pytest.mark.parametrize("typed", ["setting", "look", ""])
def test_what_is_no_name_of_a_picture(home: Path, typed: str) -> None:
    assert not looks_like_picture(typed)
