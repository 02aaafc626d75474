"""What the doctor says: a line for each state of each check, and how to fix it."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

COMMAND = _("Check that this machine can describe pictures.")
COMMAND_LONG = _(
    "Print a line for each check and, after each problem, how to fix it. End with code 1 when describing will not "
    "work. No model is loaded."
)
JSON_OPTION = _("Print a JSON object for each check.")


def ok(text: str) -> str:
    return _("OK: {text}").format(text=text)


def warning(text: str) -> str:
    return _("Warning: {text}").format(text=text)


def problem(text: str) -> str:
    return _("Problem: {text}").format(text=text)


def unchecked(name: str, reason: str) -> str:
    return _("Could not check {name}: {reason}.").format(name=name, reason=reason.rstrip("."))


UNCHECKED_REMEDY = _("Run the doctor again. The other results still count.")
TOO_SLOW = _("it took too long")
STAGE = _("checking this machine")
CAN_DESCRIBE = _("Describing should work.")
CAN_DESCRIBE_SILENTLY = _(
    "Describing should work, but you may hear nothing until what is wrong with the sound is fixed."
)
CANNOT_DESCRIBE = _("Describing will not work until these problems are fixed.")


def python_ok(version: str) -> str:
    return _("Python {version}.").format(version=version)


def python_old(version: str) -> str:
    return _("Python {version} is too old. Version 3.11 or newer is needed.").format(
        version=version
    )


PYTHON_REMEDY = _("Install Python 3.11 or newer, then set up the program again.")


def engine_ok(version: str, features: str) -> str:
    return _("The engine is llama-cpp-python {version}. It uses {features}.").format(
        version=version, features=features
    )


def engine_broken(reason: str) -> str:
    return _("The engine, llama.cpp, cannot be loaded: {reason}.").format(reason=reason.rstrip("."))


ENGINE_REMEDY = _("Set up the program again, so that the engine is built for this processor.")
STEERING_PART_OK = _("The compiled part of steering works.")


def steering_part_missing(reason: str) -> str:
    return _("The compiled part of steering does not work: {reason}.").format(
        reason=reason.rstrip(".")
    )


STEERING_PART_REMEDY = _(
    "Descriptions work but take longer. Install a C compiler, then set up the program again."
)


def model_ok(name: str, size_mb: int) -> str:
    return translate_plural(
        "The model is {name}, {size} megabyte.", "The model is {name}, {size} megabytes.", size_mb
    ).format(name=name, size=size_mb)


PHOTOGRAPHS_UNKNOWN = _("That model knows drawn scenes only, and refuses photographs.")
MODEL_REMEDY = _("Install the program again, or give a model with --model and --mmproj.")


def model_changed(name: str) -> str:
    return _("The model file {name} is damaged: its checksum is wrong.").format(name=name)


def memory_ok(free_mb: int) -> str:
    return translate_plural(
        "{free} megabyte of memory is free.", "{free} megabytes of memory are free.", free_mb
    ).format(free=free_mb)


def memory_short(free_mb: int, needed_mb: int) -> str:
    return translate_plural(
        "Only {free} megabyte of memory is free, and the model needs about {needed}.",
        "Only {free} megabytes of memory are free, and the model needs about {needed}.",
        free_mb,
    ).format(free=free_mb, needed=needed_mb)


MEMORY_REMEDY = _("Close other programs, or use a smaller model.")
VOICE_OF_SYSTEM = _("The speech engine espeak is installed on this system.")
VOICE_OF_PROGRAM = _("The speech engine is the espeak that came with the program.")
VOICE_MISSING = _("The speech engine espeak is missing.")
VOICE_REMEDY = _("Descriptions still appear as text. Install it with: sudo apt install espeak-ng")
PLAYER_OK = _("The sound player aplay is installed.")
PLAYER_MISSING = _("The sound player aplay is missing.")
PLAYER_REMEDY = _("Descriptions still appear as text. Install it with: sudo apt install alsa-utils")
PLAYER_REPLACED = _(
    "The sound player aplay is missing, so speech-dispatcher speaks and the short sounds are not heard."
)
PLAYER_REPLACED_REMEDY = _("To hear them, install it with: sudo apt install alsa-utils")


def reader_asks(reader: str) -> str:
    return _("{reader} is running. At its start the program asks who should speak.").format(
        reader=reader
    )


def reader_alone(reader: str) -> str:
    return _(
        "{reader} is running, and the program leaves speech to it. The key u turns it on."
    ).format(reader=reader)


def reader_too(reader: str) -> str:
    return _("{reader} is running, and the program speaks too.").format(reader=reader)


SPEECH_SAMPLE = _("This is the voice of the assistant.")


def speech_ok(sample: str) -> str:
    return _(
        "The voice said: {sample} If you did not hear it, the volume may be too low, or the sound may go to "
        "another device."
    ).format(sample=sample)


SPEECH_UNWANTED = _("Speech is turned off in the settings.")


def speech_silent(seconds: int) -> str:
    return translate_plural(
        "The voice did not say one sentence in {seconds} second.",
        "The voice did not say one sentence in {seconds} seconds.",
        seconds,
    ).format(seconds=seconds)


SPEECH_REMEDY = _(
    "Descriptions still appear as text. Install the system's voice with: sudo apt install espeak-ng"
)


def sound_ok(cards: int) -> str:
    return translate_plural("Found {n} sound card.", "Found {n} sound cards.", cards).format(
        n=cards
    )


SOUND_MISSING = _("No sound card was found.")
SOUND_REMEDY = _(
    "Descriptions still appear as text. Connect a sound device, then list what is there with: aplay -l"
)


def device_forbidden(device: str) -> str:
    return _("You do not have permission to use the device {device}.").format(device=device)


def device_remedy(group: str) -> str:
    return _("Join the group with: sudo usermod -aG {group} $USER. Then log in again.").format(
        group=group
    )


def camera_ok(devices: int) -> str:
    return translate_plural(
        "Found {n} camera device.", "Found {n} camera devices.", devices
    ).format(n=devices)


CAMERA_MISSING = _("No camera was found.")
CAMERA_REMEDY = _("You can still describe picture files. Connect a camera to take pictures.")


def settings_ok(path: str) -> str:
    return _("The settings can be read. Their file is {path}.").format(path=path)


VARIABLE_REMEDY = _("Remove that variable, or correct its name.")
SETTINGS_REMEDY = _("Fix that line, or move the file away to use the defaults.")


def folder_unwritable(folder: str) -> str:
    return _("You cannot write to the folder {folder}, so settings cannot be saved.").format(
        folder=folder
    )


def folder_remedy(folder: str) -> str:
    return _("Make it yours with: sudo chown $USER {folder}").format(folder=folder)


def terminal_ok(kind: str) -> str:
    return _("The terminal is {kind} and uses UTF-8.").format(kind=kind)


TERMINAL_NONE = _("Output does not go to a terminal, so plain lines are used.")


def terminal_coding(coding: str) -> str:
    return _(
        "The terminal's character encoding is {coding}, so some letters appear as question marks."
    ).format(coding=coding)


TERMINAL_REMEDY = _("Use UTF-8 instead, for example with: export LANG=C.UTF-8")
KEYS_UNWANTED = _(
    "Keypads were not checked: the packages for a device without a screen are not installed."
)
KEYS_NONE = _("No keyboard or keypad was found. Only the headless mode needs one.")


def keys_ok(count: int) -> str:
    return translate_plural(
        "Found {n} device with keys.", "Found {n} devices with keys.", count
    ).format(n=count)


ROUTE_ALSA = _("Sound goes straight to the sound card, through ALSA.")


def route_server(server: str) -> str:
    return _("Sound goes through {server}, so you can use a Bluetooth loudspeaker.").format(
        server=server
    )


def route_around(server: str) -> str:
    return _(
        "{server} is running, but sound does not go through it. A Bluetooth loudspeaker stays silent."
    ).format(server=server)


def route_remedy(package: str) -> str:
    return _("To send sound through it: sudo apt install {package}").format(package=package)


VOLTAGE_LOW = _("The voltage of the power supply is too low.")
VOLTAGE_REMEDY = _(
    "Use the power supply made for the board. A Raspberry Pi 5 needs 5 volts at 5 amperes."
)


def hot(celsius: int) -> str:
    return translate_plural(
        "The processor is hot, {celsius} degree.",
        "The processor is hot, {celsius} degrees.",
        celsius,
    ).format(celsius=celsius)


HOT_REMEDY = _("Descriptions work but take longer. Improve the airflow, or add a cooler.")
POWER_OK = _("Power and temperature are fine.")
