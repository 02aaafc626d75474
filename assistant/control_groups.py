"""The control groups that this process is in (cgroups(7)), versions 1 and 2."""

from __future__ import annotations

from pathlib import Path


def of_memory(root: Path = Path("/")) -> list[list[Path]]:
    """For each hierarchy that has a say about memory, this process's own folder and then those above it.

    Args:
        root: the root folder; for tests.

    Returns:
        Nothing where the kernel does not tell.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        own = base / path.strip("/")
        found.append([own, *(above for above in own.parents if above.is_relative_to(base))])
    return found
