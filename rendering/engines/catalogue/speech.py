"""The speech engines."""

from rendering.engines.catalogue.card import EngineCard
from rendering.engines.weights.bark import BARK_SPEAKERS, speaker_artifact

_NEURAL = ("torch", "transformers", "tokenizers", "safetensors")
_OTHERS = ("de", "es", "fr-fr", "hi", "it", "ja", "ko", "pl", "pt-br", "ru", "tr", "zh")
"""Languages beside English of the engines that speak many."""

HIBARI = EngineCard(
    name="hibari",
    kind="speech",
    title="hibari",
    summary="Kokoro's Heart, distilled: the fastest voice, always there.",
    factory="rendering.engines.speech.hibari:HibariEngine",
    version="0.2.1",
    languages=("en-us",),
    code_licence="Apache-2.0",
    weights_licence="Apache-2.0",
    commercial="yes",
    source="https://pypi.org/project/hibari-tts/",
    hardware="any processor",
)
KOKORO = EngineCard(
    name="kokoro",
    kind="speech",
    title="Kokoro",
    summary="Natural voices in nine languages, faster than real time on two cores.",
    factory="rendering.engines.speech.kokoro:KokoroEngine",
    version="82M-1.0-int8",
    languages=("en-us", "en-gb", "es", "fr-fr", "hi", "it", "ja", "pt-br", "zh"),
    artifacts=("kokoro-int8",),
    code_licence="Apache-2.0",
    weights_licence="Apache-2.0",
    commercial="yes",
    source="https://huggingface.co/hexgrad/Kokoro-82M",
    hardware="any processor",
)
LINA = EngineCard(
    name="lina",
    kind="speech",
    title="Lina-Speech (Small-E)",
    summary="Clones a voice from a few seconds of it, with its owner's consent. English.",
    factory="rendering.engines.speech.lina.engine:LinaEngine",
    version="169M-1",
    languages=("en-us",),
    artifacts=("lina-169m", "lina-bpe", "wavtokenizer"),
    optional=("small-e", "encodec-24khz", "encodec-24khz-config"),
    packages=_NEURAL,
    extra="neural",
    code_licence="MIT (ours, written from the papers)",
    weights_licence="CC-BY-NC-4.0; tokenizer CC-BY-NC-SA-4.0; codec MIT",
    commercial="no",
    source="https://github.com/theodorblackbird/lina-speech",
    hardware="two processor cores, better a GPU",
    device_memory_mb=2_000,
    clones=True,
)
BARK = EngineCard(
    name="bark",
    kind="speech",
    title="Bark",
    summary="Lively, unpredictable speech in 13 languages; may laugh, or add sounds and words.",
    factory="rendering.engines.speech.bark:BarkEngine",
    version="small-1",
    languages=("en-us", *_OTHERS),
    artifacts=(
        *("bark-small", "bark-small-config", "bark-small-generation", "bark-small-tokenizer"),
        speaker_artifact("en_speaker_6"),
    ),
    optional=tuple(speaker_artifact(speaker) for speaker in BARK_SPEAKERS if speaker != "en_speaker_6"),
    packages=_NEURAL,
    extra="neural",
    code_licence="MIT",
    weights_licence="MIT",
    commercial="unclear",
    source="https://github.com/suno-ai/bark",
    hardware="a GPU; minutes a sentence without",
    device_memory_mb=4_000,
)
GOOGLE = EngineCard(
    name="google",
    kind="speech",
    title="Google Cloud Text-to-Speech",
    summary="Natural voices of a paid service: the script is sent to Google. Off until credentials are set.",
    factory="rendering.engines.speech.google:GoogleEngine",
    version="1",
    languages=("en-us", "en-gb", *_OTHERS),
    packages=("google.cloud.texttospeech",),
    extra="google",
    settings=("GOOGLE_APPLICATION_CREDENTIALS",),
    code_licence="Apache-2.0 (client)",
    weights_licence="a service, under Google's terms",
    commercial="yes",
    source="https://cloud.google.com/text-to-speech",
    hardware="a connection to the internet",
)
PIPER = EngineCard(
    name="piper",
    kind="speech",
    title="Piper",
    summary="A fast male voice in the public domain.",
    factory="rendering.engines.speech.piper:PiperEngine",
    version="1",
    languages=("en-us",),
    artifacts=("piper-joe", "piper-joe-config"),
    packages=("piper",),
    extra="piper",
    code_licence="GPL-3.0 (runtime)",
    weights_licence="CC0-1.0",
    commercial="yes",
    source="https://github.com/OHF-Voice/piper1-gpl",
    hardware="any processor",
)
VALL_E_X = EngineCard(
    name="vall-e-x",
    kind="speech",
    title="VALL-E X",
    summary="Clones voices across English, Chinese and Japanese.",
    factory="",
    version="",
    languages=("en-us", "zh", "ja"),
    code_licence="MIT",
    weights_licence="MIT",
    commercial="unclear",
    source="https://github.com/Plachtaa/VALL-E-X",
    hardware="a GPU",
    device_memory_mb=6_000,
)

SPEECH = (HIBARI, KOKORO, LINA, BARK, GOOGLE, PIPER, VALL_E_X)
