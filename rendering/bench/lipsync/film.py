"""Every score of one film: read twice, so that its length costs time and not memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rendering.bench.lipsync import pixels
from rendering.bench.lipsync.landmarks import Tracks, watch
from rendering.bench.lipsync.openness import expected_openness
from rendering.bench.lipsync.scores import (
    CLOSED,
    Closures,
    blink_rate,
    closures,
    correlation,
    jitter,
    lag,
    opening_in_silence,
)
from rendering.bench.lipsync.sheet import Cell, crop, face_square, pick_phones, pick_run
from rendering.engines.errors import MediaError
from rendering.engines.speech.base import Phone
from rendering.pipeline.avatar_engines import AvatarEngines
from rendering.pipeline.clips import inspect, read_frames

PIXELS_EVERY = 5
"""Frames; looking at every fifth one's pixels says as much as at all."""
LEAST = 5
"""Percentile of the film's opening that counts as closed when the rest frame is read as wider: a single frame
of closed lips may be read up to 0.01 too wide."""
SPEAKING = 0.01
"""Face heights of opening above rest: the frames whose mouth's sharpness counts."""

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Script:
    """What is said in a film. phones: in order, without gaps; intended: lip opening asked for in each frame,
    in any unit, or None where it is not known; aligned: whether phones come from the words or only from the
    sound."""

    phones: tuple[Phone, ...]
    intended: Curve | None
    aligned: bool


@dataclass(frozen=True)
class Scores:
    """See docs/lipsync.md. NaN: not to be measured in this film. lag: frames; opening_in_silence,
    rest_opening, widest_opening, jitter: face heights; mouth_sharpness, seam: 1 as at rest; upper_face,
    background: levels of 255; seen: share of frames with a face."""

    intended_correlation: float
    expected_correlation: float
    lag: int | None
    closures: Closures
    opening_in_silence: float
    rest_opening: float
    widest_opening: float
    jitter: float
    blinks_per_minute: float
    mouth_sharpness: float
    seam: float
    upper_face: float
    background: float
    seen: float
    frames: int


@dataclass(frozen=True)
class Judged:
    """phones: cells of a contact sheet, one a phone; run: consecutive frames."""

    scores: Scores
    phones: tuple[Cell, ...]
    run: tuple[Cell, ...]


def judge(path: Path, script: Script, engines: AvatarEngines, *, rests_first: bool) -> Judged:
    """Measure a film. rests_first: its first frame is the rest pose; otherwise the frame with the least
    opening stands for it. Raises MediaError, also when nobody is seen."""
    fps = inspect(path).fps
    try:
        seen = watch(read_frames(path, fps=fps), engines.analyser)
    except ValueError as error:
        raise MediaError(f"{path.name} shows no face. Use a film of one person from the front.") from error
    rest = 0 if rests_first and seen.landmarks[0] is not None else int(np.nanargmin(seen.opening))
    time: Curve = (np.arange(len(seen.opening), dtype=np.float64) + 0.5) / fps
    looked = _look(path, fps, seen, rest, script.phones, engines)
    return Judged(_scores(seen, script, time, fps, rest, looked), tuple(looked.phones), tuple(looked.run))


def resting_opening(opening: Curve, rest: int) -> float:
    """Face heights that closed lips are read as. opening: of each frame; rest: the frame of the rest pose."""
    return min(float(opening[rest]), float(np.nanpercentile(opening, LEAST)))


def _scores(seen: Tracks, script: Script, time: Curve, fps: float, rest: int, looked: "_Look") -> Scores:
    at_rest = resting_opening(seen.opening, rest)
    intended = None if script.intended is None else _as_long(script.intended, len(time))
    expected = expected_openness(script.phones, time)
    return Scores(
        intended_correlation=float("nan") if intended is None else correlation(seen.opening, intended),
        # What an estimate from the sound alone calls a phone is no measure of anything.
        expected_correlation=correlation(seen.opening, expected) if script.aligned else float("nan"),
        lag=lag(seen.opening, intended if intended is not None else expected),
        closures=closures(seen.opening, script.phones if script.aligned else (), time, at_rest),
        opening_in_silence=opening_in_silence(seen.opening, script.phones, time, at_rest),
        rest_opening=at_rest,
        widest_opening=float(np.nanpercentile(seen.opening, 99)),
        jitter=jitter(seen.fixed, seen.height),
        blinks_per_minute=blink_rate(seen.eyes, fps),
        mouth_sharpness=looked.sharpness.ratio(),
        seam=looked.border.ratio(),
        upper_face=_median(looked.upper_face),
        background=_median(looked.background),
        seen=seen.seen,
        frames=len(time),
    )


@dataclass
class _Compared:
    """A pixel score in the frames at rest and in those that speak: the same film, encoded alike, so that the
    codec cancels out."""

    resting: list[float] = field(default_factory=list)
    speaking: list[float] = field(default_factory=list)

    def ratio(self) -> float:
        return _median(self.speaking) / _median(self.resting)


@dataclass
class _Look:
    """What the second reading finds: pixel scores of some frames, and the cells of the contact sheets."""

    sharpness: _Compared = field(default_factory=_Compared)
    border: _Compared = field(default_factory=_Compared)
    upper_face: list[float] = field(default_factory=list)
    background: list[float] = field(default_factory=list)
    phones: list[Cell] = field(default_factory=list)
    run: list[Cell] = field(default_factory=list)


def _look(
    path: Path, fps: float, seen: Tracks, rest: int, phones: Sequence[Phone], engines: AvatarEngines
) -> _Look:
    still = next(frame for index, frame in enumerate(read_frames(path, fps=fps)) if index == rest)
    landmarks = seen.landmarks[rest]
    if landmarks is None:
        raise MediaError(f"{path.name} shows no face at rest. Use a film that shows the face throughout.")
    reference = pixels.rest_frame(still, landmarks, seen.height, engines.matting.matte_still(still))
    square = face_square(landmarks, still.shape)
    wanted, running = pick_phones(phones, fps, len(seen.opening)), pick_run(seen.opening)
    at_rest = resting_opening(seen.opening, rest)
    look = _Look()
    for index, frame in enumerate(read_frames(path, fps=fps)):
        look.phones += [Cell(label, crop(frame, square)) for label in wanted.get(index, ())]
        if index in running:
            look.run.append(Cell(str(index), crop(frame, square)))
        found = seen.landmarks[index]
        if index % PIXELS_EVERY or found is None:
            continue
        picture = pixels.grey(frame)
        look.background.append(pixels.background_change(picture, reference))
        look.upper_face.append(pixels.upper_face_change(picture, found, reference))
        beyond = seen.opening[index] - at_rest
        for compared, score in (
            (look.sharpness, pixels.relative_sharpness),
            (look.border, pixels.border_contrast),
        ):
            if beyond <= CLOSED:
                compared.resting.append(score(picture, found, seen.height))
            elif beyond > SPEAKING:
                compared.speaking.append(score(picture, found, seen.height))
    look.phones.sort(key=lambda cell: cell.label)
    return look


def _as_long(curve: Curve, frames: int) -> Curve:
    """Containers may lose or double the last frame."""
    return np.interp(np.arange(frames), np.arange(len(curve)), curve)


def _median(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float("nan")
