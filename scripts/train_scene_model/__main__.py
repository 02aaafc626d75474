"""Make the embedded model: the files of models/demo and examples; models/demo/README.md has the commands.

Stages, in order: data (sprite sheet and vocabulary), vision, language, together, export, check, examples. After
language or together, round makes the result the start of another round through the same stages.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

STAGES = (
    "data", "vision", "language", "together", "round", "export", "check", "examples",
)  # fmt: skip


def main() -> None:
    """Read the command line and run one stage."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.train_scene_model", description=__doc__
    )
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("build/scene_model"),
        help="folder for checkpoints and the vocabulary",
    )
    parser.add_argument("--minutes", type=float, help="end of the stage, over all its runs")
    parser.add_argument(
        "--cool", type=float, help="of these minutes, the last ones, in which the rate falls"
    )
    parser.add_argument(
        "--pointing", type=float, help="language: weight of the loss that shows heads where to look"
    )
    parser.add_argument("--processes", type=int, default=1, help="processes that share a batch")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of a single process")
    parser.add_argument("--font", type=Path, help="data: NotoColorEmoji.ttf, to redraw sprites.png")
    parser.add_argument("--word-font", type=Path, help="data: DejaVuSans-Bold.ttf, for the signs")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder of the pair (default: models/demo); examples: theirs (default: examples)",
    )
    args = parser.parse_args()
    if args.stage == "examples":
        from .examples import write_examples

        write_examples(args.out or Path("examples"))
        return
    args.out = args.out or Path("models/demo")
    args.work.mkdir(parents=True, exist_ok=True)
    if args.stage == "data":
        from .tokenizer import train_tokenizer

        if args.font is not None and args.word_font is not None:
            from .sprites import build_sprite_sheet

            build_sprite_sheet(args.font, args.word_font)
        train_tokenizer(args.work)
        return
    _train(args)


def _train(args: argparse.Namespace) -> None:
    import torch

    from .config import Config

    torch.set_num_threads(args.threads)
    config = Config()
    changes = {"minutes": args.minutes, "cool_minutes": args.cool, "pointing": args.pointing}
    changes = {name: value for name, value in changes.items() if value is not None}
    config = replace(
        config,
        vision_schedule=replace(config.vision_schedule, **changes),
        language_schedule=replace(config.language_schedule, **changes),
        together_schedule=replace(config.together_schedule, **changes),
    )
    if args.stage == "vision":
        from .train_vision import train_vision

        train_vision(config, args.work, args.processes)
    elif args.stage == "language":
        from .train_language import train_language

        train_language(config, args.work, args.processes)
    elif args.stage == "together":
        from .train_together import train_together

        train_together(config, args.work, args.processes)
    elif args.stage == "round":
        from .next_round import begin_next_round

        begin_next_round(args.work)
    elif args.stage == "export":
        from .export import export

        export(config, args.work, args.out)
    else:
        from .check import check

        check(config, args.work, args.out)


if __name__ == "__main__":
    main()
