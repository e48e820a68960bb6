"""The `diffdub` engine behind the talking-head contract."""

import numpy as np
import torch

from rendering.engines.catalogue.pictures import DIFFDUB
from rendering.engines.face.base import Image
from rendering.engines.neural import checkpoints, lean, runtime
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement, VideoSource
from rendering.engines.talking_head.diffdub import compiling, hearing, motion, renderer
from rendering.engines.talking_head.diffdub.dubber import DiffDubDubber, Person, Speaker
from rendering.engines.talking_head.diffdub.motion import REFERENCES
from rendering.engines.talking_head.diffdub.painter import Painter
from rendering.engines.talking_head.diffdub.quality import QUALITIES
from rendering.engines.talking_head.diffdub.region import corners, crop_plan, encoded, lip_crop, square
from rendering.engines.talking_head.dubbing.actor import DubbedActor
from rendering.engines.talking_head.dubbing.crops import cut
from rendering.engines.talking_head.dubbing.template import template
from rendering.engines.weights import locate


class DiffDubHead:
    """Implements `TalkingHead`. Keeps its networks warm; not thread-safe."""

    name = "diffdub"
    version = DIFFDUB.version

    def __init__(self, *, quality: str = "standard", threads: int = 2) -> None:
        """quality: see QUALITIES. Raises ModelMissingError, ModelCorruptError and CheckpointError."""
        self._quality = QUALITIES[quality]
        place = runtime.choose(threads=threads)
        network = motion.build(lean.state("diffdub-motion", motion.extract), source="diffdub-motion")
        hubert = locate("hubert-chinese-large")
        heard = hearing.build(
            locate("hubert-chinese-large-config"),
            checkpoints.read(hubert),
            source=hubert.name,
            states=network.states,
            size=network.heard,
        )
        painting = renderer.build(lean.state("diffdub-renderer", renderer.extract), source="diffdub-renderer")
        self._speaker = Speaker(hearing.Hearing(heard, place.device), network.to(place.device))
        self._painter = Painter(painting, place, compiling=compiling.wanted())

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        """An actor for a picture or a clip. Raises MediaError when a clip cannot be read, ValueError when the
        placement leaves the mouth outside the panel."""
        shown = template(source, placement)
        side = self._painter.side
        box = square(shown.landmarks, shown.size)
        points = corners(shown.landmarks, box, side)
        unseen = source.unseen if isinstance(source, VideoSource) else ()
        own = [number for number in range(len(points)) if number not in unseen][:REFERENCES]

        def crop_of(number: int) -> Image:
            return cut(opened.read(number), box, side)

        with shown.opened() as opened:
            reference = self._painter.tensor(crop_of(shown.reference)[None])
            lips = [lip_crop(crop_of(number), encoded(points[number], side)) for number in own]
        latents = self._painter.encode(np.stack(lips))
        # Shorter clips come round again; a picture has one look at all times.
        again = torch.arange(REFERENCES, device=latents.device) % len(latents)
        person = Person(points, reference, latents[again][None])
        dubber = DiffDubDubber(self._speaker, self._painter, self._quality, person)
        return DubbedActor(shown, crop_plan(points, box, side), dubber)
