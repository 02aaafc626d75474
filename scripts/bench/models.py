"""Time a picture with each model of the catalogue; see docs/benchmarks.md and docs/models.md.

The files are random weights in the shapes of the real ones, measured as ``sparc-assistant models bench``
measures; a model whose shape was not measured is estimated from the nearest one, as ``models list`` does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.catalogue import CatalogueModel, read_catalogue
from assistant.model_store.estimate import ANSWER_TOKENS, Cost, estimate_cost
from assistant.model_store.record import Speed, State
from assistant.model_store.speed import measure
from scripts.bench import report, shapes

SHAPES = {
    "mobilevlm-1.7b": "mobilevlm",
    "llava-phi-3-mini": "3.8b",
    "llava-1.5-7b": "7b",
    "llava-llama-3-8b": "llama-3-8b",
}
"""Shape by model of the catalogue."""


def measure_shape(row: CatalogueModel, folder: Path) -> Speed:
    """Write the files of a model's shape, unless they are there, and measure them."""
    model, mmproj = shapes.write_pair(SHAPES[row.name], folder)
    options = EngineOptions(model, mmproj, model_name=row.name, template="vicuna_v1")
    with InferenceClient(options) as describer:
        return measure(
            describer, "here", lambda line: print(f"{row.name}: {line}", file=sys.stderr)
        )


def table_row(row: CatalogueModel, speed: Speed | None, price: Cost) -> dict[str, str]:
    """Return one line of the table."""
    basis = "measured" if price.basis == "measured" else f"estimated from {price.measured_with}"
    return {
        "model": row.name,
        "memory": f"{row.memory_mb / 1000:.1f} GB",
        "image tokens": str(row.image_tokens),
        "encode": "" if speed is None else f"{speed.encode_s:.1f} s",
        "prompt": "" if speed is None else f"{speed.n_prompt * speed.prompt_token_s:.1f} s",
        "tokens a second": "" if speed is None else f"{1 / speed.token_s:.1f}",
        "a picture": f"{price.seconds:.0f} s, {basis}",
    }


def body(rows: Mapping[str, CatalogueModel], state: State) -> str:
    """Return the page's section."""
    lines = []
    for row in sorted(rows.values(), key=lambda row: row.memory_mb):
        price = estimate_cost(row.name, state, rows, "here")
        if price is not None:
            lines.append(table_row(row, state.speeds.get(row.name), price))
    return report.measured_section(
        "Seconds for a picture, by model",
        f"A picture and an answer of {ANSWER_TOKENS} tokens, steered by SPARC, the model loaded. Files of random "
        "weights in the shapes of the real ones (Q4_K_M mix, projector in F16), one run of 32 tokens each, "
        "flash attention auto. Real files were not at hand. Estimated means as `models list` does: reading by the "
        "parameters, writing by the size of the file.",
        report.markdown_table(lines),
    )


def main(argv: list[str] | None = None) -> int:
    """Measure the shapes asked for and write the section."""
    parser = report.make_parser(__doc__, "bench_models")
    parser.add_argument("--models", default=",".join(SHAPES), help="names, with commas")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"), help="of the files")
    arguments = parser.parse_args(argv)
    rows, state = read_catalogue(), State()
    for name in arguments.models.split(","):
        state.speeds[name] = measure_shape(rows[name], arguments.cache_dir)
        report.publish(arguments, body(rows, state))
    print(body(rows, state))
    return 0


if __name__ == "__main__":
    sys.exit(main())
