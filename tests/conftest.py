"""What all tests share: no network, no settings of the user's, and a player that records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import network_guard
from tests.support.fake_player import FakePlayer, install_fake_player

network_guard.install()
# How long an example takes depends on what else the machine does.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any) -> None:
    """No settings of the person who runs the tests, and no sound in their ears."""
    for name in [n for n in os.environ if n.startswith("SPARC_ASSISTANT_")]:
        monkeypatch.delenv(name)
    os.environ.pop("SPARC_STARTED_AS", None)  # a run of the command line in this process sets it
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(home / name.lower()))
        (home / name.lower()).mkdir(mode=0o700)


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePlayer:
    """A fake ``aplay``, first on the PATH, that keeps every WAV it is given."""
    return install_fake_player(tmp_path / "player", monkeypatch)
