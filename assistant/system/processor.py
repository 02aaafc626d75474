"""What the processor is, as far as llama.cpp's settings depend on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_SMALL_MODEL = 32 * 2**20
"""Bytes of a model below which one thread is faster than two."""

_LARGE_MODEL = 10**9
"""Bytes of a model from which a q8_0 cache takes what reading more tokens at once gains."""
SMALL_BATCH = 128
"""Tokens read at once where more is no faster: progress is told after each batch, and it takes less memory."""


_WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "100000"}
"""How threads wait for one another: they spin for some milliseconds at most, and then sleep (docs/adr/0010)."""


def set_waiting() -> None:
    """Says how threads wait, unless the environment does; OpenMP reads it when it is loaded."""
    for name, value in _WAITING.items():
        os.environ.setdefault(name, value)


def physical_cores(cpu_root: Path = Path("/sys/devices/system/cpu")) -> int:
    """Physical cores among the processors that this process may run on; at least 1.

    Two threads of one core share its arithmetic units, so more threads than cores only add waiting.
    """
    allowed = (
        sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else range(os.cpu_count() or 1)
    )
    cores: set[str] = set()
    for cpu in allowed:
        siblings = cpu_root / f"cpu{cpu}" / "topology" / "thread_siblings_list"
        try:
            cores.add(siblings.read_text().strip())
        except OSError:
            cores.add(str(cpu))
    return max(1, len(cores))


def threads_for(model_bytes: int) -> int:
    """Threads with which a model is read fastest.

    Threads meet a dozen times a layer. Where a layer takes microseconds, waking a sleeping thread takes longer
    than its share of the work (docs/adr/0010-threads-that-spin.md).
    """
    return 1 if model_bytes < _SMALL_MODEL else physical_cores()


def batch_for(model_bytes: int, kv_type: str) -> int:
    """Tokens that are read at once.

    Measured on 616 tokens, 512 at once against 128: a fifth faster at 0.4 GB and at 4 GB with a half-precision
    cache, no faster at 4 GB with a q8_0 cache.
    """
    return 512 if model_bytes < _LARGE_MODEL or kv_type != "q8_0" else SMALL_BATCH


def has_amx(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor has AMX, on which llama.cpp's repacked weights crash (ggml-org/llama.cpp#20824)."""
    try:
        return "amx_int8" in cpuinfo.read_text()
    except OSError:
        return False


def machine_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor and its cores, as a measurement is labelled."""
    name = platform.machine()
    try:
        for line in cpuinfo.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                name = value.strip()
                break
    except OSError:
        pass
    return f"{name}, {physical_cores()}"
