"""Why llama.cpp or mtmd refused a file, from what they logged, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant import messages
from assistant.errors import ModelError
from assistant.messages import refusals as words

_REASONS: Sequence[tuple[str, Callable[..., str], str]] = (
    (r"unknown model architecture: '([^']*)'", words.architecture_unknown, words.NEWER_HINT),
    (r"unknown projector type: (\S+)", words.projector_unknown, words.NEWER_HINT),
    (
        r"mismatch between text model \(n_embd = (\d+)\) and mmproj \(n_embd = (\d+)\)",
        words.widths_differ,
        messages.MMPROJ_UNFIT_HINT,
    ),
    (
        r"(?:missing tensor|unable to find tensor|tensor) '?([\w.]+)'?(?: not found)?",
        words.tensor_missing, words.AGAIN_HINT,
    ),
    (
        r"(?:wrong number of tensors|too many tensors created); expected (\d+), got (\d+)",
        words.tensors_differ, words.NEWER_HINT,
    ),
    (r"unknown pre-tokenizer type: '([^']*)'", words.tokenizer_unknown, words.NEWER_HINT),
    (r"key (?:not found in model:|not found:|missing:?) ?([\w.-]+)", words.key_missing, words.AGAIN_HINT),
    (r"unable to allocate|failed to allocate", lambda: words.MEMORY_MISSING, words.MEMORY_HINT),
)  # fmt: skip
"""What is logged (llama.cpp's ``src`` and ``tools/mtmd/clip.cpp``), what is said of it, and what to do."""


def explain_refusal(refused: str, logged: Sequence[str]) -> ModelError:
    """Return the error of a file that could not be loaded.

    Args:
        refused: the sentence that says which file it is.
        logged: the errors that were logged meanwhile, oldest first.
    """
    for line in logged:
        for pattern, describe, hint in _REASONS:
            found = re.search(pattern, line)
            if found is not None:
                return ModelError(f"{refused} {describe(*found.groups())}", hint)
    return ModelError(refused, messages.MODEL_UNLOADABLE_HINT)
