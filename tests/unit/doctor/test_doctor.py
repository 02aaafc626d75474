"""The doctor on machines put together from folders: every state has words and a remedy."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.commands import doctor
from assistant.doctor.checks import Machine, find_damaged_files
from assistant.doctor.findings import Finding, State, run_checks
from assistant.errors import AssistantError, ExitCode, SpeechError
from assistant.fronts.console import Console
from assistant.model_store import advice, find
from assistant.model_store.catalogue import models_folder
from assistant.settings.table import Settings
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until

GOOD = {"version": "1", "system": "CPU : AVX2 = 1 | FMA = 0"}


def probing(found: dict[str, Any]) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({json.dumps(json.dumps(found))})")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One on which all is well."""
    for name in ("proc/asound", "dev/snd", "bin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "proc/asound/cards").write_text(" 0 [PCH ]: HDA-Intel\n                  text\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n")
    for name in ("dev/snd/pcmC0D0p", "dev/video0", "bin/aplay"):
        (tmp_path / name).touch(0o755)
    environment = {"PATH": str(tmp_path / "bin"), "TERM": "xterm"}
    return Machine(
        tmp_path,
        environment,
        (3, 11, 7),
        probing(GOOD),
        "utf-8",
        ("libc.so.6",),
        speak=lambda _: [],
    )


def states(machine: Machine) -> dict[str, Finding]:
    return {finding.name: finding for finding in run_checks(machine.checks())}


def test_all_is_well(machine: Machine) -> None:
    found = states(machine)
    photographs = found.pop("photographs")  # the embedded model is no fault, but no model for these
    assert photographs.state is State.WARNING
    assert photographs.remedy == advice.one_sentence()
    assert {finding.state for finding in found.values()} == {State.OK}
    assert "AVX2" in found["engine"].text
    assert "FMA" not in found["engine"].text


@pytest.mark.parametrize(
    ("name", "changes", "state"),
    [
        ("python", {"python": (3, 10, 1)}, State.PROBLEM),
        ("engine", {"probe": probing({"engine_error": "no"})}, State.PROBLEM),
        ("engine", {"probe": (sys.executable, "-c", "import os; os.abort()")}, State.PROBLEM),
        ("engine", {"probe": ("/nowhere/python",)}, State.UNCHECKED),
        ("steering", {"probe": probing({**GOOD, "native_error": "no"})}, State.WARNING),
        ("settings", {"config_path": Path("/nowhere/c.toml")}, State.PROBLEM),
        ("model", {"environment": {"SPARC_ASSISTANT_MODEL": "/nowhere.gguf"}}, State.PROBLEM),
        ("player", {"environment": {"PATH": "/nowhere"}}, State.WARNING),
        ("sound", {"root": Path("/nowhere")}, State.WARNING),
        ("camera", {"root": Path("/nowhere")}, State.WARNING),
        ("text", {"weights": Path("/nowhere")}, State.WARNING),
        ("memory", {"root": Path("/nowhere")}, State.UNCHECKED),
        ("terminal", {"coding": "ascii"}, State.WARNING),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(
    machine: Machine, name: str, changes: dict[str, Any], state: State
) -> None:
    finding = states(replace(machine, **changes))[name]
    assert finding.state is state
    assert finding.text.endswith(".")
    assert finding.remedy


def test_sound_past_a_sound_server_is_told(machine: Machine) -> None:
    runtime = machine.root / "run"
    runtime.mkdir()
    (runtime / "pipewire-0").touch()
    (machine.root / "proc/asound/cards").write_text("--- no soundcards ---\n")
    served = replace(machine, environment={**machine.environment, "XDG_RUNTIME_DIR": str(runtime)})
    found = states(served)
    assert found["sound"].state is State.OK  # a Bluetooth loudspeaker is no card
    assert found["sound route"].state is State.WARNING
    assert "pipewire-alsa" in found["sound route"].remedy
    conf = machine.root / "etc/alsa/conf.d"
    conf.mkdir(parents=True)
    (conf / "99-pipewire-default.conf").touch()
    assert "Sound goes through PipeWire" in states(served)["sound route"].text
    (machine.root / "proc/asound/cards").write_text(" 0 [PCH ]: HDA-Intel\n")
    assert "through ALSA" in states(machine)["sound route"].text


def test_without_a_sound_card_nothing_is_said_of_the_way_of_sound(machine: Machine) -> None:
    (machine.root / "proc/asound/cards").write_text("--- no soundcards ---\n")
    found = states(machine)
    assert found["sound"].state is State.WARNING
    assert "sound route" not in found


def test_speech_dispatcher_speaks_where_the_player_is_missing(machine: Machine) -> None:
    (machine.root / "bin/aplay").rename(machine.root / "bin/spd-say")
    found = states(machine)
    assert "speech-dispatcher speaks" in found["player"].text
    assert found["speech"].state is State.OK


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("ask", "asks who should speak"), ("silent", "leaves speech to it"), ("speak", "speaks too")],
)
def test_a_running_screen_reader_is_told(machine: Machine, wanted: str, said: str) -> None:
    assert "screen reader" not in states(machine)
    process = machine.root / "proc/77"
    process.mkdir()
    (process / "comm").write_text("orca\n")
    (process / "cmdline").write_text("/usr/bin/python3\0/usr/bin/orca\0")
    environment = {**machine.environment, "SPARC_ASSISTANT_SCREEN_READER": wanted}
    found = states(replace(machine, environment=environment))["screen reader"]
    assert found.text.startswith("Orca is running")
    assert said in found.text


def test_keypads_that_may_not_be_read(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    device = machine.root / "dev/input/event0"
    device.parent.mkdir()
    device.touch()
    assert states(machine)["keys"].text == "Found 1 device with keys."
    readable = os.access
    monkeypatch.setattr("os.access", lambda path, mode: path != device and readable(path, mode))
    assert states(machine)["keys"].remedy.startswith("Join the group with: sudo usermod -aG input")


def test_a_weak_supply_and_a_hot_processor(machine: Machine) -> None:
    zone = machine.root / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "type").write_text("cpu-thermal\n")
    (zone / "temp").write_text("83000\n")
    assert states(machine)["power"].text == "The processor is hot, 83 degrees."
    firmware = machine.root / "sys/devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text("50005\n")
    assert states(machine)["power"].text == "The voltage of the power supply is too low."


@pytest.mark.parametrize(("total", "state"), [(8_000_000, State.WARNING), (90_000, State.PROBLEM)])
def test_too_little_memory(machine: Machine, total: int, state: State) -> None:
    (machine.root / "proc/meminfo").write_text(f"MemTotal: {total} kB\nMemAvailable: 80000 kB\n")
    assert states(machine)["memory"].state is state


def test_a_services_limit_on_memory_is_seen(machine: Machine) -> None:
    (machine.root / "proc/self").mkdir()
    (machine.root / "proc/self/cgroup").write_text("0::/service\n")
    group = machine.root / "sys/fs/cgroup/service"
    group.mkdir(parents=True)
    for name, text in (("max", "120000000"), ("current", "70000000"), ("stat", "anon 70000000")):
        (group / f"memory.{name}").write_text(text + "\n")
    finding = states(machine)["memory"]
    assert finding.state is State.PROBLEM
    assert "50 megabytes" in finding.text


def test_speech_that_fails_is_told_with_what_helps(machine: Machine) -> None:
    hinted = SpeechError("Speech does not work: no.", "Do this.")
    silent = replace(machine, speak=lambda _: [hinted, SpeechError("Nothing.")])
    found = [one for one in run_checks(silent.checks()) if one.name == "speech"]
    assert [one.state for one in found] == [State.WARNING, State.WARNING]
    assert found[0].remedy == "Do this."
    assert "apt install" in found[1].remedy


def test_nothing_is_spoken_where_nobody_wants_it_or_nothing_can_play_it(machine: Machine) -> None:
    def speak(_: Settings) -> list[AssistantError]:
        raise AssertionError("it was asked to speak")

    asked = replace(machine, speak=speak)
    off = {**machine.environment, "SPARC_ASSISTANT_SPEECH": "off"}
    told = states(replace(asked, environment=off))["speech"]
    assert (told.state, told.text) == (State.OK, "Speech is turned off in the settings.")
    assert "speech" not in states(replace(asked, environment={"PATH": "/nowhere"}))
    assert states(asked)["speech"].state is State.UNCHECKED


def test_no_espeak(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert states(replace(machine, espeak=("nothing.so",)))["voice"].state is State.WARNING


def test_no_finding_but_a_good_one_goes_without_a_remedy() -> None:
    for state in set(State) - {State.OK}:
        with pytest.raises(ValueError, match="no remedy"):
            Finding("x", state, "Text.")


def test_a_check_that_hangs_or_crashes_ends_nothing() -> None:
    def crash() -> list[Finding]:
        raise KeyError("x")

    def hang() -> list[Finding]:
        threading.Event().wait(5)
        return []

    good = Finding("good", State.OK, "Good.")
    found = list(run_checks({"a": crash, "b": hang, "c": lambda: [good]}, timeout_s=0.2))
    assert [finding.state for finding in found] == [State.UNCHECKED, State.UNCHECKED, State.OK]


def test_a_damaged_model_is_found(tmp_path: Path) -> None:
    source = models_folder() / "demo"
    assert find_damaged_files(source) == []
    for path in [*source.glob("*.gguf"), *source.glob("*.npz"), source / "checksums.toml"]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    broken = tmp_path / find.DEMO_MODEL.name
    data = bytearray(broken.read_bytes())
    data[-1] ^= 1
    broken.write_bytes(data)
    assert find_damaged_files(tmp_path) == [broken]
    missing = tmp_path / find.DEMO_FAMILIARITY.name
    missing.unlink()
    assert find_damaged_files(tmp_path) == [broken, missing]


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_fails_when_describing_could_not_work(as_json: bool, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    for text, code in (("", ExitCode.OK), ("[speech]\nspeed = 1\n", ExitCode.FAILURE)):
        config.write_text(text)
        out, err = io.StringIO(), io.StringIO()
        options = argparse.Namespace(json=as_json, config=str(config))
        assert doctor.run(options, Console(out, err)) is code
        lines = out.getvalue().splitlines()
        if as_json:
            assert {json.loads(line)["name"] for line in lines} >= {"engine", "model", "terminal"}
        assert len(err.getvalue().splitlines()) == 1


def test_the_last_line_says_whether_it_will_be_heard(player: FakePlayer) -> None:
    def last_line() -> str:
        out, err = io.StringIO(), io.StringIO()
        doctor.run(argparse.Namespace(json=True, config=None), Console(out, err))
        names = [json.loads(line) for line in out.getvalue().splitlines()]
        heard = all(f["state"] == "ok" for f in names if f["name"] in ("player", "sound", "speech"))
        assert heard is ("hear nothing" not in err.getvalue())
        return err.getvalue()

    last_line()
    player.behave("echo broken >&2; exit 1")
    assert "hear nothing" in last_line()


@pytest.mark.parametrize("is_json", [False, True])
def test_a_check_that_takes_its_time_is_not_waited_for_in_silence(is_json: bool) -> None:
    def findings() -> Iterator[Finding]:
        yield Finding("first", State.OK, "First.")
        wait_until(err.getvalue)
        assert "First." in out.getvalue()
        yield Finding("last", State.PROBLEM, "Last.", "Mend it.")

    out, err = io.StringIO(), io.StringIO()
    assert not doctor.tell(findings(), Console(out, err), is_json=is_json, quiet_s=(0.1, 60.0))
    assert err.getvalue() == "Still working: checking this machine.\n"
    assert "Last." in out.getvalue()
