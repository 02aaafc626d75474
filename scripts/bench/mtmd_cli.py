"""llama.cpp's own ``llama-mtmd-cli`` as a peer: how it is built, how it is called, and what it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BUILD_HELP = """\
llama-mtmd-cli is built from the source package of the llama-cpp-python that is installed, with the
flags that its wheel is built with (Release; ggml's defaults, so for this processor):

  pip download --no-binary llama-cpp-python --no-deps llama-cpp-python==0.3.36
  tar xzf llama_cpp_python-0.3.36.tar.gz
  cd llama_cpp_python-0.3.36
  cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=ON
  cmake --build build -j2 --target llama-mtmd-cli

LLAVA_BUILD is off only because LLAMA_BUILD_TOOLS builds the same library. The build takes 10 to 20
minutes on two cores; the program is build/bin/llama-mtmd-cli or
build/vendor/llama.cpp/bin/llama-mtmd-cli.
"""

_PERF = re.compile(
    r"(?P<name>load|prompt eval|eval|total) time\s*=\s*(?P<ms>[\d.]+) ms(?:\s*/\s*(?P<n>\d+))?"
)
_ENCODED = re.compile(r"mtmd batch encoding done in (?P<ms>\d+) ms")


class PeerOutputError(ValueError):
    """A peer's output does not hold the timings that it usually prints."""


@dataclass(frozen=True)
class MtmdTimings:
    """What one run says of itself, in ms.

    Attributes:
        load_ms: up to the first decode, as ``llama_perf_context_print`` counts.
        encode_ms: the picture's encoding.
        prefill_ms: reading the prompt, the image tokens included.
        step_ms: one decode step.
        n_prompt: prompt tokens, image tokens included.
    """

    load_ms: float
    encode_ms: float
    prefill_ms: float
    step_ms: float
    n_prompt: int


def command(
    program: Path, model: Path, mmproj: Path, picture: Path, prompt: str, n: int, n_threads: int
) -> list[str]:
    """Return the command that describes a picture greedily in ``n`` tokens, whatever the model wants.

    Warm-up and the search for fitting settings are off: both only cost time when there is one answer.
    """
    return [
        *(str(program), "-m", str(model), "--mmproj", str(mmproj), "--image", str(picture)),
        *("-p", prompt, "-n", str(n), "-t", str(n_threads), "-c", "2048", "-fa", "on"),
        *("--temp", "0", "--ignore-eos", "--chat-template", "vicuna", "--no-jinja"),
        *("--no-warmup", "-fit", "off", "--no-mmproj-offload"),
        *("--perf", "-lv", "4"),
    ]


def parse(output: str) -> MtmdTimings:
    """Read the timings out of a run's output.

    Raises:
        PeerOutputError: one is missing.
    """
    found = {match["name"]: match for match in _PERF.finditer(output)}
    encoded = _ENCODED.search(output)
    missing = [name for name in ("load", "prompt eval", "eval") if name not in found]
    if encoded is None:
        missing.append("encoding")
    if missing or encoded is None:
        raise PeerOutputError(f"llama-mtmd-cli did not print: {', '.join(missing)}")
    # llama.cpp's clock for the prompt runs from the first text to the first token, so over the
    # encoding too. The last decode step is in no sum, because nothing waits for it.
    return MtmdTimings(
        load_ms=float(found["load"]["ms"]),
        encode_ms=float(encoded["ms"]),
        prefill_ms=float(found["prompt eval"]["ms"]) - float(encoded["ms"]),
        step_ms=float(found["eval"]["ms"]) / max(1, int(found["eval"]["n"] or 1)),
        n_prompt=int(found["prompt eval"]["n"] or 0),
    )
