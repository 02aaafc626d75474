"""An offline describer for blind people: camera frame to spoken description, on the user's own machine.

    from assistant import Describer

    with Describer() as describer:
        print(describer.describe("photo.jpg"))

What is named here is imported when it is first used: the program itself starts without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Answer", "AssistantError", "Describer", "SparcConfig", "__version__", "describe"]

if TYPE_CHECKING:
    from assistant.app.describer import Answer, Describer, describe
    from assistant.errors import AssistantError
    from sparc_ggml.config import SparcConfig

_HOMES = {"AssistantError": "assistant.errors", "SparcConfig": "sparc_ggml.config"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES.get(name, "assistant.app.describer")), name)
