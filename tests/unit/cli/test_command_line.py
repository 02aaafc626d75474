"""What is typed nearly right is understood, or the near word is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.cli.main import parse
from assistant.errors import UsageError
from assistant.messages.translation import PROGRAM


@pytest.mark.parametrize(
    ("typed", "command", "pictures"),
    [
        ("", "start", None),
        ("--rate 200", "start", None),
        ("a.png", "describe", ["a.png"]),
        ("- --brief", "describe", ["-"]),
        ("./photo b.jpg", "describe", ["./photo", "b.jpg"]),
        ("--brief a.png", "describe", ["a.png"]),
        ("--no-speech describe a.png b.png", "describe", ["a.png", "b.png"]),
        ("--rate 200 describe here", "describe", ["here"]),
        ("--rate 200 plain", "plain", None),
        ("describe start", "describe", ["start"]),
    ],
)
def test_what_was_meant(typed: str, command: str, pictures: list[str] | None) -> None:
    options = parse(typed.split())
    assert options.command == command
    assert getattr(options, "images", None) == pictures


def test_a_file_by_any_name_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holiday").touch()
    assert parse(["holiday"]).images == ["holiday"]


@pytest.mark.parametrize(
    ("typed", "said", "near", "help_of"),
    [
        ("setting", "I do not understand the command setting.", "settings", "settings"),
        ("descibe a.png", "I do not understand the command descibe.", "describe", "describe"),
        ("look", "I do not understand the command look.", None, ""),
        ("describe a.png --no-speach", "the option --no-speach.", "--no-speech", "describe"),
        ("--rat=3", "I do not understand the option --rat.", "--rate", "start"),
        ("describe a.png --xyzzy", "the option --xyzzy.", None, "describe"),
        ("models lst", "I do not understand the command lst.", "list", "models list"),
        ("models pull x --acept-licence", "--acept-licence.", "--accept-licence", "models pull"),
        ("bench pop", "I do not understand the command pop.", "pope", "bench pope"),
        ("cameras here", "I do not understand here here.", None, "cameras"),
        ("trace", "Something is missing: FILE.", None, "trace"),
        ("ask a.png", "Something is missing: QUESTION.", None, "ask"),
        ("describe a.png --rate", "--rate needs a value.", None, "describe"),
    ],
)
def test_what_is_not_understood(typed: str, said: str, near: str | None, help_of: str) -> None:
    with pytest.raises(UsageError) as told:
        parse(typed.split())
    assert told.value.message.endswith(said)
    hint = f"For help: {' '.join([PROGRAM, *help_of.split()])} --help"
    assert told.value.hint == (f"Did you mean {near}? {hint}" if near else hint)


@pytest.mark.parametrize("typed", ["help", "--help", "-h", "help describe", "describe --help"])
def test_help_by_any_word(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(typed.split())
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {PROGRAM}")
