"""One wrong line costs no other: it is named, and the rest is used."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.settings.file import SettingsFile, SettingsFileError
from assistant.settings.load import MOST_NOTICES, Loaded, read_settings
from assistant.settings.table import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(path: Path, data: str | bytes, **options: str) -> Loaded:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_settings(options, {}, path)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("rate = 'fast'", "Line 3 of config.toml: rate is fast, but it must be a whole number"),
        ("rate = fast", "Line 3 of config.toml: rate is fast, but it must be a whole number"),
        ("rate =", "Line 3 of config.toml is ignored. I do not understand: rate ="),
        ("voice = en-gb", 'Put the value in quotes: "en-gb".'),
        ("rate 200", "I do not understand: rate 200"),
        ("rat = 200", "There is no setting rat under [speech]. Did you mean rate?"),
        ("rate = 9000", "80 to 449"),
        ("rate = '", "80 to 449"),
        ("rate = 200 # ok\nrate = 210", "Line 4 of config.toml is ignored. rate is already set"),
        ("voice = ''", "voice"),
        ("= 3", "Line 3"),
        ('driver = "C:\\users"', "Line 3"),
        ("\x00", "Line 3"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_are_used(path: Path, wrong: str, words: str) -> None:
    text = f"[speech]\nvolume = 0.5\n{wrong}\nearcons = false\n[answer]\nmax_tokens = 9\n"
    loaded = read(path, text)
    assert any(words in notice for notice in loaded.notices), loaded.notices
    assert len(loaded.problems) == 1
    assert str(path) in loaded.notices[-1]
    assert loaded.settings.speech.volume == 0.5
    assert not loaded.settings.speech.has_earcons
    assert loaded.settings.answer.max_tokens == 9
    assert path.read_text() == text, "the file is left as it is"


@pytest.mark.parametrize("heading", ["[speech]]", "[speech", "[ speech ]]", "[speech] x"])
def test_a_wrong_heading_still_heads_its_lines(path: Path, heading: str) -> None:
    loaded = read(path, f"{heading}\nrate = 200\n")
    assert loaded.settings.speech.rate_wpm == 200
    assert "Line 1" in loaded.notices[0]


def test_an_unknown_table_is_named_once_with_the_near_one(path: Path) -> None:
    loaded = read(path, "[speach]\nrate = 200\nvolume = 0\n[answer]\nseed = 3\n")
    assert len(loaded.problems) == 1
    assert "Did you mean speech?" in loaded.notices[0]
    assert loaded.settings.answer.seed == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_editors_write_is_read_and_can_be_changed(path: Path, encoding: str, end: str) -> None:
    text = end.join(["# für mich", "[speech]", "rate\t=\xa0200", "\tvoice = 'grün'", ""])
    loaded = read(path, text.encode(encoding))
    assert loaded.notices == []
    assert (loaded.settings.speech.rate_wpm, loaded.settings.speech.voice) == (200, "grün")
    SettingsFile(path).set("volume", "0.5")
    after = read_settings({}, {}, path)
    assert after.notices == []
    assert (after.settings.speech.volume, after.settings.speech.voice) == (0.5, "grün")
    assert "# für mich" in path.read_text("utf-8")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_an_empty_file_sets_nothing(path: Path, data: bytes) -> None:
    loaded = read(path, data)
    assert (loaded.settings, loaded.notices) == (Settings(), [])


def test_a_file_of_another_kind_is_told_shortly(path: Path) -> None:
    loaded = read(path, bytes(range(256)) * 50)
    assert loaded.settings == Settings()
    assert len(loaded.notices) == MOST_NOTICES + 2
    assert "more lines are ignored" in loaded.notices[-2]


def test_a_pipe_or_a_folder_is_told_and_never_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(UsageError, match="not a regular file"):
        read_settings({}, {}, path)
    loaded = read_settings({}, {"SPARC_ASSISTANT_CONFIG": str(path)})
    assert "not a regular file. The default settings are used." in loaded.notices[0]
    assert loaded.settings == Settings()
    loaded = read_settings({}, {"SPARC_ASSISTANT_CONFIG": str(path.parent)})
    assert "directory. The default settings are used." in loaded.notices[0]


def test_only_what_does_not_go_together_is_left_out(path: Path) -> None:
    loaded = read(
        path,
        "[keys]\ndescribe = 'b'\nask = 'x'\n[steering]\nalpha = 0.2\ntau = 2.0\n"
        "[headless]\nhold_ms = 500\n",
    )
    assert loaded.settings.keys == {"ask": "x"}
    assert (loaded.settings.steering.alpha, loaded.settings.steering.tau) == (None, 2.0)
    assert loaded.settings.headless.hold_ms == 1500
    text = " ".join(loaded.notices)
    assert "Line 2 of config.toml is ignored. The key b cannot do both" in text
    assert "alpha is 0.2" in text
    assert "hold-ms" in text
    assert len(loaded.problems) == 3


def test_keys_that_change_places_go_together(path: Path) -> None:
    loaded = read(path, "[keys]\ndescribe = 'b'\nbrief = 'd'\n")
    assert loaded.notices == []
    assert loaded.settings.keys == {"describe": "b", "brief": "d"}


def test_an_option_comes_before_a_line_that_it_conflicts_with(path: Path) -> None:
    loaded = read(path, "[keys]\ndescribe = 'x'\n", **{"key-ask": "x"})
    assert loaded.settings.keys == {"ask": "x"}
    assert "The key x" in loaded.notices[0]
    with pytest.raises(UsageError, match="The key b"):
        read_settings({"key-ask": "b"}, {}, path)


def test_a_wrong_variable_is_told_and_the_file_counts(path: Path) -> None:
    path.write_text("[speech]\nrate = 200\n")
    loaded = read_settings(
        {}, {"SPARC_ASSISTANT_RATE": "fast", "SPARC_ASSISTANT_VOLUME": "0.5"}, path
    )
    assert (loaded.settings.speech.rate_wpm, loaded.settings.speech.volume) == (200, 0.5)
    assert "SPARC_ASSISTANT_RATE is fast, but" in loaded.notices[0]


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("SPARC_ASSISTANT_RAT", "Did you mean SPARC_ASSISTANT_RATE?"),
        ("SPARC_ASSISTANT_MAX_TOKEN", "Did you mean SPARC_ASSISTANT_MAX_TOKENS?"),
        ("SPARC_ASSISTANT_QQQQQQQQQ", "there is no such setting"),
    ],
)
def test_a_variable_that_means_nothing_is_told(variable: str, words: str) -> None:
    (notice,) = read_settings({}, {variable: "1"}).notices
    assert variable in notice
    assert words in notice


def test_a_variable_that_names_a_missing_file_is_told() -> None:
    loaded = read_settings({}, {"SPARC_ASSISTANT_CONFIG": "/nowhere/c.toml"})
    assert "There is no settings file /nowhere/c.toml." in loaded.notices[0]
    assert loaded.settings == Settings()


def test_a_password_in_a_wrong_line_is_hidden(path: Path) -> None:
    loaded = read(path, "[camera]\ncamera = rtsp://me:s3cret@cam/1\n")
    assert "s3cret" not in " ".join(loaded.notices)


def test_what_is_no_toml_is_never_rewritten(path: Path) -> None:
    path.write_text("[speech\nrate = 200\n")
    for change in (
        partial(SettingsFile(path).set, "rate", "210"),
        partial(SettingsFile(path).reset, "rate"),
    ):
        with pytest.raises(SettingsFileError, match="was not saved") as caught:
            change()
        assert "Line 1 of config.toml" in caught.value.message
        assert str(path) in caught.value.hint
    assert path.read_text() == "[speech\nrate = 200\n"


def test_a_line_that_is_wrong_keeps_no_other_from_being_changed(path: Path) -> None:
    path.write_text("[speech]\nspeed = 3\n")
    SettingsFile(path).set("rate", "200")
    assert "speed = 3" in path.read_text()
    assert read_settings({}, {}, path).settings.speech.rate_wpm == 200
    SettingsFile(path).reset("rate")
    assert read_settings({}, {}, path).settings.speech.rate_wpm == 180


def test_a_path_holds_wherever_the_program_is_started(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    (path.parent / "clip.mp4").touch()
    SettingsFile(path).set_all({"save-folder": "kept", "camera": "clip.mp4", "model": "demo"})
    settings = read_settings({}, {}, path).settings
    assert settings.assistant.save_folder == path.parent / "kept"
    assert settings.camera.source == str(path.parent / "clip.mp4")
    assert settings.model.model_path == Path("demo")
