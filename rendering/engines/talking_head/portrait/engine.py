"""The `portrait` engine behind the talking-head contract."""

from rendering.engines.catalogue.pictures import PORTRAIT
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement, StillSource
from rendering.engines.talking_head.portrait.clip import ClipActor
from rendering.engines.talking_head.portrait.still import StillActor


class PortraitHead:
    """Implements `TalkingHead` without any model: preparing takes well under a second."""

    name = "portrait"
    version = PORTRAIT.version

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        """An actor for a picture or a clip. Raises MediaError when a clip cannot be read, ValueError when the
        placement leaves the mouth outside the panel."""
        if isinstance(source, StillSource):
            return StillActor(source, placement)
        return ClipActor(source, placement)
