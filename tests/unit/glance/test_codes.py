"""What codes in a picture say: real ones, written by the library and drawn into a picture, and hostile ones."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from zxingcpp import BarcodeFormat

from assistant.core.events import ImageRgb
from assistant.core.findings import Code
from assistant.glance.codes import MAX_CODES, find_codes
from assistant.messages.codes import code_sentences


def draw(
    content: str | bytes,
    barcode_format: BarcodeFormat = BarcodeFormat.QRCode,
    options: Mapping[str, object] | None = None,
) -> ImageRgb:
    """Return a code, black on white, with a white margin."""
    barcode = zxingcpp.create_barcode(content, barcode_format, **(options or {}))
    grey = np.pad(np.array(barcode.to_image(scale=4)), 30, constant_values=255)
    return np.repeat(grey[..., None], 3, axis=2)


def hear(picture: ImageRgb) -> str:
    return " ".join(
        sentence
        for code in find_codes(picture)
        for sentence in code_sentences(code.kind, code.text, code.n_bytes)
    )


@pytest.mark.parametrize(
    ("content", "barcode_format", "heard"),
    [
        ("4006381333931", BarcodeFormat.EAN13, "bar code with the number 4 0 0, 6 3 8, 1 3 3, 3 9 3 1."),
        ("036000291452", BarcodeFormat.UPCA, "bar code with the number 0 3 6, 0 0 0, 2 9 1, 4 5 2."),
        ("01234565", BarcodeFormat.UPCE, "bar code with the number 0 1 2 3, 4 5 6 5."),
        ("96385074", BarcodeFormat.EAN8, "bar code with the number 9 6 3 8, 5 0 7 4."),
        ("9783161484100", BarcodeFormat.EAN13, "bar code of a book, ISBN 9 7 8, 3 1 6, 1 4 8, 4 1 0 0."),
        ("JD0146-X", BarcodeFormat.Code128, "bar code. It says: JD0146-X"),
        ("JD0146-X", BarcodeFormat.Code39, "bar code. It says: JD0146-X"),
        ("04006381333931", BarcodeFormat.ITF, "bar code with the number 0 4 0, 0 6 3, 8 1 3, 3 3 9, 3 1."),
        ("M1DOE/JOHN", BarcodeFormat.PDF417, "bar code. It says: M1DOE/JOHN"),
        ("Gate 7", BarcodeFormat.DataMatrix, "Data Matrix code. It says: Gate 7"),
        ("Seat 12", BarcodeFormat.QRCode, "QR code. It says: Seat 12"),
        ("Ñandú 5 €", BarcodeFormat.QRCode, "QR code. It says: Ñandú 5 €"),
        ("日本語", BarcodeFormat.QRCode, "QR code. It says: 日本語"),
    ],
)  # fmt: skip
def test_a_code_is_read_as_people_call_it(
    content: str, barcode_format: BarcodeFormat, heard: str
) -> None:
    assert hear(draw(content, barcode_format)) == f"There is a {heard}"


def test_an_aztec_code_has_its_article() -> None:
    assert hear(draw("Coach 4", BarcodeFormat.Aztec)) == "There is an Aztec code. It says: Coach 4"


def test_a_medicine_tells_when_it_expires() -> None:
    package = draw("(01)04012345678901(17)261200(10)A7", BarcodeFormat.DataMatrix, {"gs1": True})
    assert hear(package) == (
        "There is a Data Matrix code of a product, number 4 0 1, 2 3 4, 5 6 7, 8 9 0 1. "
        "It expires: December 2026. Batch: A7"
    )


def test_line_breaks_become_spaces() -> None:
    [code] = find_codes(draw("BEGIN:VCARD\r\nFN:Ann Lee\r\nTEL:+49 30 1234567\r\nEND:VCARD"))
    assert code.text == "BEGIN:VCARD FN:Ann Lee TEL:+49 30 1234567 END:VCARD"


def test_escape_sequences_and_turned_writing_are_taken_out() -> None:
    [code] = find_codes(draw("pay\x1b[2J now \u202egnp.exe"))
    assert code == Code("QR code", "pay now  gnp.exe", 22)


@pytest.mark.parametrize("data", [bytes(range(200)), b"\xff" * 50, b"\x00" * 9, b"\x1b" * 40])
def test_data_that_is_no_text_is_only_counted(data: bytes) -> None:
    assert find_codes(draw(data)) == [Code("QR code", "", len(data))]
    assert hear(draw(data)) == (
        f"There is a QR code. It holds {len(data)} bytes of data and no text."
    )


def test_a_full_code_is_cut_when_it_is_said() -> None:
    [code] = find_codes(draw("long " * 500))
    assert len(code.text) == 2499  # the space at its end is gone
    said = code_sentences(code.kind, code.text, code.n_bytes)
    assert said[-1].startswith("It is 2499 characters long and begins: long long")
    assert len(said[-1]) < 250


@given(st.binary(min_size=1, max_size=300))
@settings(deadline=None, max_examples=40)
def test_whatever_a_code_holds_only_printable_characters_come_out(data: bytes) -> None:
    for code in find_codes(draw(data)):
        assert code.n_bytes == len(data)
        for said in (code.text, *code_sentences(code.kind, code.text, code.n_bytes)):
            assert not any(c < " " or "\x7f" <= c <= "\x9f" or c in "\u2028\u202e" for c in said)


def test_bars_that_run_aslant_are_read() -> None:
    picture = draw("4006381333931", BarcodeFormat.EAN13)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 45, 1)
    turn[:, 2] += (600 - width) / 2, (600 - height) / 2
    slanted = cv2.warpAffine(picture, turn, (600, 600), borderValue=(90, 120, 90))
    assert [c.text for c in find_codes(np.asarray(slanted, np.uint8))] == ["4006381333931"]


def test_a_short_number_without_check_digits_is_not_believed() -> None:
    assert find_codes(draw("123456", BarcodeFormat.ITF)) == []


def test_two_readings_of_the_same_bars_are_both_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw("4006381333931", BarcodeFormat.EAN13)
    other = draw("4006381333955", BarcodeFormat.EAN13)
    both = [*zxingcpp.read_barcodes(picture[..., 0]), *zxingcpp.read_barcodes(other[..., 0])]
    assert len(both) == 2
    monkeypatch.setattr(zxingcpp, "read_barcodes", lambda *_args, **_options: both)
    assert find_codes(picture) == []


def test_codes_come_from_the_top_down_and_each_once() -> None:
    upper, lower = draw("first"), draw("second")
    assert [c.text for c in find_codes(np.vstack([upper, lower, upper]))] == ["first", "second"]


def test_no_more_codes_than_can_be_listened_to() -> None:
    shelf = np.vstack([draw(f"item {n}") for n in range(MAX_CODES + 3)])
    assert [c.text for c in find_codes(shelf)] == [f"item {n}" for n in range(MAX_CODES)]


def test_a_small_code_in_a_picture_of_twelve_megapixels_is_found() -> None:
    picture = np.full((3000, 4000, 3), 180, np.uint8)
    code = np.repeat(np.repeat(draw("far away"), 2, 0), 2, 1)
    picture[1000 : 1000 + code.shape[0], 2000 : 2000 + code.shape[1]] = code
    assert [c.text for c in find_codes(picture)] == ["far away"]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (2, 3), (64, 64)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_pictures_without_a_code_have_none(size: tuple[int, int], level: int) -> None:
    assert find_codes(np.full((*size, 3), level, np.uint8)) == []


def test_a_picture_that_may_not_be_written_and_a_view_are_read() -> None:
    picture = draw("view")
    picture.flags.writeable = False
    assert [c.text for c in find_codes(picture[:, ::-1][:, ::-1])] == ["view"]
