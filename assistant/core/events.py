"""What the front asks of the model and what it hears back. Frozen, small, and picklable.

A front sends one ``DescribeRequest`` and gets, in this order: ``Loading`` (when the model is not loaded yet),
``Loaded``, ``Encoding``, ``Unfamiliar`` (where the picture is that), ``Prefilling`` (repeated), ``Piece`` and
``TraceStep`` (repeated), and exactly one of ``Finished`` or ``Failed``, except that an ``Unfamiliar`` may be the last.
``Restarted`` may come at any time before that: what was heard so far is void.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from sparc_ggml.config import SparcConfig

if TYPE_CHECKING:  # a front starts its processes before it waits for numpy
    import numpy as np
    import numpy.typing as npt

ImageRgb: TypeAlias = "npt.NDArray[np.uint8]"
"""A picture, shape (height, width, 3), RGB."""


class EndReason(StrEnum):
    """Why an answer ended."""

    EOS = "eos"
    MAX_TOKENS = "max_tokens"
    CONTEXT_FULL = "context_full"
    CANCELLED = "cancelled"
    REPETITION = "repetition"


@dataclass(frozen=True)
class DecodeOptions:
    """How the answer is written.

    Attributes:
        max_tokens: most tokens of one answer; the authors use 512.
        temperature: 0 is greedy.
        top_p: nucleus; used when temperature is above 0.
        seed: of the sampler; used when temperature is above 0.
        ignores_eos: writes ``max_tokens`` whatever comes; for measurements.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    ignores_eos: bool = False


@dataclass(frozen=True)
class Turn:
    """An earlier question about a picture and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True)
class DescribeRequest:
    """One question about one picture.

    Attributes:
        image_rgb: the picture, shape (height, width, 3), uint8; nobody may change it afterwards.
        question: the user's text as it goes into the chat template.
        decode: how the answer is written.
        sparc: how attention is steered; ``None`` takes the model's preset.
        has_trace: whether ``TraceStep`` events are wanted.
        has_attention: whether they carry the attention on the picture, with every method; for measurements.
        turns: what was asked and answered about this picture before, oldest first, as far as the
            question builds on it.
        is_anyway: whether a picture that is none of the model's world is answered all the same.
    """

    image_rgb: ImageRgb
    question: str
    decode: DecodeOptions = DecodeOptions()
    sparc: SparcConfig | None = None
    has_trace: bool = False
    turns: tuple[Turn, ...] = ()
    has_attention: bool = False
    is_anyway: bool = False


@dataclass(frozen=True)
class Loading:
    """The model files are being loaded."""

    model_name: str


@dataclass(frozen=True)
class Loaded:
    """The model is ready.

    Attributes:
        load_ms: how long that took.
        notes: sentences that a person should hear once, as that memory is short and what was done about it.
    """

    model_name: str
    load_ms: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoding:
    """The picture is being turned into image tokens."""


@dataclass(frozen=True)
class Unfamiliar:
    """The picture is none of the model's world, so what it would say is fiction.

    Nothing follows, unless the request ``is_anyway``.

    Attributes:
        distance: how far it is from what the model was trained on; the limit is 1.
    """

    distance: float


@dataclass(frozen=True)
class Prefilling:
    """The prompt is being read: ``done`` of ``total`` tokens."""

    done: int
    total: int


@dataclass(frozen=True)
class Piece:
    """The next bit of text; always whole UTF-8 characters. Joined in order, the pieces are the answer."""

    text: str


@dataclass(frozen=True)
class TraceHeader:
    """What a trace starts with: model, grid, image tokens, prompt tokens, parameters."""

    fields: dict[str, Any]


@dataclass(frozen=True)
class TraceStep:
    """One decode step as SPARC saw it.

    Attributes:
        step: 0-based decode step.
        token: id of the generated token that was fed at this step.
        piece: its text.
        selected: 0-based image-token indices that this step's attention selects for the next step.
        max_gain: largest accumulated gain after the rows selected before this step were scaled.
        is_clamped: whether a gain was held back so that the V cache's number type does not overflow.
        attention: probability that this step's token pays to each image token, mean over heads at the observed
            layer, in reading order; empty unless ``DescribeRequest.has_attention``.
        boosted: the sum of it with each token's gain multiplied in; 0 unless ``has_attention``.
    """

    step: int
    token: int
    piece: str
    selected: tuple[int, ...]
    max_gain: float
    is_clamped: bool = False
    attention: tuple[float, ...] = ()
    boosted: float = 0.0


@dataclass(frozen=True)
class Timings:
    """Milliseconds of each stage; 0 where a stage was not needed (a kept picture, a loaded model)."""

    load_ms: float = 0.0
    encode_ms: float = 0.0
    prefill_ms: float = 0.0
    first_token_ms: float = 0.0
    """From the request's arrival at the engine to the first token."""
    decode_ms: float = 0.0


@dataclass(frozen=True)
class Counts:
    """Tokens of one answer."""

    image_tokens: int = 0
    prompt_tokens: int = 0
    """All tokens before the answer, image tokens included."""
    tokens: int = 0
    kept_tokens: int = 0
    """Prompt tokens that did not have to be read, because the KV cache had them already."""


@dataclass(frozen=True)
class Answer:
    """A finished answer.

    Attributes:
        text: the whole answer, stripped; equals the pieces joined unless it ended by repetition, where
            the repeated copies are cut off.
        ended: why it ended.
        timings: milliseconds by stage.
        counts: tokens.
        sparc: the parameters that were really used, layers filled in; method "none" if not steered.
        unsteered_reason: why a wished-for steering was not possible, else an empty string.
        corrections: names of the picture-encoding corrections that were active (``clip_order``, ``vision_layers``).
        n_dropped_turns: earlier turns that were left out, oldest first, because the context is full.
    """

    text: str
    ended: EndReason
    timings: Timings
    counts: Counts
    sparc: SparcConfig
    unsteered_reason: str = ""
    corrections: tuple[str, ...] = ()
    n_dropped_turns: int = 0


@dataclass(frozen=True)
class Finished:
    """The answer is complete."""

    answer: Answer


@dataclass(frozen=True)
class Failed:
    """The request failed; the worker lives on. ``exit_code`` is an ``assistant.errors.ExitCode``."""

    message: str
    hint: str = ""
    exit_code: int = 1


@dataclass(frozen=True)
class Restarted:
    """The model process died and was started again; the request is being repeated from the start."""

    reason: str = field(default="")


Event = (
    Loading
    | Loaded
    | Encoding
    | Unfamiliar
    | Prefilling
    | Piece
    | TraceHeader
    | TraceStep
    | Finished
    | Failed
    | Restarted
)
