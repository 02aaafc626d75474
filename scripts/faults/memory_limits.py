"""Too little memory: of addresses, as a shell limits them, and of real memory, as a control group does."""

from __future__ import annotations

import contextlib
import random
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.faults.person import ROOT, STREET, Person, Place, command, limited, must_be_plain
from scripts.faults.record import BrokenPromiseError

KNOWN_CODES = {0, 1, 2, 3, 4, 5, 6}
_GROUPS = Path("/sys/fs/cgroup")


def too_little_memory(at: Place, rng: random.Random) -> str:
    """Address space below what is needed: the description, or a sentence and an end code."""
    megabytes = rng.choice((300, 400, 500, 700, 900, 1200, 2000))
    code, said = described_under(at, {resource.RLIMIT_AS: megabytes << 20})
    return f"{megabytes} MB: code {code}, {said}"


def too_little_memory_at_the_keys(at: Place, rng: random.Random) -> str:
    """The same in a session: every key is answered."""
    megabytes = rng.choice((500, 700, 900, 1200))
    person = Person(at, limits={resource.RLIMIT_AS: megabytes << 20})
    return f"{megabytes} MB: {_keys_are_answered(person)}"


def too_little_memory_in_a_group(at: Place, rng: random.Random) -> str:
    """A control group's limit, as a service has one: the kernel ends a process that was trusted to fit.

    Never the front: it says what happened, and goes on answering.
    """
    megabytes = rng.choice((70, 80, 90, 100, 110, 120, 140))
    checked = rng.choice(((), ("--no-memory-check",)))
    with control_group(megabytes) as group:
        join = ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
        person = Person(at, *checked, prefix=join)
        said = _keys_are_answered(person)
    return f"{megabytes} MB{', unchecked' if checked else ''}: {said}"


def _keys_are_answered(person: Person) -> str:
    try:
        person.hear("Ready.")
        before = person.type("b")
        said = person.hear("Done.", "There is not", "The model p", "Nothing", "An", after=before)
        person.hear("Nothing is going on", "Working", after=person.type("s"))
        code = person.quit()
    finally:
        person.kill()
    if code != 0:
        raise BrokenPromiseError(f"code {code} after {said!r}")
    return said


def described_under(at: Place, limits: dict[int, int]) -> tuple[int, str]:
    """The end code and the last line of a description under limits of ``setrlimit``.

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


@contextlib.contextmanager
def control_group(megabytes: int) -> Iterator[Path]:
    """A group of this machine's memory controller, version 1 or 2, with a limit.

    Raises:
        BrokenPromiseError: this user cannot make one.
    """
    version_1 = _GROUPS / "memory"
    group = (version_1 if version_1.is_dir() else _GROUPS) / f"sparc-faults-{time.monotonic_ns()}"
    limit = "memory.limit_in_bytes" if version_1.is_dir() else "memory.max"
    try:
        group.mkdir()
    except OSError as error:
        raise BrokenPromiseError(
            f"this scenario needs the right to make a group: {error}"
        ) from error
    try:
        if not (group / limit).exists():
            raise BrokenPromiseError("this scenario needs the right to make a group: no controller")
        (group / limit).write_text(str(megabytes << 20))
        yield group
    finally:
        for _ in range(100):  # the kernel takes a moment to notice that it is empty
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)
