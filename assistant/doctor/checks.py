"""The checks, each on a machine that a test can put together from folders and variables."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.doctor import spoken, without_screen
from assistant.doctor.findings import Check, Finding, State
from assistant.errors import AssistantError
from assistant.messages import doctor as words
from assistant.model_store import find
from assistant.settings.load import CONFIG_VARIABLE, default_config_path, load_settings
from assistant.system import child_process
from assistant.system.memory import memory
from assistant.system.typed_path import typed_path

OLDEST_PYTHON = (3, 11)
PROGRAM_MB = 90
"""What the five processes hold before a model is loaded, without the files that they share."""
PROBE_S = 15.0
ESPEAK_LIBRARIES = ("libespeak-ng.so.1", "libespeak.so.1")


@dataclass(frozen=True)
class Machine:
    """Where the checks look.

    Attributes:
        root: under it lie ``proc`` and ``dev``.
        environment: the variables, PATH among them.
        python: version of Python.
        probe: command that loads the engine and prints JSON.
        coding: text coding of the terminal, or None where there is none.
        espeak: names of the system's espeak libraries.
        config_path: the settings file that was asked for.
        speak: speaks a sentence, and returns what went wrong.
    """

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    python: tuple[int, ...] = tuple(sys.version_info[:3])
    probe: Sequence[str] = tuple(child_process.command("assistant.doctor.probe"))
    coding: str | None = None
    espeak: Sequence[str] = ESPEAK_LIBRARIES
    config_path: Path | None = None
    speak: spoken.Speak = spoken.speak_once

    def checks(self) -> dict[str, Check]:
        """All checks by name, in the order in which they are told."""
        return {
            "python": self._python, "engine": self._engine, "settings": self._settings,
            "model": self._model, "memory": self._memory, "voice": self._voice,
            "player": self._player, "sound": self._sound,
            "sound route": lambda: without_screen.sound_route(self.root, self.environment),
            "speech": self._speech,
            "camera": self._camera,
            "keys": lambda: without_screen.keys(self.root),
            "power": lambda: without_screen.supply(self.root),
            "terminal": self._terminal,
        }  # fmt: skip

    def _python(self) -> list[Finding]:
        version = ".".join(map(str, self.python))
        if self.python < OLDEST_PYTHON:
            return [_problem("python", words.python_old(version), words.PYTHON_REMEDY)]
        return [_ok("python", words.python_ok(version))]

    def _engine(self) -> list[Finding]:
        done = subprocess.run(
            self.probe, capture_output=True, text=True, timeout=PROBE_S, stdin=subprocess.DEVNULL
        )
        lines = done.stdout.strip().splitlines()
        found = json.loads(lines[-1]) if lines and done.returncode == 0 else {}
        reason = found.get("engine_error") or (f"code {done.returncode}" if not found else "")
        if reason:
            return [_problem("engine", words.engine_broken(reason), words.ENGINE_REMEDY)]
        used = re.findall(r"(\w+) = 1\b", found["system"])
        findings = [_ok("engine", words.engine_ok(found["version"], ", ".join(used) or "C"))]
        if native := found.get("native_error"):
            text = words.steering_part_missing(native)
            findings.append(_warning("steering", text, words.STEERING_PART_REMEDY))
        else:
            findings.append(_ok("steering", words.STEERING_PART_OK))
        return findings

    def _settings(self) -> list[Finding]:
        named = self.environment.get(CONFIG_VARIABLE)
        path = self.config_path or (typed_path(named) if named else default_config_path())
        try:
            load_settings({}, self.environment, self.config_path)
        except AssistantError as error:
            return [_problem("settings", error.message, error.hint or words.SETTINGS_REMEDY)]
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not os.access(folder, os.W_OK):
            text, remedy = words.folder_unwritable(str(folder)), words.folder_remedy(str(folder))
            return [_warning("settings", text, remedy)]
        return [_ok("settings", words.settings_ok(str(path)))]

    def _files(self) -> find.ModelFiles:
        model = load_settings({}, self.environment, self.config_path).model
        return find.find_model(model.model_path, model.mmproj_path)

    def _model(self) -> list[Finding]:
        try:
            files = self._files()
        except AssistantError as error:
            return [_problem("model", error.message, error.hint or words.MODEL_REMEDY)]
        if files.is_demo:
            for path in damaged_files(files.model_path.parent):
                return [_problem("model", words.model_changed(path.name), words.MODEL_REMEDY)]
        return [_ok("model", words.model_ok(files.name, round(_size_mb(files))))]

    def _memory(self) -> list[Finding]:
        there = memory(self.root)
        if there is None:
            raise OSError(str(self.root / "proc/meminfo"))  # told as a check that could not be made
        free_mb = there.available_mb
        try:
            needed_mb, least_mb = (PROGRAM_MB + mb for mb in _needed_mb(self._files()))
        except AssistantError:  # told by the check of the model
            needed_mb = least_mb = PROGRAM_MB
        if free_mb >= needed_mb:
            return [_ok("memory", words.memory_ok(free_mb))]
        said, remedy = words.memory_short(free_mb, needed_mb), words.MEMORY_REMEDY
        # What other programs hold can be freed; what the machine does not have cannot.
        state = State.PROBLEM if there.total_mb < least_mb else State.WARNING
        return [Finding("memory", state, said, remedy)]

    def _voice(self) -> list[Finding]:
        for name in self.espeak:
            try:
                ctypes.CDLL(name)
            except OSError:
                continue
            return [_ok("voice", words.VOICE_OF_SYSTEM)]
        if importlib.util.find_spec("espeakng_loader") is not None:
            return [_ok("voice", words.VOICE_OF_PROGRAM)]
        return [_warning("voice", words.VOICE_MISSING, words.VOICE_REMEDY)]

    def _player(self) -> list[Finding]:
        if shutil.which("aplay", path=self.environment.get("PATH", "")):
            return [_ok("player", words.PLAYER_OK)]
        return [_warning("player", words.PLAYER_MISSING, words.PLAYER_REMEDY)]

    def _sound(self) -> list[Finding]:
        cards = self.root / "proc" / "asound" / "cards"
        text = cards.read_text(errors="replace") if cards.exists() else ""
        count = len(re.findall(r"^\s*\d+ \[", text, re.MULTILINE))
        if not count and not without_screen.sound_server(self.environment):
            return [_warning("sound", words.SOUND_MISSING, words.SOUND_REMEDY)]
        for device in sorted((self.root / "dev" / "snd").glob("pcm*p")):
            if not os.access(device, os.R_OK | os.W_OK):
                text = words.device_forbidden(str(device))
                return [_warning("sound", text, words.device_remedy("audio"))]
        return [_ok("sound", words.sound_ok(count))]

    def _speech(self) -> list[Finding]:
        try:
            settings = load_settings({}, self.environment, self.config_path)
        except AssistantError:  # told by the check of the settings
            return []
        return spoken.speech(settings, self.environment, self.speak)

    def _camera(self) -> list[Finding]:
        devices = sorted((self.root / "dev").glob("video[0-9]*"))
        if not devices:
            return [_warning("camera", words.CAMERA_MISSING, words.CAMERA_REMEDY)]
        usable = [device for device in devices if os.access(device, os.R_OK | os.W_OK)]
        if not usable:
            text = words.device_forbidden(str(devices[0]))
            return [_warning("camera", text, words.device_remedy("video"))]
        return [_ok("camera", words.camera_ok(len(usable)))]

    def _terminal(self) -> list[Finding]:
        if self.coding is None:
            return [_ok("terminal", words.TERMINAL_NONE)]
        if self.coding.lower().replace("-", "") != "utf8":
            text = words.terminal_coding(self.coding)
            return [_warning("terminal", text, words.TERMINAL_REMEDY)]
        kind = self.environment.get("TERM") or "dumb"
        return [_ok("terminal", words.terminal_ok(kind))]


def damaged_files(folder: Path) -> list[Path]:
    """The files whose SHA-256 is not the one in ``checksums.toml`` beside them."""
    sums = tomllib.loads((folder / "checksums.toml").read_text("utf-8"))["sha256"]
    damaged = []
    for name, wanted in sums.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                damaged.append(folder / name)
    return damaged


def _needed_mb(files: find.ModelFiles) -> tuple[int, int]:
    """What a model needs, and the least with which it is loaded at all, slow as it then is.

    Raises:
        ModelError: it is no LLaVA.
    """
    from assistant.inference.gguf.memory_need import DEFAULT_N_CTX, need, sizes_of
    from assistant.inference.gguf.pairing import check_pair

    sizes = sizes_of(*check_pair(files.model_path, files.mmproj_path), name=files.name)
    needed = need(sizes, DEFAULT_N_CTX, "q8_0", n_batch=128)
    return needed.total // 1_000_000, needed.least // 1_000_000


def _size_mb(files: find.ModelFiles) -> float:
    return sum(p.stat().st_size for p in (files.model_path, files.mmproj_path)) / 1e6


def _ok(name: str, text: str) -> Finding:
    return Finding(name, State.OK, text)


def _warning(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.WARNING, text, remedy)


def _problem(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.PROBLEM, text, remedy)
