"""What is said about model files: which there are, getting them, and why one cannot be used."""

from __future__ import annotations

from assistant.messages.translation import translate as _

# A file that cannot be used


def file_missing(path: str) -> str:
    return _("There is no model file {path}.").format(path=path)


def file_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


def file_is_folder_hint() -> str:
    return _("Give the file inside it that ends in gguf.")


def file_unreadable(path: str, reason: str) -> str:
    return _("The model file {path} could not be read: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def file_not_gguf(name: str) -> str:
    return _("{name} is not a GGUF file.").format(name=name)


def file_not_gguf_hint() -> str:
    return _("Models for this program end in gguf; a download page saved by mistake does not work.")


def file_newer(name: str) -> str:
    return _("The model file {name} is of a kind that this program does not know.").format(
        name=name
    )


def file_newer_hint() -> str:
    return _("Get a newer version of this program, or use another model.")


def file_cut(name: str) -> str:
    return _("The model file {name} is not whole: its end is missing.").format(name=name)


def file_damaged(name: str) -> str:
    return _("The model file {name} is damaged.").format(name=name)


def file_incomplete(name: str) -> str:
    return _("The model file {name} lacks parts that a model needs.").format(name=name)


def file_again_hint() -> str:
    return _("Get it again, for example with: sparc-assistant models pull")


# Two files that do not belong together


def pair_swapped() -> str:
    return _("The two model files are swapped: the projector was given as the model.")


def pair_swapped_hint() -> str:
    return _("Give the large file with --model and the small one with --mmproj.")


def pair_unfit(mmproj: str, model: str) -> str:
    return _("The projector {mmproj} belongs to another model than {model}.").format(
        mmproj=mmproj, model=model
    )


def pair_unfit_hint() -> str:
    return _("Give the projector that was published with the model.")


def model_is_projector(name: str) -> str:
    return _("{name} is a projector alone: it sees, and cannot write.").format(name=name)


def model_is_projector_hint() -> str:
    return _("Give the language model with --model and this file with --mmproj.")


def model_split(name: str, n_parts: int) -> str:
    return _("The model file {name} is one of {n} parts.").format(name=name, n=n_parts)


def model_split_hint() -> str:
    return _("Join the parts with llama.cpp's gguf-split, or get the model as one file.")


def model_wrong_kind(name: str, kind: str) -> str:
    return _("{name} is a model of the kind {kind}, which cannot describe pictures.").format(
        name=name, kind=kind
    )


def model_wrong_kind_hint() -> str:
    return _("Use a LLaVA model; for a list say: sparc-assistant models list")


def mmproj_is_model(name: str) -> str:
    return _("{name} is a model for text and has no eyes: it is not a projector.").format(name=name)


def mmproj_is_model_hint() -> str:
    return _("Give the model's projector with --mmproj; its name often has mmproj in it.")


def mmproj_hears(name: str) -> str:
    return _("{name} is a projector for sound, not for pictures.").format(name=name)
