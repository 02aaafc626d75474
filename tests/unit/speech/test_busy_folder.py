"""A speech process leaves no folder behind, though its other thread is still at work in it."""

from __future__ import annotations

import threading
from pathlib import Path

from assistant.speech.pyttsx3_worker import remove_busy_folder


def test_a_folder_goes_though_files_are_made_in_it(tmp_path: Path) -> None:
    is_over = threading.Event()

    def make_files(folder: Path) -> None:
        # As tempfile.gettempdir() tries a place out: make a file, take it away. A folder that is gone ends it.
        while folder.exists() and not is_over.is_set():
            try:
                (folder / "tried").write_text("blat")
                (folder / "tried").unlink()
            except OSError:
                continue

    for index in range(50):
        folder = tmp_path / f"voice-{index}"
        folder.mkdir()
        other = threading.Thread(target=make_files, args=(folder,))
        other.start()
        remove_busy_folder(folder)
        is_over.set()
        other.join()
        is_over.clear()
        assert not folder.exists()
