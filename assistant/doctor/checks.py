"""The checks, each on a machine that a test can put together from folders and variables."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.doctor import sound
from assistant.doctor.findings import Check, Finding, State, fail, ok, warn
from assistant.errors import AssistantError
from assistant.glance.text import weights
from assistant.messages import doctor as words
from assistant.messages import glance_text as text_words
from assistant.model_store import advice, find
from assistant.settings.load import Loaded, read_settings
from assistant.speech.pyttsx3_worker import SYSTEM_LIBRARIES
from assistant.system import child_process, power
from assistant.system.memory import memory

OLDEST_PYTHON = (3, 11)
PROGRAM_MB = 90
"""What the five processes hold before a model is loaded, without the files that they share."""
PROBE_S = 15.0


@dataclass(frozen=True)
class Machine:
    """Where the checks look.

    Attributes:
        root: holds ``proc``, ``dev`` and so on.
        probe: command that loads the engine and prints JSON.
        coding: text coding of the terminal, or None where there is none.
        config_path: the settings file that was asked for.
        speak: speaks a sentence, and returns what went wrong.
        weights: folder of what reads text in pictures, or None where it was installed.
    """

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    python: tuple[int, ...] = tuple(sys.version_info[:3])
    probe: Sequence[str] = tuple(child_process.command("assistant.doctor.probe"))
    coding: str | None = None
    espeak: Sequence[str] = SYSTEM_LIBRARIES
    config_path: Path | None = None
    speak: sound.Speak = sound.speak_once
    weights: Path | None = None

    def checks(self) -> dict[str, Check]:
        """Return all checks by name, in the order in which their findings are shown."""
        return {
            "python": self._python, "engine": self._engine, "settings": self._settings,
            "model": self._model, "memory": self._memory,
            "voice": lambda: sound.check_voice(self.espeak),
            "player": lambda: sound.check_player(self.environment),
            "sound": lambda: sound.check_devices(self.root, self.environment),
            "sound route": lambda: sound.check_route(self.root, self.environment),
            "screen reader": self._screen_reader, "speech": self._speech, "camera": self._camera, "text": self._text,
            "keys": self._keys,
            "power": self._power, "terminal": self._terminal,
        }  # fmt: skip

    def _python(self) -> list[Finding]:
        version = ".".join(map(str, self.python))
        if self.python < OLDEST_PYTHON:
            return fail("python", words.python_old(version), words.PYTHON_REMEDY)
        return ok("python", words.python_ok(version))

    def _engine(self) -> list[Finding]:
        done = subprocess.run(
            self.probe, capture_output=True, text=True, timeout=PROBE_S, stdin=subprocess.DEVNULL
        )
        lines = done.stdout.strip().splitlines()
        found = json.loads(lines[-1]) if lines and done.returncode == 0 else {}
        reason = found.get("engine_error") or (f"code {done.returncode}" if not found else "")
        if reason:
            return fail("engine", words.engine_broken(reason), words.ENGINE_REMEDY)
        used = re.findall(r"(\w+) = 1\b", found["system"])
        findings = ok("engine", words.engine_ok(found["version"], ", ".join(used) or "C"))
        if native := found.get("native_error"):
            text = words.steering_part_missing(native)
            return findings + warn("steering", text, words.STEERING_PART_REMEDY)
        return findings + ok("steering", words.STEERING_PART_OK)

    def _read_settings(self) -> Loaded:
        return read_settings({}, self.environment, self.config_path)

    def _settings(self) -> list[Finding]:
        try:
            loaded = self._read_settings()
        except AssistantError as error:
            return fail("settings", error.message, error.hint or words.SETTINGS_REMEDY)
        path = loaded.path
        if loaded.problems:
            problem = loaded.problems[0]
            return fail("settings", problem.message, problem.hint or words.SETTINGS_REMEDY)
        for unknown in loaded.unknown_variables:
            return warn("settings", unknown, words.VARIABLE_REMEDY)
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not os.access(folder, os.W_OK):
            text, remedy = words.folder_unwritable(str(folder)), words.folder_remedy(str(folder))
            return warn("settings", text, remedy)
        return ok("settings", words.settings_ok(str(path)))

    def _find_files(self) -> find.ModelFiles:
        model = self._read_settings().settings.model
        return find.find_model(model.model_path, model.mmproj_path)

    def _model(self) -> list[Finding]:
        try:
            files = self._find_files()
        except AssistantError as error:
            return fail("model", error.message, error.hint or words.MODEL_REMEDY)
        if files.is_demo:
            for path in find_damaged_files(files.model_path.parent):
                return fail("model", words.model_changed(path.name), words.MODEL_REMEDY)
        size_mb = sum(p.stat().st_size for p in (files.model_path, files.mmproj_path)) / 1e6
        found = ok("model", words.model_ok(files.name, round(size_mb)))
        if files.is_demo:
            found += warn("photographs", words.PHOTOGRAPHS_UNKNOWN, advice.one_sentence())
        return found

    def _memory(self) -> list[Finding]:
        there = memory(self.root)
        if there is None:
            raise OSError(
                str(self.root / "proc/meminfo")
            )  # shown as a check that could not be made
        free_mb = there.available_mb
        try:
            needed_mb, least_mb = (PROGRAM_MB + mb for mb in _needed_mb(self._find_files()))
        except AssistantError:  # the check of the model says why
            needed_mb = least_mb = PROGRAM_MB
        if free_mb >= needed_mb:
            return ok("memory", words.memory_ok(free_mb))
        said, remedy = words.memory_short(free_mb, needed_mb), words.MEMORY_REMEDY
        # What other programs hold can be freed; what the machine does not have cannot.
        state = State.PROBLEM if there.total_mb < least_mb else State.WARNING
        return [Finding("memory", state, said, remedy)]

    def _screen_reader(self) -> list[Finding]:
        try:
            return sound.check_screen_reader(self._read_settings().settings, self.root)
        except AssistantError:  # the check of the settings says why
            return []

    def _speech(self) -> list[Finding]:
        try:
            settings = self._read_settings().settings
        except AssistantError:  # the check of the settings says why
            return []
        return sound.check_speech(settings, self.environment, self.speak)

    def _camera(self) -> list[Finding]:
        devices = sorted((self.root / "dev").glob("video[0-9]*"))
        if not devices:
            return warn("camera", words.CAMERA_MISSING, words.CAMERA_REMEDY)
        usable = [device for device in devices if os.access(device, os.R_OK | os.W_OK)]
        if not usable:
            text = words.device_forbidden(str(devices[0]))
            return warn("camera", text, words.device_remedy("video"))
        return ok("camera", words.camera_ok(len(usable)))

    def _text(self) -> list[Finding]:
        try:
            weights.check_weights(self.weights)
        except AssistantError as error:
            return warn("text", error.message, error.hint)
        return ok("text", text_words.WEIGHTS_OK)

    def _keys(self) -> list[Finding]:
        if importlib.util.find_spec("evdev") is None:  # which reads keypads
            return ok("keys", words.KEYS_UNWANTED)
        devices = sorted((self.root / "dev/input").glob("event*"))
        if not devices:
            return ok("keys", words.KEYS_NONE)
        readable = [device for device in devices if os.access(device, os.R_OK)]
        if not readable:
            text = words.device_forbidden(str(devices[0]))
            return warn("keys", text, words.device_remedy("input"))
        return ok("keys", words.keys_ok(len(readable)))

    def _power(self) -> list[Finding]:
        sys_root = self.root / "sys"
        if power.is_under_voltage(sys_root):
            return warn("power", words.VOLTAGE_LOW, words.VOLTAGE_REMEDY)
        celsius = power.temperature_c(sys_root)
        if power.is_hot(sys_root) and celsius is not None:
            return warn("power", words.hot(round(celsius)), words.HOT_REMEDY)
        return ok("power", words.POWER_OK)

    def _terminal(self) -> list[Finding]:
        if self.coding is None:
            return ok("terminal", words.TERMINAL_NONE)
        if self.coding.lower().replace("-", "") != "utf8":
            text = words.terminal_coding(self.coding)
            return warn("terminal", text, words.TERMINAL_REMEDY)
        return ok("terminal", words.terminal_ok(self.environment.get("TERM") or "dumb"))


def find_damaged_files(folder: Path) -> list[Path]:
    """Return the files that are missing, or whose SHA-256 is not the one in ``checksums.toml`` beside them."""
    sums = tomllib.loads((folder / "checksums.toml").read_text("utf-8"))["sha256"]
    damaged = []
    for name, wanted in sums.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            damaged.append(path)
    return damaged


def _needed_mb(files: find.ModelFiles) -> tuple[int, int]:
    """Return what a model needs, and the least with which it can be loaded at all, though slowly.

    Raises:
        ModelError: the files are not a LLaVA.
    """
    from assistant.inference.gguf.memory_need import DEFAULT_N_CTX, need, sizes_of
    from assistant.inference.gguf.pairing import check_pair

    sizes = sizes_of(*check_pair(files.model_path, files.mmproj_path), name=files.name)
    needed = need(sizes, DEFAULT_N_CTX, "q8_0", n_batch=128)
    return needed.total // 1_000_000, needed.least // 1_000_000
