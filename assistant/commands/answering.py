"""What ``describe`` and ``ask`` share: their options, and wiring model, voice and console together.

Nothing heavy is imported before "Looking." was said: the first sign of life must come at once. What the options do
not need is imported after the worker was started, whose own imports take longest.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from assistant import cli_parser, help_texts, messages
from assistant.console import Console
from assistant.errors import ExitCode, UsageError
from assistant.messages import translate as _

if TYPE_CHECKING:
    from assistant.catalogue import ModelFiles
    from assistant.config import Settings
    from assistant.inference.worker_process import WorkerProcess
    from sparc_ggml.config import SparcConfig

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        help_texts.GROUP_MODEL,
        ("model", "mmproj", "template", "threads", "n-ctx", "flash-attn", "kv-type"),
    ),
    (help_texts.GROUP_ANSWER, ("language", "max-tokens", "temperature", "top-p", "seed")),
    (help_texts.GROUP_STEERING, ("method", "alpha", "beta", "tau", "layer", "layers")),
    (help_texts.GROUP_SPEECH, ("rate", "voice", "volume")),
)


def add_options(command: argparse.ArgumentParser) -> None:
    """Adds the settings and the options of what is written."""
    cli_parser.add_setting_groups(command, ((help_texts.GROUP_CAMERA, ("camera",)), *GROUPS))
    output = command.add_argument_group(_(help_texts.GROUP_OUTPUT))
    output.add_argument("--json", action="store_true", help=_(help_texts.JSON))
    output.add_argument("--trace", metavar="FILE", help=_(help_texts.TRACE))
    output.add_argument("--heatmap", metavar="FILE", help=_(help_texts.HEATMAP))
    output.add_argument("--verbose", action="store_true", help=_(help_texts.VERBOSE))
    output.add_argument("--config", metavar="FILE", help=_(help_texts.CONFIG))
    cli_parser.add_help(command)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Answers what was asked on the command line, about each picture."""
    from assistant.inference.worker_process import WorkerProcess

    worker = WorkerProcess()
    try:
        return _run(options, console, worker)
    finally:
        worker.end()


def _run(options: argparse.Namespace, console: Console, worker: WorkerProcess) -> ExitCode:
    from assistant import wiring
    from assistant.catalogue import find_model
    from assistant.config import load_settings
    from assistant.typed_path import typed_path

    wiring.start_logging(is_verbose=options.verbose)
    config_path = typed_path(options.config) if options.config else None
    settings = load_settings(cli_parser.setting_values(options), config_path=config_path)
    pictures = options.images if options.command == "describe" else [options.image]
    if list(pictures).count("-") > 1:
        raise UsageError(messages.picture_stdin_twice())
    files = find_model(settings.model.model_path, settings.model.mmproj_path)
    sparc = settings.steering.applied_to(files.preset)
    return _work(options, pictures, settings, files, sparc, console, worker)


def _work(
    options: argparse.Namespace,
    pictures: Sequence[str],
    settings: Settings,
    files: ModelFiles,
    sparc: SparcConfig,
    console: Console,
    worker: WorkerProcess,
) -> ExitCode:
    from assistant import resident, wiring
    from assistant.camera.named_pictures import CAMERA, NamedPictures
    from assistant.core.questions import BRIEF_PROMPT, DETAILED_PROMPT
    from assistant.describe import Equipment, Job, run_job
    from assistant.inference.client import InferenceClient
    from assistant.report import TraceFile
    from assistant.typed_path import typed_path

    if options.command == "describe":
        usual = BRIEF_PROMPT if settings.answer.style == "brief" else DETAILED_PROMPT
        questions = [settings.answer.prompt or usual]
    else:
        questions = list(options.questions)
    with ExitStack() as stack:
        trace = None
        if options.trace is not None:
            trace = TraceFile(typed_path(options.trace))
            stack.callback(trace.close)
        heatmap = None
        if options.heatmap is not None:
            if len(pictures) * len(questions) > 1:
                raise UsageError(messages.heatmap_one_answer())
            from assistant.heatmap import HeatmapFile

            heatmap = HeatmapFile(typed_path(options.heatmap))
        describer = InferenceClient(
            wiring.engine_options(settings, files, is_verbose=options.verbose), worker=worker
        )
        stack.callback(describer.close)

        def tell(message: str) -> None:
            console.status(message)
            speaker.say(message)

        load_picture = NamedPictures(settings.camera.source, tell)
        stack.callback(load_picture.close)
        if set(pictures) != {CAMERA}:
            load_picture.warm()
        # Opened last, so closed first: sound stops before anything else is taken down.
        speaker = wiring.speaker(settings, console.error)
        stack.callback(speaker.close)
        is_demo = files.is_demo
        equipment = Equipment(
            describer,
            speaker,
            load_picture,
            console,
            trace,
            sparc,
            model_names=(str(files.model_path), str(files.mmproj_path)),
            notices=[
                *([messages.demo_model()] if is_demo else []),
                *wiring.model_notices(settings, files),
            ],
            hints=[messages.demo_model_hint()] if is_demo else [],
            heatmap=heatmap,
        )
        is_labelled = options.command == "ask" and len(questions) > 1
        job = Job(pictures, questions, options.json, is_labelled)
        resident.stay()
        return run_job(job, settings, equipment)
