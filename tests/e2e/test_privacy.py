"""No picture, sound or word leaves the machine or touches a disk, unless it is saved; docs/privacy.md states it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.system import child_process
from tests.support import system_calls
from tests.support.assistant_command import ROOT, STREET, Command
from tests.support.camera_sources import write_video
from tests.support.fake_player import FakePlayer
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model
traced = pytest.mark.skipif(bool(system_calls.why_not()), reason=system_calls.why_not() or "-")
_CANNOT_UNSHARE = (
    subprocess.run(["unshare", "-rn", "true"], capture_output=True).stderr.decode().strip()
)


@pytest.fixture
def runtime(player: FakePlayer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder in memory, as a system has it, and a player that keeps nothing."""
    (player.folder / "aplay").write_text("#!/bin/sh\nexit 0\n")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def is_listed(path: Path, runtime: Path) -> bool:
    """Whether a path is on the list of docs/privacy.md: the null device, sound in memory, what the kernel is told."""
    return (
        path == Path("/dev/null")
        or runtime in path.parents
        or path.match("/proc/[0-9]*/oom_score_adj")
        or path.match("/proc/[0-9]*/autogroup")
    )


def no_network(calls: system_calls.SystemCalls) -> bool:
    pairs = calls.of("socketpair")
    assert pairs, "the processes talk over pairs that no other process can open"
    assert all("AF_UNIX" in line or "resumed" in line for line in pairs)
    return calls.of("socket", "connect", "bind", "listen", "accept", "accept4") == []


@traced
def test_describing_opens_no_connection_and_writes_no_file(
    embedded: Command, runtime: Path, tmp_path: Path
) -> None:
    calls = system_calls.record(embedded.line("describe", STREET), tmp_path / "calls", os.environ)
    assert "Done." in calls.output
    assert no_network(calls)
    assert [path for path in calls.written() if not is_listed(path, runtime)] == []
    assert list(runtime.iterdir()) == []
    programs = {
        line.split('"')[1] for line in calls.of("execve") if " = 0" in line or "unfinished" in line
    }
    assert not [name for name in programs if name.endswith(("/sh", "/bash"))], "no shell is started"
    hidden = [line for line in calls.of("prctl") if "PR_SET_DUMPABLE, SUID_DUMP_DISABLE" in line]
    assert len(hidden) == 5, "the program, the model's process, the pictures', and two voices'"
    texts = [line for line in calls.output.splitlines() if line]
    assert not [line for line in calls.of("execve") if any(text in line for text in texts)]


@traced
def test_a_session_writes_what_is_saved_and_nothing_else(
    embedded: Command, runtime: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    options = ("--camera", str(STREET), "--notice-acknowledged", "yes", "--save-folder", str(saved))
    calls = system_calls.record(
        embedded.line("plain", *options), tmp_path / "calls", os.environ, typed="b\n"
    )
    assert "Done." in calls.output
    assert no_network(calls)
    assert [path for path in calls.written() if not is_listed(path, runtime)] == []
    assert not saved.exists(), "history lives in memory alone"


def test_saved_files_are_for_their_owner_alone(
    embedded: Command, runtime: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    assistant = TypedAssistant(
        embedded, "--camera", str(STREET), "--notice-acknowledged", "yes", "--save-folder", str(saved)
    )  # fmt: skip
    try:
        assistant.type("b")
        assistant.hear("Done.")
        assistant.type("v")
        assistant.hear("Saved in ")
        assert stat.S_IMODE(saved.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in saved.iterdir()} == {0o600}
        assert len(list(saved.iterdir())) == 2
        assert assistant.quit() == 0
    finally:
        assistant.kill()


@pytest.mark.skipif(bool(_CANNOT_UNSHARE), reason=f"no network namespace: {_CANNOT_UNSHARE}")
def test_all_of_it_works_without_any_network(embedded: Command, runtime: Path) -> None:
    options = ("--camera", str(STREET), "--notice-acknowledged", "yes")
    for name, typed in (("describe", ""), ("plain", "b\n")):
        line = embedded.line(name, *((STREET,) if name == "describe" else options))
        done = subprocess.run(
            ["unshare", "-rn", *line], input=typed, capture_output=True, text=True, timeout=120, cwd=ROOT
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Done." in done.stderr
        assert done.stdout.strip()
        assert "Speech does not work" not in done.stderr


def test_the_log_holds_no_description(embedded: Command, runtime: Path) -> None:
    done = embedded.run("describe", STREET, "--verbose")
    sentences = [line for line in done.stdout.splitlines() if line]
    assert len(sentences) >= 2
    assert "llama.cpp" in done.stderr, "the log is really there"
    assert not [sentence for sentence in sentences if sentence.rstrip(".") in done.stderr]


def test_the_log_holds_no_question(embedded: Command, runtime: Path) -> None:
    asked = ("Is there a zebrafinch here?", "And a marmalade jar beside it?")
    done = embedded.run("ask", STREET, *asked, "--verbose")
    assert done.returncode == 0, done.stderr
    logged = [line for line in done.stderr.splitlines() if line.startswith("llama.cpp: ")]
    assert logged, "the log is really there"
    assert "ASSISTANT:" not in done.stderr, "no prompt either"
    assert not [line for line in logged if "zebrafinch" in line or "marmalade" in line]


@pytest.fixture
def at_rest(embedded: Command, runtime: Path) -> Iterator[TypedAssistant]:
    """A session that has answered, with all its processes."""
    assistant = TypedAssistant(
        embedded, "--camera", str(STREET), "--notice-acknowledged", "yes", "--look-ahead", "off"
    )
    try:
        assistant.type("b")
        assistant.hear("Done.")
        yield assistant
        assert assistant.quit() == 0
    finally:
        assistant.kill()


def children_of(pid: int) -> dict[int, str]:
    """The command line of each process that a process started."""
    done = subprocess.run(
        ["ps", "-wwo", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True
    )
    lines = (line.split(maxsplit=1) for line in done.stdout.splitlines())
    return {int(number): arguments for number, arguments in lines}


def test_no_process_can_dump_its_memory(at_rest: TypedAssistant) -> None:
    mine = at_rest.process.pid
    pids = [mine, *children_of(mine)]
    assert len(pids) >= 5, "front, model, picture, and two voices"
    for pid in pids:
        limits = Path(f"/proc/{pid}/limits").read_text()
        (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"]


def test_where_memory_runs_out_the_front_is_ended_last(at_rest: TypedAssistant) -> None:
    mine = at_rest.process.pid
    # A sign's player may be there as well.
    children = {pid: line for pid, line in children_of(mine).items() if sys.executable in line}
    assert len(children) >= 4, "model, picture, and two voices"
    front = _oom_score_adj(mine)
    ranks = {
        "inference.worker": child_process.MODEL_GIVES_WAY,
        "camera": child_process.PICTURES_GIVE_WAY,
    }
    for pid, line in children.items():
        by = next((by for name, by in ranks.items() if name in line), child_process.VOICE_GIVES_WAY)
        assert _oom_score_adj(pid) == min(1000, front + by) > front


def _oom_score_adj(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root without setpriv"
)
def test_no_process_can_be_read_by_other_programs_of_the_user(
    embedded: Command, runtime: Path, tmp_path: Path
) -> None:
    write_video(tmp_path / "video.avi", 20)
    assistant = TypedAssistant(
        _Unprivileged(embedded.model), "--camera", str(tmp_path / "video.avi"),
        "--notice-acknowledged", "yes", "--look-ahead", "off", "--anyway",
    )  # fmt: skip
    try:
        assistant.type("b")
        assistant.hear("Done.", timeout_s=120.0)
        mine = assistant.process.pid
        ours = {pid: line for pid, line in children_of(mine).items() if sys.executable in line}
        names = ("inference.worker", "grabber.py", "pyttsx3_worker.py")
        assert all(any(name in line for line in ours.values()) for name in names)
        assert [pid for pid in (mine, *ours) if _is_readable(pid)] == []
        other = subprocess.Popen([*_NO_RIGHTS, "sleep", "60"])
        try:
            wait_until(lambda: _is_readable(other.pid))
        finally:
            other.kill()
            other.wait()
    finally:
        assistant.kill()


_NO_RIGHTS = (
    ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    if os.geteuid() == 0
    else ()
)
"""Root may read every process; as a user has it, this is tried without its rights."""


class _Unprivileged(Command):
    def line(self, *arguments: str | Path) -> list[str]:
        return [*_NO_RIGHTS, *super().line(*arguments)]


def _is_readable(pid: int) -> bool:
    line = [*_NO_RIGHTS, "cat", f"/proc/{pid}/maps"]
    return subprocess.run(line, capture_output=True).returncode == 0


def test_memory_is_hidden_from_other_programs() -> None:
    code = (
        "import ctypes; from assistant.system.limits import hide_memory; hide_memory();"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_a_file_in_the_current_folder_does_not_pass_for_a_library(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('hurt')")
    (tmp_path / "numpy.py").write_text("raise SystemExit('hurt')")
    command = child_process.command("assistant.doctor.probe")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "hurt" not in done.stdout + done.stderr
    assert '"version"' in done.stdout
