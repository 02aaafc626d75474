"""Look every locked package up in the index's list of known vulnerabilities; docs/threat-model.md says when.

It needs a network. It fails when a vulnerability is known that ``ACCEPTED`` does not explain, and when a package could
not be looked up. The list is the one that pip-audit asks. pip-audit gives up where an index has no page for each
version, as with mirrors; here the package's own page, which speaks of its newest version, serves for a lock that holds
the newest.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INDEX = "https://pypi.org/pypi"
LOCKS = (
    "requirements.lock",
    "requirements-pi.lock",
    "requirements-build.lock",
    "requirements-dev.lock",
    "requirements-weights.lock",
)

# Holes that are known and cannot be reached here, and why.
ACCEPTED = {
    "GHSA-w8v5-vhqr-4h9v": "diskcache unpickles what lies in its folder; no cache on disk is ever opened",
    "PYSEC-2026-2447": "the same hole under another number",
}

Page = dict[str, Any]
Fetch = Callable[[str], Page | None]


def fetch(path: str) -> Page | None:
    """Return a page of the index, ``None`` where it has none.

    Raises:
        OSError: the index cannot be reached.
    """
    try:
        with urllib.request.urlopen(f"{INDEX}/{path}/json", timeout=30) as answer:
            page: Page = json.load(answer)
            return page
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None


def locked(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and versions of a lock file, those for other versions of Python too."""
    for match in re.finditer(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        yield match[1], match[2]


def holes(name: str, version: str, fetch: Fetch = fetch) -> list[str] | None:
    """Return the numbers of the holes that are known in a version, ``None`` when it could not be looked up."""
    page = fetch(f"{name}/{version}") or fetch(name)
    if page is None or page["info"]["version"] != version:
        return None
    return [hole["id"] for hole in page["vulnerabilities"] if not hole.get("withdrawn")]


def main(argv: Sequence[str] | None = None, fetch: Fetch = fetch) -> int:
    """Print each package with a hole or without a page, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("locks", nargs="*", help="lock files; default: all", metavar="LOCK")
    names = parser.parse_args(argv).locks or [str(ROOT / name) for name in LOCKS]
    packages = sorted({each for name in names for each in locked(Path(name).read_text("utf-8"))})
    found = {each: holes(*each, fetch) for each in packages}
    known = [(each, hole) for each, numbers in found.items() for hole in numbers or ()]
    unknown = [f"{name} {version}" for (name, version), numbers in found.items() if numbers is None]
    for (name, version), hole in known:
        print(f"{name} {version}: {hole}, {ACCEPTED.get(hole, 'a known hole')}")
    for each in unknown:
        print(f"{each}: not looked up, the index has no page of this version")
    open_holes = sum(hole not in ACCEPTED for _, hole in known)
    print(
        f"{len(packages)} packages, {len(packages) - len(unknown)} looked up, {open_holes} holes not accepted."
    )
    return 0 if packages and not unknown and not open_holes else 1


if __name__ == "__main__":
    sys.exit(main())
