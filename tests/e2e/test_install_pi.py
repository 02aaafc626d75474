"""The installer for a Raspberry Pi on a machine of stand-ins: what it does, does twice, would do, and undoes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.test_setup_scripts import FAKE_PYTHON, Machine
from tests.support.assistant_command import ROOT

TOOLS = ("tr", "dpkg", "rmdir", "wc", "basename", "install")

STANDINS = {
    "sudo": 'exec "$@"',
    "id": 'case "$1" in -u) echo 1000 ;; -un) echo tester ;; -nG) echo tester audio $(cat "$FAKE/groups") ;; esac',
    "uname": "echo aarch64",
    "nproc": "echo 4",
    "getent": "exit 0",
    "usermod": 'echo "usermod $*" >>"$FAKE_LOG"; echo "$2" >>"$FAKE/groups"',
    "gpasswd": 'echo "gpasswd $*" >>"$FAKE_LOG"',
    "loginctl": '[ "$1" = show-user ] && exec cat "$FAKE/linger"; echo "loginctl $*" >>"$FAKE_LOG"; '
    'echo yes >"$FAKE/linger"',
    "dpkg-query": 'eval "name=\\${$#}"; grep -qx "$name" "$FAKE/packages" && echo "install ok installed"',
    "apt-get": 'echo "apt-get $*" >>"$FAKE_LOG"; eval "name=\\${$#}"; [ "$name" != rpicam-apps-lite ] || exit 100; '
    '[ "$1" != install ] || echo "$name" >>"$FAKE/packages"',
    "systemctl": 'echo "systemctl $*" >>"$FAKE_LOG"\n'
    'case "$*" in get-default) cat "$FAKE/target"; exit ;; *restart*) exit $(cat "$FAKE/start-code") ;;\n'
    "*ExecMainStatus*) echo 226 ;; esac",
}  # fmt: skip


class Pi(Machine):
    """A Raspberry Pi of stand-ins."""

    def __init__(self, folder: Path, model: str = "Raspberry Pi 5 Model B Rev 1.0") -> None:
        super().__init__(folder)
        self.folder = folder
        for name in (
            "scripts/install-pi", "requirements-pi.lock", "deploy/sparc-assistant.service",
            "deploy/no-namespaces.conf",
        ):  # fmt: skip
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.root / name)
        for tool in TOOLS:
            if path := shutil.which(tool):
                (self.bin / tool).symlink_to(path)
        for name, script in STANDINS.items():
            self._write(self.bin / name, script)
        self._write(self.bin / "python3", FAKE_PYTHON.removeprefix("#!/bin/sh\n"))
        self._write(self.bin / "c++", "exit 0")
        state = folder / "state"
        for name, text in (
            ("groups", "video"), ("linger", "no"), ("packages", "python3-venv\nbuild-essential"),
            ("target", "multi-user.target"), ("start-code", "0"),
        ):  # fmt: skip
            state.mkdir(exist_ok=True)
            (state / name).write_text(text + "\n")
        (folder / "proc/device-tree").mkdir(parents=True)
        (folder / "proc/device-tree/model").write_bytes(model.encode() + b"\0")
        (folder / "proc/meminfo").write_text("MemTotal: 4000000 kB\n")
        self.environment |= {"FAKE": str(state), "SPARC_PI_ROOT": str(folder)}

    @staticmethod
    def _write(path: Path, script: str) -> None:
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def set(self, name: str, text: str) -> None:
        (self.folder / "state" / name).write_text(text + "\n")

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(self.root / "scripts/install-pi"), *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    @property
    def done(self) -> list[str]:
        return self.log.read_text().splitlines()

    @property
    def unit(self) -> Path:
        return self.folder / ".config/systemd/user/sparc-assistant.service"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def test_everything_is_put_in_place(pi: Pi) -> None:
    done = pi.install("--gpio", "17=button")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    said = done.stderr
    assert "This machine: Raspberry Pi 5 Model B Rev 1.0, with 3906 megabytes of memory." in said
    assert "llama.cpp will be built for armv8.2-a+dotprod+fp16. Compilers at once: 4." in said
    assert "KleidiAI is off, because nobody has measured whether it helps." in said
    assert "The package rpicam-apps-lite could not be installed. Continuing without it." in said
    assert (
        "Restart the machine once, so that you can use the devices of the new groups: sudo reboot"
        in said
    )
    assert pi.unit.read_text() == (ROOT / "deploy/sparc-assistant.service").read_text()
    command = pi.folder / ".local/bin/sparc-assistant"
    assert command.resolve() == (pi.root / ".venv/bin/sparc-assistant").resolve()
    assert any("requirements-pi.lock" in line for line in pi.done)
    assert "systemctl --user enable sparc-assistant.service" in pi.done
    assert "loginctl enable-linger tester" in pi.done
    assert [line for line in pi.done if line.startswith("usermod")] == [
        "usermod -aG input tester", "usermod -aG gpio tester",
    ]  # fmt: skip


def test_a_second_time_changes_nothing_more(pi: Pi) -> None:
    assert pi.install().returncode == 0
    first = list(pi.done)
    packages = pi.folder / "state/packages"
    packages.write_text(packages.read_text() + "rpicam-apps-lite\n")
    again = pi.install()
    assert again.returncode == 0, again.stderr
    assert "All packages are installed." in again.stderr
    more = pi.done[len(first) :]
    assert not [
        line for line in more if line.startswith(("apt-get", "usermod", "loginctl", "install"))
    ]
    assert "sudo reboot" not in again.stderr


def test_a_second_time_leaves_the_keypad_that_was_chosen(pi: Pi) -> None:
    assert "Keypad setting: any." in pi.install().stderr
    kept = pi.folder / "config.toml"
    kept.write_text('[headless]\nkeypad = "/dev/input/by-id/usb-SIGMA-event-kbd"\n')
    pi._write(
        pi.root / ".venv/bin/sparc-assistant",
        f'[ "$*" != "settings --path" ] || echo "{kept}"; echo "assistant $*" >>"$FAKE_LOG"',
    )
    pi.log.write_text("")
    again = pi.install()
    assert again.returncode == 0, again.stderr
    assert "Keypad setting" not in again.stderr
    assert not [line for line in pi.done if line.startswith("assistant settings keypad")]
    assert "Keypad setting: off." in pi.install("--keypad", "off").stderr
    assert "assistant settings keypad off" in pi.done


def test_undo_goes_on_where_something_was_undone_by_hand(pi: Pi) -> None:
    assert pi.install().returncode == 0
    for name in ("gpasswd", "loginctl"):
        pi._write(pi.bin / name, 'echo "failed $*" >>"$FAKE_LOG"; exit 3')
    pi._write(pi.bin / "apt-get", "exit 100")
    done = pi.install("--undo")
    assert done.returncode == 0, done.stderr
    assert "That did not work. It may have been undone before. Continuing." in done.stderr
    assert not (pi.root / ".venv").exists()
    assert "Undone." in done.stderr


def test_saved_pictures_are_for_their_owner_alone(pi: Pi) -> None:
    assert pi.install().returncode == 0
    assert (pi.folder / "Pictures/sparc-assistant").stat().st_mode & 0o777 == 0o700


def test_a_dry_run_changes_nothing(pi: Pi) -> None:
    before = sorted(path for path in pi.folder.rglob("*") if path != pi.log)
    done = pi.install("--dry-run")
    assert done.returncode == 0, done.stderr
    assert "  would run: sudo apt-get install -y --no-install-recommends espeak-ng" in done.stderr
    assert "  would run: systemctl --user restart sparc-assistant.service" in done.stderr
    assert sorted(path for path in pi.folder.rglob("*") if path != pi.log) == before
    assert pi.done == ["systemctl get-default"]


def test_undo_takes_back_what_was_done_and_nothing_else(pi: Pi) -> None:
    assert pi.install().returncode == 0
    shown = pi.install("--undo", "--dry-run")
    assert "  would run: sudo gpasswd -d tester input" in shown.stderr
    assert pi.unit.exists()
    first = len(pi.done)
    done = pi.install("--undo")
    assert done.returncode == 0, done.stderr
    undone = pi.done[first:]
    assert "systemctl --user disable --now sparc-assistant.service" in undone
    assert "loginctl disable-linger tester" in undone
    assert [line for line in undone if line.startswith("gpasswd")] == [
        "gpasswd -d tester input", "gpasswd -d tester gpio",
    ]  # fmt: skip
    removed = next(line for line in undone if line.startswith("apt-get remove"))
    assert "espeak-ng" in removed
    assert "build-essential" not in removed  # it was there before
    assert not pi.unit.exists()
    assert not (pi.root / ".venv").exists()
    assert not (pi.folder / ".local/bin/sparc-assistant").is_symlink()
    assert pi.install("--undo").returncode == 0  # twice is no harm


def test_without_user_namespaces_the_service_starts_without_what_needs_them(pi: Pi) -> None:
    pi.set("start-code", "1")
    done = pi.install()
    assert "Starting without that protection" in done.stderr
    conf = pi.unit.with_suffix(".service.d") / "no-namespaces.conf"
    assert "ProtectSystem=no" in conf.read_text()
    assert "systemctl --user restart sparc-assistant.service" in pi.done
    assert done.returncode == 69
    assert "The service does not start." in done.stderr  # it never does here


@pytest.mark.parametrize(
    ("model", "flags"),
    [
        ("Raspberry Pi 4 Model B Rev 1.5", "armv8-a."),
        ("Raspberry Pi 500 Rev 1.0", "armv8.2-a+dotprod+fp16."),
    ],
)
def test_the_board_decides_how_llama_is_built(tmp_path: Path, model: str, flags: str) -> None:
    done = Pi(tmp_path, model).install("--dry-run")
    assert f"llama.cpp will be built for {flags}" in done.stderr


def test_on_another_machine_nothing_of_a_raspberry_pi_is_assumed(pi: Pi) -> None:
    (pi.folder / "proc/device-tree/model").unlink()
    done = pi.install("--dry-run")
    assert "This machine: another kind of machine" in done.stderr
    assert "llama.cpp will be built for" not in done.stderr


def test_with_a_desktop_its_keyboard_is_left_to_it(pi: Pi) -> None:
    pi.set("target", "graphical.target")
    assert "Keypad setting: auto." in pi.install("--dry-run").stderr
    pi.set("target", "multi-user.target")
    assert "Keypad setting: any." in pi.install("--dry-run").stderr
    assert "Keypad setting: SIGMA." in pi.install("--dry-run", "--keypad", "SIGMA").stderr


@pytest.mark.parametrize("wrong", [("--dance",), ("--keypad",)])
def test_wrong_use_is_one_line(pi: Pi, wrong: tuple[str, ...]) -> None:
    done = pi.install(*wrong)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_root_is_refused(pi: Pi) -> None:
    pi._write(pi.bin / "id", "echo 0")
    done = pi.install()
    assert done.returncode == 69
    assert "not as root" in done.stderr
