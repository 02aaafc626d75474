"""Time what a person feels at the keys: start, stop, and the wait for the first word; see docs/benchmarks.md.

The whole assistant runs as a process in line mode, with the embedded model, the real voice, and a player
that makes no sound and notes when it starts. A stop counts as silence when the player's process is gone.
"""

from __future__ import annotations

import os
import random
import stat
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from assistant.system import processor

processor.set_waiting()  # as in the worker; read when OpenMP loads

from assistant.core.events import DecodeOptions, DescribeRequest  # noqa: E402
from assistant.inference.engine import Engine  # noqa: E402
from assistant.inference.options import EngineOptions  # noqa: E402
from assistant.model_store.find import embedded_model  # noqa: E402
from assistant.speech.speech_manager import SpeechManager, VoiceOptions  # noqa: E402
from scripts.bench import report  # noqa: E402
from scripts.bench.timing import Timing, in_turn, noise_picture  # noqa: E402
from sparc_ggml.config import SparcConfig  # noqa: E402
from tests.support.assistant_command import STREET, Command  # noqa: E402
from tests.support.typed_assistant import TypedAssistant  # noqa: E402


class Player:
    """A silent ``aplay`` whose processes can be seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "notes"
        self._folder.mkdir()
        self.last(0.0)
        script = folder / "bin" / "aplay"
        script.parent.mkdir()
        # /bin/sh starts in a millisecond, Python in twenty: the note must come at once.
        script.write_text(
            f"#!/bin/sh\nn={self._folder}/$$\ndate +%s.%N > $n.tmp; mv $n.tmp $n.start\n"
            f"exec sleep $(cat {self._folder}/seconds)\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        os.environ["PATH"] = f"{script.parent}:{os.environ['PATH']}"

    def last(self, seconds: float) -> None:
        """Set how long a sound lasts from now on."""
        (self._folder / "seconds").write_text(str(seconds))

    def starts(self) -> dict[int, float]:
        """Return when each process began, by its number."""
        found = {}
        for path in self._folder.glob("*.start"):
            text = path.read_text()
            if text.strip():
                found[int(path.stem)] = float(text)
        return found

    def forget(self) -> None:
        """Remove all notes."""
        for path in self._folder.glob("*.start"):
            path.unlink()

    def running(self) -> list[int]:
        """Return the processes that still play."""
        return [pid for pid in self.starts() if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def _until(is_so: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait until it is so."""
    started = time.perf_counter()
    while not is_so():
        if time.perf_counter() - started > timeout_s:
            raise TimeoutError("it did not come about")
        time.sleep(0.0005)


@contextmanager
def _assistant() -> Iterator[TypedAssistant]:
    typed = TypedAssistant(
        Command(), "--camera", str(STREET), "--notice-acknowledged", "yes", "--earcons", "no"
    )
    try:
        yield typed
    finally:
        typed.kill()


def start_to_first_key(n: int) -> list[float]:
    """Return the milliseconds from the process's start to the answer to a key that was typed at once."""
    times = []
    for _ in range(n):
        started = time.perf_counter()
        with _assistant() as typed:
            typed.type("s")
            typed.hear("Nothing is happening.")
            times.append((time.perf_counter() - started) * 1000)
    return times


def key_to_silence(player: Player, n: int, seed: int = 1) -> list[float]:
    """Return the milliseconds from a stop key to the end of the player's process, at random moments."""
    choose, times = random.Random(seed), []
    with _assistant() as typed:
        typed.hear("Ready.")
        typed.type("d")
        typed.hear("Done.")
        for number in range(n):
            player.forget()
            player.last(30.0)
            # Every other stop comes while the model writes too.
            typed.type("d" if number % 2 else "r")
            _until(lambda: bool(player.running()))
            time.sleep(choose.uniform(0.0, 0.4))
            started = time.perf_counter()
            typed.type(" ")
            _until(lambda: not player.running())
            times.append((time.perf_counter() - started) * 1000)
            player.last(0.0)
            heard = len(typed.lines)
            typed.hear(
                lambda line: line in ("Stopped.", "There is nothing to stop."), max(0, heard - 3)
            )
    return times


def sentence_to_sound(player: Player, n: int) -> list[float]:
    """Return the milliseconds from the first sentence on the screen to the start of its sound."""
    times = []
    with _assistant() as typed:
        typed.hear("Ready.")
        for _ in range(n):
            player.last(0.0)
            said = len(typed.answers)
            typed.type("d")
            _until(lambda said=said: len(typed.answers) > said)  # type: ignore[misc]
            shown = time.time()
            _until(lambda shown=shown: any(at > shown - 0.02 for at in player.starts().values()))  # type: ignore[misc]
            times.append(
                (min(at for at in player.starts().values() if at > shown - 0.02) - shown) * 1000
            )
            before = len(typed.lines)
            typed.hear("Done.", max(0, before - 1))
            player.forget()
    return times


def decode_beside_speech(player: Player, options: EngineOptions, n_tokens: int, n: int) -> Timing:
    """Return the time a token with the voice speaking, over the time without, pair by pair."""
    request = DescribeRequest(
        noise_picture(0), "Please describe this image in detail.",
        DecodeOptions(max_tokens=n_tokens, ignores_eos=True), SparcConfig(method="none"),
    )  # fmt: skip
    with Engine(options) as engine:

        def decode_ms() -> float:
            return engine.answer(request).timings.decode_ms

        def decode_ms_beside_speech() -> float:
            player.last(3.0)
            manager = SpeechManager(VoiceOptions(), print)
            for _ in range(40):
                manager.say("There is a large red car to the right of the small green tree.")
            _until(lambda: bool(player.running()))
            took_ms = decode_ms()
            manager.close()
            player.forget()
            return took_ms

        decode_ms()
        ways = {"speaking": decode_ms_beside_speech, "silent": decode_ms}
        times = {name: Timing(tuple(ms)) for name, ms in in_turn(n, ways, "decode ms").items()}
    return times["speaking"].over(times["silent"])


def row(what: str, values: Sequence[float], unit: str, target: str) -> dict[str, str]:
    """Return one line of the table: median, 99th percentile and extremes."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    shown = (statistics.median(ordered), p99, ordered[0], ordered[-1])
    cells = [f"{value:.0f} ms" if unit == "ms" else f"{value:.3f}" for value in shown]
    names = ("median", "99th percentile", "lowest", "highest")
    return {"what": what, **dict(zip(names, cells, strict=True)), "target": target}


def main(argv: list[str] | None = None) -> int:
    """Measure and write the section."""
    parser = report.make_parser(__doc__, "bench_session")
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=7, help="answers beside speech and without")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-session-") as temporary:
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = temporary
        player = Player(Path(temporary))
        files = embedded_model()
        options = EngineOptions(
            files.model_path, files.mmproj_path, preset=files.preset, template=files.template
        )
        starts = start_to_first_key(arguments.starts)
        stops = key_to_silence(player, arguments.stops)
        sounds = sentence_to_sound(player, arguments.answers)
        ratios = decode_beside_speech(player, options, 300, arguments.pairs).values
    rows = [
        row("start to the first key's answer", starts, "ms", "at most 1 s"),
        row(f"key to silence, {len(stops)} stops", stops, "ms", "99 of 100 within 50 ms"),
        row("first sentence to its sound", sounds, "ms", "at most 150 ms"),
        row("time a token beside speech / without, embedded", ratios, "", "at most 1.10"),
    ]
    section = report.measured_section(
        "What a person feels at the keys",
        "The whole assistant as a process in line mode, with the embedded model, the real voice and a player "
        "that sleeps in place of playing. Silence is the end of the player's process, found by looking every "
        "half millisecond.",
        report.markdown_table(rows),
    )
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
