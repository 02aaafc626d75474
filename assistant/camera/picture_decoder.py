"""The process that opens and decodes pictures, away from the front; ``picture_reader`` starts it.

A damaged picture can crash a decoder's native code or keep it busy for hours (a small progressive JPEG can ask for
thousands of passes over millions of pixels), and opening a pipe or a file on a network drive can take forever. Here
that costs this process and a sentence. It may write no file, its memory is bounded, and it ends when the front does.

Over one socket that no other process can open: in comes a line of JSON, ``{"shown": name, "path": path}``, with a file
descriptor of the picture where the path is null; out go empty lines as signs of life, then ``{"height": h, "width": w,
"note": sentence}`` and h·w·3 bytes of RGB, or ``{"message": ..., "hint": ...}``.
"""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

from assistant.system import front_end

MEMORY_BYTES = 4 << 30
"""Address space; the largest picture that is read takes 600 MB."""
_SIGN_OF_LIFE_S = 0.5


def main() -> None:
    """Serve the inherited socket until the front is gone."""
    connection = front_end.connect(MEMORY_BYTES)
    import assistant.camera.still_image  # noqa: F401 - under the limits, and before a picture waits for it

    try:
        while (received := front_end.receive_request(connection)) is not None:
            request, descriptors = received
            front_end.end_with(connection, True)
            source = request["path"] if request["path"] is not None else descriptors[0]
            header, pixels = _decode(source, request["shown"], connection)
            front_end.end_with(connection, False)  # once it has the answer the front may ask again
            connection.sendall(json.dumps(header).encode() + b"\n" + pixels)
    except OSError:
        pass
    os._exit(0)


def _decode(
    source: str | int, shown: str, connection: socket.socket
) -> tuple[dict[str, Any], bytes]:
    from assistant.camera import picture_file
    from assistant.camera.still_image import decode_stream
    from assistant.errors import PictureError

    told_at = 0.0

    def tell_life() -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _SIGN_OF_LIFE_S:
            connection.sendall(b"\n")
            told_at = time.monotonic()

    try:
        with picture_file.opened(source, shown, tell_life) as stream:
            image, note = decode_stream(stream, shown)
    except PictureError as error:
        return {"message": error.message, "hint": error.hint}, b""
    finally:
        if isinstance(source, int):
            os.close(source)
    return {"height": image.height, "width": image.width, "note": note}, image.tobytes()


if __name__ == "__main__":
    main()
