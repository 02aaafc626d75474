"""Values that were given, joined to settings: what does not go together is found, and left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant import messages
from assistant.core.actions import Keymap, KeymapError
from assistant.errors import UsageError
from assistant.messages import headless as headless_words
from assistant.messages import settings as words
from assistant.settings.table import Setting, Settings
from assistant.settings.values import Unfit
from sparc_ggml.config import SparcConfig


@dataclass(frozen=True)
class Given:
    """A value that was given, and where, as words."""

    setting: Setting
    value: Any
    source: str
    where: str
    is_option: bool = False


def check_together(settings: Settings) -> None:
    """Check what no value shows by itself.

    Raises:
        UsageError: values do not go together.
    """
    for check in _TOGETHER.values():
        check(settings)


def with_value(settings: Settings, setting: Setting, value: Any) -> Settings:
    """Return the settings with one value changed."""
    if setting.section == "keys":
        return replace(settings, keys={**settings.keys, setting.key: value})
    section = replace(getattr(settings, setting.section), **{setting.key: value})
    return replace(settings, **{setting.section: section})


def parse_value(setting: Setting, value: Any, where: str = "") -> Any:
    """Return a setting's value from what was typed or written; ``where`` completes what is said where it does not fit.

    Raises:
        UsageError: it does not fit.
    """
    try:
        return setting.parse(value)
    except Unfit as unfit:
        shown = value if isinstance(value, str) and value else repr(value)
        raise UsageError(
            messages.setting_wrong(where or setting.name, str(shown), str(unfit))
        ) from unfit


def build(given: Mapping[str, Given]) -> Settings:
    """Return the settings with the given values."""
    settings = Settings()
    for one in given.values():
        settings = with_value(settings, one.setting, one.value)
    return settings


def _check_keys(settings: Settings) -> None:
    try:
        Keymap.from_rebindings(settings.keys)
    except KeymapError as error:
        raise UsageError(words.keys_wrong(str(error)), words.KEYS_WRONG_HINT) from error


def _check_presses(settings: Settings) -> None:
    if settings.headless.hold_ms <= settings.headless.long_press_ms:
        raise UsageError(headless_words.HOLD_TOO_SHORT, headless_words.HOLD_HINT)


def _check_steering(settings: Settings) -> None:
    settings.steering.applied_to(SparcConfig())


_TOGETHER: Mapping[str, Callable[[Settings], None]] = {
    "steering": _check_steering,
    "keys": _check_keys,
    "headless": _check_presses,
}
"""By the table of the file whose values it is about."""


def _conflict(section: str, given: Mapping[str, Given], left_out: list[Given]) -> UsageError | None:
    names = {one.setting.name for one in left_out}
    try:
        _TOGETHER[section](build({name: one for name, one in given.items() if name not in names}))
    except UsageError as error:
        return error
    return None


def drop_conflicts(given: dict[str, Given]) -> list[UsageError]:
    """Take out what does not go together with the rest, as few values as can be, and return why.

    Raises:
        UsageError: the options alone do not go together.
    """
    problems = []
    for section in _TOGETHER:
        own = [
            one for one in given.values() if one.setting.section == section and not one.is_option
        ]
        dropped: list[Given] = []
        while error := _conflict(section, given, dropped):
            left = [one for one in reversed(own) if one not in dropped]
            if not left:
                raise error
            mended = (one for one in left if not _conflict(section, given, [*dropped, one]))
            dropped.append(next(mended, left[0]))
        # Where several were wrong, one may have been dropped for another's fault.
        for one in list(dropped):
            others = [other for other in dropped if other is not one]
            why = _conflict(section, given, others)
            if why is None:
                dropped = others
            else:
                problems.append(UsageError(words.line_ignored(one.where, str(why))))
        for one in dropped:
            del given[one.setting.name]
    return problems
