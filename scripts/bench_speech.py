"""Times speech alone: a stop, the wait for the first sound, and what speech costs the model beside it.

``bench_session`` times the same through the keys of the whole assistant; here nothing but the speech
manager runs, so that a difference between the two is the front's. The voice is real, the player sleeps.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from assistant.system import processor

processor.set_waiting()  # as in the worker; read when OpenMP loads

from assistant.inference.options import EngineOptions  # noqa: E402
from assistant.model_store.find import embedded_model  # noqa: E402
from assistant.speech.speech_manager import SpeechManager, VoiceOptions  # noqa: E402
from scripts import bench_report, bench_shapes  # noqa: E402
from scripts.bench_session import Player, decode_beside_speech, spread  # noqa: E402

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
SECTION = "bench_speech"
SENTENCE = "There is a large red car to the right of the small green tree."


def until(is_so: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Waits until it is so, looking every fifth of a millisecond.

    Raises:
        TimeoutError: it did not come about.
    """
    end = time.perf_counter() + timeout_s
    while not is_so():
        if time.perf_counter() > end:
            raise TimeoutError("it did not come about")
        time.sleep(0.0002)


def stops(player: Player, n: int, seed: int = 1) -> tuple[list[float], list[float]]:
    """Stops the voice at random moments while it speaks.

    Returns:
        Milliseconds from ``cancel`` to the end of the player's process, and from ``say`` after the stop
        to the start of the next player, which the spare's warmth decides.
    """
    choose = random.Random(seed)
    silence_ms: list[float] = []
    sound_ms: list[float] = []
    manager = SpeechManager(VoiceOptions(), print)
    player.last(30.0)
    try:
        for number in range(n + 1):
            player.forget()
            said = time.time()
            manager.say(SENTENCE)
            until(lambda: bool(player.running()))
            if number:  # the first waits for a cold process
                sound_ms.append((min(player.starts().values()) - said) * 1000)
            time.sleep(choose.uniform(0.0, 0.4))
            started = time.perf_counter()
            manager.cancel()
            until(lambda: not player.running())
            if number:
                silence_ms.append((time.perf_counter() - started) * 1000)
            # A new spare needs its cold start; a person takes longer than this to go on.
            time.sleep(choose.uniform(0.3, 0.5))
    finally:
        manager.close()
    return silence_ms, sound_ms


def main(argv: list[str] | None = None) -> int:
    """Measures and writes the report's section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=5, help="answers beside speech and without")
    parser.add_argument("--cache-dir", type=Path, help="folder of the random-weight 0.5b files")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--no-report", action="store_true", help="print only")
    arguments = parser.parse_args(argv)
    rows = []

    def add(what: str, values: list[float], unit: str, target: str) -> None:
        rows.append({"what": what, **spread(values, unit), "target": target})
        print(rows[-1], flush=True)

    with tempfile.TemporaryDirectory(prefix="bench-speech-") as temporary:
        player = Player(Path(temporary))
        silence_ms, sound_ms = stops(player, arguments.stops)
        add(f"stop to silence, {arguments.stops} stops", silence_ms, "ms", "p99 at most 50 ms")
        add("say to first sound, warm", sound_ms, "ms", "median at most 150 ms")
        files = embedded_model()
        embedded = EngineOptions(files.model_path, files.mmproj_path, preset=files.preset)
        ratio = "time a token beside speech / without"
        ratios = decode_beside_speech(player, embedded, 300, arguments.pairs)
        add(f"{ratio}, embedded", ratios, "", "at most 1.10")
        if arguments.cache_dir is not None:
            pair = bench_shapes.write_pair("0.5b", arguments.cache_dir)
            ratios = decode_beside_speech(player, EngineOptions(*pair), 120, arguments.pairs)
            add(f"{ratio}, 0.5B", ratios, "", "at most 1.10")
    if not arguments.no_report:
        body = f"""## Speech alone

Machine: {bench_report.machine_line()}.

Command: `{bench_report.command_line()}`

The speech manager with the real voice, and a player that sleeps in place of playing: what a sound card adds is not in it. Silence is the end of the player's process, a sound its start. The ratios are of answers in turn, by a model in the same process. One-minute load average at the end: {os.getloadavg()[0]:.1f}.

{bench_report.markdown_table(rows)}"""  # noqa: E501 - Markdown keeps a paragraph on one line
        bench_report.replace_section(arguments.report, SECTION, body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
