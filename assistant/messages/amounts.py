"""Amounts as they are said: bytes and durations."""

from __future__ import annotations

from assistant.messages.translation import translate_plural


def megabytes(n_bytes: float) -> str:
    if n_bytes >= 1e9:
        return count_decimal("{n} gigabyte", "{n} gigabytes", n_bytes / 1e9)
    if n_bytes >= 10e6:
        return count("{n} megabyte", "{n} megabytes", n_bytes / 1e6)
    if n_bytes >= 0.1e6:
        return count_decimal("{n} megabyte", "{n} megabytes", n_bytes / 1e6)
    return count("{n} kilobyte", "{n} kilobytes", n_bytes / 1e3)


def time_left(left_s: float) -> str:
    if left_s < 90:
        return count("{n} second", "{n} seconds", left_s)
    if left_s < 5400:
        return count("{n} minute", "{n} minutes", left_s / 60)
    return count_decimal("{n} hour", "{n} hours", left_s / 3600)


def count(one: str, many: str, value: float) -> str:
    return translate_plural(one, many, round(value)).format(n=round(value))


def count_decimal(one: str, many: str, value: float) -> str:
    """Return the number with one decimal place, which is not said when it is zero."""
    rounded = round(value, 1)
    if rounded.is_integer():
        return count(one, many, rounded)
    return translate_plural(one, many, 2).format(n=rounded)  # decimals take the plural


def about_seconds(value: float) -> str:
    if value < 10:
        return count_decimal("{n} second", "{n} seconds", value)
    return time_left(value)
