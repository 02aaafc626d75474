"""How much memory a model needs, and the settings with which it fits."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.inference.gguf.header import GgufHeader
from assistant.inference.gguf.pairing import has_tiles
from assistant.inference.picture_memory import MAX_PICTURES
from assistant.messages import engine as words
from assistant.system.memory import FreeMemory

DEFAULT_N_CTX = 2048
SMALL_N_CTX = 1280
"""Room for LLaVA-1.5's 576 image tokens, a few questions and one long answer."""
LARGE_CACHE = 640 * 2**20
"""A half-precision KV cache above this is stored in q8_0 unless there is room to spare: LLaVA-1.5-7B's takes 1.1 GB
at 2,048 cells."""
ROOMY = 2
"""How many times its need must be free for a model to take the faster and larger cache."""

_BASE = 32 * 2**20
"""What llama.cpp and a picture take besides. Python and the libraries are in memory already."""
_VIT_L = 64 * 2**20
"""What CLIP ViT-L/14-336 computes in, for a projector that does not say its sizes."""
_KEPT_PICTURES = 64 * 2**20
_TILES = 5
"""Pictures that LLaVA-1.6 makes of one: four tiles and the whole."""
_VALUE_BYTES = {"f32": (1, 4), "f16": (1, 2), "bf16": (1, 2), "q8_0": (32, 34)}
"""Values and bytes of a block."""


@dataclass(frozen=True)
class ModelSizes:
    """What memory depends on; files in bytes, other sizes in llama.cpp's names.

    Attributes:
        cell_values: K and V values that one token takes, in all layers.
        head_values: values of one head; quantised caches need a multiple of 32.
        n_ctx_train: longest context that the model was trained on; 0 where it does not say.
        encoder_work: bytes that the projector's vision tower computes in.
        picture: bytes of one encoded picture.
    """

    name: str
    weights: int
    projector: int
    cell_values: int
    head_values: int
    n_ctx_train: int
    n_embd: int
    n_ff: int
    n_vocab: int
    encoder_work: int
    picture: int


@dataclass(frozen=True)
class Need:
    """Bytes that a model takes. Weights are mapped from the file and can be read again; the rest is fixed."""

    weights: int
    fixed: int

    @property
    def total(self) -> int:
        return self.weights + self.fixed

    @property
    def least(self) -> int:
        """With less, a word takes minutes: half of the weights are read from the disk for each."""
        return self.weights // 2 + self.fixed


@dataclass(frozen=True)
class Plan:
    """How a model is loaded.

    Attributes:
        repacks: whether weights may be copied into another order; copies cannot be given back.
        note: what a person should hear of it, or an empty string.
    """

    n_ctx: int
    kv_type: str
    repacks: bool = True
    note: str = ""


def sizes_of(model: GgufHeader, projector: GgufHeader, name: str) -> ModelSizes:
    """Read from two files what their memory depends on; 0 for what they do not say."""

    def number(key: str) -> int:
        value = model.values.get(f"{model.architecture}.{key}")
        if isinstance(value, list):  # one number a layer
            return max((item for item in value if isinstance(item, int)), default=0)
        return value if isinstance(value, int) else 0

    n_embd, n_head = number("embedding_length"), number("attention.head_count")
    n_head_kv = number("attention.head_count_kv") or n_head
    k_values = number("attention.key_length") or (n_embd // n_head if n_head else 0)
    v_values = number("attention.value_length") or k_values
    embedding = model.tensors.get("token_embd.weight")
    return ModelSizes(
        name=name,
        weights=sum(tensor.n_bytes for tensor in model.tensors.values()),
        projector=sum(tensor.n_bytes for tensor in projector.tensors.values()),
        cell_values=number("block_count") * n_head_kv * (k_values + v_values),
        head_values=k_values,
        n_ctx_train=number("context_length"),
        n_embd=n_embd,
        n_ff=number("feed_forward_length"),
        n_vocab=embedding.dims[-1] if embedding else 0,
        encoder_work=_encoder_work(projector),
        picture=_patches(projector) * n_embd * 4 * (_TILES if has_tiles(projector) else 1),
    )


def _vision(projector: GgufHeader, key: str) -> int:
    return projector.number(f"clip.vision.{key}") or 0


def _patches(projector: GgufHeader) -> int:
    patch_px = _vision(projector, "patch_size")
    return (_vision(projector, "image_size") // patch_px) ** 2 if patch_px else 576


def _encoder_work(projector: GgufHeader) -> int:
    """Return a layer's bytes in single precision, the attention between all patches included, and a quarter more."""
    n_embd, n_ff = _vision(projector, "embedding_length"), _vision(projector, "feed_forward_length")
    n_patches, n_head = _patches(projector), _vision(projector, "attention.head_count")
    values = n_patches * (n_ff + 8 * n_embd + n_head * n_patches)
    return 5 * values if n_embd and n_ff and n_head else _VIT_L


def need(sizes: ModelSizes, n_ctx: int, kv_type: str, n_batch: int) -> Need:
    """Return what loading takes with these settings, flash attention on."""
    n_values, n_bytes = _VALUE_BYTES[kv_type]
    cache = n_ctx * sizes.cell_values // n_values * n_bytes
    work = 4 * n_batch * (sizes.n_vocab + 3 * sizes.n_ff + 8 * sizes.n_embd)
    kept = min(_KEPT_PICTURES, MAX_PICTURES * sizes.picture)
    fixed = sizes.projector + cache + work + _BASE + sizes.encoder_work + kept
    return Need(sizes.weights, fixed)


def plan(
    sizes: ModelSizes,
    free: FreeMemory,
    *,
    n_ctx: int | None = None,
    kv_type: str = "auto",
    n_batch: int = 128,
    has_flash_attention: bool = True,
    is_checked: bool = True,
) -> Plan:
    """Return the best settings with which the model fits; what the user chose is only changed where it cannot be.

    Weights that do not fit beside the rest are read from the disk again and again, which is slow but works while half
    of them stay. Below that, a word takes minutes and the machine stops responding.

    Without flash attention no quantised cache is chosen; unchecked, memory counts as endless.

    Raises:
        ModelError: it cannot fit.
    """
    unfit = ""
    if kv_type == "q8_0" and sizes.head_values % _VALUE_BYTES[kv_type][0]:
        unfit, kv_type = words.kv_type_unfit(kv_type), "f16"
    contexts = [n_ctx] if n_ctx else [DEFAULT_N_CTX, SMALL_N_CTX]
    if sizes.n_ctx_train:
        contexts = [min(each, sizes.n_ctx_train) for each in contexts]
    kinds = _kinds(sizes, contexts[0], has_flash_attention) if kv_type == "auto" else [kv_type]
    if kv_type == "auto" and is_checked and kinds[0] != "f16":
        # Half precision reads a picture faster (docs/adr/0009), so it is taken where there is room to spare.
        roomy = ROOMY * need(sizes, contexts[0], "f16", n_batch).total
        if roomy <= min(free.memory, free.addresses):
            kinds = ["f16", *kinds]
    tries = [(cells, kind) for cells in contexts for kind in kinds]
    if not is_checked:
        return Plan(*tries[0], note=unfit)
    needs = [need(sizes, cells, kind, n_batch) for cells, kind in tries]
    for (cells, kind), needed in zip(tries, needs, strict=True):
        if needed.total <= free.memory and needed.total <= free.addresses:
            short = words.MEMORY_SHORT if cells < contexts[0] else ""
            return Plan(cells, kind, note=f"{unfit} {short}".strip())
    (cells, kind), needed = min(zip(tries, needs, strict=True), key=lambda pair: pair[1].total)
    if needed.least <= free.memory and needed.total <= free.addresses:
        note = f"{unfit} {words.memory_slow(needed.total, free.memory)}".strip()
        return Plan(cells, kind, repacks=False, note=note)
    raise ModelError(
        words.memory_refused(sizes.name, needed.total, min(free.memory, free.addresses)),
        words.MEMORY_REFUSED_HINT,
    )


def _kinds(sizes: ModelSizes, n_ctx: int, has_flash_attention: bool) -> list[str]:
    """Return the number types to choose from, the best first."""
    if not has_flash_attention or sizes.head_values == 0 or sizes.head_values % 32:
        return ["f16"]
    return ["q8_0"] if 2 * n_ctx * sizes.cell_values > LARGE_CACHE else ["f16", "q8_0"]
