"""The unit file: understood by systemd, and run by a user's instance of it where one can be started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.assistant_command import ROOT, STREET

UNIT = ROOT / "deploy" / "sparc-assistant.service"
SYSTEMD = Path("/usr/lib/systemd/systemd")
needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the command where the installer puts it."""
    command = tmp_path / ".local/bin/sparc-assistant"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m assistant "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def verify(unit: Path) -> str:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


@needs_analyze
def test_systemd_finds_nothing_wrong_with_the_unit(home: Path) -> None:
    assert verify(UNIT) == ""


@needs_analyze
def test_what_is_wrong_would_be_found(home: Path) -> None:
    wrong = home / "wrong.service"
    wrong.write_text(UNIT.read_text().replace("WatchdogSec", "WatchdogSeconds"))
    assert "WatchdogSeconds" in verify(wrong)


# In namespaces of its own: a folder /run, a user's systemd, the unit, a front that hangs, and a stop.
_SCRIPT = r"""
mount -t tmpfs none /run && mount -t proc none /proc || exit 77
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0
/usr/lib/systemd/systemd --user >/dev/null 2>&1 &
for _ in $(seq 100); do systemctl --user is-system-running >/dev/null 2>&1 && break; sleep 0.1; done
systemctl --user is-system-running >/dev/null 2>&1 || exit 77
show() { systemctl --user show sparc-assistant.service -p "$1" --value; }
systemctl --user start sparc-assistant.service; echo "started $? $(show ActiveState)"
first=$(show MainPID)
echo "shut $(grep -c '^NoNewPrivs:.1$' /proc/$first/status) $(awk '/^Seccomp:/ { print $2 }' /proc/$first/status)"
kill -STOP $first
for _ in $(seq 150); do [ "$(show NRestarts)" = 1 ] && [ "$(show ActiveState)" = active ] && break; sleep 0.1; done
echo "again $(show NRestarts) $(show ActiveState)"
systemctl --user stop sparc-assistant.service; echo "stopped $(show Result)"
sleep 0.3
echo "left $(pgrep -fc 'm assistant headles[s]|assistant.inference.worke[r]')"
systemctl --user exit
"""


@pytest.mark.model
def test_a_hanging_front_is_started_anew_by_the_unit(home: Path) -> None:
    if not SYSTEMD.exists() or shutil.which("unshare") is None or os.getuid() != 0:
        pytest.skip("a user's systemd can be started only by root, and where there is one")
    config = home / ".config/sparc-assistant/config.toml"
    os.mkfifo(home / "keypad")
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[headless]\nkeypad = "{home}/keypad"\n[camera]\ncamera = "{STREET}"\n'
        "[assistant]\nnotice_acknowledged = true\n[speech]\nspeech = false\n"
    )
    units = home / ".config/systemd/user"
    (units / "sparc-assistant.service.d").mkdir(parents=True)
    shutil.copy(UNIT, units)
    # The checkout of a test may lie in the folder that PrivateTmp hides.
    (units / "sparc-assistant.service.d/test.conf").write_text(
        f"[Service]\nPrivateTmp=no\nWatchdogSec=3\nRestartSec=0.2\nWorkingDirectory={ROOT}\n"
        f"ReadWritePaths={home}\n"
    )
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _SCRIPT],
        env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("namespaces for a user's systemd are not permitted here")
    assert done.stdout.splitlines() == [
        "started 0 active", "shut 1 2", "again 1 active", "stopped success", "left 0",
    ], done.stderr  # fmt: skip
