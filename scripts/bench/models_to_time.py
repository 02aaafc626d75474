"""Which models a benchmark times: the embedded one, and random-weight files in the shapes of real ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.inference.options import EngineOptions
from assistant.model_store.find import embedded_model
from scripts.bench.shapes import SHAPES, write_pair

EMBEDDED = "embedded"


def add_model_options(parser: argparse.ArgumentParser, shapes: str) -> None:
    """Add the options that name models and how they are loaded; ``shapes`` is the usual choice."""
    names = f"{EMBEDDED}, {', '.join(SHAPES)}"
    parser.add_argument("--shapes", default=shapes, help=f"comma-separated, of: {names}")
    parser.add_argument(
        "--cache-dir",
        type=Path,
        default=Path("shapes"),
        help="keeps the random-weight files (7b: 4.7 GB)",
    )
    parser.add_argument("--threads", type=int, help="default: what is shipped")
    parser.add_argument("--flash-attn", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--kv-type", choices=("auto", "f16", "q8_0"), default="auto")


def options_for(name: str, cache_dir: Path) -> EngineOptions:
    """Find or write a model's files, and return the options that load them."""
    if name == EMBEDDED:
        files = embedded_model()
        return EngineOptions(
            files.model_path, files.mmproj_path, files.name, files.preset, template=files.template
        )
    print(f"writing the files of {name}, unless they are there", file=sys.stderr)
    return EngineOptions(
        *write_pair(name, cache_dir), model_name=SHAPES[name].title, template="vicuna_v1"
    )


def each_model(arguments: argparse.Namespace) -> Iterator[tuple[str, EngineOptions]]:
    """Yield the name and options of each model asked for by ``add_model_options``."""
    for name in arguments.shapes.split(","):
        options = options_for(name.strip(), arguments.cache_dir)
        yield (
            name.strip(),
            replace(
                options,
                n_threads=arguments.threads,
                flash_attn=arguments.flash_attn,
                kv_type=arguments.kv_type,
            ),
        )
