"""A setting that is added in one line is found everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings.page import settings_page
from tests.support.assistant_command import ROOT

ROW = '    pitch: int = row(50, "pitch", whole_number(0, 99), "N", ANSWERS, _("Pitch, 0 to 99."))\n'
AFTER = "    volume: float ="


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages with one more row."""
    folder = tmp_path_factory.mktemp("checkout")
    for package in ("assistant", "sparc_ggml"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pyc*"))
    (folder / "models").symlink_to(ROOT / "models")
    table = folder / "assistant/settings/table.py"
    text = table.read_text("utf-8")
    assert text.count(AFTER) == 1
    table.write_text(text.replace(AFTER, ROW + AFTER), "utf-8")
    return folder


def python(checkout: Path, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "200", **variables},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", ["describe", "ask", "start", "plain", "headless"])
def test_it_is_in_the_help_of_every_command(checkout: Path, command: str) -> None:
    shown = python(checkout, "-m", "assistant", command, "--help")
    assert "--pitch N" in shown
    assert "Pitch, 0 to 99." in shown


def test_it_is_in_the_list_with_its_default_and_on_the_page(checkout: Path) -> None:
    listed = python(checkout, "-m", "assistant", "settings")
    assert "pitch: Pitch, 0 to 99. Now 50, the default." in listed
    page = python(checkout, "-m", "assistant.settings.page")
    assert "- `speech.pitch`, `--pitch`, `SPARC_ASSISTANT_PITCH`, 50. Pitch, 0 to 99." in page


def test_it_is_read_from_option_variable_and_file_and_kept(checkout: Path, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    config = {"SPARC_ASSISTANT_CONFIG": str(file)}
    python(checkout, "-m", "assistant", "settings", "pitch", "60", **config)
    assert "pitch = 60" in file.read_text()
    read = (
        "import os; from assistant.settings.load import read_settings;"
        "print(read_settings({'pitch': os.environ.get('OPTION')}, os.environ).settings.speech.pitch)"
    )
    assert python(checkout, "-c", read, **config) == "60\n"
    assert python(checkout, "-c", read, **config, SPARC_ASSISTANT_PITCH="70") == "70\n"
    assert python(checkout, "-c", read, **config, SPARC_ASSISTANT_PITCH="70", OPTION="9") == "9\n"


def test_it_is_in_the_program_and_out_of_range_is_one_sentence(
    checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").touch()
    listed = (
        "from pathlib import Path; from assistant.settings.preferences import StoredPreferences;"
        f"opened = StoredPreferences({{}}, {{}}, Path({str(tmp_path / 'config.toml')!r}));"
        "print('\\n'.join(opened.lines()))"
    )
    assert "pitch: Pitch, 0 to 99. Now 50" in python(checkout, "-c", listed)
    with pytest.raises(AssertionError, match="a whole number from 0 to 99"):
        python(checkout, "-m", "assistant", "describe", "x.png", "--pitch", "100")


def test_the_page_is_what_the_rows_say() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_page()
