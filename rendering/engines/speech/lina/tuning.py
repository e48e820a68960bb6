"""A voice learnt from minutes of a speaker: what the recurrent blocks remember before anything is heard.

The model itself stays as it is. Of every block only the first memory is learnt, for each head the outer
product of a key and a value ("initial state tuning", arXiv 2410.23320): a voice is a file of 100 KB.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from rendering.engines.speech.lina.config import SPECIAL, START
from rendering.engines.speech.lina.delay import delay
from rendering.engines.speech.lina.generation import tuned
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.voice import TunedVoice

_SCALE = 0.02
"""Standard deviation of the keys and values that learning begins with."""
_HELD_OUT = 8
"""Of so many passages the last is not learnt from, but tells whether what was learnt holds beyond them."""
_KEPT_EVERY = 10
"""Steps that are lost at most when learning is cut off."""


@dataclass(frozen=True)
class Passage:
    """tokens: of what is said; codes: int64 [codebooks, frames] of how it sounds, as the codec gives them."""

    tokens: tuple[int, ...]
    codes: Tensor


@dataclass(frozen=True)
class Settings:
    """epochs: how often every passage is heard; rate: of Adam (Kingma and Ba 2014); seed: of the beginning
    and of the order of passages."""

    epochs: int = 10
    rate: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Report:
    """After a step. loss: nats per code of the passage it learnt from; held_out: the best so far of the
    passages not learnt from, None before the first epoch has ended."""

    step: int
    steps: int
    loss: float
    held_out: float | None


class Tuning:
    """Learning in progress. Equal models, passages and settings give equal voices on one machine, however
    often it was cut off in between.

    progress: a file in which it is kept; what is there of the same learning is gone on from.
    """

    def __init__(
        self,
        model: LinaModel,
        passages: Sequence[Passage],
        settings: Settings | None = None,
        *,
        progress: Path | None = None,
    ) -> None:
        if not passages:
            raise ValueError("There is nothing to learn from.")
        self._model = model.requires_grad_(False)
        self._settings = settings or Settings()
        self._held_out = list(passages[_HELD_OUT - 1 :: _HELD_OUT])
        self._passages = [one for place, one in enumerate(passages) if place % _HELD_OUT != _HELD_OUT - 1]
        self._progress = progress
        self._memories = self._first_memories()
        self._optimizer = torch.optim.Adam(self._memories, lr=self._settings.rate)
        self._best = [memory.detach().clone() for memory in self._memories]
        self._best_loss: float | None = None
        self._step = 0
        self._name = _fingerprint(model, passages, self._settings)
        self._resume()

    @property
    def steps(self) -> int:
        """In total."""
        return self._settings.epochs * len(self._passages)

    def run(self, report: Callable[[Report], None] = lambda report: None) -> TunedVoice:
        """Learn to the end. report: called after every step; what it raises ends the learning, as Ctrl-C
        does, and what was learnt stays in the progress file."""
        try:
            while self._step < self.steps:
                loss = self._learn(self._passage())
                self._step += 1
                if self._step % len(self._passages) == 0:
                    self._compare()
                if self._step % _KEPT_EVERY == 0:
                    self._keep()
                report(Report(self._step, self.steps, loss, self._best_loss))
        except BaseException:
            self._keep()
            raise
        if self._progress is not None:
            self._progress.unlink(missing_ok=True)
        return self._voice(self._best)

    def loss(self, passages: Sequence[Passage]) -> float:
        """Mean nats per code of passages said with the voice as it is now."""
        with torch.no_grad():
            return sum(float(self._loss(one)) for one in passages) / len(passages)

    def _first_memories(self) -> list[Tensor]:
        """Keys of all blocks, then their values: parameters [heads, channels]."""
        config, device = self._model.config, self._model.rvq_embed.weight.device
        drawing = torch.Generator().manual_seed(self._settings.seed)
        blocks = config.encoder + config.decoder
        return [
            (_SCALE * torch.randn(config.heads, channels // config.heads, generator=drawing))
            .to(device)
            .requires_grad_()
            for channels in (config.keys, config.values)
            for _ in range(blocks)
        ]

    def _passage(self) -> Passage:
        """In every epoch all passages come, in another order."""
        epoch, place = divmod(self._step, len(self._passages))
        drawing = torch.Generator().manual_seed(self._settings.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self._passages), generator=drawing).tolist()
        return self._passages[order[place]]

    def _learn(self, passage: Passage) -> float:
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._loss(passage)
        loss.backward()
        self._optimizer.step()
        return float(loss.detach())

    def _loss(self, passage: Passage) -> Tensor:
        """Cross entropy of every next code. Before a delayed codebook begins there is nothing to tell."""
        device = self._model.rvq_embed.weight.device
        columns = delay(passage.codes + SPECIAL).T[None].to(device)
        reading = self._model.read(torch.tensor([passage.tokens], device=device))
        state = tuned(self._model.start(1), self._voice(self._memories))
        logits = self._model(columns[:, :-1], reading, state).logits
        return functional.cross_entropy(logits.flatten(0, -2), columns[:, 1:].flatten(), ignore_index=START)

    def _compare(self) -> None:
        """At the end of an epoch, keep the voice if it is the best so far."""
        loss = self.loss(self._held_out or self._passages)
        if self._best_loss is None or loss < self._best_loss:
            self._best_loss = loss
            self._best = [memory.detach().clone() for memory in self._memories]

    def _voice(self, memories: Sequence[Tensor]) -> TunedVoice:
        blocks = len(memories) // 2
        return TunedVoice(tuple(memories[:blocks]), tuple(memories[blocks:]))

    def _keep(self) -> None:
        if self._progress is None:
            return
        tensors = {f"best.{index}": tensor for index, tensor in enumerate(self._best)}
        for index, memory in enumerate(self._memories):
            tensors[f"now.{index}"] = memory.detach()
            if known := self._optimizer.state.get(memory):
                tensors[f"mean.{index}"], tensors[f"square.{index}"] = known["exp_avg"], known["exp_avg_sq"]
        known = {"name": self._name, "step": self._step, "best": self._best_loss}
        draft = self._progress.with_name(f"{self._progress.name}.{os.getpid()}")
        save_file(tensors, draft, {"progress": json.dumps(known)})
        os.replace(draft, self._progress)

    def _resume(self) -> None:
        """Go on from the progress file. One that is damaged, or of other learning, is written over."""
        if self._progress is None or not self._progress.is_file():
            return
        try:
            with safe_open(self._progress, "pt") as file:
                known = json.loads((file.metadata() or {}).get("progress", "{}"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, ValueError, SafetensorError):
            return
        if known.get("name") != self._name:
            return
        self._step, self._best_loss = known["step"], known["best"]
        for index, memory in enumerate(self._memories):
            with torch.no_grad():
                memory.copy_(tensors[f"now.{index}"])
                self._best[index].copy_(tensors[f"best.{index}"])
            if f"mean.{index}" in tensors:
                self._optimizer.state[memory] = {
                    "step": torch.tensor(float(self._step)),
                    "exp_avg": tensors[f"mean.{index}"].to(memory.device),
                    "exp_avg_sq": tensors[f"square.{index}"].to(memory.device),
                }


def _fingerprint(model: LinaModel, passages: Sequence[Passage], settings: Settings) -> str:
    """sha256 in hex of what the result follows from. Of the model, the codes' embedding stands for all."""
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    digest.update(model.rvq_embed.weight.detach().cpu().numpy().tobytes())
    for passage in passages:
        digest.update(repr(passage.tokens).encode())
        digest.update(passage.codes.cpu().numpy().tobytes())
    return digest.hexdigest()
