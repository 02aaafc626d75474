"""What is said of the model's memory, its number types, and a conversation that no longer fits."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

_GB = 10**9


def size(n_bytes: int) -> str:
    if n_bytes < _GB:
        n = max(1, round(n_bytes / 10**6))
        return translate_plural("{n} megabyte", "{n} megabytes", n).format(n=n)
    return _("{n} gigabytes").format(n=f"{n_bytes / _GB:.1f}")


def memory_refused(name: str, needed: int, free: int) -> str:
    return _(
        "There is not enough memory for {name}. It needs {needed}, and this machine has {free} free."
    ).format(name=name, needed=size(needed), free=size(free))


MEMORY_REFUSED_HINT = _(
    "Close other programs, or choose a smaller model. A smaller --n-ctx or --kv-type q8_0 "
    "needs a little less memory. To try anyway, use --no-memory-check."
)
MEMORY_SHORT = _("Memory is short, so the model remembers less of what was asked before.")


def memory_slow(needed: int, free: int) -> str:
    return _(
        "Memory is short: the model needs {needed}, and this machine has {free} free. "
        "Answers may be very slow."
    ).format(needed=size(needed), free=size(free))


def lock_impossible(allowed: int) -> str:
    return _(
        "The model cannot be locked in memory: the limit is {allowed}. It still works."
    ).format(allowed=size(allowed))


def kv_type_unknown(name: str) -> str:
    """Why attention is not steered; completes the sentence of ``messages.unsteered``."""
    return _(
        "there is no number type {name} for the model's memory, so the default one is used"
    ).format(name=name)


def turns_dropped(count: int) -> str:
    return translate_plural(
        "There was no room for your first question about this picture, so the model forgot it.",
        "There was no room for your first {count} questions about this picture, so the model forgot them.",
        count,
    ).format(count=count)
