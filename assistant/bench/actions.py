"""What the actions of ``sparc-assistant bench`` do: figures on stdout, the state of the work on stderr."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from assistant.app import wiring
from assistant.bench import amber, coco, pope, quality, yes_no
from assistant.bench import messages as words
from assistant.bench.amber import AmberQuery
from assistant.bench.data_files import fingerprint
from assistant.bench.methods import Method, parse_methods
from assistant.bench.pope import PopeQuestion
from assistant.bench.results import ResultsFile
from assistant.bench.running import Job, Watch, run
from assistant.bench.scenes import read_scenes, scenes_fingerprint
from assistant.bench.summary import (
    BASELINE,
    Captions,
    format_captions,
    format_yes_no,
    round_differences,
    summarize_captions,
)
from assistant.bench.tally import judge
from assistant.bench.yes_no import Asked
from assistant.camera.picture_reader import PictureReader
from assistant.cli.output_file import OutputFile, check_distinct
from assistant.core.heartbeat import Heartbeat, sign_of_life
from assistant.core.questions import DETAILED_PROMPT
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.find import ModelFiles, find_model
from assistant.settings.load import read_settings
from assistant.settings.table import Settings, setting_values
from assistant.system.typed_path import typed_path

_Question = TypeVar("_Question", PopeQuestion, AmberQuery)
_ANSWER_TOKENS = 64
"""Of a yes or no question: only the first sentence is read."""


@dataclass
class _Bench:
    """A run: what is asked of which model, and where its answers are kept."""

    options: argparse.Namespace
    console: Console
    settings: Settings
    files: ModelFiles
    methods: list[Method]
    out: OutputFile | None

    @classmethod
    def of(cls, options: argparse.Namespace, console: Console) -> _Bench:
        wiring.start_logging(is_verbose=options.verbose)
        config_path = typed_path(options.config) if options.config else None
        loaded = read_settings(setting_values(options), config_path=config_path)
        for notice in loaded.notices:
            console.status(notice)
        settings = loaded.settings
        files = find_model(settings.model.model_path, settings.model.mmproj_path)
        methods = parse_methods(options.methods, settings.steering.applied_to(files.preset))
        out = None
        if options.out is not None:
            results = typed_path(options.results)
            out = OutputFile(typed_path(options.out), is_ours=_is_summary, inputs=[results])
            check_distinct(OutputFile(results, is_ours=lambda _start: True), out)
        return cls(options, console, settings, files, methods, out)

    def answers(
        self, jobs: Sequence[Job], data: Mapping[str, Any], watch: Watch | None = None
    ) -> ResultsFile:
        """Ask what is not answered yet, and return all answers."""
        if not jobs:
            raise UsageError(words.NOTHING_TO_ASK)
        _check_pictures(jobs)
        header = {
            "bench": self.options.action,
            "model": [
                [path.name, fingerprint(path)]
                for path in (self.files.model_path, self.files.mmproj_path)
            ],
            **data,
        }
        results = ResultsFile(typed_path(self.options.results), header)
        with self._told_when_stopped(results):
            options = wiring.engine_options(
                self.settings, self.files, is_verbose=self.options.verbose
            )
            # Answers are judged in English, whatever language the user is answered in.
            told = self.console.status
            with (
                closing(PictureReader()) as pictures,
                InferenceClient(replace(options, language=None)) as describer,
            ):
                run(jobs, self.methods, describer, pictures.read, results, told, watch)
        return results

    def finish(self, lines: Sequence[str], summary: Mapping[str, Any]) -> ExitCode:
        """Print the figures, and write them where --out says."""
        for line in lines:
            self.console.data(line)
        if self.out is not None:
            self.out.write((json.dumps(summary, indent=1) + "\n").encode())
            self.out.close()
            self.console.status(words.written(self.options.out))
        return ExitCode.OK

    @contextmanager
    def _told_when_stopped(self, results: ResultsFile) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if results.answers:
                self.console.status(words.stopped_and_kept(str(results.path)))
            raise
        finally:
            results.close()


def _is_summary(start: bytes) -> bool:
    return re.match(rb'\{\s*"bench": "\w+"', start) is not None and b'"model"' not in start


def chair(options: argparse.Namespace, console: Console) -> ExitCode:
    """Measure CHAIR on COCO's pictures."""
    bench = _Bench.of(options, console)
    folder = typed_path(options.images)
    console.status(words.READING_ANNOTATIONS)
    with Heartbeat(lambda: console.status(sign_of_life(words.STAGE_ANNOTATIONS))):
        known = coco.CocoAnnotations(typed_path(options.annotations), typed_path(options.captions))
        names = coco.choose(known.names, folder, options.count, options.pick_seed)
        truth = {name: known.truth(name) for name in names}
    jobs = [Job(name, folder / name, DETAILED_PROMPT, options.tokens) for name in names]
    data = {"prompt": DETAILED_PROMPT, "max_tokens": options.tokens}
    answers = bench.answers(jobs, data).answers
    table = coco.load_coco_words()
    captions: dict[str, Captions] = {}
    for method in bench.methods:
        own = captions[method.label] = Captions()
        for name in names:
            record = answers[name, method.label]
            own.judgements.append(judge(record["text"], table.find(record["text"]), truth[name]))
            own.looped.append(record["ended"] == "repetition")
    summary = summarize_captions(captions)
    return bench.finish(format_captions(summary), {"bench": "chair", "methods": summary})


def pope_questions(options: argparse.Namespace, console: Console) -> ExitCode:
    """Ask POPE's yes and no questions."""
    bench = _Bench.of(options, console)
    folder = typed_path(options.images)
    questions = pope.read_questions([typed_path(path) for path in options.questions])
    kinds = list(dict.fromkeys(question.kind for question in questions))
    questions = _take_of_each_kind(questions, options.count)
    keys = [f"{question.kind} {question.number}" for question in questions]
    jobs = [
        Job(key, folder / question.picture, question.text, _ANSWER_TOKENS)
        for key, question in zip(keys, questions, strict=True)
    ]
    jobs.sort(key=lambda job: job.picture)
    answers = bench.answers(jobs, {"max_tokens": _ANSWER_TOKENS}).answers
    asked: dict[str, dict[str, list[Asked]]] = {kind: {} for kind in kinds}
    for method in bench.methods:
        for key, question in zip(keys, questions, strict=True):
            said = answers[key, method.label]["text"]
            one = Asked(question.truth, yes_no.read_as_pope(said), yes_no.says(said) is None)
            asked[question.kind].setdefault(method.label, []).append(one)
    return _finish_yes_no(bench, "pope", asked, "yes")


def amber_questions(options: argparse.Namespace, console: Console) -> ExitCode:
    """Measure AMBER's descriptions and its yes and no questions."""
    bench = _Bench.of(options, console)
    folder = typed_path(options.images)
    queries = amber.read_queries(typed_path(options.queries), typed_path(options.annotations))
    queries = _take_of_each_kind(queries, options.count)
    told = [query for query in queries if query.kind == amber.GENERATIVE]
    if told and options.relations is None:
        raise UsageError(words.AMBER_NEEDS_RELATION, words.AMBER_NEEDS_RELATION_HINT)
    table = None
    if told:
        safe = typed_path(options.safe_words) if options.safe_words else None
        table = amber.read_words(typed_path(options.relations), safe)
    jobs = [
        Job(
            str(query.number), folder / query.picture, query.text,
            options.tokens if query.kind == amber.GENERATIVE else _ANSWER_TOKENS,
        )
        for query in sorted(queries, key=lambda query: query.picture)
    ]  # fmt: skip
    answers = bench.answers(jobs, {"max_tokens": options.tokens}).answers
    lines: list[str] = []
    summary: dict[str, Any] = {"bench": "amber"}
    if table is not None:
        counts = {
            method.label: table.table(
                [answers[str(query.number), method.label]["text"] for query in told], told
            )
            for method in bench.methods
        }
        lines, summary["descriptions"] = amber.summarize_descriptions(counts)
    asked: dict[str, dict[str, list[Asked]]] = {}
    for method in bench.methods:
        for query in queries:
            if query.truth is None:
                continue
            one = Asked(query.truth, yes_no.says(answers[str(query.number), method.label]["text"]))
            for kind in ("all", query.kind):
                asked.setdefault(kind, {}).setdefault(method.label, []).append(one)
    return _finish_yes_no(bench, "amber", asked, "no", lines, summary)


def drawn_scenes(options: argparse.Namespace, console: Console) -> ExitCode:
    """Judge captions and answers about scenes whose truth is known."""
    bench = _Bench.of(options, console)
    path = typed_path(options.scenes)
    world, scenes = read_scenes(path)
    if options.count:
        scenes = scenes[: options.count]
    jobs = quality.make_jobs(
        scenes,
        has_attention=options.attention,
        has_questions=options.questions,
        max_tokens=options.tokens,
    )
    _check_pictures(jobs)
    data = {
        "scenes": scenes_fingerprint(path, scenes), "world": world.name, "prompt": DETAILED_PROMPT,
        "max_tokens": options.tokens, "has_attention": options.attention,
    }  # fmt: skip
    answers = bench.answers(jobs, data, quality.AttentionWatch(world, scenes)).answers
    summary = quality.summarize(
        world, scenes, bench.methods, lambda key, label: answers.get((key, label))
    )
    whole = {"bench": "quality", "world": world.name, "scenes": len(scenes), "methods": summary}
    return bench.finish(quality.format_summary(summary), whole)


def _finish_yes_no(
    bench: _Bench,
    name: str,
    asked: Mapping[str, Mapping[str, Sequence[Asked]]],
    positive: yes_no.YesNo,
    lines: Sequence[str] = (),
    summary: dict[str, Any] | None = None,
) -> ExitCode:
    told, found = list(lines), []
    for kind, by_method in asked.items():
        told.append(words.questions_heading(kind))
        plain = by_method.get(BASELINE)
        for label, own in by_method.items():
            figures = yes_no.summarize(own, positive)
            differences: dict[str, dict[str, float]] = {}
            if plain is not None and label != BASELINE:
                differences = round_differences(yes_no.compare_answers(own, plain, positive))
            told += format_yes_no(label, len(own), figures, differences)
            rounded = {key: round(value, 4) for key, value in figures.items()}
            found.append(
                {"kind": kind, "method": label, "questions": len(own), **rounded,
                 "differences": differences}
            )  # fmt: skip
    return bench.finish(told, {**(summary or {"bench": name}), "questions": found})


def _take_of_each_kind(questions: list[_Question], count: int) -> list[_Question]:
    """Return the first ``count`` questions of each kind; 0 takes all."""
    kinds = dict.fromkeys(question.kind for question in questions)
    first = [[q for q in questions if q.kind == kind][:count] for kind in kinds]
    return [question for some in first for question in some] if count else questions


def _check_pictures(jobs: Sequence[Job]) -> None:
    """Report missing pictures before hours of work, not after."""
    missing = sorted({job.picture for job in jobs if not job.picture.is_file()})
    if missing:
        first = missing[0]
        raise UsageError(words.pictures_missing(str(first.parent), len(missing), first.name))
