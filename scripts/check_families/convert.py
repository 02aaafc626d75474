"""Checkpoints to GGUF files, by llama.cpp's own converters, each in a process of its own."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ConversionError(Exception):
    """A converter refused; the text ends with its last lines."""


@dataclass(frozen=True)
class Converters:
    """Where llama.cpp's source is."""

    source: Path

    def convert_text(self, checkpoint: Path, target: Path, pre: str = "") -> None:
        """Write the language model in F32; ``pre`` is what its byte pairs are called (``tokenizer.ggml.pre``)."""
        self._run(checkpoint, target, ["--outtype", "f32"], pre)

    def convert_picture_part(self, checkpoint: Path, target: Path) -> None:
        """Write the picture part with F16 matrices, as it is published."""
        self._run(checkpoint, target, ["--outtype", "f16", "--mmproj"], "")

    def run_legacy(self, script: str, *options: str) -> None:
        """Run a converter of ``tools/mtmd/legacy-models``."""
        path = self.source / "tools" / "mtmd" / "legacy-models" / script
        _call([str(path), *options], self.source)

    def _run(self, checkpoint: Path, target: Path, options: list[str], pre: str) -> None:
        _call(
            ["-m", "scripts.check_families.convert", str(self.source), pre, str(checkpoint),
             "--outfile", str(target), *options],
            self.source,
        )  # fmt: skip
        # The converter may add a prefix to the name.
        prefixed = target.with_name(f"mmproj-{target.name}")
        if not target.exists() and prefixed.exists():
            prefixed.rename(target)


def _call(arguments: list[str], source: Path) -> None:
    here = Path(__file__).parents[2]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(here), str(source / "gguf-py")]),
        "HF_HUB_OFFLINE": "1",
        "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",  # the legacy scripts are older than the precaution
    }
    ran = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, cwd=here
    )
    if ran.returncode:
        last = (ran.stdout + ran.stderr).strip().splitlines()[-12:]
        raise ConversionError("\n".join(last))


def _convert(source: Path, pre: str) -> None:
    """Run ``convert_hf_to_gguf.py`` as it is, but for the one question that only a real vocabulary answers.

    It knows how a vocabulary splits text by the hash of what that vocabulary makes of a test text.
    """
    sys.path.insert(0, str(source))
    from conversion.base import ModelBase, TextModel  # type: ignore[import-not-found]

    load_hparams = ModelBase.load_hparams

    def load_named(dir_model: Path, is_mistral_format: bool) -> Any:
        # transformers 4.57 moves this of Qwen2.5-VL into the language model's part; the converter knows a later one.
        named = json.loads((dir_model / "config.json").read_text())
        return {"architectures": named["architectures"]} | load_hparams(
            dir_model, is_mistral_format
        )

    ModelBase.load_hparams = staticmethod(load_named)
    if pre:
        TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
    runpy.run_path(str(source / "convert_hf_to_gguf.py"), run_name="__main__")


if __name__ == "__main__":
    directory, name, *rest = sys.argv[1:]
    sys.argv = ["convert_hf_to_gguf.py", *rest]
    _convert(Path(directory), name)
