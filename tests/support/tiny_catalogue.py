"""A catalogue of tiny models, and a hub that has their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_server import Hub, running_hub
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

TINY = "tiny-llava"
REPOSITORY = "owner/tiny"


def tiny_hub(
    folder: Path,
    catalogue: Path,
    name: str = TINY,
    padding: int = 0,
    *,
    has_hashes: bool = True,
    has_sizes: bool = True,
    **row: Any,
) -> Hub:
    """Writes a catalogue with one legacy LLaVA of ``padding`` more bytes; returns a hub that has it."""
    folder.mkdir(parents=True, exist_ok=True)
    model = write_tiny_llama(folder / "tiny-model.gguf", TinyLlama(n_layer=3))
    mmproj = write_tiny_mmproj(folder / "tiny-mmproj.gguf", TinyMmproj(layout="legacy"))
    with model.open("ab") as file:  # a GGUF file may be longer than its last tensor
        file.write(b"\xa5" * padding)
    values: dict[str, Any] = {
        "name": name, "title": "A tiny LLaVA", "family": "llava-1.5", "architectures": ["llama"],
        "parameters_billion": 0.1, "n_layer": 3, "n_embd": 64, "n_ctx": 512, "image_tokens": 16,
        "image_tokens_low": 16, "vision_layers": 4, "encode_operations": 1e6, "template": "vicuna_v1",
        "preset": "llava-1.5", "steering_measured": True, "memory_mb": 10, "rank": 1,
        "languages": ["en"], "licence": "Test Licence", "licence_link": "https://example.org/licence",
        "about": "Its words mean nothing.",
    }  # fmt: skip
    values |= row
    text = "schema = 1\n[[model]]\n" + _toml(values)
    files: dict[str, bytes] = {}
    for role, path in (("model", model), ("mmproj", mmproj)):
        content = path.read_bytes()
        files[f"{REPOSITORY}/{path.name}"] = content
        text += "[[model.file]]\n" + _toml(
            {
                "role": role,
                "repository": REPOSITORY,
                "name": path.name,
                "revision": "main",
                "size": len(content) if has_sizes else 0,
                "expected_size": 0 if has_sizes else len(content) + 1000,
                "size_is_exact": has_sizes,
                "sha256": hashlib.sha256(content).hexdigest() if has_hashes else "",
                "verified": "source" if has_hashes else "none",
                "name_checked": False,
            }
        )
    catalogue.write_text(text)
    return Hub(files)


@contextmanager
def hub_in_this_process(
    monkeypatch: pytest.MonkeyPatch, folder: Path, **options: Any
) -> Iterator[Hub]:
    """Runs a ``tiny_hub``, whose catalogue is ``list.toml`` in the folder, for what this very process downloads."""
    for name in ("HF_HOME", "OLLAMA_MODELS", "HOME"):
        monkeypatch.setenv(name, str(folder / "none"))
    with running_hub(tiny_hub(folder / "hub", folder / "list.toml", **options)) as hub:
        import huggingface_hub.constants as constants

        template = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield hub


def _toml(values: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list):
            return "[" + ", ".join(map(shown, value)) + "]"
        return f'"{value}"' if isinstance(value, str) else str(value)

    return "".join(f"{key} = {shown(value)}\n" for key, value in values.items())
