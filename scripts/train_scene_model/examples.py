"""Writes example pictures: held-out scenes, each with its truth as JSON and in words beside it.

The examples show the program at work, so they are scenes that the embedded model gets right; how often
it does is measured on other scenes, by `scripts/bench_quality.py`. Needs llama-cpp-python, not torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from assistant.catalogue import embedded_model
from assistant.core.events import DescribeRequest
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions

from .claims import Score, parse
from .language import brief, detailed
from .render import render
from .settings import SETTING_BY_NAME
from .world import Scene, make_scene

# Test scenes from here on are examples; the quality benchmark uses those before.
FIRST = 100_000
SIDE_PX = 512
SHOWN = ("street", "garden", "living room", "beach", "night", "kitchen", "park", "snow")
"""The settings that have an example; its file has the last word of the name."""
_COUNTS = (6, 7, 8)
_MOST_TRIED = 4000


def write_examples(out: Path) -> None:
    """One example for each setting of `SHOWN` under `out`: NAME.png, NAME.json, NAME.txt.

    Raises:
        LookupError: no scene of a setting is described rightly.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = embedded_model()
    options = EngineOptions(files.model_path, files.mmproj_path, preset=files.preset)
    with Engine(options) as engine:
        for number, setting in enumerate(SHOWN):
            scene = _example(engine, setting, _COUNTS[number % len(_COUNTS)])
            stem = out / setting.split()[-1]
            render(scene, SIDE_PX).save(stem.with_suffix(".png"), optimize=True)
            truth = json.dumps(scene.to_json(), indent=2)
            stem.with_suffix(".json").write_text(truth + "\n", encoding="utf-8")
            words = f"{brief(scene)}\n\n{detailed(scene)}\n"
            stem.with_suffix(".txt").write_text(words, encoding="utf-8")


def _example(engine: Engine, setting: str, count: int) -> Scene:
    """The first held-out scene of this setting and count with usual things that is described rightly."""
    usual = SETTING_BY_NAME[setting].usual
    for index in range(FIRST, FIRST + _MOST_TRIED):
        scene = make_scene("test", index)
        kinds = [thing.kind for thing in scene.things]
        if scene.setting != setting or len(kinds) != count:
            continue
        if 2 * sum(kind in usual for kind in kinds) >= count:
            picture = np.asarray(render(scene, SIDE_PX))
            if is_right(engine.answer(DescribeRequest(picture, DETAILED_PROMPT)).text, scene):
                return scene
    raise LookupError(f"no scene of {setting!r} with {count} things is described rightly")


def is_right(text: str, scene: Scene) -> bool:
    """Whether every thing is named in its place, with its size, colour and printed word."""
    score = Score()
    score.add(parse(text), scene)
    return (
        score.is_perfect
        and score.sized == score.present
        and score.coloured == score.colourable
        and score.read == score.readable
    )
