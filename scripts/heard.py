"""Listen to a whole session of every front and write docs/heard.md: what was pressed, what was heard, and when.

Run as ``python -m scripts.heard``. Everything is real, the embedded model and the voice too; only the player makes no
sound, but lasts as long as it would. Times are counted from the press before.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.bench import keys, report
from tests.support.assistant_command import BEACH, ROOT, STREET
from tests.support.heard import Heard
from tests.support.key_streams import PipedKeypad
from tests.support.waiting import wait_until

PAGE = ROOT / "docs" / "heard.md"
STREET_PNG = "examples/street.png"
LISTENS_S = 0.5
"""How long a text is listened to before the next key."""


@dataclass
class Listening:
    """One front that runs, what was pressed at it, and what was heard.

    Attributes:
        press: gives a key to it.
    """

    heard: Heard
    press_key: Callable[[str], None]
    presses: list[tuple[float, str]] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Note that a command was started now."""
        self.presses.append((time.time(), name))

    def hear(self, start: str, *, again: bool = False) -> None:
        """Wait until a text that begins so is heard since the last press, and listen to it for a moment."""
        since_s = self.presses[-1][0]

        def is_heard() -> bool:
            texts = [text.text for text in self.heard.utterances if text.start_s >= since_s]
            return any(text.startswith(start) for text in texts)

        wait_until(is_heard, lambda: self.heard.texts, timeout_s=90.0)
        time.sleep(LISTENS_S)

    def press(self, name: str, typed: str, then: str) -> None:
        """Press a key and wait for what is heard."""
        self.presses.append((time.time(), name))
        self.press_key(typed)
        self.hear(then)

    def table(self) -> list[str]:
        """Return the session in Markdown: a line for each text that was heard."""
        lines = ["| pressed | after, ms | heard |", "|---|---|---|"]
        ends = [*(moment for moment, _ in self.presses[1:]), float("inf")]
        for (moment, name), end in zip(self.presses, ends, strict=True):
            heard = [u for u in self.heard.utterances if moment <= u.start_s < end]
            for utterance in heard:
                took_ms = round(1000 * (utterance.start_s - moment))
                cut = "" if utterance.end_s is not None else " *(cut off by the next key)*"
                lines.append(f"| {name} | {took_ms} | {utterance.text.replace('|', '/')}{cut} |")
                name = ""
            if not heard:
                lines.append(f"| {name} | | *(nothing)* |")
        return lines


@contextmanager
def listening(folder: Path, name: str) -> Iterator[Heard]:
    """Give an empty home and a recording player."""
    home = folder / name / "home"
    home.mkdir(parents=True)
    yield Heard(
        folder / name / "heard",
        {**os.environ, "HOME": str(home), "SPARC_STARTED_AS": "./scripts/run"},
    )


def run_command(heard: Heard, name: str, *arguments: str) -> list[str]:
    """Run a command to its end and return what was heard of it."""
    listened = Listening(heard, lambda _typed: None)
    listened.start(f"`{name}`")
    subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        env=heard.environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    return listened.table()


def describe(heard: Heard) -> list[str]:
    """Describe two pictures, one of which is missing."""
    return run_command(
        heard, "describe --brief street.png missing.png", "describe", "--brief", STREET_PNG, "missing.png"
    )  # fmt: skip


def ask(heard: Heard) -> list[str]:
    """Ask two questions."""
    questions = ("Is there a scooter?", "What is in the middle?")
    return run_command(
        heard, "ask street.png " + " ".join(f'"{question}"' for question in questions),
        "ask", STREET_PNG, *questions,
    )  # fmt: skip


def plain(heard: Heard) -> list[str]:
    """Use the line mode for the first time."""
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "plain", "--camera", str(STREET)],
        env=heard.environment, cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    stdin = process.stdin

    def type_line(line: str) -> None:
        stdin.write(line + "\n")
        stdin.flush()

    listened = Listening(heard, type_line)
    listened.start("`plain`")
    listened.hear("Before the first use")
    listened.press("Enter", "", "Ready")
    listened.press("d", "d", "At the top left")
    listened.press("c", "c", "There is no other camera")
    listened.press("+", "+", "200 words")
    listened.press("s", "s", "Paused at sentence")
    listened.press("p", "p", "At the top left")
    listened.press("n", "n", "On the left")
    listened.press("w", "w", "")
    listened.press("?", "?", "d: take a picture")
    listened.press("x", "x", "x does nothing here")
    listened.press("a Is there a dog?", "a Is there a dog?", "Done")
    listened.press("k", "k", "Done")
    listened.press("v", "v", "Saved")
    listened.press("space", " ", "")
    listened.press("q", "q", "Goodbye")
    process.wait(60.0)
    return listened.table()


def full_screen(heard: Heard) -> list[str]:
    """Use the full screen for the first time."""
    with keys.full_screen(heard) as terminal:
        listened = Listening(heard, lambda typed: void(os.write(terminal, typed.encode())))
        listened.start("`start`")
        listened.hear("Before the first use")
        listened.press("Enter", "\r", "Ready")
        listened.press("d", "d", "At the top left")
        listened.press("+", "+", "200 words")
        listened.press("up", "\x1b[A", "")
        listened.press("p", "p", "At the top left")
        listened.press("f", "f", "Type your question")
        for typed in "Is tk":
            listened.press(typed.replace(" ", "space"), typed, "")
        listened.press("Backspace", "\x7f", "")
        for typed in "here a dog?":
            os.write(terminal, typed.encode())
            time.sleep(0.05)
        listened.press("Enter", "\r", "Done")
        listened.press(",", ",", "")
        listened.press("down", "\x1b[B", "")
        listened.press("Escape", "\x1b", "")
        listened.press("q", "q", "Goodbye")
    return listened.table()


def headless(heard: Heard) -> list[str]:
    """Use a keypad without a screen for the first time."""
    with tempfile.TemporaryDirectory() as folder:
        keypad = PipedKeypad(Path(folder) / "keypad")
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "headless", "--camera", str(BEACH), "--keypad", str(keypad.path)],
            env=heard.environment, cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            listened = Listening(heard, lambda key: keypad.press(key, 0.05))
            listened.start("`headless`")
            keypad.plug_in()
            listened.hear("Before the first use")
            listened.press("button", "KPENTER", "Ready")
            time.sleep(8.0)
            listened.press("button", "KPENTER", "Looking")
            listened.hear("Done")
            time.sleep(1.0)
            listened.press("5", "KP5", "Looking")
            time.sleep(2.0)
            listened.press("1", "KP1", "")
            listened.press("dot", "KPDOT", "")
            listened.press("0", "KP0", "Stopped")
            listened.press("slash", "KPSLASH", "1 of 7")
            listened.press("6", "KP6", "2 of 7")
            listened.press("0", "KP0", "Back")
            listened.start("*(SIGTERM)*")
            process.send_signal(signal.SIGTERM)
            process.wait(60.0)
            return listened.table()
        finally:
            process.kill()
            process.wait()
            keypad.unplug()


def void(_value: object) -> None:
    """Drop a value."""


CASES = {
    "A prompt that does not fit is told with advice that can help": "unit/inference/test_prompts.py -k advice",
    "A blank picture": "unit/camera/test_quality.py",
    "A network camera that refuses says why": "unit/camera/test_network_cameras.py -k refuses",
    "A network camera with one picture an address": "unit/camera/test_network_cameras.py -k address",
    "Colours by the picture's own profile": "unit/camera/test_picture_kinds.py -k colours",
    "Control characters never reach a terminal": "unit/system/test_printable.py",
    "What keeps a download from happening is named": "unit/model_store/test_download.py -k 'proxy or variable'",
    "A JPEG without its end": "unit/camera/test_picture_kinds.py -k without",
    "Unicode's line ends within a line of JSON": "unit/bench/test_running.py -k unicode",
    "A picture mark within a picture mark": "unit/inference/test_prompts.py -k cannot_move",
    "A projector that does not say its kind": "unit/inference/test_mmproj.py -k kind",
    "An answer of one sign": "unit/core/test_narration.py",
    "A model file's own template": "unit/inference/test_prompts.py -k own_template",
    "A template that takes parts": "unit/inference/test_prompts.py -k parts",
    "What a file really is": "unit/camera/test_picture_kinds.py -k 'really or phone'",
    "Pasted lines are one question": "unit/fronts/test_plain.py -k pasted",
    "A player that hangs": "e2e/test_speech_faults.py -k hangs",
    "Long chunks beside the pixels": "unit/camera/test_picture_kinds.py -k beside",
    "A question that is not UTF-8": "unit/system/test_printable.py -k older",
    "Settings as other editors write them": "unit/settings/test_wrong_lines.py -k editors",
    "A byte that is no text, in the full screen": "tui/test_terminal.py -k 'byte or noise'",
    "A terminal of any size": "tui/test_terminal.py -k 'rows or size or smallest'",
    "Voices by variant and by locale": "unit/speech/test_voice_names.py",
}
"""Inputs that once failed, and the tests that hold them now."""


def cases() -> list[str]:
    """Run the tests of each case and return a table of what came of them."""
    lines = ["| input | tests | passed |", "|---|---|---|"]
    for name, tests in CASES.items():
        command = [sys.executable, "-m", "pytest", "-q", *shlex.split(f"tests/{tests}")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        came = done.stdout.strip().splitlines()[-1].partition(" in ")[0]
        lines.append(f"| {name} | `tests/{tests}` | {came} |")
    return lines


FRONTS: dict[str, Callable[[Heard], list[str]]] = {
    "Describe": describe, "Ask": ask, "Line mode": plain, "Full screen": full_screen, "Headless": headless,
}  # fmt: skip


def main() -> None:
    """Listen to the fronts, press random keys, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "fronts",
        nargs="*",
        metavar="FRONT",
        help=f"only these of {', '.join(FRONTS)}; nothing is written",
    )
    parser.add_argument("--keys", type=int, default=200, help="how many random keys are pressed")
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.fronts or FRONTS:
            with listening(Path(folder), name) as heard:
                lines += [f"## {name}", "", *FRONTS[name](heard), ""]
                print("\n".join(lines[-60:]), flush=True)
        if options.fronts:
            return
        with listening(Path(folder), "keys") as heard:
            found = keys.time_keys(options.keys, 1, heard)
    lines += [
        f"## {options.keys} random keys",
        "",
        *keys.table(found),
        "",
        "## Inputs that once failed",
        "",
        *cases(),
        "",
    ]
    PAGE.write_text("\n".join([*opening(), *lines]), "utf-8")


def opening() -> list[str]:
    """Return the head of the page."""
    return [
        "# What is heard",
        "",
        "Written by `python -m scripts.heard`: the embedded model, the real voice, and a player without sound that",
        f"lasts as long as the sound would. Times count from the press before. {report.machine_line()}.",
        "",
    ]


if __name__ == "__main__":
    main()
