"""The process that decodes pictures, away from the front; ``picture_reader`` starts it.

A damaged picture can crash a decoder's native code or keep it busy for hours (a small progressive JPEG can ask for
thousands of passes over millions of pixels). Here that costs this process and a sentence. It may write no file, its
memory is bounded, and it ends by itself when the front does.

Over one socket that no other process can open: in comes a line of JSON, ``{"shown": name}``, with a file descriptor of
the picture; out goes ``{"height": h, "width": w, "note": sentence}`` and h·w·3 bytes of RGB, or ``{"message": ...,
"hint": ...}``.
"""

from __future__ import annotations

import array
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from assistant.system import limits

MEMORY_BYTES = 4 << 30
"""Address space; the largest picture that is read takes 600 MB."""
_ORPHAN_S = 60
"""After this long the process ends in the middle of a picture, even where no front is left to end it."""


def main() -> None:
    """Serve the inherited socket until the front is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the front decides what Ctrl-C means
    limits.hide_memory()
    limits.limit(resource.RLIMIT_AS, MEMORY_BYTES)
    limits.limit(resource.RLIMIT_FSIZE, 0)
    connection = socket.socket(fileno=int(sys.argv[1]))
    import assistant.camera.still_image  # noqa: F401 - under the limits, and before a picture waits for it

    try:
        while (request := _receive(connection)) is not None:
            shown, descriptor = request
            signal.alarm(_ORPHAN_S)
            header, pixels = _decode(shown, descriptor)
            connection.sendall(json.dumps(header).encode() + b"\n" + pixels)
            signal.alarm(0)
    except OSError:
        pass
    os._exit(0)


def _receive(connection: socket.socket) -> tuple[str, int] | None:
    """Return the next picture's name and descriptor; None at the end."""
    line, descriptors = b"", array.array("i")
    while not line.endswith(b"\n"):
        part, found, _, _ = socket.recv_fds(connection, 1 << 16, 1)
        if not part:
            return None
        line += part
        descriptors.extend(found)
    return json.loads(line)["shown"], descriptors[0]


def _decode(shown: str, descriptor: int) -> tuple[dict[str, Any], bytes]:
    from assistant.camera.still_image import decode_stream
    from assistant.errors import PictureError

    try:
        with os.fdopen(descriptor, "rb") as stream:
            image, note = decode_stream(stream, shown)
    except PictureError as error:
        return {"message": error.message, "hint": error.hint}, b""
    except OSError as error:
        return {"reason": error.strerror or str(error)}, b""
    return {"height": image.height, "width": image.width, "note": note}, image.tobytes()


if __name__ == "__main__":
    main()
