"""Records the sentence by which each voice can be heard: `python -m studio.presets.build_samples`.

A tool for maintainers, never imported by the site. The recordings of all voices that can speak on this
machine are written to voices/ENGINE-KEY.m4a and ship with the project, so that a fresh instance need not make
them and a voice can be heard before its model is fetched. Arguments name engines, to record theirs only.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import av

from rendering.engines.speech import registry
from rendering.engines.speech.base import VoiceInfo
from rendering.pipeline.segment import SegmentRenderer
from rendering.pipeline.spec import VoiceSpec
from studio.seeding.shipped import sample_path

SENTENCES = {
    "en": "Hello! I am {name}, and I say whatever you type.",
    "de": "Hallo! Ich bin {name} und sage alles, was Sie schreiben.",
    "es": "¡Hola! Soy {name} y digo todo lo que escribes.",
    "fr": "Bonjour ! Je suis {name} et je dis ce que vous écrivez.",
    "hi": "नमस्ते! मेरा नाम {name} है। कुछ लिखिए, और सुनिए।",
    "it": "Ciao! Sono {name} e dico tutto quello che scrivi.",
    "ja": "こんにちは。なにか かいてください。わたしが よみます。",
    "ko": "안녕하세요! 글을 적어 주세요. 제가 읽어 드릴게요.",
    "pl": "Cześć! Napisz coś, a ja to powiem.",
    "pt": "Olá! Eu sou {name} e digo tudo o que você escreve.",
    "ru": "Здравствуйте! Напишите что-нибудь, и я это скажу.",
    "tr": "Merhaba! Bir şey yazın, ben söyleyeyim.",
    "zh": "你好！请写下一句话，我来为你朗读。",
}
"""By the primary tag of the language."""
BIT_RATE = 40_000
"""Bits per second: speech, mono, 24 kHz."""


def record(voice: VoiceInfo, renderer: SegmentRenderer) -> bytes:
    """The voice's sentence as AAC in MP4, which every browser plays. Raises what the engine raises."""
    text = SENTENCES[voice.language.partition("-")[0]].format(name=voice.name.partition(" (")[0])
    wav = renderer.speak(text, VoiceSpec(voice.engine, voice.key, voice.language), {})
    outlet = io.BytesIO()
    with av.open(io.BytesIO(wav), "r") as source, av.open(outlet, "w", format="mp4") as target:
        rate = source.streams.audio[0].rate
        stream = target.add_stream("aac", rate=rate, layout="mono", bit_rate=BIT_RATE)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return outlet.getvalue()


def main(engines: Sequence[str]) -> None:
    renderer = SegmentRenderer(threads=1)
    for voice in registry.all_voices():
        if (engines and voice.engine not in engines) or registry.availability(voice):
            continue
        path: Path = sample_path(voice)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(record(voice, renderer))
        print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
