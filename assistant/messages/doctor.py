"""What the doctor says: a line for each state of each check, and what mends it."""

from __future__ import annotations

from assistant.messages.translation import translate as _


def command() -> str:
    return _("Check whether describing can work here.")


def command_long() -> str:
    return _(
        "Prints a line for each thing that was checked, and after each problem what mends it. Ends with "
        "code 1 when describing could not work. Loads no model."
    )


def json_option() -> str:
    return _("Print a JSON object for each check.")


def ok(text: str) -> str:
    return _("OK: {text}").format(text=text)


def warning(text: str) -> str:
    return _("Warning: {text}").format(text=text)


def problem(text: str) -> str:
    return _("Problem: {text}").format(text=text)


def unchecked(name: str, reason: str) -> str:
    return _("Not checked: {name}, because {reason}.").format(name=name, reason=reason.rstrip("."))


def unchecked_remedy() -> str:
    return _("Run the doctor again; the other checks hold all the same.")


def too_slow() -> str:
    return _("it took too long")


def stage() -> str:
    return _("checking this machine")


def can_describe() -> str:
    return _("Describing should work.")


def cannot_describe() -> str:
    return _("Describing cannot work before the problems are mended.")


def python_ok(version: str) -> str:
    return _("Python {version}.").format(version=version)


def python_old(version: str) -> str:
    return _("Python {version} is too old; 3.11 is needed.").format(version=version)


def python_remedy() -> str:
    return _("Install Python 3.11 or newer and set the program up anew.")


def engine_ok(version: str, features: str) -> str:
    return _("The engine is llama-cpp-python {version}; it uses {features}.").format(
        version=version, features=features
    )


def engine_broken(reason: str) -> str:
    return _("The engine llama.cpp cannot be loaded: {reason}.").format(reason=reason.rstrip("."))


def engine_remedy() -> str:
    return _("Set the program up anew, so that the engine is built for this processor.")


def steering_part_ok() -> str:
    return _("The compiled part of steering is there.")


def steering_part_missing(reason: str) -> str:
    return _("The compiled part of steering is not used: {reason}.").format(
        reason=reason.rstrip(".")
    )


def steering_part_remedy() -> str:
    return _("Descriptions work but take longer. Install a C compiler and set the program up anew.")


def model_ok(name: str, size_mb: str) -> str:
    return _("The model is {name}, {size} megabytes.").format(name=name, size=size_mb)


def model_remedy() -> str:
    return _("Install the program again, or give a model with --model and --mmproj.")


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


def memory_remedy() -> str:
    return _("Close other programs or use a smaller model.")


def voice_ok(origin: str) -> str:
    return _("The speech engine espeak is there, {origin}.").format(origin=origin)


def voice_of_system() -> str:
    return _("the one of the system")


def voice_of_program() -> str:
    return _("the one that came with the program")


def voice_missing() -> str:
    return _("The speech engine espeak is missing.")


def voice_remedy() -> str:
    return _("The text still comes. Install it with: sudo apt install espeak-ng")


def player_ok() -> str:
    return _("The sound player aplay is there.")


def player_missing() -> str:
    return _("The sound player aplay is missing.")


def player_remedy() -> str:
    return _("The text still comes. Install it with: sudo apt install alsa-utils")


def speech_sample() -> str:
    return _("This is the voice of the assistant.")


def speech_ok(sample: str) -> str:
    return _(
        'The voice said: "{sample}" If you did not hear it, the sound is too low or goes to another device.'
    ).format(sample=sample)


def speech_unwanted() -> str:
    return _("Speech is turned off in the settings.")


def speech_silent(seconds: int) -> str:
    return _("The voice did not say one sentence in {seconds} seconds.").format(seconds=seconds)


def speech_remedy() -> str:
    return _("The text still comes. Install the system's voice with: sudo apt install espeak-ng")


def sound_ok(cards: int) -> str:
    return _("Sound cards found: {cards}.").format(cards=cards)


def sound_missing() -> str:
    return _("No sound card was found.")


def sound_remedy() -> str:
    return _("The text still comes. Connect a sound device, and see it with: aplay -l")


def device_forbidden(device: str) -> str:
    return _("The device {device} may not be used by you.").format(device=device)


def device_remedy(group: str) -> str:
    return _("Join the group with: sudo usermod -aG {group} $USER. Then log in again.").format(
        group=group
    )


def camera_ok(devices: int) -> str:
    return _("Camera devices found: {devices}.").format(devices=devices)


def camera_missing() -> str:
    return _("No camera was found.")


def camera_remedy() -> str:
    return _("Describing a picture file works. Connect a camera to take pictures.")


def settings_ok(path: str) -> str:
    return _("The settings can be read; their file is {path}.").format(path=path)


def settings_remedy() -> str:
    return _("Mend the line that is named, or move the file away; then the usual settings hold.")


def folder_unwritable(folder: str) -> str:
    return _("The folder {folder} may not be written, so settings cannot be kept.").format(
        folder=folder
    )


def folder_remedy(folder: str) -> str:
    return _("Make it yours with: sudo chown $USER {folder}").format(folder=folder)


def terminal_ok(kind: str) -> str:
    return _("The terminal is {kind}, with UTF-8.").format(kind=kind)


def terminal_none() -> str:
    return _("This is no terminal, so plain lines are used.")


def terminal_coding(coding: str) -> str:
    return _(
        "The terminal's text coding is {coding}, so some letters become question marks."
    ).format(coding=coding)


def terminal_remedy() -> str:
    return _("Choose UTF-8, for example with: export LANG=C.UTF-8")


def keys_unwanted() -> str:
    return _(
        "A keypad is not asked for: the extra packages for devices without a screen are not there."
    )


def keys_none() -> str:
    return _("No keyboard or keypad is there; only the headless mode wants one.")


def keys_ok(count: int) -> str:
    return _("Devices with keys that can be read: {count}.").format(count=count)


def route_alsa() -> str:
    return _("Sound goes straight to the sound card, through ALSA.")


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


def voltage_low() -> str:
    return _("The power supply gives too little voltage.")


def voltage_remedy() -> str:
    return _(
        "Use the supply that belongs to the board; a Raspberry Pi 5 wants 5 volts at 5 amperes."
    )


def hot(celsius: int) -> str:
    return _("The processor is hot, {celsius} degrees.").format(celsius=celsius)


def hot_remedy() -> str:
    return _("Descriptions work but take longer. Give it air, or a cooler.")


def power_ok() -> str:
    return _("No trouble with voltage or heat is told.")
