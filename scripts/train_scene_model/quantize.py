"""Quantizes the Llama with llama.cpp's own quantizer; needs llama-cpp-python beside the training dependencies."""

from __future__ import annotations

from pathlib import Path

FTYPES = {"q4_k_m": 15, "q5_k_m": 17, "q6_k": 18, "q8_0": 7}
"""Names of number types, and llama.cpp's `LLAMA_FTYPE_MOSTLY_…` for each (include/llama.h)."""


def quantize(full: Path, out: Path, name: str) -> None:
    """Write `out` from a file whose matrices are F32. All widths are multiples of 256, a K-quant's block.

    Raises:
        ValueError: llama.cpp refuses the file.
    """
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = FTYPES[name]
    params.nthread = 1
    if llama_cpp.llama_model_quantize(str(full).encode(), str(out).encode(), params):
        raise ValueError(f"llama.cpp could not quantize {full} to {name}")
