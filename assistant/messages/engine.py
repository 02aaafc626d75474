"""What is said of the model's memory, its number types, and questions that do not fit."""

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
    "Close other programs, or choose a smaller model. If you set --n-ctx or --kv-type, remove them: the program "
    "then takes what needs least. To try anyway, use --no-memory-check."
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


def prompt_too_long(n_tokens: int, n_ctx: int) -> str:
    return translate_plural(
        "The picture and the question need {n} token, but the context holds only {n_ctx}.",
        "The picture and the question need {n} tokens, but the context holds only {n_ctx}.",
        n_tokens,
    ).format(n=n_tokens, n_ctx=n_ctx)


def picture_too_long(n_tokens: int, n_ctx: int) -> str:
    return translate_plural(
        "A picture needs {n} token, but this model can hold only {n_ctx}.",
        "A picture needs {n} tokens, but this model can hold only {n_ctx}.",
        n_tokens,
    ).format(n=n_tokens, n_ctx=n_ctx)


ASK_SHORTER_HINT = _("Ask a shorter question.")
GROW_HINT = _("Use a larger --n-ctx.")
ASK_SHORTER_OR_GROW_HINT = _("Ask a shorter question, or use a larger --n-ctx.")
ASK_SHORTER_AND_GROW_HINT = _("Ask a shorter question, and use a larger --n-ctx.")
OTHER_MODEL_HINT = _("Use another model. To list them: sparc-assistant models list")


def kv_type_unfit(name: str) -> str:
    return _("--kv-type {name} does not fit this model, so f16 is used.").format(name=name)


UNFAMILIAR = _("This picture is not one of the drawings I know, so I will not describe it.")
UNFAMILIAR_ANYWAY = _(
    "This picture is not one of the drawings I know, so what I say about it is probably wrong."
)


def picture_over_batch(n_tokens: int) -> str:
    return _(
        "This model reads a picture in one piece of {n} image tokens, and that is more than it was loaded for."
    ).format(n=n_tokens)


def familiarity_damaged(name: str) -> str:
    return _(
        "{name} is missing or damaged. Without it I cannot tell drawings from other pictures, so I describe nothing."
    ).format(name=name)


FAMILIARITY_HINT = _("Install the program again, or give a model with --model and --mmproj.")
