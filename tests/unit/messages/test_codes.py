"""What is said of a code's text: what it is, the part that is wanted, and no secret unasked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.messages.code_texts import group_digits
from assistant.messages.codes import MAX_PART_CHARACTERS, MAX_SAID_CHARACTERS, code_sentences


def say(text: str, *, is_secret_said: bool = False) -> str:
    return " ".join(code_sentences("QR code", text, len(text), is_secret_said=is_secret_said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://example.com", "with a web address at example.com."),
        (
            "https://example.com/menu?table=4",
            "with a web address at example.com. It says: https://example.com/menu?table=4",
        ),
        (
            "https://bank.com@evil.example/",
            "with a web address at evil.example. It says: https://bank.com@evil.example/",
        ),
        ("http://[::1", ". It says: http://[::1"),
        ("https:// two words", ". It says: https:// two words"),
        (r"WIFI:S:My\;Cafe;T:WPA;P:s3cret;;", "for the Wi-Fi network My;Cafe. It holds the password."),
        ("WIFI:T:nopass;S:Open;;", "for the Wi-Fi network Open. It needs no password."),
        ("WIFI:", "for a Wi-Fi network. It needs no password."),
        (
            "BEGIN:VCARD VERSION:3.0 N:Lee;Ann;;; ORG:ACME;Sales TEL;TYPE=CELL:+491234567 EMAIL:a@x.org END:VCARD",
            "with the contact Ann Lee. Company: ACME Sales Phone: +4 9 1, 2 3 4, 5 6 7 E-mail: a@x.org",
        ),
        ("MECARD:N:Lee,Ann;TEL:112;;", "with the contact Ann Lee. Phone: 1 1 2"),
        ("BEGIN:VCARD END:VCARD", "with a contact."),
        ("mailto:a@x.org?subject=Hi%20there", "for an e-mail to a@x.org. Subject: Hi there"),
        ("MATMSG:TO:a@x.org;SUB:Hi;;", "for an e-mail to a@x.org. Subject: Hi"),
        ("tel:+49-30-1234", "with the phone number +49-30-1 2 3 4."),
        ("SMSTO:110:Come quickly", "for a text message to 1 1 0. The message: Come quickly"),
        ("sms:110?body=Come%20on", "for a text message to 1 1 0. The message: Come on"),
        ("geo:51.5,-0.12", "with a place on the map, 51.5,-0.12."),
        (
            "BEGIN:VEVENT SUMMARY:Choir DTSTART:20261231T200000Z END:VEVENT",
            "with the event Choir. Day: 31 December 2026.",
        ),
        ("BEGIN:VEVENT SUMMARY:Choir DTSTART:20261345 END:VEVENT", "with the event Choir."),
        (
            "BCD 002 1 SCT BPOTBEB1 Red Cross BE72000000001616 EUR1.50 CHAR",
            "for a bank transfer to Red Cross. Amount in euros: 1.50.",
        ),
        ("otpauth://totp/Mail:ann?secret=ABC", "with a secret key for signing in to Mail ann."),
        ("javascript:alert(1)", "with program code, which was not run. It says: javascript:alert(1)"),
        ("<svg onload=x>", "with program code, which was not run. It says: <svg onload=x>"),
        ("Note: buy milk", ". It says: Note: buy milk"),
        (":", ". It says: :"),
        ("1234", "with the number 1 2 3 4."),
        ("٣٤٥٦٧", ". It says: ٣٤٥٦٧"),
    ],
)  # fmt: skip
def test_a_text_is_said_as_what_it_is(text: str, said: str) -> None:
    gap = "" if said.startswith(".") else " "
    assert say(text) == f"There is a QR code{gap}{said}"


def test_a_password_is_said_only_to_whoever_asks() -> None:
    network = "WIFI:S:Cafe;T:WPA;P:s3cret;;"
    assert "s3cret" not in say(network)
    assert say(network, is_secret_said=True).endswith("The password: s3cret")


def test_a_key_for_signing_in_is_said_only_to_whoever_asks() -> None:
    key = "otpauth://totp/ann?secret=JBSW"
    assert "JBSW" not in say(key)
    assert "JBSW" in say(key, is_secret_said=True)


@pytest.mark.parametrize(
    "text", ["x" * 5000, "1" * 5000, "https://x.org/" + "y" * 5000, "WIFI:S:" + "z" * 5000 + ";;"]
)
def test_nothing_long_is_said_in_full(text: str) -> None:
    longest = MAX_SAID_CHARACTERS + 4 * MAX_PART_CHARACTERS
    for is_secret_said in (False, True):
        assert len(say(text, is_secret_said=is_secret_said)) < longest


def test_braces_and_percent_signs_stay_as_they_are() -> None:
    assert say("{name} %s {0}") == "There is a QR code. It says: {name} %s {0}"
    assert "{value}" in say("WIFI:S:{value};T:nopass;;")


_MARKS = st.sampled_from(["WIFI:", "BEGIN:VCARD", "S:", "P:", ";", "\\", ":", "(01)", "(17)", "BCD 002 1 SCT", "http://",
                          "[)>", "\u241d", "D26", " ", "mailto:", "?subject=%", "otpauth://", "[", "]"])  # fmt: skip


@given(st.lists(st.one_of(_MARKS, st.text(max_size=8)), max_size=30).map("".join))
def test_every_text_is_said(text: str) -> None:
    said = say(text)
    assert said.startswith("There is a QR code")
    assert len(said) < 2000


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("", ""),
        ("7", "7"),
        ("1234", "1 2 3 4"),
        ("12345", "1 2 3, 4 5"),
        ("1234567", "1 2 3, 4 5 6 7"),
        ("12345678", "1 2 3 4, 5 6 7 8"),
        ("123456789012", "1 2 3, 4 5 6, 7 8 9, 0 1 2"),
        ("1234567890123", "1 2 3, 4 5 6, 7 8 9, 0 1 2 3"),
    ],
)
def test_digits_are_said_in_threes_and_fours(digits: str, said: str) -> None:
    assert group_digits(digits) == said
