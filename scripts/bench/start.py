"""Times the start: from the command to the first words about a picture, with the embedded model.

``describe examples/street.png`` runs as a process with the real voice and a player that makes no sound and notes
when it begins. Beside it the worker alone, asked by a front that has nothing else to do, tells where its time goes.
With ``--load`` larger models are loaded too, and nothing more. With ``--against`` all of it is done in turn with
another checkout, whose compiled part must lie in its place.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.bench import report, shapes  # noqa: E402
from scripts.bench.session import Player  # noqa: E402
from scripts.bench.timing import Timing  # noqa: E402

SECTION = "bench_start"
REPORT = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "examples" / "street.png"
COMMAND = ("command to the first sign of life", "command to the first sentence",
           "command to its sound", "command to the last sentence")  # fmt: skip
WORKER = ("worker: process and libraries", "worker: load the model", "worker: encode the picture",
          "worker: read the prompt", "worker: to the first words, in all")  # fmt: skip

_ASK_WORKER = """
import json, sys, time
sys.path.insert(0, ".")
from pathlib import Path
from assistant.camera.still_image import load_picture
from assistant.model_store.find import embedded_model
from assistant.core.events import DescribeRequest, Finished, Loaded, Piece
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.worker.client import InferenceClient
from assistant.inference.options import EngineOptions
picture, found = load_picture(sys.argv[1]), embedded_model()
started, loaded, first = time.perf_counter(), 0.0, 0.0
with InferenceClient(EngineOptions(found.model_path, found.mmproj_path, preset=found.preset)) as client:
    for event in client.ask(DescribeRequest(picture, DETAILED_PROMPT)):
        now = 1000 * (time.perf_counter() - started)
        if isinstance(event, Loaded):
            loaded = now
        elif isinstance(event, Piece) and not first:
            first = now
        elif isinstance(event, Finished):
            t = event.answer.timings
print(json.dumps([loaded - t.load_ms, t.load_ms, t.encode_ms, t.prefill_ms, first]))
"""

_LOAD = """
import os, sys
sys.path.insert(0, ".")
from assistant.inference import machine
machine.set_waiting()
from pathlib import Path
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
print(Engine(EngineOptions(Path(sys.argv[1]), Path(sys.argv[2]))).loaded.load_ms, flush=True)
os._exit(0)
"""


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="descriptions by each checkout")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout")
    parser.add_argument(
        "--load", default="", help=f"comma-separated, of: {', '.join(shapes.SHAPES)}"
    )
    parser.add_argument("--loads", type=int, default=5, help="loads of each by each checkout")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"), help="of --load's files")
    parser.add_argument("--section", default=SECTION, help="section of the report to write")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser.parse_args(argv)


def describe(checkout: Path, player: Player) -> list[float]:
    """One description by the whole program: milliseconds, as ``COMMAND`` has them."""
    player.forget()
    started, wall = time.perf_counter(), time.time()
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "describe", str(PICTURE)],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [(line, 1000 * (time.perf_counter() - started)) for line in process.stdout]
    if process.returncode:
        raise RuntimeError("".join(line for line, _ in lines))
    looking = next(ms for line, ms in lines if line.startswith("Looking."))
    # The example shows a street, and the description begins with that.
    first = next(ms for line, ms in lines if line.strip().lower().endswith("a street."))
    is_told = [line.startswith("The model may be wrong") for line, _ in lines]
    last = is_told.index(True) - 1
    sounds = sorted(player.starts().values())
    # What is said before it is known and counted; the first sentence's sound comes after those.
    n_before = sum(line.startswith(("Looking.", "This is the small")) for line, _ in lines)
    sound = 1000 * (sounds[n_before] - wall)
    return [looking, first, sound, lines[last][1]]


def ask_worker(checkout: Path) -> list[float]:
    """One answer by the worker: milliseconds, as ``WORKER`` has them."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK_WORKER, str(PICTURE)],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    times: list[float] = json.loads(done.stdout)
    return times


def load(checkout: Path, model: Path, mmproj: Path) -> list[float]:
    """Milliseconds for loading a pair of files in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(model), str(mmproj)],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [float(done.stdout)]


def measure(
    checkouts: Sequence[Path], run: Callable[[Path], list[float]], n: int
) -> list[list[Timing]]:
    """Everything that ``run`` times, by each checkout in turn, the order turned round each time."""
    seen: list[list[list[float]]] = [[] for _ in checkouts]
    for number in range(n + 1):
        order = list(range(len(checkouts)))
        for index in order if number % 2 else reversed(order):
            times = run(checkouts[index])
            if number:  # the first run brings files into the page cache
                seen[index].append(times)
        print(f"run {number} of {n}", file=sys.stderr)
    return [[Timing(values) for values in zip(*each, strict=True)] for each in seen]


def rows(names: Sequence[str], measured: Sequence[Sequence[Timing]]) -> list[dict[str, str]]:
    """The table: a line a phase."""
    table = []
    for number, what in enumerate(names):
        row = {"what": what}
        for name, timings in zip(("now", "before"), measured, strict=False):
            timing = timings[number]
            row[name] = f"{timing.median:.0f} ms ({timing.low:.0f}-{timing.high:.0f})"
        table.append(row)
    return table


def body(table: list[dict[str, str]], n: int) -> str:
    """The report's section."""
    return report.measured_section(
        "From the command to the first words",
        f"`describe` on a drawn scene with the embedded model, {n} times; medians, and the lowest and highest "
        "in brackets; the files are in the page cache. The voice is real, and the player is a program that makes "
        "no sound. The first sentence's sound waits for what is said before it. The worker's times are those of a "
        "worker that is asked alone, so that nothing else runs beside it. One-minute load average at the end: "
        f"{os.getloadavg()[0]:.1f}.",
        report.markdown_table(table),
    )


def main(argv: list[str] | None = None) -> int:
    """Measures and writes the report."""
    arguments = parse_arguments(argv)
    checkouts = [ROOT] if arguments.against is None else [ROOT, arguments.against.resolve()]
    with tempfile.TemporaryDirectory(prefix="bench-start-") as temporary:
        folder = Path(temporary)
        os.environ["HOME"] = temporary  # nobody's settings
        player = Player(folder)
        table = []
        if arguments.runs:
            timed = measure(
                checkouts, lambda each: describe(each, player) + ask_worker(each), arguments.runs
            )
            table += rows((*COMMAND, *WORKER), timed)
        for name in filter(None, arguments.load.split(",")):
            pair = shapes.write_pair(name, arguments.cache_dir)
            pair = (pair[0].resolve(), pair[1].resolve())
            timed = measure(
                checkouts, partial(load, model=pair[0], mmproj=pair[1]), arguments.loads
            )
            table += rows((f"load {shapes.SHAPES[name].title}",), timed)
    section = body(table, arguments.runs)
    if not arguments.no_report:
        report.replace_section(arguments.report, arguments.section, section)
    print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
