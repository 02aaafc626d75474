"""Keys: every action has one, and rebinding never takes away the stop."""

from __future__ import annotations

import pytest

from assistant.core.actions import Action, Keymap, KeymapError, spoken_key


def test_every_key_and_number_finds_its_action() -> None:
    keymap = Keymap.from_rebindings()
    for action, keys in keymap.keys.items():
        for key in keys:
            assert keymap.lookup(key) is action
        assert keymap.lookup(str(keymap.number(action))) is action
    assert set(keymap.keys) == set(Action)
    for typed in ("", "x", "0", str(len(Action) + 1), "1.5", "dd", "\u0661"):
        assert keymap.lookup(typed) is None


def test_a_rebound_action_leaves_its_usual_key_free() -> None:
    keymap = Keymap.from_rebindings({"describe": "x", "brief": "d"})
    assert keymap.lookup("x") is Action.DESCRIBE
    assert keymap.lookup("d") is Action.BRIEF
    assert keymap.lookup("b") is None
    assert keymap.lookup("1") is Action.DESCRIBE


def test_escape_always_stops() -> None:
    assert Keymap.from_rebindings({"stop": "x"}).lookup("escape") is Action.STOP
    with pytest.raises(KeymapError, match="cannot do both"):
        Keymap.from_rebindings({"quit": "escape"})


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("fly", "x", "there is no action fly"),
        ("quit", "7", "cannot be the key for"),
        ("quit", "xx", "cannot be the key for"),
        ("quit", " ", "cannot be the key for"),
        ("quit", "\x07", "cannot be the key for"),
        ("quit", "d", "the key d cannot do both describe and quit"),
    ],
)
def test_what_cannot_be_is_said(name: str, key: str, words: str) -> None:
    with pytest.raises(KeymapError, match=words):
        Keymap.from_rebindings({name: key})


@pytest.mark.parametrize(
    ("key", "words"),
    [("N", "capital N"), ("+", "plus"), ("space", "space"), ("d", "d"), ("right", "right arrow")],
)
def test_keys_have_spoken_names(key: str, words: str) -> None:
    assert spoken_key(key) == words
