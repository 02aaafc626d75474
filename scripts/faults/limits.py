"""Too little memory, too few descriptors and processes, as a shell or a control group limits them."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.bench.report import ROOT
from scripts.faults.person import STREET, Person, Place, command, limited, must_be_plain
from scripts.faults.record import BrokenPromiseError

KNOWN_CODES = {0, 1, 2, 3, 4, 5, 6}
_GROUPS = Path("/sys/fs/cgroup")


def too_little_memory(at: Place, rng: random.Random) -> str:
    """Address space below what is needed: the description, or a sentence and an end code."""
    megabytes = rng.choice((300, 400, 500, 700, 900, 1200, 2000))
    code, said = described_under(at, {resource.RLIMIT_AS: megabytes << 20})
    return f"{megabytes} MB: code {code}, {said}"


def too_little_memory_at_the_keys(at: Place, rng: random.Random) -> str:
    """Expect every key to be answered in a session with too little address space."""
    megabytes = rng.choice((500, 700, 900, 1200))
    person = Person(at, limits={resource.RLIMIT_AS: megabytes << 20})
    return f"{megabytes} MB: {_keys_are_answered(person)}"


def too_little_memory_in_a_group(at: Place, rng: random.Random) -> str:
    """Expect answers under a control group's limit, where the kernel ends a process that was trusted to fit.

    Never the front: it says what happened, and goes on answering. Half of the time the programs are not in memory
    beforehand, as after a start of the machine: their pages are then the group's, and are what the kernel throws away
    first.
    """
    megabytes = rng.choice((60, 70, 80, 90, 100, 110, 120, 140))
    checked = rng.choice(((), ("--no-memory-check",)))
    is_cold = rng.random() < 0.5
    if is_cold:
        _forget_programs()
    with control_group("memory", str(megabytes << 20)) as group:
        person = Person(at, *checked, prefix=_joining(group))
        said = _keys_are_answered(person)
    how = [", unchecked"] * bool(checked) + [", cold"] * is_cold
    return f"{megabytes} MB{''.join(how)}: {said}"


def _forget_programs() -> None:
    """Has libraries leave the page cache, as far as no running program uses them."""
    for folder in {sys.prefix, sys.base_prefix}:
        for path in Path(folder, "lib").rglob("*.so*"):
            with contextlib.suppress(OSError), path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def too_few_processes(at: Place, rng: random.Random) -> str:
    """Expect a sentence and an end code, or answers, in a group with room for few processes and threads."""
    n = rng.randrange(1, 26)
    with control_group("pids", str(n)) as group:
        person = Person(at, prefix=_joining(group))
        try:
            person.hear("Ready.", "No more programs", "The model process cannot", timeout_s=30)
            if person.has_ended_within(2.0):
                code = person.end()
                if code not in KNOWN_CODES or code == 0:
                    raise BrokenPromiseError(f"{n} processes: code {code}, {person.lines[-5:]}")
                return f"{n} processes: code {code}, {person.lines[-2]}"
            said = _keys_are_answered(person)
        finally:
            person.kill()
    return f"{n} processes: {said}"


def too_few_descriptors(at: Place, rng: random.Random) -> str:
    """Expect a description, or a sentence and an end code, under a limit on open files."""
    n = rng.choice((8, 12, 16, 24, 32))
    code, said = described_under(at, {resource.RLIMIT_NOFILE: n})
    return f"{n} files: code {code}, {said}"


_ANSWERS = (
    "Done.",
    "There is not",
    "The model p",
    "The program that",
    "No more programs",
    "Speech does",
    "An",
)


def _keys_are_answered(person: Person) -> str:
    try:
        person.hear("Ready.")
        said = person.hear_or_be_told(*_ANSWERS, after=person.type("b"))
        person.hear("", after=person.type("s"), timeout_s=20)
        code = person.quit()
    finally:
        person.kill()
    if code != 0:
        raise BrokenPromiseError(f"code {code} after {said!r}")
    return said


def _joining(group: Path) -> tuple[str, ...]:
    return ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")


def described_under(at: Place, limits: dict[int, int]) -> tuple[int, str]:
    """Describe, and return the end code and the last line, under limits of ``setrlimit``.

    Raises:
        BrokenPromiseError: it ended in another way, or silently.
    """
    done = subprocess.run(
        command("describe", STREET, "--max-tokens", "8"), env=at.environment, cwd=ROOT, timeout=180,
        capture_output=True, text=True, preexec_fn=limited(limits),
    )  # fmt: skip
    lines = (done.stdout + done.stderr).splitlines()
    must_be_plain(lines)
    if done.returncode not in KNOWN_CODES or not lines:
        raise BrokenPromiseError(f"{limits}: code {done.returncode}, {lines[-5:]}")
    return done.returncode, lines[-1]


_LIMIT_FILES = {"memory": ("memory.limit_in_bytes", "memory.max"), "pids": ("pids.max", "pids.max")}
"""What the limit is called in version 1 of control groups, and in version 2."""


@contextlib.contextmanager
def control_group(controller: str, limit: str) -> Iterator[Path]:
    """Make a control group with a limit of one controller.

    Raises:
        BrokenPromiseError: this user cannot make one.
    """
    is_version_1 = (_GROUPS / controller).is_dir()
    parent = _GROUPS / controller if is_version_1 else _GROUPS
    group = parent / f"sparc-faults-{time.monotonic_ns()}"
    file = group / _LIMIT_FILES[controller][0 if is_version_1 else 1]
    try:
        group.mkdir()
    except OSError as error:
        raise BrokenPromiseError(
            f"this scenario needs the right to make a group: {error}"
        ) from error
    try:
        if not file.exists():
            raise BrokenPromiseError("this scenario needs the right to make a group: no controller")
        file.write_text(limit)
        yield group
    finally:
        for _ in range(100):  # the kernel takes a moment to notice that it is empty
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)
