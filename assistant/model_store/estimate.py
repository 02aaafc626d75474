"""How long a picture takes here: as measured, or estimated from another model's measurement or the processor alone."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.model_store.catalogue import CatalogueModel
from assistant.model_store.record import Speed, State
from assistant.system.processor import FEW_CORES, physical_cores

ANSWER_TOKENS = 100
"""Length of the answer that "seconds for a picture" is about: four or five sentences."""
_QUESTION_TOKENS = 50
_MOST_CORES = 8
"""More cores than these share the memory's bandwidth, or are of the slow kind."""


@dataclass(frozen=True)
class Cost:
    """Seconds for a picture, and what they are known from.

    Attributes:
        basis: "measured" with this model, "estimated" from another model's measurement, or "cores": estimated from
            the processor, where nothing was measured yet.
        measured_with: the model that was measured; empty where none was.
        day: when.
    """

    seconds: float
    basis: Literal["measured", "estimated", "cores"]
    measured_with: str = ""
    day: str = ""


@dataclass(frozen=True)
class Processor:
    """What a processor can do, roughly.

    Attributes:
        cores: physical ones.
        core_operations: a second, of one core, on 4-bit weights.
        bandwidth: bytes a second that all cores together read from memory.
    """

    cores: int
    core_operations: float
    bandwidth: float


def read_processor(root: Path = Path("/")) -> Processor:
    """Return what this machine's processor can do.

    A PC's figures come from docs/benchmarks.md (two cores, files of 0.8 to 4.9 GB), a Raspberry Pi 5's from
    docs/raspberry-pi.md. A Pi 4's are a third of these, by its clock and its lack of dot products: an assumption.
    """
    cores = physical_cores(root / "sys/devices/system/cpu")
    if platform.machine() in ("x86_64", "AMD64"):
        return Processor(cores, 80e9, 16e9)
    try:
        board = (root / "proc/device-tree/model").read_text(errors="replace")
    except OSError:
        board = ""
    if any(f"Raspberry Pi {older}" in board for older in ("2", "3", "4", "Zero")):
        return Processor(cores, 6e9, 3e9)
    return Processor(cores, 19e9, 10e9)


def estimate_cost(
    name: str,
    state: State,
    rows: Mapping[str, CatalogueModel],
    machine: str,
    processor: Processor | None = None,
) -> Cost | None:
    """Return what a picture costs with a model; ``None`` where nothing is known of the model or of the machine.

    Args:
        name: the model.
        state: has what was measured.
        rows: the catalogue.
        machine: this machine's name; measurements of another do not count.
        processor: to estimate from where nothing comparable was measured.
    """
    measured = {key: speed for key, speed in state.speeds.items() if speed.machine == machine}
    if name in measured:
        own = measured[name]
        return Cost(seconds_of(own), "measured", name, own.day)
    if name not in rows:
        return None
    row = rows[name]
    known = [key for key in measured if key in rows]
    if not known:
        return None if processor is None else Cost(_seconds_on(processor, row), "cores")
    # The nearest in size says most.
    nearest = min(known, key=lambda key: abs(rows[key].parameters_billion - row.parameters_billion))
    is_low = processor is not None and processor.cores <= FEW_CORES
    speed = _scaled(measured[nearest], rows[nearest], row, is_low=is_low)
    return Cost(seconds_of(speed), "estimated", nearest, speed.day)


def seconds_of(speed: Speed) -> float:
    """Return the time of one picture and an answer of ``ANSWER_TOKENS`` tokens."""
    return speed.encode_s + speed.n_prompt * speed.prompt_token_s + ANSWER_TOKENS * speed.token_s


def _scaled(
    speed: Speed, measured: CatalogueModel, wanted: CatalogueModel, *, is_low: bool
) -> Speed:
    """Scale looking and reading, which are arithmetic, by the operations, and writing, memory traffic, by the bytes."""
    parameters = wanted.parameters_billion / measured.parameters_billion
    n_bytes = wanted.file("model").likely_size / measured.file("model").likely_size
    looking = _encode_operations(wanted, is_low=is_low) / _encode_operations(
        measured, is_low=is_low
    )
    return Speed(
        encode_s=speed.encode_s * looking,
        prompt_token_s=speed.prompt_token_s * parameters,
        token_s=speed.token_s * n_bytes,
        n_prompt=_image_tokens(wanted, is_low=is_low) + _QUESTION_TOKENS,
        machine=speed.machine,
        day=speed.day,
    )


def _seconds_on(processor: Processor, row: CatalogueModel) -> float:
    """Return a picture's time: reading takes two operations a parameter and token, writing the whole model a token."""
    is_low = processor.cores <= FEW_CORES
    n_prompt = _image_tokens(row, is_low=is_low) + _QUESTION_TOKENS
    operations = _encode_operations(row, is_low=is_low) + 2e9 * row.parameters_billion * n_prompt
    cores = min(processor.cores, _MOST_CORES)
    writing_s = ANSWER_TOKENS * row.file("model").likely_size / processor.bandwidth
    return operations / (cores * processor.core_operations) + writing_s


def _image_tokens(row: CatalogueModel, *, is_low: bool) -> int:
    return row.image_tokens_low if is_low else row.image_tokens


def _encode_operations(row: CatalogueModel, *, is_low: bool) -> float:
    """Return the vision tower's work: in proportion to the image tokens, as those are to the patches that it sees."""
    return row.encode_operations * _image_tokens(row, is_low=is_low) / row.image_tokens
