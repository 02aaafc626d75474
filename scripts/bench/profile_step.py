"""Measure where SPARC's time goes in a token: callback, cut graph, reading, rows; see docs/benchmarks.md.

Each token is decoded four times at the same place of the same prompt: by a context without a callback, and by
SPARC's with a callback that refuses every node, with one that has the graph cut at the observed node and reads
nothing, and with SPARC. The order turns round; differences are taken token by token, so that a machine that
wanders does not show. With one thread processor time is counted in place of time, so that other programs do not
show either. Needs a C compiler (``cc``).
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from assistant.system import processor

processor.set_waiting()  # as in the worker; read when OpenMP loads

import numpy as np  # noqa: E402
from llama_cpp import llama_cpp  # noqa: E402

from assistant.inference.engine import Engine  # noqa: E402
from assistant.inference.gguf.memory_need import Plan  # noqa: E402
from assistant.inference.llama import LanguageModel, Past  # noqa: E402
from scripts.bench import report  # noqa: E402
from scripts.bench.models_to_time import EMBEDDED, options_for  # noqa: E402
from scripts.bench.timing import Bench, Timing  # noqa: E402
from sparc_ggml.config import SparcConfig  # noqa: E402
from sparc_ggml.native import NativeProbe  # noqa: E402
from sparc_ggml.steering import Steering  # noqa: E402

REFUSE, CUT, READ = range(3)
KV_TYPE = "f16"


class _Shim(ctypes.Structure):
    _fields_ = (
        ("callback", ctypes.c_void_p),
        ("user_data", ctypes.c_void_p),
        ("mode", ctypes.c_int32),
        ("n_nodes", ctypes.c_int32),
        ("clock", ctypes.c_int32),
        ("read_us", ctypes.c_double),
        ("nodes", ctypes.c_void_p * 8192),
    )


class ShimProbe(NativeProbe):
    """SPARC's probe with ``profile_step.c`` before it."""

    def __init__(self, library: ctypes.CDLL, n_threads: int) -> None:
        super().__init__(n_threads)
        self.shim = _Shim(
            callback=self.callback.value,
            user_data=self.user_data,
            mode=READ,
            clock=time.CLOCK_THREAD_CPUTIME_ID if n_threads == 1 else time.CLOCK_MONOTONIC,
        )
        self.callback = ctypes.cast(library.shim_on_node, ctypes.c_void_p)
        self.user_data = ctypes.addressof(self.shim)


def build(folder: Path) -> ctypes.CDLL:
    """Compile and load the shim."""
    source = Path(__file__).with_suffix(".c")
    target = folder / "shim.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", target, source], check=True)
    library = ctypes.CDLL(str(target))
    library.shim_ask_again.restype = ctypes.c_double
    return library


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_profile")
    parser.add_argument("--shapes", default=f"{EMBEDDED},0.5b,7b", help="as in speed.py")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"))
    parser.add_argument("--tokens", type=int, default=40, help="the embedded model: twenty times")
    parser.add_argument("--share", type=float, default=0.05, help="of image tokens selected a step")
    parser.add_argument("--threads", type=int, help="default: what is shipped")
    return parser.parse_args(argv)


def twin(model: LanguageModel, engine: Engine) -> LanguageModel:
    """Return the same weights with a context that has no callback, and in it what the model's cache holds."""
    other = copy.copy(model)
    other.context = model._make_context(engine.loaded.options, None, Plan(model.n_ctx, KV_TYPE))
    other._memory = llama_cpp.llama_get_memory(other.context)
    size = llama_cpp.llama_state_seq_get_size(model.context, 0)
    state = (ctypes.c_uint8 * size)()
    llama_cpp.llama_state_seq_get_data(model.context, state, size, 0)
    if llama_cpp.llama_state_seq_set_data(other.context, state, size, 0) != size:
        raise RuntimeError("the cache could not be copied")
    return other


def _us(work: Callable[[], Any], clock: int) -> float:
    started = time.clock_gettime_ns(clock)
    work()
    return (time.clock_gettime_ns(clock) - started) / 1000


def profile(
    engine: Engine, probe: ShimProbe, config: SparcConfig, n_tokens: int, library: ctypes.CDLL
) -> dict[str, Timing]:
    """Return microseconds a token, by part."""
    model, loaded = engine.loaded.model, engine.loaded
    assert loaded.prefix is not None
    assert loaded.prefix.image_cells is not None
    n_past = loaded.prefix.past.n_cells + len(loaded.tail)
    bare = twin(model, engine)
    steering = Steering(probe, config, loaded.prefix.image_cells)
    token = loaded.tail[-1]
    model.trim(n_past - 1)
    model.decode_tokens((token,), Past(n_past - 1, n_past - 1))
    steering.begin()
    clock = probe.shim.clock
    seen: dict[str, list[float]] = {}

    def note(name: str, us: float) -> None:
        seen.setdefault(name, []).append(us)

    def one(name: str, position: int) -> None:
        used = bare if name == "bare" else model
        used.trim(position)
        if name == "sparc":
            probe.shim.mode, probe.shim.read_us = READ, 0.0
            note("apply", _us(steering.before_decode, clock))
        else:
            probe.shim.mode = CUT if name == "cut" else REFUSE
        probe.shim.n_nodes = 0
        note(name, _us(lambda: used.decode_tokens((token,), Past(position, position)), clock))
        if name == "sparc":
            note("read", probe.shim.read_us)
            note("select", _us(steering.after_decode, clock))
            note("selected", float(len(steering.record().selected)))

    ways = ["bare", "refuse", "cut", "sparc"]
    for number in range(n_tokens + 4):
        for name in ways if number % 2 else reversed(ways):
            one(name, n_past + number)
        token = int(np.argmax(model.logits()))
    note("ask", library.shim_ask_again(ctypes.byref(probe.shim), 200))
    note("nodes", float(probe.shim.n_nodes))
    note("finish", _us(steering.finish, clock))
    llama_cpp.llama_free(bare.context)
    # The first tokens of a context build its graph.
    values = {name: np.array(each[4:] if len(each) > 4 else each) for name, each in seen.items()}
    values["callback - none"] = values["refuse"] - values["bare"]
    values["cut - refuse"] = values["cut"] - values["refuse"]
    values["sparc - cut"] = values["sparc"] - values["cut"]
    values["all"] = values["sparc"] + values["apply"] + values["select"] - values["bare"]
    return {name: Timing(tuple(each.tolist())) for name, each in values.items()}


ROWS = {
    "bare": "a token without a callback",
    "callback - none": "a callback that refuses all nodes, more than none",
    "ask": "of it, in SPARC's callback (asked again about the same nodes)",
    "cut - refuse": "the graph cut at the observed node, more than uncut",
    "read": "reading the attention there",
    "apply": "saving and scaling V rows",
    "select": "selecting for the next step",
    "all": "SPARC, more than no callback",
    "finish": "putting the rows back, once an answer",
}


def row(name: str, found: dict[str, Timing], n_threads: int) -> dict[str, str]:
    """Return one model's column of the table, as a row name to text map."""
    token = found["bare"].median

    def shown(part: str) -> str:
        timing = found[part]
        low, high = timing.interval if len(timing.values) > 1 else (timing.median, timing.median)
        us = f"{timing.median:.1f} µs"
        if part in ("bare", "finish"):
            return us
        spread = f" ({low:.1f} to {high:.1f})" if len(timing.values) > 1 else ""
        return f"{us}{spread}, {100 * timing.median / token:.2f} %"

    about = (
        f"{name}: {found['nodes'].median:.0f} nodes, {np.mean(found['selected'].values):.0f} selected, "
        f"{n_threads} thread{'s' if n_threads > 1 else ', processor time'}"
    )
    return {"model": about, **{ROWS[part]: shown(part) for part in ROWS}}


def body(columns: list[dict[str, str]]) -> str:
    """Return the page's section."""
    rows = [
        {"part": part, **{column["model"]: column[part] for column in columns}}
        for part in ROWS.values()
    ]
    return report.measured_section(
        "Where SPARC's time goes in a token",
        "Medians of each part; in brackets where the median lies with 95 % confidence; then the share of a token "
        "without a callback.",
        report.markdown_table(rows),
        machine=" Half-precision cache, flash attention on.",
        command=" (`--help` says how each part is told from the others)",
    )


def main(argv: list[str] | None = None) -> int:
    """Profile every shape asked for and write the section."""
    arguments = parse_arguments(argv)
    columns = []
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as temporary:
        library = build(Path(temporary))
        for name in arguments.shapes.split(","):
            options = options_for(name, arguments.cache_dir)
            is_small = name == EMBEDDED
            n_threads = arguments.threads or processor.threads_for(
                options.model_path.stat().st_size
            )
            probe = ShimProbe(library, n_threads)
            with (
                mock.patch("assistant.inference.engine.make_probe", return_value=probe),
                Engine(replace(options, kv_type=KV_TYPE, n_threads=n_threads)) as engine,
            ):
                bench = Bench(engine, 8)
                bench.answer(SparcConfig(method="none"), 1)
                preset = options.preset.for_depth(engine.loaded.model.n_layer)
                if not is_small:
                    tau = bench.threshold_for(arguments.share, preset.beta)
                    preset = replace(preset, tau=tau)
                n_tokens = arguments.tokens * (20 if is_small else 1)
                found = profile(engine, probe, preset, n_tokens, library)
            columns.append(row(options.model_name, found, n_threads))
            report.publish(arguments, body(columns))
    print(body(columns))
    return 0


if __name__ == "__main__":
    sys.exit(main())
