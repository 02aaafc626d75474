"""Nothing is installed whose hash is not known beforehand."""

from __future__ import annotations

import re

import pytest

from tests.support.assistant_command import ROOT


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-build"])
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text("utf-8").replace("\\\n", " ")
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert rows
    for row in rows:
        assert re.match(r"[A-Za-z0-9_.-]+==\S+", row), row[:80]
        assert "--hash=sha256:" in row, row[:80]


def test_the_set_up_asks_for_hashes() -> None:
    installs = re.findall(r"pip_install .*", (ROOT / "scripts" / "lib-setup.sh").read_text("utf-8"))
    fetching = [line for line in installs if "--no-index" not in line and "-r " in line]
    assert len(fetching) == 2
    assert all("--require-hashes" in line for line in fetching)
