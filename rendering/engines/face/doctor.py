"""What makes a portrait good, measured, and told in words with a remedy.

Thresholds lie between what good portraits measure (the 25 presets, 151 further synthetic portraits, a photo)
and what pictures made bad on purpose do (tests/portraits.py); the docstring of each measure gives both.
"""

from collections.abc import Iterator

from rendering.engines.face import covering, photography
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.face.checks import EYES_CLOSED, EYES_HIDDEN, broken_limit, eye_light
from rendering.engines.face.closed_eyes import closedness
from rendering.engines.face.findings import Finding
from rendering.engines.face.patch import FacePatch
from rendering.engines.face.shape import border_distances, lip_opening

SMALL_FACE = 240
"""Pixels. At 720p a face is shown about 350 wide: this one is enlarged by half."""
TURNED_YAW, TURNED_PITCH = 20.0, 22.0
"""Degrees from which on the far side of the mouth is too narrow to move well."""
BLURRED = 0.70
MAX_SIDE_LIGHT = 3.2
TOO_DARK = 85.0
BURNT_OUT = 0.02
DRAWN = 0.45
NO_SEAM, NO_LIPS = 0.12, 3.5
ONE_SIDED, ONE_SIDED_LIGHT = 0.36, 1.6
FRONTAL_YAW = 12.0
"""Degrees; the sides of a face turned further differ by themselves."""
LIDS_LOW, LIDS_CLOSED = 0.4, 0.7
SHADED_EYES, NO_OPEN_EYE = 0.38, -0.35
"""Eyes this much darker than the cheeks must at least look open: deep shade does, tinted glass does not."""
EVEN_LIGHT = 1.5
"""Stops; so does a face lit more from one side."""
CUT, TOUCHING = -0.04, 0.0
"""Face heights inside the border."""
TEETH_SHOW, WIDE_OPEN = 0.045, 0.13
"""Face heights between the lips: from the one on they are closed and a smile is relaxed, from the other on
closing them pulls the chin out of shape."""
CUT_OFF = {"left": "one side", "top": "the forehead", "right": "one side", "bottom": "the chin"}


def examine(image: Image, face: FaceAnalysis) -> tuple[Finding, ...]:
    """Everything worth saying about the face in a portrait; nothing about a good one.

    face: in pixels of the image. When a limit of the engine is broken nothing else is measured: it would mean
    nothing.
    """
    several = [Finding("several-faces", "warn", 0.0, sentence) for sentence in face.warnings]
    if limit := broken_limit(image, face):
        return (limit, *several)
    patch = FacePatch.of(image, face.landmarks)
    return (
        *_frame(face),
        *_covers(patch, face),
        *_lids(image, patch, face),
        *several,
        *_size_and_pose(face),
        *_light(patch),
        *_surface(patch),
        *_lips(face),
    )


def _frame(face: FaceAnalysis) -> Iterator[Finding]:
    """A face that the border of the photo cuts."""
    distances = border_distances(face.landmarks, face.image_size)
    side = min(distances, key=lambda border: distances[border])
    value, part = distances[side], CUT_OFF[side]
    if value < CUT:
        yield Finding(
            "cut-off",
            "refuse",
            value,
            f"The {side} border of the photo cuts {part} of the face off. "
            "Use a photo with the whole head, and some room around it.",
        )
    elif value < TOUCHING:
        yield Finding(
            "cut-off",
            "warn",
            value,
            f"The face touches the {side} border of the photo, where {part} cannot move. "
            "Use a photo with some room around the head.",
        )


def _covers(patch: FacePatch, face: FaceAnalysis) -> Iterator[Finding]:
    """Something before the mouth or the chin."""
    seam = covering.lip_seam(patch)
    if seam < NO_SEAM and covering.lip_colour(patch) < NO_LIPS:
        yield Finding(
            "mouth-hidden",
            "refuse",
            seam,
            "Mouth not visible: something covers it, such as a mask. Use a photo with the whole face free.",
        )
    elif abs(face.yaw) < FRONTAL_YAW and abs(photography.side_light(patch)) < EVEN_LIGHT:
        share, light = covering.chin_asymmetry(patch)
        if share > ONE_SIDED and light > ONE_SIDED_LIGHT:
            yield Finding(
                "chin-covered",
                "warn",
                share,
                "Something seems to lie over one side of the chin, such as a hand: it would move with the "
                "jaw. Use a photo with chin and mouth free.",
            )


def _lids(image: Image, patch: FacePatch, face: FaceAnalysis) -> Iterator[Finding]:
    value, light = closedness(patch), eye_light(image, face.landmarks)
    if light < SHADED_EYES and value > NO_OPEN_EYE:
        yield Finding("eyes-hidden", "refuse", light, EYES_HIDDEN)
    elif value > LIDS_CLOSED:
        yield Finding("eyes-closed", "refuse", value, EYES_CLOSED)
    elif value > LIDS_LOW:
        yield Finding(
            "eyes-closed",
            "warn",
            value,
            "The eyes are almost closed, or look down: the avatar will too. Use a photo with open eyes that "
            "looks at the camera.",
        )


def _size_and_pose(face: FaceAnalysis) -> Iterator[Finding]:
    if face.width < SMALL_FACE:
        yield Finding(
            "small-face",
            "warn",
            face.width,
            f"The face is small: it is {face.width:.0f} pixels wide and will look soft at 720p. "
            f"Crop closer or use a larger photo; from {SMALL_FACE} on it is sharp.",
        )
    if abs(face.yaw) > TURNED_YAW:
        yield Finding(
            "turned-away",
            "warn",
            face.yaw,
            f"The face is turned by {abs(face.yaw):.0f} degrees: the far side of its mouth moves less "
            "cleanly. A photo that looks at the camera speaks better.",
        )
    if abs(face.pitch) > TURNED_PITCH:
        way, remedy = ("down", "raised") if face.pitch > 0 else ("up", "lowered")
        yield Finding(
            "looks-up-or-down",
            "warn",
            face.pitch,
            f"The face looks {abs(face.pitch):.0f} degrees {way}: its mouth moves less cleanly. "
            f"A photo with the chin {remedy} speaks better.",
        )


def _light(patch: FacePatch) -> Iterator[Finding]:
    bright, burnt, side = (
        photography.brightness(patch),
        photography.burnt_out(patch),
        photography.side_light(patch),
    )
    if bright < TOO_DARK:
        yield Finding(
            "too-dark",
            "warn",
            bright,
            "The photo is dark: little of the face's detail is left. Use one with more light on the face, "
            "or brighten it before you upload it.",
        )
    if abs(side) > MAX_SIDE_LIGHT:
        darker = "left" if side > 0 else "right"
        yield Finding(
            "harsh-light",
            "warn",
            side,
            f"Harsh light: the {darker} side of the picture shows the face in deep shade, which stays where "
            "it is when the head moves. Use a photo with light from the front.",
        )
    elif burnt > BURNT_OUT:
        yield Finding(
            "harsh-light",
            "warn",
            burnt,
            f"Harsh light: {burnt:.0%} of the face is plain white, without skin. "
            "Use a photo with softer light, or with less exposure.",
        )


def _surface(patch: FacePatch) -> Iterator[Finding]:
    softness, flat = photography.blur(patch), photography.flatness(patch)
    if flat > DRAWN and softness < BLURRED:
        yield Finding(
            "drawing",
            "warn",
            flat,
            "This looks like a drawing: it will speak, with a mouth made for photos. "
            "A photo gives a more natural avatar.",
        )
    if softness > BLURRED:
        yield Finding(
            "blurred",
            "warn",
            softness,
            "The face is blurred, and its avatar will be. Use a photo in focus, without a soft filter.",
        )


def _lips(face: FaceAnalysis) -> Iterator[Finding]:
    opening = lip_opening(face.landmarks)
    if opening > WIDE_OPEN:
        yield Finding(
            "mouth-open",
            "warn",
            opening,
            "The mouth is wide open: closing it for speech pulls the chin up. "
            "Use a photo with a closed mouth or a slight smile.",
        )
    elif opening > TEETH_SHOW:
        yield Finding(
            "smile",
            "fixed",
            opening,
            "The lips are parted: when the avatar rests they are closed, and a smile is a little relaxed.",
        )
