"""Time the engine: load, encode, prefill, and tokens a second with and without SPARC; see docs/benchmarks.md.

Both methods run in one process on one loaded model, alternating, so that whatever else the machine
does falls on both; the ratio is taken pair by pair. EOS is ignored, so every answer has the same
length. Random-weight files stand in for models that cannot be shipped (see ``shapes.py``): their
attention is noise too, so the threshold that selects a wished-for share of the image tokens is
measured first, and the cost is shown for several shares.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from assistant.system import processor

processor.set_waiting()  # as in the worker; read when OpenMP loads

from scripts.bench import report  # noqa: E402
from scripts.bench.models_to_time import EMBEDDED, add_model_options, each_model  # noqa: E402
from scripts.bench.timing import Result, Timing, time_pair  # noqa: E402

_MORE_TOKENS, _MORE_PAIRS = 8, 5


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_speed")
    add_model_options(parser, f"{EMBEDDED},0.5b,7b")
    parser.add_argument("--tokens", type=int, default=32, help="tokens of each timed answer")
    parser.add_argument("--pairs", type=int, default=5, help="timed answers by each method")
    shares_help = "shares of image tokens selected a step (random files)"
    parser.add_argument("--shares", default="0.05,0.25", help=shares_help)
    bare_help = "shapes to time without a callback too (such a model is loaded twice)"
    parser.add_argument("--bare", default="", help=bare_help)
    return parser.parse_args(argv)


def bring_into_page_cache(*paths: Path) -> None:
    """Read files, because a load is timed without the disk."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def row(result: Result) -> dict[str, str]:
    """Return one line of the table."""
    names = {"bare": "no callback", "none": "`none`", "sparc": "`sparc`"}
    return {
        "model": result.name,
        "load": _duration(result.load_ms),
        "encode": _duration(result.encode.median),
        "prefill": f"{_duration(result.prefill.median)} ({result.n_prompt} tokens)",
        **{
            name: _speed(result.ms[way]) if way in result.ms else "not timed"
            for way, name in names.items()
        },
        "time a token, `sparc` / no callback": (
            "not timed"
            if result.bare_ratio is None
            else result.bare_ratio.shown(3, has_interval=True)
        ),
        "`sparc` / `none`": result.ratio.shown(3, has_interval=True),
        "selected a step": f"{result.n_selected:.1f} of {result.n_image}",
    }


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def _speed(timing: Timing) -> str:
    rates = sorted((1000 / timing.high, 1000 / timing.low))
    return f"{1000 / timing.median:.2f} tokens/s ({rates[0]:.2f}-{rates[1]:.2f})"


def body(results: list[Result], arguments: argparse.Namespace) -> str:
    """Return the page's section."""
    no_callback = (
        " *No callback* is a context that SPARC could not steer: what `none` costs."
        if arguments.bare
        else ""
    )
    return report.measured_section(
        "",
        f"Each method wrote {arguments.tokens} tokens {arguments.pairs} times (the embedded model "
        f"{arguments.tokens * _MORE_TOKENS} tokens {arguments.pairs * _MORE_PAIRS} times), alternating, EOS "
        "ignored; medians, and the lowest and highest in brackets. The ratios are taken pair by pair; in their "
        "brackets is where the median lies with 95 % confidence (bootstrap). "
        f"Load is with the files in the page cache.{no_callback}",
        report.markdown_table([row(result) for result in results]),
        "0.5B, 1.7B and 7B are files of random weights in those shapes (language model Q4_K_M mix, CLIP "
        "ViT-L/14-336 with 23 layers in F16, 576 image tokens). Their attention is noise, so tau was "
        "set to select about the share of image tokens shown; what a real model selects depends on "
        "the picture.",
        machine=f" llama-cpp-python 0.3.36, flash attention {arguments.flash_attn}, "
        f"KV cache {arguments.kv_type}, OpenMP waits passively.",
    )


def main(argv: list[str] | None = None) -> int:
    """Time every shape asked for and write the section."""
    arguments = parse_arguments(argv)
    results: list[Result] = []
    for name, options in each_model(arguments):
        is_small = name == EMBEDDED
        # A number of threads that is named stays: what else the machine does must not change it half-way.
        n_threads = options.n_threads or processor.threads_for(options.model_path.stat().st_size)
        bring_into_page_cache(options.model_path, options.mmproj_path)
        timed = time_pair(
            replace(options, n_threads=n_threads),
            [None] if is_small else [float(share) for share in arguments.shares.split(",")],
            # A token of the small model takes a millisecond: more of them, so that they can be told apart.
            arguments.tokens * (_MORE_TOKENS if is_small else 1),
            arguments.pairs * (_MORE_PAIRS if is_small else 1),
            has_bare=name in arguments.bare.split(","),
        )
        for result in timed:
            print("\n".join(f"{key}: {value}" for key, value in row(result).items()), "\n")
            results.append(result)
            report.publish(arguments, body(results, arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
