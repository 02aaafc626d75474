"""Looking a picture over loads nothing once it has been warmed up."""

from __future__ import annotations

import subprocess
import sys

_LOADED_LATER = """
import sys
import numpy as np
from assistant.camera import quality

if sys.argv[1] == "warm":
    quality.warm()
image = (np.arange(480 * 640 * 3) * 7919 % 253).astype(np.uint8).reshape(480, 640, 3)
before = set(sys.modules)
quality.assess(image)
print(len(set(sys.modules) - before))
"""


def test_the_first_picture_loads_nothing() -> None:
    def loaded(how: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", _LOADED_LATER, how], capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert loaded("cold") > 0, "else there is nothing to warm up"
    assert loaded("warm") == 0
