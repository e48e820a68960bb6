"""What a face must be like to be animated; every failure names its own remedy."""

import numpy as np

from rendering.engines.errors import FaceError
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.face.findings import Finding
from rendering.engines.face.mesh import Landmarks

MIN_FACE_WIDTH = 160
"""Pixels, ear to ear."""
MAX_YAW = 28.0
MAX_PITCH = 28.0
MAX_ROLL = 25.0
"""Degrees."""
MIN_EYE_APERTURE = 0.10
"""Lid distance over eye width; open eyes measure 0.16-0.40, closed ones under 0.08."""
MIN_EYE_LIGHT = 0.25
"""Brightness of the lower lids over that of the cheeks; behind dark glasses it falls under 0.2."""
LIKE_SIZE = 0.6
"""A second face at least this share of the first one's width competes with it."""

EYES = (
    ("right", (33, 133), ((160, 144), (159, 145), (158, 153))),
    ("left", (263, 362), ((387, 373), (386, 374), (385, 380))),
)
"""Name, corners, and pairs of upper and lower lid (MediaPipe topology; right is the person's right)."""
LOWER_LIDS = (110, 24, 23, 22, 339, 254, 253, 252)
CHEEKS = (50, 205, 36, 280, 425, 266)
EYES_CLOSED = "Eyes closed: the avatar needs to see. Use a photo with both eyes open."
EYES_HIDDEN = (
    "Eyes not visible: they are much darker than the cheeks, as behind dark glasses or hair. "
    "Use a photo without sunglasses and with the hair out of the eyes, with light on the face."
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def no_face() -> FaceError:
    """For a picture in which no human face was found."""
    sentence = (
        "No human face found. Use a photo that shows one person from the front, in good light, "
        "with the whole face visible."
    )
    return FaceError(sentence, (Finding("no-face", "refuse", 0.0, sentence),))


def several_faces(widths: list[float]) -> tuple[str, ...]:
    """A warning when there are more faces than one. widths: of the faces in pixels, largest first."""
    if len(widths) < 2:
        return ()
    many = NUMBERS[len(widths)] if len(widths) < len(NUMBERS) else str(len(widths))
    alike = widths[1] >= LIKE_SIZE * widths[0]
    found = f"{many.capitalize()} faces found" + (" of similar size" if alike else "")
    return (f"{found}: the largest one will speak. Crop the photo to one person to choose another.",)


def check_face(image: Image, face: FaceAnalysis) -> None:
    """Raises FaceError when the face is too small, turned away or tilted, or its eyes cannot be seen."""
    if found := broken_limit(image, face):
        raise FaceError(found.sentence, (found,))


def broken_limit(image: Image, face: FaceAnalysis) -> Finding | None:
    """The first of the engine's limits that the face breaks; a later one means nothing then."""
    return (
        pose_limit(face.yaw, face.pitch, face.roll)
        or width_limit(face.width)  # after the pose: a profile is narrow, but not small
        or eyes_limit(image, face.landmarks)
    )


def width_limit(width: float) -> Finding | None:
    """width: pixels."""
    if width >= MIN_FACE_WIDTH:
        return None
    return _refuse(
        "small-face",
        width,
        f"Face too small: it is {width:.0f} pixels wide, we need {MIN_FACE_WIDTH}. "
        "Crop closer or use a larger photo.",
    )


def pose_limit(yaw: float, pitch: float, roll: float) -> Finding | None:
    """Degrees, as `head_pose` gives them."""
    if abs(yaw) > MAX_YAW:
        side = "right" if yaw > 0 else "left"
        return _refuse(
            "turned-away",
            yaw,
            f"Face turned away: it looks {abs(yaw):.0f} degrees to the {side} of the picture, at most "
            f"{MAX_YAW:.0f} work. Use a photo that looks towards the camera.",
        )
    if abs(pitch) > MAX_PITCH:
        way, remedy = ("down", "raised") if pitch > 0 else ("up", "lowered")
        return _refuse(
            "looks-up-or-down",
            pitch,
            f"Face looks {abs(pitch):.0f} degrees {way}, at most {MAX_PITCH:.0f} work. "
            f"Use a photo with the chin {remedy}, looking towards the camera.",
        )
    if abs(roll) > MAX_ROLL:
        return _refuse(
            "tilted",
            roll,
            f"Head tilted by {abs(roll):.0f} degrees, at most {MAX_ROLL:.0f} work. Rotate the photo upright.",
        )
    return None


def eye_apertures(landmarks: Landmarks) -> dict[str, float]:
    """Lid distance over eye width for the "right" and "left" eye of the person (Soukupova and Cech 2016)."""
    apertures = {}
    for name, (outer, inner), lids in EYES:
        width = np.linalg.norm(landmarks[outer] - landmarks[inner])
        gaps = [np.linalg.norm(landmarks[upper] - landmarks[lower]) for upper, lower in lids]
        apertures[name] = float(np.mean(gaps) / width)
    return apertures


def eyes_limit(image: Image, landmarks: Landmarks) -> Finding | None:
    """Both eyes closed, one winking, or something dark over them."""
    apertures = eye_apertures(landmarks)
    closed = [name for name, aperture in apertures.items() if aperture < MIN_EYE_APERTURE]
    if len(closed) == 2:
        return _refuse("eyes-closed", max(apertures.values()), EYES_CLOSED)
    if closed:
        sentence = f"The {closed[0]} eye is closed. Use a photo with both eyes open."
        return _refuse("eyes-closed", apertures[closed[0]], sentence)
    light = eye_light(image, landmarks)
    return _refuse("eyes-hidden", light, EYES_HIDDEN) if light < MIN_EYE_LIGHT else None


def eye_light(image: Image, landmarks: Landmarks) -> float:
    """Brightness of the lower lids over that of the cheeks: 0.5 and more in the presets."""
    return _brightness(image, landmarks, LOWER_LIDS) / max(_brightness(image, landmarks, CHEEKS), 1.0)


def _refuse(what: str, value: float, sentence: str) -> Finding:
    return Finding(what, "refuse", value, sentence)


def _brightness(image: Image, landmarks: Landmarks, points: tuple[int, ...]) -> float:
    """Median of the green channel around the points; 0..255."""
    height, width = image.shape[:2]
    reach = max(1, round(0.012 * float(np.ptp(landmarks[:, 0]))))
    patches = []
    for x, y in np.rint(landmarks[list(points), :2]).astype(int):
        column, row = int(np.clip(x, 0, width - 1)), int(np.clip(y, 0, height - 1))
        patch = image[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1, 1]
        patches.append(float(np.median(patch)))
    return float(np.median(patches))
