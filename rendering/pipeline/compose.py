"""One frame of the video: backdrop, what stands before it, and the person in front."""

from dataclasses import dataclass

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Actor
from rendering.pipeline import overlay
from rendering.pipeline.background import NEUTRAL, Backdrop
from rendering.pipeline.blending import lay_over, product, union
from rendering.pipeline.layout import Arrangement, outline


@dataclass(frozen=True)
class Composed:
    """rgb: uint8 [height, width, 3], opaque; colour and alpha: the same scene without its backdrop, straight,
    only for transparent output."""

    rgb: Image
    colour: Image | None = None
    alpha: Alpha | None = None


class Compositor:
    """Composes the frames of one segment. What never changes is drawn once."""

    def __init__(
        self,
        arrangement: Arrangement,
        size: tuple[int, int],
        actor: Actor,
        backdrop: Backdrop,
        *,
        title: str = "",
        transparent: bool = False,
    ) -> None:
        self._arrangement = arrangement
        self._extent = actor.extent
        self._transparent = transparent
        self._mask = None if arrangement.whole else outline(arrangement)
        self._overlay = overlay.draw(arrangement, size, actor.plate, title=title, backdrop=backdrop.still)
        self._still = None if backdrop.still is None else self._under(backdrop.still)

    def frame(self, rgb: Image, alpha: Alpha, backdrop: Image) -> Composed:
        """rgb, alpha: one frame of the actor, sized as the panel; backdrop: of the frame's size.

        The result is the caller's to draw on.
        """
        base = self._under(backdrop) if self._still is None else self._still.copy()
        left, top, right, bottom = self._extent
        person = np.ascontiguousarray(alpha[top:bottom, left:right])
        if self._mask is not None:
            person = product(person, np.ascontiguousarray(self._mask[top:bottom, left:right]))
        colour = np.ascontiguousarray(rgb[top:bottom, left:right])
        rows = slice(self._arrangement.top + top, self._arrangement.top + bottom)
        columns = slice(self._arrangement.left + left, self._arrangement.left + right)
        if not self._transparent:
            lay_over(base[rows, columns], colour, person)
            return Composed(base)
        return self._cut_out(base, colour, person, rows, columns)

    def _under(self, backdrop: Image) -> Image:
        """Everything behind the person."""
        base = backdrop.copy()
        if self._overlay is not None:
            lay_over(base, self._overlay.colour, self._overlay.alpha)
        return base

    def _cut_out(self, base: Image, colour: Image, person: Alpha, rows: slice, columns: slice) -> Composed:
        if self._overlay is None:
            # The person's own colour reaches beyond the matte, so that no encoder mixes in anything else.
            whole = np.full_like(base, NEUTRAL)
            whole[rows, columns] = colour
            alpha = np.zeros(base.shape[:2], np.uint8)
            alpha[rows, columns] = person
        else:
            whole, alpha = self._overlay.colour.copy(), self._overlay.alpha.copy()
            lay_over(whole[rows, columns], colour, person)
            alpha[rows, columns] = union(alpha[rows, columns], person)
        lay_over(base[rows, columns], colour, person)
        return Composed(base, whole, alpha)
