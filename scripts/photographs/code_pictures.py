"""Draws bar codes and QR codes into photographs, as a camera sees them: turned, tilted, blurred, noisy, dark."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import barcode
import cv2
import numpy as np
import numpy.typing as npt
import segno
import zxingcpp
from barcode.writer import SVGWriter
from PIL import Image
from zxingcpp import BarcodeFormat

from assistant.core.events import ImageRgb

Grey = npt.NDArray[np.uint8]

QUIET = 4
LINEAR_QUIET = 10
"""Modules of white around a square code, and around bars."""


@dataclass(frozen=True)
class Sample:
    """A code to be read.

    Attributes:
        kind: what the table calls it.
        text: what has to be read.
        modules: black (0) and white (255), one px a module.
    """

    kind: str
    text: str
    modules: Grey


def make_samples(rng: np.random.Generator) -> list[Sample]:
    """Return one code of each kind with a text of its own; of the most frequent kinds also by a second writer."""
    digits = "".join(map(str, rng.integers(0, 10, 12)))
    word = "".join(rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ23456789"), 9))
    address = f"https://example.com/{word}"
    ean = _add_check_digit("40" + digits[2:])
    return [
        _write("QR code", address, BarcodeFormat.QRCode),
        Sample("QR code, by segno", address, _from_segno(address)),
        _write("EAN-13", ean, BarcodeFormat.EAN13),
        Sample("EAN-13, by python-barcode", ean, _from_python_barcode("ean13", ean[:12])),
        _write("UPC-A", _add_check_digit(digits[:11]), BarcodeFormat.UPCA),
        _write("EAN-8", _add_check_digit(digits[:7]), BarcodeFormat.EAN8),
        _write("Code 128", word, BarcodeFormat.Code128),
        Sample("Code 128, by python-barcode", word, _from_python_barcode("code128", word)),
        _write("Code 39", word, BarcodeFormat.Code39),
        _write("ITF-14", _add_check_digit(digits + "0"), BarcodeFormat.ITF),
        _write("Data Matrix", word, BarcodeFormat.DataMatrix),
        _write("Aztec", word, BarcodeFormat.Aztec),
        _write("PDF417", f"{word} {digits}", BarcodeFormat.PDF417),
    ]


def _write(kind: str, text: str, barcode_format: BarcodeFormat) -> Sample:
    image = zxingcpp.create_barcode(text, barcode_format).to_image(scale=1, add_quiet_zones=False)
    return Sample(kind, text, _with_margin(np.array(image)))


def _with_margin(modules: Grey) -> Grey:
    """Return a code with white around it; bars as high as half their width, whatever the writer draws."""
    height, width = modules.shape
    if (modules == modules[:1]).all():
        modules = np.repeat(modules[:1], width // 2, axis=0)
    return np.pad(modules, QUIET if height == width else LINEAR_QUIET, constant_values=255)


def _from_segno(text: str) -> Grey:
    rows = [[255 * (1 - bit) for bit in row] for row in segno.make_qr(text).matrix]
    return np.pad(np.array(rows, np.uint8), QUIET, constant_values=255)


def _from_python_barcode(name: str, text: str) -> Grey:
    bits = barcode.get_barcode_class(name)(text, writer=SVGWriter()).build()[0]
    row = np.array([[0 if bit in "1G" else 255 for bit in bits]], np.uint8)
    return _with_margin(row)


def _add_check_digit(digits: str) -> str:
    weighed = sum(int(d) * (3 if at % 2 == 0 else 1) for at, d in enumerate(reversed(digits)))
    return f"{digits}{-weighed % 10}"


Spoil = Callable[[ImageRgb, np.random.Generator], ImageRgb]


@dataclass(frozen=True)
class View:
    """How a code is seen.

    Attributes:
        name: what the table calls it.
        module_px: how many px of the picture a module takes.
        turn_degrees: by how much it is turned.
        tilt_degrees: by how much its plane is tilted away.
        bend: part of a half circle that it is bent around, as on a can.
        blur_modules: sigma of a blur, in modules.
        spoil: what happens to the picture then.
    """

    name: str
    module_px: float = 4.0
    turn_degrees: float = 0.0
    tilt_degrees: float = 0.0
    bend: float = 0.0
    blur_modules: float = 0.0
    spoil: Spoil | None = None


def _noise(sigma: float) -> Spoil:
    return lambda image, rng: _as_picture(image + rng.normal(0, sigma, image.shape))


def _dark(gain: float) -> Spoil:
    def spoil(image: ImageRgb, rng: np.random.Generator) -> ImageRgb:
        light = (image / 255) ** 2.2 * gain
        return _as_picture(light ** (1 / 2.2) * 255 + rng.normal(0, 3, image.shape))

    return spoil


def _half_lit(image: ImageRgb, _rng: np.random.Generator) -> ImageRgb:
    """Return the picture with a hard shadow over its left half."""
    shaded = image.astype(float)
    shaded[:, : image.shape[1] // 2] *= 0.35
    return _as_picture(shaded)


def _glaring(image: ImageRgb, rng: np.random.Generator) -> ImageRgb:
    """Return the picture with a white spot of light near its middle."""
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width]
    centre = rng.uniform(0.42, 0.58, 2) * (height, width)
    spot = np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (2 * (0.04 * width) ** 2))
    return _as_picture(image + 400 * spot[..., None])


def _compressed(image: ImageRgb, _rng: np.random.Generator) -> ImageRgb:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=25)
    return np.asarray(Image.open(file))


def _inverted(image: ImageRgb, _rng: np.random.Generator) -> ImageRgb:
    return 255 - image


def _as_picture(values: npt.NDArray[np.floating]) -> ImageRgb:
    picture: ImageRgb = np.clip(values, 0, 255).astype(np.uint8)
    return picture


VIEWS = (
    View("straight on, 4 px a module"),
    View("3 px a module", module_px=3),
    View("2 px a module", module_px=2),
    View("1.5 px a module", module_px=1.5),
    View("1 px a module", module_px=1),
    View("turned by 10°", turn_degrees=10),
    View("turned by 45°", turn_degrees=45),
    View("turned by 90°", turn_degrees=90),
    View("upside down", turn_degrees=180),
    View("tilted by 30°", tilt_degrees=30, turn_degrees=5),
    View("tilted by 50°", tilt_degrees=50, turn_degrees=5),
    View("bent as on a can", bend=0.5, turn_degrees=5),
    View("blurred, sigma 0.5 modules", blur_modules=0.5),
    View("blurred, sigma 0.8 modules", blur_modules=0.8),
    View("blurred, sigma 1.2 modules", blur_modules=1.2),
    View("noise, sigma 15", spoil=_noise(15)),
    View("noise, sigma 40", spoil=_noise(40)),
    View("a tenth of the light", spoil=_dark(0.1)),
    View("a fiftieth of the light", spoil=_dark(0.02)),
    View("half in shadow", spoil=_half_lit),
    View("a reflection on it", spoil=_glaring),
    View("JPEG, quality 25", spoil=_compressed),
    View("white on black", spoil=_inverted),
    View("turned 20°, tilted 25°, 3 px, blur 0.4, noise 8", 3, 20, 25, 0, 0.4, _noise(8)),
)  # fmt: skip


def show(sample: Sample, view: View, behind: ImageRgb, rng: np.random.Generator) -> ImageRgb:
    """Return a photograph with the code near its middle.

    Args:
        sample: the code.
        view: how it is seen.
        behind: the photograph, shape (height, width, 3).
        rng: where it stands, and the noise.
    """
    fine = np.repeat(np.repeat(sample.modules, 8, 0), 8, 1)
    if view.bend:
        fine = _bend(fine, view.bend)
    height, width = fine.shape
    corners = _place(width / 8 * view.module_px, height / 8 * view.module_px, view)
    corners += np.abs(corners).max(axis=0) + rng.uniform(4, 5, 2)
    columns, rows = (int(n) + 5 for n in corners.max(axis=0))
    drawn, weight = _warp(fine, corners, (columns, rows))
    picture = _fit_behind(behind, columns, rows)
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    patch = picture[top : top + rows, left : left + columns]
    patch[:] = _as_picture(patch * (1 - weight) + np.minimum(drawn, 245) * weight)
    if view.blur_modules:
        sigma = view.blur_modules * view.module_px
        picture = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.uint8)
    return view.spoil(picture, rng) if view.spoil else picture


def _warp(
    fine: Grey, corners: npt.NDArray[np.float64], size: tuple[int, int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the code as it is seen and how far it covers each px, shape (rows, columns, 1).

    Each px gets the mean of what it sees, as in a sensor: hence four times as large first.
    """
    height, width = fine.shape
    at = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(at, corners.astype(np.float32))
    warp = np.diag([4.0, 4.0, 1.0]) @ warp
    large = size[0] * 4, size[1] * 4
    drawn, cover = (
        cv2.resize(cv2.warpPerspective(layer, warp, large), size, interpolation=cv2.INTER_AREA)
        for layer in (fine, np.full_like(fine, 255))
    )
    return drawn[..., None].astype(float), cover[..., None] / 255


def _place(width: float, height: float, view: View) -> npt.NDArray[np.float64]:
    """Return where the corners are, around (0, 0): tilted about the upright axis, then turned."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
    tilt, turn = np.radians((view.tilt_degrees, view.turn_degrees))
    distance = 2.5 * max(width, height)
    depth = distance + corners[:, 0] * np.sin(tilt)
    seen = np.stack([corners[:, 0] * np.cos(tilt), corners[:, 1]], 1) * (distance / depth)[:, None]
    turned: npt.NDArray[np.float64] = seen @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    return turned


def _fit_behind(behind: ImageRgb, columns: int, rows: int) -> ImageRgb:
    """Return the photograph at a camera's size, 1280 by 960 px, or what the code needs."""
    size = max(1280, columns + 60), max(960, rows + 60)
    return cv2.resize(behind, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _bend(fine: Grey, part: float) -> Grey:
    """Return the code as on an upright cylinder of which it covers ``part`` of the front half circle."""
    height, width = fine.shape
    reach = part * np.pi / 2
    seen = np.linspace(-np.sin(reach), np.sin(reach), round(width * np.sin(reach) / reach))
    x = (np.arcsin(seen) / reach + 1) / 2 * (width - 1)
    map_x, map_y = np.meshgrid(x.astype(np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(fine, map_x, map_y, cv2.INTER_LINEAR).astype(np.uint8)
