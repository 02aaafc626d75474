"""Whether speech can be heard: the voice, the player, the sound device and its route, and all together."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant.app import wiring
from assistant.doctor.findings import Finding, ok, warn
from assistant.errors import AssistantError, SpeechError
from assistant.messages import doctor as words
from assistant.settings.table import Settings
from assistant.speech import spd_say
from assistant.speech.factory import PLAYER
from assistant.system.screen_reader import find_screen_reader

HEARD_S = 12.0
"""How long the sentence may take: three seconds at the usual rate, and the start of the voice."""
_ALSA_ROUTES = ("etc/alsa/conf.d", "usr/share/alsa/alsa.conf.d")
"""Where the files are that lead ALSA's default device to a sound server."""
Speak = Callable[[Settings], list[AssistantError]]


def check_voice(libraries: Sequence[str]) -> list[Finding]:
    """Check for one of the system's espeak libraries, or the program's own."""
    for name in libraries:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return ok("voice", words.VOICE_OF_SYSTEM)
    if importlib.util.find_spec("espeakng_loader") is not None:
        return ok("voice", words.VOICE_OF_PROGRAM)
    return warn("voice", words.VOICE_MISSING, words.VOICE_REMEDY)


def check_player(environment: Mapping[str, str]) -> list[Finding]:
    """Check for the program that plays sound."""
    if shutil.which(PLAYER, path=environment.get("PATH", "")):
        return ok("player", words.PLAYER_OK)
    if shutil.which(spd_say.PROGRAM, path=environment.get("PATH", "")):
        return warn("player", words.PLAYER_REPLACED, words.PLAYER_REPLACED_REMEDY)
    return warn("player", words.PLAYER_MISSING, words.PLAYER_REMEDY)


def check_devices(root: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Check whether there is a sound device, and whether this user may play sound on it."""
    count = _count_cards(root)
    if not count and not _sound_server(environment):
        return warn("sound", words.SOUND_MISSING, words.SOUND_REMEDY)
    for device in sorted((root / "dev/snd").glob("pcm*p")):
        if not os.access(device, os.R_OK | os.W_OK):
            text = words.device_forbidden(str(device))
            return warn("sound", text, words.device_remedy("audio"))
    return ok("sound", words.sound_ok(count))


def check_route(root: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Check whether sound goes through the sound server, without which no Bluetooth device is heard."""
    server = _sound_server(environment)
    if not server:
        return ok("sound route", words.ROUTE_ALSA) if _count_cards(root) else []
    wanted = "pipewire" if server == "PipeWire" else "pulse"
    names = [path.name for place in _ALSA_ROUTES for path in (root / place).glob("*.conf")]
    if any(wanted in name or "pulse" in name for name in names):
        return ok("sound route", words.route_server(server))
    package = "pipewire-alsa" if server == "PipeWire" else "libasound2-plugins"
    return warn("sound route", words.route_around(server), words.route_remedy(package))


def _count_cards(root: Path) -> int:
    cards = root / "proc/asound/cards"
    text = cards.read_text(errors="replace") if cards.exists() else ""
    return len(re.findall(r"^\s*\d+ \[", text, re.MULTILINE))


def check_screen_reader(settings: Settings, root: Path) -> list[Finding]:
    """Tell of a running screen reader, beside which everything may be heard twice, or nothing of this program."""
    uses_dispatcher = settings.speech.driver == "spd-say"
    reader = find_screen_reader(root, uses_dispatcher=uses_dispatcher)
    say = {"ask": words.reader_asks, "silent": words.reader_alone, "speak": words.reader_too}
    return ok("screen reader", say[settings.speech.beside_reader](reader)) if reader else []


def _sound_server(environment: Mapping[str, str]) -> str:
    """Return which sound server runs for this user, "PipeWire" or "PulseAudio"; else an empty string."""
    folder = environment.get("XDG_RUNTIME_DIR", "")
    if not folder:
        return ""
    runtime = Path(folder)
    if (runtime / "pipewire-0").exists():
        return "PipeWire"
    return "PulseAudio" if (runtime / "pulse" / "native").exists() else ""


def check_speech(settings: Settings, environment: Mapping[str, str], speak: Speak) -> list[Finding]:
    """Check by one sentence aloud, unless nothing is to be spoken, or nothing can be (``check_player`` says so)."""
    if not settings.speech.is_on or settings.speech.driver == "silent":
        return ok("speech", words.SPEECH_UNWANTED)
    path = environment.get("PATH", "")
    if not any(shutil.which(program, path=path) for program in (PLAYER, spd_say.PROGRAM)):
        return []
    problems = speak(settings)
    if not problems:
        return ok("speech", words.speech_ok(words.SPEECH_SAMPLE))
    remedies = [(error.message, error.hint or words.SPEECH_REMEDY) for error in problems]
    return [finding for said, remedy in remedies for finding in warn("speech", said, remedy)]


def speak_once(settings: Settings, heard_s: float = HEARD_S) -> list[AssistantError]:
    """Speak one sentence as everything else is spoken, and wait ``heard_s`` for its end; return what went wrong."""
    problems: list[AssistantError] = []
    speaker = wiring.speaker(settings, problems.append)
    try:
        speaker.say(words.SPEECH_SAMPLE)
        is_spoken = speaker.wait(heard_s)
    finally:
        speaker.close()
    if not is_spoken and not problems:
        problems.append(SpeechError(words.speech_silent(round(heard_s)), words.SPEECH_REMEDY))
    return problems
