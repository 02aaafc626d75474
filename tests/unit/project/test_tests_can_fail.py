"""Every test asserts something, itself or through a helper: a test that cannot fail proves nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.assistant_command import ROOT

TESTS = ROOT / "tests"
CHECKING = {"raises", "warns", "fail", "AssertionError"}
"""What fails a test without the word assert."""


def functions(*paths: Path) -> dict[str, ast.AST]:
    """The functions and methods of files by name; of those with one name, all in one."""
    found: dict[str, ast.Module] = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, ast.Module([], [])).body.append(node)
    return dict(found)


def called(function: ast.AST) -> Iterator[str]:
    """The names that a function calls, or hands on to be called."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def can_fail(function: ast.AST, helpers: dict[str, ast.AST], seen: frozenset[str]) -> bool:
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    names = set(called(function))
    return bool(names & CHECKING) or any(
        can_fail(helpers[name], helpers, seen | {name})
        for name in names - seen
        if name in helpers and not name.startswith("test_")
    )


def without_assertion(path: Path, shared: dict[str, ast.AST]) -> list[str]:
    own = functions(path)
    helpers = shared | own
    return [
        name
        for name, function in own.items()
        if name.startswith("test_") and not can_fail(function, helpers, frozenset({name}))
    ]


@pytest.fixture(scope="module")
def shared() -> dict[str, ast.AST]:
    """The helpers that all tests may call; what only runs a program or a loop is none."""
    found = functions(*(TESTS / "support").glob("*.py"), TESTS / "tui" / "screen.py")
    found.pop("run", None)
    return found


def test_every_test_asserts_something(shared: dict[str, ast.AST]) -> None:
    paths = sorted(TESTS.rglob("test_*.py"))
    assert len(paths) > 100
    found = {str(path.relative_to(ROOT)): without_assertion(path, shared) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


def test_what_asserts_nothing_is_found(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(
        "def helper():\n    assert 1\n"
        "def test_good():\n    helper()\n"
        "def test_raising():\n    with pytest.raises(ValueError):\n        int('x')\n"
        "def test_empty():\n    print(len('x'))\n"
    )
    assert without_assertion(path, {}) == ["test_empty"]
