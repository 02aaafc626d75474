"""COCO's annotations as CHAIR reads them: what is in each picture, by its segments and by people's captions."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from assistant.bench import messages as words
from assistant.bench.data_files import read_json
from assistant.bench.mentions import ThingWords
from assistant.errors import UsageError

TABLE = Path(__file__).with_name("coco_things.toml")
_KEPT = ("id", "file_name", "image_id", "category_id", "name", "caption")


@cache
def load_coco_words() -> ThingWords:
    """Return the words of COCO's 80 categories; see ``coco_things.toml``."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    read_as = dict(table["read_as"])
    for adjective, nouns in table["qualified"].items():
        read_as |= {f"{adjective} {noun}": noun for noun in nouns}
    return ThingWords(table["things"], read_as, table["hidden_by"])


class CocoAnnotations:
    """COCO's pair of annotation files, without what CHAIR does not need."""

    def __init__(self, instances: Path, captions: Path) -> None:
        """Read both files.

        Args:
            instances: COCO's ``instances_val2014.json``.
            captions: COCO's ``captions_val2014.json``.

        Raises:
            UsageError: a file is missing, damaged, or not COCO's.
        """
        segments, told = _read(instances, "categories"), _read(captions, "annotations")
        self._segments: dict[Any, set[str]] = {}
        self._captions: dict[Any, list[str]] = {}
        try:
            things = _things(segments["categories"], instances)
            self._pictures = {entry["file_name"]: entry["id"] for entry in segments["images"]}
            for entry in segments["annotations"]:
                thing = things[entry["category_id"]]
                self._segments.setdefault(entry["image_id"], set()).add(thing)
            for entry in told["annotations"]:
                self._captions.setdefault(entry["image_id"], []).append(str(entry["caption"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageError(words.not_coco(str(instances), str(captions))) from error

    @property
    def names(self) -> Iterable[str]:
        return self._pictures.keys()

    def truth(self, name: str) -> frozenset[str]:
        """Return what is in a picture: every category with a segment, and every one that a person's caption names."""
        number = self._pictures[name]
        told = (load_coco_words().find(caption) for caption in self._captions.get(number, ()))
        named = {mention.thing for mentions in told for mention in mentions}
        return frozenset(self._segments.get(number, set()) | named)


def _things(categories: Iterable[dict[str, Any]], path: Path) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for entry in categories:
        thing = load_coco_words().thing(entry["name"])
        if thing is None:
            raise UsageError(words.coco_unknown_category(str(path), entry["name"]))
        found[entry["id"]] = thing
    return found


def choose(known: Iterable[str], folder: Path, count: int, seed: int) -> list[str]:
    """Draw pictures of a folder.

    Args:
        known: file names with a truth.
        folder: of the pictures.
        count: how many; 0 takes all.
        seed: of the draw, which depends on nothing else than the names.

    Returns:
        File names, sorted.

    Raises:
        UsageError: there is no such folder, or no picture in it with a truth.
    """
    try:
        there = {path.name for path in folder.iterdir()}
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(words.folder_unreadable(str(folder), reason)) from error
    usable = sorted(there.intersection(known))
    if not usable:
        raise UsageError(words.no_known_picture(str(folder)))
    if not count or count >= len(usable):
        return usable
    return sorted(random.Random(seed).sample(usable, count))


def _read(path: Path, part: str) -> dict[str, Any]:
    # Outlines are nine tenths of the file and are not needed; dropped at once, they cost no memory.
    content = read_json(path, lambda entry: _smaller(entry))
    if not isinstance(content, dict) or not isinstance(content.get(part), list):
        raise UsageError(words.not_coco_file(str(path), part))
    return content


def _smaller(entry: dict[str, Any]) -> dict[str, Any]:
    if "annotations" in entry:
        return entry
    return {key: entry[key] for key in _KEPT if key in entry}
