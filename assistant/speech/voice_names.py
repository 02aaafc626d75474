"""Finds the voice that a person means: espeak's own name, a language, or a locale as systems write it.

``en+f3`` is espeak's way to name the voice ``en`` in the variant ``f3``. The speech process imports this, so it must
stay small.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_ENGLISH = "en"
_OTHER_NAMES = {
    "c": _ENGLISH, "posix": _ENGLISH, "en-uk": "en-gb",
    "zh": "cmn", "zh-yue": "yue", "zh-hk": "yue", "zh-mo": "yue", "mandarin": "cmn", "cantonese": "yue",
    "no": "nb", "nn": "nb", "iw": "he", "in": "id", "mo": "ro", "sh": "hr", "fil": "id",
    "eng": _ENGLISH, "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt",
    "pol": "pl", "rus": "ru", "nld": "nl", "dut": "nl", "zho": "cmn", "chi": "cmn", "jpn": "ja", "kor": "ko",
    "ara": "ar", "hin": "hi", "tur": "tr", "swe": "sv", "ukr": "uk", "ces": "cs", "cze": "cs",
}  # fmt: skip
"""Names of languages, as systems write them, for which espeak has another."""
_LATIN_AMERICA = frozenset(
    "ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve".split()  # noqa: SIM905
)
"""Countries whose Spanish is espeak's es-419."""
_PART_OF_LOCALE = re.compile(r"[a-z]{2}|[a-z]{4}|\d{3}")
"""A country, a script, or a region's number: what may be dropped from a locale."""


@dataclass(frozen=True)
class KnownVoice:
    """A voice of espeak: the id by which it is set, what it is called, and its languages."""

    id: str
    name: str
    languages: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """Return the id without its family: gmw/en-us is en-us."""
        return self.id.split("/")[-1]


def find_voice(
    wanted: str, voices: Iterable[KnownVoice], variants: Sequence[str] = ()
) -> str | None:
    """Return the id of the voice that is meant, whatever its case and however its parts are joined; else None.

    Args:
        wanted: an id, a name, a language or a locale; after a plus, a variant.
        voices: what espeak knows.
        variants: the ids of its variants; empty where it cannot list them, and then any name is taken.
    """
    base, plus, variant = wanted.partition("+")
    found = _find_base(base if base.strip() or not plus else _ENGLISH, list(voices))
    if found is None or not plus:
        return found
    named = _find_variant(variant, variants)
    return None if named is None else f"{found}+{named}"


def _find_base(wanted: str, voices: Sequence[KnownVoice]) -> str | None:
    known = [
        (_plain(name), voice.id)
        for voice in voices
        for name in (voice.id, voice.short, voice.name, *voice.languages)
    ]
    exact: dict[str, str] = {}
    for name, voice_id in known:
        exact.setdefault(name, voice_id)
    for name in _ways_to_say(_plain(wanted)):
        if name in exact:
            return exact[name]
    plain = _plain(wanted)
    begun = [voice_id for name, voice_id in known if plain and name.startswith(plain)]
    # The shortest: "English" is en, not the English of the Caribbean.
    return min(begun, key=lambda voice_id: len(voice_id.split("/")[-1]), default=None)


def _ways_to_say(plain: str) -> Iterator[str]:
    """Yield the name, and then what is left of it as a locale, from the right: en-au is en."""
    # What follows a dot is the encoding, and what follows an at sign a currency or a script.
    name = re.split(r"[.@]", plain)[0] if plain[:1] not in ".@" else plain
    yield plain
    while name:
        yield name
        yield _OTHER_NAMES.get(name, name)
        language, _, country = name.partition("-")
        if language == "es" and country in _LATIN_AMERICA:
            yield "es-419"
        name, _, last = name.rpartition("-")
        if not _PART_OF_LOCALE.fullmatch(last):
            return


def _find_variant(wanted: str, variants: Sequence[str]) -> str | None:
    wanted = wanted.strip()
    if wanted.isascii() and wanted.isdigit():
        # As espeak counts them: men below ten, women above.
        number = int(wanted)
        wanted = f"m{number}" if number < 10 else f"f{number - 10}"
    if not variants:
        return wanted or None
    names = {_plain(name.removeprefix("!v/")): name.removeprefix("!v/") for name in variants}
    return names.get(_plain(wanted.removeprefix("!v/")))


def _plain(name: str) -> str:
    """Return a name without case, accents and the ways to write a gap."""
    bare = unicodedata.normalize("NFKD", name.strip()).casefold()
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", "-", bare)
