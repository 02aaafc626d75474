"""Count what the rules for broken sentences do to good ones and to broken ones: the table of docs/reliability.md.

Good sentences: the project's documents, docstrings of the installed packages, messages of the system's programs in the
languages that a description can be asked for in, and what the embedded model says of drawn scenes. Broken ones: what
it says of photographs, which it does not understand; they come with scikit-image.
"""

from __future__ import annotations

import argparse
import ast
import gettext
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, ImageRgb
from assistant.core.fluency import is_left_out, mend_sentence
from assistant.core.languages import LANGUAGES
from assistant.core.narration import plain_words
from assistant.core.questions import BRIEF_PROMPT, DETAILED_PROMPT
from assistant.core.sentences import split_sentences
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.model_store.find import embedded_model
from scripts.bench.judged_scenes import FIRST
from scripts.bench.report import ROOT, markdown_table, replace_between
from scripts.train_scene_model.render import render
from scripts.train_scene_model.world import make_scene

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- sentences: begin -->", "<!-- sentences: end -->"
LOCALES = Path("/usr/share/locale")
N_SHOWN = 12
EACH = 7
"""Of the packages' modules, one in so many is read."""
MOST_CHARS = 4000
"""Of a paragraph, no more is read: the rest of long ones is data."""
_PROSE = re.compile(r"[^\W\d_].{18,}[.!?。！？।]", re.DOTALL)
_CODE = re.compile(
    r"```.*?```|`[^`]*`|^[ |>*#-]|<[^>]*>|%[-\w(){}]*|[{}\\]", re.DOTALL | re.MULTILINE
)


def sentences_of(texts: Iterable[str]) -> Iterator[str]:
    """Give the sentences of prose, each once; what holds code, names of files or signs of formats is none."""
    seen = set()
    for text in texts:
        for paragraph in re.split(r"\n\s*\n", text):
            for raw in split_sentences(" ".join(paragraph[:MOST_CHARS].split())):
                sentence = plain_words(raw)
                if sentence in seen or not _PROSE.fullmatch(sentence) or _CODE.search(sentence):
                    continue
                if re.search(r"[=_/|<>\[\]~^+*:]|\.\w|  |--", sentence):
                    continue
                seen.add(sentence)
                yield sentence


def documents() -> Iterator[str]:
    """Give the project's documents without code; each cell of a table is a text."""
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        text = path.read_text("utf-8")
        text = re.sub(r"```.*?```|^#[^\n]*", "\n\n", text, flags=re.DOTALL | re.MULTILINE)
        text = re.sub(r"`[^`]*`", "this", text.replace(r"*(cut off by the next key)*", ""))
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # links
        yield re.sub(r"^\s*[-*] |\|", "\n\n", text, flags=re.MULTILINE)  # lists and cells of tables


def docstrings() -> Iterator[str]:
    """Give docstrings of Python's library and of the installed packages."""
    paths = sysconfig.get_paths()
    for folder in (paths["stdlib"], paths["purelib"]):
        for path in sorted(Path(folder).rglob("*.py"))[::EACH]:
            try:
                tree = ast.parse(path.read_text("utf-8"))
            except (SyntaxError, ValueError, OSError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                    yield ast.get_docstring(node) or ""


def translations() -> Iterator[str]:
    """Give what the system's programs say in other languages."""
    for code in sorted(set(LANGUAGES) - {"en"}):
        for path in sorted(LOCALES.glob(f"{code}*/LC_MESSAGES/*.mo"))[::EACH]:
            try:
                with path.open("rb") as file:
                    catalogue = gettext.GNUTranslations(file)
            except (OSError, ValueError, UnicodeDecodeError):
                continue
            for message, translation in vars(catalogue)["_catalog"].items():
                if translation != message and isinstance(translation, str):
                    yield translation


def photographs() -> Iterator[ImageRgb]:
    """Give scikit-image's photographs."""
    folder = Path(skimage.__file__).parent / "data"
    for path in sorted([*folder.glob("*.png"), *folder.glob("*.jpg")]):
        with Image.open(path) as file:
            yield np.asarray(file.convert("RGB"))


def drawn_scenes(count: int) -> Iterator[ImageRgb]:
    """Give held-out drawn scenes."""
    for index in range(FIRST, FIRST + count):
        yield np.asarray(render(make_scene("test", index), 512))


def answers(pictures: Iterable[ImageRgb]) -> Iterator[str]:
    """Let the embedded model describe pictures, in detail and in one sentence."""
    files = embedded_model()
    with Engine(
        EngineOptions(
            files.model_path, files.mmproj_path, preset=files.preset, template=files.template
        )
    ) as engine:
        for picture in pictures:
            for prompt in (DETAILED_PROMPT, BRIEF_PROMPT):
                request = DescribeRequest(picture, prompt, DecodeOptions(max_tokens=256))
                yield engine.answer(request).text


def spoken(texts: Iterable[str]) -> Iterator[str]:
    """Give the sentences of answers."""
    for text in texts:
        yield from filter(None, map(plain_words, split_sentences(text)))


def count(name: str, sentences: Iterable[str], n_shown: int) -> dict[str, str]:
    """Return a row of the table, and print some of the sentences that are not said as they are."""
    n = n_left_out = n_mended = 0
    for sentence in sentences:
        n += 1
        mended = mend_sentence(sentence)
        if mended == (sentence,):
            continue
        is_out = is_left_out(sentence)
        n_left_out, n_mended = n_left_out + is_out, n_mended + (not is_out)
        if n_left_out + n_mended <= n_shown:
            print(f"{name}: {sentence}\n    -> {' '.join(mended) or 'left out'}", file=sys.stderr)
    changed = 1000 * (n_left_out + n_mended) / max(n, 1)
    return {
        "sentences": name, "all": f"{n}", "left out": f"{n_left_out}", "mended": f"{n_mended}",
        "changed in 1000": f"{changed:.2f}",
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; the sentences that are changed go to stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scenes", type=int, default=300, help="drawn scenes; 0 asks no model and writes nothing"
    )
    parser.add_argument("--shown", type=int, default=N_SHOWN, help="changed sentences to print")
    args = parser.parse_args(argv)
    rows = [
        count("project's documents", sentences_of(documents()), args.shown),
        count("docstrings of packages", sentences_of(docstrings()), args.shown),
        count("messages in other languages", sentences_of(translations()), args.shown),
    ]
    if args.scenes:
        scenes = spoken(answers(drawn_scenes(args.scenes)))
        rows.append(count(f"answers about {args.scenes} drawn scenes", scenes, args.shown))
        rows.append(count("answers about photographs", spoken(answers(photographs())), args.shown))
    print(markdown_table(rows))
    if args.scenes:
        replace_between(DOCUMENT, BEGIN, END, markdown_table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
