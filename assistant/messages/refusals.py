"""What is said of a model file that llama.cpp refuses, after the sentence that names the file."""

from __future__ import annotations

from assistant.messages.translation import translate as _

NEWER_HINT = _("Update this program, or choose another model.")
AGAIN_HINT = _("Download it again, or choose another model.")
MEMORY_MISSING = _("There is not enough memory for it.")
MEMORY_HINT = _("Close other programs, or choose a smaller model.")


def architecture_unknown(name: str) -> str:
    return _("It is a model of the kind {name}, which this program does not know yet.").format(
        name=name
    )


def projector_unknown(name: str) -> str:
    return _(
        "Its picture part is of the kind {name}, which this program does not know yet."
    ).format(name=name)


def widths_differ(model: str, mmproj: str) -> str:
    return _("It gives {mmproj} numbers for each image token, and the model takes {model}.").format(
        mmproj=mmproj, model=model
    )


def tensor_missing(name: str) -> str:
    return _("A part of it is missing, {name}.").format(name=name)


def tensors_differ(expected: str, found: str) -> str:
    return _("It has {expected} parts, and this program knows {found} of them.").format(
        expected=expected, found=found
    )


def tokenizer_unknown(name: str) -> str:
    return _("It splits words in a way that this program does not know yet, {name}.").format(
        name=name
    )


def key_missing(name: str) -> str:
    return _("It does not say its {name}.").format(name=name)
