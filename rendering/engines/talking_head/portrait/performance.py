"""Speech to the face's motion, frame by frame."""

from dataclasses import dataclass, fields

import numpy as np

from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.portrait.articulation import Articulation, articulate
from rendering.engines.talking_head.portrait.idle import Idle, idle, rest_window
from rendering.engines.talking_head.portrait.prosody import Prosody, listen
from rendering.engines.talking_head.portrait.visemes import SILENCE, VISEMES, Viseme

MOUTH_EASE = 0.10
"""Seconds the mouth takes from and to the closed rest pose at the ends of a segment."""
NOD_PITCH = 0.030
"""Radians of head pitch for a nod of 1."""
NOD_SHIFT = 0.006
"""Face heights the head sinks for a nod of 1."""


@dataclass(frozen=True)
class Expression:
    """The face at one instant; the default is the rest pose. Units as in Viseme, Prosody and Idle."""

    mouth: Viseme = VISEMES[SILENCE]
    brow: float = 0.0
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
    """A segment's motion."""

    articulation: Articulation
    prosody: Prosody
    idle: Idle

    def __len__(self) -> int:
        return len(self.articulation.gap)

    def __getitem__(self, frame: int) -> Expression:
        motion, nod = self.idle, float(self.prosody.nod[frame])
        return Expression(
            mouth=Viseme(*(float(getattr(self.articulation, name)[frame]) for name in Viseme._fields)),
            brow=float(self.prosody.brow[frame]),
            blink=float(motion.blink[frame]),
            gaze=(float(motion.gaze[frame, 0]), float(motion.gaze[frame, 1])),
            breath=float(motion.breath[frame]),
            yaw=float(motion.yaw[frame]),
            pitch=float(motion.pitch[frame]) + NOD_PITCH * nod,
            roll=float(motion.roll[frame]),
            shift_x=float(motion.shift_x[frame]),
            shift_y=float(motion.shift_y[frame]) + NOD_SHIFT * nod,
        )


def perform(speech: Speech, frames: int, fps: int, seed: int) -> Performance:
    """The motion of `frames` frames. Frame i shows the time (i + 0.5) / fps; the first and the last frame are
    the rest pose. Deterministic in its arguments."""
    time = (np.arange(frames) + 0.5) / fps
    heard = listen(speech, time)
    spoken = articulate(speech.phones, heard, time)
    lips, head = rest_window(frames, fps, MOUTH_EASE), rest_window(frames, fps)
    return Performance(
        articulation=Articulation(**{f.name: getattr(spoken, f.name) * lips for f in fields(Articulation)}),
        prosody=Prosody(heard.loudness, heard.reference, heard.energy, heard.brow * head, heard.nod * head),
        idle=idle(frames, fps, seed),
    )
