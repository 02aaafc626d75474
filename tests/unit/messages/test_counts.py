"""A count agrees with its noun, since a voice that says "1 seconds" sounds broken."""

from __future__ import annotations

import pytest

from assistant.bench import messages as bench
from assistant.messages import amounts, doctor, headless


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (amounts.time_left(1), "1 second"),
        (amounts.time_left(0.2), "0 seconds"),
        (amounts.time_left(120), "2 minutes"),
        (amounts.time_left(7200), "2 hours"),
        (amounts.time_left(5400), "1.5 hours"),
        (amounts.about_seconds(1.04), "1 second"),
        (amounts.about_seconds(1.1), "1.1 seconds"),
        (amounts.about_seconds(12.3), "12 seconds"),
        (amounts.megabytes(1e9), "1 gigabyte"),
        (amounts.megabytes(2.44e9), "2.4 gigabytes"),
        (amounts.megabytes(1e6), "1 megabyte"),
        (amounts.megabytes(12.3e6), "12 megabytes"),
        (amounts.megabytes(1e3), "1 kilobyte"),
        (doctor.memory_ok(1), "1 megabyte of memory is free."),
        (doctor.memory_ok(50), "50 megabytes of memory are free."),
        (doctor.sound_ok(1), "Found 1 sound card."),
        (doctor.camera_ok(2), "Found 2 camera devices."),
        (doctor.speech_silent(1), "The voice did not say one sentence in 1 second."),
        (bench.method_heading("none", 1), "Method none, 1 caption:"),
        (bench.yes_no_heading("none", 2), "Method none, 2 questions:"),
        (bench.kept(1), "1 answer from an earlier run is kept."),
        (
            bench.pictures_missing("images", 2, "a.png"),
            "2 pictures are missing in images. The first is a.png.",
        ),
    ],
)
def test_a_count_agrees_with_its_noun(said: str, expected: str) -> None:
    assert said == expected


def test_one_entry_is_not_called_several() -> None:
    assert headless.choose_history(1).startswith("1 answer.")
    assert headless.choose_model(2).startswith("2 models.")
