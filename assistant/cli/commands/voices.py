"""``sparc-assistant voices``: the voices that there are, to read or to hear."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.cli import help_texts
from assistant.cli.parser import add_command, add_help
from assistant.errors import AssistantError, ExitCode, UsageError
from assistant.fronts.console import Console
from assistant.messages import speech as words

if TYPE_CHECKING:
    from assistant.settings.table import Settings
    from assistant.speech.voice_names import KnownVoice


def add_parser(commands: Any) -> None:
    """Add ``voices``."""
    voices = add_command(
        commands, "voices", help_texts.VOICES_COMMAND, help_texts.VOICES_COMMAND_LONG
    )
    voices.add_argument("names", nargs="*", metavar="NAME", help=help_texts.VOICES_NAME)
    voices.add_argument("--listen", action="store_true", help=help_texts.VOICES_LISTEN)
    voices.add_argument("--variants", action="store_true", help=help_texts.VOICES_VARIANTS)
    voices.add_argument("--json", action="store_true", help=help_texts.VOICES_JSON)
    voices.add_argument("--config", metavar="FILE", help=help_texts.CONFIG)
    add_help(voices)


def run(options: argparse.Namespace, console: Console) -> ExitCode:
    """Print the voices, or print and speak those that are named.

    Raises:
        AssistantError: there is no espeak, or no such voice.
    """
    from assistant.settings.load import read_settings
    from assistant.speech.voice_list import list_voices
    from assistant.system.typed_path import typed_path

    config_path = typed_path(options.config) if options.config else None
    loaded = read_settings({}, config_path=config_path)
    for notice in loaded.notices:
        console.status(notice)
    settings = loaded.settings
    voices, variants = list_voices()
    chosen = _choose(options.names, voices, variants)
    if options.variants:
        bases = chosen if options.names else [v for v in voices if v.short == "en"]
        chosen = [_with_variant(base, name) for base in bases for name in variants]
    if options.json:
        for voice in chosen:
            console.json(
                {"voice": voice.short, "name": voice.name, "languages": list(voice.languages)}
            )
        return ExitCode.OK
    if options.listen or (options.names and not options.variants):
        return _speak(chosen, settings, console)
    for voice in chosen:
        console.data(words.voice(voice.short, voice.name))
    listed = words.variants_listed if options.variants else words.voices_listed
    console.status(listed(len(chosen)))
    return ExitCode.OK


def _choose(
    names: Sequence[str], voices: Sequence[KnownVoice], variants: Sequence[str]
) -> list[KnownVoice]:
    """Return the voices of these names and languages; all where none is named."""
    from assistant.speech.voice_names import find_voice

    chosen = list(voices) if not names else []
    for name in names:
        wanted = name.strip().lower().replace("_", "-")
        fitting = [
            voice for voice in voices
            if voice.short == wanted or voice.short.startswith(f"{wanted}-") or voice.name.lower().startswith(wanted)
        ]  # fmt: skip
        found = None if fitting and wanted else find_voice(name, voices, variants)
        if found is not None:
            base, _, variant = found.partition("+")
            whole = next(voice for voice in voices if voice.id == base)
            fitting = [_with_variant(whole, variant) if variant else whole]
        if not fitting or not wanted:
            raise UsageError(words.voice_unknown(name), words.VOICE_UNKNOWN_HINT)
        chosen += [voice for voice in fitting if voice not in chosen]
    return chosen


def _with_variant(voice: KnownVoice, variant: str) -> KnownVoice:
    variant = variant.removeprefix("!v/")
    return replace(voice, id=f"{voice.id}+{variant}", name=f"{voice.name}, {variant}")


def _speak(voices: Sequence[KnownVoice], settings: Settings, console: Console) -> ExitCode:
    """Show each voice and let it say the same."""
    from assistant.app import wiring

    problems: list[AssistantError] = []
    for voice in voices:
        speech = replace(settings.speech, is_on=True, voice=voice.short)
        speaker = wiring.speaker(replace(settings, speech=speech), problems.append)
        try:
            line = words.voice_heard(words.voice(voice.short, voice.name))
            console.data(line)
            speaker.say(line)
            speaker.wait()
        finally:
            speaker.close()
        if problems:
            raise AssistantError(problems[0].message, problems[0].hint)
    console.status(words.voice_use(voices[0].short))
    return ExitCode.OK
