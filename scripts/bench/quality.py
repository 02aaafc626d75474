"""Measure what SPARC changes in the embedded model's captions: writes docs/quality.md and its plots.

It draws scenes whose truth is known, picks the parameters on the development split, describes the test split once
with every method through the real engine and the shipped files, watches the attention, and measures what the check
key is worth. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.bench import quality
from assistant.bench.data_files import fingerprint
from assistant.bench.methods import Method, name_method
from assistant.bench.scenes import read_scenes, scenes_fingerprint
from assistant.model_store.find import ModelFiles, embedded_model
from scripts.bench import quality_plots as plots
from scripts.bench import quality_report as report
from scripts.bench import second_look as second_look
from scripts.bench.judged_scenes import FIRST, draw_scenes
from scripts.bench.quality_run import Answers, answers
from scripts.bench.report import ROOT, command_line, machine_line
from sparc_ggml.config import SparcConfig

NONE = name_method(SparcConfig(method="none"))
AUTHORS = name_method(SparcConfig(alpha=1.1, beta=0.1, tau=1.5))
UNIFORM = tuple(name_method(SparcConfig(method="uniform", alpha=a)) for a in (1.05, 1.1, 1.2, 1.5))
ALPHAS, TAUS, BETAS = (1.01, 1.02, 1.05, 1.1), (1.5, 2.5, 4.0), (0.0, 0.1, 0.5, 0.9)
GRID = tuple(name_method(SparcConfig(alpha=a, beta=0.1, tau=t)) for a in ALPHAS for t in TAUS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark and write the page."""
    args = _arguments(argv)
    files = embedded_model()
    work = args.work / f"{fingerprint(files.model_path)}-{fingerprint(files.mmproj_path)}"
    with _Clock(work / "minutes") as clock:
        data = _measure(args, files, work, clock)
    (work / "quality.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    pictures = plots.draw(data, args.report.parent / "quality") if args.report else {}
    text = report.text(data, pictures)
    if args.report:
        args.report.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _measure(
    args: argparse.Namespace, files: ModelFiles, work: Path, clock: _Clock
) -> dict[str, Any]:
    """Measure everything that the page shows."""
    dev_path = draw_scenes("dev", 0, args.dev, work / "dev")
    test_path = draw_scenes("test", args.first, args.scenes, work / "test")
    dev = _Split(files, dev_path, work, args.jobs)

    grid = dev.ask((NONE, *UNIFORM, *GRID))
    f1 = {m.label: float(grid[m.label]["micro"]["f1"]) for m in GRID}
    preset = max(GRID, key=lambda m: f1[m.label])
    print(f"picked on the development split: {preset.label}", flush=True)
    betas = tuple(name_method(replace(preset.config, beta=beta)) for beta in BETAS)
    layers = tuple(
        name_method(replace(preset.config, selected_layer=n)) for n in range(_depth(files))
    )
    ablation = dev.ask((*betas, *layers))

    methods = tuple({m.label: m for m in (NONE, *UNIFORM, AUTHORS, preset)}.values())
    test = _Split(files, test_path, work, args.jobs)
    found = test.ask(methods, has_attention=True, has_questions=True)
    shipped = name_method(files.preset)
    pairs = answers(
        files, test_path, (shipped,), test.folder / "second-looks", args.jobs, has_second_look=True
    )
    world, scenes = read_scenes(test_path)
    run: dict[str, Any] = {
        "command": command_line(),
        "machine": machine_line(),
        "minutes": clock.minutes,
        "world": world.name,
        "model": files.model_path.name,
        "scenes": len(scenes),
        "dev_scenes": args.dev,
        "preset": preset.label,
        "shipped": shipped.label,
        "authors": AUTHORS.label,
        "by_count": report.by_count(world, scenes, test.answers, NONE.label),
    }
    return {
        "run": run,
        "test": list(found.values()),
        "dev_grid": [_row(m, grid) for m in (NONE, *UNIFORM, *GRID)],
        "dev_beta": [_row(m, ablation) for m in betas],
        "dev_layer": [_row(m, ablation) for m in layers],
        "check": second_look.summary(world, scenes, shipped.label, pairs),
    }


class _Clock:
    """Minutes of work, those of runs that were stopped included."""

    def __init__(self, path: Path) -> None:
        self._path, self._started = path, time.monotonic()
        self._before = float(path.read_text()) if path.exists() else 0.0

    def __enter__(self) -> _Clock:
        return self

    def __exit__(self, *_: object) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(f"{self.minutes:.2f}\n")

    @property
    def minutes(self) -> float:
        return self._before + (time.monotonic() - self._started) / 60


def _row(one: Method, found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a method's figures with its parameters; "method" is then the bare method, "label" its whole name."""
    return {**found[one.label], **vars(one.config), "label": one.label}


class _Split:
    """The scenes of one split, and all that was answered about them."""

    def __init__(self, files: ModelFiles, scenes: Path, work: Path, jobs: int) -> None:
        self._files, self._scenes, self._jobs = files, scenes, jobs
        # Answers about other scenes, or by another model, must not be taken for these.
        version = scenes_fingerprint(scenes, read_scenes(scenes)[1])
        self.folder = work / f"{scenes.parent.name}-answers-{version}"
        self.answers: Answers = {}

    def ask(self, methods: Sequence[Method], **what: bool) -> Mapping[str, dict[str, Any]]:
        """Return the summary of each method, by its label."""
        folder = self.folder / ("watched" if what.get("has_attention") else "plain")
        self.answers = answers(self._files, self._scenes, methods, folder, self._jobs, **what)
        world, scenes = read_scenes(self._scenes)
        found = quality.summarize(
            world, scenes, methods, lambda key, label: self.answers.get((key, label))
        )
        return {one["method"]: one for one in found}


def _depth(files: ModelFiles) -> int:
    from assistant.inference.gguf.header import read_header

    values = read_header(files.model_path).values
    return int(values["llama.block_count"])


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=300, help="test scenes")
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first test scene")
    parser.add_argument("--dev", type=int, default=100, help="scenes that pick the parameters")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "sparc-quality",
        help="folder of scenes and answers",
    )  # fmt: skip
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "quality.md")
    parser.add_argument(
        "--no-report", dest="report", action="store_const", const=None, help="print only"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
