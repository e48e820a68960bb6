"""How far sound and pictures are apart at the end of a long video."""

import dataclasses
import tempfile
from pathlib import Path

from rendering.models import Render
from rendering.pipeline.join import join
from rendering.pipeline.probe import probe
from rendering.pipeline.spec import from_json
from rendering.results import fetch_pieces

LONG_S = 600
"""Ten minutes."""


def drift_frames(render: Render) -> float:
    """Join the segments of a finished render again and again to ten minutes, decode the result, and compare
    the length of its sound with the length of its pictures. In frames."""
    spec = from_json(render.spec)
    with tempfile.TemporaryDirectory(prefix="avatarlab-drift-") as folder:
        once = list(fetch_pieces(render, Path(folder)))
        frames = sum(piece.frames for piece in once)
        times = -(-LONG_S * spec.format.fps // frames)
        pieces = [dataclasses.replace(piece) for _ in range(times) for piece in once]
        joined = join(spec, pieces, Path(folder), report=lambda done, total: None)
        found = probe(joined.mp4)
    return abs(found.audio_duration * spec.format.fps - found.frames)
