"""Describes a picture by llama.cpp's own helper, in a process of its own, to compare our engine with.

Nothing of ``assistant`` takes part but the import of the bindings. llama.cpp may end the process that it runs in:
here that is one clear error.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MARKER = "<__media__>"
_REPOSITORY = Path(__file__).parents[2]
_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}


class JudgeError(Exception):
    """llama.cpp refused, or ended its process."""


@dataclass(frozen=True)
class JudgedChunk:
    """A run of text, or one picture or tile.

    Attributes:
        tokens: ids of a text; empty for a picture.
        n_cells: places in the KV cache.
        n_pos: positions; fewer than cells for a picture under M-RoPE.
        embeddings: of a picture, shape (n_cells, numbers that the language model takes for a token); ``None`` for text.
    """

    tokens: tuple[int, ...]
    n_cells: int
    n_pos: int
    embeddings: npt.NDArray[np.float32] | None


@dataclass(frozen=True)
class Judgement:
    """What llama.cpp made of a prompt with a picture.

    Attributes:
        tokens: the greedy picks.
        logits: shape (n_tokens, n_vocab); each pick is the largest of its row, the first row is the prompt's.
        uses_mrope, is_non_causal: how mtmd reads pictures of this model.
    """

    chunks: tuple[JudgedChunk, ...]
    tokens: tuple[int, ...]
    logits: npt.NDArray[np.float32]
    uses_mrope: bool
    is_non_causal: bool

    @property
    def prompt_tokens(self) -> tuple[int, ...]:
        """All text ids of the prompt in order."""
        return tuple(token for chunk in self.chunks for token in chunk.tokens)

    @property
    def image_chunks(self) -> tuple[JudgedChunk, ...]:
        """The pictures and tiles in order."""
        return tuple(chunk for chunk in self.chunks if chunk.embeddings is not None)


@dataclass(frozen=True)
class JudgeOptions:
    """How to run; the names are llama.cpp's.

    Attributes:
        flash_attn: -1 leaves it to llama.cpp, 0 without, 1 with.
        image_min_tokens, image_max_tokens: -1 for the file's.
    """

    n_tokens: int = 8
    n_ctx: int = 4096
    n_batch: int = 512
    n_threads: int = 1
    kv_type: str = "f16"
    flash_attn: int = 0
    swa_full: bool = True
    image_min_tokens: int = -1
    image_max_tokens: int = -1


def judge(
    model: Path,
    mmproj: Path,
    prompt: str,
    picture_rgb: npt.NDArray[np.uint8],
    options: JudgeOptions = JudgeOptions(),
) -> Judgement:
    """Run ``mtmd_helper_eval_chunks`` over a prompt that has ``MARKER`` once, then pick greedily.

    Raises:
        JudgeError: llama.cpp refused or aborted; the text ends with its last lines.
    """
    with tempfile.TemporaryDirectory() as folder:
        question, answer = Path(folder) / "question", Path(folder) / "answer"
        np.save(question.with_suffix(".npy"), picture_rgb)
        question.write_text(
            json.dumps(
                {"model": str(model), "mmproj": str(mmproj), "prompt": prompt, **asdict(options)}
            )
        )
        command = [sys.executable, "-m", "tests.support.mtmd_judge", str(question), str(answer)]
        # Otherwise a debugger's page about the stack follows the reason.
        environment = os.environ | {"GGML_NO_BACKTRACE": "1"}
        ran = subprocess.run(
            command, cwd=_REPOSITORY, env=environment, capture_output=True, timeout=120
        )
        if ran.returncode:
            last = ran.stderr.decode(errors="replace").strip().splitlines()[-25:]
            raise JudgeError(f"{model.name}: ended with {ran.returncode}\n" + "\n".join(last))
        judgement: Judgement = pickle.loads(answer.read_bytes())
        return judgement


def _run(question: Path, answer: Path) -> None:
    from assistant.inference import bindings

    bindings.leave_out_high_level()
    asked = json.loads(question.read_text())
    model, mmproj, prompt = (asked.pop(key) for key in ("model", "mmproj", "prompt"))
    picture = np.load(question.with_suffix(".npy"))
    with ExitStack() as stack:
        session = _Session(stack, model, mmproj, JudgeOptions(**asked))
        judgement = session.answer(prompt, picture)
    answer.write_bytes(pickle.dumps(judgement))


class _Session:
    """A loaded pair; everything is freed with the stack."""

    def __init__(self, stack: ExitStack, model: str, mmproj: str, options: JudgeOptions) -> None:
        from llama_cpp import llama_cpp as llama
        from llama_cpp import mtmd_cpp as mtmd

        self._llama, self._mtmd, self._stack, self._options = llama, mtmd, stack, options
        llama.llama_backend_init()
        model_params = llama.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self._model = llama.llama_model_load_from_file(model.encode(), model_params)
        _check(self._model, "the language model was refused")
        stack.callback(llama.llama_model_free, self._model)
        context = llama.llama_context_default_params()
        context.n_ctx, context.n_batch, context.n_ubatch = (
            options.n_ctx,
            options.n_batch,
            options.n_batch,
        )
        context.n_threads = context.n_threads_batch = options.n_threads
        context.type_k = context.type_v = _TYPES[options.kv_type]
        context.flash_attn_type = options.flash_attn
        context.swa_full = options.swa_full
        self._context = llama.llama_init_from_model(self._model, context)
        _check(self._context, "no context")
        stack.callback(llama.llama_free, self._context)
        params = mtmd.mtmd_context_params_default()
        params.use_gpu = params.print_timings = params.warmup = False
        params.n_threads = options.n_threads
        params.media_marker = MARKER.encode()
        params.image_min_tokens = options.image_min_tokens
        params.image_max_tokens = options.image_max_tokens
        self._pictures = mtmd.mtmd_init_from_file(mmproj.encode(), self._model, params)
        _check(self._pictures, "the picture part was refused")
        stack.callback(mtmd.mtmd_free, self._pictures)
        self._n_vocab = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self._model))

    def answer(self, prompt: str, picture: npt.NDArray[np.uint8]) -> Judgement:
        mtmd = self._mtmd
        chunks = self._tokenize(prompt, picture)
        n_chunk = mtmd.mtmd_input_chunks_size(chunks)
        handles = [mtmd.mtmd_input_chunks_get(chunks, i) for i in range(n_chunk)]
        judged = tuple(self._judge_chunk(handle) for handle in handles)
        n_past = self._llama.llama_pos(0)
        status = mtmd.mtmd_helper_eval_chunks(
            self._pictures,
            self._context,
            chunks,
            0,
            0,
            self._options.n_batch,
            True,
            ctypes.byref(n_past),
        )
        _check(status == 0, f"mtmd_helper_eval_chunks gave {status}")
        tokens, logits = self._pick(n_past.value)
        pictures = [
            handle for handle, chunk in zip(handles, judged, strict=True) if not chunk.tokens
        ]
        return Judgement(
            judged,
            tokens,
            logits,
            bool(mtmd.mtmd_decode_use_mrope(self._pictures)),
            any(mtmd.mtmd_decode_use_non_causal(self._pictures, handle) for handle in pictures),
        )

    def _tokenize(self, prompt: str, picture: npt.NDArray[np.uint8]) -> Any:
        mtmd = self._mtmd
        height, width = picture.shape[:2]
        pixels = np.ascontiguousarray(picture)
        data = pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = mtmd.mtmd_bitmap_init(width, height, data)
        self._stack.callback(mtmd.mtmd_bitmap_free, bitmap)
        chunks = mtmd.mtmd_input_chunks_init()
        self._stack.callback(mtmd.mtmd_input_chunks_free, chunks)
        encoded = prompt.encode()
        text = mtmd.mtmd_input_text(
            text=encoded, text_len=len(encoded), add_special=True, parse_special=True
        )
        bitmaps = (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
        status = mtmd.mtmd_tokenize(self._pictures, chunks, ctypes.byref(text), bitmaps, 1)
        _check(status == 0, f"mtmd_tokenize gave {status}")
        return chunks

    def _judge_chunk(self, handle: Any) -> JudgedChunk:
        mtmd = self._mtmd
        n_cells = mtmd.mtmd_input_chunk_get_n_tokens(handle)
        n_pos = mtmd.mtmd_input_chunk_get_n_pos(handle)
        if mtmd.mtmd_input_chunk_get_type(handle) == 0:
            n = ctypes.c_size_t()
            ids = mtmd.mtmd_input_chunk_get_tokens_text(handle, ctypes.byref(n))
            return JudgedChunk(tuple(ids[: n.value]), n_cells, n_pos, None)
        _check(mtmd.mtmd_encode_chunk(self._pictures, handle) == 0, "mtmd_encode_chunk failed")
        width = self._llama.llama_model_n_embd_inp(self._model)
        embeddings = np.ctypeslib.as_array(
            mtmd.mtmd_get_output_embd(self._pictures), (n_cells, width)
        )
        return JudgedChunk((), n_cells, n_pos, embeddings.copy())

    def _pick(self, n_past: int) -> tuple[tuple[int, ...], npt.NDArray[np.float32]]:
        llama = self._llama
        tokens: list[int] = []
        rows: list[npt.NDArray[np.float32]] = []
        batch = llama.llama_batch_init(1, 0, 1)
        self._stack.callback(llama.llama_batch_free, batch)
        for step in range(self._options.n_tokens):
            if step:
                batch.n_tokens = 1
                batch.token[0], batch.pos[0], batch.logits[0] = tokens[-1], n_past + step - 1, 1
                batch.n_seq_id[0], batch.seq_id[0][0] = 1, 0
                status = llama.llama_decode(self._context, batch)
                _check(status == 0, f"llama_decode gave {status}")
            row = np.ctypeslib.as_array(
                llama.llama_get_logits_ith(self._context, -1), (self._n_vocab,)
            ).copy()
            rows.append(row)
            tokens.append(int(row.argmax()))
        return tuple(tokens), np.stack(rows)


def _check(is_right: Any, otherwise: str) -> None:
    if not is_right:
        raise JudgeError(otherwise)


if __name__ == "__main__":
    # The classes are pickled by the name under which others import them.
    from tests.support import mtmd_judge

    mtmd_judge._run(Path(sys.argv[1]), Path(sys.argv[2]))
