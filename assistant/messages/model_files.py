"""What is said about model files that cannot be used, and pairs that do not belong together."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural


def model_file(name: str) -> str:
    return _("The model file {name}").format(name=name)


def projector_file(name: str) -> str:
    return _("The projector file {name}").format(name=name)


def any_file(name: str) -> str:
    return _("The file {name}").format(name=name)


def file_missing(file: str) -> str:
    return _("{file} does not exist.").format(file=file)


FILE_MISSING_HINT = _("Check the spelling of its name, and that the disk it is on is connected.")


def file_is_folder(path: str) -> str:
    return _("{path} is a folder, not a model file.").format(path=path)


FILE_IS_FOLDER_HINT = _("Give the file inside it whose name ends in gguf.")


def file_unreadable(file: str, reason: str) -> str:
    return _("{file} cannot be read: {reason}.").format(file=file, reason=reason.rstrip("."))


def file_changing(path: str) -> str:
    return _("Another program is writing to the file {path}.").format(path=path)


FILE_CHANGING_HINT = _("Wait until it has finished, then run the same command again.")


def file_not_gguf(file: str) -> str:
    return _("{file} is not a GGUF file.").format(file=file)


FILE_NOT_GGUF_HINT = _(
    "Model files for this program end in gguf. A download page saved by mistake does not work."
)


def file_newer(file: str) -> str:
    return _("{file} has a format that this program does not know.").format(file=file)


FILE_NEWER_HINT = _("Get a newer version of this program, or use another model.")


def file_cut(file: str) -> str:
    return _("{file} is incomplete: its end is missing.").format(file=file)


def file_damaged(file: str) -> str:
    return _("{file} is damaged.").format(file=file)


def file_incomplete(file: str) -> str:
    return _("{file} lacks parts that it needs.").format(file=file)


FILE_AGAIN_HINT = _("Download it again, for example with: sparc-assistant models pull NAME")

PAIR_SWAPPED = _("The two model files are swapped: the projector was given as the model.")

PAIR_SWAPPED_HINT = _("Give the large file with --model and the small one with --mmproj.")


def pair_unfit(mmproj: str, model: str) -> str:
    return _("The projector {mmproj} was made for a different model, not for {model}.").format(
        mmproj=mmproj, model=model
    )


PAIR_UNFIT_HINT = _("Give the projector that was published with the model.")


def model_is_projector(name: str) -> str:
    return _("{name} is only a projector, the vision part of a model.").format(name=name)


MODEL_IS_PROJECTOR_HINT = _("Give the language model with --model and this file with --mmproj.")


def model_split(name: str, n_parts: int) -> str:
    return translate_plural(
        "The model file {name} is one of {n} part.",
        "The model file {name} is one of {n} parts.",
        n_parts,
    ).format(name=name, n=n_parts)


MODEL_SPLIT_HINT = _(
    "Join the parts with llama.cpp's gguf-split, or get the model as a single file."
)


def model_wrong_kind(name: str, kind: str) -> str:
    return _("{name} is a model of type {kind}, which cannot describe pictures.").format(
        name=name, kind=kind
    )


MODEL_WRONG_KIND_HINT = _("Use a LLaVA model. To list them: sparc-assistant models list")


def mmproj_is_model(name: str) -> str:
    return _("{name} is a language model, not a projector: it has no vision part.").format(
        name=name
    )


MMPROJ_IS_MODEL_HINT = _(
    "Give the model's projector with --mmproj. Its name often contains mmproj."
)


def mmproj_hears(name: str) -> str:
    return _("{name} is a projector for sound, not for pictures.").format(name=name)


def projector_corrected(name: str) -> str:
    return _(
        "Made a corrected copy of {name}. Without it, one layer of the model's vision part would not run."
    ).format(name=name)


def projector_updated(name: str) -> str:
    return _(
        "Made a corrected copy of {name}, because the file is of an old kind that does not say what it is."
    ).format(name=name)


def projector_copying(name: str) -> str:
    return _("Making a corrected copy of {name}.").format(name=name)
