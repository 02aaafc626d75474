"""Run as a process of its own: loads the engine and espeak, which may crash, and prints JSON."""

from __future__ import annotations

import json
from typing import Any


def main() -> None:
    """Print what could be loaded."""
    found: dict[str, Any] = {}
    try:
        import llama_cpp

        found["version"] = llama_cpp.__version__
        found["system"] = llama_cpp.llama_print_system_info().decode(errors="replace")
    except Exception as error:  # noqa: BLE001 - the doctor shows it
        found["engine_error"] = str(error) or type(error).__name__
    else:
        try:
            from sparc_ggml.native import load

            load()
        except Exception as error:  # noqa: BLE001
            found["native_error"] = str(error) or type(error).__name__
    print(json.dumps(found), flush=True)  # noqa: T201 - its caller reads it


if __name__ == "__main__":
    main()
