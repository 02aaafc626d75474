"""Reads what the text of a bar or QR code is: an address, a Wi-Fi network, a contact, a product's number.

The text comes as one printable line, line breaks as spaces. It is data from anywhere: nothing of it is opened, run or
looked up, and whatever does not read as one of these is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from urllib.parse import parse_qs, unquote, urlsplit


class Content(Enum):
    """What a code can hold."""

    NOTHING = auto()
    NUMBER = auto()
    BOOK = auto()
    PRODUCT = auto()
    ADDRESS = auto()
    WIFI = auto()
    CONTACT = auto()
    EMAIL = auto()
    PHONE = auto()
    MESSAGE = auto()
    PLACE = auto()
    EVENT = auto()
    TRANSFER = auto()
    SIGN_IN_KEY = auto()
    SCRIPT = auto()
    TEXT = auto()


@dataclass(frozen=True)
class CodeText:
    """What a code's text is, and its parts by name; a part that is missing or empty is left out."""

    content: Content
    parts: Mapping[str, str] = field(default_factory=dict)


_MAX_DIGITS = 40
_SCRIPT = re.compile(
    r"\s*(?:javascript|vbscript|data|file):|\s*#!|\s*(?:\(\)\s*\{)|.*<\s*/?\s*(?:script|iframe|svg|img)\b"
    r"|.*(?:\brm -rf\b|\bcurl\b[^|]*\|\s*(?:ba)?sh\b|powershell\b)",
    re.IGNORECASE,
)
_CARD_FIELD = re.compile(r"(?:^|\s)(?:item\d+\.)?([A-Z][A-Z-]*)((?:;[^:;\s]+)*):")
_MECARD_FIELD = re.compile(r"([A-Z]+):((?:\\.|[^;\\])*)(?:;|$)", re.IGNORECASE)
_GS1_FIELD = re.compile(r"\((\d{2,4})\)([^(]*)")
_MEDICINE_FIELD = re.compile(r"(9N|8P|1T|D)(.+)")
_TRANSFER = re.compile(
    r"BCD\s+00[12]\s+\d\s+SCT\s+(?:[A-Z0-9]{8}(?:[A-Z0-9]{3})?\s+)?(?P<name>.{1,70}?)\s+"
    r"(?P<account>[A-Z]{2}\d{2}[A-Z0-9]{11,30})(?:\s+EUR(?P<amount>\d+(?:\.\d{1,2})?))?(?:\s|$)"
)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_GS1_NAMES = {"01": "number", "10": "batch", "15": "best_before", "17": "expiry"}
_MEDICINE_NAMES = {"9N": "number", "8P": "number", "1T": "batch", "D": "expiry"}


def read_code_text(text: str) -> CodeText:
    """Return what a code's printable text is."""
    text = text.strip()
    if not text:
        return CodeText(Content.NOTHING)
    if text.isdecimal() and text.isascii() and len(text) <= _MAX_DIGITS:
        return CodeText(Content.BOOK if _is_isbn(text) else Content.NUMBER, {"number": text})
    if _SCRIPT.match(text):
        return CodeText(Content.SCRIPT)
    for read in (_read_by_scheme, _read_product, _read_transfer):
        found = read(text)
        if found is not None:
            return found
    return CodeText(Content.TEXT)


def group_digits(digits: str) -> str:
    """Return digits one by one, in threes and fours: a voice would say a number of billions, and no ear keeps 13.

    >>> group_digits("4006381333931")
    '4 0 0, 6 3 8, 1 3 3, 3 9 3 1'
    """
    if len(digits) < 5:
        return " ".join(digits)
    size = 4 if len(digits) % 4 == 0 and len(digits) % 3 else 3
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)


def _is_isbn(digits: str) -> bool:
    """Return whether the digits are a book's number; 979 0 is printed music."""
    if len(digits) != 13 or not digits.startswith(("978", "979")) or digits.startswith("9790"):
        return False
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0


def _read_by_scheme(text: str) -> CodeText | None:
    scheme, colon, rest = text.partition(":")
    scheme = scheme.strip().lower()
    if not colon:
        return None
    if scheme in {"http", "https"}:
        return _read_address(text)
    if scheme == "begin":
        return _read_card(text, rest.strip().lower())
    reader = _READERS.get(scheme)
    return reader(rest) if reader else None


def _read_address(text: str) -> CodeText | None:
    """Read a web address; the site is what counts, and not what stands before an at sign."""
    if " " in text:
        return None
    try:
        found = urlsplit(text)
        host = found.hostname or ""
    except ValueError:
        return None
    if not host:
        return None
    is_bare = found.path in {"", "/"} and not found.query and not found.fragment and "@" not in text
    return CodeText(Content.ADDRESS, _filled(site=host, is_bare="yes" if is_bare else ""))


def _read_card(text: str, kind: str) -> CodeText | None:
    fields: dict[str, str] = {}
    found = list(_CARD_FIELD.finditer(text))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        fields.setdefault(match[1], _unescape(text[match.end() : end]).strip())
    if kind.startswith("vcard"):
        name = fields.get("FN") or " ".join(reversed(fields.get("N", "").split(";")[:2]))
        parts = _filled(
            name=name.strip(),
            company=" ".join(fields.get("ORG", "").split(";")).strip(),
            phone=fields.get("TEL", "").removeprefix("tel:"),
            email=fields.get("EMAIL", ""),
        )
        return CodeText(Content.CONTACT, parts)
    if kind.startswith(("vevent", "vcalendar")):
        return CodeText(
            Content.EVENT,
            _filled(name=fields.get("SUMMARY", ""), day=_read_date(fields.get("DTSTART", ""))),
        )
    return None


def _read_wifi(rest: str) -> CodeText:
    fields = _split_mecard(rest)
    network, password = (fields.get(name, "").strip('"') for name in ("S", "P"))
    return CodeText(
        Content.WIFI,
        _filled(network=network, password=password, is_open="" if password else "yes"),
    )


def _read_mecard(rest: str) -> CodeText:
    fields = _split_mecard(rest)
    name = " ".join(reversed([part.strip() for part in fields.get("N", "").split(",")])).strip()
    phone, email = fields.get("TEL", ""), fields.get("EMAIL", "")
    return CodeText(Content.CONTACT, _filled(name=name, phone=phone, email=email))


def _read_mail(rest: str) -> CodeText:
    to, _, query = rest.partition("?")
    subject = parse_qs(query).get("subject", [""])[0]
    return CodeText(Content.EMAIL, _filled(to=unquote(to), subject=subject))


def _read_mail_message(rest: str) -> CodeText:
    fields = _split_mecard(rest)
    return CodeText(Content.EMAIL, _filled(to=fields.get("TO", ""), subject=fields.get("SUB", "")))


def _read_phone(rest: str) -> CodeText:
    return CodeText(Content.PHONE, _filled(number=unquote(rest).strip("/ ")))


def _read_message(rest: str) -> CodeText:
    number, _, body = rest.partition("?" if "?" in rest else ":")
    body = parse_qs(body).get("body", [body])[0]
    return CodeText(Content.MESSAGE, _filled(number=unquote(number).strip("/ "), text=body))


def _read_place(rest: str) -> CodeText:
    return CodeText(Content.PLACE, _filled(place=rest.partition("?")[0].strip()))


def _read_sign_in_key(rest: str) -> CodeText:
    label = unquote(rest.partition("?")[0].rpartition("/")[2])
    return CodeText(Content.SIGN_IN_KEY, _filled(account=label.replace(":", " ").strip()))


_READERS = {
    "wifi": _read_wifi,
    "mecard": _read_mecard,
    "mailto": _read_mail,
    "matmsg": _read_mail_message,
    "tel": _read_phone,
    "sms": _read_message,
    "smsto": _read_message,
    "geo": _read_place,
    "otpauth": _read_sign_in_key,
}


def _read_product(text: str) -> CodeText | None:
    """Read a product's number and dates, as on medicines and food: GS1's, or the older form of chemists."""
    parts: dict[str, str] = {}
    for name, value in _find_product_fields(text):
        is_date = name in {"best_before", "expiry"}
        value = _read_date("20" + value, is_day_optional=True) if is_date else value.strip()
        if name == "number" and len(value) == 14:
            value = value.removeprefix("0")  # as it is printed
        if value:
            parts.setdefault(name, value)
    return CodeText(Content.PRODUCT, parts) if parts else None


def _find_product_fields(text: str) -> Iterator[tuple[str, str]]:
    if text.startswith("("):
        for match in _GS1_FIELD.finditer(text):
            if match[1] in _GS1_NAMES:
                yield _GS1_NAMES[match[1]], match[2]
    elif text.startswith("[)>"):
        for part in re.split("[\u241d\u241e ]", text):
            found = _MEDICINE_FIELD.fullmatch(part)
            if found:
                yield _MEDICINE_NAMES[found[1]], found[2]


def _read_transfer(text: str) -> CodeText | None:
    found = _TRANSFER.match(text)
    if found is None:
        return None
    return CodeText(Content.TRANSFER, _filled(name=found["name"], amount=found["amount"] or ""))


def _read_date(text: str, *, is_day_optional: bool = False) -> str:
    """Return a date as it is said, "31 December 2026"; day 00 is the month alone; empty for what is no date."""
    found = _DATE.match(text)
    if found is None:
        return ""
    year, month, day = map(int, found.groups())
    is_month = is_day_optional and day == 0
    try:
        named = date(year, month, 1 if is_month else day)
    except ValueError:
        return ""
    return f"{named:%B %Y}" if is_month else f"{named.day} {named:%B %Y}"


def _split_mecard(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _MECARD_FIELD.finditer(text):
        found.setdefault(match[1].upper(), _unescape(match[2]).strip())
    return found


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], text)


def _filled(**parts: str) -> dict[str, str]:
    return {name: value for name, value in parts.items() if value}
