"""Native tests meet what a worker meets: the process imports llama.cpp's bindings as the worker does."""

from __future__ import annotations

from assistant.inference import bindings

# A late import that needs more than the worker has fails here too, and not first at a person's.
bindings.leave_out_high_level()
