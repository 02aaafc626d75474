"""What a projector file says of itself, and the corrected copy that an old one needs.

The legacy LLaVA converter drops the vision tower's last layer and writes the number that is left as
``block_count``; llama.cpp then stops one layer earlier again (ggml-org/llama.cpp#25817). An explicit
``clip.vision.feature_layer = [block_count]`` makes it run every stored layer. Metadata cannot be changed
in a read-only file, so a corrected copy is made once and kept. The first converter wrote no kind of projector
(``clip.projector_type``) either, because there was only one; the copy says that it is an MLP.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from assistant import messages
from assistant.core.events import ImageRgb
from assistant.errors import ModelError
from assistant.inference import picture_detail
from assistant.inference.anyres import Anyres, read_anyres
from assistant.inference.gguf.header import GgufError, GgufHeader, read_header
from assistant.inference.gguf.pairing import projector_kind
from assistant.messages import model_files as words

CORRECTION_NAME = "vision_layers"

_LLAVA_PROJECTORS = ("mlp", "mlp_norm", "ldp", "ldpv2")
_CLIP_DEPTHS = {768: 12, 1024: 24, 1280: 32, 1664: 48}
"""Layers of the published CLIP ViTs by width: a file that stores them all was not cut by the converter."""
_GEMMA_3 = "gemma3"
_NON_CAUSAL = (_GEMMA_3, "gemma4v", "gemma4uv")
_WHOLE_PICTURE = 512
_SIGLIP_DEPTHS = {1152: 27}
"""As above, of towers without a class token. Moondream 2 stores 28, of which it runs 27, as llama.cpp does."""
_MOONDREAM_PX = 378
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_FEATURE_LAYER = "clip.vision.feature_layer"
_KIND = "clip.projector_type"
_KINDS = (_KIND, "clip.vision.projector_type")
_ABANDONED_AFTER_S = 3600.0
"""A copy is made in seconds; another process may be at it."""


@dataclass(frozen=True)
class Projector:
    """A projector file as it will be loaded.

    Attributes:
        path: the file, or a corrected copy.
        image_size_px: side of the square picture that the vision tower takes.
        anyres: how a picture is cut into tiles (LLaVA-1.6); None where it is not, or mtmd does it.
        mean_rgb: colour of the padding, 0-255.
        is_stretched: whether a picture is stretched to a square and not padded (Moondream 2, Gemma 3).
        grid: what a picture's sides are to be multiples of; None where mtmd sees to it as the authors do.
        max_px: area of the largest picture that is handed to mtmd; None where any size will do.
        max_tokens: most image tokens, where mtmd has to be told; else None.
        is_corrected: whether ``path`` makes llama.cpp run a layer that it would leave out.
        note: what a person should hear when the copy was made just now, or an empty string.
    """

    path: Path
    kind: str
    image_size_px: int
    anyres: Anyres | None
    mean_rgb: tuple[int, int, int]
    is_stretched: bool = False
    grid: picture_detail.Grid | None = None
    max_px: int | None = None
    max_tokens: int | None = None
    is_corrected: bool = False
    note: str = ""

    @property
    def has_known_width(self) -> bool:
        """Return whether it can be seen, before it is loaded, that it does not fit a language model."""
        return self.kind in _LLAVA_PROJECTORS

    @property
    def has_fixed_size(self) -> bool:
        """Return whether every picture becomes a square of the same size, and so the same number of tokens."""
        is_square = self.is_stretched or self.kind in _LLAVA_PROJECTORS
        return self.anyres is None and is_square

    def prepare(self, image_rgb: ImageRgb) -> ImageRgb:
        """Pad to a square with the mean colour, then shrink bicubically, as LLaVA-1.5's authors do; mtmd shrinks first.

        Moondream and Gemma 3 stretch instead, Qwen-VL and LFM2-VL a little, where mtmd pads. Others are left to mtmd.
        """
        if not self.has_fixed_size:
            return picture_detail.fit(image_rgb, self.max_px, self.grid)
        from PIL import Image

        height, width = image_rgb.shape[:2]
        size = (self.image_size_px, self.image_size_px)
        picture = Image.fromarray(image_rgb)
        if not self.is_stretched:
            side = max(height, width)
            square = Image.new("RGB", (side, side), self.mean_rgb)
            square.paste(picture, ((side - width) // 2, (side - height) // 2))
            picture = square
        filters = Image.Resampling
        return np.asarray(
            picture.resize(size, filters.BILINEAR if self.kind == _GEMMA_3 else filters.BICUBIC)
        )


def is_one_layer_short(header: GgufHeader) -> bool:
    """Return whether llama.cpp would skip the last stored layer of a legacy LLaVA vision tower."""
    values = header.values
    if projector_kind(header) not in _LLAVA_PROJECTORS or _FEATURE_LAYER in values:
        return False
    n_layer, width = (
        header.number(f"clip.vision.{key}") for key in ("block_count", "embedding_length")
    )
    if "v.class_embd" not in header.tensors:
        return n_layer is not None and _SIGLIP_DEPTHS.get(width or 0) == n_layer + 1
    return _CLIP_DEPTHS.get(width or 0) != n_layer


def least_batch(header: GgufHeader) -> int:
    """Return how many tokens must be read at once: all of a picture where its tokens see each other, else 1.

    Gemma 3 makes 256 tokens of a picture. Source: ``mtmd_decode_use_non_causal`` in llama.cpp's ``mtmd.cpp``.
    """
    return _WHOLE_PICTURE if projector_kind(header) in _NON_CAUSAL else 1


def has_no_kind(header: GgufHeader) -> bool:
    """Return whether the file is of the time when every projector was an MLP; llama.cpp then refuses it."""
    return "mm.0.weight" in header.tensors and not any(key in header.values for key in _KINDS)


def open_projector(
    path: Path,
    cache_dir: Path | None = None,
    *,
    corrects: bool = True,
    detail: str = "usual",
    on_copy: Callable[[], None] = lambda: None,
) -> Projector:
    """Read the metadata and, where it is needed, make or find the corrected copy.

    Copies are kept in ``cache_dir``, by default the user's cache folder; ``on_copy`` is called before one is made.

    Raises:
        ModelError: not a projector file, damaged, or the copy cannot be written.
    """
    try:
        header = read_header(path)
        size = int(header.values.get("clip.vision.image_size", 0))
        mean = header.values.get("clip.vision.image_mean", _CLIP_MEAN)
        red, green, blue = (int(channel * 255) for channel in mean)
        is_corrected = corrects and is_one_layer_short(header)
        added: dict[str, Any] = {_KIND: "mlp"} if has_no_kind(header) else {}
        if is_corrected:
            added[_FEATURE_LAYER] = [header.values["clip.vision.block_count"]]
    except OSError as error:
        unreadable = messages.mmproj_unreadable(path.name, error.strerror or str(error))
        raise ModelError(unreadable, messages.MMPROJ_DAMAGED_HINT) from error
    except Exception as error:
        damaged = messages.mmproj_damaged(path.name)
        raise ModelError(damaged, messages.MMPROJ_DAMAGED_HINT) from error
    if size <= 0:
        raise ModelError(
            messages.mmproj_not_for_pictures(path.name), messages.MMPROJ_NOT_FOR_PICTURES_HINT
        )
    used, is_new = path, False
    if added:
        used, is_new = _corrected_copy(path, header, added, cache_dir, on_copy)
    made = words.projector_corrected if is_corrected else words.projector_updated
    kind = projector_kind(header)
    is_moondream = size == _MOONDREAM_PX and "v.class_embd" not in header.tensors
    return Projector(
        path=used,
        kind=kind,
        image_size_px=size,
        anyres=read_anyres(path, header, is_overview_only=detail == "low"),
        mean_rgb=(red, green, blue),
        grid=picture_detail.grid_of(header),
        max_px=picture_detail.most_pixels(header, detail),
        max_tokens=picture_detail.most_tokens(header, detail),
        is_stretched=kind == _GEMMA_3 or (kind in _LLAVA_PROJECTORS and is_moondream),
        is_corrected=is_corrected,
        note=made(path.name) if is_new else "",
    )


def _corrected_copy(
    path: Path,
    header: GgufHeader,
    added: Mapping[str, Any],
    cache_dir: Path | None,
    on_copy: Callable[[], None],
) -> tuple[Path, bool]:
    """Return where the copy is, and whether it was made just now."""
    stat = path.stat()
    where = hashlib.sha256(f"{path.resolve()}".encode(errors="surrogateescape")).hexdigest()[:12]
    state = hashlib.sha256(f"{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()[:12]
    folder = cache_dir or user_cache_path("sparc-assistant") / "projectors"
    target = folder / f"{path.stem}-all-layers-{where}-{state}.gguf"
    if _is_whole(target, header, added):
        return target, False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder, where)
        if shutil.disk_usage(folder).free < stat.st_size * 1.1:
            no_space = messages.mmproj_copy_no_space(path.name, stat.st_size // 2**20)
            raise ModelError(no_space, messages.mmproj_copy_hint(str(folder)))
        on_copy()
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        os.close(handle)
        try:
            _write_with(added, path, Path(name))
            with open(name, "rb") as written:
                os.fsync(written.fileno())  # the name must not come to the disk before the bytes
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
    except (OSError, ValueError, KeyError, IndexError) as error:  # gguf-py's are of all kinds
        reason = getattr(error, "strerror", None) or str(error)
        failed = messages.mmproj_copy_failed(path.name, reason)
        raise ModelError(failed, messages.mmproj_copy_hint(str(folder))) from error
    return target, True


def _is_whole(copy: Path, original: GgufHeader, added: Mapping[str, Any]) -> bool:
    try:
        header = read_header(copy)
    except (OSError, GgufError):
        return False
    has_added = all(header.values.get(key) == value for key, value in added.items())
    return has_added and header.tensors.keys() == original.tensors.keys()


def _tidy(folder: Path, where: str) -> None:
    """Remove copies of earlier versions of the file, and unfinished ones; a copy is as large as its original."""
    for left in (*folder.glob(f"*-all-layers-{where}-*.gguf"), *folder.glob("tmp*.part")):
        with contextlib.suppress(OSError):
            if left.suffix == ".gguf" or time.time() - left.stat().st_mtime > _ABANDONED_AFTER_S:
                left.unlink()


def _write_with(added: Mapping[str, Any], source: Path, target: Path) -> None:
    import gguf  # half a second on a small machine, and a copy is made once

    reader = gguf.GGUFReader(source)
    with contextlib.closing(gguf.GGUFWriter(target, arch="clip")) as writer:
        for field in reader.fields.values():
            if field.name.startswith("GGUF.") or field.name == "general.architecture":
                continue
            kind = field.types[0]
            sub_kind = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=sub_kind)
        if _KIND in added:
            writer.add_string(_KIND, added[_KIND])
        if _FEATURE_LAYER in added:
            kind, sub_kind = gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.INT32
            writer.add_key_value(_FEATURE_LAYER, added[_FEATURE_LAYER], kind, sub_type=sub_kind)
        for tensor in reader.tensors:
            data = tensor.data
            writer.add_tensor_info(
                tensor.name, data.shape, data.dtype, data.nbytes, tensor.tensor_type
            )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in reader.tensors:
            writer.write_tensor_data(tensor.data)
