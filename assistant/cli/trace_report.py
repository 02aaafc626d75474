"""A trace file as plain lines: for each answer its settings, what each step boosted, and a summary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.errors import UsageError
from assistant.messages.output import IS_FOLDER, NO_TEXT

_MOST_NAMED = 5
"""Patches that are named one by one."""


def trace_lines(path: Path) -> Iterator[str]:
    """Yield the lines to print for a file that ``--trace`` wrote.

    Raises:
        UsageError: it is missing, unreadable, or not such a file.
    """
    try:
        text = path.read_text("utf-8")
    except IsADirectoryError as error:
        raise UsageError(messages.trace_unreadable(str(path), IS_FOLDER)) from error
    except (OSError, ValueError) as error:  # a NUL in the name; bytes that are not UTF-8
        reason = getattr(error, "strerror", None) or NO_TEXT
        raise UsageError(messages.trace_unreadable(str(path), reason)) from error
    answer: _Answer | None = None
    # Not splitlines: what Unicode counts as a line's end may stand in a piece of the answer.
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        try:
            record = json.loads(line)
            if "image_tokens" in record:
                if answer is not None:
                    yield from answer.summary()
                answer = _Answer(record)
                yield from answer.heading()
            elif answer is None:
                raise KeyError("header")
            else:
                yield answer.step(record)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(messages.trace_damaged(str(path), number)) from error
    if answer is None:
        raise UsageError(messages.trace_damaged(str(path), 1))
    yield from answer.summary()


class _Answer:
    """One answer of a trace, while its steps are read."""

    def __init__(self, header: dict[str, Any]) -> None:
        self._header = header
        self._rows, self._columns = (int(n) for n in header["grid"])
        self._boosts: Counter[int] = Counter()
        self._n_steps = 0
        self._largest = 1.0

    def heading(self) -> Iterator[str]:
        header, parameters = self._header, self._header["parameters"]
        yield messages.trace_model(header["model"])
        yield messages.trace_tokens(header["prompt_tokens"], header["image_tokens"])
        if header.get("unsteered_reason"):
            yield messages.unsteered(header["unsteered_reason"])
        first, last = parameters["layers"]
        yield messages.trace_parameters(
            parameters["method"],
            f"{parameters['alpha']:g}",
            f"{parameters['beta']:g}",
            f"{parameters['tau']:g}",
            parameters["layer"],
            first,
            last,
        )

    def step(self, record: dict[str, Any]) -> str:
        selected = [int(j) for j in record["selected"]]
        self._boosts.update(selected)
        self._n_steps += 1
        self._largest = max(self._largest, float(record["max_gain"]))
        gain = f"{record['max_gain']:.3g}"
        return messages.trace_step(record["step"], record["piece"].strip(), len(selected), gain)

    def summary(self) -> Iterator[str]:
        yield messages.trace_steps(self._n_steps, f"{self._largest:.3g}")
        for token, times in self._boosts.most_common(_MOST_NAMED):
            row, column = divmod(token, self._columns)
            yield messages.trace_patch(row + 1, self._rows, column + 1, self._columns, times)
