"""What a device without a screen needs: keys, a way for the sound, enough power, a cool processor."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from assistant.doctor.findings import Finding, State
from assistant.messages import doctor as words
from assistant.system import power

_ALSA_ROUTES = ("etc/alsa/conf.d", "usr/share/alsa/alsa.conf.d")
"""Where the files lie that lead ALSA's default device to a sound server."""


def keys(root: Path) -> list[Finding]:
    """Whether a keypad can be read; without the package that reads them, nobody wants one."""
    if importlib.util.find_spec("evdev") is None:
        return [Finding("keys", State.OK, words.KEYS_UNWANTED)]
    devices = sorted((root / "dev" / "input").glob("event*"))
    if not devices:
        return [Finding("keys", State.OK, words.KEYS_NONE)]
    readable = [device for device in devices if os.access(device, os.R_OK)]
    if not readable:
        text = words.device_forbidden(str(devices[0]))
        return [Finding("keys", State.WARNING, text, words.device_remedy("input"))]
    return [Finding("keys", State.OK, words.keys_ok(len(readable)))]


def sound_server(environment: Mapping[str, str]) -> str:
    """Which sound server runs for this user, "PipeWire" or "PulseAudio"; else an empty string."""
    folder = environment.get("XDG_RUNTIME_DIR", "")
    if not folder:
        return ""
    runtime = Path(folder)
    if (runtime / "pipewire-0").exists():
        return "PipeWire"
    return "PulseAudio" if (runtime / "pulse" / "native").exists() else ""


def sound_route(root: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Whether what is played goes through the sound server, without which no Bluetooth device is heard."""
    server = sound_server(environment)
    if not server:
        return [Finding("sound route", State.OK, words.ROUTE_ALSA)]
    wanted = "pipewire" if server == "PipeWire" else "pulse"
    names = [path.name for place in _ALSA_ROUTES for path in (root / place).glob("*.conf")]
    if any(wanted in name or "pulse" in name for name in names):
        return [Finding("sound route", State.OK, words.route_server(server))]
    package = "pipewire-alsa" if server == "PipeWire" else "libasound2-plugins"
    text, remedy = words.route_around(server), words.route_remedy(package)
    return [Finding("sound route", State.WARNING, text, remedy)]


def supply(root: Path) -> list[Finding]:
    """Whether the voltage is high enough, and the processor cool enough, now."""
    sys_root = root / "sys"
    if power.is_under_voltage(sys_root):
        text, remedy = words.VOLTAGE_LOW, words.VOLTAGE_REMEDY
        return [Finding("power", State.WARNING, text, remedy)]
    celsius = power.temperature_c(sys_root)
    if power.is_hot(sys_root) and celsius is not None:
        text, remedy = words.hot(round(celsius)), words.HOT_REMEDY
        return [Finding("power", State.WARNING, text, remedy)]
    return [Finding("power", State.OK, words.POWER_OK)]
