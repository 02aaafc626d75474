"""What front and worker say to each other, over pipes that no other process can open.

Down: ``EngineOptions`` once, then ``Ask`` and ``Prepare``; a cancel is the bare number of the last request that
it is about, on a pipe of its own, so that it can be sent from a signal handler while a picture is still being sent.
Up: ``Told``, which carries a core event and the number of the request that it belongs to.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a worker is started before its front loads the rest
    from assistant.core.events import DescribeRequest, Event, ImageRgb

CANCEL = struct.Struct("<Q")
"""One cancel: 8 bytes, less than a pipe writes at once, so two never mix."""


@dataclass(frozen=True)
class Ask:
    """A request and its number; numbers rise.

    Without its picture, which then is an empty array, it is about the picture that was sent last.
    """

    request_id: int
    request: DescribeRequest
    has_picture: bool = True


@dataclass(frozen=True)
class Prepare:
    """A picture to be read ahead. Its number is of the same row as a request's, so that it can be cancelled."""

    request_id: int
    image_rgb: ImageRgb
    question: str


@dataclass(frozen=True)
class Told:
    """An event of request ``request_id``; 0 for the loading that no request asked for.

    What is read ahead carries the number of the request that waits for it, if there is one.
    """

    request_id: int
    event: Event
