"""What is said about files that options such as ``--trace`` name."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def unwritable(path: str, reason: str) -> str:
    return _("{path} cannot be written: {reason}.").format(path=path, reason=reason.rstrip("."))


def kept_input(path: str) -> str:
    return _("I will not overwrite {path}, because it is one of the files to read.").format(
        path=path
    )


def kept_picture(path: str) -> str:
    return _("I will not overwrite {path}, because it is a picture.").format(path=path)


def kept_file(path: str) -> str:
    return _("I will not overwrite {path}, because I did not write it.").format(path=path)


def named_twice(path: str) -> str:
    return _("{path} was named for two different files.").format(path=path)


BAD_FOLDER = _("its folder is missing or cannot be written to")
IS_FOLDER = _("it is a folder")
NO_TEXT = _("it is not a text file")
NO_PLAIN_FILE = _("it is not a plain file")
ANOTHER_NAME_HINT = _("Name another file.")
