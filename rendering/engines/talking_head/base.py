"""What every talking head does: an avatar and speech in, chunks of frames out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.matting.base import Alpha
from rendering.engines.speech.base import Speech


@dataclass(frozen=True)
class StillSource:
    """An avatar made from one picture.

    image: the portrait; alpha: its matte, same size; plate: the picture with the person removed, same size;
    face: its analysis, in pixels of `image`; atlas: name of the viseme atlas made for this very face, "" for
    none.
    """

    image: Image
    alpha: Alpha
    plate: Image
    face: FaceAnalysis
    atlas: str = ""


@dataclass(frozen=True)
class VideoSource:
    """An avatar made from a clip, read frame by frame so that memory stays flat.

    path: local video file; mattes: local file of the matte (grey video of the same size and frame count) or
    None; faces: one analysis per frame; plate: what is behind the person; own_colours: soft edges of the clip
    already hold the person's own colour instead of a mixture with the background's; matches: pairs of frames
    that look so alike that the clip can go on from the one after the other; unseen: frames without a visible
    face, which are not to be shown (their analyses are interpolated).
    """

    path: str
    mattes: str | None
    faces: tuple[FaceAnalysis, ...]
    plate: Image
    fps: float
    own_colours: bool = False
    matches: tuple[tuple[int, int], ...] = ()
    unseen: tuple[int, ...] = ()


AvatarSource = StillSource | VideoSource

ExpressionName = Literal["calm", "friendly", "serious", "energetic"]
INTENSITIES = (0.0, 2.0)


@dataclass(frozen=True)
class Manner:
    """How an avatar speaks. intensity: of the expression; at 0 all of them are the same plain face, 1 is as
    usual, 2 is twice as far from plain. Raises ValueError for what is none."""

    expression: ExpressionName = "calm"
    intensity: float = 1.0

    def __post_init__(self) -> None:
        if self.expression not in get_args(ExpressionName):
            names = ", ".join(get_args(ExpressionName))
            raise ValueError(f"There is no expression {self.expression}. Choose one of {names}.")
        least, most = INTENSITIES
        if not least <= self.intensity <= most:
            raise ValueError(f"intensity {self.intensity} is outside {least:g}-{most:g}")


CALM = Manner()


@dataclass(frozen=True)
class Placement:
    """Where the avatar's picture lands in the panel it is drawn on.

    A point p of the source picture lands at `scale * p + offset` (panel pixels; corners, not
    middles, of pixels are whole numbers in both). width, height: the panel, even.
    """

    width: int
    height: int
    scale: float
    offset_x: float
    offset_y: float


@dataclass(frozen=True)
class FrameChunk:
    """Some consecutive frames of the panel.

    rgb: uint8 [n, height, width, 3], straight (not premultiplied) colour, foreground estimated at soft edges;
    alpha: uint8 [n, height, width]. Buffers belong to the receiver.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8]


CHUNK_FRAMES = 8
"""Of a chunk, at most: few enough for flat memory, enough that what each chunk costs does not count."""


class Actor(Protocol):
    """An avatar prepared for one placement. Keeps precomputed fields; not thread-safe."""

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        ...

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: the source picture's own background on the panel, person removed,
        identical to the photo outside the person; for a kept or blurred background."""
        ...

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames. Frame i shows the time (i + 0.5) / fps of the speech, which is followed by
        silence. Idle motion depends on the time inside the segment and is at the manner's rest pose at both
        ends, so that segments of one manner join without a jump; nobody blinks or looks away in the first
        half second."""
        ...


class TalkingHead(Protocol):
    """Prepares actors. Preparing is the slow part (up to seconds); the pipeline caches actors."""

    name: str
    version: str

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor: ...
