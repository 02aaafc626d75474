"""What is reckoned before a model is loaded is enough for it, and not far from what it takes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.assistant_command import ROOT, STREET

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of memory"),
]

_TAKEN_AND_RECKONED = """
import json, re, sys
from pathlib import Path

from assistant.camera.picture_reader import PictureReader
from assistant.model_store.find import find_model
from assistant.core.events import DecodeOptions, DescribeRequest
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.gguf import memory_need, pairing
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.system import processor

def kilobytes(field):
    return int(re.search(rf"{field}:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

files = find_model(None, None)
headers = pairing.check_pair(files.model_path, files.mmproj_path)
batch = processor.batch_for(headers[0].size, "q8_0")
sizes = memory_need.sizes_of(*headers, name="embedded")
reader = PictureReader()
image = reader.read(sys.argv[1])
reader.close()
before = kilobytes("VmRSS")
with Engine(EngineOptions(files.model_path, files.mmproj_path, template=files.template)) as engine:
    model = engine.loaded.model
    for turn in range(12):
        image = image.copy()
        image[0, 0] = turn  # another picture, which is kept beside the others
        engine.answer(DescribeRequest(image, DETAILED_PROMPT, DecodeOptions(max_tokens=200)))
    need = memory_need.need(sizes, model.n_ctx, "f16", batch).total
print(json.dumps([(kilobytes("VmHWM") - before) * 1024, need]))
"""


def test_the_embedded_model_takes_what_is_reckoned_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TAKEN_AND_RECKONED, str(STREET)],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    taken, reckoned = json.loads(done.stdout.splitlines()[-1])
    assert taken < reckoned < 3 * taken
