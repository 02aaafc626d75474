"""Makes the table row of a classifier's names for photographs: ``python -m scripts.photographs.kinds WEIGHTS.onnx``.

WEIGHTS.onnx comes from scripts.photographs.convert_efficientnet. A statement is the surest of ImageNet's 1000 names;
whether it is true was judged by looking, and stands in judged_kinds.toml. The row is for docs/photographs.md.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scripts.photographs.fetch import find_cache, read_index
from scripts.photographs.things import find_interval

JUDGED = Path(__file__).with_name("judged_kinds.toml")
SIDE_PX = 260
_KEPT = 0.875
"""Of the shorter side, in the middle, as it was trained."""


def main(weights: str) -> None:
    """Print the rows."""
    judged = {
        (row["picture"], row["number"]): row["is_it"]
        for row in tomllib.loads(JUDGED.read_text())["judged"]
    }
    net = cv2.dnn.readNetFromONNX(weights)
    scored: list[tuple[float, bool | None]] = []
    for photograph in read_index():
        if photograph.use == "judge" and photograph.kind == "photo":
            net.setInput(
                _prepare(np.asarray(Image.open(find_cache() / photograph.file).convert("RGB")))
            )
            scores = net.forward().ravel()
            number = int(scores.argmax())
            scored.append((float(scores[number]), judged.get((photograph.file, number))))
    for least in (0.5, 0.7):
        kept = [is_true for score, is_true in scored if score >= least]
        n, n_true = len(kept) - kept.count(None), kept.count(True)
        low, high = find_interval(n_true, n)
        print(
            f"| EfficientNet-Lite2's name of the picture from {least:.2f} | {n} | {n_true} ({100 * n_true / n:.0f} %) "
            f"| {100 * low:.0f} to {100 * high:.0f} % |"
        )


def _prepare(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    scale = SIDE_PX / (_KEPT * min(height, width))
    size = (max(SIDE_PX, round(width * scale)), max(SIDE_PX, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    top, left = (small.shape[0] - SIDE_PX) // 2, (small.shape[1] - SIDE_PX) // 2
    middle = small[top : top + SIDE_PX, left : left + SIDE_PX].astype(np.float32)
    return np.ascontiguousarray(((middle - 127) / 128).transpose(2, 0, 1)[None], np.float32)


if __name__ == "__main__":
    main(sys.argv[1])
