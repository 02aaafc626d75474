"""The one way in which tests wait for something."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(
    holds: Callable[[], object],
    seen: Callable[[], object] = lambda: "nothing more is known",
    timeout_s: float = 120.0,
    pause_s: float = 0.005,
) -> None:
    """Return once something holds.

    The limit only ends a test that hangs: how quick something is belongs into a benchmark.

    Args:
        holds: asked again and again.
        seen: what is there instead, for whoever reads the failure.
        timeout_s: after this long the test fails.
        pause_s: between two questions.
    """
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, f"it did not come about in {timeout_s:g} s; {seen()}"
        time.sleep(pause_s)
