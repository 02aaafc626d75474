"""Standard input, output and error where a launcher closed them: the null device stands in."""

from __future__ import annotations

import os
import sys


def fill_missing() -> None:
    """Call first: else the next file or socket takes the number, and what is written goes there."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
