"""Finds the weights that read text, inside the package ``rapidocr``, and checks them; its code is never imported."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.messages import glance_text as words

PACKAGE = "rapidocr"
REQUIREMENT = "rapidocr==3.10.0"
# Its code is not used, and what that needs is not either.
INSTALL = f"pip install --no-deps {REQUIREMENT}"
REINSTALL = f"pip install --no-deps --force-reinstall {REQUIREMENT}"


@dataclass(frozen=True)
class WeightFile:
    """A file of weights, and what must be in it."""

    name: str
    n_bytes: int
    sha256: str


DETECTOR = WeightFile(
    "PP-OCRv6_det_small.onnx",
    9929594,
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
RECOGNIZER = WeightFile(
    "PP-OCRv6_rec_small.onnx",
    21234383,
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)
UPSIDE_DOWN = WeightFile(
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    585532,
    "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
)
ALL = (DETECTOR, RECOGNIZER, UPSIDE_DOWN)


def find_folder() -> Path:
    """Return the folder that holds the weights.

    Raises:
        AssistantError: the package is not installed.
    """
    try:
        spec = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        spec = None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        return Path(place) / "models"
    raise AssistantError(words.WEIGHTS_MISSING, words.install_remedy(INSTALL))


def read_weights(folder: Path, file: WeightFile) -> bytes:
    """Return the contents of a file of weights, once its size and checksum are right.

    Raises:
        AssistantError: it is missing, damaged, or cannot be opened.
    """
    path = folder / file.name
    try:
        data = path.read_bytes() if path.stat().st_size == file.n_bytes else b""
    except FileNotFoundError:
        raise AssistantError(
            words.weights_incomplete(file.name), words.reinstall_remedy(REINSTALL)
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise AssistantError(
            words.weights_unreadable(file.name, reason), words.reinstall_remedy(REINSTALL)
        ) from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise AssistantError(words.weights_damaged(file.name), words.reinstall_remedy(REINSTALL))
    return data


def check_weights(folder: Path | None = None) -> None:
    """Check all files of weights.

    Raises:
        AssistantError: one is missing or damaged.
    """
    place = folder or find_folder()
    for file in ALL:
        read_weights(place, file)
