"""What is said about power and heat when the status is asked for."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def on_battery(*, saves: bool) -> str:
    if not saves:
        return _("This machine runs on its battery.")
    return _("This machine runs on its battery, so scenes are not read ahead.")


def under_voltage(*, saves: bool) -> str:
    if not saves:
        return _("The power supply is too weak.")
    return _("The power supply is too weak, so scenes are not read ahead.")


def hot(celsius: float) -> str:
    return _(
        "The processor is hot, {celsius} degrees, so answers use at most about half of its cores."
    ).format(celsius=round(celsius))
