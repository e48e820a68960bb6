"""From a picture to the analysis of the face that will speak."""

import functools
from typing import Any

import numpy as np

from rendering.engines.face.base import FaceAnalysis, FaceBox, Image
from rendering.engines.face.checks import check_face, no_face, several_faces
from rendering.engines.face.detector import FaceDetector
from rendering.engines.face.mesh import FaceMesh, Landmarks, crop_from_landmarks
from rendering.engines.face.pose import head_pose

MIN_MESH_SCORE = 0.85
"""Real faces measure above 0.99; folds and patterns that the detector takes for one stay below 0.7."""
EAR_RIGHT, EAR_LEFT = 234, 454
DECIMALS = 2
"""Of landmarks in JSON: a hundredth of a pixel."""


class FaceAnalyser:
    """Detector and mesh, kept warm; not thread-safe. Raises ModelMissingError when a model is missing."""

    def __init__(self, *, threads: int = 1) -> None:
        self._detector = FaceDetector(threads=threads)
        self._mesh = FaceMesh(threads=threads)

    def analyse(self, image: Image) -> FaceAnalysis:
        """The largest face, checked. Several faces make a warning. Raises FaceError with the remedy."""
        face = self.measure(image)
        check_face(image, face)
        return face

    def measure(self, image: Image) -> FaceAnalysis:
        """The largest face as it is, however small or turned. Raises FaceError when there is none."""
        faces = self.find(image)
        if not faces:
            raise no_face()
        widths = [face_width(landmarks) for _, landmarks in faces]
        return describe(faces[0][1], image, several_faces(widths))

    def find(self, image: Image) -> list[tuple[FaceBox, Landmarks]]:
        """Detections that the mesh confirms, with their landmarks, largest first."""
        confirmed: list[tuple[FaceBox, Landmarks]] = []
        for box in self._detector.detect(image):
            landmarks, score = self._mesh.landmarks_of_box(image, box)
            # A face cut by a tile's edge is detected twice; the mesh of both settles on the same place.
            known = any(_same_face(landmarks, other) for _, other in confirmed)
            if score >= MIN_MESH_SCORE and not known:
                confirmed.append((box, landmarks))
        return sorted(confirmed, key=lambda face: -face_width(face[1]))

    def follow(self, image: Image, previous: Landmarks | None) -> Landmarks | None:
        """The face of a clip's next frame, looked for where it was; None when it is out of sight.

        previous: its landmarks in the frame before. Only a lost face is searched in the whole picture.
        """
        if previous is not None:
            landmarks, score = self._mesh.landmarks(image, crop_from_landmarks(previous))
            if score >= MIN_MESH_SCORE:
                return landmarks
        faces = self.find(image)
        return faces[0][1] if faces else None


@functools.cache
def shared_analyser() -> FaceAnalyser:
    """The one analyser of this process, made on first use."""
    return FaceAnalyser()


def analyse(image: Image) -> FaceAnalysis:
    """The face of a portrait, checked; see `FaceAnalyser.analyse`."""
    return shared_analyser().analyse(image)


def describe(landmarks: Landmarks, image: Image, warnings: tuple[str, ...] = ()) -> FaceAnalysis:
    """The analysis that follows from landmarks in pixels of the image."""
    yaw, pitch, roll = head_pose(landmarks)
    size = (image.shape[1], image.shape[0])
    return FaceAnalysis(size, landmarks, yaw, pitch, roll, face_width(landmarks), warnings)


def face_width(landmarks: Landmarks) -> float:
    """Ear to ear in pixels of the image."""
    return float(np.linalg.norm(landmarks[EAR_LEFT, :2] - landmarks[EAR_RIGHT, :2]))


def _same_face(one: Landmarks, other: Landmarks) -> bool:
    apart = np.linalg.norm(one[:, :2].mean(axis=0) - other[:, :2].mean(axis=0))
    return bool(apart < 0.4 * face_width(other))


def to_json(face: FaceAnalysis) -> dict[str, Any]:
    """The analysis as plain JSON values."""
    return {
        "image_size": list(face.image_size),
        "landmarks": np.round(face.landmarks.astype(np.float64), DECIMALS).tolist(),
        "yaw": face.yaw,
        "pitch": face.pitch,
        "roll": face.roll,
        "width": face.width,
        "warnings": list(face.warnings),
    }


def from_json(value: dict[str, Any]) -> FaceAnalysis:
    """Inverse of `to_json`. Raises KeyError, TypeError or ValueError on anything else."""
    width, height = value["image_size"]
    landmarks = np.array(value["landmarks"], np.float32)
    if landmarks.shape != (468, 3):
        raise ValueError(f"landmarks have the shape {landmarks.shape}, not (468, 3)")
    return FaceAnalysis(
        image_size=(int(width), int(height)),
        landmarks=landmarks,
        yaw=float(value["yaw"]),
        pitch=float(value["pitch"]),
        roll=float(value["roll"]),
        width=float(value["width"]),
        warnings=tuple(str(warning) for warning in value["warnings"]),
    )
