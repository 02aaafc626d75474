"""What the benchmarks of descriptions say. The rules of ``assistant.messages`` hold."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _

# Files


def file_unreadable(path: str, reason: str) -> str:
    return _("The file {path} cannot be read: {reason}.").format(path=path, reason=reason)


def folder_unreadable(path: str, reason: str) -> str:
    return _("The folder {path} cannot be read: {reason}.").format(path=path, reason=reason)


def file_no_json(path: str) -> str:
    return _("The file {path} is no JSON file, or is damaged.").format(path=path)


def line_damaged(path: str, number: int) -> str:
    return _("Line {number} of {path} is no JSON object.").format(number=number, path=path)


def entry_wrong(path: str, number: int, name: str) -> str:
    if not name:
        return _("Entry {number} of {path} is not what it should be.").format(
            number=number, path=path
        )
    return _("Entry {number} of {path} has no usable {name}.").format(
        number=number, path=path, name=name
    )


def not_coco(instances: str, captions: str) -> str:
    return _("{instances} and {captions} are not a pair of COCO's annotation files.").format(
        instances=instances, captions=captions
    )


def not_coco_file(path: str, part: str) -> str:
    return _("The file {path} is not COCO's: it has no list of {part}.").format(
        path=path, part=part
    )


def coco_unknown_category(path: str, name: str) -> str:
    return _("The file {path} has a category that is not COCO's: {name}.").format(
        path=path, name=name
    )


def no_known_picture(path: str) -> str:
    return _("No picture in {path} is in the annotations.").format(path=path)


def pictures_missing(folder: str, count: int, first: str) -> str:
    return _("Pictures missing in {folder}: {count}, the first is {first}.").format(
        count=count, folder=folder, first=first
    )


def amber_unknown(path: str, number: int) -> str:
    return _("The file {path} has no annotation of query {number}.").format(
        path=path, number=number
    )


def amber_no_relation(path: str) -> str:
    return _("The file {path} is not AMBER's list of related words.").format(path=path)


AMBER_NEEDS_RELATION = _("Descriptions need AMBER's list of related words.")


AMBER_NEEDS_RELATION_HINT = _(
    "Give it with --relations, for example --relations data/relation.json."
)


def scenes_no_header(path: str) -> str:
    return _("The file {path} is no file of scenes: its first line does not say so.").format(
        path=path
    )


def scenes_none(path: str) -> str:
    return _("The file {path} has no scenes.").format(path=path)


def results_other(path: str) -> str:
    return _("The file {path} holds something else than the results of this run.").format(path=path)


RESULTS_HINT = _("Name another file with --results, or move that one away.")


def results_unwritable(path: str, reason: str) -> str:
    return _("The file {path} cannot be written: {reason}.").format(path=path, reason=reason)


NOTHING_TO_ASK = _("There is nothing to ask.")


# Methods


def method_unknown(typed: str) -> str:
    return _("The method {typed} is not understood.").format(typed=typed)


def method_wrong(typed: str, reason: str) -> str:
    return _("The method {typed} cannot be used: {reason}.").format(typed=typed, reason=reason)


METHOD_HINT = _(
    "Methods are none, uniform, sparc, with values as in uniform:1.05 or sparc:alpha=1.1:tau=1.5."
)


# Work


READING_ANNOTATIONS = _("Reading the annotations.")


STAGE_ANNOTATIONS = _("reading the annotations")


def answers_to_come(count: int) -> str:
    return _("Answers to come: {count}.").format(count=count)


def kept(count: int) -> str:
    return _("Answers that are there already and are kept: {count}.").format(count=count)


def progress(done: int, total: int, left_s: float | None) -> str:
    line = _("{done} of {total} answers done").format(done=done, total=total)
    if left_s is None:
        return line + "."
    return _("{line}, {left} left.").format(line=line, left=_span(left_s))


def _span(seconds: float) -> str:
    if seconds < 90:
        return _("about {n} seconds").format(n=max(2, round(seconds)))
    if seconds < 90 * 60:
        return _("about {n} minutes").format(n=round(seconds / 60))
    return _("about {n} hours").format(n=round(seconds / 3600))


def stopped_and_kept(path: str) -> str:
    return _("What was answered is kept in {path}; the same command goes on there.").format(
        path=path
    )


def answer_missing(picture: str) -> str:
    return _("The model gave no answer about {picture}.").format(picture=picture)


def not_steered(method: str, reason: str) -> str:
    return _("The method {method} cannot be used with this model: {reason}.").format(
        method=method, reason=reason
    )


# Results


_FIGURES = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "chair_i": "CHAIR-i",
    "chair_s": "CHAIR-s",
    "invented_per_caption": "invented things a caption",
    "words": "words a caption",
    "repetition": "repeated four-word runs",
    "loops": "captions that ended in a loop",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "yes_ratio": "share of yes",
    "neither": "neither yes nor no",
    "chair": "CHAIR",
    "cover": "Cover",
    "hal": "Hal",
    "cog": "Cog",
    "place": "place right",
    "colour": "colour right",
    "empty": "empty places right",
    "share": "share of attention on the picture",
    "boosted": "the same with the boost",
    "entropy": "entropy of attention on the picture",
    "region": "share of that on what is being named",
}


def figure_name(name: str) -> str:
    return _(_FIGURES.get(name, name))


def figure(name: str, value: str) -> str:
    return f"{figure_name(name)} {value}"


def figures_line(figures: Sequence[str]) -> str:
    return ", ".join(figures) + "."


def method_heading(method: str, captions: int) -> str:
    return _("Method {method}, {captions} captions:").format(method=method, captions=captions)


def yes_no_heading(method: str, count: int) -> str:
    return _("Method {method}, {count} questions:").format(method=method, count=count)


def questions_heading(kind: str) -> str:
    return _("Questions, {kind}:").format(kind=kind)


def per_scene_line(figures: Sequence[str]) -> str:
    return _("Mean of each picture's own: {figures}.").format(figures=", ".join(figures))


def third_line(number: int, figures: Sequence[str]) -> str:
    return _("Third {number} of the caption: {figures}.").format(
        number=number, figures=", ".join(figures)
    )


def difference_line(name: str, other: str, value: float, low: float, high: float) -> str:
    return _(
        "Difference in {name} to {other}: {value}, 95 percent interval {low} to {high}."
    ).format(
        name=figure_name(name),
        other=other,
        value=f"{value:+.3f}",
        low=f"{low:+.3f}",
        high=f"{high:+.3f}",
    )


def attention_line(number: int, figures: Sequence[str]) -> str:
    return _("Attention in third {number} of the caption: {figures}.").format(
        number=number, figures=", ".join(figures)
    )


def answered_right(kind: str, right: int, total: int) -> str:
    return _("Questions about {kind}: {right} of {total} right.").format(
        kind=kind, right=right, total=total
    )


def written(path: str) -> str:
    return _("Figures are written to {path}.").format(path=path)


# Optional part


INFLECT_MISSING = _("Benchmarks need the package inflect, which is not installed.")


INFLECT_MISSING_HINT = _('Install it with: pip install "sparc-assistant[bench]"')
