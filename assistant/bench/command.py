"""``sparc-assistant bench chair | pope | amber | quality``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from assistant.bench import help_texts as texts
from assistant.bench import messages
from assistant.cli.parser import add_command, add_help, add_output, add_settings
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import translate as _
from assistant.messages import wrong_use, wrong_use_hint
from assistant.messages.translation import PROGRAM


def add_parser(commands: Any) -> None:
    """Add ``bench`` and its actions."""
    bench = add_command(commands, "bench", texts.BENCH, texts.BENCH_LONG, texts.EPILOG)
    actions = bench.add_subparsers(dest="action", metavar="BENCHMARK", required=True)
    add_help(bench)

    chair = _action(actions, "chair", texts.CHAIR)
    _file(chair, "images", texts.IMAGES, "DIR")
    _file(chair, "annotations", texts.INSTANCES)
    _file(chair, "captions", texts.CAPTIONS)
    _number(chair, "count", 500, texts.COUNT_PICTURES)
    _number(chair, "pick-seed", 42, texts.PICK_SEED)
    _finish(chair, "chair")

    pope = _action(actions, "pope", texts.POPE)
    _file(pope, "images", texts.IMAGES, "DIR")
    pope.add_argument(
        "--questions", metavar="FILE", nargs="+", required=True, help=_(texts.POPE_QUESTIONS)
    )
    _number(pope, "count", 0, texts.COUNT_QUESTIONS)
    _finish(pope, "pope")

    amber = _action(actions, "amber", texts.AMBER)
    _file(amber, "images", texts.IMAGES, "DIR")
    _file(amber, "queries", texts.AMBER_QUERIES)
    _file(amber, "annotations", texts.AMBER_ANNOTATIONS)
    _file(amber, "relations", texts.AMBER_RELATIONS, is_required=False)
    _file(amber, "safe-words", texts.AMBER_SAFE, is_required=False)
    _number(amber, "count", 0, texts.COUNT_QUESTIONS)
    _finish(amber, "amber")

    quality = _action(actions, "quality", texts.QUALITY)
    _file(quality, "scenes", texts.SCENES)
    _number(quality, "count", 0, texts.COUNT_SCENES)
    for name, text in (("attention", texts.NO_ATTENTION), ("questions", texts.NO_QUESTIONS)):
        quality.add_argument(f"--no-{name}", dest=name, action="store_false", help=_(text))
    methods = ("none", "uniform:1.05", "uniform:1.1", "uniform:1.2", "sparc")
    _finish(quality, "quality", methods)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Run the benchmark that was asked for."""
    for name in ("count", "pick_seed", "tokens"):
        least = 1 if name == "tokens" else 0
        value = getattr(options, name, least)
        if value < least:
            option = name.replace("_", "-")
            raise UsageError(
                wrong_use(f"argument --{option}: {value} is too small"),
                wrong_use_hint(f"{PROGRAM} bench {options.action}"),
            )
    try:
        import inflect  # noqa: F401 - an optional part, and slow to import
    except ImportError as error:
        raise UsageError(messages.INFLECT_MISSING, messages.inflect_missing_hint()) from error
    from assistant.bench import actions

    work: Mapping[str, Callable[[argparse.Namespace, Console], ExitCode]] = {
        "chair": actions.chair,
        "pope": actions.pope_questions,
        "amber": actions.amber_questions,
        "quality": actions.drawn_scenes,
    }
    return work[options.action](options, console)


def _action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    return add_command(actions, name, text, text, texts.EPILOG)


def _file(
    parser: argparse.ArgumentParser, name: str, text: str, metavar: str = "FILE",
    is_required: bool = True,
) -> None:  # fmt: skip
    parser.add_argument(f"--{name}", metavar=metavar, required=is_required, help=_(text))


def _number(parser: argparse.ArgumentParser, name: str, default: int, text: str) -> None:
    parser.add_argument(f"--{name}", metavar="N", type=int, default=default, help=_(text))


def _finish(
    parser: argparse.ArgumentParser,
    name: str,
    methods: tuple[str, ...] = ("none", "uniform", "sparc"),
) -> None:
    parser.add_argument(
        "--methods", metavar="NAME", nargs="+", default=list(methods), help=_(texts.METHODS)
    )
    if name != "pope":
        _number(parser, "tokens", 512, texts.TOKENS)
    results = f"bench-{name}.jsonl"
    help_text = _(texts.RESULTS).format(name=results)
    parser.add_argument("--results", metavar="FILE", default=results, help=help_text)
    parser.add_argument("--out", metavar="FILE", help=_(texts.OUT))
    add_settings(parser, "describe", ("model",))
    add_output(parser)
    add_help(parser)
