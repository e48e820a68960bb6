"""Speech whose phones are known: every voice says a few sentences, and the product's aligner listens."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SpeechEngine, VoiceInfo
from rendering.engines.speech.registry import engine
from rendering.engines.speech.speak import speak
from rendering.engines.speech.voices import HIBARI_VOICES, KOKORO_VOICES, PIPER_VOICES
from rendering.engines.text.script import parse_script
from training.audio_articulation.sentences import TO_CHOOSE, TO_LEARN, TO_MEASURE
from training.audio_articulation.takes import QUICK, Part, Take, write

HELD_OUT_LANGUAGE = "it"
HELD_OUT_VOICES = frozenset(
    {
        "af_nova", "am_puck", "bf_lily", "bm_daniel",
        "em_alex", "hm_psi", "jm_kumo", "pm_santa", "zm_yunxia",
    }
)  # fmt: skip
"""Of each language with several voices, one; of the English ones a woman and a man from either side."""
SENTENCES_A_VOICE = 4
"""To learn from; the one French voice says all."""
MEASURED_A_VOICE = {"en": 3, "it": 3}
"""Of other languages 2."""
SPEEDS = (1.0, 1.2, 0.9, 1.1, 1.05)
MANNERS = {"hibari": ((1.0, 0.0), (1.15, -4.0), (0.9, 2.0)), "piper": ((1.0, 0.0), (1.1, 3.5))}
"""Speed, and pitch in semitones, of the voices of QUICK."""


def build(folder: Path, say: Callable[[str], object]) -> None:
    """Speak the corpus into `folder`, one file per voice; files that are there are kept. About 20 minutes of
    sound. Raises ModelMissingError and EngineUnavailableError."""
    folder.mkdir(parents=True, exist_ok=True)
    aligner = Aligner()
    engines = {name: engine(name, threads=1) for name in ("hibari", "kokoro", "piper")}
    for number, voice in enumerate(_in_turn((*PIPER_VOICES, *HIBARI_VOICES, *KOKORO_VOICES))):
        path = folder / f"{voice.engine}-{voice.key}.npz"
        if path.exists():
            continue
        takes = list(_takes(voice, number, engines[voice.engine], aligner))
        write(path, takes)
        seconds = sum(take.phones[-1].end for take in takes)
        say(f"{voice.engine} {voice.key}: {len(takes)} sentences, {seconds:.0f} s")


def _takes(voice: VoiceInfo, number: int, speaker: SpeechEngine, aligner: Aligner) -> Iterator[Take]:
    language = voice.language.split("-")[0]
    for index, (part, text) in enumerate(_texts(voice, language, number)):
        manners = MANNERS.get(voice.engine, ((SPEEDS[(number + index) % len(SPEEDS)], 0.0),))
        for speed, pitch in manners:
            for utterance in parse_script(text, language=voice.language):
                speech = speak(speaker, utterance, voice.key, speed=speed, pitch=pitch, aligner=aligner)
                if speech.timing == "aligned":
                    yield Take(voice.key, language, part, utterance.text, speech.samples, speech.phones)


def _texts(voice: VoiceInfo, language: str, number: int) -> Iterator[tuple[Part, str]]:
    if language == HELD_OUT_LANGUAGE or voice.key in HELD_OUT_VOICES:
        texts = TO_MEASURE[language]
        count = MEASURED_A_VOICE.get(language, 2)
        yield from (("measure", texts[(number + step) % len(texts)]) for step in range(count))
        return
    learn, choose = TO_LEARN[language], TO_CHOOSE[language]
    count = len(learn) if voice.engine in QUICK or language == "fr" else SENTENCES_A_VOICE
    yield from (("learn", learn[(number * count + step) % len(learn)]) for step in range(count))
    if voice.engine in QUICK or number % 4 == 0:
        yield "choose", choose[number % len(choose)]


def _in_turn(voices: Sequence[VoiceInfo]) -> list[VoiceInfo]:
    """Held-out voices, then one of each engine, language and gender in turn: a corpus that is not finished is
    as varied as the whole."""
    groups: dict[tuple[str, ...], int] = {}
    ranks = []
    for voice in voices:
        held_out = voice.key in HELD_OUT_VOICES or voice.language == HELD_OUT_LANGUAGE
        group = (voice.engine, voice.language, voice.gender)
        groups[group] = groups.get(group, 0) + (not held_out)
        ranks.append(0 if held_out else groups[group])
    return [voice for _, voice in sorted(zip(ranks, voices, strict=True), key=lambda pair: pair[0])]
