"""The working half of bench_quality: one scene through the engine with every configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.core.events import DecodeOptions, DescribeRequest, EndReason, ImageRgb
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.inference.prompts import DETAILED_PROMPT
from scripts.train_demo_model.claims import Score, parse
from scripts.train_demo_model.questions import number, presence, some_kind
from scripts.train_demo_model.render import render
from scripts.train_demo_model.world import Scene, Split, make_scene, scene_rng
from sparc_ggml.config import SparcConfig

PICTURE_PX = 512
_MAX_TOKENS = 300
_RESAMPLES = 1000
_QUESTIONS = 3  # purpose number of the random stream that chooses what is asked


@dataclass(frozen=True)
class Task:
    """One scene and what to do with it."""

    split: Split
    index: int
    configs: tuple[SparcConfig, ...]
    asks: bool


@dataclass(frozen=True)
class Result:
    """What one configuration made of one scene."""

    score: Score
    tokens: int
    looped: bool
    yes_no: tuple[bool, ...] = ()
    counted: tuple[bool, ...] = ()


@dataclass
class Tally:
    """Sums of results over scenes, in scene order."""

    results: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Takes one more scene."""
        self.results.append(result)

    @property
    def total(self) -> Score:
        """All scenes' claims together."""
        total = Score()
        for result in self.results:
            for name in vars(total):
                setattr(total, name, getattr(total, name) + getattr(result.score, name))
        return total

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall over all scenes."""
        total = self.total
        return 2 * total.right / max(total.claimed + total.present, 1)

    def values(self) -> dict[str, float]:
        """Every figure by name."""
        total = self.total
        yes_no = [right for result in self.results for right in result.yes_no]
        counted = [right for result in self.results for right in result.counted]
        return {
            "precision": total.precision,
            "recall": total.recall,
            "place": total.place,
            "size": total.size,
            "all right": float(np.mean([result.score.is_perfect for result in self.results])),
            "yes/no": float(np.mean(yes_no)) if yes_no else float("nan"),
            "how many": float(np.mean(counted)) if counted else float("nan"),
        }

    def row(self, plain: Tally) -> dict[str, str]:
        """Table cells, with the paired difference to the unsteered model."""
        difference, low, high = self.difference(plain)
        return {
            **{name: f"{value:.3f}" for name, value in self.values().items()},
            "tokens": f"{np.mean([result.tokens for result in self.results]):.0f}",
            "loops": str(sum(result.looped for result in self.results)),
            "F1 − none": "" if self is plain else f"{difference:+.3f} ({low:+.3f} to {high:+.3f})",
        }

    def difference(self, plain: Tally) -> tuple[float, float, float]:
        """F1 less the unsteered model's, and a 95 % interval from resampled scenes."""

        def sums(tally: Tally) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
            scores = [r.score for r in tally.results]
            return np.array([(2.0 * s.right, float(s.claimed + s.present)) for s in scores])

        ours, theirs = sums(self), sums(plain)
        rng = np.random.default_rng(0)
        picks = rng.integers(len(ours), size=(_RESAMPLES, len(ours)))

        def f1(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
            right, all_of = values.sum(0)
            return float(right / max(all_of, 1))

        spread = [f1(ours[pick]) - f1(theirs[pick]) for pick in picks]
        low, high = np.quantile(spread, (0.025, 0.975))
        return f1(ours) - f1(theirs), float(low), float(high)


_engine: Engine | None = None


def load(model: Path, mmproj: Path) -> None:
    """Loads the engine of this process, on one thread: processes share the cores."""
    global _engine
    options = EngineOptions(model_path=model, mmproj_path=mmproj, n_threads=1, n_ctx=1024)
    _engine = Engine(options)


def work(task: Task) -> list[Result]:
    """One scene with every configuration, in the order of `task.configs`."""
    scene = make_scene(task.split, task.index)
    picture = np.asarray(render(scene, PICTURE_PX))
    return [_describe(scene, picture, config, task.asks) for config in task.configs]


def _ask(picture: ImageRgb, question: str, config: SparcConfig) -> tuple[str, int, bool]:
    assert _engine is not None
    options = DecodeOptions(max_tokens=_MAX_TOKENS)
    answer = _engine.answer(DescribeRequest(picture, question, options, config))
    if answer.unsteered_reason:
        raise RuntimeError(f"not steered: {answer.unsteered_reason}")
    return answer.text, answer.counts.tokens, answer.ended is EndReason.REPETITION


def _describe(scene: Scene, picture: ImageRgb, config: SparcConfig, asks: bool) -> Result:
    text, tokens, looped = _ask(picture, DETAILED_PROMPT, config)
    score = Score()
    score.add(parse(text), scene)
    if not asks:
        return Result(score, tokens, looped)
    rng = scene_rng(scene.seed, _QUESTIONS)
    yes_no = []
    for present in (True, False):
        turn = presence(scene, some_kind(scene, rng, present))
        said = _ask(picture, turn.question, config)[0]
        yes_no.append(said.strip().lower().startswith(turn.truth))
    turn = number(scene, some_kind(scene, rng, True))
    said = _ask(picture, turn.question, config)[0]
    counted = said.strip().lower().rstrip(".") == turn.answer.lower().rstrip(".")
    return Result(score, tokens, looped, tuple(yes_no), (counted,))
