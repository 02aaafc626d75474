"""Nothing is installed whose hash is not known beforehand."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.assistant_command import ROOT


@pytest.mark.parametrize(
    "name",
    [
        "requirements",
        "requirements-dev",
        "requirements-pi",
        "requirements-build",
        "requirements-weights",
    ],
)
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text("utf-8").replace("\\\n", " ")
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert rows
    for row in rows:
        assert re.match(r"[A-Za-z0-9_.-]+==\S+", row), row[:80]
        assert "--hash=sha256:" in row, row[:80]


@pytest.mark.parametrize(
    ("name", "extra"),
    [("requirements", None), ("requirements-dev", "dev"), ("requirements-pi", "pi")],
)
def test_no_lock_lacks_what_the_program_needs(name: str, extra: str | None) -> None:
    """The set-up installs what a lock holds and asks for nothing more."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["dependencies"] + (project["optional-dependencies"][extra] if extra else [])
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / f"{name}.lock").read_text("utf-8"), re.M))
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in needed}
    assert names - locked == set()


def test_the_set_up_asks_for_hashes() -> None:
    installs = re.findall(r"pip_install .*", (ROOT / "scripts" / "lib-setup.sh").read_text("utf-8"))
    fetching = [line for line in installs if "--no-index" not in line and "-r " in line]
    assert len(fetching) == 3
    assert all("--require-hashes" in line for line in fetching)
