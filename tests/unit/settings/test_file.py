"""The settings file: changed whole or not at all, and a broken one costs nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.errors import UsageError
from assistant.settings.file import SettingsFile, SettingsFileError
from assistant.settings.load import read_settings
from assistant.settings.report import report
from assistant.settings.table import SETTINGS
from tests.support.strict_settings import load_settings


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
    assert sorted(os.listdir(path.parent)) == [".config.toml.lock", "config.toml"]


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
    from assistant.settings.table import Setting

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
        "words",
        "low",
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


def test_an_option_that_is_wrong_is_no_fault_of_the_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech]\nrate = 100\n")
    with pytest.raises(UsageError, match="--volume"):
        read_settings({"volume": "9"}, {}, path)


def test_the_report_says_where_each_value_comes_from(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[speech]\nrate = 100\n")
    lines = {
        found.setting.name: found.line
        for found in report(read_settings({"tau": "2"}, {"SPARC_ASSISTANT_VOLUME": "0.5"}, path))
    }
    assert len(lines) == len(SETTINGS)
    assert lines["rate"].startswith("rate: Words a minute, 80 to 449")
    assert lines["rate"].endswith("Now 100, from the settings file.")
    assert lines["tau"].endswith("Now 2, from the command line.")
    assert "from the variable SPARC_ASSISTANT_VOLUME" in lines["volume"]
    assert lines["voice"].endswith("Now not set, the default.")
    assert lines["key-stop"].startswith("key-stop: Key: stop")
    assert lines["key-stop"].endswith("Now space escape, the default.")
    assert all(found.setting.help for found in report(read_settings({}, {}, path)))


def test_two_programs_lose_none_of_each_others_changes(path: Path) -> None:
    names = ["rate", "seed", "max-tokens", "history-size"]
    code = (
        "import sys; from pathlib import Path\n"
        "from assistant.settings.file import SettingsFile\n"
        "for value in range(200, 210): SettingsFile(Path(sys.argv[1])).set(sys.argv[2], value)\n"
    )
    programs = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in names]
    assert [program.wait(60) for program in programs] == [0] * len(names)
    settings = load_settings({}, {}, path)
    assert settings.speech.rate_wpm == settings.answer.seed == 209
    assert settings.answer.max_tokens == settings.assistant.history_size == 209
    assert sorted(os.listdir(path.parent)) == [".config.toml.lock", "config.toml"]


def test_a_file_that_another_program_holds_is_a_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.settings.file.LOCK_TIMEOUT_S", 0.1)
    SettingsFile(path).set("rate", 200)
    with (
        FileLock(path.with_name(".config.toml.lock")),
        pytest.raises(SettingsFileError, match="Another program is changing the settings file"),
    ):
        SettingsFile(path).set("rate", 300)
    assert load_settings({}, {}, path).speech.rate_wpm == 200
    SettingsFile(path).set("rate", 300)
    assert load_settings({}, {}, path).speech.rate_wpm == 300


def test_a_linked_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "assistant.toml"
    kept.parent.mkdir()
    kept.write_text("# mine\n[speech]\nrate = 100\n")
    path.parent.mkdir()
    path.symlink_to(kept)
    SettingsFile(path).set("rate", 200)
    assert path.is_symlink()
    assert kept.read_text() == "# mine\n[speech]\nrate = 200\n"
    kept.unlink()
    SettingsFile(path).set("rate", 250)
    assert path.is_symlink()
    assert kept.read_text() == "[speech]\nrate = 250\n"


@pytest.mark.parametrize("target", ["/dev/null", "."])
def test_what_is_no_plain_file_is_left_alone(path: Path, target: str) -> None:
    path.parent.mkdir()
    path.symlink_to(target)
    with pytest.raises(SettingsFileError, match="is not a regular file"):
        SettingsFile(path).set("rate", 200)
    assert not Path("/dev/null").is_file()
    assert path.is_symlink()
