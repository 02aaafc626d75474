"""A password in a camera's address is never shown, spoken or logged."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from assistant.app import wiring
from assistant.camera.chooser import CameraChooser
from assistant.cli.main import main
from assistant.core.announcer import Announcer
from assistant.fronts.console import Console
from assistant.settings.load import read_settings
from assistant.settings.report import report
from assistant.system.masking import masked
from assistant.testing import RecordingEarcons, RecordingSpeaker
from tests.support.session_parts import ShownLines

ADDRESSES = [
    "rtsp://me:s3cret@cam.local:554/live",
    "http://me:s3cret@192.168.1.5/video?x=1",
    "http://192.168.1.5/snapshot.cgi?user=me&pwd=s3cret",
    "rtsp://192.168.1.5/user=me_password=s3cret_channel=1/0",
    "https://cam.local/token_s3cret/stream",
    "http://me:s3cret/with/slash@cam.local/video",
    "http://me:s3cret?mark@cam.local/video",
    "http://me:s3cret#mark@cam.local/video",
    "http://me:s3cret@[::1]:80/video",
    "http://me:s3cret@[::1/video",
    "ftp://me:s3cret@cam.local/x",
    "http://cam.local/video#s3cret",
    "me:s3cret@cam.local:554/live",
    "me:s3cret@cam.local/snapshot.cgi?pwd=s3cret",
    "me:s3c@s3cret@192.168.1.5",
    "me:s3cret/with/slash@cam.local/video",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_secret_goes_and_the_host_stays(address: str) -> None:
    text = masked(f"The camera {address}, and more.")
    assert "s3cret" not in text
    assert text.startswith("The camera ")
    assert text.endswith(", and more.")
    assert "cam.local" in text or "192.168.1.5" in text or "::1" in text


@pytest.mark.parametrize(
    "text",
    ["", "A dog: 3//4.", "https://www.apache.org/licenses/LICENSE-2.0", "rtsp://cam.local:554/live", "x://",
     "It is 10:30 @ home.", "Write to me@example.org: thanks.", "rtsp://***@cam.local:554/live"],
)  # fmt: skip
def test_what_holds_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_list_shows_it(address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for options in ([], ["--json"]):
        main(["cameras", "--camera", address, *options])
        said = capsys.readouterr()
        assert "cam" in said.out.lower()
        assert "s3cret" not in said.out + said.err
    path = tmp_path / "config.toml"
    main(["settings", "camera", address, "--config", str(path)])
    main(["settings", "--config", str(path)])
    main(["settings", "camera", "--json", "--config", str(path)])
    main(["describe", "camera", "--camera", address, "--rate", address, "--no-speech"])
    said = capsys.readouterr()
    assert "camera: " in said.out
    assert "s3cret" not in said.out + said.err
    assert json.loads(said.out.splitlines()[-1])["name"] == "camera"
    assert address in path.read_text(), "the file itself keeps it, for its owner alone"
    assert not [
        line
        for line in report(read_settings({"camera": address}, {}, path))
        if "s3cret" in line.line
    ]
    assert "s3cret" not in CameraChooser(address).name


def test_what_is_told_is_masked_where_it_is_shown_and_spoken() -> None:
    front, speaker = ShownLines(), RecordingSpeaker()
    announcer = Announcer(front, speaker, RecordingEarcons())
    announcer.tell(f"camera is now {ADDRESSES[0]}.")
    announcer.tell_after(f"It was {ADDRESSES[1]}.")
    announcer.unexpected(ValueError(ADDRESSES[2]))
    speaker.wait(5.0)
    shown = [line.text for line in front.lines]
    assert len(shown) == len(speaker.spoken) == 3
    assert not [text for text in (*shown, *speaker.spoken) if "s3cret" in text]
    stderr = io.StringIO()
    Console(io.StringIO(), stderr).status(f"Trying {ADDRESSES[0]}.")
    assert stderr.getvalue() == "Trying rtsp://***@cam.local:554/live.\n"


def test_the_log_is_masked() -> None:
    formatter = wiring._MaskingFormatter("%(name)s: %(message)s")
    try:
        raise OSError(f"no route to {ADDRESSES[0]}")
    except OSError as error:
        record = logging.LogRecord("x", 10, "", 1, "at %s", (ADDRESSES[1],), (OSError, error, None))
    assert "s3cret" not in formatter.format(record)
