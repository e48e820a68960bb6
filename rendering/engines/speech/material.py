"""Minutes of a speaker, with their texts, cut into passages short enough to learn from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rendering.engines.errors import MediaError, ScriptError
from rendering.engines.speech import levels
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.speech.recording import cut, listen, read_recording, split_at_pauses
from rendering.engines.text.script import parse_script, spoken_text

LEAST, MOST = 3 * 60.0, 15 * 60.0
"""Seconds in all. Less tells too little of a voice, more adds nothing (arXiv 2410.23320)."""
PASSAGE = 12.0
"""Seconds, at most."""
_SHORTEST = 1.0
SUFFIXES = (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".webm")


@dataclass(frozen=True)
class Extract:
    """samples: float32 [n] at SAMPLE_RATE; text: what is said, normalised."""

    samples: Samples
    text: str


def gather(
    sources: Sequence[Path], aligner: Aligner, *, least: float = LEAST, most: float = MOST
) -> tuple[Extract, ...]:
    """Passages of all recordings, in order.

    sources: recordings, each with its text beside it (voice.wav and voice.txt), or folders of such. least,
    most: seconds of all together. Raises MediaError naming the file that cannot be used.
    """
    recordings = [recording for source in sources for recording in _recordings(source)]
    if not recordings:
        raise MediaError("There is no recording. Name audio files, or folders that hold some.")
    extracts: list[Extract] = []
    total = 0.0
    for recording in recordings:
        try:
            samples, text = read_recording(recording), _text_of(recording)
            total += len(samples) / SAMPLE_RATE
            if total <= most:
                extracts += _passages(samples, text, aligner)
        except (MediaError, ScriptError) as error:
            raise MediaError(f"{recording.name}: {error}") from error
    if not least <= total <= most:
        raise MediaError(
            f"The recordings last {total / 60:.1f} minutes. To learn a voice takes {least / 60:.0f} to "
            f"{most / 60:.0f}."
        )
    return tuple(extracts)


def _recordings(source: Path) -> list[Path]:
    if source.is_dir():
        return sorted(path for path in source.iterdir() if path.suffix.lower() in SUFFIXES)
    return [source]


def _text_of(recording: Path) -> str:
    path = recording.with_suffix(".txt")
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(
            f"it needs its text beside it, in {path.name} (UTF-8): what is said, word for word."
        ) from error
    if not text:
        raise MediaError(f"{path.name} is empty. Write down what is said, word for word.")
    return text


def _passages(samples: Samples, text: str, aligner: Aligner) -> Iterator[Extract]:
    if len(samples) <= PASSAGE * SAMPLE_RATE:
        yield Extract(levels.level(samples), spoken_text(text))
        return
    speech = listen(samples, parse_script(text), aligner)
    if speech.timing != "aligned":
        raise MediaError("its text is not what is said in it. Correct it, or cut the recording in parts.")
    for first, last in split_at_pauses(samples, PASSAGE):
        passage = cut(speech, first, last)
        words = " ".join(word.text for word in passage.words)
        if words and passage.duration >= _SHORTEST:
            yield Extract(levels.level(passage.samples), spoken_text(words))
