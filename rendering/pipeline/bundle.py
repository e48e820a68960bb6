"""The avatar bundle: one zip file with all that is known of an avatar, made once when it is accepted.

A still holds portrait.webp, alpha.png, plate.webp; a clip holds clip.mp4, mattes.mp4 (grey), plate.webp; both
hold faces.json and meta.json.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from PIL import Image as Pillow

from rendering.engines.errors import MediaError
from rendering.engines.face import analysis, findings
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.face.findings import Finding
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import AvatarSource, StillSource, VideoSource

FORMAT = 1
MAX_MEMBER_BYTES = 256 * 1024**2
"""Of one member once unpacked: a minute of 1080p video fits, a zip bomb does not."""
MAX_PIXELS = 16_000_000
HIDDEN_GROWTH = 0.02
"""How far the removed region of the plate reaches beyond the matte, as a share of the long side."""
PORTRAIT_QUALITY, PLATE_QUALITY = 95, 85

Side = Literal["left", "top", "right", "bottom"]


@dataclass(frozen=True)
class AvatarBundle:
    """An avatar ready to be animated.

    borders: the sides of the picture at which the person is cut; made_with: version of each engine used, by
    step ("matting": "rvm mobilenetv3-1", "widening": "migan 2" or "none"); findings: what was noticed in the
    upload, and what was put right.
    """

    source: AvatarSource
    borders: frozenset[Side]
    made_with: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user: what would be better otherwise."""
        return tuple(found.sentence for found in self.findings if found.severity == "warn")


def main_face(source: AvatarSource) -> FaceAnalysis:
    """The face of a still, or of a clip's first frame."""
    return source.face if isinstance(source, StillSource) else source.faces[0]


def hidden_by_person(alpha: Alpha) -> Any:
    """bool [height, width]: what the plate must invent, a little more than the matte with its soft edge."""
    away = cv2.distanceTransform((alpha <= 8).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away) <= max(1.0, HIDDEN_GROWTH * max(alpha.shape))


def save(bundle: AvatarBundle, path: Path) -> None:
    """Write the bundle as one file."""
    source = bundle.source
    meta: dict[str, Any] = {
        "format": FORMAT,
        "kind": "still" if isinstance(source, StillSource) else "video",
        "borders": sorted(bundle.borders),
        "made_with": dict(bundle.made_with),
        "findings": findings.to_json(bundle.findings),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("plate.webp", _webp(source.plate, PLATE_QUALITY))
        if isinstance(source, StillSource):
            archive.writestr("portrait.webp", _webp(source.image, PORTRAIT_QUALITY))
            archive.writestr("alpha.png", _grey_png(source.alpha))
            faces = [source.face]
        else:
            meta |= {
                "fps": source.fps,
                "own_colours": source.own_colours,
                "matches": source.matches,
                "unseen": source.unseen,
            }
            archive.write(source.path, "clip.mp4")
            if source.mattes:
                archive.write(source.mattes, "mattes.mp4")
            faces = list(source.faces)
        faces_json = json.dumps([analysis.to_json(face) for face in faces])
        archive.writestr("faces.json", faces_json, compress_type=zipfile.ZIP_DEFLATED)
        archive.writestr("meta.json", json.dumps(meta))


def load(path: Path, workdir: Path | None = None) -> AvatarBundle:
    """Read a bundle. workdir: where a clip is unpacked to (needed for clips only; the caller removes it).

    Raises MediaError when the file is damaged, or was not made by `save`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            meta = json.loads(_member(archive, "meta.json"))
            if meta["format"] != FORMAT:
                raise ValueError(f"bundle format {meta['format']} is not {FORMAT}")
            faces = tuple(analysis.from_json(face) for face in json.loads(_member(archive, "faces.json")))
            plate = _picture(_member(archive, "plate.webp"), "RGB")
            source: AvatarSource
            if meta["kind"] == "still":
                source = _load_still(archive, faces, plate)
            else:
                source = _load_video(archive, faces, plate, meta, workdir)
            # Bundles made before photos were examined have none.
            found = findings.from_json(meta.get("findings", []))
            return AvatarBundle(source, frozenset(meta["borders"]), dict(meta["made_with"]), found)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError, IndexError) as error:
        raise MediaError(
            f"The prepared avatar is damaged ({error}). Upload its photo or video once more."
        ) from error


def _load_still(archive: zipfile.ZipFile, faces: tuple[FaceAnalysis, ...], plate: Image) -> StillSource:
    image = _picture(_member(archive, "portrait.webp"), "RGB")
    alpha = _picture(_member(archive, "alpha.png"), "L")
    if not (image.shape == plate.shape and image.shape[:2] == alpha.shape):
        raise ValueError("its pictures differ in size")
    # Both pictures were compressed on their own: outside the person the plate is the photo by definition.
    plate = np.where(hidden_by_person(alpha)[..., None], plate, image)
    return StillSource(image, alpha, plate, faces[0])


def _load_video(
    archive: zipfile.ZipFile,
    faces: tuple[FaceAnalysis, ...],
    plate: Image,
    meta: dict[str, Any],
    workdir: Path | None,
) -> VideoSource:
    if workdir is None:
        raise ValueError("a clip needs a directory to be unpacked to")
    clip, mattes = workdir / "clip.mp4", workdir / "mattes.mp4"
    clip.write_bytes(_member(archive, "clip.mp4"))
    mattes.write_bytes(_member(archive, "mattes.mp4"))
    return VideoSource(
        path=str(clip),
        mattes=str(mattes),
        faces=faces,
        plate=plate,
        fps=float(meta["fps"]),
        # Bundles of an earlier version say nothing of these.
        own_colours=bool(meta.get("own_colours", False)),
        matches=tuple((int(one), int(other)) for one, other in meta.get("matches", ())),
        unseen=tuple(int(number) for number in meta.get("unseen", ())),
    )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        # The declared size may lie, so the reading itself is bounded.
        content = file.read(MAX_MEMBER_BYTES + 1)
    if len(content) > MAX_MEMBER_BYTES:
        raise ValueError(f"{name} is larger than {MAX_MEMBER_BYTES} bytes")
    return content


def _picture(content: bytes, mode: Literal["RGB", "L"]) -> Any:
    with Pillow.open(io.BytesIO(content), formats=("WEBP", "PNG")) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError(f"a picture of {picture.width} x {picture.height} pixels")
        return np.array(picture.convert(mode))


def _webp(image: Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def _grey_png(alpha: Alpha) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(alpha).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
