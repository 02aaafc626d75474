"""The built wheel works in an empty environment: with its data, and with nothing of the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from assistant import __version__
from tests.support.assistant_command import ROOT, STREET, Command

SOURCES = (
    "assistant",
    "sparc_ggml",
    "models",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "LICENSE",
    "NOTICE",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the wheel from a copy, so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.so")
            )
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--wheel-dir", str(folder), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; the other packages are seen where they are installed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index",
         str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    (site,) = folder.glob("lib/python*/site-packages")
    # A path file adds the folder but not the path files in it, so the checkout's own link stays out.
    (site / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python


def _without_checkout() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _run(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python.with_name("sparc-assistant")), *arguments],
        cwd=cwd, env=_without_checkout(), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_wheel_has_packages_data_and_licence(wheel: Path) -> None:
    assert wheel.name.startswith(f"sparc_assistant-{__version__}-")
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "assistant/cli/main.py",
        "assistant/bench/coco_things.toml",
        "assistant/py.typed",
        "sparc_ggml/config.py",
        "sparc_ggml/py.typed",
    ):
        assert name in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not [n for n in names if n.startswith(("tests/", "scripts/", "docs/", "examples/"))]
    weights = [*(ROOT / "models").rglob("*.gguf"), *(ROOT / "models").rglob("*.onnx")]
    assert len(weights) >= 3
    for path in weights:
        assert f"assistant/_models/{path.relative_to(ROOT / 'models')}" in names


def test_it_describes_from_an_empty_folder(python: Path, tmp_path: Path, tiny: Command) -> None:
    where = subprocess.run(
        [str(python), "-c", "import assistant; print(assistant.__file__)"],
        cwd=tmp_path, env=_without_checkout(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(python.parents[1]) in where.stdout
    done = _run(python, tmp_path, "describe", str(STREET), "--no-speech", "--json", *tiny.model)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["description"]


@pytest.mark.model
def test_it_describes_with_the_embedded_model(
    python: Path, tmp_path: Path, embedded: Command
) -> None:
    done = _run(python, tmp_path, "describe", str(STREET), "--no-speech")
    assert done.returncode == 0, done.stderr
    assert "street" in done.stdout
    assert "For photographs, download " in done.stderr
