"""Time from a random key to the first sound of its answer, in the full screen; see docs/heard.md.

The whole assistant runs in a terminal of its own, with the embedded model, the real voice, and a player that lasts as
long as the sound but makes none. Keys come at random moments, most of them while something is being said.
"""

from __future__ import annotations

import argparse
import os
import pty
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from assistant.core.actions import DEFAULT_KEYS, Action
from tests.support.assistant_command import ROOT, STREET
from tests.support.heard import Heard
from tests.support.waiting import wait_until

LONGEST_S = 3.0
"""A key that was not answered by then counts as unanswered."""
ENDS_S = 5.0
TYPED = {
    "space": " ", "escape": "\x1b", "left": "\x1b[D", "right": "\x1b[C",
    "ctrl+left": "\x1b[1;5D", "ctrl+right": "\x1b[1;5C",
}  # fmt: skip
"""What a terminal sends for keys that are called by a name."""
KEYS = [
    TYPED.get(key, key)
    for action, keys in DEFAULT_KEYS.items()
    if action not in (Action.QUIT, Action.MUTE)
    for key in keys
] + ["\x1b[A", "\x1b[B", "x", "2", "7", *["\x1b"] * 6]
"""All keys but those that quit and mute, two arrows, one that does nothing, digits, and Escape more often."""


NAMES = {"\x1b[A": "up", "\x1b[B": "down", **{typed: name for name, typed in TYPED.items()}}


@contextmanager
def full_screen(heard: Heard, *options: str) -> Iterator[int]:
    """Run the full screen; give the terminal's descriptor, whose output is read away."""
    here, there = pty.openpty()
    environment = {**heard.environment, "TERM": "xterm-256color", "LINES": "24", "COLUMNS": "80"}
    command = [sys.executable, "-m", "assistant", "--camera", str(STREET), *options]
    process = subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env=environment, cwd=ROOT, start_new_session=True
    )  # fmt: skip
    os.close(there)
    threading.Thread(target=_read_away, args=(here,), daemon=True).start()
    try:
        yield here
    finally:
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_S)  # it may be saying goodbye
        process.terminate()
        process.wait()


def _read_away(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1 << 16):
            pass
    except OSError:  # the terminal is gone
        return


def time_keys(n: int, seed: int, heard: Heard) -> list[tuple[str, float | None]]:
    """Return each key with the seconds to its answer; None where there was none."""
    chance = random.Random(seed)
    found: list[tuple[str, float | None]] = []
    with full_screen(heard, "--notice-acknowledged", "yes") as terminal:
        wait_until(lambda: any("Ready" in text for text in heard.texts))
        for _ in range(n):
            key = chance.choice(KEYS)
            pressed_s = time.time()
            os.write(terminal, key.encode())
            while (start_s := heard.first_start_after(pressed_s)) is None:
                if time.time() - pressed_s > LONGEST_S:
                    break
                time.sleep(0.005)
            found.append((key, None if start_s is None else start_s - pressed_s))
            time.sleep(chance.uniform(0.1, 1.5))
    return found


def table(found: list[tuple[str, float | None]]) -> list[str]:
    """Return the lines of a table in Markdown: all keys, then each."""
    lines = [
        "| key | pressed | median, ms | 95 %, ms | longest, ms | no answer |",
        "|---|---|---|---|---|---|",
    ]
    by_key: dict[str, list[float | None]] = defaultdict(list)
    for key, took_s in found:
        by_key[key].append(took_s)
    rows = [("all", [took_s for _, took_s in found]), *sorted(by_key.items())]
    for key, took in rows:
        answered = sorted(1000 * took_s for took_s in took if took_s is not None)
        if answered:
            at_95 = answered[min(len(answered) - 1, int(0.95 * len(answered)))]
            figures = f"{statistics.median(answered):.0f} | {at_95:.0f} | {answered[-1]:.0f}"
        else:
            figures = "| |"
        name = NAMES.get(key, key)
        lines.append(f"| {name} | {len(took)} | {figures} | {len(took) - len(answered)} |")
    return lines


def main() -> None:
    """Press keys and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=200, help="how many keys are pressed")
    parser.add_argument("--seed", type=int, default=1, help="which keys, and when")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        heard = Heard(Path(folder) / "heard", {**os.environ, "HOME": str(home)})
        print("\n".join(table(time_keys(options.keys, options.seed, heard))))


if __name__ == "__main__":
    main()
