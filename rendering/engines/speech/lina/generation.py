"""From texts to codes: several takes of several utterances, decoded as one batch."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from rendering.engines.speech.lina.config import SPECIAL, START
from rendering.engines.speech.lina.cross_attention import Reading
from rendering.engines.speech.lina.delay import delay, undelay
from rendering.engines.speech.lina.model import LinaModel, LinaState
from rendering.engines.speech.lina.steps import Decoded, Steps
from rendering.engines.speech.lina.voice import ClonedVoice, TunedVoice, Voice


@dataclass(frozen=True)
class Request:
    """One utterance. tokens: its text, after a cloned voice's transcript; limit: frames; voice: None for the
    model's own of each seed; seeds: of its takes."""

    tokens: tuple[int, ...]
    limit: int
    seeds: tuple[int, ...]
    voice: Voice | None = None


@dataclass(frozen=True)
class Take:
    """What was decoded. codes: int64 [codebooks, frames], as the codec takes them; attention: float32
    [frames, tokens], where in the text each frame is; stopped: whether it came to an end by itself before the
    limit."""

    codes: Tensor
    attention: Tensor
    stopped: bool


def seed_of(*parts: str) -> int:
    """A seed that belongs to these words, and on every machine the same."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:7], "little")


def generate(model: LinaModel, steps: Steps, requests: Sequence[Request]) -> list[list[Take]]:
    """The takes of each request, in order. A take follows from its request alone, not from the others.

    steps: of that model. Rows that stop leave the batch, where it costs nothing to let them.
    """
    with torch.inference_mode():
        rows = [
            _Row(request, seed, number) for number, request in enumerate(requests) for seed in request.seeds
        ]
        tokens, present = _padded([row.request.tokens for row in rows], model.rvq_embed.weight.device)
        reading = model.read(tokens, present)
        starts = [_start(model, request) for request in requests]
        takes: dict[int, Take] = {}
        # Rows that were told something are further on: those that are equally far go together.
        for told in sorted({state.steps for state, _ in starts}):
            chosen = [place for place, row in enumerate(rows) if starts[row.number][0].steps == told]
            part = [rows[place] for place in chosen]
            limits = [row.request.limit + model.config.codebooks - 1 for row in part]
            decoded = steps.decode(
                Reading(*(tensor[chosen] for tensor in reading)),
                _joined([starts[row.number][0] for row in part]),
                torch.cat([starts[row.number][1] for row in part]),
                _noise([row.seed for row in part], limits, steps.choices),
                limits,
            )
            for place, row, result in zip(chosen, part, decoded, strict=True):
                takes[place] = _take(row.request, result)
    ordered = iter(takes[place] for place in range(len(rows)))
    return [[next(ordered) for _ in request.seeds] for request in requests]


class _Row(NamedTuple):
    """One take to be made: a seed of a request, and the request's number."""

    request: Request
    seed: int
    number: int


def _padded(texts: list[tuple[int, ...]], device: torch.device) -> tuple[Tensor, Tensor]:
    longest = max(map(len, texts))
    tokens = torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts], device=device)
    lengths = torch.tensor([len(text) for text in texts], device=device)
    return tokens, torch.arange(longest, device=device) < lengths[:, None]


def _start(model: LinaModel, request: Request) -> tuple[LinaState, Tensor]:
    """The state from which a request's takes begin, and the codes they go on from, [1, codebooks]."""
    state, device = model.start(1), model.rvq_embed.weight.device
    if isinstance(request.voice, TunedVoice):
        return tuned(state, request.voice), torch.full((1, model.config.codebooks), START, device=device)
    told = _told(request.voice, model.config.codebooks).to(device).T[None]
    if told.shape[1] > 1:
        reading = model.read(*_padded([request.tokens], device))
        state = model(told[:, :-1], reading, state).state
    return state, told[:, -1]


def tuned(state: LinaState, voice: TunedVoice) -> LinaState:
    """A beginning at which every block remembers the voice."""
    memories = [
        mixer._replace(memory=(key[None, :, :, None] * value[None, :, None]).to(mixer.memory))
        for mixer, key, value in zip(state.mixers, voice.keys, voice.values, strict=False)
    ]
    return LinaState((*memories, state.mixers[-1]), state.steps)


def _told(voice: ClonedVoice | None, codebooks: int) -> Tensor:
    """int64 [codebooks, columns]: what a take begins with. Of delayed codebooks, the last codes are not
    told."""
    if voice is None:
        return torch.full((codebooks, 1), START)
    return delay(voice.codes + SPECIAL)[:, : voice.codes.shape[1] + 1]


def _joined(states: list[LinaState]) -> LinaState:
    mixers = zip(*(state.mixers for state in states), strict=True)
    return LinaState(
        tuple(type(group[0])(*map(torch.cat, zip(*group, strict=True))) for group in mixers), states[0].steps
    )


def _noise(seeds: Sequence[int], limits: Sequence[int], choices: int) -> Tensor:
    """float32 [steps, rows, choices], Gumbel. Drawn on the processor: on every device the same."""
    noise = torch.zeros(max(limits), len(seeds), choices)
    for row, (seed, limit) in enumerate(zip(seeds, limits, strict=True)):
        uniform = torch.rand(limit, choices, generator=torch.Generator().manual_seed(seed))
        noise[:limit, row] = -torch.log(-torch.log(uniform.clamp(1e-7, 1 - 1e-7)))
    return noise


def _take(request: Request, decoded: Decoded) -> Take:
    told = _told(request.voice if isinstance(request.voice, ClonedVoice) else None, decoded.codes.shape[1])
    frames = undelay(torch.cat((told[:, 1:], decoded.codes.T), dim=1))[:, told.shape[1] - 1 :]
    codes = (frames - SPECIAL).clamp(min=0)
    attention = decoded.attention[: codes.shape[1], : len(request.tokens)]
    return Take(codes, attention, decoded.stopped)
