"""Keeps the front's own code in memory, so that it answers where memory runs out.

A machine that is nearly full ends no process at first. It throws away the pages of programs, which can be read
from their files again, and reads them again: everything goes on, many times slower, and whoever ought to say
so is as slow as the rest. Pages that are kept are not thrown away: keys are answered, and the kernel notices sooner
that nothing is left to take, and ends the process that gives way first (``child_process.give_way``).
"""

from __future__ import annotations

import re
from pathlib import Path

from assistant import process_pages
from assistant.process_pages import Mapping

_EVERY_SENTENCE_NEEDS = re.compile(r"/(python|libpython|libc[.-]|libm[.-]|ld-)[^/]*$")


def stay(maps: Path = process_pages.OWN_MAPS) -> int:
    """Keeps what is mapped from programs and libraries; where a limit is reached, the rest stays as it was.

    Args:
        maps: where the kernel tells what is mapped; for tests.

    Returns:
        Bytes that are kept, used yet or not.
    """
    return sum(
        one.end - one.start
        for one in in_order(process_pages.mappings(maps))
        if process_pages.keep(one.start, one.end - one.start)
    )


def in_order(mappings: list[Mapping]) -> list[Mapping]:
    """Code and constants of files: the interpreter and the C library first, then the small before the large."""
    code = [one for one in mappings if one.has_file and one.is_private and not one.is_writable]
    return sorted(
        code, key=lambda one: (not _EVERY_SENTENCE_NEEDS.search(one.name), one.end - one.start)
    )
