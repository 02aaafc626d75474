"""An exception that nobody thought of is a sentence; one about memory says what to do."""

from __future__ import annotations

import pytest

from assistant.errors import PictureError
from assistant.messages.exceptions import describe_exception


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "There is not enough free memory."),
        (PictureError("It is damaged.", "Choose another."), "It is damaged."),
        (RuntimeError("boom"), "RuntimeError, boom"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_it_is_a_sentence_with_a_remedy(error: Exception, said: str) -> None:
    found = describe_exception(error)
    assert said in found.message
    assert found.message.endswith(".")
    assert found.hint
