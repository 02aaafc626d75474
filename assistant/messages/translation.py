"""Where translations come in: every sentence passes through ``translate``, imported as ``_``.

A catalogue ``sparc-assistant.mo`` for the language of the environment (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``,
``LANG``) is used where one is installed; there is none yet, and the sentences stand as they are.
"""

from __future__ import annotations

import gettext

_translations = gettext.translation("sparc-assistant", fallback=True)


def translate(text: str) -> str:
    """Return the text in the person's language."""
    return _translations.gettext(text)


def translate_plural(one: str, many: str, n: int) -> str:
    """Return ``one`` or ``many`` as the person's language wants it for the number ``n``."""
    return _translations.ngettext(one, many, n)
