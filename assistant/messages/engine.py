"""What is said of the model's memory, its number types, and a conversation that no longer fits."""

from __future__ import annotations

from assistant.messages.translation import translate as _

_GB = 10**9


def size(n_bytes: int) -> str:
    if n_bytes < _GB:
        return _("{n} megabytes").format(n=max(1, round(n_bytes / 10**6)))
    return _("{n} gigabytes").format(n=f"{n_bytes / _GB:.1f}")


def memory_refused(name: str, needed: int, free: int) -> str:
    return _(
        "There is not enough memory for {name}: it needs {needed}, and {free} are free."
    ).format(name=name, needed=size(needed), free=size(free))


MEMORY_REFUSED_HINT = _(
    "Close other programs, or choose a smaller model; a smaller --n-ctx or --kv-type q8_0 "
    "needs a little less. With --no-memory-check it is tried all the same."
)


MEMORY_SHORT = _("Memory is short, so the model keeps less in mind of what was asked before.")


def memory_slow(needed: int, free: int) -> str:
    return _(
        "Memory is short: the model needs {needed}, and {free} are free. Answers may be very slow."
    ).format(needed=size(needed), free=size(free))


def lock_impossible(allowed: int) -> str:
    return _(
        "The model cannot be held in memory: only {allowed} may be locked. It works all the same."
    ).format(allowed=size(allowed))


def kv_type_unknown(name: str) -> str:
    """Why attention is not steered; completes the sentence of ``messages.unsteered``."""
    return _(
        "there is no number type {name} for the model's memory, so the usual one is used"
    ).format(name=name)


def turns_dropped(count: int) -> str:
    if count == 1:
        return _(
            "The first question about this picture was left out, because there is no room for it."
        )
    return _(
        "The first {count} questions about this picture were left out, because there is no room for them."
    ).format(count=count)
