"""What is heard, and some lips of the person, to the lips of every frame, as latents of the renderer."""

import torch
from torch import Tensor, nn

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import checkpoints
from rendering.engines.neural.checkpoints import State
from rendering.engines.talking_head.diffdub.conformer import Conformer

FPS = 25
"""Latents a second."""
REFERENCES = 75
"""Lips of the person that it was trained with; any number works."""
REFERENCE_LAYERS, SPEECH_LAYERS, DECODER_LAYERS = 2, 4, 4
CROSS_HEADS = 8
PREFIX = "seq2seq.encoder."


class CrossAttention(nn.Module):
    """Speech looks at the reference lips. linear2 and norm2 are in the weights and do nothing."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(size, CROSS_HEADS, batch_first=True)
        self.linear1 = nn.Linear(size, size)
        self.linear2 = nn.Linear(size, size)
        self.norm1 = nn.LayerNorm(size)
        self.norm2 = nn.LayerNorm(size)

    def forward(self, speech: Tensor, lips: Tensor) -> Tensor:
        seen, _ = self.self_attn(speech, lips, lips, need_weights=False)
        return self.norm1(self.linear1(seen))


class Motion(nn.Module):
    """states: hidden states of the HuBERT; heard: size of each; latent: size of a lip latent, and of
    everything inside."""

    def __init__(self, states: int, heard: int, latent: int) -> None:
        super().__init__()
        self.states, self.heard = states, heard
        self.weights = nn.Parameter(torch.zeros(states))
        self.down_sample_audio_nar = nn.Conv1d(heard, latent, 3, stride=2, padding=1)
        self.reference_encoder = Conformer(latent, latent, REFERENCE_LAYERS)
        self.speech_encoder = Conformer(latent, latent, SPEECH_LAYERS)
        self.coarse_decoder = Conformer(latent, latent, DECODER_LAYERS)
        self.out_proj = nn.Linear(latent, latent)
        self.cross_attention = CrossAttention(latent)

    def forward(self, heard: Tensor, lips: Tensor) -> Tensor:
        """Lip latents, float32 [batch, ceil(moments / 2), latent].

        heard: float32 [batch, hidden states, moments, size], 50 moments a second; lips: float32 [batch, any,
        latent], latents of the person's own.
        """
        mixed = torch.einsum("h,bhtc->bct", self.weights.softmax(dim=0), heard)
        speech = self.down_sample_audio_nar(mixed).transpose(1, 2)
        speech = self.cross_attention(speech, self.reference_encoder(lips))
        return self.out_proj(self.coarse_decoder(self.speech_encoder(speech)))


def extract(checkpoint: object, source: str) -> State:
    """The model's tensors in the released file, by its own names. source: the file's name, for messages.
    Raises CheckpointError."""
    return checkpoints.state_of(checkpoint, source=source, below=("state_dict",), prefixes=(PREFIX,))


def build(state: State, *, source: str) -> Motion:
    """The motion model with these weights. Raises CheckpointError."""
    try:
        states = state["weights"].shape[0]
        latent, heard, _ = state["down_sample_audio_nar.weight"].shape
    except (KeyError, IndexError, ValueError) as error:
        raise CheckpointError(
            f"{source} holds no DiffDub motion model: its tensors do not form one ({error}). Check that it "
            "is the right file."
        ) from error
    with torch.device("meta"):
        motion = Motion(states, heard, latent)
    checkpoints.fill(motion, state, source=source)
    return motion
