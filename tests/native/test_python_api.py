"""The examples of docs/python-api.md run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import assistant
import sparc_ggml
from assistant import AssistantError, Describer
from assistant.errors import UnfamiliarPictureError
from tests.support.assistant_command import ROOT

PAGE = (ROOT / "docs" / "python-api.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
STREET = ROOT / "examples" / "street.png"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_runs_in_an_empty_folder(tmp_path: Path, number: int) -> None:
    shutil.copy(STREET, tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[number]],
        capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) >= 1
    if "describer.stream" in EXAMPLES[number]:
        assert lines[0] == " ".join(lines[1:-1]), "what is streamed is what is described"
    if "steering.record" in EXAMPLES[number]:
        assert any("(," not in line and not line.endswith("()") for line in lines), (
            "something was selected"
        )


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("package", [assistant, sparc_ggml])
def test_every_public_name_is_there(package: object) -> None:
    for name in package.__all__:  # type: ignore[attr-defined]
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError):
        package.nonsense  # type: ignore[attr-defined]  # noqa: B018


def test_a_picture_is_a_path_an_image_or_an_array() -> None:
    with Describer(max_tokens=12) as describer, Image.open(STREET) as image:
        pixels = np.asarray(image.convert("RGB"))
        answers = {str(describer.describe(picture)) for picture in (STREET, image, pixels)}
        assert len(answers) == 1
        assert not describer.describe(pixels).is_complete
        for wrong in (pixels[..., 0], pixels.astype(np.float32), np.empty((0, 0, 3), np.uint8)):
            with pytest.raises(ValueError, match="a picture is a path"):
                describer.describe(wrong)  # type: ignore[arg-type]
        black = np.zeros((64, 64, 3), np.uint8)
        with pytest.raises(UnfamiliarPictureError, match="not one of the drawings I know"):
            describer.describe(black)
        with Describer(max_tokens=12, anyway=True) as careless:
            dark = careless.describe(black)
            assert "covered" in " ".join(dark.warnings)
        with pytest.raises(AssistantError, match=r"nothing\.png"):
            list(describer.stream("nothing.png"))
        assert describer.describe(STREET).sentences


def test_a_stream_that_is_closed_ends_the_answer() -> None:
    with Describer() as describer:
        whole = describer.describe(STREET)
        stream = describer.stream(STREET)
        assert next(stream) == whole.sentences[0]
        stream.close()
        assert describer.describe(STREET).sentences == whole.sentences


def test_a_setting_that_is_wrong_is_told_before_a_model_is_loaded() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        Describer(nonsense=1)
    with pytest.raises(AssistantError, match="--max-tokens"):
        Describer(max_tokens=0)
