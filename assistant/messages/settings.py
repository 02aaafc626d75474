"""What is said about settings and the file that keeps them."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def unknown(name: str) -> str:
    return _("There is no setting {name}.").format(name=name)


UNKNOWN_HINT = _("All are listed by: sparc-assistant settings")


def unwritable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


NO_PLAIN_FILE = _("it is not a plain file")
"""Completes the sentence of ``unwritable``."""


UNWRITABLE_HINT = _(
    "The setting holds for this run. Check the free space and the rights of the folder."
)


def locked(path: str) -> str:
    return _("The settings file {path} is being changed by another program.").format(path=path)


LOCKED_HINT = _("The setting holds for this run. End the other program and try again.")


def broken(reason: str, aside: str) -> str:
    if not aside:
        return _("{reason} The usual settings are used.").format(reason=reason)
    return _("{reason} The usual settings are used; the file was kept as {aside}.").format(
        reason=reason, aside=aside
    )


def value_line(name: str, value: str, source: str, meaning: str) -> str:
    return _("{name}: {value}, {source}. {meaning}").format(
        name=name, value=value, source=source, meaning=meaning
    )


NOT_SET = _("not set")


YES = _("yes")


NO = _("no")


FROM_OPTION = _("from the command line")


def from_environment(variable: str) -> str:
    return _("from the variable {variable}").format(variable=variable)


FROM_FILE = _("from the settings file")


FROM_DEFAULT = _("the usual value")


def changed(name: str, value: str, path: str) -> str:
    return _("{name} is now {value}, kept in {path}.").format(name=name, value=value, path=path)


def key_meaning(what: str) -> str:
    return _("Key: {what}.").format(what=what)


def change_wrong(typed: str) -> str:
    return _("{typed} is not a name and one value.").format(typed=typed)


CHANGE_WRONG_HINT = _("For example: sparc-assistant settings rate 200")
