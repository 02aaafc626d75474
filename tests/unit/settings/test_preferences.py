"""Settings that are changed while the program runs: checked, used at once or later, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import AssistantError, UsageError
from assistant.settings.file import SettingsFileError
from assistant.settings.preferences import StoredPreferences
from assistant.settings.table import SETTINGS, TITLES, Setting, Settings
from tests.support.strict_settings import load_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").touch()
    return tmp_path / "config.toml"


def test_a_change_holds_for_this_run_and_for_good(path: Path) -> None:
    preferences = StoredPreferences({"rate": "150"}, {}, path)
    heard: list[Settings] = []
    preferences.on_change = heard.append
    assert preferences.notices == []
    assert preferences.rate_wpm() == 150
    assert preferences.change("rate", "250") == "rate is now 250."
    assert preferences.rate_wpm() == heard[-1].speech.rate_wpm == 250
    assert preferences.change("max_tokens", "9") == "max-tokens is now 9."
    assert preferences.settings.answer.max_tokens == 9
    assert preferences.change("threads", "1") == "threads will be 1 from the next start."
    assert preferences.change("speech", "off") == "speech is now off."
    assert not heard[-1].speech.is_on
    with pytest.raises(UsageError):
        preferences.change("rate", "1")
    assert preferences.rate_wpm() == 250
    assert preferences.is_notice_due()
    preferences.acknowledge_notice()
    assert not preferences.is_notice_due()
    settings = load_settings({}, {}, path)
    assert settings.speech.rate_wpm == 250
    assert settings.assistant.notice_acknowledged


def test_default_puts_a_setting_back(path: Path) -> None:
    path.write_text("[speech]\nrate = 200\n")
    preferences = StoredPreferences({"volume": "0.5"}, {"SPARC_ASSISTANT_SEED": "7"}, path)
    assert preferences.change("rate", "Default") == "rate is back to its default, 180."
    assert preferences.change("volume", "default") == "volume is back to its default, 1."
    assert preferences.change("threads", "default").endswith("from the next start.")
    assert "SPARC_ASSISTANT_SEED" in preferences.change("seed", "default")
    assert preferences.settings.answer.seed == 7
    assert load_settings({}, {}, path).speech.rate_wpm == 180


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("key-describe", "b", "The key b cannot do both describe and brief."),
        ("key-describe", "12", "one character that is not a digit"),
        ("hold-ms", "500", "must be greater"),
        ("layers", "9-2", "is not a range"),
        ("colour", "1", "There is no setting colour."),
        ("rat", "1", "Did you mean rate?"),
    ],
)
def test_what_the_next_start_could_not_use_is_refused(
    path: Path, name: str, value: str, words: str
) -> None:
    preferences = StoredPreferences({}, {}, path)
    with pytest.raises(UsageError) as caught:
        preferences.change(name, value)
    assert words in str(caught.value)
    assert path.read_text() == ""
    assert preferences.settings == Settings()


def test_a_check_of_the_program_comes_before_anything_is_kept(path: Path) -> None:
    preferences = StoredPreferences({}, {}, path)

    def check(setting: Setting, settings: Settings) -> str:
        if settings.speech.voice == "nope":
            raise AssistantError("There is no voice nope.")
        return "It does not work now."

    preferences.check = check
    with pytest.raises(AssistantError, match="no voice nope"):
        preferences.change("voice", "nope")
    assert path.read_text() == ""
    assert preferences.change("camera", "5").endswith("It does not work now.")


def test_what_cannot_be_saved_still_applies_until_the_end(path: Path) -> None:
    path.write_text("[speech\n")
    preferences = StoredPreferences({}, {}, path)
    assert "Line 1" in preferences.notices[0]
    with pytest.raises(SettingsFileError, match="applies until you quit"):
        preferences.change("rate", "250")
    assert preferences.rate_wpm() == 250
    with pytest.raises(SettingsFileError) as caught:
        preferences.change("threads", "1")
    assert "until you quit" not in str(caught.value)


def test_the_list_has_groups_and_the_meaning_before_the_value(path: Path) -> None:
    lines = list(StoredPreferences({}, {}, path).lines())
    assert lines[0] == "Speech:"
    assert [line[:-1] for line in lines if line.endswith(":")] == list(TITLES.values())
    assert len(lines) == len(SETTINGS) + len(TITLES)
    for setting in SETTINGS:
        (line,) = (line for line in lines if line.startswith(f"{setting.name}: "))
        assert line.index(setting.help) < line.rindex(" Now ")


def test_a_word_finds_what_it_names_or_what_mentions_it(path: Path) -> None:
    preferences = StoredPreferences({}, {}, path)
    assert [line.partition(":")[0] for line in preferences.search("--Max_Tokens")] == ["max-tokens"]
    found = [line.partition(":")[0] for line in preferences.search("battery")]
    assert found == ["look-ahead"]
    assert preferences.search("xylophone") == preferences.search("x") == []
    assert preferences.search("?") == []
