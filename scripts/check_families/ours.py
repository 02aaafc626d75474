"""Our program's side, in its own environment: answers about a picture, steered and not, and llama.cpp's helper.

Read and written as files: ``python -m scripts.check_families.ours QUESTION.json ANSWER.pickle``.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from scripts.check_families.seen import Ours, Seen

_HERE = Path(__file__).parents[2]
N_TOKENS = 8


def ask_ours(python: Path, folder: Path, question: dict[str, Any], pictures: list[Any]) -> Ours:
    """Run this module in the program's environment.

    The question names ``model``, ``mmproj``, ``template`` (or None), ``question``, ``prompt`` for the helper with
    ``<__media__>`` where the picture goes, and ``n_ctx``. The first picture is asked about, of the others only the
    embeddings are wanted.

    Raises:
        RuntimeError: it ended with an error; the text has its last lines.
    """
    asked, answered = folder / "question.json", folder / "answer.pickle"
    asked.write_text(json.dumps(question))
    np.savez(folder / "pictures.npz", *pictures)
    environment = os.environ | {"PYTHONPATH": str(_HERE), "GGML_NO_BACKTRACE": "1"}
    ran = subprocess.run(
        [python, "-m", "scripts.check_families.ours", asked, answered],
        cwd=_HERE, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError("\n".join(ran.stderr.strip().splitlines()[-12:]))
    ours: Ours = pickle.loads(answered.read_bytes())
    return ours


def _answer(asked: dict[str, Any], pictures: list[Any], folder: Path) -> Ours:
    from assistant.inference.engine import Engine
    from assistant.inference.options import EngineOptions
    from sparc_ggml.config import SparcConfig
    from tests.support.differences import has_same_bits
    from tests.support.mtmd_judge import JudgeError, JudgeOptions, judge
    from tests.support.recorded_engine import record, value_rows

    model, mmproj = Path(asked["model"]), Path(asked["mmproj"])
    options = EngineOptions(
        model,
        mmproj,
        n_ctx=asked["n_ctx"],
        n_threads=2,
        n_batch=512,
        kv_type="f32",
        flash_attn="off",
        detail="high",
        template=asked["template"],
        cache_dir=folder / "cache",
    )
    none, one = SparcConfig(method="none"), SparcConfig(alpha=1.0, tau=0.3)
    strong = SparcConfig(alpha=1.5, tau=0.3)
    prompts: list[tuple[int, ...]] = []
    sizes: list[int] = []
    with Engine(options) as engine:
        mmproj = engine.loaded.projector.path  # with the layer that llama.cpp would leave out
        encoder = engine.loaded.encoder
        tokenize = encoder.tokenize

        def recording_tokenize(*args: Any) -> Any:
            prompt = tokenize(*args)
            prompts.append(tuple(t for chunk in prompt.chunks for t in chunk.tokens))
            sizes.append(prompt.n_tokens)
            return prompt

        encoder.tokenize = recording_tokenize  # type: ignore[assignment, method-assign]

        def ask(config: SparcConfig) -> Any:
            return record(
                engine, pictures[0], config, n_tokens=N_TOKENS, question=asked["question"]
            )

        plain, same, steered = ask(none), ask(one), ask(strong)
        n_cells = sizes[-1]
        is_cache_same = bool(steered.values_at_prefill) and all(
            has_same_bits(rows[:n_cells], steered.values_at_prefill[il][:n_cells])
            for il, rows in value_rows(engine).items()
        )
        again = ask(none)
        encoded = []
        for picture in pictures[1:]:
            with tokenize("<__picture_f2b6a1__>", picture) as prompt:
                parts = [encoder.encode(chunk) for chunk in prompt.chunks if chunk.is_image]
            encoded.append(np.concatenate([part for part in parts if part is not None]))

    def is_same(one: Any, other: Any) -> bool:
        pairs = zip(one.logits, other.logits, strict=False)
        return len(one.logits) == len(other.logits) and all(has_same_bits(a, b) for a, b in pairs)

    assert plain.image is not None
    seen = Seen(
        prompts[0], plain.image, tuple(plain.tokens[:N_TOKENS]), np.stack(plain.logits[:N_TOKENS])
    )
    helper = None
    try:
        judged = judge(
            model, mmproj, asked["prompt"], pictures[0],
            JudgeOptions(n_tokens=N_TOKENS, n_ctx=asked["n_ctx"], n_threads=2, kv_type="f32"),
        )  # fmt: skip
        embeddings = [chunk.embeddings for chunk in judged.image_chunks]
        helper = Seen(
            judged.prompt_tokens,
            np.concatenate([part for part in embeddings if part is not None]),
            judged.tokens,
            judged.logits,
        )
    except JudgeError as error:
        print(error, file=sys.stderr)
    return Ours(
        seen,
        helper,
        tuple(encoded),
        is_one_same=is_same(same, plain),
        is_steered=any(step.max_gain > 1.0 for step in steered.steps)
        and not is_same(steered, plain),
        is_restored=is_cache_same and is_same(again, plain),
        note=steered.answer.unsteered_reason if steered.answer else "no answer",
    )


if __name__ == "__main__":
    # The classes are pickled by the name under which others import them.
    from scripts.check_families import ours as me

    asked_path, answer_path = map(Path, sys.argv[1:])
    with np.load(asked_path.parent / "pictures.npz") as stored:
        images = [stored[name] for name in stored.files]
    made = me._answer(json.loads(asked_path.read_text()), images, asked_path.parent)
    answer_path.write_bytes(pickle.dumps(made))
