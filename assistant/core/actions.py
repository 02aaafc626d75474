"""What a person can do with a key: the same in the line mode and in the full-screen mode.

Every action has a letter or mark, a number for those whose keyboard makes the letter hard to reach, and
words for the list that ``?`` speaks. Keys can be rebound; numbers stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.spelling import name_character
from assistant.messages import session as words


class Action(StrEnum):
    """Something a key does; the value is its name in the settings file."""

    DESCRIBE = "describe"
    BRIEF = "brief"
    ASK = "ask"
    FOLLOW_UP = "follow_up"
    STOP = "stop"
    PAUSE = "pause"
    REPEAT = "repeat"
    NEXT = "next"
    PREVIOUS = "previous"
    SPELL = "spell"
    STATUS = "status"
    CHECK = "check"
    HISTORY = "history"
    SAVE = "save"
    COPY = "copy"
    CAMERA = "camera"
    FASTER = "faster"
    SLOWER = "slower"
    STEERING = "steering"
    MODEL = "model"
    SETTINGS = "settings"
    HELP = "help"
    QUIT = "quit"
    # New ones stand at the end, so that each keeps its number.
    NEXT_LETTER = "next_letter"
    PREVIOUS_LETTER = "previous_letter"
    NEXT_WORD = "next_word"
    PREVIOUS_WORD = "previous_word"
    SENTENCE = "sentence"
    MUTE = "mute"
    TEXT = "text"
    GLANCE = "glance"


DEFAULT_KEYS: Mapping[Action, tuple[str, ...]] = {
    Action.DESCRIBE: ("d",),
    Action.BRIEF: ("b",),
    Action.ASK: ("a",),
    Action.FOLLOW_UP: ("f",),
    Action.STOP: ("space", "escape"),
    Action.PAUSE: ("p",),
    Action.REPEAT: ("r",),
    Action.NEXT: ("n",),
    Action.PREVIOUS: ("N",),
    Action.SPELL: ("w",),
    Action.STATUS: ("s",),
    Action.CHECK: ("k",),
    Action.HISTORY: ("h",),
    Action.SAVE: ("v",),
    Action.COPY: ("y",),
    Action.CAMERA: ("c",),
    Action.FASTER: ("+",),
    Action.SLOWER: ("-",),
    Action.STEERING: ("o",),
    Action.MODEL: ("m",),
    Action.SETTINGS: (",",),
    Action.HELP: ("?",),
    Action.QUIT: ("q",),
    Action.NEXT_LETTER: ("l", "right"),
    Action.PREVIOUS_LETTER: ("L", "left"),
    Action.NEXT_WORD: ("j", "ctrl+right"),
    Action.PREVIOUS_WORD: ("J", "ctrl+left"),
    Action.SENTENCE: ("e",),
    Action.MUTE: ("u",),
    Action.TEXT: ("t",),
    Action.GLANCE: ("g",),
}

NAMED_KEYS = ("space", "escape", "left", "right", "ctrl+left", "ctrl+right")
"""Keys that are called by a name; every other key is the one character that it types."""

_WORDS: Mapping[Action, str] = {action: getattr(words, f"DO_{action.name}") for action in Action}


def describe_action(action: Action) -> str:
    """Return what the action does, as words that complete "d: ..."."""
    return _WORDS[action]


class KeymapError(ValueError):
    """A rebinding that cannot be; the message says why, speakably."""


@dataclass(frozen=True)
class Keymap:
    """Which key does what.

    Attributes:
        keys: the keys of each action, in the order of the list.
    """

    keys: Mapping[Action, tuple[str, ...]]

    @classmethod
    def from_rebindings(cls, rebindings: Mapping[str, str] | None = None) -> Keymap:
        """Return the usual keys with some rebound; a rebound action keeps no usual key.

        Stop keeps Escape whatever is rebound, so that sound can always be stopped.

        Args:
            rebindings: action names to keys; several keys stand apart by blanks.

        Raises:
            KeymapError: an unknown action, a key that is none, or one key for two actions.
        """
        keys = dict(DEFAULT_KEYS)
        for name, typed in (rebindings or {}).items():
            try:
                action = Action(name)
            except ValueError as error:
                raise KeymapError(words.key_unknown_action(name)) from error
            wanted = tuple(typed.split())
            wrong = [key for key in wanted if not is_key(key)]
            if wrong or not wanted:
                raise KeymapError(words.key_wrong(name, typed))
            keys[action] = wanted
        if "escape" not in keys[Action.STOP]:
            keys[Action.STOP] = (*keys[Action.STOP], "escape")
        _refuse_double(keys)
        return cls(keys)

    def lookup(self, typed: str) -> Action | None:
        """Return the action of a key or of a number as text; None where there is none."""
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(Action):
            return list(Action)[int(typed) - 1]
        for action, keys in self.keys.items():
            if typed in keys:
                return action
        return None

    @staticmethod
    def number(action: Action) -> int:
        """Return the action's number, from 1."""
        return list(Action).index(action) + 1

    def help_lines(self) -> list[str]:
        """Return one line an action: its keys, what it does, its number."""
        return [
            words.help_line(
                [spoken_key(key) for key in keys], describe_action(action), self.number(action)
            )
            for action, keys in self.keys.items()
        ]


def spoken_key(key: str) -> str:
    """Return how a key is called aloud: marks by name, capitals as such."""
    return name_character(key, is_in_word=False)


def is_key(key: str) -> bool:
    """Return whether an action can be put on this key."""
    return key in NAMED_KEYS or (len(key) == 1 and key.isprintable() and not key.isdigit())


def _refuse_double(keys: Mapping[Action, tuple[str, ...]]) -> None:
    taken: dict[str, Action] = {}
    for action, own in keys.items():
        for key in own:
            if key in taken and taken[key] is not action:
                raise KeymapError(words.key_taken(spoken_key(key), taken[key].value, action.value))
            taken[key] = action
