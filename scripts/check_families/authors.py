"""The authors' side: a torch model answers about a picture, and is watched at the door of its language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from scripts.check_families.ours import N_TOKENS
from scripts.check_families.seen import Floats, Seen


def let_answer(model: Any, language_model: Any, inputs: Mapping[str, Any], image_id: int) -> Seen:
    """Return what a transformers model made of a prompt in which each image token has its place.

    Args:
        model: what has ``generate``.
        language_model: the part of it that gets the text's embeddings with those of the picture among them.
        inputs: for ``generate``; of one prompt.
        image_id: the token that holds an image token's place.
    """
    seen: list[Floats] = []

    def watch(_: Any, args: Any, given: Mapping[str, Any]) -> None:
        if seen:
            return
        is_image = inputs["input_ids"][0] == image_id
        embeddings = [given["inputs_embeds"][0][is_image]]
        # What Qwen3-VL adds in the first layers counts as further numbers of an image token.
        embeddings += given.get("deepstack_visual_embeds") or []
        seen.append(torch.cat(embeddings, dim=-1).float().numpy())

    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    hook = language_model.register_forward_pre_hook(watch, with_kwargs=True)
    try:
        with torch.inference_mode():
            answer = model.generate(
                **inputs,
                max_new_tokens=N_TOKENS,
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
            )
    finally:
        hook.remove()
    ids = inputs["input_ids"][0].tolist()
    return Seen(
        tuple(each for each in ids if each != image_id),
        seen[0],
        tuple(answer.sequences[0, len(ids) :].tolist()),
        torch.cat(answer.logits).float().numpy(),
    )


def let_write(language_model: Any, prompt: list[int], features: Any) -> Seen:
    """Return what a language model of transformers makes of a prompt whose ``-1`` stands for the picture.

    ``features`` has shape (n_image, n_embd). For models of which transformers has the parts alone.
    """
    look_up = language_model.get_input_embeddings()
    at = prompt.index(-1)
    tokens: list[int] = []
    rows: list[Floats] = []
    with torch.inference_mode():
        for _ in range(N_TOKENS):
            text = look_up(torch.tensor(prompt[:at] + prompt[at + 1 :] + tokens))
            embeddings = torch.cat((text[:at], features, text[at:]))[None]
            row = language_model(inputs_embeds=embeddings).logits[0, -1].float().numpy()
            rows.append(row)
            tokens.append(int(row.argmax()))
    ids = tuple(each for each in prompt if each >= 0)
    return Seen(ids, features.float().numpy(), tuple(tokens), np.stack(rows))
