"""What is said of a picture without a model: its text, and what could not be looked for.

How light, colours and codes are said stands in ``glance_parts``, and how things are in ``glance_things``.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import install_command
from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

LABEL = _("a glance:")
LABEL_TEXT = _("the text:")
"""What an answer is called in lists."""
IN_DETAIL = _("In detail: {sentence}")
IN_SHORT = _("In one sentence: {sentence}")
READING_TEXT = _("Reading the text of this picture.")
MAY_BE_MISREAD = _("Some letters may be misread.")
NO_TEXT = _("I found no text.")
NO_CODES = _("I found no bar code or QR code.")
NO_TEXT_NO_CODES = _("I found no text and no codes.")
STAGE = _("looking at the picture")
STAGE_TEXT = _("reading the text")

_NAMES = {
    "light": _("light and colours"),
    "codes": _("bar codes and QR codes"),
    "things": _("people, animals and vehicles"),
    "text": _("text"),
}
"""The parts, as they complete "I cannot look for ..."."""


def text(lines: Sequence[str], more: int, hint: str) -> str:
    """Return the first lines of a text in a picture; they are quoted, so that nobody takes them for the program's."""
    quoted = "; ".join(f'"{line}"' for line in lines)
    if not more:
        return _("Text: {quoted}.").format(quoted=quoted)
    return (
        translate_plural(
            "Text: {quoted}, and {more} more line. {hint}",
            "Text: {quoted}, and {more} more lines. {hint}",
            more,
        )
        .format(quoted=quoted, more=more, hint=hint)
        .strip()
    )


def read_all_with(key: str) -> str:
    return _("Press {key} to hear all of it.").format(key=key)


READ_ALL_COMMAND = _("To hear all of it: sparc-assistant glance --text PICTURE")


# What could not be done


def part_unavailable(part: str) -> str:
    return _("I cannot look for {part}, because something is not installed.").format(
        part=_NAMES.get(part, part)
    )


def install_hint(package: str) -> str:
    return _("Install {package} with: {command}").format(
        package=package, command=install_command(package)
    )


def part_unloadable(part: str) -> str:
    return _(
        "I cannot look for {part}, because a file of the program is missing or damaged."
    ).format(part=_NAMES.get(part, part))


REINSTALL_HINT = _("Install the program again.")


def part_failed(part: str, reason: str) -> str:
    return _("Looking for {part} failed: {reason}.").format(
        part=_NAMES.get(part, part), reason=reason.rstrip(".")
    )


def part_crashed(part: str) -> str:
    return _("Looking for {part} in this picture crashed, so I left it out.").format(
        part=_NAMES.get(part, part)
    )


def part_slow(part: str, limit_s: float) -> str:
    limit = round(limit_s)
    return translate_plural(
        "Looking for {part} took more than {limit} second, so I stopped.",
        "Looking for {part} took more than {limit} seconds, so I stopped.",
        limit,
    ).format(part=_NAMES.get(part, part), limit=limit)


def cannot_start(reason: str) -> str:
    return _("The program that looks for text and codes cannot be started: {reason}.").format(
        reason=reason.rstrip(".")
    )


ENDS_AT_ONCE = _("it ends, or does not answer")


# The command line

COMMAND = _("Say at once what is certain about a picture: text, codes, light and colours.")
COMMAND_LONG = _(
    "Says what can be found in each picture without a model: light and colours, bar codes and QR codes, and text. "
    "The text goes to standard output, one sentence a line, and is spoken. With several pictures, Enter skips to the "
    "next. Control-C stops everything at once."
)
TEXT_OPTION = _("Read all text, and nothing else, one line at a time.")
JSON_OPTION = _("Print one JSON object for each picture instead of the sentences.")
