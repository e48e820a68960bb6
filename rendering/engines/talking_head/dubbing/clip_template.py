"""A clip as a template: everything but the mouth is as it was filmed."""

from collections.abc import Iterator
from contextlib import contextmanager

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Placement, VideoSource
from rendering.engines.talking_head.clips.film import Film, FilmReader
from rendering.engines.talking_head.clips.path import Numbers
from rendering.engines.talking_head.clips.traits import lip_opening
from rendering.engines.talking_head.dubbing.paste import Pasting, Repainted
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.tracking import talking


class ClipTemplateReader:
    """Implements `TemplateReader`."""

    def __init__(self, film: FilmReader, pasting: Pasting) -> None:
        self._film, self._pasting = film, pasting

    def read(self, number: int) -> Image:
        return self._film.read(number)

    def draw(
        self, number: int, expression: Expression, mouth: Repainted | None, rgb: Image, alpha: Alpha
    ) -> None:
        """The expression is not looked at: head and eyes are as filmed."""
        self._film.show(number, rgb, alpha)
        if mouth is not None:
            self._pasting.paste(mouth, rgb)


class ClipTemplate:
    """Implements `Template`."""

    def __init__(self, source: VideoSource, placement: Placement) -> None:
        """Raises MediaError when the clip cannot be read."""
        self._film = film = Film(source, placement)
        self.size = source.faces[0].image_size
        self.landmarks = film.landmarks
        self.reference = film.reference
        opening = lip_opening(film.landmarks)
        self.talks = talking(opening, float(opening[film.reference]), film.fps)
        self.panel = film.place.panel
        self._pasting = Pasting(film.place.scale, film.place.offset, film.place.covered)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        return self._film.extent

    @property
    def plate(self) -> Image:
        return self._film.plate

    def route(self, frames: int, fps: int, seed: int) -> Numbers:
        return self._film.route(frames, fps, seed)

    @contextmanager
    def opened(self) -> Iterator[ClipTemplateReader]:
        with self._film.opened() as film:
            yield ClipTemplateReader(film, self._pasting)
