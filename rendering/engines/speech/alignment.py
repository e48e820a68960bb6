"""Forced alignment: when each word and phone of a known sentence is heard.

pocketsphinx with its American English acoustic model, in two passes: words along a fixed grammar, then the
phones inside them. Another language is aligned with the nearest English phones, which costs some precision at
vowel borders but keeps lips and words on the sound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pocketsphinx import Decoder

from rendering.engines.speech.base import SAMPLE_RATE, Phone, Samples
from rendering.engines.speech.english import EnglishReader
from rendering.engines.speech.levels import resampled
from rendering.engines.speech.phonemes import to_arpabet

_MODEL_RATE = 16_000
_FRAME = 0.01
"""Seconds per frame of the acoustic model."""
_SHORTEST_PHONE = 3
"""Frames; a phone that fits nowhere is squeezed to this, one per state of its model."""

# Measured over 8 voices and 5 languages: right transcripts score -8 to -29 a frame and squeeze 5-25 % of
# their phones; wrong ones that are found at all score below -54 or squeeze more than a third.
_LOWEST_SCORE = -45.0
_MOST_SQUEEZED = 0.45


@dataclass(frozen=True)
class Alignment:
    """spans: (start, end) in seconds of each word, None for one without a sound; phones: cover everything."""

    spans: tuple[tuple[float, float] | None, ...]
    phones: tuple[Phone, ...]


class Aligner:
    """Keeps the acoustic model warm (0.1 s to load, 60 MB). Not thread-safe."""

    def __init__(self) -> None:
        # The best-path pass may shift a border so far that the phones of a word no longer fit in it.
        self._decoder = Decoder(lm=None, loglevel="FATAL", cmn="batch", bestpath=False)
        self._reader: EnglishReader | None = None

    def align(
        self,
        samples: Samples,
        words: Sequence[str],
        pronunciations: Mapping[str, str],
        language: str = "en-us",
    ) -> Alignment | None:
        """Align bare spoken words (see `phonemes.spoken_words`) with samples at SAMPLE_RATE.

        pronunciations: word to IPA, as the voice said it. Returns None when the sound does not fit the words;
        the caller then estimates.
        """
        entries = [self._entry(word, pronunciations, language) for word in words]
        if not any(entries):
            return None
        found = self._decode(samples, [entry for entry in entries if entry])
        if found is None:
            return None
        spans = iter(span for name, span, _ in found if not _is_filler(name))
        frames = [phone for _, _, phones in found for phone in phones]
        return Alignment(
            spans=tuple(next(spans) if entry else None for entry in entries),
            phones=_phones(frames, len(samples) / SAMPLE_RATE),
        )

    def _entry(self, word: str, pronunciations: Mapping[str, str], language: str) -> str:
        """The word's name in the decoder's dictionary, made if need be; empty for a word without sound."""
        english = language.startswith("en")
        # The dictionary knows how words are reduced in running speech; capitals may be an acronym ("US").
        if english and not (len(word) > 1 and word.isupper()) and self._decoder.lookup_word(word.lower()):
            return word.lower()
        phones = to_arpabet(pronunciations.get(word, ""))
        if not phones and english:
            phones = to_arpabet(self._english().pronounce(word))
        if not phones:
            return ""
        # The name carries the pronunciation: results do not depend on what was aligned before.
        name = f"{word}~{'_'.join(phones)}"
        if self._decoder.lookup_word(name) is None:
            self._decoder.add_word(name, " ".join(phones), False)
        return name

    def _english(self) -> EnglishReader:
        if self._reader is None:
            self._reader = EnglishReader(british=False)
        return self._reader

    def _decode(self, samples: Samples, entries: list[str]) -> list["_FoundWord"] | None:
        pcm = (np.clip(resampled(samples, _MODEL_RATE), -1, 1) * 32767).astype("<i2").tobytes()
        decoder = self._decoder
        # Its estimate of the channel would go on from sentence to sentence: equal input, other borders.
        decoder.reinit_feat()
        decoder.set_align_text(" ".join(entries))
        try:
            self._pass(pcm)
            if decoder.hyp() is None:
                return None
            decoder.set_alignment()
            self._pass(pcm)
        except RuntimeError:  # "Failed to stop utterance processing": no path through the sentence
            return None
        found: list[_FoundWord] = []
        score = squeezed = total = frames = 0
        for word in decoder.get_alignment():
            phones = [(phone.name, phone.start, phone.start + phone.duration) for phone in word]
            found.append((word.name, (word.start * _FRAME, (word.start + word.duration) * _FRAME), phones))
            if not _is_filler(word.name):
                score += word.score
                frames += word.duration
                squeezed += sum(end - start <= _SHORTEST_PHONE for _, start, end in phones)
                total += len(phones)
        right = frames and score / frames > _LOWEST_SCORE and squeezed / total < _MOST_SQUEEZED
        complete = sum(not _is_filler(name) for name, _, _ in found) == len(entries)
        return found if right and complete else None

    def _pass(self, pcm: bytes) -> None:
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()


_FramePhone = tuple[str, int, int]
_FoundWord = tuple[str, tuple[float, float], list[_FramePhone]]


def _is_filler(name: str) -> bool:
    return name.startswith(("<", "["))


def _phones(frames: list[_FramePhone], duration: float) -> tuple[Phone, ...]:
    """Phones in seconds without gaps from 0 to `duration`; noises of the model count as silence."""
    phones: list[Phone] = []

    def add(label: str, start: float, end: float) -> None:
        if end <= start:
            return
        if label == "SIL" and phones and phones[-1].label == "SIL":
            phones[-1] = Phone("SIL", phones[-1].start, end)
        else:
            phones.append(Phone(label, start, end))

    now = 0.0
    for name, first, last in frames:
        start, end = min(first * _FRAME, duration), min(last * _FRAME, duration)
        add("SIL", now, start)
        add("SIL" if name.startswith("+") else name, start, end)
        now = end
    add("SIL", now, duration)
    return tuple(phones)
