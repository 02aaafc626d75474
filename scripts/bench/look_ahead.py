"""Times the wait from the key to the first token: cold, and with the picture read ahead.

Both go through the worker process, as in use. Each round shows new pictures, so that nothing but the
look-ahead can have read them before; its worker is given all the time it wants, as with a still scene.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, Finished, ImageRgb, Piece
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from scripts.bench import report
from scripts.bench.speed import EMBEDDED, REPORT, options_for
from scripts.bench.timing import noise_picture

SECTION = "bench_look_ahead"
_DECODE = DecodeOptions(max_tokens=4, ignores_eos=True)


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", default=EMBEDDED, help="comma-separated, as in speed.py")
    parser.add_argument("--cache-dir", type=Path, help="keeps the random-weight files")
    parser.add_argument("--rounds", type=int, default=5, help="waits of each kind")
    parser.add_argument("--threads", type=int, help="default: the physical cores")
    parser.add_argument("--flash-attn", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser.parse_args(argv)


def wait_ms(client: InferenceClient, picture: ImageRgb) -> float:
    """From the question to the first text, in ms."""
    started = time.perf_counter()
    first = 0.0
    for event in client.ask(DescribeRequest(picture, DETAILED_PROMPT, _DECODE)):
        if isinstance(event, (Piece, Finished)) and not first:
            first = (time.perf_counter() - started) * 1000
    return first


def wait_until_idle(client: InferenceClient) -> None:
    """Returns when the worker has used no processor time for half a second."""
    stat = Path(f"/proc/{client.worker_pid}/stat")
    last, calm_s = -1, 0.0
    while calm_s < 0.5:
        fields = stat.read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        calm_s = calm_s + 0.1 if ticks - last <= 1 else 0.0
        last = ticks
        time.sleep(0.1)


def measure(options: EngineOptions, n_rounds: int) -> tuple[list[float], list[float]]:
    """Waits in ms, cold and with the picture read ahead, in turn."""
    cold, ahead = [], []
    with InferenceClient(replace(options, look_ahead="on")) as client:
        wait_ms(client, noise_picture(1000))  # the model is loaded
        for number in range(n_rounds):
            cold.append(wait_ms(client, noise_picture(2 * number)))
            still = noise_picture(2 * number + 1)
            client.prepare(still, DETAILED_PROMPT)
            wait_until_idle(client)
            ahead.append(wait_ms(client, still))
    return cold, ahead


def row(name: str, cold: Sequence[float], ahead: Sequence[float]) -> str:
    """One line of the table."""
    ratios = [one / other for one, other in zip(ahead, cold, strict=True)]
    cells = [
        f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"
        for values, digits in ((cold, 0), (ahead, 0), (ratios, 3))
    ]
    return f"| {name} | " + " | ".join(cells) + " |"


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    rows = []
    for name in arguments.shapes.split(","):
        options = options_for(name, arguments, arguments.cache_dir)
        if options is None:
            continue
        rows.append(row(options.model_name or name, *measure(options, arguments.rounds)))
        print(rows[-1], flush=True)
    body = "\n".join(
        [
            "## From the key to the first token, with the picture read ahead",
            "",
            f"Machine: {report.machine_line()}.",
            "",
            f"Command: `python scripts/bench/look_ahead.py --shapes {arguments.shapes} "
            f"--cache-dir shapes --rounds {arguments.rounds}`",
            "",
            "Through the worker process, pictures of 640 x 480, medians with the lowest and the highest in "
            "brackets. The ratio is taken pair by pair; the target is 0.10.",
            "",
            "| model | cold, ms | read ahead, ms | read ahead / cold |",
            "|---|---|---|---|",
            *rows,
        ]
    )
    if not arguments.no_report:
        report.replace_section(arguments.report, SECTION, body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
