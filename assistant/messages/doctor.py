"""What the doctor says: a line for each state of each check, and what mends it."""

from __future__ import annotations

from assistant.messages.translation import translate as _

COMMAND = _("Check whether describing can work here.")


COMMAND_LONG = _(
    "Prints a line for each thing that was checked, and after each problem what mends it. Ends with "
    "code 1 when describing could not work. Loads no model."
)


JSON_OPTION = _("Print a JSON object for each check.")


def ok(text: str) -> str:
    return _("OK: {text}").format(text=text)


def warning(text: str) -> str:
    return _("Warning: {text}").format(text=text)


def problem(text: str) -> str:
    return _("Problem: {text}").format(text=text)


def unchecked(name: str, reason: str) -> str:
    return _("Not checked: {name}, because {reason}.").format(name=name, reason=reason.rstrip("."))


UNCHECKED_REMEDY = _("Run the doctor again; the other checks hold all the same.")


TOO_SLOW = _("it took too long")


STAGE = _("checking this machine")


CAN_DESCRIBE = _("Describing should work.")


CANNOT_DESCRIBE = _("Describing cannot work before the problems are mended.")


def python_ok(version: str) -> str:
    return _("Python {version}.").format(version=version)


def python_old(version: str) -> str:
    return _("Python {version} is too old; 3.11 is needed.").format(version=version)


PYTHON_REMEDY = _("Install Python 3.11 or newer and set the program up anew.")


def engine_ok(version: str, features: str) -> str:
    return _("The engine is llama-cpp-python {version}; it uses {features}.").format(
        version=version, features=features
    )


def engine_broken(reason: str) -> str:
    return _("The engine llama.cpp cannot be loaded: {reason}.").format(reason=reason.rstrip("."))


ENGINE_REMEDY = _("Set the program up anew, so that the engine is built for this processor.")


STEERING_PART_OK = _("The compiled part of steering is there.")


def steering_part_missing(reason: str) -> str:
    return _("The compiled part of steering is not used: {reason}.").format(
        reason=reason.rstrip(".")
    )


STEERING_PART_REMEDY = _(
    "Descriptions work but take longer. Install a C compiler and set the program up anew."
)


def model_ok(name: str, size_mb: str) -> str:
    return _("The model is {name}, {size} megabytes.").format(name=name, size=size_mb)


MODEL_REMEDY = _("Install the program again, or give a model with --model and --mmproj.")


def model_changed(name: str) -> str:
    return _("The model file {name} is damaged: its checksum is not the one it came with.").format(
        name=name
    )


def memory_ok(free_mb: int) -> str:
    return _("{free} megabytes of memory are free.").format(free=free_mb)


def memory_short(free_mb: int, needed_mb: int) -> str:
    return _("{free} megabytes of memory are free, and the model needs about {needed}.").format(
        free=free_mb, needed=needed_mb
    )


MEMORY_REMEDY = _("Close other programs or use a smaller model.")


def voice_ok(origin: str) -> str:
    return _("The speech engine espeak is there, {origin}.").format(origin=origin)


VOICE_OF_SYSTEM = _("the one of the system")


VOICE_OF_PROGRAM = _("the one that came with the program")


VOICE_MISSING = _("The speech engine espeak is missing.")


VOICE_REMEDY = _("The text still comes. Install it with: sudo apt install espeak-ng")


PLAYER_OK = _("The sound player aplay is there.")


PLAYER_MISSING = _("The sound player aplay is missing.")


PLAYER_REMEDY = _("The text still comes. Install it with: sudo apt install alsa-utils")


SPEECH_SAMPLE = _("This is the voice of the assistant.")


def speech_ok(sample: str) -> str:
    return _(
        'The voice said: "{sample}" If you did not hear it, the sound is too low or goes to another device.'
    ).format(sample=sample)


SPEECH_UNWANTED = _("Speech is turned off in the settings.")


def speech_silent(seconds: int) -> str:
    return _("The voice did not say one sentence in {seconds} seconds.").format(seconds=seconds)


SPEECH_REMEDY = _(
    "The text still comes. Install the system's voice with: sudo apt install espeak-ng"
)


def sound_ok(cards: int) -> str:
    return _("Sound cards found: {cards}.").format(cards=cards)


SOUND_MISSING = _("No sound card was found.")


SOUND_REMEDY = _("The text still comes. Connect a sound device, and see it with: aplay -l")


def device_forbidden(device: str) -> str:
    return _("The device {device} may not be used by you.").format(device=device)


def device_remedy(group: str) -> str:
    return _("Join the group with: sudo usermod -aG {group} $USER. Then log in again.").format(
        group=group
    )


def camera_ok(devices: int) -> str:
    return _("Camera devices found: {devices}.").format(devices=devices)


CAMERA_MISSING = _("No camera was found.")


CAMERA_REMEDY = _("Describing a picture file works. Connect a camera to take pictures.")


def settings_ok(path: str) -> str:
    return _("The settings can be read; their file is {path}.").format(path=path)


SETTINGS_REMEDY = _(
    "Mend the line that is named, or move the file away; then the usual settings hold."
)


def folder_unwritable(folder: str) -> str:
    return _("The folder {folder} may not be written, so settings cannot be kept.").format(
        folder=folder
    )


def folder_remedy(folder: str) -> str:
    return _("Make it yours with: sudo chown $USER {folder}").format(folder=folder)


def terminal_ok(kind: str) -> str:
    return _("The terminal is {kind}, with UTF-8.").format(kind=kind)


TERMINAL_NONE = _("This is no terminal, so plain lines are used.")


def terminal_coding(coding: str) -> str:
    return _(
        "The terminal's text coding is {coding}, so some letters become question marks."
    ).format(coding=coding)


TERMINAL_REMEDY = _("Choose UTF-8, for example with: export LANG=C.UTF-8")


KEYS_UNWANTED = _(
    "A keypad is not asked for: the extra packages for devices without a screen are not there."
)


KEYS_NONE = _("No keyboard or keypad is there; only the headless mode wants one.")


def keys_ok(count: int) -> str:
    return _("Devices with keys that can be read: {count}.").format(count=count)


ROUTE_ALSA = _("Sound goes straight to the sound card, through ALSA.")


def route_server(server: str) -> str:
    return _("Sound goes through {server}, so a Bluetooth loudspeaker can be used.").format(
        server=server
    )


def route_around(server: str) -> str:
    return _("{server} runs, and sound goes past it: a Bluetooth loudspeaker stays silent.").format(
        server=server
    )


def route_remedy(package: str) -> str:
    return _("Lead sound through it with: sudo apt install {package}").format(package=package)


VOLTAGE_LOW = _("The power supply gives too little voltage.")


VOLTAGE_REMEDY = _(
    "Use the supply that belongs to the board; a Raspberry Pi 5 wants 5 volts at 5 amperes."
)


def hot(celsius: int) -> str:
    return _("The processor is hot, {celsius} degrees.").format(celsius=celsius)


HOT_REMEDY = _("Descriptions work but take longer. Give it air, or a cooler.")


POWER_OK = _("No trouble with voltage or heat is told.")
