"""The look-up of locked packages: a hole, a version without a page and an empty list all end with failure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.audit import ACCEPTED, Page, holes, main
from tests.support.assistant_command import ROOT

LOCK = """\
good==1.0 ; sys_platform == 'linux' \\
    --hash=sha256:00
other==2.0 \\
    --hash=sha256:00
"""


def _page(version: str, *holes: dict[str, object]) -> Page:
    return {"info": {"version": version}, "vulnerabilities": list(holes)}


@pytest.fixture
def lock(tmp_path: Path) -> str:
    path = tmp_path / "some.lock"
    path.write_text(LOCK, "utf-8")
    return str(path)


def test_packages_without_holes_pass(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"good/1.0": _page("1.0"), "other": _page("2.0")}
    assert main([lock], pages.get) == 0
    assert capsys.readouterr().out == "2 packages, 2 looked up, 0 holes not accepted.\n"


def test_a_known_hole_fails_and_is_named(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"good/1.0": _page("1.0", {"id": "GHSA-1", "withdrawn": None}), "other": _page("2.0")}
    assert main([lock], pages.get) == 1
    assert capsys.readouterr().out.splitlines() == [
        "good 1.0: GHSA-1, a known hole",
        "2 packages, 2 looked up, 1 holes not accepted.",
    ]


def test_an_accepted_hole_is_told_and_passes(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    number, why = next(iter(ACCEPTED.items()))
    pages = {"good/1.0": _page("1.0", {"id": number}), "other": _page("2.0")}
    assert main([lock], pages.get) == 0
    assert f"good 1.0: {number}, {why}\n" in capsys.readouterr().out


def test_a_page_of_a_newer_version_says_nothing_of_the_locked_one(
    lock: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {"good": _page("1.1"), "other": _page("2.0")}
    assert main([lock], pages.get) == 1
    assert "good 1.0: not looked up" in capsys.readouterr().out


def test_a_hole_that_was_withdrawn_is_none() -> None:
    pages = {"good/1.0": _page("1.0", {"id": "GHSA-1", "withdrawn": "2026-01-01T00:00:00Z"})}
    assert holes("good", "1.0", pages.get) == []


def test_a_lock_without_packages_fails(tmp_path: Path) -> None:
    (tmp_path / "empty.lock").touch()
    assert main([str(tmp_path / "empty.lock")], lambda path: None) == 1


def test_no_cache_on_disk_is_ever_opened() -> None:
    """What makes diskcache's hole acceptable: llama-cpp-python opens one in ``LlamaDiskCache`` only."""
    opening = re.compile(r"\b(diskcache|LlamaDiskCache|LlamaCache|llama_cache|set_cache)\b")
    sources = [p for folder in ("assistant", "sparc_ggml") for p in (ROOT / folder).rglob("*.py")]
    assert sources
    assert [p for p in sources if opening.search(p.read_text("utf-8"))] == []
