"""What the benchmarks of descriptions say. The rules of ``assistant.messages`` apply."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import install_command
from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

# Files


def file_unreadable(path: str, reason: str) -> str:
    return _("The file {path} cannot be read: {reason}.").format(path=path, reason=reason)


def folder_unreadable(path: str, reason: str) -> str:
    return _("The folder {path} cannot be read: {reason}.").format(path=path, reason=reason)


def file_no_json(path: str) -> str:
    return _("The file {path} is not a JSON file, or it is damaged.").format(path=path)


def line_damaged(path: str, number: int) -> str:
    return _("Line {number} of {path} is not a JSON object.").format(number=number, path=path)


def entry_wrong(path: str, number: int, name: str) -> str:
    if not name:
        return _("Entry {number} of {path} is not valid.").format(number=number, path=path)
    return _("Entry {number} of {path} has no valid {name}.").format(
        number=number, path=path, name=name
    )


def not_coco(instances: str, captions: str) -> str:
    return _("{instances} and {captions} are not a pair of COCO annotation files.").format(
        instances=instances, captions=captions
    )


def not_coco_file(path: str, part: str) -> str:
    return _("The file {path} is not from COCO: it has no list of {part}.").format(
        path=path, part=part
    )


def coco_unknown_category(path: str, name: str) -> str:
    return _("The file {path} has a category that COCO does not have: {name}.").format(
        path=path, name=name
    )


def no_known_picture(path: str) -> str:
    return _("The annotations do not cover any picture in {path}.").format(path=path)


def pictures_missing(folder: str, count: int, first: str) -> str:
    return translate_plural(
        "{count} picture is missing in {folder}: {first}.",
        "{count} pictures are missing in {folder}. The first is {first}.",
        count,
    ).format(count=count, folder=folder, first=first)


def amber_unknown(path: str, number: int) -> str:
    return _("The file {path} has no annotation for query {number}.").format(
        path=path, number=number
    )


def amber_no_relation(path: str) -> str:
    return _("The file {path} is not AMBER's list of related words.").format(path=path)


AMBER_NEEDS_RELATION = _("To judge descriptions, AMBER's list of related words is needed.")
AMBER_NEEDS_RELATION_HINT = _(
    "Give it with --relations, for example --relations data/relation.json."
)


def scenes_no_header(path: str) -> str:
    return _("The file {path} is not a file of scenes: its first line does not say so.").format(
        path=path
    )


def scenes_none(path: str) -> str:
    return _("The file {path} has no scenes.").format(path=path)


def results_other(path: str) -> str:
    return _("The file {path} contains something other than the results of this run.").format(
        path=path
    )


RESULTS_HINT = _("Name another file with --results, or move this one away.")


NOTHING_TO_ASK = _("There is nothing to ask.")


# Methods


def method_unknown(typed: str) -> str:
    return _("There is no method {typed}.").format(typed=typed)


def method_wrong(typed: str, reason: str) -> str:
    return _("The method {typed} cannot be used: {reason}.").format(typed=typed, reason=reason)


METHOD_HINT = _(
    "The methods are none, uniform and sparc. Values may follow, for example uniform:1.05 or sparc:alpha=1.1:tau=1.5."
)


# Work


READING_ANNOTATIONS = _("Reading the annotations.")
STAGE_ANNOTATIONS = _("reading the annotations")


def answers_to_come(count: int) -> str:
    return translate_plural(
        "{count} answer is still to be written.", "{count} answers are still to be written.", count
    ).format(count=count)


def kept(count: int) -> str:
    return translate_plural(
        "{count} answer from an earlier run is kept.",
        "{count} answers from an earlier run are kept.",
        count,
    ).format(count=count)


def progress(done: int, total: int, left_s: float | None) -> str:
    line = translate_plural(
        "{done} of {total} answer done", "{done} of {total} answers done", total
    ).format(done=done, total=total)
    if left_s is None:
        return line + "."
    return _("{line}, {left} left.").format(line=line, left=_span(left_s))


def _span(seconds: float) -> str:
    if seconds < 90:
        n = max(2, round(seconds))
        return translate_plural("about {n} second", "about {n} seconds", n).format(n=n)
    if seconds < 90 * 60:
        n = round(seconds / 60)
        return translate_plural("about {n} minute", "about {n} minutes", n).format(n=n)
    n = round(seconds / 3600)
    return translate_plural("about {n} hour", "about {n} hours", n).format(n=n)


def stopped_and_kept(path: str) -> str:
    return _(
        "The answers so far are kept in {path}. Run the same command again to continue."
    ).format(path=path)


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
    return translate_plural(
        "Method {method}, {n} caption:", "Method {method}, {n} captions:", captions
    ).format(method=method, n=captions)


def yes_no_heading(method: str, count: int) -> str:
    return translate_plural(
        "Method {method}, {n} question:", "Method {method}, {n} questions:", count
    ).format(method=method, n=count)


def questions_heading(kind: str) -> str:
    return _("Questions, {kind}:").format(kind=kind)


def per_scene_line(figures: Sequence[str]) -> str:
    return _("Mean over the pictures: {figures}.").format(figures=", ".join(figures))


def third_line(number: int, figures: Sequence[str]) -> str:
    return _("Third {number} of the caption: {figures}.").format(
        number=number, figures=", ".join(figures)
    )


def difference_line(name: str, other: str, value: float, low: float, high: float) -> str:
    return _(
        "Difference in {name} from {other}: {value}, 95 percent interval {low} to {high}."
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
    return _("The figures are in {path}.").format(path=path)


# Optional part


INFLECT_MISSING = _("Benchmarks need the package inflect, which is not installed.")


def inflect_missing_hint() -> str:
    return _("Install it with: {command}").format(command=install_command("inflect"))
