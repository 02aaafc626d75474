"""What is said about settings and the file that keeps them."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def unknown(name: str) -> str:
    return _("There is no setting {name}.").format(name=name)


def unwritable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def locked(path: str) -> str:
    return _("Another program is changing the settings file {path}.").format(path=path)


def broken(reason: str, aside: str) -> str:
    if not aside:
        return _("{reason} The usual settings are used.").format(reason=reason)
    return _("{reason} The usual settings are used. The file was kept as {aside}.").format(
        reason=reason, aside=aside
    )


UNKNOWN_HINT = _("To list all settings: sparc-assistant settings")
NO_PLAIN_FILE = _("it is not a regular file")
"""Completes the sentence of ``unwritable``."""
UNWRITABLE_HINT = _(
    "The setting applies for this run only. Check the free space and the permissions of the folder."
)
LOCKED_HINT = _("The setting applies for this run only. Close the other program and try again.")


def value_line(name: str, value: str, source: str, meaning: str) -> str:
    return _("{name}: {value}, {source}. {meaning}").format(
        name=name, value=value, source=source, meaning=meaning
    )


def from_environment(variable: str) -> str:
    return _("from the variable {variable}").format(variable=variable)


def changed(name: str, value: str) -> str:
    return _("{name} is now {value}.").format(name=name, value=value)


def key_meaning(what: str) -> str:
    return _("Key: {what}.").format(what=what)


def change_wrong(typed: str) -> str:
    return _("I do not understand {typed}. Type one setting and one value.").format(typed=typed)


NOT_SET = _("not set")
YES = _("yes")
NO = _("no")
FROM_OPTION = _("from the command line")
FROM_FILE = _("from the settings file")
FROM_DEFAULT = _("the default")
CHANGE_WRONG_HINT = _("For example: sparc-assistant settings rate 200")
