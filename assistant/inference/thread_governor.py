"""As many threads as the cores that other programs leave free, decided twice a second.

Threads that spin while they wait for each other are fastest while each has a core of its own. When another program
takes one of those cores, a word takes ten times as long; with a thread less, it loses only that thread's share
(docs/adr/0010).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

EVERY_S = 0.5
"""How long the load is watched before the number of threads may change; the kernel counts in hundredths of a second."""
_DOWN, _UP = 0.35, 0.2
"""Others' load, in cores beyond those that are free for them, at which a thread goes, and comes back. A program that
wants a whole core gets half of one where a thread of ours competes for it."""
_TICKS_S = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01


def busy_s(cpus: frozenset[int], stat: Path = Path("/proc/stat")) -> float | None:
    """Return how long all programs have used these processors, in s; ``None`` where that is unknown.

    Source: proc(5), fields user, nice, system, irq and softirq; a hypervisor's share is not counted.
    """
    total = 0
    try:
        for line in stat.read_text().splitlines():
            name, *fields = line.split()
            if name[:3] == "cpu" and name[3:].isdigit() and int(name[3:]) in cpus:
                total += sum(int(fields[i]) for i in (0, 1, 2, 5, 6))
    except (OSError, ValueError, IndexError):
        return None
    return total * _TICKS_S


class ThreadGovernor:
    """Watches the load while an answer is written; ``n_threads`` compute now."""

    def __init__(
        self,
        n_max: int,
        apply: Callable[[int], None],
        *,
        total_s: Callable[[], float | None] | None = None,
        own_s: Callable[[], float] = time.process_time,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with ``n_max`` threads, those of a quiet machine; ``apply`` takes a new number.

        ``total_s`` is what all programs used of the processors that this one may use, by default /proc/stat's.
        """
        cpus = (
            frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
        )
        self._n_cores = len(cpus) or n_max
        self._n_max, self._apply = n_max, apply
        self._total_s = total_s or (lambda: busy_s(cpus))
        self._own_s, self._clock_s = own_s, clock_s
        self.n_threads = n_max
        self._since_s = float("-inf")
        self._others_s = 0.0

    def start(self) -> None:
        """Begin to watch; call where an answer begins."""
        if self._n_max > 1:
            self._look()

    def adjust(self) -> None:
        """Change the number of threads if the load asks for it; call between two tokens, it costs next to nothing."""
        if self._n_max == 1 or self._clock_s() - self._since_s < EVERY_S:
            return
        since_s, others_s = self._since_s, self._others_s
        if not self._look() or since_s == float("-inf"):
            return
        load = max(0.0, self._others_s - others_s) / (self._since_s - since_s)
        wanted = self._wanted(load)
        if wanted != self.n_threads:
            self.n_threads = wanted
            self._apply(wanted)

    def _look(self) -> bool:
        total_s = self._total_s()
        if total_s is None:
            return False
        self._since_s, self._others_s = self._clock_s(), total_s - self._own_s()
        return True

    def _wanted(self, load: float) -> int:
        """Return the number of threads beside others that keep ``load`` cores busy."""
        spare = self._n_cores - self.n_threads
        n = self.n_threads
        while n > 1 and load > spare + _DOWN:
            n, spare = n - 1, spare + 1
        while n < self._n_max and spare > 0 and load <= spare - 1 + _UP:
            n, spare = n + 1, spare - 1
        return n
