"""`python -m scripts.judged_worlds FOLDER` draws scenes for `sparc-assistant bench quality`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.judged_worlds import NAMES, draw_scenes, find_world


def main(argv: Sequence[str] | None = None) -> int:
    """Draws the scenes and prints the path of the file that tells their truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--world", choices=NAMES, help="left out: the first that is here")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--first", type=int, default=600, help="number of the first scene")
    parser.add_argument("--count", type=int, default=100, help="scenes")
    args = parser.parse_args(argv)
    _, drawn = find_world(args.world)
    print(draw_scenes(drawn, args.split, args.first, args.count, args.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
