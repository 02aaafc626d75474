"""Times the engine: load, encode, prefill, and tokens a second with and without SPARC.

Both methods run in one process on one loaded model, alternating, so that whatever else the machine
does falls on both; the ratio is taken pair by pair. EOS is ignored, so every answer has the same
length. Random-weight files stand in for models that cannot be shipped (see ``shapes``): their
attention is noise too, so the threshold that selects a wished-for share of the image tokens is
measured first, and the cost is shown for several shares.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from assistant.system import processor

processor.set_waiting()  # as in the worker; read when OpenMP loads

from assistant.errors import ModelError  # noqa: E402
from assistant.inference.options import EngineOptions  # noqa: E402
from assistant.model_store import find  # noqa: E402
from scripts.bench import report, shapes  # noqa: E402
from scripts.bench.timing import Result, Timing, time_pair  # noqa: E402

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
SECTION = "bench_speed"
EMBEDDED = "embedded"
_MORE_TOKENS, _MORE_PAIRS = 8, 5


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shapes",
        default=f"{EMBEDDED},0.5b,7b",
        help=f"comma-separated, of: {EMBEDDED}, {', '.join(shapes.SHAPES)}",
    )
    parser.add_argument("--cache-dir", type=Path, help="keeps the random-weight files (7b: 4.7 GB)")
    parser.add_argument("--tokens", type=int, default=32, help="tokens of each timed answer")
    parser.add_argument("--pairs", type=int, default=5, help="timed answers by each method")
    parser.add_argument(
        "--shares",
        default="0.05,0.25",
        help="shares of image tokens selected a step (random files)",
    )
    parser.add_argument(
        "--bare",
        default="",
        help="shapes to time without a callback too (such a model is loaded twice)",
    )
    parser.add_argument("--threads", type=int, help="default: the physical cores")
    parser.add_argument("--flash-attn", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--kv-type", choices=("auto", "f16", "q8_0"), default="auto")
    parser.add_argument("--section", default=SECTION, help="section of the report to write")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser.parse_args(argv)


def options_for(name: str, arguments: argparse.Namespace, folder: Path) -> EngineOptions | None:
    """Finds or writes a shape's files; ``None`` (and a line on stderr) where there are none."""
    if name == EMBEDDED:
        try:
            files = find.embedded_model()
        except ModelError as error:
            print(f"embedded model left out: {error}", file=sys.stderr)
            return None
        model, mmproj, title, preset = (
            files.model_path,
            files.mmproj_path,
            files.name,
            files.preset,
        )
        return EngineOptions(
            model,
            mmproj,
            model_name=title,
            preset=preset,
            n_threads=arguments.threads,
            flash_attn=arguments.flash_attn,
        )
    print(f"writing the files of {name}, unless they are there", file=sys.stderr)
    model, mmproj = shapes.write_pair(name, folder)
    return EngineOptions(
        model,
        mmproj,
        model_name=shapes.SHAPES[name].title,
        n_threads=arguments.threads,
        flash_attn=arguments.flash_attn,
    )


def bring_into_page_cache(*paths: Path) -> None:
    """Reads files, because a load is timed without the disk."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def row(result: Result) -> dict[str, str]:
    """One line of the table."""
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
            "not timed" if result.bare_ratio is None else _spread(result.bare_ratio)
        ),
        "`sparc` / `none`": _spread(result.ratio),
        "selected a step": f"{result.n_selected:.1f} of {result.n_image}",
    }


def _spread(timing: Timing) -> str:
    low, high = timing.interval
    return f"{timing.median:.3f} ({low:.3f}-{high:.3f})"


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def _speed(timing: Timing) -> str:
    rates = sorted((1000 / timing.high, 1000 / timing.low))
    return f"{1000 / timing.median:.2f} tokens/s ({rates[0]:.2f}-{rates[1]:.2f})"


def body(results: list[Result], arguments: argparse.Namespace, note: str) -> str:
    """The report's section."""
    lines = [
        f"Machine: {report.machine_line()}. llama-cpp-python 0.3.36, flash attention "
        f"{arguments.flash_attn}, KV cache {arguments.kv_type}, OpenMP waits passively.",
        "",
        f"Command: `{report.command_line()}`",
        "",
        f"Each method wrote {arguments.tokens} tokens {arguments.pairs} times (the embedded model "
        f"{arguments.tokens * _MORE_TOKENS} tokens {arguments.pairs * _MORE_PAIRS} times), alternating, EOS "
        "ignored; medians, and the lowest and highest in brackets. The ratios are taken pair by pair; in their "
        "brackets is where the median lies with 95 % confidence (bootstrap). "
        "Load is with the files in the page cache.",
    ]
    if arguments.bare:
        lines[-1] += " *No callback* is a context that SPARC could not steer: what `none` costs."
    if note:
        lines += ["", note]
    lines += ["", report.markdown_table([row(result) for result in results])]
    lines += [
        "",
        "0.5B, 1.7B and 7B are files of random weights in those shapes (language model Q4_K_M mix, CLIP "
        "ViT-L/14-336 with 23 layers in F16, 576 image tokens). Their attention is noise, so tau was "
        "set to select about the share of image tokens shown; what a real model selects depends on "
        "the picture.",
    ]
    return "\n".join(lines)


def write_report(results: list[Result], arguments: argparse.Namespace) -> None:
    """Rewrites the report's section with what has been measured so far."""
    if arguments.no_report:
        return
    note = f"One-minute load average at the end: {os.getloadavg()[0]:.1f}."
    report.replace_section(arguments.report, arguments.section, body(results, arguments, note))


def main(argv: list[str] | None = None) -> int:
    """Times every shape asked for and writes the report."""
    arguments = parse_arguments(argv)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bench-speed-") as temporary:
        folder = arguments.cache_dir or Path(temporary)
        for name in arguments.shapes.split(","):
            options = options_for(name.strip(), arguments, folder)
            if options is None:
                continue
            # A number of threads that is named stays: what else the machine does must not change it half-way.
            n_threads = arguments.threads or processor.threads_for(
                options.model_path.stat().st_size
            )
            bring_into_page_cache(options.model_path, options.mmproj_path)
            options = replace(options, kv_type=arguments.kv_type, n_threads=n_threads)
            shares = [None] if name == EMBEDDED else [float(s) for s in arguments.shares.split(",")]
            timed = time_pair(
                options,
                shares,
                # A token of the small model takes a millisecond: more of them, so that they can be told apart.
                arguments.tokens * (_MORE_TOKENS if name == EMBEDDED else 1),
                arguments.pairs * (_MORE_PAIRS if name == EMBEDDED else 1),
                has_bare=name in arguments.bare.split(","),
            )
            for result in timed:
                print("\n".join(f"{key}: {value}" for key, value in row(result).items()), "\n")
                results.append(result)
                # After each result, so that an interrupted run leaves what it has measured.
                write_report(results, arguments)
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
