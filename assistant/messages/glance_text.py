"""What is said when text in pictures cannot be read."""

from __future__ import annotations

from assistant.messages.translation import translate as _

WEIGHTS_MISSING = _("Text in pictures cannot be read: its model is not installed.")


def weights_incomplete(name: str) -> str:
    return _("Text in pictures cannot be read: the file {name} is missing.").format(name=name)


def weights_damaged(name: str) -> str:
    return _("Text in pictures cannot be read: the file {name} is damaged.").format(name=name)


def weights_unreadable(name: str, reason: str) -> str:
    return _("Text in pictures cannot be read: the file {name} cannot be opened: {reason}.").format(
        name=name, reason=reason.rstrip(".")
    )


def install_remedy(command: str) -> str:
    return _("To install it: {command}").format(command=command)


def reinstall_remedy(command: str) -> str:
    return _("To install it again: {command}").format(command=command)


WEIGHTS_OK = _("Text in pictures can be read.")
