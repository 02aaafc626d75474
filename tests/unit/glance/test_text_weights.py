"""Weights that are missing or damaged: one sentence each, and the command that helps."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.glance.text import weights
from assistant.glance.text.reader import TextReader
from tests.support.assistant_command import ROOT


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    for file in weights.ALL:
        (tmp_path / file.name).symlink_to(weights.find_folder() / file.name)
    return tmp_path


def damage(path: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(path.read_bytes())
    path.unlink()
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_the_lock_holds_the_version_that_is_known() -> None:
    lock = (ROOT / "requirements-weights.lock").read_text("utf-8")
    assert lock.startswith(weights.REQUIREMENT + " ")
    assert f"'{weights.REQUIREMENT}\\n'" in (ROOT / "scripts" / "relock").read_text("utf-8")


def test_the_code_of_the_package_is_never_imported() -> None:
    script = (
        "import sys; from assistant.glance.text import weights; weights.check_weights(); "
        "sys.exit('rapidocr' in sys.modules or 'cv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AssistantError) as raised:
        TextReader()
    assert str(raised.value) == (
        "Text in pictures cannot be read: its model is not installed. "
        "To install it: pip install --no-deps rapidocr==3.10.0"
    )


@pytest.mark.parametrize("file", weights.ALL, ids=lambda file: file.name)
def test_a_damaged_file(copies: Path, file: weights.WeightFile) -> None:
    damage(copies / file.name)
    with pytest.raises(AssistantError) as raised:
        TextReader(copies)
    assert (
        raised.value.message == f"Text in pictures cannot be read: the file {file.name} is damaged."
    )
    assert raised.value.hint == (
        "To install it again: pip install --no-deps --force-reinstall rapidocr==3.10.0"
    )


def test_a_file_that_broke_off_is_damaged(copies: Path) -> None:
    path = copies / weights.DETECTOR.name
    data = path.read_bytes()[:-1]
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(AssistantError, match="is damaged"):
        TextReader(copies)


def test_a_missing_file_and_one_that_is_none(copies: Path) -> None:
    path = copies / weights.RECOGNIZER.name
    path.unlink()
    with pytest.raises(AssistantError, match="is missing"):
        TextReader(copies)
    path.mkdir()
    with pytest.raises(AssistantError, match=r"is damaged|Is a directory"):
        TextReader(copies)
