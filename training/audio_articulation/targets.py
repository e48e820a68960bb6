"""What the network is to say: the curves that known phones give, and where closures and speech are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.base import Phone, Samples, Speech
from rendering.engines.talking_head.portrait.articulation import articulate
from rendering.engines.talking_head.portrait.heard_articulation import EVENTS
from rendering.engines.talking_head.portrait.log_mel import RATE, frame_count
from rendering.engines.talking_head.portrait.prosody import listen
from rendering.engines.talking_head.portrait.visemes import BILABIALS, LABIODENTALS, SILENCE, Viseme


def targets(samples: Samples, phones: Sequence[Phone]) -> NDArray[np.float32]:
    """float32 [frames, channels of Viseme and EVENTS] at RATE; events are 0 or 1."""
    time = (np.arange(frame_count(samples)) + 0.5) / RATE
    known = Speech(samples, (), tuple(phones), "aligned")
    # Articulation takes only loudness from prosody; pitch, which costs time, is looked for at few times.
    curves = articulate(phones, listen(known, time[:: 5 * RATE]), time)
    said = np.zeros((len(time), len(Viseme._fields) + len(EVENTS)), dtype=np.float32)
    for column, name in enumerate(Viseme._fields):
        said[:, column] = getattr(curves, name)
    speech, bilabial, labiodental = said[:, len(Viseme._fields) :].T
    for phone in phones:
        spoken = (time >= phone.start) & (time < phone.end)
        speech[spoken] = phone.label != SILENCE
        bilabial[spoken] = phone.label in BILABIALS
        labiodental[spoken] = phone.label in LABIODENTALS
    return said
