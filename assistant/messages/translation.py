"""Where translations come in: every sentence passes through ``translate``, imported as ``_``.

A catalogue ``sparc-assistant.mo`` for the language of the environment (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``,
``LANG``) is used where one is installed; there is none yet, and the sentences stand as they are.

Sentences name this program's commands as ``sparc-assistant models list``. Whoever started it in another way, as
``./scripts/run`` or ``python -m assistant``, has no command of that name: it becomes what was typed.
"""

from __future__ import annotations

import gettext
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROGRAM_VARIABLE = "SPARC_STARTED_AS"
"""Set by scripts/run, and for the processes that this one starts."""
_NAME = "sparc-assistant"
_COMMAND = re.compile(rf"\b{_NAME}(?= [a-z-])")
_translations = gettext.translation(_NAME, fallback=True)


def find_program(
    environment: Mapping[str, str], arguments: Sequence[str], typed: Sequence[str]
) -> str:
    """Return how this program was started, as it can be typed again.

    Args:
        environment: usually ``os.environ``.
        arguments: usually ``sys.argv``.
        typed: usually ``sys.orig_argv``.
    """
    if PROGRAM_VARIABLE in environment:
        return environment[PROGRAM_VARIABLE]
    started = Path(arguments[0] if arguments else "")
    if started.parts[-2:] == ("assistant", "__main__.py"):
        return f"{shlex.quote(typed[0])} -m assistant"
    if started.name == _NAME and shutil.which(_NAME) != str(started):
        return shlex.quote(str(started))
    return _NAME


PROGRAM = find_program(os.environ, sys.argv, sys.orig_argv)


def translate(text: str) -> str:
    """Return the text in the person's language, with commands as they can be typed here."""
    return _name_program(_translations.gettext(text))


def translate_plural(one: str, many: str, n: int) -> str:
    """Return ``one`` or ``many`` as the person's language wants it for the number ``n``."""
    return _name_program(_translations.ngettext(one, many, n))


def _name_program(text: str) -> str:
    return _COMMAND.sub(lambda _match: PROGRAM, text)
