"""The command ``sparc-assistant``."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line and return the exit code."""
    from assistant.cli import signals

    signals.fill_missing_streams()
    from assistant.cli.main import main as run
    from assistant.system.limits import hide_memory
    from assistant.system.pages import map_large_blocks

    # Nothing here multiplies large matrices, and numpy's library would start a thread for every core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    hide_memory()
    map_large_blocks()
    signals.interrupt_blocking_calls()
    return run()


if __name__ == "__main__":  # not in spawned children, which import this module under another name
    sys.exit(main())
