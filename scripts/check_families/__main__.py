r"""Compare every family of vision models with its authors' code and with llama.cpp's helper: one Markdown table.

Real files cannot be had here, and would show no more: random weights in the real architecture are saved as the
authors save theirs, converted by llama.cpp's own converters, and asked about the same picture by transformers (or the
authors' code restated), by llama.cpp's helper, and by this program. By hand, since it needs what the program does
not; about ten minutes on two cores::

    python3 -m venv authors
    authors/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu \
        torch==2.13.* transformers==4.57.* pillow sentencepiece protobuf mistral-common
    pip download --no-binary :all: --no-deps llama-cpp-python==0.3.36  # its vendor/llama.cpp has the converters
    tar xzf llama_cpp_python-0.3.36.tar.gz
    authors/bin/python -m scripts.check_families --llama-cpp llama_cpp_python-0.3.36/vendor/llama.cpp [FAMILY…]

``--ours`` is the Python that has the program's packages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

import torch

from scripts.check_families.compare import HEADINGS, Row, compare, say_error
from scripts.check_families.convert import Converters
from scripts.check_families.families import FAMILIES


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=f"of {', '.join(FAMILIES)}")
    parser.add_argument(
        "--llama-cpp", type=Path, required=True, help="folder of llama.cpp's source"
    )
    parser.add_argument("--ours", type=Path, default=Path(".venv/bin/python"), metavar="PYTHON")
    parser.add_argument("--folder", type=Path, help="where the files stay; else they are deleted")
    given = parser.parse_args()
    unknown = set(given.families) - set(FAMILIES)
    if unknown:
        parser.error(f"no family is called {', '.join(sorted(unknown))}")
    torch.set_num_threads(2)
    rows: list[Row] = []
    n_failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        for name in given.families or FAMILIES:
            began = time.monotonic()
            folder = (given.folder or Path(temporary)).resolve() / name
            folder.mkdir(parents=True, exist_ok=True)
            try:
                family = FAMILIES[name](folder)
                row = compare(
                    family, Converters(given.llama_cpp.resolve()), given.ours.absolute(), folder
                )
            except Exception:  # noqa: BLE001 - the other families are still wanted
                traceback.print_exc()
                n_failed += 1
                continue
            rows.append(row)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    _print_table(rows)
    return 1 if n_failed else 0


def _print_table(rows: list[Row]) -> None:
    for cells in (HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in rows)):
        print(f"| {' | '.join(cells)} |")
    print(
        "\n| family, picture | image tokens, authors' in brackets where others | embeddings' error |"
    )
    print("|---|---|---|")
    for row in rows:
        for shape in row.shapes:
            (width, height), ours, theirs = shape.size, shape.n_image, shape.n_authors
            n_image = f"{ours}" if ours == theirs else f"{ours} ({theirs})"
            print(f"| {row.name}, {width}×{height} | {n_image} | {say_error(shape.error)} |")


if __name__ == "__main__":
    sys.exit(main())
