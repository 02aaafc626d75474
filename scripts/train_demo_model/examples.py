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
from .kinds import SETTINGS
from .language import brief, detailed
from .render import render
from .world import Scene, make_scene

# Test scenes from here on are examples; the quality benchmark uses those before.
FIRST = 1000
SIDE_PX = 512
_COUNTS = (4, 5, 6)


def write_examples(out: Path) -> None:
    """One example for each setting under `out`: NAME.png, NAME.json, NAME.txt."""
    out.mkdir(parents=True, exist_ok=True)
    files = embedded_model()
    options = EngineOptions(files.model_path, files.mmproj_path, preset=files.preset)
    with Engine(options) as engine:
        for number, setting in enumerate(SETTINGS):
            scene = _example(engine, setting.name, _COUNTS[number % len(_COUNTS)])
            render(scene, SIDE_PX).save(out / f"{setting.name}.png", optimize=True)
            truth = json.dumps(scene.to_json(), indent=2)
            (out / f"{setting.name}.json").write_text(truth + "\n", encoding="utf-8")
            words = f"{brief(scene)}\n\n{detailed(scene)}\n"
            (out / f"{setting.name}.txt").write_text(words, encoding="utf-8")


def _example(engine: Engine, setting: str, count: int) -> Scene:
    """The first held-out scene of this setting and count with usual things that is described rightly."""
    usual = next(s.usual for s in SETTINGS if s.name == setting)
    index = FIRST
    while True:
        scene = make_scene("test", index)
        kinds = [thing.kind for thing in scene.things]
        fits = scene.setting == setting and len(kinds) == count and len(set(kinds)) >= count - 1
        if fits and 10 * sum(kind in usual for kind in kinds) >= 7 * count:
            picture = np.asarray(render(scene, SIDE_PX))
            if _is_right(engine.answer(DescribeRequest(picture, DETAILED_PROMPT)).text, scene):
                return scene
        index += 1


def _is_right(text: str, scene: Scene) -> bool:
    """Whether every thing is named in its place and with its size, and words of number fit."""
    score = Score()
    score.add(parse(text), scene)
    kinds = [thing.kind for thing in scene.things]
    has_pair = len(set(kinds)) < len(kinds)
    says_pair = "another" in text or "In all" in text
    return score.is_perfect and score.sized == score.present and (has_pair or not says_pair)
