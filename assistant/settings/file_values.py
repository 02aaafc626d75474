"""The values of the settings file, and what is wrong with the others."""

from __future__ import annotations

from assistant import messages
from assistant.errors import UsageError
from assistant.messages import settings as words
from assistant.settings.file_lines import BadLine, FileEntry, parse
from assistant.settings.table import SETTINGS
from assistant.settings.together import Given, parse_value

MOST_NAMES = 8
"""So many names can be listened to."""
_BY_FILE_KEY = {(setting.section, setting.file_key): setting for setting in SETTINGS}
_SECTIONS = sorted({setting.section for setting in SETTINGS})


def read_values(text: str, name: str) -> tuple[list[Given], list[UsageError]]:
    """Return the values that can be used, and in the order of the lines why others cannot.

    Args:
        text: of the file.
        name: of the file, as it is said.
    """
    entries, bad_lines = parse(text)
    told = [(bad.line, _bad_line(bad, words.line(bad.line, name))) for bad in bad_lines]
    known = []
    unknown_sections = set()
    for entry in entries:
        where = words.line(entry.line, name)
        setting = _BY_FILE_KEY.get((entry.section, entry.key))
        if setting is None:
            if entry.section in unknown_sections:
                continue
            if entry.section and entry.section not in _SECTIONS:
                unknown_sections.add(entry.section)
            told.append((entry.line, _unknown(entry, where)))
            continue
        try:
            value = parse_value(setting, entry.value, words.name_in(setting.file_key, where))
        except UsageError as error:
            told.append((entry.line, error))
            continue
        known.append(Given(setting, value, words.FROM_FILE, where))
    return known, [error for _, error in sorted(told, key=lambda one: one[0])]


def _bad_line(bad: BadLine, where: str) -> UsageError:
    """Return what is wrong with a line; of a known setting, what its value must be."""
    entry = bad.entry
    setting = None if entry is None else _BY_FILE_KEY.get((entry.section, entry.key))
    if entry is None or setting is None:
        return UsageError(words.line_ignored(where, bad.reason))
    value = entry.value.strip("\"'")
    try:
        parse_value(setting, value, words.name_in(setting.file_key, where))
    except UsageError as error:
        return error
    return UsageError(words.line_ignored(where, words.needs_quotes(value)))


def _unknown(entry: FileEntry, where: str) -> UsageError:
    if entry.section in _SECTIONS:
        names = [setting.file_key for setting in SETTINGS if setting.section == entry.section]
        reason = words.no_such_key(entry.key, entry.section)
        return UsageError(words.line_ignored(where, reason), _near_hint(entry.key, names))
    if entry.section:
        reason = words.no_such_table(entry.section)
        return UsageError(words.line_ignored(where, reason), _near_hint(entry.section, _SECTIONS))
    home = next((one.section for one in SETTINGS if one.file_key == entry.key), "")
    if home:
        return UsageError(words.line_ignored(where, words.belongs_below(entry.key, home)))
    return UsageError(words.line_ignored(where, words.no_such_table(entry.key)))


def _near_hint(typed: str, known: list[str]) -> str:
    """Return a question for the known name that was probably meant, else the known names, where they are few."""
    import difflib

    near = difflib.get_close_matches(typed, known, n=1)
    if near:
        return words.did_you_mean(near[0])
    if len(known) > MOST_NAMES:
        return words.UNKNOWN_HINT
    return messages.config_known_keys(", ".join(known))
