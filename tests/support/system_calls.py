"""What a command and its children ask of the kernel, as ``strace`` records it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")
FILES = ("open", "openat", "creat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "link", "linkat",
         "symlink", "symlinkat", "truncate", "mknod", "mknodat")  # fmt: skip
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
_PATHS = re.compile(r'"((?:[^"\\]|\\.)*)"')


def why_not() -> str:
    """Why nothing can be recorded here; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True)
    return "" if tried.returncode == 0 else "strace may not trace here"


@dataclass(frozen=True)
class SystemCalls:
    """The calls of one run, a line each.

    Attributes:
        output: of the command, both streams.
        lines: what strace wrote, without process numbers.
    """

    output: str
    lines: list[str]

    def of(self, *names: str) -> list[str]:
        """Calls of these names."""
        return [line for line in self.lines if line.split("(")[0] in names]

    def written(self) -> set[Path]:
        """Files that were opened for writing, and folders and links that were made."""
        found = set()
        for line in self.of(*FILES):
            is_open = line.split("(")[0] in ("open", "openat")
            has_failed = " = -1 " in line
            if not has_failed and (not is_open or _WRITES.search(line)):
                found |= {Path(path) for path in _PATHS.findall(line)}
        return found


def record(
    command: Sequence[str], log: Path, environment: Mapping[str, str], typed: str = ""
) -> SystemCalls:
    """Runs a command to its end under ``strace -f``."""
    traced = ",".join((*NETWORK, *FILES, "execve", "prctl"))
    done = subprocess.run(
        ["strace", "-f", "-qq", "-s", "300", "-e", f"trace={traced}", "-o", str(log), *command],
        input=typed, capture_output=True, text=True, timeout=120, env=dict(environment),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line.partition(" ")[2].strip() for line in log.read_text().splitlines()]
    return SystemCalls(done.stdout + done.stderr, lines)
