"""Every ctypes contact with ggml: the tensor mirror, an ABI self-check, and the few functions we call.

The mirror copies ``struct ggml_tensor`` of ``ggml/include/ggml.h`` as built into llama-cpp-python 0.3.36.
``check_abi`` builds real tensors through ggml and compares every field that we read, so that another
ggml is refused instead of misread.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sparc_ggml.errors import SparcError

GGML_MAX_DIMS = 4
GGML_MAX_SRC = 10
GGML_MAX_NAME = 64
GGML_OBJECT_BYTES = 32

GGML_TYPE_F32 = 0
GGML_TYPE_F16 = 1
GGML_TYPE_Q8_0 = 8
GGML_TYPE_I32 = 26
GGML_TYPE_I64 = 27
GGML_TYPE_BF16 = 30

_NUMPY_TYPES: dict[int, type[np.generic]] = {
    GGML_TYPE_F32: np.float32,
    GGML_TYPE_F16: np.float16,
    GGML_TYPE_BF16: np.uint16,
    GGML_TYPE_I32: np.int32,
    GGML_TYPE_I64: np.int64,
}


class GgmlAbiError(SparcError, RuntimeError):
    """The loaded ggml does not lay out its tensors as this module expects."""


class GgmlTensor(ctypes.Structure):
    """Mirror of ``struct ggml_tensor``; ``ne`` and ``nb`` run from the fastest dimension to the slowest."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * GGML_MAX_DIMS),
        ("nb", ctypes.c_size_t * GGML_MAX_DIMS),
        ("op", ctypes.c_int),
        ("op_params", ctypes.c_int32 * 16),
        ("flags", ctypes.c_int32),
        ("src", ctypes.c_void_p * GGML_MAX_SRC),
        ("view_src", ctypes.c_void_p),
        ("view_offs", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("name", ctypes.c_char * GGML_MAX_NAME),
        ("extra", ctypes.c_void_p),
        ("padding", ctypes.c_char * 8),
    )


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


OFFSET_OP: int = GgmlTensor.op.offset
OFFSET_NAME: int = GgmlTensor.name.offset
OFFSET_SRC: int = GgmlTensor.src.offset

# typedef bool (*ggml_backend_sched_eval_callback)(struct ggml_tensor * t, bool ask, void * user_data);
EvalCallback = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_bool, ctypes.c_void_p)


@cache
def _library() -> ctypes.CDLL:
    import llama_cpp

    folder = Path(llama_cpp.__file__).parent / "lib"
    names = ("libggml-base.so", "libggml-base.dylib", "ggml-base.dll")
    for name in names:
        if (folder / name).exists():
            break
    else:
        raise GgmlAbiError(f"no ggml library was found beside llama-cpp-python in {folder}")
    lib = ctypes.CDLL(str(folder / name))

    def declare(function: str, restype: Any, *argtypes: Any) -> None:
        symbol = getattr(lib, function)
        symbol.restype, symbol.argtypes = restype, list(argtypes)

    pointer, size, i64 = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64
    declare("ggml_init", pointer, _InitParams)
    declare("ggml_free", None, pointer)
    declare("ggml_tensor_overhead", size)
    declare("ggml_new_tensor_2d", pointer, pointer, ctypes.c_int, i64, i64)
    declare("ggml_set_rows", pointer, pointer, pointer, pointer, pointer)
    declare("ggml_set_name", pointer, pointer, ctypes.c_char_p)
    declare("ggml_op_name", ctypes.c_char_p, ctypes.c_int)
    declare("ggml_type_name", ctypes.c_char_p, ctypes.c_int)
    declare("ggml_fp16_to_fp32_row", None, pointer, pointer, i64)
    declare("ggml_fp32_to_fp16_row", None, pointer, pointer, i64)
    declare("ggml_backend_buffer_is_host", ctypes.c_bool, pointer)
    declare("ggml_backend_tensor_set", None, pointer, pointer, size, size)
    return lib


@cache
def op_codes() -> dict[str, int]:
    """Return operation names as ggml prints them ("SET_ROWS") and their numbers in the loaded library."""
    check_abi()
    lib = _library()
    codes: dict[str, int] = {}
    for code in range(256):
        name = lib.ggml_op_name(code)
        if not name:
            break
        codes.setdefault(name.decode("ascii", "replace"), code)
        if (
            name == b"GLU"
        ):  # the last operation before GGML_OP_COUNT; reading on would leave the table
            break
    return codes


@cache
def check_abi() -> None:
    """Compare the mirror with tensors that the loaded ggml made.

    Raises:
        GgmlAbiError: a field is not where the mirror has it.
    """
    lib = _library()
    overhead = lib.ggml_tensor_overhead()
    if overhead != ctypes.sizeof(GgmlTensor) + GGML_OBJECT_BYTES:
        raise GgmlAbiError(
            f"ggml's tensor takes {overhead - GGML_OBJECT_BYTES} bytes, not {ctypes.sizeof(GgmlTensor)}"
        )
    ctx = lib.ggml_init(_InitParams(1 << 16, None, False))
    if not ctx:
        raise GgmlAbiError("ggml_init failed")
    try:
        table = lib.ggml_new_tensor_2d(ctx, GGML_TYPE_F16, 8, 6)
        rows = lib.ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 8, 2)
        indices = lib.ggml_new_tensor_2d(ctx, GGML_TYPE_I64, 2, 1)
        lib.ggml_set_name(table, b"cache_v_l7")
        result = lib.ggml_set_rows(ctx, table, rows, indices)
        base, node = tensor_at(table), tensor_at(result)
        found = (
            base.type, tuple(base.ne), tuple(base.nb), base.name, base.op, bool(base.data),
            node.view_src, node.data, node.src[0], node.src[1], node.name,
            lib.ggml_op_name(node.op), tensor_at(indices).type,
        )  # fmt: skip
        expected = (
            GGML_TYPE_F16, (8, 6, 1, 1), (2, 16, 96, 96), b"cache_v_l7", 0, True,
            table, base.data, rows, indices, b"cache_v_l7 (view)",
            b"SET_ROWS", GGML_TYPE_I64,
        )  # fmt: skip
        if found != expected:
            raise GgmlAbiError(f"ggml's tensor fields read {found}, not {expected}")
        for code, name in ((0, b"f32"), (1, b"f16"), (8, b"q8_0"), (30, b"bf16")):
            if lib.ggml_type_name(code) != name:
                raise GgmlAbiError(
                    f"ggml's type {code} is {lib.ggml_type_name(code)!r}, not {name!r}"
                )
    finally:
        lib.ggml_free(ctx)


def tensor_at(address: int) -> GgmlTensor:
    """Return the live tensor at ``address``; valid as long as its graph or cache is."""
    return GgmlTensor.from_address(address)


def op_at(address: int) -> int:
    """Return the operation code of the tensor at ``address``; cheap enough for every graph node."""
    return ctypes.c_int.from_address(address + OFFSET_OP).value


def name_at(address: int) -> bytes:
    """Return the name of the tensor at ``address``."""
    return ctypes.string_at(address + OFFSET_NAME)


def root_at(address: int) -> int:
    """Return the address of the tensor that owns the data: views lead to their source."""
    return tensor_at(address).view_src or address


def is_host(tensor: GgmlTensor) -> bool:
    """Return whether the tensor's data lie in memory that the CPU can address."""
    return bool(tensor.buffer) and bool(_library().ggml_backend_buffer_is_host(tensor.buffer))


def as_array(tensor: GgmlTensor) -> npt.NDArray[Any]:
    """Return a view of the data without a copy, shape ``ne`` reversed (slowest first), strides from ``nb``.

    Raises:
        TypeError: a block-quantised type, which has no elements to point at.
        ValueError: the data are not in host memory.
    """
    dtype = _NUMPY_TYPES.get(tensor.type)
    if dtype is None:
        raise TypeError(f"ggml type {tensor.type} has no numpy counterpart")
    if not tensor.data or not is_host(tensor):
        raise ValueError("the tensor's data are not in host memory")
    shape = tuple(reversed(tensor.ne))
    strides = tuple(reversed(tensor.nb))
    n_bytes = (
        sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + np.dtype(dtype).itemsize
    )
    buffer = (ctypes.c_char * n_bytes).from_address(tensor.data)
    return np.ndarray(shape, dtype, buffer, strides=strides)


def as_bytes(tensor: GgmlTensor) -> npt.NDArray[np.uint8]:
    """Return the raw bytes of a contiguous tensor, shape ``(ne[2], ne[1], row bytes)``, without a copy."""
    if not tensor.data or not is_host(tensor):
        raise ValueError("the tensor's data are not in host memory")
    shape = (tensor.ne[2], tensor.ne[1], tensor.nb[1])
    buffer = (ctypes.c_uint8 * (shape[0] * shape[1] * shape[2])).from_address(tensor.data)
    return np.ndarray(shape, np.uint8, buffer)


def q8_0_to_float(tensor: GgmlTensor) -> npt.NDArray[np.float32]:
    """Return a q8_0 tensor's values, shape (ne[2], ne[1], ne[0]); its blocks are one f16 scale and 32 int8.

    Raises:
        ValueError: the data are not in host memory.
    """
    if not tensor.data or not is_host(tensor):
        raise ValueError("the tensor's data are not in host memory")
    block = np.dtype([("d", np.float16), ("qs", np.int8, (32,))])
    shape = (tensor.ne[2], tensor.ne[1], tensor.ne[0] // 32)
    strides = (tensor.nb[2], tensor.nb[1], tensor.nb[0])
    n_bytes = sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + block.itemsize
    buffer = (ctypes.c_char * n_bytes).from_address(tensor.data)
    blocks = np.ndarray(shape, block, buffer, strides=strides)
    values = half_to_float(blocks["d"])[..., None] * blocks["qs"].astype(np.float32)
    return np.asarray(values.reshape(shape[0], shape[1], -1), np.float32)


def set_tensor(address: int, values: npt.NDArray[Any]) -> None:
    """Overwrite a contiguous tensor's data, wherever they lie."""
    values = np.ascontiguousarray(values)
    _library().ggml_backend_tensor_set(address, values.ctypes.data, 0, values.nbytes)


def half_to_float(values: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """Convert f16 to f32 by ggml's vectorised row function; numpy converts one value at a time."""
    source = np.ascontiguousarray(values)
    result = np.empty(source.shape, np.float32)
    _library().ggml_fp16_to_fp32_row(source.ctypes.data, result.ctypes.data, source.size)
    return result


def float_to_half(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Convert f32 to f16, rounded to nearest even, by ggml's vectorised row function."""
    source = np.ascontiguousarray(values)
    result = np.empty(source.shape, np.float16)
    _library().ggml_fp32_to_fp16_row(source.ctypes.data, result.ctypes.data, source.size)
    return result


def make_eval_callback(function: Callable[[int, bool], bool]) -> Any:
    """Wrap ``function(tensor address, ask) -> bool``; the caller keeps the result alive as long as the context."""
    return EvalCallback(lambda address, ask, _user: function(address, ask))
