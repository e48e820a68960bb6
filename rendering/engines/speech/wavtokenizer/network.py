"""The whole codec as one module, its tensors named as in the authors' files."""

import torch
from torch import Tensor, nn

from rendering.engines.speech.wavtokenizer.backbone import Backbone
from rendering.engines.speech.wavtokenizer.encoder import Encoder
from rendering.engines.speech.wavtokenizer.head import Head
from rendering.engines.speech.wavtokenizer.sizes import Sizes


class Codebook(nn.Module):
    """One latent per code."""

    embed: Tensor

    def __init__(self, codes: int, latent: int) -> None:
        super().__init__()
        self.register_buffer("embed", torch.zeros(codes, latent))

    def nearest(self, latents: Tensor) -> Tensor:
        """latents [B, latent, T] to the codes int64 [B, T] that are closest to them."""
        return torch.cdist(latents.transpose(1, 2), self.embed[None]).argmin(dim=-1)

    def latents(self, codes: Tensor) -> Tensor:
        """codes int64 [B, T] to latents [B, latent, T]."""
        return self.embed[codes].transpose(1, 2)


class Quantiser(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        layer = nn.ModuleDict({"_codebook": Codebook(sizes.codes, sizes.latent)})
        self.vq = nn.ModuleDict({"layers": nn.ModuleList([layer])})

    @property
    def codebook(self) -> Codebook:
        found: Codebook = self.vq["layers"][0]["_codebook"]
        return found


class WavTokenizer(nn.Module):
    """Encoder, codebook, backbone and head. `Codec` is how to use them."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.feature_extractor = nn.ModuleDict(
            {"encodec": nn.ModuleDict({"encoder": Encoder(sizes), "quantizer": Quantiser(sizes)})}
        )
        self.backbone = Backbone(sizes)
        self.head = Head(sizes)

    @property
    def encoder(self) -> Encoder:
        found: Encoder = self.feature_extractor["encodec"]["encoder"]
        return found

    @property
    def codebook(self) -> Codebook:
        quantiser: Quantiser = self.feature_extractor["encodec"]["quantizer"]
        return quantiser.codebook
