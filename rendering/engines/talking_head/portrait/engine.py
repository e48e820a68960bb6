"""The `portrait` engine behind the talking-head contract."""

from rendering.engines.errors import MediaError
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement, StillSource
from rendering.engines.talking_head.portrait.still import StillActor


class PortraitHead:
    """Implements `TalkingHead` without any model: preparing takes well under a second."""

    name = "portrait"
    version = "1"

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        """An actor for a picture. Raises MediaError for a clip."""
        if not isinstance(source, StillSource):
            raise MediaError("The portrait engine animates pictures. Choose a picture as the avatar.")
        return StillActor(source, placement)
