"""What is said about power and heat when the status is asked for."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural


def on_battery(*, saves: bool) -> str:
    if not saves:
        return _("This machine is running on battery.")
    return _("This machine is running on battery, so pictures are not prepared in advance.")


def under_voltage(*, saves: bool) -> str:
    if not saves:
        return _("The power supply is too weak.")
    return _("The power supply is too weak, so pictures are not prepared in advance.")


def hot(celsius: float) -> str:
    degrees = round(celsius)
    return translate_plural(
        "The processor is hot, {celsius} degree, so answers use about half of its cores at most.",
        "The processor is hot, {celsius} degrees, so answers use about half of its cores at most.",
        degrees,
    ).format(celsius=degrees)
