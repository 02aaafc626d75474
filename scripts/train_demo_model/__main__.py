"""Makes the embedded demo model: `python -m scripts.train_demo_model STAGE`.

Stages, in order: data (sprite sheet and vocabulary), vision, language, together, export,
check, examples.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path


def main() -> None:
    """Reads the command line and runs one stage."""
    parser = argparse.ArgumentParser(prog="train_demo_model", description=__doc__)
    stages = ("data", "vision", "language", "together", "export", "check", "examples")
    parser.add_argument("stage", choices=stages)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("build/demo_model"),
        help="folder for checkpoints and caches",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=None,
        help="shorten the stage to this training time (the rate follows)",
    )
    parser.add_argument("--peak-rate", type=float, help="language, together: another peak rate")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads for training")
    parser.add_argument(
        "--processes", type=int, default=1, help="language, together: share the batch"
    )
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for the larger configuration")
    parser.add_argument("--font", type=Path, help="data: NotoColorEmoji.ttf, to redraw sprites.png")
    parser.add_argument(
        "--out", type=Path, default=Path("models/demo"), help="export and examples: the folder"
    )
    args = parser.parse_args()

    if args.stage == "examples":
        from .examples import write_examples

        write_examples(args.out)
        return

    args.work.mkdir(parents=True, exist_ok=True)
    if args.stage == "data":
        from .tokenizer import train_tokenizer

        if args.font is not None:
            from .render import build_sprite_sheet

            build_sprite_sheet(args.font)
        train_tokenizer(args.work)
        return

    import torch

    from .config import CPU, CUDA

    torch.set_num_threads(args.threads)
    config = CUDA if args.device.startswith("cuda") else CPU
    if args.minutes is not None:
        config = replace(
            config,
            vision_schedule=replace(config.vision_schedule, minutes=args.minutes),
            language_schedule=replace(config.language_schedule, minutes=args.minutes),
            together_schedule=replace(config.together_schedule, minutes=args.minutes),
        )
    if args.peak_rate is not None:
        config = replace(
            config,
            language_schedule=replace(config.language_schedule, peak_rate=args.peak_rate),
            together_schedule=replace(config.together_schedule, peak_rate=args.peak_rate),
        )
    if args.stage == "vision":
        from .train_vision import train_vision

        train_vision(config, args.work, args.device)
    elif args.stage == "language":
        from .train_language import train_language

        train_language(config, args.work, args.device, args.processes)
    elif args.stage == "together":
        from .train_together import train_together

        train_together(config, args.work, args.device, args.processes)
    elif args.stage == "export":
        from .export import export

        export(config, args.work, args.out)
    else:
        from .check import check

        check(config, args.work, args.out)


if __name__ == "__main__":
    main()
