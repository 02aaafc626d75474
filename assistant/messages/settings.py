"""What is said about settings and the file that keeps them."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def unknown(name: str) -> str:
    return _("There is no setting {name}.").format(name=name)


def unknown_hint() -> str:
    return _("All are listed by: sparc-assistant settings")


def unwritable(path: str, reason: str) -> str:
    return _("The settings file {path} could not be written: {reason}.").format(
        path=path, reason=reason.rstrip(".")
    )


def no_plain_file() -> str:
    """Completes the sentence of ``unwritable``."""
    return _("it is not a plain file")


def unwritable_hint() -> str:
    return _("The setting holds for this run. Check the free space and the rights of the folder.")


def locked(path: str) -> str:
    return _("The settings file {path} is being changed by another program.").format(path=path)


def locked_hint() -> str:
    return _("The setting holds for this run. End the other program and try again.")


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


def not_set() -> str:
    return _("not set")


def yes() -> str:
    return _("yes")


def no() -> str:
    return _("no")


def from_option() -> str:
    return _("from the command line")


def from_environment(variable: str) -> str:
    return _("from the variable {variable}").format(variable=variable)


def from_file() -> str:
    return _("from the settings file")


def from_default() -> str:
    return _("the usual value")


def changed(name: str, value: str, path: str) -> str:
    return _("{name} is now {value}, kept in {path}.").format(name=name, value=value, path=path)


def key_meaning(what: str) -> str:
    return _("Key: {what}.").format(what=what)


def change_wrong(typed: str) -> str:
    return _("{typed} is not a name and one value.").format(typed=typed)


def change_wrong_hint() -> str:
    return _("For example: sparc-assistant settings rate 200")
