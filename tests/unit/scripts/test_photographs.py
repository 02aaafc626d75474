"""The photographs that figures are made of: two halves that share nothing, and each picture once."""

from __future__ import annotations

import io
import struct
import tomllib
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from scripts.photographs.alike import SeenPictures
from scripts.photographs.fetch import SOURCES
from scripts.photographs.things import JUDGED, find_interval
from scripts.photographs.unpack import read_pictures
from tests.support.assistant_command import ROOT

FOLDER = ROOT / "examples" / "photographs"
CAT, COFFEE = FOLDER / "cat.jpg", FOLDER / "coffee.jpg"


def test_no_package_is_in_both_halves_and_each_is_pinned() -> None:
    sources = tomllib.loads(SOURCES.read_text())["source"]
    packages = [source["package"] for source in sources]
    assert len(packages) == len(set(packages))
    assert {source["use"] for source in sources} == {"choose", "judge"}
    assert all(len(bytes.fromhex(source["sha256"])) == 32 for source in sources)


def test_only_pictures_to_judge_on_are_judged() -> None:
    rows = tomllib.loads(JUDGED.read_text())["judged"]
    assert len(rows) >= 100
    assert {row["picture"].split("/")[0] for row in rows} == {"judge"}


@pytest.mark.parametrize("change", ["none", "small", "pale", "middle", "poor"])
def test_a_changed_picture_is_no_new_one(change: str) -> None:
    cat = Image.open(CAT).convert("RGB")
    width, height = cat.size
    poor = io.BytesIO()
    cat.save(poor, "JPEG", quality=10)
    changed = {
        "none": cat,
        "small": cat.resize((160, 120)),
        "pale": cat.point(lambda value: 100 + value // 2),
        "middle": cat.crop((width // 10, height // 10, width - width // 10, height - height // 10)),
        "poor": Image.open(poor),
    }[change]
    seen = SeenPictures()
    assert seen.add(cat)
    assert not seen.add(changed)
    assert seen.add(Image.open(COFFEE))


def test_pictures_of_a_wheel_and_of_a_resource_file_in_it(tmp_path: Path) -> None:
    cat, coffee = CAT.read_bytes(), COFFEE.read_bytes()
    resources = (
        b"qres\x00"
        + struct.pack(">I", len(cat))
        + cat
        + struct.pack(">I", len(coffee))
        + coffee
        + b"names"
    )
    archive = tmp_path / "some-1-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("data/cat.jpg", cat)
        wheel.writestr("data/small.png", b"too small to be a photograph")
        wheel.writestr("data/code.py", coffee)
        wheel.writestr("data/all.rcc", resources)
    found = dict(read_pictures(archive))
    assert sorted(found.values(), key=len) == [cat, cat, coffee]
    assert all(name == "data/cat.jpg" or name.startswith("data/all.rcc/") for name in found)


def test_an_interval_holds_its_share_and_narrows() -> None:
    assert find_interval(0, 0) == (0.0, 1.0)
    low, high = find_interval(95, 100)
    assert (round(low, 2), round(high, 2)) == (0.89, 0.98)
    assert find_interval(950, 1000)[0] > low


def test_the_photographs_are_small_and_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    photographs = sorted(FOLDER.glob("*.jpg"))
    assert len(photographs) == 3
    for photograph in photographs:
        assert photograph.stat().st_size <= 120_000
        assert photograph.name in notice
