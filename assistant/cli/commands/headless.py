"""``sparc-assistant headless``: the assistant with keys and buttons, without a screen."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.cli.parser import add_command, add_help, add_output, add_settings
from assistant.errors import ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import headless as words

if TYPE_CHECKING:
    from assistant.app.open_session import Plan
    from assistant.fronts.headless.mode import HeadlessMode


def add_parser(commands: Any) -> None:
    """Add ``headless``."""
    command = add_command(commands, "headless", words.COMMAND, words.COMMAND_LONG)
    command.add_argument("--list-keypads", action="store_true", help=words.LIST_OPTION)
    add_settings(command, "headless")
    output = add_output(command)
    output.add_argument("--lines", action="store_true", help=words.LINES_OPTION)
    add_help(command)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Run until the person quits or the service is ended."""
    if options.list_keypads:
        from assistant.fronts.headless.evdev_devices import list_lines

        for line in list_lines() or [words.NO_DEVICES]:
            console.data(line)
        return ExitCode.OK
    from assistant.app.open_session import make_plan

    plan = make_plan(options)
    if options.keypad is None:
        plan = _with_something_to_press(plan)
    return run_plan(plan, console, shows_all=options.lines)


def _with_something_to_press(plan: Plan) -> Plan:
    """Return a plan that takes keypads, where the settings take neither those nor buttons."""
    headless = plan.settings.headless
    if headless.keypad != "off" or headless.gpio:
        return plan
    settings = replace(plan.settings, headless=replace(headless, keypad="auto"))
    return replace(plan, settings=settings, notices=(*plan.notices, words.KEYPAD_TAKEN))


def run_plan(plan: Plan, console: Console, *, shows_all: bool) -> ExitCode:
    """Run it with what was planned.

    Raises:
        UsageError: there is nothing to press.
    """
    from assistant.app.open_session import open_session
    from assistant.fronts.headless.bindings import Bindings, parse_pairs
    from assistant.fronts.headless.gpio_buttons import gpio_key
    from assistant.fronts.headless.mode import PROMPTS, HeadlessFront, HeadlessMode
    from assistant.fronts.headless.presses import Presses
    from assistant.fronts.headless.service_notify import ServiceNotifier

    settings = plan.settings.headless
    pins = {int(pin): action for pin, action in parse_pairs(settings.gpio or "").items()}
    if settings.keypad == "off" and not pins:
        raise UsageError(words.NO_INPUT, words.NO_INPUT_HINT)
    notifier = ServiceNotifier()
    with open_session(plan, HeadlessFront(console, shows_all=shows_all), PROMPTS) as session:
        bindings = Bindings(
            plan.keymap,
            {
                **parse_pairs(settings.keypad_keys or ""),
                **{gpio_key(pin): action for pin, action in pins.items()},
            },
        )
        presses = Presses(settings.long_press_ms, settings.hold_ms)
        mode = HeadlessMode(session, bindings, presses, notifier)
        with ExitStack() as stack:
            _open_inputs(stack, mode, settings.keypad, sorted(pins))
            try:
                mode.run()
                session.finish()
            finally:
                notifier.stopping()
    return ExitCode.OK


def _open_inputs(stack: ExitStack, mode: HeadlessMode, keypad: str, pins: list[int]) -> None:
    """Open buttons and keypads; where one kind cannot be used, the other must still work."""
    from assistant.fronts.headless.evdev_devices import WantedDevices, is_forbidden
    from assistant.fronts.headless.gpio_buttons import GpioButtons
    from assistant.fronts.headless.keypad_reader import KeypadReader
    from assistant.fronts.headless.presses import SourceNews

    failures: list[UsageError] = []
    n_wanted = bool(pins) + (keypad != "off")
    if pins:
        try:
            stack.callback(GpioButtons(pins, mode.put).close)
            mode.put(SourceNews(text=words.buttons_from(pins)))
        except UsageError as error:
            failures.append(error)
    if keypad != "off":
        try:
            reader = KeypadReader(
                WantedDevices(keypad),
                mode.put,
                says_missing=not pins,
                is_forbidden=is_forbidden,
            )
            stack.callback(reader.close)
        except UsageError as error:
            failures.append(error)
    if failures and len(failures) == n_wanted:
        raise failures[0]
    for failure in failures:
        mode.put(SourceNews(text=str(failure)))
