"""Threads that the program can do without where there is no room for another (``ulimit -u``, ``TasksMax``)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def start(work: Callable[..., object], name: str, *args: Any) -> threading.Thread | None:
    """Start a daemon thread; None where the kernel allows no more."""
    thread = threading.Thread(target=work, name=name, args=args, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
