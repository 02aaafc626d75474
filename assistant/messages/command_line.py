"""What is said about how the program was called, and about the pictures that were named."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural


def command_unknown(name: str) -> str:
    return _("I do not understand the command {name}.").format(name=name)


def option_unknown(name: str) -> str:
    return _("I do not understand the option {name}.").format(name=name)


def argument_unknown(name: str) -> str:
    return _("I do not understand {name} here.").format(name=name)


def did_you_mean(name: str, help_hint: str) -> str:
    return _("Did you mean {name}? {help_hint}").format(name=name, help_hint=help_hint)


def arguments_missing(names: str) -> str:
    return _("Something is missing: {names}.").format(names=names)


def value_missing(option: str) -> str:
    return _("{option} needs a value.").format(option=option)


# Pictures


def folder_has(folder: str, count: int) -> str:
    return translate_plural(
        "{folder} has {count} picture.", "{folder} has {count} pictures.", count
    ).format(folder=folder, count=count)


def pattern_matches(pattern: str, count: int) -> str:
    return translate_plural(
        "{count} picture matches {pattern}.", "{count} pictures match {pattern}.", count
    ).format(pattern=pattern, count=count)


def folder_has_none(folder: str) -> str:
    return _("There are no pictures in the folder {folder}.").format(folder=folder)


def folder_unreadable(folder: str, reason: str) -> str:
    return _("The folder {folder} cannot be read: {reason}.").format(
        folder=folder, reason=reason.rstrip(".")
    )


def is_folder_hint(folder: str) -> str:
    return _("To describe the pictures in it: sparc-assistant describe {folder}").format(
        folder=folder
    )


def pattern_matches_none(pattern: str) -> str:
    return _("No file matches {pattern}.").format(pattern=pattern)


def web_address(name: str) -> str:
    return _("{name} is a web address, and I only open files.").format(name=name)


WEB_ADDRESS_HINT = _("Save the picture first, then name the file.")
