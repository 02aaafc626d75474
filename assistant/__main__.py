"""The command ``sparc-assistant``."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line and returns the exit code."""
    return 0


if __name__ == "__main__":
    sys.exit(main())
