"""From an uploaded clip to an avatar: made uniform, its face tracked, matted, the room behind uncovered."""

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from rendering.engines.errors import FaceError, MediaError
from rendering.engines.face.analysis import FaceAnalyser, describe
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.face.checks import check_face
from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.track import bridge_gaps, smooth, without_outliers
from rendering.engines.inpainting.base import Inpainting, Known
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.talking_head.base import VideoSource
from rendering.pipeline.avatar_engines import AvatarEngines, shared_engines
from rendering.pipeline.bundle import AvatarBundle, Side, hidden_by_person
from rendering.pipeline.clip_matches import Looks
from rendering.pipeline.clip_writer import ClipWriter
from rendering.pipeline.clips import ClipFacts, inspect, read_frames
from rendering.pipeline.framing import cut_borders, speaker_alpha

Progress = Callable[[float], None]
"""Called with the share done, 0..1; may raise to stop."""

MIN_SECONDS, MAX_SECONDS = 2.0, 60.0
MAX_SIDE = 1280
"""Pixels of the clip that is kept: matting costs 0.15 to 0.3 s a frame at this size."""
RATES = (25, 30)
"""Frames per second that are kept; the nearer one."""
MAX_LOST = 0.1
"""Share of frames in which the face may be out of sight."""
BLURRED = 0.1
"""Seconds in which a face that is not found is taken to be where it was, blurred by its motion."""
PLATE_FRAMES = 24
"""Frames that the room behind the person is put together from."""
TRACKING_SHARE = 0.2
"""Of the whole work; the rest is matting."""
CLIP_QUALITY, MATTE_QUALITY, WORKING_QUALITY = 17, 12, 10
"""CRF of x264: of what is kept, and of the copy that it is made from."""


def prepare_video(
    path: Path,
    workdir: Path,
    *,
    engines: AvatarEngines | None = None,
    progress: Progress = lambda share: None,
) -> AvatarBundle:
    """The avatar that speaks with the face of a clip.

    workdir: where the uniform clip and its mattes are written; they are needed until the bundle is saved.
    Raises MediaError and FaceError with the remedy, ModelMissingError.
    """
    engines = engines or shared_engines()
    facts = inspect(path)
    _check_length(facts)
    fps = min(RATES, key=lambda rate: abs(rate - facts.fps))
    expected = max(1.0, facts.seconds * fps)
    uniform = workdir / "uniform.mp4"
    found: list[Landmarks | None] = []
    with ClipWriter(uniform, fps, WORKING_QUALITY) as writer:
        for image, landmarks in _track(_uniform(path, fps), engines.analyser):
            if len(found) > MAX_SECONDS * fps:
                raise _too_long(len(found) / fps)
            writer.write(image)
            found.append(landmarks)
            progress(min(1.0, len(found) / expected) * TRACKING_SHARE)
    if len(found) < MIN_SECONDS * fps:
        raise MediaError(
            f"Video too short: it lasts {len(found) / fps:.1f} seconds, we need {MIN_SECONDS:.0f}. "
            "Record a longer one."
        )
    faces = _faces(found, image, fps)
    check_face(image, typical_face(faces))
    matted = _matte(uniform, workdir, faces, fps, engines, progress)
    uniform.unlink()
    source = VideoSource(
        str(matted.clip),
        str(matted.mattes),
        faces,
        matted.plate,
        fps,
        own_colours=True,
        matches=matted.matches,
        unseen=unseen(found, fps),
    )
    made_with = {
        "matting": f"{engines.matting.name} {engines.matting.version}",
        "widening": "none",
        "plate": f"median, {engines.plates.name} {engines.plates.version}",
    }
    return AvatarBundle(source, matted.borders, made_with)


@dataclass(frozen=True)
class _Matted:
    """clip: the person in their own colours, so that no render has to find them; mattes: their alpha."""

    clip: Path
    mattes: Path
    plate: Image
    borders: frozenset[Side]
    matches: tuple[tuple[int, int], ...]


def _matte(
    uniform: Path,
    workdir: Path,
    faces: tuple[FaceAnalysis, ...],
    fps: int,
    engines: AvatarEngines,
    progress: Progress,
) -> _Matted:
    clip, mattes = workdir / "clip.mp4", workdir / "mattes.mp4"
    room, looks = RoomBehind(len(faces)), Looks(fps)
    borders: set[Side] = set()
    with ClipWriter(clip, fps, CLIP_QUALITY) as pictures, ClipWriter(mattes, fps, MATTE_QUALITY) as alphas:
        # One copy of each frame goes to the network, one stays here; they are never apart by more than the
        # few frames that the network takes at once.
        seen, matted = itertools.tee(read_frames(uniform))
        for number, (image, raw) in enumerate(zip(seen, engines.matting.matte_video(matted), strict=True)):
            alpha = speaker_alpha(raw, faces[number].landmarks)
            alphas.write(np.repeat(alpha[..., None], 3, axis=2))
            pictures.write(estimate_foreground(image, alpha))
            room.see(number, image, alpha)
            looks.see(image, faces[number].landmarks)
            borders |= cut_borders(alpha)
            progress(TRACKING_SHARE + (number + 1) / len(faces) * (1 - TRACKING_SHARE))
    return _Matted(clip, mattes, room.plate(engines.plates), frozenset(borders), looks.matches())


def typical_face(faces: tuple[FaceAnalysis, ...]) -> FaceAnalysis:
    """The face as it is in most of a clip: medians over the frames; a blink does not close its eyes."""
    landmarks = np.median([face.landmarks for face in faces], axis=0).astype(np.float32)
    first = faces[0]
    measures = [(face.yaw, face.pitch, face.roll, face.width) for face in faces]
    yaw, pitch, roll, width = np.median(measures, axis=0).tolist()
    return FaceAnalysis(first.image_size, landmarks, yaw, pitch, roll, width, first.warnings)


def _check_length(facts: ClipFacts) -> None:
    if facts.seconds > MAX_SECONDS + 1:
        raise _too_long(facts.seconds)


def _too_long(seconds: float) -> MediaError:
    return MediaError(
        f"Video too long: it lasts {seconds:.0f} seconds, at most {MAX_SECONDS:.0f} work. "
        "Cut it and upload the part in which you look at the camera."
    )


def _uniform(path: Path, fps: int) -> Iterator[Image]:
    """Frames at a constant rate, of even size, none larger than needed."""
    for image in read_frames(path, fps=fps):
        height, width = image.shape[:2]
        scale = min(1.0, MAX_SIDE / max(height, width))
        size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
        yield np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _track(frames: Iterable[Image], analyser: FaceAnalyser) -> Iterator[tuple[Image, Landmarks | None]]:
    landmarks: Landmarks | None = None
    for image in frames:
        landmarks = analyser.follow(image, landmarks)
        yield image, landmarks


def _faces(found: list[Landmarks | None], image: Image, fps: int) -> tuple[FaceAnalysis, ...]:
    """One analysis per frame. Raises FaceError when the face is too often out of sight."""
    lost = [number for number, landmarks in enumerate(found) if landmarks is None]
    if len(lost) == len(found):
        raise FaceError("No human face found in the video. Record one person from the front, in good light.")
    if len(lost) > MAX_LOST * len(found):
        raise FaceError(
            f"The face is out of sight for {len(lost) / fps:.1f} of {len(found) / fps:.1f} seconds, "
            f"first at {lost[0] / fps:.1f} s. Record a video in which it is always visible."
        )
    return tuple(describe(landmarks, image) for landmarks in smooth(bridge_gaps(without_outliers(found))))


def unseen(found: list[Landmarks | None], fps: int) -> tuple[int, ...]:
    """Frames in which the face is out of sight for longer than a blurred moment."""
    hidden: list[int] = []
    for lost, run in itertools.groupby(range(len(found)), key=lambda number: found[number] is None):
        numbers = list(run)
        if lost and len(numbers) > BLURRED * fps:
            hidden += numbers
    return tuple(hidden)


class RoomBehind:
    """Puts together what is behind a moving person: each pixel is the median of the frames that show it."""

    def __init__(self, frames: int) -> None:
        self._chosen = set(np.linspace(0, frames - 1, min(frames, PLATE_FRAMES)).astype(int).tolist())
        self._images: list[Image] = []
        self._hidden: list[Known] = []

    def see(self, number: int, image: Image, alpha: Alpha) -> None:
        """Frame `number` of the clip and its matte."""
        if number in self._chosen:
            self._images.append(image)
            self._hidden.append(hidden_by_person(alpha))

    def plate(self, inpainting: Inpainting) -> Image:
        """The room; what no frame shows is filled in."""
        images, hidden = np.stack(self._images), np.stack(self._hidden)
        plate = np.zeros_like(images[0])
        # Row by row: a masked median of whole frames would need a gigabyte.
        for row in range(len(plate)):
            shown = np.where(hidden[:, row, :, None], np.float32(np.nan), images[:, row])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # pixels that no frame shows
                plate[row] = np.nan_to_num(np.nanmedian(shown, axis=0))
        return inpainting.fill(plate, np.logical_not(np.all(hidden, axis=0)))
