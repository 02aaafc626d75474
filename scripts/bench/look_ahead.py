"""Time the wait from the key to the first token, cold and with the picture read ahead; see docs/benchmarks.md.

Both go through the worker process, as in use. Each round shows new pictures, so that nothing but the
look-ahead can have read them before; its worker is given all the time it wants, as with a still scene.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, Finished, ImageRgb, Piece
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from scripts.bench import report
from scripts.bench.models_to_time import EMBEDDED, add_model_options, each_model
from scripts.bench.timing import Timing, noise_picture

_DECODE = DecodeOptions(max_tokens=4, ignores_eos=True)


def wait_ms(client: InferenceClient, picture: ImageRgb) -> float:
    """Return the time from the question to the first text."""
    started = time.perf_counter()
    first = 0.0
    for event in client.ask(DescribeRequest(picture, DETAILED_PROMPT, _DECODE)):
        if isinstance(event, (Piece, Finished)) and not first:
            first = (time.perf_counter() - started) * 1000
    return first


def wait_until_idle(client: InferenceClient) -> None:
    """Return when the worker has used no processor time for half a second."""
    stat = Path(f"/proc/{client.worker_pid}/stat")
    last, calm_s = -1, 0.0
    while calm_s < 0.5:
        fields = stat.read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        calm_s = calm_s + 0.1 if ticks - last <= 1 else 0.0
        last = ticks
        time.sleep(0.1)


def measure(options: EngineOptions, n_rounds: int) -> tuple[Timing, Timing]:
    """Return waits in ms, cold and with the picture read ahead, in turn."""
    cold, ahead = [], []
    with InferenceClient(replace(options, look_ahead="on")) as client:
        wait_ms(client, noise_picture(1000))  # the model is loaded
        for number in range(n_rounds):
            cold.append(wait_ms(client, noise_picture(2 * number)))
            still = noise_picture(2 * number + 1)
            client.prepare(still, DETAILED_PROMPT)
            wait_until_idle(client)
            ahead.append(wait_ms(client, still))
    return Timing(tuple(cold)), Timing(tuple(ahead))


def row(name: str, cold: Timing, ahead: Timing) -> dict[str, str]:
    """Return one line of the table."""
    return {
        "model": name,
        "cold, ms": cold.shown(0),
        "read ahead, ms": ahead.shown(0),
        "read ahead / cold": ahead.over(cold).shown(3),
    }


def main(argv: list[str] | None = None) -> int:
    parser = report.make_parser(__doc__, "bench_look_ahead")
    add_model_options(parser, EMBEDDED)
    parser.add_argument("--rounds", type=int, default=5, help="waits of each kind")
    arguments = parser.parse_args(argv)
    rows = [
        row(options.model_name, *measure(options, arguments.rounds))
        for _, options in each_model(arguments)
    ]
    section = report.measured_section(
        "From the key to the first token, with the picture read ahead",
        "Through the worker process, pictures of 640 x 480, medians with the lowest and the highest in "
        "brackets. The ratio is taken pair by pair; the target is 0.10.",
        report.markdown_table(rows),
    )
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
