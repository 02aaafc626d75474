"""Runs the command line as a person does: as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STREET = ROOT / "examples" / "street.png"
BEACH = ROOT / "examples" / "beach.png"


@dataclass(frozen=True)
class Command:
    """The assistant with a model.

    Attributes:
        model: the options that choose the model; empty for the embedded one.
    """

    model: tuple[str, ...] = ()

    def line(self, *arguments: str | Path) -> list[str]:
        """The whole command line."""
        name, *rest = map(str, arguments)
        return [sys.executable, "-m", "assistant", name, *rest, *self.model]

    def run(
        self, *arguments: str | Path, timeout_s: float = 120.0, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs it to its end."""
        done = subprocess.run(
            self.line(*arguments),
            input=stdin or b"",
            capture_output=True,
            timeout=timeout_s,
            cwd=ROOT,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Starts it with pipes on both outputs."""
        return subprocess.Popen(
            self.line(*arguments),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=ROOT,
        )  # fmt: skip
