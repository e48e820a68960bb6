"""Avatars made ready to act, kept for the next sentence."""

import tempfile
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from rendering.engines.talking_head import registry
from rendering.engines.talking_head.base import Actor, StillSource, TalkingHead
from rendering.pipeline.bundle import load
from rendering.pipeline.layout import Arrangement, Demands, arrange
from rendering.pipeline.media import MediaSource
from rendering.pipeline.spec import AvatarSpec, FormatSpec, SceneSpec
from rendering.pipeline.subject import describe

CAPACITY = 2
"""Actors kept; each holds some 30-60 MB of precomputed fields at 720p."""


@dataclass(frozen=True)
class StagedActor:
    """An actor and where it stands in the frame."""

    actor: Actor
    arrangement: Arrangement


@dataclass(frozen=True)
class _Entry:
    staged: StagedActor
    unpacked: "tempfile.TemporaryDirectory[str]"
    """Where a clip's files lie for as long as its actor lives."""


class ActorCache:
    """The last few actors by avatar and layout, and the heads that made them; not thread-safe.

    threads: of heads that run on PyTorch.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._heads: dict[tuple[str, str], TalkingHead] = {}
        self._entries: OrderedDict[tuple[str, str, str, str, tuple[int, int], Demands], _Entry] = (
            OrderedDict()
        )

    def staged(self, scene: SceneSpec, video: FormatSpec, media: MediaSource) -> StagedActor:
        """The scene's actor, prepared if it is not here. Raises MediaError, EngineError."""
        demands = Demands.of(scene)
        avatar = scene.avatar
        key = (avatar.bundle.sha256, avatar.head, avatar.quality, avatar.atlas, video.size, demands)
        if key not in self._entries:
            while len(self._entries) >= CAPACITY:
                _, oldest = self._entries.popitem(last=False)
                oldest.unpacked.cleanup()
            self._entries[key] = _prepare(self._head(avatar), scene, demands, video, media)
        self._entries.move_to_end(key)
        return self._entries[key].staged

    def _head(self, avatar: AvatarSpec) -> TalkingHead:
        wanted = (avatar.head, avatar.quality)
        if wanted not in self._heads:
            self._heads[wanted] = registry.engine(avatar.head, quality=avatar.quality, threads=self._threads)
        return self._heads[wanted]


def _prepare(
    head: TalkingHead, scene: SceneSpec, demands: Demands, video: FormatSpec, media: MediaSource
) -> _Entry:
    unpacked = tempfile.TemporaryDirectory(prefix="avatar-")
    bundle = load(media.local_path(scene.avatar.bundle), Path(unpacked.name))
    arrangement = arrange(describe(bundle), video.size, demands)
    source = bundle.source
    if isinstance(source, StillSource):
        source = replace(source, atlas=scene.avatar.atlas)
    actor = head.prepare(source, arrangement.placement)
    return _Entry(StagedActor(actor, arrangement), unpacked)
