"""What families have in common of which transformers has the whole model, and llama.cpp's converter takes its files."""

from __future__ import annotations

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors.torch import save_file

from scripts.check_families.authors import let_answer
from scripts.check_families.convert import Converters
from scripts.check_families.family import HELPER_MARK, Family, Pair, Picture
from scripts.check_families.seen import Floats, Seen

N_EMBD = 64


class PublishedFamily(Family):
    """A model of transformers, its tokenizer and its image processor.

    Attributes:
        pre: what its byte pairs are called (``tokenizer.ggml.pre``).
        mark: what its chat template writes for a picture.
        image_token: what holds the place of an image token.
        adds_bos: whether the template writes the BOS token, which llama.cpp adds.
        text_architecture: what the published ``config.json`` says of the language model; "" for nothing.
        vision_architecture: likewise of the picture part.
    """

    pre = "qwen2"
    mark: str
    image_token: str
    adds_bos = False
    text_architecture = ""
    vision_architecture = ""
    model: Any
    tokenizer: Any
    images: Any

    @abstractmethod
    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        """Return what the mark becomes, with the places of image tokens, and the picture's inputs for the model."""

    def language_model(self) -> Any:
        """Return the part of the model that gets the embeddings."""
        return self.model.model.language_model

    def convert(self, converters: Converters, folder: Path) -> Pair:
        checkpoint = folder / "checkpoint"
        self.model.save_pretrained(checkpoint)
        self.tokenizer.save_pretrained(checkpoint)
        self.images.save_pretrained(checkpoint)
        self.edit(checkpoint)
        pair = Pair(folder / "model.gguf", folder / "mmproj.gguf")
        converters.convert_text(checkpoint, pair.model, self.pre)
        converters.convert_picture_part(checkpoint, pair.mmproj)
        return pair

    def edit(self, checkpoint: Path) -> None:
        """Make ``config.json`` say what the published one says and transformers leaves out."""
        path = checkpoint / "config.json"
        config = json.loads(path.read_text())
        config["text_config"].pop("architectures", None)
        config["architectures"] = [type(self.model).__name__]
        for part, architecture in (
            ("text_config", self.text_architecture),
            ("vision_config", self.vision_architecture),
        ):
            if architecture:
                config[part]["architectures"] = [architecture]
        path.write_text(json.dumps(config))

    def render(self, question: str) -> str:
        """Return the prompt with the template's mark for the picture."""
        content = [{"type": "image"}, {"type": "text", "text": question}]
        text: str = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        assert text.count(self.mark) == 1, text
        return text

    def prompt(self, question: str) -> str:
        text = self.render(question).replace(self.helper_mark(), HELPER_MARK)
        return text.removeprefix(self.tokenizer.bos_token) if self.adds_bos else text

    def helper_mark(self) -> str:
        """Return what of the prompt stands for the picture with what llama.cpp's helper writes around it."""
        return self.mark

    def look(self, picture: Picture, question: str) -> Seen:
        expanded, inputs = self.read(Image.fromarray(picture))
        text = self.render(question).replace(self.mark, expanded)
        ids = torch.tensor([self.tokenizer(text, add_special_tokens=False).input_ids])
        image_id = self.tokenizer.convert_tokens_to_ids(self.image_token)
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), **inputs}
        return let_answer(
            self.model, self.language_model(), self.complete(inputs, ids == image_id), image_id
        )

    def shapes(self) -> tuple[tuple[int, int], ...]:
        return ((300, 200), (180, 400), (640, 480))

    def features(self, picture: Picture) -> Floats:
        return self.look(picture, "").image

    def complete(self, inputs: dict[str, Any], is_image: Any) -> dict[str, Any]:
        """Return the inputs with what the model wants besides; ``is_image`` has the shape of the ids."""
        return inputs


def save_as_named_inside(model: Any, checkpoint: Path) -> None:
    """Save the weights under the names that the modules have, and not those of an older layout."""
    state = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(state, checkpoint / "model.safetensors", metadata={"format": "pt"})
