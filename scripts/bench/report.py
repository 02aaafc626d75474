"""What every benchmark report shares: the machine it ran on, and the section it may rewrite."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

# /proc/cpuinfo names the CPU differently by architecture; an ARM board often names only the board.
_CPU_NAME_KEYS = ("model name", "Hardware", "Model")


class ReportError(ValueError):
    """A report cannot be written without losing somebody else's text."""


def machine_line() -> str:
    """Returns one line on the machine: CPU, cores in reach, memory, system, Python, date (UTC)."""
    parts = [
        cpu_name(),
        f"{usable_cores()} cores",
        f"{memory_gib():.0f} GiB memory",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        datetime.now(UTC).strftime("%Y-%m-%d"),
    ]
    return ", ".join(part for part in parts if part)


def cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Returns the CPU's marketing name, or the machine type where the system does not tell."""
    fields: dict[str, str] = {}
    try:
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            key, separator, value = line.partition(":")
            if separator and value.strip():
                fields.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    for key in _CPU_NAME_KEYS:
        if key in fields:
            return fields[key]
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Returns how many cores this process may use; a container can allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_gib() -> float:
    """Returns the machine's memory in GiB, 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, OSError, ValueError):
        return 0.0


def command_line(argv: Sequence[str] | None = None) -> str:
    """Returns the command to repeat this run from the repository's root.

    Absolute paths say something of this machine only, so just their last part is kept.
    """
    given = list(sys.argv if argv is None else argv)
    script = Path(given[0]).resolve()
    root = Path(__file__).resolve().parents[2]
    shown = script.relative_to(root) if script.is_relative_to(root) else Path(script.name)
    rest = [Path(part).name if Path(part).is_absolute() else part for part in given[1:]]
    return " ".join(["python", str(shown), *rest])


def markdown_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Returns a Markdown table whose columns are the keys of the first row, in order."""
    if not rows:
        return ""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row.get(column, "") for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def measured_section(
    title: str, about: str, table: str, machine: str = "", command: str = ""
) -> str:
    """Returns a section's text: title, machine, command, what was measured, table.

    Args:
        title: its heading.
        about: how it was measured.
        table: what came of it.
        machine: more on the machine or the set-up, behind its line.
        command: more on the command, behind it.
    """
    return "\n\n".join(
        [
            f"## {title}",
            f"Machine: {machine_line()}.{machine}",
            f"Command: `{command_line()}`{command}",
            about,
            table,
        ]
    )


def replace_section(path: Path, name: str, body: str) -> None:
    """Puts ``body`` between the markers of section ``name``; everything else in the file stays.

    The markers are ``<!-- name:start -->`` and ``<!-- name:end -->``. A missing file or a missing
    pair of markers is made, at the end, so that a report never needs a hand-made place.

    Raises:
        ReportError: one marker without the other, twice, or in the wrong order.
    """
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    section = f"{start}\n{body.strip()}\n{end}"
    if text.count(start) == 0 and text.count(end) == 0:
        written = f"{text.rstrip()}\n\n{section}\n"
    elif text.count(start) == 1 and text.count(end) == 1 and text.index(start) < text.index(end):
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        written = before + section + after
    else:
        raise ReportError(f"{path} must hold {start} and {end} once each, in this order")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written, encoding="utf-8")
