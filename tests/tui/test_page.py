"""The page for those who do not see the screen says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.core.actions import Keymap

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "using-without-seeing.md").read_text(encoding="utf-8")


def test_it_lists_the_keys_as_they_are_spoken() -> None:
    lines = [f"- {line}" for line in Keymap.from_rebindings().help_lines()]
    assert "\n".join(lines) in PAGE


def test_its_screens_are_there_and_fetch_nothing() -> None:
    named = set(re.findall(r"\((screens/[a-z-]+\.svg)\)", PAGE))
    assert named == {f"screens/{path.name}" for path in (DOCS / "screens").glob("*.svg")}
    for name in named:
        drawing = (DOCS / name).read_text(encoding="utf-8")
        assert "url(http" not in drawing.replace('"', "")
