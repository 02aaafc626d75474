"""Where a translation is put in; every sentence passes through ``translate``, imported as ``_``."""

from __future__ import annotations

import gettext

_translations = gettext.NullTranslations()


def set_language(translations: gettext.NullTranslations) -> None:
    """Says everything from now on in another language."""
    global _translations
    _translations = translations


def translate(text: str) -> str:
    """The text in the chosen language."""
    return _translations.gettext(text)
