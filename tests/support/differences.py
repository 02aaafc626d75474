"""Compare arrays bit for bit, and say how far apart they are where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def describe_difference(ours: npt.ArrayLike, expected: npt.ArrayLike) -> str:
    """Return the largest difference and where it is, for an assertion's message."""
    a, b = np.asarray(ours), np.asarray(expected)
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        return f"{a.dtype} of shape {a.shape} instead of {b.dtype} of shape {b.shape}"
    with np.errstate(invalid="ignore"):
        apart = np.abs(a.astype(np.float64) - b.astype(np.float64))
    if not apart.size:
        return "both are empty"
    apart = np.where(np.isnan(apart), np.inf, apart)
    place = np.unravel_index(int(np.argmax(apart)), apart.shape)
    return (
        f"largest difference {apart[place]:.3g} at {tuple(map(int, place))}: {a[place]} instead of {b[place]}; "
        f"{np.count_nonzero(apart)} of {apart.size} values differ"
    )


def has_same_bits(ours: npt.NDArray[Any], expected: npt.NDArray[Any]) -> bool:
    """Return whether two arrays of one shape and type hold the same bits, however they lie in memory."""
    is_alike = ours.shape == expected.shape and ours.dtype == expected.dtype
    return (
        is_alike
        and np.ascontiguousarray(ours).tobytes() == np.ascontiguousarray(expected).tobytes()
    )


def assert_same_bits(
    ours: npt.NDArray[Any], expected: npt.NDArray[Any], what: str = "arrays"
) -> None:
    assert has_same_bits(ours, expected), f"{what}: {describe_difference(ours, expected)}"


def assert_same_rows(
    ours: Sequence[npt.NDArray[Any]], expected: Sequence[npt.NDArray[Any]], what: str = "step"
) -> None:
    """Fail unless there are arrays, as many on both sides, that are the same pair by pair."""
    assert len(ours) == len(expected) > 0, f"{len(ours)} instead of {len(expected)} of each {what}"
    for i, (one, other) in enumerate(zip(ours, expected, strict=True)):
        assert_same_bits(one, other, f"{what} {i}")
