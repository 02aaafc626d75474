"""One peer in a fresh process, for ``peers.py``: prints what it measured as one line of JSON.

Modes: ``describe`` answers once as the program does, with its worker; ``second`` asks our worker two
questions about one picture; ``handler`` asks llama-cpp-python's ``Llava15ChatHandler`` the same two.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.questions import DETAILED_PROMPT

# Of words that the random-weight files know whole: others would be read letter by letter, and a
# question of ten words would be one of fifty tokens.
SECOND_QUESTION = "Please describe the user in this image in detail."
N_CTX = 2048


def main() -> int:
    """Run the mode that the JSON object in the first argument names."""
    task: dict[str, Any] = json.loads(sys.argv[1])
    result = _handler(task) if task["mode"] == "handler" else _ours(task)
    print(json.dumps(result))
    return 0


def _ours(task: dict[str, Any]) -> dict[str, Any]:
    from assistant.camera.still_image import load_picture
    from assistant.core.events import (
        Answer,
        DecodeOptions,
        DescribeRequest,
        Failed,
        Finished,
        Loaded,
    )
    from assistant.inference.options import EngineOptions
    from assistant.inference.worker.client import InferenceClient

    is_describe = task["mode"] == "describe"
    options = EngineOptions(
        Path(task["model"]),
        Path(task["mmproj"]),
        n_ctx=N_CTX,
        n_threads=task["threads"],
        template="vicuna_v1",
        look_ahead="off",
    )
    with InferenceClient(options) as client:
        picture = load_picture(task["picture"])
        waits: list[float] = []
        answer: Answer | None = None
        for question in (DETAILED_PROMPT,) if is_describe else (DETAILED_PROMPT, SECOND_QUESTION):
            decode = DecodeOptions(max_tokens=task["tokens"], ignores_eos=True)
            start = time.perf_counter()
            for event in client.ask(DescribeRequest(picture, question, decode)):
                if isinstance(event, Loaded):  # the wait for the model is no part of a question's
                    start = time.perf_counter()
                elif isinstance(event, Finished):
                    answer = event.answer
                elif isinstance(event, Failed):
                    raise RuntimeError(event.message)
            waits.append(1000 * (time.perf_counter() - start))
    if answer is None or answer.counts.tokens != task["tokens"]:
        raise RuntimeError("the answer is not as long as it was asked to be")
    timings = answer.timings
    return {
        "waits_ms": waits,
        "load_ms": timings.load_ms,
        "encode_ms": timings.encode_ms,
        "prefill_ms": timings.prefill_ms,
        "decode_ms": timings.decode_ms,
        "read_tokens": answer.counts.prompt_tokens - answer.counts.kept_tokens,
        "prompt_tokens": answer.counts.prompt_tokens,
        "method": answer.sparc.method,
    }


def _handler(task: dict[str, Any]) -> dict[str, Any]:
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import Llava15ChatHandler

    handler: Any = Llava15ChatHandler(clip_model_path=task["mmproj"], verbose=False)
    model: Any = Llama(
        model_path=task["model"],
        chat_handler=handler,
        n_ctx=N_CTX,
        n_threads=task["threads"],
        n_threads_batch=task["threads"],
        flash_attn=True,
        verbose=False,
    )
    # It loads the projector at the first question; that is loading, and ours is not counted either.
    handler._init_mtmd_context(model)
    encoded = base64.b64encode(Path(task["picture"]).read_bytes()).decode()
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}}
    waits = []
    for question in (DETAILED_PROMPT, SECOND_QUESTION):
        content = [image, {"type": "text", "text": question}]
        start = time.perf_counter()
        model.create_chat_completion(
            messages=[{"role": "user", "content": content}], max_tokens=1, temperature=0.0
        )
        waits.append(1000 * (time.perf_counter() - start))
    return {"waits_ms": waits}


if __name__ == "__main__":
    sys.exit(main())
