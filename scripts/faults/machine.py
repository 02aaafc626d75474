"""A hostile machine: too little memory, full and read-only disks, clocks that jump, devices that come and go."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable

from scripts.faults.limits import (
    too_few_descriptors,
    too_few_processes,
    too_little_memory,
    too_little_memory_at_the_keys,
    too_little_memory_in_a_group,
)
from scripts.faults.person import Person, Place, place
from scripts.faults.record import BrokenPromiseError, Record, run_cases

_DONE = "Done."
Scenario = Callable[[Place, random.Random], str]


def full_disk(at: Place, _rng: random.Random) -> str:
    """No byte can be written: neither saved nor set, and nothing half written is left."""
    return _unwritable(at, "size=4k,nr_inodes=1")


def read_only_home(at: Place, _rng: random.Random) -> str:
    """Expect all but saving to work in a home that cannot be written to."""
    return _unwritable(at, "ro")


def _unwritable(at: Place, mount_options: str) -> str:
    home, saved = at.folder / "home", at.folder / "saved"
    # In a mount namespace of its own, so that nobody else sees the mounts.
    script = "; ".join(
        f"mount -t tmpfs -o {mount_options} none {folder}" for folder in (home, saved)
    )
    prefix = ("unshare", "-m", "sh", "-c", f'{script}; exec "$@"', "sh")
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        raise BrokenPromiseError("this scenario needs the right to mount: run it as root")
    person = Person(at, prefix=prefix)
    try:
        person.hear("Ready.")
        person.hear(_DONE, after=person.type("b"))
        saved_said = person.hear(
            "It could not be saved", "The picture", "Saved in", "Nothing", after=person.type("v")
        )
        set_said = person.hear("The settings file", after=person.type(", rate 240"))
        person.hear(_DONE, after=person.type("b"))
        code = person.quit()
    finally:
        person.kill()
    if code != 0 or saved_said.startswith("Saved in"):
        raise BrokenPromiseError(f"code {code}, {saved_said}")
    return f"{saved_said} {set_said}"[:300]


def full_sound_folder(at: Place, _rng: random.Random) -> str:
    """Expect a sentence, and the text all the same, where the folder for sound is full."""
    person = Person(at, limits={resource.RLIMIT_FSIZE: 4000})
    try:
        person.hear("Speech does not work")
        person.hear(_DONE, after=person.type("b"))
        code = person.quit()
    finally:
        person.kill()
    if code != 0:
        raise BrokenPromiseError(f"code {code}")
    return "told, text came"


_CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long jump(void) {
    FILE *file = fopen(getenv("CLOCK_JUMP"), "r");
    long seconds = 0;
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}
int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(id, now);
    if (id == CLOCK_REALTIME) now->tv_sec += jump();
    return status;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


def clock_jumps(at: Place, rng: random.Random) -> str:
    """Let the wall clock jump by years meanwhile, as on a machine without a battery for it."""
    library, jump = at.folder / "clock.so", at.folder / "jump"
    (at.folder / "clock.c").write_text(_CLOCK)
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", library, at.folder / "clock.c", "-ldl"], check=True
    )
    jump.write_text("0")
    environment = {"LD_PRELOAD": str(library), "CLOCK_JUMP": str(jump)}
    jumps = [rng.choice((-1, 1)) * rng.choice((3600, 86_400, 10**7, 10**9)) for _ in range(4)]
    person = Person(at, environment=environment)
    try:
        person.hear("Ready.")
        for seconds in jumps:
            before = person.type("b")
            time.sleep(rng.uniform(0, 0.5))
            (at.folder / "jump.new").write_text(str(seconds))
            os.replace(at.folder / "jump.new", jump)
            person.hear(_DONE, after=before, timeout_s=30)
        person.hear("Saved in", after=person.type("v"))
        person.hear("Stopped", "There is nothing", "Nothing", after=person.type(" "))
        code = person.quit()
    finally:
        person.kill()
    if code != 0 or any("Still working" in line for line in person.lines):
        raise BrokenPromiseError(f"code {code}: {person.lines[-8:]}")
    return f"jumps of {jumps} s"


def all_paused(at: Place, rng: random.Random) -> str:
    """Every process stands still for longer than a worker's patience, as when a lid is closed: nothing is given up."""
    person = Person(at)
    try:
        person.hear("Ready.")
        for _ in range(2):
            before = person.type("d")
            time.sleep(rng.uniform(0, 0.6))
            # The front goes on last: it must not meet a worker that still stands still.
            processes = sorted(at.processes(), key=lambda pid: pid == person.process.pid)
            for signum, rest_s in ((signal.SIGSTOP, rng.uniform(4, 6)), (signal.SIGCONT, 0.0)):
                for pid in processes:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signum)
                time.sleep(rest_s)
            person.hear(_DONE, after=before, timeout_s=30)
        code = person.quit()
    finally:
        person.kill()
    restarted = [line for line in person.lines if line.startswith("The model stopped")]
    if code != 0 or restarted:
        raise BrokenPromiseError(f"code {code}, {restarted}")
    return "went on"


def camera_unplugged(at: Place, rng: random.Random) -> str:
    """End a stream in the middle and bring it back: a sentence, then pictures again."""
    from tests.support.camera_sources import MjpegServer

    server = MjpegServer()
    person = Person(at, "--camera", server.url, "--look-ahead", rng.choice(("on", "off")))
    try:
        person.hear("Ready.")
        person.hear(_DONE, after=person.type("b"))
        time.sleep(rng.uniform(0, 1.0))
        if rng.random() < 0.5:
            server.close()
        else:
            server.is_stalled.set()
        said = person.hear("The network camera", after=person.type("d"), timeout_s=40)
        server.close()
        server = MjpegServer(port=server.port)
        person.hear(_DONE, after=person.type("b"), timeout_s=40)
        code = person.quit()
    finally:
        person.kill()
        server.close()
    if code != 0:
        raise BrokenPromiseError(f"code {code}")
    return said


def sound_device_gone_and_back(at: Place, rng: random.Random) -> str:
    """Let the player fail for a while: one sentence, the text comes, and then it speaks again."""
    person = Person(at)
    try:
        person.hear("Ready.")
        person.hear(_DONE, after=person.type("b"))
        at.player.play('echo "aplay: main:850: audio open error: No such device" >&2; exit 1')
        for _ in range(rng.randrange(2, 4)):
            person.hear(_DONE, after=person.type("b"))
        told = [line for line in person.lines if line.startswith("Speech does not work")]
        at.player.play("sleep 0.02")
        time.sleep(5.5)
        played = at.player.n_played
        person.hear(_DONE, after=person.type("b"))
        end = time.monotonic() + 10
        while at.player.n_played <= played and time.monotonic() < end:
            time.sleep(0.05)
        if at.player.n_played <= played or len(told) != 1:
            raise BrokenPromiseError(
                f"played {at.player.n_played - played} after it came back, told {told}"
            )
        code = person.quit()
    finally:
        person.kill()
    if code != 0:
        raise BrokenPromiseError(f"code {code}")
    return told[0]


def two_at_once(at: Place, _rng: random.Random) -> str:
    """Two assistants with one home: both answer, and neither loses the other's settings."""
    one, other = Person(at), Person(at)
    try:
        for person in (one, other):
            person.hear("Ready.")
        befores = [person.type("b") for person in (one, other)]
        for person, before in zip((one, other), befores, strict=True):
            person.hear(_DONE, after=before, timeout_s=90)
        one.type(", rate 240")
        other.type(", max-tokens 77")
        one.hear("rate is now 240")
        other.hear("max-tokens is now 77")
        codes = one.quit(), other.quit()
    finally:
        one.kill()
        other.kill()
    kept = next((at.folder / "home").rglob("config.toml")).read_text()
    if codes != (0, 0) or "rate = 240" not in kept or "max_tokens = 77" not in kept:
        raise BrokenPromiseError(f"codes {codes}, kept {kept!r}")
    return "both answered, both settings kept"


def front_killed(at: Place, rng: random.Random) -> str:
    """Kill the front itself at a random moment: nothing is left, and the next start works."""
    person = Person(at)
    signum = rng.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT))
    with contextlib.suppress(BrokenPromiseError):
        if rng.random() < 0.8:
            person.hear("Ready.")
            person.type("d")
    time.sleep(rng.uniform(0, 1.5))
    person.process.send_signal(signum)
    try:
        code = person.end(20)
    finally:
        person.kill()
    at.must_be_empty()
    again = Person(at)
    try:
        again.hear("Ready.")
        again.hear(_DONE, after=again.type("b"))
        again.quit()
    finally:
        again.kill()
    return f"{signum.name}: code {code}"


SCENARIOS: tuple[Scenario, ...] = (
    too_little_memory, too_little_memory_at_the_keys, too_little_memory_in_a_group, too_few_descriptors,
    too_few_processes, full_disk, read_only_home, full_sound_folder, clock_jumps, all_paused, camera_unplugged,
    sound_device_gone_and_back, two_at_once, front_killed,
)  # fmt: skip


def run_scenario(scenario: Scenario, rng: random.Random) -> str:
    """Run one in a place of its own, which must be empty afterwards; return what came of it.

    Raises:
        BrokenPromiseError: a promise was broken.
    """
    with place() as at:
        detail = scenario(at, rng)
        at.must_be_empty()
    return detail


def run(record: Record, count: int, minutes: float) -> int:
    """Run what is missing of ``count`` scenarios, in turn; see ``run_cases``."""

    def one(number: int, rng: random.Random) -> tuple[str, str, str]:
        scenario = SCENARIOS[number % len(SCENARIOS)]
        detail = run_scenario(scenario, rng)
        return scenario.__name__.replace("_", " "), "kept its promise", detail

    return run_cases(record, count, minutes, one)
