"""A front must start at once: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "llama_cpp",
    "cv2",
    "textual",
    "pyttsx3",
    "numpy",
    "PIL",
    "gguf",
    "espeakng_loader",
    "rich",
    "inflect",
    "filelock",
}


def _modules_after(code: str) -> set[str]:
    code += "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["describe", "--help"], ["bench", "quality", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from assistant.cli.main import main\ntry:\n    main({arguments!r})\nexcept SystemExit:\n    pass"
    assert not HEAVY & _modules_after(code)


def test_wrong_use_loads_nothing_heavy() -> None:
    assert not HEAVY & _modules_after(
        "from assistant.cli.main import main\nmain(['describe', 'x', '--rate', '1'])"
    )


def test_the_core_loads_no_camera_speech_terminal_or_model_library() -> None:
    code = "import assistant.core.pipeline, assistant.testing, assistant.cli.describe_job"
    assert not (HEAVY - {"numpy"}) & _modules_after(code)


def test_the_front_never_loads_the_model_library() -> None:
    code = (
        "import assistant.inference.worker.client, assistant.inference.prompts, assistant.speech.factory,"
        "assistant.camera.still_image"
    )
    assert not {"llama_cpp", "gguf", "pyttsx3", "textual", "cv2"} & _modules_after(code)


def test_the_processes_are_started_before_anything_heavy_is_loaded() -> None:
    code = "import assistant.inference.worker.client, assistant.camera.named_pictures, assistant.cli.describe_job"
    assert not HEAVY & _modules_after(code)


def test_pictures_are_decoded_without_numpy() -> None:
    code = (
        "from assistant.camera.still_image import decode_stream\n"
        "with open('examples/street.png', 'rb') as stream:\n"
        "    assert decode_stream(stream, 'street')[0].mode == 'RGB'"
    )
    assert not (HEAVY - {"PIL"}) & _modules_after(code)


def test_the_worker_takes_no_more_of_llama_cpp_python_than_it_uses() -> None:
    code = (
        "from assistant.inference.worker.main import _load_libraries\n_load_libraries()\n"
        "from assistant.inference.engine import Engine"
    )
    loaded = _modules_after(code)
    assert {"llama_cpp", "numpy", "PIL"} <= loaded
    assert not {"jinja2", "diskcache", "gguf", "cv2", "textual"} & loaded
