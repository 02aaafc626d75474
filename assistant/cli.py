"""The command line: wires the model, the voice and the console together, and ends with the right code.

Nothing heavy is imported before "Looking." was said: the first sign of life must come at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from assistant import cli_options, messages
from assistant.catalogue import ModelFiles, find_model
from assistant.config import Settings, load_settings
from assistant.console import Console
from assistant.errors import AssistantError, ExitCode, UsageError
from sparc_ggml.config import SparcConfig

if TYPE_CHECKING:
    from assistant.inference.options import EngineOptions

_log = logging.getLogger(__name__)


class Terminated(BaseException):
    """The process was asked to end (SIGTERM, SIGHUP); unwinds like KeyboardInterrupt."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code and lets nothing but SystemExit out."""
    console = Console()
    try:
        _listen_to_signals()
        options = cli_options.parse(sys.argv[1:] if arguments is None else arguments)
        return (
            _print_trace(options, console) if options.command == "trace" else _run(options, console)
        )
    except AssistantError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.status(messages.interrupted())
        return ExitCode.INTERRUPTED
    except Terminated:
        return ExitCode.TERMINATED
    except BrokenPipeError:
        _forget_stdout()
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last stop: a person hears a sentence, not a traceback
        _log.debug("unexpected error", exc_info=True)
        reason = f"{type(error).__name__}, {error}"
        console.error(AssistantError(messages.unexpected(reason), messages.unexpected_hint()))
        return ExitCode.FAILURE


def _print_trace(options: argparse.Namespace, console: Console) -> ExitCode:
    from assistant.trace_report import trace_lines

    for line in trace_lines(Path(options.file).expanduser()):
        console.data(line)
    return ExitCode.OK


def _run(options: argparse.Namespace, console: Console) -> ExitCode:
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.CRITICAL,
        format="%(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("PIL").setLevel(logging.INFO)
    config_path = Path(options.config).expanduser() if options.config else None
    settings = load_settings(cli_options.setting_values(options), config_path=config_path)
    pictures = options.images if options.command == "describe" else [options.image]
    if list(pictures).count("-") > 1:
        raise UsageError(messages.picture_stdin_twice())
    files = find_model(settings.model.model_path, settings.model.mmproj_path)
    sparc = settings.steering.applied_to(files.preset)
    return _work(options, pictures, settings, files, sparc, console)


def _work(
    options: argparse.Namespace,
    pictures: Sequence[str],
    settings: Settings,
    files: ModelFiles,
    sparc: SparcConfig,
    console: Console,
) -> ExitCode:
    from assistant.camera.still_image import load_picture
    from assistant.describe import Equipment, Job, run_job
    from assistant.inference.client import InferenceClient
    from assistant.inference.prompts import BRIEF_PROMPT, DETAILED_PROMPT
    from assistant.report import TraceFile
    from assistant.speech.factory import open_speaker
    from assistant.speech.speech_manager import VoiceOptions

    if options.command == "describe":
        usual = BRIEF_PROMPT if settings.answer.style == "brief" else DETAILED_PROMPT
        questions = [settings.answer.prompt or usual]
    else:
        questions = list(options.questions)
    with ExitStack() as stack:
        trace = None
        if options.trace is not None:
            trace = TraceFile(Path(options.trace).expanduser())
            stack.callback(trace.close)
        heatmap = None
        if options.heatmap is not None:
            if len(pictures) * len(questions) > 1:
                raise UsageError(messages.heatmap_one_answer())
            from assistant.heatmap import HeatmapFile

            heatmap = HeatmapFile(Path(options.heatmap).expanduser())
        describer = InferenceClient(_engine_options(settings, files, options.verbose))
        stack.callback(describer.close)
        # Opened last, so closed first: sound stops before anything else is taken down.
        speech = settings.speech
        voice = VoiceOptions(speech.rate_wpm, speech.voice, speech.volume)
        speaker = open_speaker(voice, console.error, is_on=speech.is_on)
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
            notices=[messages.demo_model()] if is_demo else [],
            hints=[messages.demo_model_hint(options.command)] if is_demo else [],
            heatmap=heatmap,
        )
        is_labelled = options.command == "ask" and len(questions) > 1
        job = Job(pictures, questions, options.json, is_labelled)
        return run_job(job, settings, equipment)


def _engine_options(settings: Settings, files: ModelFiles, is_verbose: bool) -> EngineOptions:
    from assistant.inference.options import EngineOptions

    wished = settings.model
    options = EngineOptions(
        model_path=files.model_path,
        mmproj_path=files.mmproj_path,
        model_name=files.name,
        preset=files.preset,
        n_threads=wished.n_threads,
        flash_attn=wished.flash_attn,
        template=wished.template,
        is_verbose=is_verbose,
    )
    return options if wished.n_ctx is None else replace(options, n_ctx=wished.n_ctx)


def _listen_to_signals() -> None:
    signal.signal(signal.SIGINT, _on_interrupt)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup is respected
            signal.signal(number, _on_terminate)


def _on_interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C while things are taken down ends at once; the children see their pipes close.
    signal.signal(signal.SIGINT, lambda *_: os._exit(ExitCode.INTERRUPTED))
    raise KeyboardInterrupt


def _on_terminate(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, lambda *_: os._exit(ExitCode.TERMINATED))
    raise Terminated


def _forget_stdout() -> None:
    """Python flushes stdout once more at its end and would complain there about the closed pipe."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
