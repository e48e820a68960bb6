"""Bark's files: the network in the form that the transformers library reads, and its speakers' prompts.

Where no checksum stands their authors published none.
"""

from rendering.engines.weights.artifact import Artifact

FOLDER = "bark-small"
"""Below the models folder."""
_SMALL = "https://huggingface.co/suno/bark-small/resolve/main"
_PROMPTS = "https://raw.githubusercontent.com/suno-ai/bark/main/bark/assets/prompts/v2"

# Ten speakers of each language were released; the others sound much like these.
_SPEAKERS = {
    "en": range(10),
    "de": (4, 3),
    "es": (0, 8),
    "fr": (3, 5),
    "hi": (5, 0),
    "it": (4, 2),
    "ja": (6, 0),
    "ko": (1, 0),
    "pl": (5, 4),
    "pt": (0, 1),
    "ru": (0, 5),
    "tr": (0, 4),
    "zh": (0, 4),
}
BARK_SPEAKERS = tuple(
    f"{language}_speaker_{number}" for language, numbers in _SPEAKERS.items() for number in numbers
)
"""As their authors name them."""


def speaker_artifact(speaker: str) -> str:
    """The artifact's name of a speaker's prompt."""
    return f"bark-{speaker}"


def _part(name: str, file: str, size: int, note: str) -> Artifact:
    return Artifact(
        name=name,
        filename=f"{FOLDER}/{file}",
        size=size,
        sha256="",
        licence="MIT",
        sources=(f"{_SMALL}/{file}",),
        note=note,
    )


def _prompt(speaker: str) -> Artifact:
    return Artifact(
        name=speaker_artifact(speaker),
        filename=f"{FOLDER}/speakers/{speaker}.npz",
        size=40_000,
        sha256="",
        licence="MIT",
        sources=(f"{_PROMPTS}/{speaker}.npz",),
        note="One of Bark's speakers.",
    )


BARK_ARTIFACTS = (
    _part("bark-small", "pytorch_model.bin", 1_680_000_000, "Bark, the small one."),
    _part("bark-small-config", "config.json", 8_800, "Its sizes."),
    _part("bark-small-generation", "generation_config.json", 4_910, "How it is sampled."),
    _part(
        "bark-small-tokenizer", "tokenizer.json", 2_920_000, "Its text tokenizer, that of multilingual BERT."
    ),
    *(_prompt(speaker) for speaker in BARK_SPEAKERS),
)
