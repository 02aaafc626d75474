"""Time the start, from the command to the first sentence, and a token's decoding; see docs/benchmarks.md.

``describe examples/street.png`` runs as a process with the embedded model, the real voice and a player that makes
no sound and notes when it begins. Then the same command, silent and with ``--json``, says where the model's time
goes, with SPARC and without. With ``--load`` larger models are loaded too. With ``--against`` all of it is done in
turn with another checkout, each by the Python of its own ``.venv`` where it has one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.bench import report, shapes
from scripts.bench.session import Player
from scripts.bench.timing import Timing, in_turn

PICTURE = report.ROOT / "examples" / "street.png"
COMMAND = ("command to the first sign of life", "command to the first sentence",
           "command to its sound", "command to the last sentence")  # fmt: skip
MODEL = ("load the model", "encode the picture", "read the prompt",
         "a token without SPARC", "a token with SPARC", "a token with SPARC / without")  # fmt: skip


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_start")
    parser.add_argument("--runs", type=int, default=15, help="descriptions by each checkout")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout")
    names = ", ".join(shapes.SHAPES)
    parser.add_argument("--load", default="", help=f"comma-separated, of: {names}")
    parser.add_argument("--loads", type=int, default=5, help="loads of each by each checkout")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"), help="of --load's files")
    return parser.parse_args(argv)


def command(checkout: Path, *options: str | Path) -> list[str]:
    """Return the command line that describes the picture with a checkout's program."""
    own = checkout / ".venv" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    return [python, "-m", "assistant", "describe", str(PICTURE), *map(str, options)]


def time_describe(checkout: Path, player: Player) -> list[float]:
    """Describe once by the whole program; return milliseconds, as ``COMMAND`` has them."""
    player.forget()
    started, wall = time.perf_counter(), time.time()

    def read(stream: IO[str], lines: list[tuple[str, float]]) -> None:
        lines += ((line, 1000 * (time.perf_counter() - started)) for line in stream)

    said: list[tuple[str, float]] = []
    status: list[tuple[str, float]] = []
    with subprocess.Popen(
        command(checkout), cwd=checkout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        beside = threading.Thread(target=read, args=(process.stderr, status))
        beside.start()
        read(process.stdout, said)
        beside.join()
    if process.returncode:
        raise RuntimeError("".join(line for line, _ in status))
    # What is said before it begins to sound before it is shown, but for some milliseconds.
    shown = wall + said[0][1] / 1000 - 0.02
    sound = 1000 * (min(at for at in player.starts().values() if at > shown) - wall)
    return [status[0][1], said[0][1], sound, said[-1][1]]


def ask_model(checkout: Path, *options: str | Path) -> tuple[dict[str, float], float]:
    """Describe silently; return the model's milliseconds by stage, and those of a token."""
    line = command(checkout, "--json", "--no-speech", *options)
    done = subprocess.run(line, cwd=checkout, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    times: dict[str, float] = answer["timings_ms"]
    return times, times["decode"] / answer["counts"]["tokens"]


def time_model(checkout: Path) -> list[float]:
    """Return milliseconds, as ``MODEL`` has them."""
    _, plain = ask_model(checkout, "--method", "none")
    times, steered = ask_model(checkout)
    return [times["load"], times["encode"], times["prefill"], plain, steered, steered / plain]


def time_load(checkout: Path, model: Path, mmproj: Path) -> list[float]:
    """Return the milliseconds for loading a pair of files in a fresh process."""
    options = ("--model", model, "--mmproj", mmproj, "--max-tokens", "1", "--no-memory-check")
    return [ask_model(checkout, *options)[0]["load"]]


def measure(
    names: Sequence[str], checkouts: dict[str, Path], run: Callable[[Path], list[float]], n: int
) -> list[dict[str, str]]:
    """Time all checkouts in turn; return a line of the table for each thing that ``run`` times."""
    ways = {name: partial(run, checkout) for name, checkout in checkouts.items()}
    # The first round brings files into the page cache.
    rounds = {name: values[1:] for name, values in in_turn(n + 1, ways, "ms").items()}
    table = []
    for number, what in enumerate(names):
        timings = {name: Timing(tuple(v[number] for v in vs)) for name, vs in rounds.items()}
        is_ratio, is_token = "/" in what, "token" in what
        digits, unit = (3, "") if is_ratio else (2 if is_token else 0, " ms")
        row = {"what": what} | {name: each.shown(digits, unit) for name, each in timings.items()}
        if len(timings) > 1:
            now, before = timings.values()
            row["now / before"] = now.over(before).shown(3, has_interval=True)
        table.append(row)
    return table


def main(argv: list[str] | None = None) -> int:
    """Measure and write the section."""
    arguments = parse_arguments(argv)
    checkouts = {"now": report.ROOT}
    if arguments.against is not None:
        checkouts["before"] = arguments.against.resolve()
    with tempfile.TemporaryDirectory(prefix="bench-start-") as temporary:
        os.environ["HOME"] = temporary  # nobody's settings
        player = Player(Path(temporary))
        table = []
        if arguments.runs:
            run = partial(time_describe, player=player)
            table += measure(COMMAND, checkouts, run, arguments.runs)
            table += measure(MODEL, checkouts, time_model, arguments.runs)
        for name in filter(None, arguments.load.split(",")):
            pair = [path.resolve() for path in shapes.write_pair(name, arguments.cache_dir)]
            run = partial(time_load, model=pair[0], mmproj=pair[1])
            table += measure(
                (f"load {shapes.SHAPES[name].title}",), checkouts, run, arguments.loads
            )
    section = report.measured_section(
        "From the command to the first words",
        f"`describe` on a drawn scene with the embedded model, {arguments.runs} times, all programs in turn; "
        "medians, and the lowest and highest in brackets; the files are in the page cache. The ratio is taken "
        "pair by pair; in its brackets is where the median lies with 95 % confidence (bootstrap). The voice is "
        "real, and the player is a program that makes no sound. The first sentence's sound waits for what is "
        "said before it. The model's times are what a silent `describe --json` says.",
        report.markdown_table(table),
    )
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
