from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.core.actions import Action
from assistant.errors import ExitCode, UsageError
from assistant.settings.load import default_config_path
from assistant.settings.table import SETTINGS, Settings
from sparc_ggml.config import LLAVA_NEXT
from tests.support.strict_settings import load_settings


def test_nothing_set_gives_the_defaults() -> None:
    assert load_settings({}, {}) == Settings()


def test_option_before_environment_before_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[speech]\nrate = 100\nvolume = 0.5\nvoice = 'af'\n")
    environment = {"SPARC_ASSISTANT_RATE": "200", "SPARC_ASSISTANT_VOLUME": "0.25"}
    speech = load_settings({"rate": "300"}, environment, path).speech
    assert (speech.rate_wpm, speech.volume, speech.voice) == (300, 0.25, "af")


def test_the_users_own_file_is_found() -> None:
    path = default_config_path()
    path.parent.mkdir(parents=True)
    path.write_text("[answer]\nstyle = 'brief'\nmax_tokens = 9\n")
    assert load_settings({}, {}).answer.max_tokens == 9
    assert load_settings({}, {}).answer.style == "brief"


def test_a_file_named_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[model]\nn_ctx = 512\nthreads = 3\n")
    settings = load_settings({}, {"SPARC_ASSISTANT_CONFIG": str(tmp_path / "c.toml")})
    assert (settings.model.n_ctx, settings.model.n_threads) == (512, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[speech]\nspeed = 3\n", r"Line 2 of c\.toml is ignored\. There is no setting speed"),
        ("[sound]\nrate = 3\n", "There are no settings called sound"),
        ("rate = 3\n", r"rate must stand below a line with \[speech\]"),
        (
            "[speech]\nrate = 'fast'\n",
            r"Line 2 of c\.toml: rate is fast, but it must be a whole number",
        ),
        ("[speech]\nrate = true\n", "must be a whole number"),
        ("[speech\n", r"Line 1 of c\.toml is ignored\. I do not understand: \[speech"),
        ("[steering]\nalpha = 0.2\n", "alpha is 0.2; it must lie between 1"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        load_settings({}, {}, path)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_missing_file_that_was_asked_for() -> None:
    with pytest.raises(UsageError, match=r"There is no settings file /nowhere/c\.toml"):
        load_settings({}, {}, Path("/nowhere/c.toml"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate", "79"), ("rate", "450"), ("rate", "1e3"), ("volume", "1.1"), ("volume", "nan"),
        ("max-tokens", "0"), ("max-tokens", "many"), ("temperature", "-1"), ("top-p", "2"),
        ("seed", "-1"), ("threads", "0"), ("n-ctx", "1"), ("flash-attn", "maybe"),
        ("method", "magic"), ("alpha", "0.5"), ("alpha", "inf"), ("alpha", "big"), ("beta", "1"),
        ("tau", "-2"), ("layer", "-1"), ("layers", "5"), ("layers", "5-2"), ("layers", "a-b"),
        ("prompt", "  "), ("voice", ""), ("model", ""),
    ],
)  # fmt: skip
def test_values_outside_their_range_are_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings({name: value}, {})
    assert str(caught.value).endswith(".")
    assert "Unfit" not in str(caught.value)


def test_values_in_their_range() -> None:
    given: dict[str, Any] = {
        "rate": "449", "volume": "0", "layers": "2-7", "layer": "3", "alpha": "1.2", "beta": "0.3",
        "tau": "2", "method": "uniform", "flash-attn": "off", "speech": False, "top-p": "0.9",
        "seed": "4294967295", "temperature": "0.7", "model": "~/m.gguf", "mmproj": "v.gguf",
    }  # fmt: skip
    settings = load_settings(given, {})
    assert settings.model.model_path == Path("~/m.gguf").expanduser()
    assert not settings.speech.is_on
    sparc = settings.steering.applied_to(LLAVA_NEXT)
    assert (sparc.alpha, sparc.beta, sparc.tau, sparc.method) == (1.2, 0.3, 2.0, "uniform")
    assert (sparc.first_layer, sparc.last_layer, sparc.selected_layer) == (2, 7, 3)


def test_what_is_not_set_stays_the_presets() -> None:
    assert load_settings({"alpha": "1.3"}, {}).steering.applied_to(LLAVA_NEXT).tau == LLAVA_NEXT.tau


def test_names_are_unique_and_fields_exist() -> None:
    assert len({s.name for s in SETTINGS}) == len(SETTINGS)
    settings = Settings()
    for setting in SETTINGS:
        if setting.section != "keys":
            assert hasattr(getattr(settings, setting.section), setting.key), setting


def test_every_action_can_be_put_on_another_key() -> None:
    assert [row.key for row in SETTINGS if row.section == "keys"] == list(Action)
    assert load_settings({"key-follow-up": "x"}, {}).keys == {"follow_up": "x"}


def test_keys_stand_in_a_table_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[keys]\nfollow_up = 'x'\nstop = 'space z'\n")
    settings = load_settings({}, {}, tmp_path / "c.toml")
    assert settings.keys == {"follow_up": "x", "stop": "space z"}
