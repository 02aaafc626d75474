"""The settings file: changed whole or not at all, and a broken one costs nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.errors import UsageError
from assistant.preferences import StoredPreferences
from assistant.settings_file import SettingsFile, SettingsFileError, load_settings_or_defaults
from assistant.settings_report import report
from assistant.settings_table import SETTINGS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "config.toml"


def test_one_setting_changes_and_the_rest_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("# mine\n[speech]\nrate = 100 # slow\nvolume = 0.5\n")
    SettingsFile(path).set("rate", "200")
    SettingsFile(path).set("tau", "1.5")
    text = path.read_text()
    assert "# mine" in text
    assert "# slow" in text
    settings = load_settings({}, {}, path)
    assert (settings.speech.rate_wpm, settings.speech.volume) == (200, 0.5)
    assert settings.steering.tau == 1.5


def test_only_the_owner_may_read_it(path: Path) -> None:
    SettingsFile(path).set("rate", 200)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["config.toml"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rate", "10", "whole number"),
        ("speed", "1", "There is no setting speed"),
        ("layers", "x", "layers"),
        ("beta", "200", "beta is 200"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(
    path: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        SettingsFile(path).set(name, value)
    assert not path.exists()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_setting_can_be_kept_and_read_again(path: Path, setting: object) -> None:
    from assistant.settings_table import Setting

    assert isinstance(setting, Setting)
    tried = [
        "200",
        "0.5",
        "1.5",
        "yes",
        "on",
        "brief",
        "sparc",
        "1-2",
        "x",
        "de",
        "f16",
        "silent",
        "17=stop",
        "900",
    ]
    for value in tried:
        try:
            SettingsFile(path).set(setting.name, value)
        except UsageError:
            continue
        load_settings({}, {}, path)
        return
    raise AssertionError(f"none of {tried} fits {setting.name}")


def test_a_file_that_cannot_be_written_is_one_sentence_and_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech]\nrate = 100\n")
    folder_file = path / "below-a-file.toml"
    with pytest.raises(SettingsFileError, match="could not be written"):
        SettingsFile(folder_file).set("rate", "200")
    assert path.read_text() == "[speech]\nrate = 100\n"


def test_a_broken_file_is_not_overwritten(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech\n")
    with pytest.raises(SettingsFileError):
        SettingsFile(path).set("rate", "200")
    assert path.read_text() == "[speech\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[speech\nrate = 1\n", "line 1"),
        ("[speech]\nspeed = 1\n", "speech.speed"),
        ("[speech]\nrate = 'fast'\n", "speech.rate"),
    ],
)
def test_a_broken_file_is_kept_aside_and_told_of(path: Path, text: str, words: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    settings, notices = load_settings_or_defaults({"volume": "0.25"}, {}, path)
    assert settings.speech.rate_wpm == 180
    assert settings.speech.volume == 0.25
    assert len(notices) == 1
    assert words in notices[0]
    aside = path.with_name("config.toml.broken-1")
    assert str(aside) in notices[0]
    assert aside.read_text() == text
    assert not path.exists()


def test_an_option_that_is_wrong_is_no_fault_of_the_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech]\nrate = 100\n")
    with pytest.raises(UsageError, match="--volume"):
        load_settings_or_defaults({"volume": "9"}, {}, path)
    assert path.exists()


def test_the_report_says_where_each_value_comes_from(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech]\nrate = 100\n")
    lines = {
        found.setting.name: found.line
        for found in report({"tau": "2"}, {"SPARC_ASSISTANT_VOLUME": "0.5"}, path)
    }
    assert len(lines) == len(SETTINGS)
    assert lines["rate"].startswith("rate: 100, from the settings file. Words a minute")
    assert lines["tau"].startswith("tau: 2.0, from the command line.")
    assert "from the variable SPARC_ASSISTANT_VOLUME" in lines["volume"]
    assert lines["voice"].startswith("voice: not set, the usual value.")
    assert lines["key-stop"].startswith("key-stop: space escape, the usual value. Key: stop")
    assert all(found.meaning for found in report({}, {}, path))


def test_preferences_change_for_this_run_and_for_good(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    preferences, notices = StoredPreferences.open({"rate": "150"}, {}, path)
    assert notices == []
    assert preferences.rate_wpm() == 150
    assert preferences.change("rate", "250")
    assert preferences.rate_wpm() == 250
    assert preferences.change("max_tokens", "9")
    assert preferences.decode_options().max_tokens == 9
    assert not preferences.change("threads", "1")
    with pytest.raises(UsageError):
        preferences.change("rate", "1")
    assert preferences.rate_wpm() == 250
    assert preferences.is_notice_due()
    preferences.acknowledge_notice()
    assert not preferences.is_notice_due()
    settings = load_settings({}, {}, path)
    assert settings.speech.rate_wpm == 250
    assert settings.assistant.notice_acknowledged
    assert len(list(preferences.lines())) == len(SETTINGS)
