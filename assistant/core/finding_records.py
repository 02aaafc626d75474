"""Findings as plain values for JSON, and back: between processes, and for other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from assistant.core.findings import (
    Brightness,
    Code,
    Colours,
    Finding,
    Found,
    Light,
    LightSide,
    Part,
    TextLine,
    Thing,
)

_KINDS: dict[str, type[Finding]] = {
    kind.__name__: kind for kind in (TextLine, Code, Light, Colours, Thing)
}


def write_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as values that JSON has."""
    fields = asdict(finding)
    if isinstance(finding, Code):  # which has a kind of its own
        fields = {"code": fields.pop("kind"), **fields}
    return {"kind": type(finding).__name__, **fields}


def write_found(found: Found) -> dict[str, Any]:
    """Return what was found of a part as values that JSON has."""
    finding = None if found.finding is None else write_finding(found.finding)
    return {"part": str(found.part), "finding": finding}


def read_found(record: dict[str, Any]) -> Found:
    """Return what ``write_found`` wrote.

    Raises:
        KeyError, TypeError, ValueError: it was not written by that.
    """
    finding = record["finding"]
    return Found(Part(record["part"]), None if finding is None else _read_finding(finding))


def _read_finding(record: dict[str, Any]) -> Finding:
    fields = dict(record)
    kind = _KINDS[fields.pop("kind")]
    if kind is Code:
        return Code(fields["code"], fields["text"], fields["n_bytes"])
    if kind is Light:
        side = fields["side"]
        return Light(Brightness(fields["brightness"]), LightSide(side) if side else None)
    if kind is Colours:
        return Colours(tuple(fields["main"]), fields["middle"])
    return kind(**{**fields, "box": tuple(fields["box"])})
