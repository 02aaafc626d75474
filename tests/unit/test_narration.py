from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.narration import plain_words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("**A *big* dog.**", "A big dog."),
        ("- item `x`", "item x"),
        ("### Heading", "Heading"),
        ("See [the page](http://x.y/z).", "See the page."),
        ("snake_case and 2 * 3", "snake_case and 2 * 3"),
        ("\x1b[31mred\x1b[0m \x07bell", "red bell"),
        ("---", ""),
        ("...", ""),
        ("> quoted", "quoted"),
        ("1. One", "1. One"),
        ("a\u202eb", "a b"),
        ("  two   spaces ", "two spaces"),
    ],
)
def test_marks_go_and_words_stay(written: str, words: str) -> None:
    assert plain_words(written) == words


@given(st.text(alphabet="ab *_`#->[]()\n~1.", max_size=40) | st.text(max_size=40))
def test_saying_it_again_changes_nothing(text: str) -> None:
    once = plain_words(text)
    assert plain_words(once) == once
    assert once.isprintable() or any(ord(c) > 127 for c in once)
