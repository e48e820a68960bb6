"""Every score of one film: read three times, so that its length costs time and not memory."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from rendering.bench.lipsync import pixels, sync
from rendering.bench.lipsync.kept import Kept
from rendering.bench.lipsync.landmarks import Tracks, watch
from rendering.bench.lipsync.mouth import LipColours, MouthPicture, mouth_picture
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
    silent_frames,
)
from rendering.bench.lipsync.sheet import Cell, crop, face_square, pick_phones, pick_run
from rendering.bench.lipsync.sync import SyncScore
from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image
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

STUDIED = 20
"""Frames from which colours are learned, at least, with closed lips and with parted ones."""

Value = TypeVar("Value")
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
    """See docs/lipsync.md. NaN: not to be measured in this film. seen_by: what the opening was read from;
    mesh_correlation: intended_correlation as the mesh alone reads it; lag: frames; opening_in_silence,
    rest_opening, widest_opening, jitter: face heights; mouth_sharpness, seam: 1 as at rest; upper_face,
    background: levels of 255; kept: the background before encoding; seen: share of frames with a face;
    sync: what Wav2Lip's judge says, where it is here."""

    seen_by: Literal["picture", "mesh"]
    intended_correlation: float
    mesh_correlation: float
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
    kept: Kept | None
    seen: float
    frames: int
    sync: SyncScore | None = None


@dataclass(frozen=True)
class Judged:
    """phones: cells of a contact sheet, one a phone; run: consecutive frames."""

    scores: Scores
    phones: tuple[Cell, ...]
    run: tuple[Cell, ...]


def judge(
    path: Path, script: Script, engines: AvatarEngines, *, rests_first: bool, kept: Kept | None = None
) -> Judged:
    """Measure a film. rests_first: its first frame is the rest pose; otherwise the frame with the least
    opening stands for it; kept: what is known of its background before encoding. Raises MediaError, also when
    nobody is seen."""
    fps = inspect(path).fps
    try:
        seen = watch(read_frames(path, fps=fps), engines.analyser)
    except ValueError as error:
        raise MediaError(f"{path.name} shows no face. Use a film of one person from the front.") from error
    rest = 0 if rests_first and seen.landmarks[0] is not None else int(np.nanargmin(seen.opening))
    time: Curve = (np.arange(len(seen.opening), dtype=np.float64) + 0.5) / fps
    still, colours = _study(path, fps, seen, rest, silent_frames(script.phones, time))
    looked = _look(path, fps, seen, still, rest, colours, script.phones, engines)
    scores = _scores(seen, script, time, fps, rest, looked, kept)
    scores = replace(scores, sync=sync.judged(path, seen.landmarks, fps))
    return Judged(scores, tuple(looked.phones), tuple(looked.run))


def resting_opening(opening: Curve, rest: int) -> float:
    """Face heights that closed lips are read as. opening: of each frame; rest: the frame of the rest pose."""
    return min(float(opening[rest]), float(np.nanpercentile(opening, LEAST)))


def _scores(
    seen: Tracks, script: Script, time: Curve, fps: float, rest: int, looked: "_Look", kept: Kept | None
) -> Scores:
    in_picture = np.array(looked.opening)
    opening = in_picture if looked.tells_lips else seen.opening
    at_rest = resting_opening(opening, rest)
    intended = None if script.intended is None else _as_long(script.intended, len(time))
    expected = expected_openness(script.phones, time)
    return Scores(
        seen_by="picture" if looked.tells_lips else "mesh",
        intended_correlation=_agreement(opening, intended),
        mesh_correlation=_agreement(seen.opening, intended),
        # What an estimate from the sound alone calls a phone is no measure of anything.
        expected_correlation=correlation(opening, expected) if script.aligned else float("nan"),
        lag=lag(opening, intended if intended is not None else expected),
        closures=closures(opening, script.phones if script.aligned else (), time, at_rest),
        opening_in_silence=opening_in_silence(opening, script.phones, time, at_rest),
        rest_opening=at_rest,
        widest_opening=float(np.nanpercentile(opening, 99)),
        jitter=jitter(seen.fixed, seen.height),
        blinks_per_minute=blink_rate(seen.eyes, fps),
        mouth_sharpness=mouth_sharpness(looked.sharpness),
        seam=looked.border.ratio(lambda slope: slope),
        upper_face=_median(looked.upper_face),
        background=_median(looked.background),
        kept=kept,
        seen=seen.seen,
        frames=len(time),
    )


def _agreement(opening: Curve, intended: Curve | None) -> float:
    return float("nan") if intended is None else correlation(opening, intended)


def mouth_sharpness(seen: "Compared[pixels.Sharpness]") -> float:
    """Of both lips alike, so that a blurred one is not outvoted. Under a moustache the band above stands for
    the upper lip: hairs that hang over it leave its outline when the mouth opens, and leave the rest frame no
    upper lip to compare with."""
    hair = _median([one.above for one in seen.resting]) > pixels.MOUSTACHE
    lower = seen.ratio(lambda one: one.lower)
    return math.sqrt(lower * seen.ratio(lambda one: one.above if hair else one.upper))


@dataclass
class Compared(Generic[Value]):
    """A pixel score in the frames at rest and in those that speak: the same film, encoded alike, so that the
    codec cancels out."""

    resting: list[Value] = field(default_factory=list)
    speaking: list[Value] = field(default_factory=list)

    def add(self, value: Value, beyond_rest: float) -> None:
        """beyond_rest: face heights of opening. What is neither open nor shut is left out."""
        if beyond_rest <= CLOSED:
            self.resting.append(value)
        elif beyond_rest > SPEAKING:
            self.speaking.append(value)

    def ratio(self, of: Callable[[Value], float]) -> float:
        return _median([of(one) for one in self.speaking]) / _median([of(one) for one in self.resting])


@dataclass
class _Look:
    """What the last reading finds: the lips' opening in the picture of each frame and whether it is to be
    trusted, pixel scores of some frames, and the cells of the contact sheets."""

    tells_lips: bool
    opening: list[float] = field(default_factory=list)
    sharpness: Compared[pixels.Sharpness] = field(default_factory=Compared)
    border: Compared[float] = field(default_factory=Compared)
    upper_face: list[float] = field(default_factory=list)
    background: list[float] = field(default_factory=list)
    phones: list[Cell] = field(default_factory=list)
    run: list[Cell] = field(default_factory=list)


def _study(
    path: Path, fps: float, seen: Tracks, rest: int, silent: NDArray[np.bool_]
) -> tuple[Image, LipColours]:
    """The rest frame, and the colours of lips and of what is between them."""
    by_opening = np.argsort(seen.opening)  # frames without a face come last
    known = by_opening[: np.count_nonzero(~np.isnan(seen.opening))]
    quiet = np.intersect1d(np.flatnonzero(silent), known)
    # Where nobody knows of a pause, the frames with the least opening are closed, as far as there are any.
    quiet = quiet if len(quiet) else known[:STUDIED]
    closed = {rest, *(int(one) for one in quiet[:: max(1, len(quiet) // STUDIED)])}
    wide = {int(one) for one in known[-max(STUDIED, len(known) // 20) :]}
    still: Image | None = None
    mouths: dict[int, MouthPicture] = {}
    for index, frame in enumerate(read_frames(path, fps=fps)):
        found = seen.landmarks[index]
        if index == rest:
            still = frame
        if found is not None and index in closed | wide:
            mouths[index] = mouth_picture(frame, found, seen.height)
    if still is None:
        raise MediaError(f"{path.name} ends before its last frame. Copy it once more.")
    return still, LipColours.learn(
        *([mouths[one] for one in part if one in mouths] for part in (closed, wide))
    )


def _look(
    path: Path,
    fps: float,
    seen: Tracks,
    still: Image,
    rest: int,
    colours: LipColours,
    phones: Sequence[Phone],
    engines: AvatarEngines,
) -> _Look:
    landmarks = seen.landmarks[rest]
    if landmarks is None:
        raise MediaError(f"{path.name} shows no face at rest. Use a film that shows the face throughout.")
    reference = pixels.rest_frame(still, landmarks, seen.height, engines.matting.matte_still(still))
    square = face_square(landmarks, still.shape)
    wanted, running = pick_phones(phones, fps, len(seen.opening)), pick_run(seen.opening)
    look = _Look(colours.tell_apart)
    at_rest = resting_opening(seen.opening, rest)
    if look.tells_lips:
        at_rest = colours.opening(mouth_picture(still, landmarks, seen.height))
    for index, frame in enumerate(read_frames(path, fps=fps)):
        look.phones += [Cell(label, crop(frame, square)) for label in wanted.get(index, ())]
        if index in running:
            look.run.append(Cell(str(index), crop(frame, square)))
        found = seen.landmarks[index]
        if found is None:
            look.opening.append(float("nan"))
            continue
        mouth = mouth_picture(frame, found, seen.height)
        look.opening.append(colours.opening(mouth))
        if index % PIXELS_EVERY:
            continue
        picture = pixels.grey(frame)
        look.background.append(pixels.background_change(picture, reference))
        look.upper_face.append(pixels.upper_face_change(picture, found, reference))
        beyond = (look.opening[-1] if look.tells_lips else float(seen.opening[index])) - at_rest
        inside = np.zeros(picture.shape, bool)
        if look.tells_lips:
            inside = mouth.in_frame(colours.between(mouth), picture.shape)
        look.sharpness.add(pixels.sharpness(picture, found, seen.height, inside), beyond)
        look.border.add(pixels.border_contrast(picture, found, seen.height), beyond)
    look.phones.sort(key=lambda cell: cell.label)
    return look


def _as_long(curve: Curve, frames: int) -> Curve:
    """Containers may lose or double the last frame."""
    return np.interp(np.arange(frames), np.arange(len(curve)), curve)


def _median(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float("nan")
