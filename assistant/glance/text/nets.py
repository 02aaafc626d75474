"""Runs a model in OpenCV on a picture."""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Net:
    """A model of PP-OCR.

    Args:
        model: the contents of its ONNX file.
    """

    def __init__(self, model: bytes) -> None:
        # The models need shapes that vary, which the older engine does not have.
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8), cv2.dnn.ENGINE_NEW)

    def run(self, image: MatLike) -> Floats:
        """Return what the model says of one RGB picture (h, w, 3)."""
        # Blue first and from -1 to 1: so the models were trained.
        blob = cv2.dnn.blobFromImage(image, 1 / 127.5, mean=(127.5,) * 3, swapRB=True)
        self._net.setInput(blob)
        first: Floats = np.asarray(self._net.forward(), np.float32)[0]
        return first
