"""Lists espeak's voices, in a process of its own: espeak can crash, and may stay loaded nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from assistant import messages
from assistant.errors import AssistantError
from assistant.messages import speech as words
from assistant.speech.voice_names import KnownVoice
from assistant.system import child_process

_LONGEST_S = 20.0


def list_voices() -> tuple[list[KnownVoice], list[str]]:
    """Return the voices by name, and the ids of the variants that each can have.

    Raises:
        AssistantError: there is no espeak.
    """
    try:
        done = subprocess.run(
            child_process.command(__name__), capture_output=True, timeout=_LONGEST_S,
            stdin=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout.splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        reason = words.no_voices(messages.NO_VOICE_ENGINE)
        raise AssistantError(reason, messages.NO_VOICE_ENGINE_HINT) from error
    voices = [KnownVoice(v["id"], v["name"], tuple(v["languages"])) for v in found["voices"]]
    return sorted(voices, key=lambda voice: voice.name), sorted(found["variants"], key=str.lower)


def main() -> None:
    """Print the voices and variants as one line of JSON."""
    from assistant.speech.pyttsx3_worker import known_variants, known_voices, prepare_espeak

    prepare_espeak()
    import pyttsx3
    from pyttsx3.drivers import _espeak

    voices = [asdict(voice) for voice in known_voices(pyttsx3.init("espeak"))]
    json.dump({"voices": voices, "variants": known_variants(_espeak)}, sys.stdout)
    print(flush=True)  # noqa: T201 - its caller reads it
