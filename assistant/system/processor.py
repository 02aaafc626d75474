"""What the processor is, as far as llama.cpp's settings depend on it."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from pathlib import Path

_SMALL_MODEL = 32 * 2**20
"""Bytes of a model below which one thread is faster than two."""
_LARGE_MODEL = 10**9
"""Bytes of a model from which a q8_0 cache takes what reading more tokens at once gains."""
SMALL_BATCH = 128
"""Tokens read at once where more is no faster: progress comes after each batch, and it takes less memory."""
FEW_CORES = 2
"""Up to so many, a picture is looked at in little detail unless more is wished."""
_WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "100000"}
"""How threads wait for one another: they spin for some milliseconds at most, and then sleep (docs/adr/0010)."""


def set_waiting() -> None:
    """Set how threads wait, unless the environment does; OpenMP reads it when it is loaded."""
    for name, value in _WAITING.items():
        os.environ.setdefault(name, value)


def physical_cores(cpu_root: Path = Path("/sys/devices/system/cpu")) -> int:
    """Count the physical cores among the processors that this process may run on; at least 1.

    Two threads of one core share its arithmetic units, so more threads than cores only add waiting. psutil counts all
    cores of the machine.
    """
    has_affinity = hasattr(os, "sched_getaffinity")  # Linux
    cores: set[str] = set()
    for cpu in os.sched_getaffinity(0) if has_affinity else range(os.cpu_count() or 1):
        siblings = cpu_root / f"cpu{cpu}" / "topology" / "thread_siblings_list"
        try:
            cores.add(siblings.read_text().strip())
        except OSError:
            cores.add(str(cpu))
    return max(1, len(cores))


def threads_for(model_bytes: int) -> int:
    """Return with how many threads a model is read fastest.

    Threads meet a dozen times a layer. Where a layer takes microseconds, waking a sleeping thread takes longer
    than its share of the work (docs/adr/0010-threads-that-spin.md).
    """
    return 1 if model_bytes < _SMALL_MODEL else physical_cores()


def batch_for(model_bytes: int, kv_type: str) -> int:
    """Return how many tokens to read at once.

    Measured on 616 tokens, 512 at once against 128: a fifth faster at 0.4 GB and at 4 GB with a half-precision
    cache, no faster at 4 GB with a q8_0 cache.
    """
    return 512 if model_bytes < _LARGE_MODEL or kv_type != "q8_0" else SMALL_BATCH


def has_amx(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether the processor has AMX, on which llama.cpp's repacked weights crash (ggml-org/llama.cpp#20824)."""
    try:
        return "amx_int8" in cpuinfo.read_text()
    except OSError:
        return False


def machine_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name and its cores, to label a measurement with."""
    name = platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"^(?:model name|Model)\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE)
        name = found[1].strip() if found else name
    return f"{name}, {physical_cores()}"
