"""Speech out of samples and the words that are in them: aligned where possible, else estimated."""

from collections.abc import Mapping, Sequence

from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import Samples, Speech, SpokenWord, Word
from rendering.engines.speech.estimate import estimate_phones, spread_words
from rendering.engines.speech.pauses import put_in
from rendering.engines.speech.phonemes import spoken_words

_Span = tuple[float, float]


def time_words(
    samples: Samples,
    words: Sequence[SpokenWord],
    *,
    language: str,
    pronunciations: Mapping[str, str],
    known: Sequence[_Span | None] = (),
    aligner: Aligner,
) -> Speech:
    """Speech with every written word and its time; a word that is not heard (an emoji) has no duration.

    known: when the engine says that it said each of the spoken words, for sound that cannot be aligned.
    """
    spoken = [spoken_words(word.spoken) for word in words]
    sounds = [sound for group in spoken for sound in group]
    alignment = aligner.align(samples, sounds, pronunciations, language) if sounds else None
    if alignment is not None:
        spans, phones = _filled(alignment.spans), put_in(samples, alignment.phones)
    else:
        phones = estimate_phones(samples)
        said = any(known) and len(known) == len(sounds)
        spans = _filled(known) if said else spread_words(sounds, phones)
    return Speech(
        samples=samples,
        words=_written(words, [len(group) for group in spoken], spans),
        phones=phones,
        timing="estimated" if alignment is None else "aligned",
    )


def _written(words: Sequence[SpokenWord], counts: Sequence[int], spans: Sequence[_Span]) -> tuple[Word, ...]:
    """Spans of spoken words, `counts[i]` for each written word i, as spans of the written ones."""
    written: list[Word] = []
    place, now = 0, 0.0
    for word, count in zip(words, counts, strict=True):
        if count:
            start, now = spans[place][0], spans[place + count - 1][1]
        else:
            start = now
        written.append(Word(word.written, start, now))
        place += count
    return tuple(written)


def _filled(spans: Sequence[_Span | None]) -> tuple[_Span, ...]:
    """Words that have no sound in the aligner stand where the word before them ends."""
    filled: list[_Span] = []
    for span in spans:
        end = filled[-1][1] if filled else 0.0
        filled.append(span if span is not None else (end, end))
    return tuple(filled)
