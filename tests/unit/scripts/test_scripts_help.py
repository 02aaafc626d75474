"""Every script starts from any folder, and its help says which page or file it makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.assistant_command import ROOT

MODULES = (
    "scripts.faults",
    "scripts.heard",
    "scripts.make_screenshots",
    "scripts.train_scene_model",
)
FILES = (
    "audit", "bench/busy", "bench/fluency", "bench/glance", "bench/judged_scenes", "bench/keys",
    "bench/look_ahead", "bench/memory", "bench/models", "bench/peers", "bench/profile_step",
    "bench/quality", "bench/quality_by_count", "bench/quality_check", "bench/session", "bench/speed", "bench/start",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_makes(name: str, tmp_path: Path) -> None:
    help_text = run_help(str(ROOT / "scripts" / f"{name}.py"), cwd=tmp_path)
    assert "docs/" in help_text or "README.md" in help_text


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_makes(name: str) -> None:
    help_text = run_help("-m", name, cwd=ROOT)
    assert "docs/" in help_text or "README.md" in help_text


def test_no_script_is_missing_here() -> None:
    found = {
        path.relative_to(ROOT / "scripts").with_suffix("").as_posix()
        for folder in (ROOT / "scripts", ROOT / "scripts" / "bench")
        for path in folder.glob("*.py")
        if "parse_args" in path.read_text() and "__main__" in path.read_text()
    }
    assert found == {*FILES, "heard", "make_screenshots"}


def run_help(*command: str, cwd: Path) -> str:
    line = [sys.executable, *command, "--help"]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=True).stdout
