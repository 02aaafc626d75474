"""Write docs/settings.md from the rows: ``python -m assistant.settings.page > docs/settings.md``."""

from __future__ import annotations

import sys

from assistant.settings.report import shown
from assistant.settings.table import SETTINGS, TITLES

_HEAD = """\
# Settings

All settings stand in one file: `./scripts/run settings --path` says where. `./scripts/run settings` shows each with
what it means, its value and where that comes from; with a word, those that mention it. `settings rate 200` changes one,
`settings rate --default` puts it back. A value that the next start could not use is refused.
An option comes before its variable, the variable before the file, the file before the default. A line or a variable
that cannot be used is named aloud, and everything else is used; a wrong option is an error.

Each line: table and key in the file, option where there is one, variable, default, meaning.
"""
_NOTES = {"headless": "For `sparc-assistant headless`; see [Raspberry Pi](raspberry-pi.md)."}


def settings_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for section, title in TITLES.items():
        parts.append(f"## {title}\n")
        if section in _NOTES:
            parts.append(f"{_NOTES[section]}\n")
        lines = []
        for row in SETTINGS:
            if row.section == section:
                option = f"`{row.option}`, " if row.commands else ""
                lines.append(
                    f"- `{section}.{row.file_key}`, {option}`{row.variable}`, {shown(row.default)}. {row.help}"
                )
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(settings_page())
