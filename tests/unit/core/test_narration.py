from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.narration import content_first, plain_words


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
        ("\u2192", "\u2192"),
        ("**+**", "+"),
        ("\U0001f44d\ufe0f", "\U0001f44d\ufe0f"),
        ("?", "?"),
        ("100 %", "100 %"),
        ("***", ""),
        ("\u201c \u201d", ""),
        ("(\u2014)", ""),
        ("# ", ""),
        ("\x1b]0;title\x07words", "words"),
    ],
)
def test_marks_go_and_words_stay(written: str, words: str) -> None:
    assert plain_words(written) == words


@given(st.text(alphabet="ab *_`#->[]()\n~1.", max_size=40) | st.text(max_size=40))
def test_saying_it_again_changes_nothing(text: str) -> None:
    once = plain_words(text)
    assert plain_words(once) == once
    assert once.isprintable() or any(ord(c) > 127 for c in once)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("The image shows a dog.", "A dog."),
        ("The image features two people walking.", "Two people walking."),
        ("In this picture there is a red car.", "A red car."),
        ("In the image, there are several cups.", "Several cups."),
        ("This photo depicts the inside of a kitchen.", "The inside of a kitchen."),
        ("The image is very dark.", "The image is very dark."),
        ("The image shows that it rains.", "The image shows that it rains."),
        ("The picture on the wall shows a dog.", "The picture on the wall shows a dog."),
        ("A dog.", "A dog."),
        ("", ""),
    ],
)
def test_content_comes_first(written: str, words: str) -> None:
    assert content_first(written) == words


@given(st.text(max_size=60))
def test_content_first_only_takes_from_the_front(text: str) -> None:
    kept = content_first(text)
    assert text.lower().endswith(kept.lower()) or kept == text
