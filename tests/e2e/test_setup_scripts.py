"""The set-up scripts on machines that lack something: one sentence each, and the command that mends it.

Each test runs a copy of the scripts in a folder of its own with a PATH of its own; nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import assistant
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "scripts/run", "scripts/test", "scripts/lib-setup.sh", "requirements.lock",
    "requirements-dev.lock", "requirements-build.lock", "requirements-weights.lock", "pyproject.toml", "setup.py",
)  # fmt: skip
TOOLS = (
    "sh", "dirname", "readlink", "cat", "cksum", "df", "awk", "rm", "mkdir", "grep", "tail", "date",
    "sleep", "sed", "kill", "flock", "setsid", "env", "ls", "touch", "chmod", "ln",
)  # fmt: skip
SETUP_FAILED = 69

FAKE_PYTHON = r"""#!/bin/sh
# A Python that can be too old, without venv, offline, slow, or good.
case "$*" in
*"version_info < (3, 11)"*) exit ${FAKE_TOO_OLD:-0} ;;
*python_version*) echo 3.9.2 ;;
*"-m assistant"*) echo "assistant without set-up got: $*"; echo "$PYTHONPATH" ;;
*"import venv, ensurepip"*) exit ${FAKE_NO_VENV:-0} ;;
*"-m venv"*)
    eval "target=\${$#}"
    mkdir -p "$target/bin"
    cp "$0" "$target/bin/python"
    echo made >> "$FAKE_LOG" ;;
*find_spec*) exit ${FAKE_NO_LLAMA:-0} ;;
*"cache list"*) exit 0 ;;
*"pip --version"*) exit 0 ;;
*" install "*)
    echo "install $*" >> "$FAKE_LOG"
    [ -z "$FAKE_PIP_SAYS" ] || { echo "$FAKE_PIP_SAYS" >&2; exit 1; }
    sleep ${FAKE_PIP_TAKES:-0}
    while [ -e "${FAKE_PIP_WAITS:-}" ]; do sleep 0.05; done
    case "$*" in
    *" -e "*)
        bin=${0%/*}
        printf '#!/bin/sh\necho "assistant got: $*"\nexit ${FAKE_APP_CODE:-0}\n' > "$bin/sparc-assistant"
        chmod +x "$bin/sparc-assistant" ;;
    esac ;;
esac
"""


class Machine:
    """A folder with the scripts, and a PATH with only what a test grants."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.bin.mkdir(parents=True)
        self.log.touch()
        for name in FILES:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.root / name)
        for tool in (*TOOLS, "cp", "printf"):
            path = shutil.which(tool)
            if path:
                (self.bin / tool).symlink_to(path)
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "FAKE_LOG": str(self.log),
            "SPARC_SETUP_NEEDED_MB": "1",
            "SPARC_SETUP_HEARTBEAT_S": "25",
        }

    def give(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "scripts" / "run"), *arguments],
            env=self.environment | extra,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    @property
    def installs(self) -> int:
        return self.count("install")

    def count(self, what: str) -> int:
        """How often something was done, by the first word of its line in the log."""
        return sum(line.split()[0] == what for line in self.log.read_text().splitlines())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.give("python3", FAKE_PYTHON)
    made.give("c++", "#!/bin/sh\nexit 0\n")
    return made


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.stdout == "", "stdout belongs to the program"
    return done.stderr.splitlines()


def test_first_run_sets_up_and_second_does_not(machine: Machine) -> None:
    first = machine.run("describe", "a b.png")
    assert first.returncode == 0, first.stderr
    assert first.stdout == "assistant got: describe a b.png\n"
    assert "Set-up is done." in first.stderr
    installs = machine.installs
    second = machine.run("ask")
    assert (second.stdout, second.stderr) == ("assistant got: ask\n", "")
    assert machine.installs == installs


def test_the_programs_exit_code_is_passed_on(machine: Machine) -> None:
    assert machine.run("describe", FAKE_APP_CODE="3").returncode == 3


def test_from_anywhere_and_through_a_link(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(machine.root / "scripts" / "run")
    machine.run()
    done = subprocess.run(
        [str(tmp_path / "link"), "x"],
        env=machine.environment,
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "assistant got: x\n", "")


def test_the_build_is_announced_and_has_a_heartbeat(machine: Machine) -> None:
    done = machine.run(FAKE_NO_LLAMA="1", FAKE_PIP_TAKES="1.5", SPARC_SETUP_HEARTBEAT_S="1")
    assert done.returncode == 0, done.stderr
    assert "Building llama.cpp from source. This takes 5 to 15 minutes" in done.stderr
    assert done.stderr.count("Still installing,") >= 2


@pytest.mark.parametrize(
    ("environment", "sentence", "mending"),
    [
        ({"FAKE_TOO_OLD": "1"}, "this machine has Python 3.9.2.", "sudo apt install python3.11"),
        ({"FAKE_NO_VENV": "1"}, "venv module is missing.", "sudo apt install python3-venv"),
        (
            {"SPARC_SETUP_NEEDED_MB": "999999999"},
            "needs 999999999 megabytes and has ",
            "delete files",
        ),
        (
            {"FAKE_PIP_SAYS": "NewConnectionError: Temporary failure in name resolution"},
            "There is no network",
            "connect to the internet",
        ),
        ({"FAKE_PIP_SAYS": "OSError: [Errno 28] No space left on device"}, "The disk is full", "delete"),
        ({"FAKE_PIP_SAYS": "ninja: build stopped"}, "could not be built", "build-essential"),
        ({"FAKE_PIP_SAYS": "DO NOT MATCH THE HASHES: THESE PACKAGES DO NOT MATCH THE HASHES"},
         "not the one that the lock file names", "run this again"),
        ({"FAKE_PIP_SAYS": "something odd"}, "Installing failed", "tail -n 20"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(
    machine: Machine, environment: dict[str, str], sentence: str, mending: str
) -> None:
    done = machine.run(**environment)
    assert done.returncode == SETUP_FAILED
    *_, said, mend = lines(done)
    assert sentence in said
    assert mend.startswith("To fix it: ")
    assert mending in mend
    again = machine.run()
    assert again.returncode == 0, "the next run goes on where this one ended"


def test_no_python_at_all(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    done = machine.run()
    assert done.returncode == SETUP_FAILED
    assert "no Python was found" in lines(done)[-2]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["describe", "--help"]])
def test_help_and_version_start_no_set_up(machine: Machine, arguments: list[str]) -> None:
    done = machine.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"assistant without set-up got: -m assistant {' '.join(arguments)}",
        str(machine.root),
    ]
    assert (done.stderr, machine.installs) == ("", 0)
    assert not (machine.root / ".venv").exists()
    machine.run()
    assert machine.run(*arguments).stdout == f"assistant got: {' '.join(arguments)}\n"


def test_help_and_version_where_python_is_too_old(machine: Machine) -> None:
    (machine.root / "assistant").mkdir()
    shutil.copy(ROOT / "assistant" / "__init__.py", machine.root / "assistant")
    helped = machine.run("--help", FAKE_TOO_OLD="1")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert f"For example: '{machine.root}/scripts/run' describe PICTURE" in helped.stdout
    assert "sudo apt install python3.11" in helped.stdout
    assert machine.run("--version", FAKE_TOO_OLD="1").stdout == f"{assistant.__version__}\n"


def test_the_real_command_line_helps_before_anything_is_installed() -> None:
    """Nothing that --help and --version load has to be installed."""
    for option in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-S", "-m", "assistant", option],
            cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_silence_is_told_before_the_build(machine: Machine) -> None:
    told = machine.run(FAKE_NO_LLAMA="1").stderr.splitlines()
    missing = "The program aplay is missing, so you will hear nothing. The text comes all the same."
    assert told.index(missing) < told.index("Installing the assistant. This happens once.")
    assert "To fix it: sudo apt install alsa-utils" in told
    assert missing not in machine.run().stderr
    (machine.root / ".venv" / "stamp-requirements.lock").unlink()
    machine.give("aplay", "#!/bin/sh\n")
    assert "aplay" not in machine.run().stderr


def test_hints_name_the_script_as_it_was_typed(machine: Machine) -> None:
    machine.run()
    program = machine.root / ".venv" / "bin" / "sparc-assistant"
    program.write_text('#!/bin/sh\necho "$SPARC_STARTED_AS"\n')
    done = subprocess.run(
        ["./scripts/run"], cwd=machine.root, env=machine.environment, capture_output=True, text=True
    )
    assert done.stdout == "./scripts/run\n"
    assert machine.run().stdout == f"'{machine.root}/scripts/run'\n"


@pytest.mark.parametrize("has_broken_compiler", [True, False])
def test_no_compiler(machine: Machine, has_broken_compiler: bool) -> None:
    (machine.bin / "c++").unlink()
    if has_broken_compiler:  # as without the C++ library's headers
        machine.give("g++", "#!/bin/sh\nexit 1\n")
    done = machine.run(FAKE_NO_LLAMA="1")
    assert done.returncode == SETUP_FAILED
    assert "compiler is needed" in lines(done)[-2]
    assert "sudo apt install build-essential" in lines(done)[-1]
    built = machine.run()  # llama.cpp is there already: no compiler is needed
    assert built.returncode == 0, built.stderr


def test_a_half_made_or_moved_environment_is_mended(machine: Machine) -> None:
    machine.run()
    (machine.root / ".venv" / "bin" / "python").unlink()
    assert machine.run("again").stdout == "assistant got: again\n"
    (machine.root / ".venv" / "bin" / "sparc-assistant").unlink()
    assert machine.run("again").stdout == "assistant got: again\n"
    made = machine.count("made")
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    assert machine.run("again").stdout == "assistant got: again\n"
    assert machine.count("made") == made + 1


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.run()
    installs = machine.installs
    with (machine.root / "requirements.lock").open("a") as lock:
        lock.write("# newer\n")
    machine.run()
    assert machine.installs > installs


def test_an_interrupted_set_up_ends_its_children_and_goes_on_later(machine: Machine) -> None:
    environment = machine.environment | {"FAKE_PIP_TAKES": "31.987"}
    front = subprocess.Popen(
        [str(machine.root / "scripts" / "run")],
        env=environment, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: machine.installs)
    front.send_signal(signal.SIGTERM)
    _, said = front.communicate(timeout=120)
    assert front.returncode == 130
    assert said.splitlines()[-1] == "Stopped. Run this again to continue."
    wait_until(
        lambda: "31.987" not in subprocess.run(["ps", "ax"], capture_output=True, text=True).stdout,
        timeout_s=20.0,  # before it would end by itself
    )
    assert machine.run("later").stdout == "assistant got: later\n"


def test_two_at_once_wait_for_each_other(machine: Machine, tmp_path: Path) -> None:
    hold, said = tmp_path / "hold", tmp_path / "said"
    hold.touch()

    def start(number: int, **streams: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(machine.root / "scripts" / "run"), str(number)],
            env=machine.environment | {"FAKE_PIP_WAITS": str(hold)},
            stdout=subprocess.PIPE, text=True, **streams,
        )  # fmt: skip

    first = start(1, stderr=subprocess.DEVNULL)
    wait_until(lambda: machine.installs)
    with said.open("w") as stream:
        second = start(2, stderr=stream)
    wait_until(lambda: "Another set-up is already running" in said.read_text(), said.read_text)
    hold.unlink()
    outputs = [process.communicate(timeout=120)[0] for process in (first, second)]
    assert outputs == ["assistant got: 1\n", "assistant got: 2\n"]
    assert machine.installs == 4


def test_a_folder_that_cannot_be_written(machine: Machine) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    machine.root.chmod(0o555)
    done = machine.run()
    machine.root.chmod(0o755)
    assert done.returncode == SETUP_FAILED
    assert "cannot be written" in done.stderr


def test_the_lock_names_no_host_and_has_every_dependency() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index" not in text
    for name in (
        "llama-cpp-python==0.3.36", "numpy==", "pillow==", "pyttsx3==2.99", "platformdirs==",
        "opencv-python-headless==", "textual==", "gguf==", "espeakng-loader==",
    ):  # fmt: skip
        assert f"\n{name}" in f"\n{text}"
    assert sys.version_info >= (3, 11)
