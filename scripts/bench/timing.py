"""Time one loaded model: answers by ``none`` and by ``sparc`` in turn, on the same picture."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from unittest import mock

import numpy as np
import numpy.typing as npt

from assistant.core.events import Answer, DecodeOptions, DescribeRequest, Event, TraceStep
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from sparc_ggml._ggml import GgmlAbiError
from sparc_ggml.config import SparcConfig
from sparc_ggml.recalibration import relative_activation, update_ema

T = TypeVar("T")
_N_CALIBRATION = 12
"""Decode steps from which a threshold is chosen."""


@dataclass(frozen=True)
class Timing:
    """Repeated measurements of one thing, in ms, or of a ratio."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the median lies with 95 % confidence, by bootstrap with a fixed seed."""
        rng = np.random.default_rng(0)
        values = np.array(self.values)
        drawn = np.median(rng.choice(values, (4000, len(values))), axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        return float(low), float(high)

    def over(self, other: Timing) -> Timing:
        """Ratios to another's values, pair by pair."""
        return Timing(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))

    def shown(self, digits: int, unit: str = "", *, has_interval: bool = False) -> str:
        """Median, and in brackets the lowest and highest, or where the median lies."""
        low, high = self.interval if has_interval else (self.low, self.high)
        return f"{self.median:,.{digits}f}{unit} ({low:,.{digits}f}-{high:,.{digits}f})"


def in_turn(n: int, ways: Mapping[str, Callable[[], T]], title: str) -> dict[str, list[T]]:
    """Call each way ``n`` times, in turn, and return what came back.

    Turning the order round each time keeps a slow drift of the machine from favouring one of them.
    """
    results: dict[str, list[T]] = {name: [] for name in ways}
    for number in range(n):
        for name in list(ways) if number % 2 == 0 else reversed(list(ways)):
            results[name].append(ways[name]())
        last = ", ".join(f"{name} {results[name][-1]}" for name in ways)
        print(f"{title}, round {number + 1} of {n}: {last}", file=sys.stderr)
    return results


@dataclass(frozen=True)
class Result:
    """What was measured of one model at one share of selected tokens.

    Attributes:
        ms: ms a token by "none" and "sparc", and by "bare" where it was timed.
        ratio: ms a token by sparc over ms a token by none, pair by pair.
        bare_ratio: over ms a token by "bare", where it was timed.
        n_selected: image tokens selected a step, mean.
    """

    name: str
    load_ms: float
    encode: Timing
    prefill: Timing
    ms: dict[str, Timing]
    ratio: Timing
    n_selected: float
    n_image: int
    n_prompt: int
    bare_ratio: Timing | None = None


class Bench:
    """One engine and one picture."""

    def __init__(self, engine: Engine, n_tokens: int) -> None:
        self.engine, self.n_tokens = engine, n_tokens
        self._picture = noise_picture(0)

    def answer(
        self, config: SparcConfig, n_tokens: int, emit: Callable[[Event], None] | None = None
    ) -> Answer:
        request = DescribeRequest(
            image_rgb=self._picture,
            question=DETAILED_PROMPT,
            # The last token picked is not fed, so one more makes n_tokens decode steps.
            decode=DecodeOptions(max_tokens=n_tokens + 1, ignores_eos=True),
            sparc=config,
            has_trace=emit is not None,
        )
        return self.engine.answer(request, emit or (lambda _event: None))

    def ms_a_token(self, config: SparcConfig) -> float:
        answer = self.answer(config, self.n_tokens)
        if answer.sparc.method != config.method:
            raise RuntimeError(f"not steered: {answer.unsteered_reason}")
        if answer.counts.tokens != self.n_tokens + 1:
            raise RuntimeError(f"only {answer.counts.tokens} tokens: {answer.ended}")
        return answer.timings.decode_ms / self.n_tokens

    def selected_a_step(self, config: SparcConfig) -> float:
        counts: list[int] = []

        def emit(event: Event) -> None:
            if isinstance(event, TraceStep):
                counts.append(len(event.selected))

        self.answer(config, _N_CALIBRATION, emit)
        return statistics.fmean(counts)

    def threshold_for(self, share: float, beta: float) -> float:
        """Return the tau at which about ``share`` of the image tokens is selected a step.

        Steers with alpha 1, which changes nothing, and looks at the relative activations.
        """
        probe = self.engine.loaded.probe
        if probe is None:
            raise RuntimeError("this build of llama.cpp cannot be observed")
        take, seen = probe.take, list[npt.NDArray[np.float32]]()

        def recording_take() -> npt.NDArray[np.float32]:
            seen.append(take().copy())
            return seen[-1]

        probe.take = recording_take  # type: ignore[method-assign]
        try:
            self.answer(SparcConfig(alpha=1.0), _N_CALIBRATION)
        finally:
            del probe.take
        ema, rises = seen[0], []
        for a in seen[1:]:
            rises.append(relative_activation(a, ema))
            ema = update_ema(ema, a, beta)
        return float(np.quantile(np.concatenate(rises), 1.0 - share))


@contextmanager
def engines(options: EngineOptions, *, has_bare: bool) -> Iterator[dict[str, Engine]]:
    """Load the engine as it is used, and on request one whose context has no eval callback at all."""
    with ExitStack() as stack:
        loaded = {"used": stack.enter_context(Engine(options))}
        if has_bare:
            unknown = GgmlAbiError("left out, to be timed without")
            with mock.patch("assistant.inference.engine.make_probe", side_effect=unknown):
                loaded["bare"] = stack.enter_context(Engine(options))
        yield loaded


def noise_picture(seed: int) -> npt.NDArray[np.uint8]:
    """Return a picture of random blocks, shape (480, 640, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    return coarse.repeat(16, axis=0).repeat(16, axis=1)


def time_pair(
    options: EngineOptions,
    shares: Sequence[float | None],
    n_tokens: int,
    n_pairs: int,
    *,
    has_bare: bool,
) -> Iterator[Result]:
    """Load a model and time it once for each share.

    Args:
        options: what to load.
        shares: share of image tokens that a step should select; ``None`` keeps the preset's tau.
        n_tokens: decode steps of a timed answer.
        n_pairs: timed answers by each method.
        has_bare: whether to time a context without an eval callback too; loads the model twice.
    """
    none = SparcConfig(method="none")
    with engines(options, has_bare=has_bare) as loaded:
        benches = {name: Bench(engine, n_tokens) for name, engine in loaded.items()}
        bench = benches["used"]
        # The picture is read by the first answer only; the others keep it and read the question.
        first = [each.answer(none, 1) for each in benches.values()]
        for share in shares:
            preset = options.preset
            tau = preset.tau if share is None else bench.threshold_for(share, preset.beta)
            sparc = replace(preset, method="sparc", tau=tau)
            n_selected = bench.selected_a_step(sparc)
            ways = {
                "none": partial(bench.ms_a_token, none),
                "sparc": partial(bench.ms_a_token, sparc),
            }
            if has_bare:
                ways = {"bare": partial(benches["bare"].ms_a_token, none)} | ways
            times = in_turn(n_pairs, ways, f"{options.model_name}, ms a token")
            ms = {name: Timing(tuple(values)) for name, values in times.items()}
            yield Result(
                name=options.model_name,
                load_ms=first[0].timings.load_ms,
                encode=Timing(tuple(answer.timings.encode_ms for answer in first)),
                prefill=Timing(tuple(answer.timings.prefill_ms for answer in first)),
                ms=ms,
                ratio=ms["sparc"].over(ms["none"]),
                bare_ratio=ms["sparc"].over(ms["bare"]) if has_bare else None,
                n_selected=n_selected,
                n_image=first[0].counts.image_tokens,
                n_prompt=first[0].counts.prompt_tokens,
            )
