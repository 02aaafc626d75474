"""What all benchmarks share: options of the command line, the machine's line, and a section of a page."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
# /proc/cpuinfo names the CPU differently by architecture; an ARM board often names only the board.
_CPU_NAME_KEYS = ("model name", "Hardware", "Model")


class ReportError(ValueError):
    """A report cannot be written without losing somebody else's text."""


def make_parser(doc: str | None, section: str, epilog: str = "") -> argparse.ArgumentParser:
    """Return a parser with the options that say where the section goes."""
    parser = argparse.ArgumentParser(
        description=doc, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--section", default=section, help="section of the page to write")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser


def publish(arguments: argparse.Namespace, section: str) -> None:
    """Write a section where the options say, for example after each model, so that a stop loses nothing."""
    if not arguments.no_report:
        replace_section(arguments.report, arguments.section, section)


def machine_line() -> str:
    """Return one line on the machine: CPU, cores in reach, memory, system, Python, date (UTC)."""
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
    """Return the CPU's marketing name, or the machine type where the system does not tell."""
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
    """Return how many cores this process may use; a container can allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_gib() -> float:
    """Return the machine's memory in GiB, 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, OSError, ValueError):
        return 0.0


def command_line(argv: Sequence[str] | None = None) -> str:
    """Return the command to repeat this run from the repository's root.

    Absolute paths say something of this machine only, so just their last part is kept.
    """
    given = list(sys.argv if argv is None else argv)
    script = Path(given[0]).resolve()
    shown = script.relative_to(ROOT) if script.is_relative_to(ROOT) else Path(script.name)
    rest = [Path(part).name if Path(part).is_absolute() else part for part in given[1:]]
    return " ".join(["python", str(shown), *rest])


def markdown_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return a Markdown table whose columns are the keys of the first row, in order."""
    if not rows:
        return ""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row.get(column, "") for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def measured_section(
    title: str, about: str, *tables: str, machine: str = "", command: str = ""
) -> str:
    """Return a section's text: title, machine, command, what was measured, tables.

    Args:
        title: its heading; empty for none, where the page has one by hand.
        about: how it was measured.
        tables: what came of it, and words between.
        machine: more on the machine or the set-up, behind its line.
        command: more on the command, behind it.
    """
    load = f"One-minute load average at the end: {os.getloadavg()[0]:.1f}."
    parts = [
        f"## {title}" if title else "",
        f"Machine: {machine_line()}.{machine}",
        f"Command: `{command_line()}`{command}",
        f"{about} {load}",
        *tables,
    ]
    return "\n\n".join(part for part in parts if part)


def replace_section(path: Path, name: str, body: str) -> None:
    """Put ``body`` between the markers of section ``name``; everything else in the file stays.

    The markers are ``<!-- name:start -->`` and ``<!-- name:end -->``. A missing file or a missing
    pair of markers is made, at the end, so that a report never needs a hand-made place.

    Raises:
        ReportError: one marker without the other, twice, or in the wrong order.
    """
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    if start not in text and end not in text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text.rstrip()}\n\n{start}\n{end}\n", encoding="utf-8")
    replace_between(path, start, end, body)


def replace_between(path: Path, start: str, end: str, body: str) -> None:
    """Put ``body`` between two markers of a file.

    Raises:
        ReportError: one marker without the other, twice, or in the wrong order.
    """
    text = path.read_text(encoding="utf-8")
    if not text.count(start) == text.count(end) == 1 or text.index(start) > text.index(end):
        raise ReportError(f"{path} must hold {start} and {end} once each, in this order")
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{start}\n{body.strip()}\n{end}{after}", encoding="utf-8")
