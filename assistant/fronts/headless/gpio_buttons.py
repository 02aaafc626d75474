"""Buttons between a wire of a Raspberry Pi and ground, through gpiozero."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from assistant.errors import UsageError
from assistant.fronts.headless.presses import KeyEvent
from assistant.messages import headless as words

BOUNCE_S = 0.02
"""A contact that opens for less than this has bounced."""


def gpio_key(pin: int) -> str:
    """Return the name of a wire among the keys: "gpio17"."""
    return f"gpio{pin}"


class GpioButtons:
    """Puts an event whenever a button goes down or up."""

    def __init__(self, pins: Sequence[int], put: Callable[[KeyEvent], None]) -> None:
        """Open the wires, each pulled up inside the board.

        Args:
            pins: the Broadcom numbers of the wires, as gpiozero counts.
            put: takes the events, from gpiozero's thread.

        Raises:
            UsageError: gpiozero is not installed, there is no such wire, or something else uses it.
        """
        self._put = put
        self._buttons: list[Any] = []
        self._lock = threading.Lock()
        try:
            import gpiozero
        except ImportError as error:
            raise UsageError(words.GPIO_MISSING, words.pi_package_hint("gpiozero")) from error
        try:
            # gpiozero warns of each pin library that it tries in vain; the error at the end says it once.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for pin in pins:
                    self._buttons.append(gpiozero.Button(pin, pull_up=True, bounce_time=BOUNCE_S))
            for pin, button in zip(pins, self._buttons, strict=True):
                button.when_pressed = self._teller(pin, is_down=True)
                button.when_released = self._teller(pin, is_down=False)
        # gpiozero lets every pin library's own errors out.
        except Exception as error:
            self.close()
            reason = str(error) or type(error).__name__
            raise UsageError(words.gpio_impossible(reason), words.GPIO_IMPOSSIBLE_HINT) from error

    def _teller(self, pin: int, *, is_down: bool) -> Callable[[], None]:
        def tell() -> None:
            self._put(KeyEvent("gpio", gpio_key(pin), is_down, time.monotonic()))

        return tell

    def close(self) -> None:
        with self._lock:
            buttons, self._buttons = self._buttons, []
        for button in buttons:
            button.close()
