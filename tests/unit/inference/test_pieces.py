"""Text comes in whole characters, however the bytes were split over tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.inference.writer import PieceDecoder


@given(st.text(), st.lists(st.integers(1, 5), min_size=1))
def test_any_split_gives_the_same_text(text: str, sizes: list[int]) -> None:
    data = text.encode("utf-8", "replace")
    decoder, pieces, position, turn = PieceDecoder(), [], 0, 0
    while position < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(decoder.feed(data[position : position + size]))
        position, turn = position + size, turn + 1
    pieces.append(decoder.close())
    assert "".join(pieces) == data.decode()
    assert "\ufffd" not in "".join(pieces) or "\ufffd" in text


def test_a_character_cut_short_is_replaced_and_not_lost_in_silence() -> None:
    decoder = PieceDecoder()
    assert decoder.feed("é".encode()[:1]) == ""
    assert decoder.close() == "\ufffd"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert PieceDecoder().feed(b"a\xffb") == "a\ufffdb"
