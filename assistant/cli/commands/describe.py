"""What ``describe`` and ``ask`` share: their options, and wiring model, voice and console together.

Nothing heavy is imported before "Looking." was said: the first sign of life must come at once. What the options do
not need is imported after the worker was started, whose own imports take longest.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant import messages
from assistant.cli import help_texts
from assistant.cli.open_pictures import open_pictures, refuse_twice_stdin
from assistant.cli.parser import add_command, add_help, add_output, add_setting, add_settings
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import camera as words
from assistant.messages import translate as _
from assistant.messages.translation import PROGRAM
from assistant.settings.table import setting_values

if TYPE_CHECKING:
    from assistant.core.questions import Question
    from assistant.inference.worker.process import WorkerProcess
    from assistant.settings.table import Settings


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    """Add the settings and the options of what is written."""
    add_settings(parser, command)
    output = add_output(parser)
    output.add_argument("--json", action="store_true", help=help_texts.JSON)
    output.add_argument("--trace", metavar="FILE", help=help_texts.TRACE)
    output.add_argument("--heatmap", metavar="FILE", help=help_texts.HEATMAP)
    add_help(parser)


def answer(options: argparse.Namespace, console: Console) -> ExitCode:
    """Answer what was asked on the command line, about each picture."""
    from assistant.inference.worker.process import WorkerProcess

    worker = WorkerProcess()
    try:
        return _run(options, console, worker)
    finally:
        worker.end()


def _run(options: argparse.Namespace, console: Console, worker: WorkerProcess) -> ExitCode:
    from assistant.app import wiring
    from assistant.app.setting_checks import with_what_works
    from assistant.cli.named_files import name_files
    from assistant.settings.load import read_settings
    from assistant.system.typed_path import typed_path

    wiring.start_logging(is_verbose=options.verbose)
    config_path = typed_path(options.config) if options.config else None
    given = {name: value for name, value in setting_values(options).items() if value is not None}
    loaded = read_settings(given, config_path=config_path)
    is_describing = options.command == "describe"
    named = name_files(
        options.images if is_describing else [options.image], takes_many=is_describing
    )
    pictures = named.pictures
    refuse_twice_stdin(pictures)
    settings, files, replaced = with_what_works(loaded.settings, given)
    settings = wiring.silent_beside(wiring.find_reader(settings), settings)
    # Refused before the model is loaded; each question stands for itself.
    answer_options = replace(wiring.answer_options(settings, files), keeps_turns=False)

    from assistant.cli.describe_job import DescribeJob, Job
    from assistant.cli.output_file import OutputFile, check_distinct
    from assistant.cli.records import TraceFile
    from assistant.core.events import TraceHeader, TraceStep
    from assistant.core.glancing import Glancing
    from assistant.core.history import History
    from assistant.glance.process import GlanceProcess
    from assistant.inference.worker.client import InferenceClient
    from assistant.messages import glance as glance_words
    from assistant.model_store import advice

    questions = _questions(options, settings)
    takers: list[Callable[[TraceHeader | TraceStep], None]] = []
    outputs: list[OutputFile] = []
    with ExitStack() as stack:
        if options.trace is not None:
            trace = TraceFile(typed_path(options.trace), pictures)
            outputs.append(trace.file)
            stack.callback(trace.close)
            takers.append(trace.write)
        heatmap = None
        if options.heatmap is not None:
            if len(pictures) * len(questions) > 1:
                raise UsageError(messages.HEATMAP_ONE_ANSWER)
            from assistant.cli.heatmap import HeatmapFile

            heatmap = HeatmapFile(typed_path(options.heatmap), pictures)
            outputs.append(heatmap.file)
            takers.append(heatmap.add)
        check_distinct(*outputs)
        describer = InferenceClient(
            wiring.engine_options(settings, files, is_verbose=options.verbose), worker=worker
        )
        stack.callback(describer.close)
        glancer = GlanceProcess()
        stack.callback(glancer.close)
        if (
            answer_options.has_glance and not files.is_demo
        ):  # the embedded model is quicker than its start
            glancer.warm()
        opened = stack.enter_context(
            open_pictures(
                named, settings, console, n_questions=len(questions), is_json=options.json
            )
        )
        history = History(1)

        def on_trace(record: TraceHeader | TraceStep) -> None:
            for take in takers:
                take(record)

        demo = files.is_demo
        return DescribeJob(
            Job(pictures, questions, not is_describing and len(questions) > 1),
            wiring.make_answering(
                describer,
                opened.announcer,
                lambda: answer_options,
                history,
                on_trace if takers else None,
                # How to get a model is said last, and once.
                lambda taking: Glancing(glancer, taking, history, glance_words.READ_ALL_COMMAND),
            ),
            opened.front,
            opened.load_picture,
            (str(files.model_path), str(files.mmproj_path)),
            announcements=named.notices,
            notices=[
                *loaded.notices,
                *replaced,
                *wiring.model_notices(settings, files),
                *opened.notices,
            ],
            hints=lambda: [advice.one_sentence()] if demo else [],
            heatmap=heatmap,
            turns=opened.turns,
        ).run()


def _questions(options: argparse.Namespace, settings: Settings) -> list[Question]:
    from assistant.core.questions import BRIEF, DETAILED, Question, Style

    if options.command == "ask":
        return [Question(Style.QUESTION, text) for text in options.questions]
    if settings.answer.prompt:
        return [Question(Style.QUESTION, settings.answer.prompt)]
    return [BRIEF if settings.answer.style == "brief" else DETAILED]


def add_parser(commands: Any) -> None:
    """Add ``describe``."""
    describe = add_command(commands, "describe", help_texts.DESCRIBE, help_texts.DESCRIBE_LONG)
    add_options(describe, "describe")
    describe.add_argument("images", nargs="*", metavar="IMAGE", help=help_texts.IMAGE)
    style = describe.add_mutually_exclusive_group()
    for name, text in (("detailed", help_texts.DETAILED), ("brief", help_texts.BRIEF)):
        style.add_argument(
            f"--{name}", dest="style", action="store_const", const=name, help=_(text)
        )
    add_setting(style, "prompt")


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Describe each picture in turn."""
    if not options.images:
        if options.camera is None:  # a wish for a picture of the camera's must be said
            raise UsageError(words.NO_IMAGE, messages.wrong_use_hint(f"{PROGRAM} describe"))
        options.images = ["camera"]
    return answer(options, console)
