"""Listen to ten photographs as a newcomer hears them: ``python -m scripts.photographs.heard``.

Each is described by the embedded model, which refuses it, in a home that has no other model. The voice is real; only
the player makes no sound, but lasts as long as it would. Prints the section of docs/photographs.md; the pictures come
from ``examples/photographs`` and from what ``scripts.photographs.fetch`` fetched.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.heard import listening, run_command
from scripts.photographs.fetch import find_cache
from tests.support.assistant_command import ROOT

EXAMPLES = ("cat.jpg", "coffee.jpg", "astronaut.jpg")
FETCHED = (
    "scikit-learn-", "mvtb-data-campus-P1070491", "mvtb-data-images-building2-1", "gradio-images-lion",
    "material-kit-examples-studio-1", "material-kit-img-city-35", "ultralytics-",
)  # fmt: skip
"""What the names of the others begin with; the first such file is taken."""


def find_pictures() -> list[tuple[str, Path]]:
    """Return ten photographs with what they are called here."""
    found = [(name, ROOT / "examples" / "photographs" / name) for name in EXAMPLES]
    for start in FETCHED:
        path = min((find_cache() / "judge").glob(f"{start}*"), default=None)
        if path is None:
            raise SystemExit(f"No picture {start}*: run python -m scripts.photographs.fetch first.")
        found.append((path.name, path))
    return found


def main() -> None:
    """Print what is heard of each."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, path) in enumerate(find_pictures()):
            with listening(Path(folder), str(number)) as heard:
                print("\n".join(run_command(heard, f"describe {name}", "describe", str(path))))
                print(flush=True)


if __name__ == "__main__":
    main()
