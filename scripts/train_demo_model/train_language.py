"""Stage 2: the Llama learns to speak about the features of the frozen ViT."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from scripts.train_scene_model.training import join
from scripts.train_scene_model.training import run_processes as run_processes

from .claims import Score, parse
from .config import Config, Schedule
from .data import loader, picture
from .language import DETAILED_PROMPT
from .llama import Llama
from .questions import presence, some_kind
from .sequences import IMAGE, LanguageBatches, attention_mask
from .tokenizer import DESCRIPTIONS, EOS, Tokenizer
from .train_vision import CHECKPOINT as VISION_CHECKPOINT
from .training import Pace, advance, optimizer_for, resume, save
from .vision import VisionTower
from .world import make_scene, scene_rng

CHECKPOINT = "language.pt"
_FIRST_WORD = 8
_RANK_STRIDE = 100_000_000  # each process has scenes of its own


def train_language(config: Config, work: Path, device: str, processes: int = 1) -> None:
    """Runs or resumes stage 2; the result is `language.pt` (Llama, tower) under `work`."""
    run_processes(_train, config, work, device, processes)


def _train(rank: int, config: Config, work: Path, device: str, processes: int) -> None:
    """The ViT is frozen; the projector learns on, as in LLaVA's second stage."""
    torch.manual_seed(config.seed + 1)
    tower = VisionTower(config.vision, config.language.width).to(device)
    tower.load_state_dict(torch.load(work / VISION_CHECKPOINT, weights_only=True)["tower"])
    tower.requires_grad_(False)
    tower.mm_0.requires_grad_(True)
    tower.mm_2.requires_grad_(True)
    llama = Llama(config.language).to(device)
    schedule = config.language_schedule
    learn(rank, config, schedule, work / CHECKPOINT, llama, tower, device, processes)


def learn(
    rank: int,
    config: Config,
    schedule: Schedule,
    checkpoint: Path,
    llama: Llama,
    tower: VisionTower,
    device: str,
    processes: int,
    first_scene: int = 0,
) -> None:
    """Teaches both halves, as far as their weights may change, until the schedule ends."""
    join(rank, processes)
    tokenizer = Tokenizer(checkpoint.parent)
    optimizer = optimizer_for([llama, tower], schedule)
    pace = Pace(schedule)
    resume(checkpoint, pace, optimizer, llama=llama, tower=tower)
    share = schedule.batch // processes
    start = first_scene + pace.step * share + rank * _RANK_STRIDE
    batches = iter(loader(LanguageBatches(tokenizer, config.vision, share, start, config.seed)))
    goes_on = pace.done < 1.0
    while goes_on:
        pictures, ids, positions, turns, targets = (part.to(device) for part in next(batches))
        loss = sequence_loss(llama, tower(pictures), ids, positions, turns, targets)
        goes_on = advance(optimizer, pace, loss, processes)
        if rank == 0 and pace.step % 20 == 0:
            print(pace.line(loss=loss.item()), flush=True)
        if rank == 0 and (pace.step % 200 == 0 or not goes_on):
            save(checkpoint, pace, optimizer, llama=llama, tower=tower)
            scenes = 40 if goes_on else 100
            print(dev_report(config, tokenizer, llama, tower, scenes), flush=True)


def sequence_loss(
    llama: Llama,
    image: torch.Tensor,
    ids: torch.Tensor,
    positions: torch.Tensor,
    turns: torch.Tensor,
    targets: torch.Tensor,
) -> torch.Tensor:
    """Cross-entropy of all answers of a batch.

    The first word of an answer to a question (yes, no, there, nothing) is the whole of what is
    hard about it, and one token among two hundred: it counts `_FIRST_WORD` times.
    """
    x = llama.embed(ids.clamp(min=0))
    start = int((ids[0] == IMAGE).nonzero()[0])
    x = torch.cat((x[:, :start], image, x[:, start + image.shape[1] :]), 1)
    out, _ = llama(x, positions, attention_mask(turns))
    learned = targets >= 0
    starts = learned & (targets.roll(1, 1) < 0) & (turns > DESCRIPTIONS)
    weights = (1 + (_FIRST_WORD - 1) * starts.float())[learned]
    losses = functional.cross_entropy(llama.head(out[learned]), targets[learned], reduction="none")
    return (losses * weights).sum() / weights.sum()


@torch.no_grad()
def dev_report(
    config: Config, tokenizer: Tokenizer, llama: Llama, tower: VisionTower, scenes: int = 40
) -> str:
    """Scores greedy descriptions and yes/no answers on dev scenes, drawn large and scaled down."""
    chosen = [make_scene("dev", index) for index in range(scenes)]
    pictures = np.stack([picture(scene, config.vision.image_size, 4) for scene in chosen])
    image = tower(torch.from_numpy(pictures).to(tower.positions.device))
    score, right = Score(), 0
    answers = llama.generate(
        image, tokenizer.before_image, tokenizer.question(DETAILED_PROMPT), EOS
    )
    for scene, answer in zip(chosen, answers, strict=True):
        score.add(parse(tokenizer.text(answer)), scene)
    for number, scene in enumerate(chosen):
        turn = presence(scene, some_kind(scene, scene_rng(scene.seed, 2), number % 2 == 0))
        said = llama.generate(
            image[number : number + 1],
            tokenizer.before_image,
            tokenizer.question(turn.question),
            EOS,
            limit=3,
        )
        right += tokenizer.text(said[0]).lower().startswith(turn.truth)
    return (
        f"dev: precision {score.precision:.3f} recall {score.recall:.3f} "
        f"place {score.place:.3f} size {score.size:.3f} yes/no {right / scenes:.3f} | "
        f"{tokenizer.text(answers[0])}"
    )
