"""The process that speaks: one utterance at a time through pyttsx3. Run as a script.

It is a process, because pyttsx3's ``stop()`` cannot interrupt on Linux: the espeak driver plays a
temporary WAV with ``aplay`` inside a callback. Killing the player ends the sound within milliseconds.

Lines of JSON come in on stdin (``{"say": text, "rate_wpm": n, "id": n}`` and ``{"silence": id}``) and go out on the
original stdout: ``ready`` once, then ``spoken``, ``silenced`` or ``failed`` for each utterance. When stdin ends, the
front is gone: the process removes its folder and kills its group, the player included. It needs ``TMPDIR`` to be a
folder of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import wave
from pathlib import Path
from queue import SimpleQueue
from typing import Any

if __name__ == "__main__":
    # Run with -P, which leaves out the script's own folder: a file there must not pass for a library.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.speech.voice_names import KnownVoice, find_voice
from assistant.system import limits

SYSTEM_LIBRARIES = ("libespeak-ng.so.1", "libespeak.so.1")
HUNG_S = 5.0
"""How much longer than its sound a player may take; then the sound device does not take what it is given."""
_MOST_REMOVALS = 100
_EXAMPLES = ("en", "en-us", "en-gb-scotland", "de", "fr", "es", "it", "pl", "hi", "cmn")


class NoVoiceEngineError(Exception):
    """There is no espeak on this machine."""


def prepare_espeak() -> None:
    """Make an espeak loadable by its usual name: the system's, else the one of ``espeakng-loader``.

    Raises:
        NoVoiceEngineError: there is none.
    """
    for name in SYSTEM_LIBRARIES:
        with contextlib.suppress(OSError):
            ctypes.CDLL(name)
            return
    try:
        import espeakng_loader

        # The variable must be set before the library starts; a library that is loaded globally is
        # then found by its own name when pyttsx3 asks for it.
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError) as error:
        raise NoVoiceEngineError(str(error)) from error


def sound_s(arguments: list[str]) -> float:
    """Return how long the WAV among a player's arguments takes to play.

    Raises:
        ValueError: there is none that can be read.
    """
    for path in arguments[1:]:
        with contextlib.suppress(OSError, EOFError, wave.Error), wave.open(path) as sound:
            return float(sound.getnframes() / sound.getframerate())
    raise ValueError(f"no sound in {arguments}")


class Player:
    """A replacement of ``os.system``, through which pyttsx3 runs aplay and whose status it throws away.

    The command is run without a shell: its first word is the program, the rest are that program's arguments.

    Attributes:
        status: of the last program; ``NOT_CALLED`` before it, and where pyttsx3 could not make a sound to play.
        has_hung: whether the last program was still playing long after its sound should have ended.
    """

    NOT_CALLED = -1

    def __init__(self) -> None:
        self.status = self.NOT_CALLED
        self.has_hung = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._id, self._silenced_id = 0, -1
        os.system = self._run  # type: ignore[assignment]

    @property
    def is_silenced(self) -> bool:
        """Whether nobody wants to hear the present utterance any more."""
        return self._silenced_id == self._id

    def begin(self, utterance_id: int) -> None:
        """Expect the sound of an utterance."""
        with self._lock:
            self._id = utterance_id
        self.status, self.has_hung = self.NOT_CALLED, False

    def silence(self, utterance_id: int) -> None:
        """End an utterance's sound at once, or keep it from beginning; any other goes on."""
        with self._lock:
            self._silenced_id = utterance_id
            if self._process is not None and self.is_silenced:
                self._process.kill()

    def _run(self, command: str) -> int:
        try:
            arguments = shlex.split(command)
            longest_s = sound_s(arguments) + HUNG_S
            with self._lock:
                if self.is_silenced:
                    return 0
                self._process = subprocess.Popen(arguments)
            self.status = self._wait(self._process, longest_s)
        except (OSError, ValueError) as error:
            os.write(2, f"{error}\n".encode())
            self.status = 127
        return self.status

    def _wait(self, process: subprocess.Popen[bytes], longest_s: float) -> int:
        # Not wait(timeout): it looks only every 50 ms, and the next text would begin so much later.
        timer = threading.Timer(longest_s, self._end_hung)
        timer.start()
        try:
            return process.wait()
        finally:
            timer.cancel()
            with self._lock:
                self._process = None

    def _end_hung(self) -> None:
        with self._lock:
            if self._process is not None:
                self.has_hung = True
                self._process.kill()


class Voice:
    """pyttsx3 with espeak, one utterance at a time."""

    def __init__(self, rate_wpm: int, volume: float, voice: str | None) -> None:
        import pyttsx3
        from pyttsx3.drivers import _espeak

        self._engine = pyttsx3.init("espeak")
        self._driver = self._engine.proxy._driver
        self._espeak = _espeak
        self._computed_by = 0
        self._synth = _espeak.Synth
        _espeak.Synth = self._compute
        _espeak.SetSynthCallback(self._on_sound)
        self._finished = threading.Event()
        self._error = ""
        self._engine.connect("finished-utterance", self._on_finished)
        self._engine.connect("error", self._on_error)
        self.unknown_voice_examples: list[str] | None = None
        if voice is not None:
            found = self._find(voice)
            if found is not None:
                self._engine.setProperty("voice", found)
        # After the voice, so that no voice brings a rate or loudness of its own.
        self._engine.setProperty("rate", rate_wpm)
        self._rate_wpm = rate_wpm
        self._engine.setProperty("volume", volume)
        # espeak takes these in a thread of its own, and otherwise often after the next text was begun.
        self._espeak.Synchronize()

    def say(self, text: str, rate_wpm: int) -> str:
        """Speak to the end; return what went wrong inside pyttsx3, or an empty string."""
        if rate_wpm != self._rate_wpm:
            self._rate_wpm = rate_wpm
            self._engine.setProperty("rate", rate_wpm)
            self._espeak.Synchronize()  # as at the start
        self._finished.clear()
        self._error = ""
        self._engine.say(text)
        self._engine.runAndWait()  # comes back before the sound has ended
        self._finished.wait()
        # "Finished" comes from inside espeak's callback; what the driver does after it would end the next utterance.
        self._espeak.Synchronize()
        return self._error

    def _compute(self, text: bytes, flags: int) -> int:
        """Take the place of pyttsx3's ``Synth``, and tell pyttsx3 that the message has ended where espeak does not.

        An espeak that was built without threads, as espeakng-loader's for ARM is, computes all sound before it returns,
        and has no thread to say so afterwards (espeak-ng's ``espeak_ng_Synthesize``). pyttsx3 plays nothing until then.
        """
        self._computed_by = 0
        status: int = self._synth(text, flags=flags)
        if self._computed_by == threading.get_ident():
            events = (self._espeak.EVENT * 2)()
            events[0].type = self._espeak.EVENT_MSG_TERMINATED
            events[1].type = self._espeak.EVENT_LIST_TERMINATED
            self._driver._onSynth(None, 0, events)
        return status

    def _on_sound(self, wav: Any, n_samples: int, events: Any) -> int:
        self._computed_by = threading.get_ident()
        status: int = self._driver._onSynth(wav, n_samples, events)
        return status

    def _on_finished(self, name: str | None, completed: bool) -> None:
        self._finished.set()

    def _on_error(self, name: str | None, exception: Exception) -> None:
        self._error = str(exception) or type(exception).__name__
        self._finished.set()

    def _find(self, wanted: str) -> str | None:
        """Return the id of the voice that is meant; where there is none, keep examples of voices."""
        voices = known_voices(self._engine)
        found = find_voice(wanted, voices, known_variants(self._espeak))
        if found is None:
            short = {voice.short for voice in voices}
            self.unknown_voice_examples = [v for v in _EXAMPLES if v in short] or sorted(short)[:8]
        return found


def known_voices(engine: Any) -> list[KnownVoice]:
    """Return espeak's voices, from pyttsx3's engine."""
    return [
        KnownVoice(
            voice.id,
            voice.name.strip(),
            tuple(str(language).strip("\x00\x02\x05 ") for language in voice.languages),
        )
        for voice in engine.getProperty("voices")
    ]


def known_variants(espeak: Any) -> list[str]:
    """Return the ids of espeak's variants; none where it does not list them."""
    return [
        voice.identifier.decode(errors="replace")
        for voice in espeak.ListVoices(espeak.VOICE(languages=b"variant"))
        if voice.identifier.startswith(b"!v/")
    ]


def main() -> None:
    """Speak what stdin says until it ends."""
    limits.hide_memory()
    options = json.loads(sys.argv[1])
    folder = Path(os.environ["TMPDIR"])
    front = os.fdopen(os.dup(1), "w", buffering=1)
    log = os.memfd_create("messages")  # in memory, which works on a full disk too
    for stream in (1, 2):  # aplay's and pyttsx3's messages must not reach the terminal
        os.dup2(log, stream)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    commands: SimpleQueue[dict[str, Any]] = SimpleQueue()
    player = Player()
    threading.Thread(target=_listen, args=(commands, player, folder), daemon=True).start()

    def reply(**fields: Any) -> None:
        front.write(json.dumps(fields) + "\n")

    try:
        prepare_espeak()
        voice = Voice(options["rate_wpm"], options["volume"], options["voice"])
    except Exception as error:  # noqa: BLE001 - the front puts any failure into words
        kind = "no_espeak" if isinstance(error, NoVoiceEngineError | RuntimeError) else "failed"
        reply(event=kind, reason=str(error))
        return
    reply(event="ready", unknown_voice_examples=voice.unknown_voice_examples)
    while True:
        command = commands.get()
        player.begin(command["id"])
        os.ftruncate(log, 0)
        os.lseek(log, 0, os.SEEK_SET)
        wrong = "" if player.is_silenced else voice.say(command["say"], command["rate_wpm"])
        for left in folder.glob("*.wav"):
            left.unlink(missing_ok=True)
        if player.is_silenced:
            reply(event="silenced")
        elif player.has_hung:
            reply(event="hung")
        elif player.status or wrong:
            reply(event="failed", reason=wrong or _last_line(log))
        else:
            reply(event="spoken")


def _listen(commands: SimpleQueue[dict[str, Any]], player: Player, folder: Path) -> None:
    for line in sys.stdin:
        command = json.loads(line)
        if "silence" in command:
            player.silence(command["silence"])
        else:
            commands.put(command)
    remove_busy_folder(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # works for the last process to leave
    if os.getsid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def remove_busy_folder(folder: Path) -> None:
    """Remove a folder in which another thread may make a file meanwhile, as Python does to try out its place."""
    for _ in range(_MOST_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _last_line(log: int) -> str:
    text = os.pread(log, 1 << 16, 0).decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    # pyttsx3's own: "Playback error: [Errno 28] No space left on device: '/run/...'".
    system = re.search(r"\[Errno \d+\] ([^:]+)", lines[-1])
    # "aplay: main:850: audio open error: No such file" is for programmers up to the last colons.
    return (system[1] if system else lines[-1].split(": ", 2)[-1]).strip()[:200]


if __name__ == "__main__":
    main()
