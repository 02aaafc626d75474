"""What front and worker say to each other, over pipes that no other process can open.

Down: ``EngineOptions`` once, then ``Ask``; a cancel is the bare number of the last request that it is about,
on a pipe of its own, so that it can be sent from a signal handler while a picture is still being sent.
Up: ``Told``, which carries a core event and the number of the request that it belongs to.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from assistant.core.events import DescribeRequest, Event

CANCEL = struct.Struct("<Q")
"""One cancel: 8 bytes, less than a pipe writes at once, so two never mix."""


@dataclass(frozen=True)
class Ask:
    """A request and its number; numbers rise."""

    request_id: int
    request: DescribeRequest


@dataclass(frozen=True)
class Told:
    """An event of request ``request_id``; 0 for the loading that no request asked for."""

    request_id: int
    event: Event
