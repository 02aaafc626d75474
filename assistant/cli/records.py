"""What the program writes for other programs: the object of ``--json`` and the lines of ``--trace``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.cli.output_file import OutputFile
from assistant.core.events import TraceHeader, TraceStep
from assistant.core.finding_records import write_finding
from assistant.core.findings import Finding
from assistant.core.pipeline import Narration
from assistant.errors import AssistantError


def answer_record(
    picture: str,
    question: str,
    narration: Narration,
    model_names: tuple[str, str],
) -> dict[str, Any]:
    """Return the object that ``--json`` prints for an answer; times in milliseconds."""
    answer = narration.answer
    sparc = asdict(answer.sparc)
    decode = asdict(narration.request.decode)
    timings = {
        name.removesuffix("_ms"): round(ms, 3) for name, ms in asdict(answer.timings).items()
    }
    timings["load"] = timings["load"] or round(narration.load_ms, 3)
    return {
        "picture": picture,
        "question": question,
        "description": " ".join(narration.sentences),
        "sentences": narration.sentences,
        "model": model_names[0],
        "mmproj": model_names[1],
        "method": sparc.pop("method"),
        "parameters": sparc | decode,
        "timings_ms": timings,
        "counts": asdict(answer.counts),
        "ended": answer.ended.value,
        "corrections": list(answer.corrections),
        "unsteered_reason": answer.unsteered_reason,
        "warnings": narration.warnings,
    }


def failure_record(
    picture: str, question: str, error: AssistantError, findings: Sequence[Finding] = ()
) -> dict[str, Any]:
    """Return the object that ``--json`` prints for a picture that could not be described, with what a glance found."""
    found = glance_record(picture, findings) if findings else {}
    return {"picture": picture, "question": question, **error_record(error), **found}


def glance_record(picture: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the object that ``--json`` prints for a glance."""
    return {"picture": picture, "findings": [write_finding(finding) for finding in findings]}


def error_record(error: AssistantError) -> dict[str, Any]:
    """Return the object that ``--json`` prints for what could not be done."""
    return {"error": error.message, "hint": error.hint, "exit_code": int(error.exit_code)}


class TraceFile:
    """A trace as JSON Lines: for each answer a header, then a line for each decode step."""

    def __init__(self, path: Path, inputs: Iterable[str | Path] = ()) -> None:
        """Check the place; a former trace is replaced once there is something to write.

        Raises:
            UsageError: it cannot be written, or something else is there.
        """
        self.file = OutputFile(path, is_ours=_is_trace, inputs=inputs)

    def write(self, record: TraceHeader | TraceStep) -> None:
        """Add a line; raises UsageError when the disk is full."""
        if isinstance(record, TraceHeader):
            fields = record.fields
        else:
            fields = asdict(record)
            if not record.attention:  # a number for each image token is for measurements alone
                del fields["attention"], fields["boosted"]
        self.file.write((json.dumps(fields, ensure_ascii=False) + "\n").encode(errors="replace"))

    def close(self) -> None:
        """Put the trace in its place; may be called again."""
        self.file.close()


def _is_trace(start: bytes) -> bool:
    try:
        header = json.loads(start.partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(header, dict) and {"image_tokens", "parameters"} <= header.keys()
