"""Measures what is refused as none of the drawn world: ``python -m scripts.photographs.strangers``.

Strangers: the fetched pictures for judging, and drawn ones of kinds that nothing was chosen on. Scenes: test scenes
that no other measurement used, plain and with each fault; spoilt ones count where they are still described rightly.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain

import numpy as np

from assistant.core.events import DescribeRequest, ImageRgb
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.familiarity import LIMIT, Familiarity
from assistant.model_store.find import embedded_model
from scripts.photographs.encoding import Encoder
from scripts.photographs.scene_pictures import FAULTS, scene_picture
from scripts.photographs.stranger_pictures import fetched, judged
from scripts.train_scene_model.claims import Score, parse
from scripts.train_scene_model.world import Scene, make_scene

FIRST_SCENE = 60_000
"""Of the test split; the figures of docs/quality.md are about earlier ones."""
RIGHT_F1 = 0.8
"""From here on a description counts as right: nearly all things of a scene, and next to none that is not there."""


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--spoilt", type=int, default=100, help="scenes with each fault")
    parser.add_argument("--drawn", type=int, default=6, help="strangers of each drawn kind")
    parser.add_argument(
        "--show", action="store_true", help="name each picture that is judged wrongly"
    )
    args = parser.parse_args()
    files = embedded_model()
    assert files.familiarity_path is not None
    judge = Familiarity(files.familiarity_path, files.mmproj_path)
    judge.check_sound()
    table = Table(is_shown=args.show)
    with Encoder() as encoder:
        for source, picture in chain(fetched("judge"), judged(args.drawn)):
            distance = judge.measure(encoder.encode(np.asarray(picture)))
            table.add("strangers", source, distance)
        for fault in FAULTS:
            count = args.scenes if fault == "plain" else args.spoilt
            for index in range(FIRST_SCENE, FIRST_SCENE + count):
                scene = make_scene("test", index)
                pixels = np.asarray(scene_picture(scene, fault))
                distance = judge.measure(encoder.encode(pixels))
                if fault == "plain":
                    table.add("scenes", "plain", distance)
                elif is_described_rightly(encoder, scene, pixels):
                    table.add("scenes", f"{fault}, described rightly", distance)
                else:
                    table.add("scenes described wrongly", fault, distance)
    print(table.text())
    return 0


def is_described_rightly(encoder: Encoder, scene: Scene, picture: ImageRgb) -> bool:
    """Return whether the model names nearly all that is there, and next to nothing else."""
    request = DescribeRequest(picture, DETAILED_PROMPT)
    score = Score()
    score.add(parse(encoder.engine.answer(request).text), scene)
    return score.f1 >= RIGHT_F1


class Table:
    """Counts what was refused, by source."""

    def __init__(self, *, is_shown: bool = False) -> None:
        """Start empty; ``is_shown`` prints each picture on the wrong side of the limit."""
        self._is_shown = is_shown
        self._distances: dict[tuple[str, str], list[float]] = {}

    def add(self, kind: str, source: str, distance: float) -> None:
        """Count a picture."""
        rows = self._distances.setdefault((kind, source), [])
        rows.append(distance)
        if self._is_shown and (distance > LIMIT) != (kind == "strangers"):
            print(f"{kind}: {source}, number {len(rows)}: distance {distance:.2f}", file=sys.stderr)

    def text(self) -> str:
        """Return the table in Markdown, with a line for all of a kind."""
        lines = ["| pictures | n | refused | |", "|---|---|---|---|"]
        for kind in dict.fromkeys(kind for kind, _ in self._distances):
            rows = {
                source: row for (other, source), row in self._distances.items() if other == kind
            }
            lines += [_line(source, distances) for source, distances in sorted(rows.items())]
            everything = [distance for row in rows.values() for distance in row]
            lines.append(_line(f"**all {kind}**", everything))
        return "\n".join(lines)


def _line(name: str, distances: list[float]) -> str:
    n_refused = sum(distance > LIMIT for distance in distances)
    return f"| {name} | {len(distances)} | {n_refused} | {n_refused / len(distances):.1%} |"


if __name__ == "__main__":
    sys.exit(main())
