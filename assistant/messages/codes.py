"""What a bar code or QR code is called, and what is said of what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.messages.code_texts import Content, group_digits, read_code_text
from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

QR_CODE = _("QR code")
BAR_CODE = _("bar code")
AZTEC_CODE = _("Aztec code")
DATA_MATRIX = _("Data Matrix code")
MAXICODE = _("MaxiCode")

MAX_SAID_CHARACTERS = 200
"""More than this nobody listens to; the rest is in what is kept of the finding."""
MAX_PART_CHARACTERS = 80


@dataclass(frozen=True)
class _Saying:
    """How one kind of content is said.

    Attributes:
        named: what the code is, with what it is called.
        nameless: the same where it has no name.
        name: which of its parts that is.
        labels: a sentence for each further part that is there, in the order in which they are wanted.
    """

    named: str
    nameless: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


_SAYINGS = {
    Content.NUMBER: _Saying(
        _("There is {a_kind} with the number {name}."), _("There is {a_kind}."), "number"
    ),
    Content.BOOK: _Saying(
        _("There is {a_kind} of a book, ISBN {name}."), _("There is {a_kind} of a book."), "number"
    ),
    Content.PRODUCT: _Saying(
        _("There is {a_kind} of a product, number {name}."),
        _("There is {a_kind} of a product."),
        "number",
        {
            "expiry": _("It expires: {value}."),
            "best_before": _("Best before: {value}."),
            "batch": _("Batch: {value}"),
        },
    ),
    Content.ADDRESS: _Saying(
        _("There is {a_kind} with a web address at {name}."),
        _("There is {a_kind} with a web address."),
        "site",
    ),
    Content.WIFI: _Saying(
        _("There is {a_kind} for the Wi-Fi network {name}."),
        _("There is {a_kind} for a Wi-Fi network."),
        "network",
        {"password": _("It holds the password."), "is_open": _("It needs no password.")},
    ),
    Content.CONTACT: _Saying(
        _("There is {a_kind} with the contact {name}."),
        _("There is {a_kind} with a contact."),
        "name",
        {
            "company": _("Company: {value}"),
            "phone": _("Phone: {value}"),
            "email": _("E-mail: {value}"),
        },
    ),
    Content.EMAIL: _Saying(
        _("There is {a_kind} for an e-mail to {name}."),
        _("There is {a_kind} for an e-mail."),
        "to",
        {"subject": _("Subject: {value}")},
    ),
    Content.PHONE: _Saying(
        _("There is {a_kind} with the phone number {name}."),
        _("There is {a_kind} with a phone number."),
        "number",
    ),
    Content.MESSAGE: _Saying(
        _("There is {a_kind} for a text message to {name}."),
        _("There is {a_kind} for a text message."),
        "number",
        {"text": _("The message: {value}")},
    ),
    Content.PLACE: _Saying(
        _("There is {a_kind} with a place on the map, {name}."),
        _("There is {a_kind} with a place on the map."),
        "place",
    ),
    Content.EVENT: _Saying(
        _("There is {a_kind} with the event {name}."),
        _("There is {a_kind} with an event."),
        "name",
        {"day": _("Day: {value}.")},
    ),
    Content.TRANSFER: _Saying(
        _("There is {a_kind} for a bank transfer to {name}."),
        _("There is {a_kind} for a bank transfer."),
        "name",
        {"amount": _("Amount in euros: {value}.")},
    ),
    Content.SIGN_IN_KEY: _Saying(
        _("There is {a_kind} with a secret key for signing in to {name}."),
        _("There is {a_kind} with a secret key for signing in."),
        "account",
    ),
    Content.SCRIPT: _Saying(
        _("There is {a_kind} with program code, which was not run."),
        _("There is {a_kind} with program code, which was not run."),
        "",
    ),
    Content.TEXT: _Saying(_("There is {a_kind}."), _("There is {a_kind}."), ""),
}
_DIGITS = frozenset({"number", "phone"})
_LONG_NUMBER = re.compile("[0-9]{3,}")
_READ_OUT = frozenset({Content.ADDRESS, Content.SCRIPT, Content.TEXT})


def code_sentences(
    kind: str, text: str, n_bytes: int, *, is_secret_said: bool = False
) -> list[str]:
    """Return what a code is and what it holds, what is most wanted first.

    A Wi-Fi password or a key for signing in is not said unasked: a glance is spoken aloud at every picture, in a
    café as at home. But it is the person's own picture, so whoever asks for its text hears it.

    Args:
        kind: as people call it, one of the names above.
        text: what it says, printable.
        n_bytes: how much it holds.
        is_secret_said: whether the person asked for the text itself.
    """
    found = read_code_text(text)
    if found.content is Content.NOTHING:
        return [_say_data(kind, n_bytes)]
    saying = _SAYINGS[found.content]
    parts = {name: _say_part(name, part) for name, part in found.parts.items()}
    name = parts.get(saying.name, "")
    sentences = [
        (saying.named if name else saying.nameless).format(a_kind=_with_article(kind), name=name)
    ]
    sentences += [
        label.format(value=parts[part]) for part, label in saying.labels.items() if part in parts
    ]
    if found.content in _READ_OUT and "is_bare" not in parts:
        sentences.append(_read_out(text))
    if is_secret_said and found.content is Content.SIGN_IN_KEY:
        sentences.append(_read_out(text))
    if is_secret_said and "password" in parts:
        sentences.append(_("The password: {password}").format(password=parts["password"]))
    return sentences


def _with_article(kind: str) -> str:
    if kind[:1].upper() in {"A", "E", "I", "O"}:
        return _("an {kind}").format(kind=kind)
    return _("a {kind}").format(kind=kind)


def _say_part(name: str, part: str) -> str:
    if name in _DIGITS:
        return _LONG_NUMBER.sub(lambda found: group_digits(found[0]), part[:MAX_PART_CHARACTERS])
    if len(part) <= MAX_PART_CHARACTERS:
        return part
    return part[:MAX_PART_CHARACTERS].rstrip() + "…"


def _read_out(text: str) -> str:
    """Return the text as it stands, without a full stop, which would seem a part of it; cut where it is long."""
    if len(text) <= MAX_SAID_CHARACTERS:
        return _("It says: {text}").format(text=text)
    return translate_plural(
        "It is {n} character long and begins: {text}",
        "It is {n} characters long and begins: {text}",
        len(text),
    ).format(n=len(text), text=text[:MAX_SAID_CHARACTERS])


def _say_data(kind: str, n_bytes: int) -> str:
    return translate_plural(
        "There is {a_kind}. It holds {n} byte of data and no text.",
        "There is {a_kind}. It holds {n} bytes of data and no text.",
        n_bytes,
    ).format(a_kind=_with_article(kind), n=n_bytes)
