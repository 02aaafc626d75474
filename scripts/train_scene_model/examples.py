"""Writes example pictures: held-out scenes, each with its truth as JSON and in words beside it.

The examples show the program at work, so they are scenes that the embedded model gets right and pictures with
nothing wrong; how often it is right is measured on other scenes, by `scripts/bench/quality.py`. Needs
llama-cpp-python, not torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from assistant.camera.quality import assess
from assistant.core.events import Answer, DescribeRequest, EndReason
from assistant.core.questions import BRIEF_PROMPT, DETAILED_PROMPT
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.model_store.find import embedded_model

from .claims import Score, parse
from .language import brief, detailed
from .questions import presence
from .render import render
from .settings import SETTING_BY_NAME
from .world import FIRST_EXAMPLE, Scene, make_scene

SIDE_PX = 512
SHOWN = ("street", "garden", "living room", "beach", "night", "kitchen", "park", "snow")
"""The settings that have an example; its file has the last word of the name."""
_MOST_THINGS = 8
_LARGE_PX = (1280, 720)
_MOST_TRIED = 8000


def write_examples(out: Path) -> None:
    """One example for each setting of `SHOWN` under `out`: NAME.png, NAME.json, NAME.txt.

    Raises:
        LookupError: no scene of a setting is described rightly.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = embedded_model()
    options = EngineOptions(
        files.model_path, files.mmproj_path, preset=files.preset, template=files.template
    )
    with Engine(options) as engine:
        for setting in SHOWN:
            write_example(_example(engine, setting), out / setting.split()[-1])


def write_example(scene: Scene, stem: Path) -> None:
    """Write the picture and its truth beside `stem`."""
    render(scene, SIDE_PX).save(stem.with_suffix(".png"), optimize=True)
    stem.with_suffix(".json").write_text(truth_text(scene), encoding="utf-8")
    stem.with_suffix(".txt").write_text(words(scene), encoding="utf-8")


def truth_text(scene: Scene) -> str:
    """Return the truth as JSON."""
    return json.dumps(scene.to_json(), indent=2) + "\n"


def words(scene: Scene) -> str:
    """Return the truth in words: the brief description, a blank line, the detailed one."""
    return f"{brief(scene)}\n\n{detailed(scene)}\n"


def _example(engine: Engine, setting: str) -> Scene:
    """Return the first held-out scene of this setting, with few and usual things, that is described rightly."""
    usual = SETTING_BY_NAME[setting].usual
    for index in range(FIRST_EXAMPLE, FIRST_EXAMPLE + _MOST_TRIED):
        scene = make_scene("test", index)
        kinds = [thing.kind for thing in scene.things]
        if scene.setting != setting or len(kinds) > _MOST_THINGS:
            continue
        if 2 * sum(kind in usual for kind in kinds) >= len(kinds):
            picture = render(scene, SIDE_PX)
            if is_sound(picture) and _is_understood(engine, scene, picture):
                return scene
    raise LookupError(f"no scene of {setting!r} is described rightly")


def is_sound(picture: Image.Image) -> bool:
    """Whether the program has nothing to complain of, in its size and enlarged as from a camera."""
    return not any(assess(np.asarray(shown)) for shown in (picture, picture.resize(_LARGE_PX)))


def _is_understood(engine: Engine, scene: Scene, picture: Image.Image) -> bool:
    """Whether both descriptions are right, and the answer to whether its first thing is there."""
    shown = np.asarray(picture)

    def ask(question: str) -> Answer:
        return engine.answer(DescribeRequest(shown, question))

    told = ask(DETAILED_PROMPT)
    if told.ended is not EndReason.EOS or not is_right(told.text, scene):
        return False
    if not is_right_in_short(ask(BRIEF_PROMPT).text, scene):
        return False
    asked = presence(scene, scene.things[0].kind)
    return ask(asked.question).text.lower().startswith(asked.truth)


def is_right(text: str, scene: Scene) -> bool:
    """Whether the place is named, and every thing where it is, with its size, colour and printed word."""
    score = Score()
    score.add(parse(text), scene)
    return (
        f"{SETTING_BY_NAME[scene.setting].phrase}." in text
        and score.is_perfect
        and score.sized == score.present
        and score.coloured == score.colourable
        and score.read == score.readable
    )


def is_right_in_short(text: str, scene: Scene) -> bool:
    """Whether the place is named, and only things that are there."""
    score = Score()
    score.add(parse(text), scene)
    phrase = SETTING_BY_NAME[scene.setting].phrase
    return f"{phrase} with ".lower() in text.lower() and 0 < score.claimed == score.right
