"""Compares what is read in the photographs of the cache with what people see in them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from assistant.glance.text.reader import TextReader
from scripts.photographs.fetch import find_cache
from scripts.photographs.text_score import Score, compare

TRANSCRIPTS = Path(__file__).with_name("text_photographs.toml")


def read_photographs(reader: TextReader, folder: Path | None = None) -> None:
    """Print what is read in each photograph that a transcript exists for."""
    place = folder or find_cache() / "judge"
    transcripts: dict[str, list[str]] = tomllib.loads(TRANSCRIPTS.read_text("utf-8"))["photographs"]
    total = Score()
    print("| photograph | stands there | is said |\n|---|---|---|")
    for name, lines in sorted(transcripts.items()):
        with Image.open(place / name) as image:
            picture = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        said = [line.text for line in reader.read_lines(picture)]
        total.add(compare(said, lines))
        if lines or said:
            print(f"| {name} | {' / '.join(lines)} | {' / '.join(said)} |")
    print(
        f"\n{total.pages} photographs, {total.words} words in them, {total.right_words} read right, "
        f"{total.misread_words} misread, {total.invented_words} invented.\n"
    )
