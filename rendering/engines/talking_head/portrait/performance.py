"""Speech to the face's motion, frame by frame."""

from dataclasses import dataclass, fields, replace

import numpy as np

from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, Manner
from rendering.engines.talking_head.portrait.articulation import Articulation, articulate
from rendering.engines.talking_head.portrait.heard_articulation import hear
from rendering.engines.talking_head.portrait.idle import Idle, idle, rest_window
from rendering.engines.talking_head.portrait.iris import EYE_TURN
from rendering.engines.talking_head.portrait.manner import Style, style_of
from rendering.engines.talking_head.portrait.prosody import Prosody, listen
from rendering.engines.talking_head.portrait.visemes import SILENCE, VISEMES, Viseme

MOUTH_EASE = 0.10
"""Seconds the mouth takes from and to the closed rest pose at the ends of a segment."""
NOD_PITCH = 0.030
"""Radians of head pitch for a nod of 1."""
NOD_SHIFT = 0.006
"""Face heights the head sinks for a nod of 1."""
WIDEST = 1.3
"""Of the gap and the jaw, whatever the manner: more makes chins pointed."""
HIGHEST_BROW = 1.4
"""Of the brows' answer to the voice: more drags the hairline along."""
PUCKER_AGAINST_SMILE = 0.5
"""Part of a smile that a full pucker takes away: the ring muscle of the lips works against AU12."""


@dataclass(frozen=True)
class Expression:
    """The face at one instant; the default is the rest pose of a calm face. Units as in Viseme, Prosody, Idle
    and Style."""

    mouth: Viseme = VISEMES[SILENCE]
    brow: float = 0.0
    smile: float = 0.0
    blink: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    breath: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0


@dataclass(frozen=True)
class Performance:
    """A segment's motion. articulation and prosody are as the manner shows them; smile, brow: of its rest
    pose."""

    articulation: Articulation
    prosody: Prosody
    idle: Idle
    smile: float = 0.0
    brow: float = 0.0

    def __len__(self) -> int:
        return len(self.articulation.gap)

    def __getitem__(self, frame: int) -> Expression:
        motion, nod, mouth = self.idle, float(self.prosody.nod[frame]), self._mouth(frame)
        yaw, pitch = float(motion.yaw[frame]), float(motion.pitch[frame]) + NOD_PITCH * nod
        relaxed = 1 - PUCKER_AGAINST_SMILE * max(0.0, mouth.rounding)
        return Expression(
            mouth=mouth,
            brow=self.brow + float(self.prosody.brow[frame]),
            smile=self.smile * float(motion.warmth[frame]) * relaxed,
            blink=float(motion.blink[frame]),
            # While the head turns, the eyes stay on what they look at.
            gaze=(
                float(motion.gaze[frame, 0]) - EYE_TURN * yaw,
                float(motion.gaze[frame, 1]) - EYE_TURN * pitch,
            ),
            breath=float(motion.breath[frame]),
            yaw=yaw,
            pitch=pitch,
            roll=float(motion.roll[frame]),
            shift_x=float(motion.shift_x[frame]),
            shift_y=float(motion.shift_y[frame]) + NOD_SHIFT * nod,
        )

    def filmed(self, frame: int) -> Expression:
        """What a clip shows of it: its person's head, eyes and smile are as filmed."""
        return Expression(mouth=self._mouth(frame), brow=float(self.prosody.brow[frame]))

    def _mouth(self, frame: int) -> Viseme:
        return Viseme(*(float(getattr(self.articulation, name)[frame]) for name in Viseme._fields))


def perform(speech: Speech, frames: int, fps: int, seed: int, manner: Manner = CALM) -> Performance:
    """The motion of `frames` frames. Frame i shows the time (i + 0.5) / fps; the first and the last frame are
    the manner's rest pose. Deterministic in its arguments."""
    style = style_of(manner)
    time = (np.arange(frames) + 0.5) / fps
    heard = listen(speech, time)
    if speech.timing == "aligned":
        spoken = articulate(speech.phones, heard, time)
    else:  # its phones are guesses that are good enough for words and brows, not for lips
        spoken = hear(speech.samples, time)
    spoken = _opened(spoken, style)
    lips, head = rest_window(frames, fps, MOUTH_EASE), rest_window(frames, fps)
    return Performance(
        articulation=Articulation(**{f.name: getattr(spoken, f.name) * lips for f in fields(Articulation)}),
        prosody=replace(
            heard,
            brow=np.minimum(style.accent * heard.brow, HIGHEST_BROW) * head,
            nod=style.nod * heard.nod * head,
        ),
        idle=idle(frames, fps, seed, style),
        smile=style.smile,
        brow=style.brow,
    )


def _opened(spoken: Articulation, style: Style) -> Articulation:
    """Lips that part further or less; those that are shut stay so."""
    return replace(
        spoken,
        gap=np.minimum(style.opening * spoken.gap, WIDEST),
        jaw=np.minimum(style.jaw * spoken.jaw, WIDEST),
        raised=style.opening * spoken.raised,
        depressed=style.opening * spoken.depressed,
    )
