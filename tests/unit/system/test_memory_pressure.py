"""What the kernel says about waiting for memory, and what is said because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import messages
from assistant.core.heartbeat import sign_of_life
from assistant.system.memory import SLOW_PERCENT, is_nearly_full

QUIET = "some avg10={0:.2f} avg60=90.00 avg300=90.00 total=12\nfull avg10=0.00 avg60=90.00 avg300=90.00 total=9\n"
"""What waits beside other work, or waited a minute ago, does not stand still now."""
FULL = "some avg10=99.00 avg60=0.00 avg300=0.00 total=12\nfull avg10={0:.2f} avg60=0.00 avg300=0.00 total=9\n"


def kernel(root: Path, machine: str | None, group: str | None, line: str = "0::/user/a") -> Path:
    for path, text in (
        ("proc/pressure/memory", machine),
        ("sys/fs/cgroup/user/a/memory.pressure", group),
        ("proc/self/cgroup", f"4:memory:/other\n{line}\n"),
    ):
        if text is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("machine", "group", "expected"),
    [
        (FULL.format(SLOW_PERCENT), None, True),
        (FULL.format(SLOW_PERCENT - 0.01), None, False),
        (QUIET.format(99.0), QUIET.format(99.0), False),
        (QUIET.format(0.0), FULL.format(100.0), True),
        (None, FULL.format(55.55), True),
        (None, None, False),
        ("", "not a word of it", False),
    ],
)
def test_only_standing_still_now_counts(
    tmp_path: Path, machine: str | None, group: str | None, expected: bool
) -> None:
    assert is_nearly_full(kernel(tmp_path, machine, group)) is expected


def test_another_group_is_not_ours(tmp_path: Path) -> None:
    assert not is_nearly_full(kernel(tmp_path, None, FULL.format(99.0), line="0::/user/b"))


@pytest.mark.parametrize("is_full", [True, False])
def test_a_sign_of_life_says_why_it_is_slow(is_full: bool) -> None:
    said = sign_of_life(messages.STAGE_LOADING, is_memory_short=is_full)
    assert said.startswith("Still working: loading the model.")
    assert ("Memory is nearly full" in said) is is_full
