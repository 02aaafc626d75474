"""Stage 2: the Llama learns to speak about the image tokens of the frozen tower."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .checkpoint import Keeper, averaged
from .config import Config, Schedule
from .data import loader, picture
from .dev_report import dev_report
from .llama import Llama
from .pointing import LAYERS, Pointers, pointing_loss
from .precision import fast_dtype, precision
from .sequences import BLIND, DESCRIPTIONS, IMAGE, LanguageBatches, attention_parts
from .start import scale_image_tokens, take_words
from .tokenizer import Tokenizer
from .train_vision import CHECKPOINT as VISION_CHECKPOINT
from .training import Average, Optimizers, Pace, advance, join, run_processes
from .vision import DenseHeads, VisionTower
from .world import make_scene

CHECKPOINT = "language.pt"
_FIRST_WORD = 4
_FEW_FIRST = 1000
_RANK_STRIDE = 400_000_000  # each process has scenes of its own
_REPORT_EVERY = 4


def train_language(config: Config, work: Path, processes: int = 1) -> None:
    """Run or resume stage 2; the result is `language.pt` (Llama, tower) under `work`."""
    run_processes(_train, config, work, processes)


def _train(rank: int, config: Config, work: Path, processes: int) -> None:
    join(rank, processes)
    torch.manual_seed(config.seed + 1)
    tower = VisionTower(config.vision, config.language.width)
    heads = DenseHeads(config.language.width)
    tower.load_state_dict(averaged(work / VISION_CHECKPOINT, "tower"))
    heads.load_state_dict(averaged(work / VISION_CHECKPOINT, "heads"))
    llama = Llama(config.language)
    taken = take_words(llama, heads, Tokenizer(work))
    shown = [picture(make_scene("train", n), config.vision.image_size) for n in range(16)]
    scale_image_tokens(tower, torch.from_numpy(np.stack(shown)))
    if rank == 0:
        print(f"{taken} words start from what the heads know", flush=True)
    tower.requires_grad_(False)
    schedule = config.language_schedule
    learn(
        rank,
        config,
        schedule,
        work / CHECKPOINT,
        llama,
        tower,
        processes,
        few_first=_FEW_FIRST,
        frozen=("tower",),
    )


def learn(
    rank: int,
    config: Config,
    schedule: Schedule,
    checkpoint: Path,
    llama: Llama,
    tower: VisionTower,
    processes: int,
    first_scene: int = 0,
    few_first: int = 0,
    frozen: tuple[str, ...] = (),
) -> None:
    """Teach the halves until the schedule ends; `frozen` ones stay as they are handed over.

    So where stage 1 has gone on meanwhile, stage 2 goes on with the better tower.
    """
    tokenizer = Tokenizer(checkpoint.parent)
    has_pointers = schedule.pointing > 0
    for number in LAYERS:
        llama.layers[number].is_watched = has_pointers
    modules: dict[str, torch.nn.Module] = {"llama": llama, "tower": tower}
    optimizers, pace = Optimizers(modules, schedule), Pace(schedule)
    keeper = Keeper(checkpoint, modules, optimizers, pace, Average(modules))
    keeper.resume(frozen)
    share = schedule.batch // processes
    # Twice as many scenes as pictures: the first batches pass over scenes with many things.
    start = first_scene + 2 * pace.step * share + rank * _RANK_STRIDE
    dataset = LanguageBatches(
        tokenizer,
        config.vision,
        share,
        start,
        config.seed + pace.step,
        pace.step,
        few_first,
        has_pointers,
    )
    batches = iter(loader(dataset))
    goes_on, saved = not pace.is_done, 0
    while goes_on:
        pictures, ids, positions, turns, targets, bounds, told = next(batches)
        with precision():
            loss = sequence_loss(llama, tower(pictures), ids, positions, turns, targets, bounds)
            taught = torch.zeros(())
            if has_pointers:
                taught = schedule.pointing * pointing(llama, ids, told, bounds)
        goes_on = advance(optimizers, pace, loss + taught, processes)
        keeper.average.update(pace.step)
        if rank:
            continue
        if pace.step % 20 == 0:
            print(pace.line(loss=loss.item(), taught=taught.item()), flush=True)
        if keeper.is_due or not goes_on:
            keeper.save()
            saved += 1
            if saved % _REPORT_EVERY == 0 or not goes_on:
                print(dev_report(config, tokenizer, keeper.average), flush=True)


def pointing(
    llama: Llama, ids: torch.Tensor, lessons: tuple[Pointers, ...], bounds: list[int]
) -> torch.Tensor:
    """Return the loss of the taught heads for the batch just computed."""
    image = int((ids[0] == IMAGE).nonzero()[0])
    losses = []
    for told in lessons:
        for layer in told.lesson.layers:
            q, k = llama.layers[layer].seen
            losses.append(pointing_loss(q, k, told, image, bounds))
    return torch.stack(losses).mean()


def sequence_loss(
    llama: Llama,
    image: torch.Tensor,
    ids: torch.Tensor,
    positions: torch.Tensor,
    turns: torch.Tensor,
    targets: torch.Tensor,
    bounds: list[int],
) -> torch.Tensor:
    """Cross-entropy of all answers of a batch.

    The first word of an answer to a question (yes, no, there, nothing) is the whole of what is
    hard about it, and one token among two hundred: it counts `_FIRST_WORD` times.
    """
    x = llama.embed(ids.clamp(min=0))
    start = int((ids[0] == IMAGE).nonzero()[0])
    x = torch.cat((x[:, :start], image.to(x.dtype), x[:, start + image.shape[1] :]), 1)
    out, _ = llama(x, positions, attention_parts(turns, bounds, fast_dtype()))
    learned = targets >= 0
    starts = learned & (targets.roll(1, 1) < 0) & (turns > DESCRIPTIONS) & (turns != BLIND)
    weights = (1 + (_FIRST_WORD - 1) * starts.float())[learned]
    losses = functional.cross_entropy(
        llama.head(out[learned]).float(), targets[learned], reduction="none"
    )
    return (losses * weights).sum() / weights.sum()
