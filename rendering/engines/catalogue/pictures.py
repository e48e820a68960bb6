"""The talking heads and the matting engines."""

from rendering.engines.catalogue.card import EngineCard

_NEURAL = ("torch", "safetensors")

PORTRAIT = EngineCard(
    name="portrait",
    kind="talking head",
    title="Portrait",
    summary="Ours: the photo itself speaks, faster than real time, with expression.",
    factory="rendering.engines.talking_head.portrait.engine:PortraitHead",
    version="2",
    code_licence="MIT",
    weights_licence="MIT",
    commercial="yes",
    source="docs/portrait.md",
    hardware="any processor",
)
DIFFDUB = EngineCard(
    name="diffdub",
    kind="talking head",
    title="DiffDub",
    summary="Paints mouth and chin anew by diffusion: the most detail, and by far the slowest.",
    factory="rendering.engines.talking_head.diffdub.engine:DiffDubHead",
    version="1",
    artifacts=("diffdub-renderer", "diffdub-motion", "hubert-chinese-large", "hubert-chinese-large-config"),
    packages=(*_NEURAL, "transformers"),
    extra="neural",
    code_licence="MIT (ours, written from the paper)",
    weights_licence="Apache-2.0, but for academic use only by their README",
    commercial="no",
    source="https://github.com/liutaocode/DiffDub",
    hardware="a GPU; minutes a frame without",
    device_memory_mb=6_000,
    qualities=("draft", "standard", "best"),
)
WAV2LIP = EngineCard(
    name="wav2lip",
    kind="talking head",
    title="Wav2Lip",
    summary="Lips at 96 pixels: robust and quick, and soft at the mouth.",
    factory="rendering.engines.talking_head.wav2lip.engine:Wav2LipHead",
    version="1",
    artifacts=("wav2lip-gan",),
    optional=("lipsync-expert",),
    packages=_NEURAL,
    extra="neural",
    code_licence="MIT (ours, written from the paper)",
    weights_licence="personal, research and non-commercial use only",
    commercial="no",
    source="https://github.com/Rudrabha/Wav2Lip",
    hardware="two processor cores, better a GPU",
    device_memory_mb=2_000,
)
DITTO = EngineCard(
    name="ditto",
    kind="talking head",
    title="Ditto",
    summary="Moves the whole head from one picture, at 512 pixels.",
    factory="",
    version="",
    code_licence="Apache-2.0",
    weights_licence="Apache-2.0; the detectors it comes with are non-commercial",
    commercial="unclear",
    source="https://github.com/antgroup/ditto-talkinghead",
    hardware="a GPU",
    device_memory_mb=8_000,
)
SADTALKER = EngineCard(
    name="sadtalker",
    kind="talking head",
    title="SadTalker",
    summary="Head motion and face from one picture, by a 3-D face model.",
    factory="",
    version="",
    code_licence="Apache-2.0",
    weights_licence="Apache-2.0; the face model needs an academic registration",
    commercial="unclear",
    source="https://github.com/OpenTalker/SadTalker",
    hardware="a GPU",
    device_memory_mb=6_000,
)
RVM = EngineCard(
    name="rvm",
    kind="matting",
    title="Robust Video Matting",
    summary="Finds the person, hair included, on any processor.",
    factory="rendering.engines.matting.rvm:RobustVideoMatting",
    version="mobilenetv3-1",
    artifacts=("rvm-mobilenetv3",),
    code_licence="MIT (ours)",
    weights_licence="GPL-3.0",
    commercial="yes",
    source="https://github.com/PeterL1n/RobustVideoMatting",
    hardware="any processor",
)
RVM_TORCH = EngineCard(
    name="rvm-torch",
    kind="matting",
    title="Robust Video Matting (PyTorch)",
    summary="The same network for GPUs; with ResNet-50 for finer edges where its weights are here.",
    factory="rendering.engines.matting.rvm_torch.engine:TorchVideoMatting",
    version="1",
    artifacts=("rvm-mobilenetv3",),
    optional=("rvm-resnet50",),
    packages=(*_NEURAL, "onnx"),
    extra="neural",
    code_licence="MIT (ours, written from the paper)",
    weights_licence="GPL-3.0",
    commercial="yes",
    source="https://github.com/PeterL1n/RobustVideoMatting",
    hardware="a GPU",
    device_memory_mb=1_000,
)

TALKING_HEADS = (PORTRAIT, DIFFDUB, WAV2LIP, DITTO, SADTALKER)
MATTING = (RVM, RVM_TORCH)
