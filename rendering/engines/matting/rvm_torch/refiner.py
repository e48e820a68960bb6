"""The deep guided filter (Wu et al. 2018, arXiv:1803.05619): from a matte of a small picture to the large."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_GUIDES = 4
"""Red, green, blue and their mean."""
_WIDTH = 16


class GuidedRefiner(nn.Module):
    """Finds, for every pixel of the small picture, how the result depends on the picture, as a line; and
    draws those lines at full size."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.box_filter = nn.Conv2d(_GUIDES, _GUIDES, 3, padding=1, groups=_GUIDES, bias=False)
        nn.init.constant_(self.box_filter.weight, 1 / 9)
        self.conv = nn.Sequential(
            nn.Conv2d(2 * _GUIDES + hidden, _WIDTH, 1, bias=False),
            nn.BatchNorm2d(_WIDTH),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 1, bias=False),
            nn.BatchNorm2d(_WIDTH),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _GUIDES, 1),
        )

    def forward(self, large: Tensor, small: Tensor, result: Tensor, hidden: Tensor) -> Tensor:
        """large, small: RGB of both sizes; result: [frames, 4, height, width] of the small one, foreground's
        residual and alpha; hidden: what the decoder gave. Returns the result of the large one."""
        # Variances are differences of nearly equal numbers: half precision would leave nothing of them.
        precision = self.box_filter.weight.dtype
        guide = _with_mean(small).to(precision)
        value = result.to(precision)
        mean_guide, mean_value = self.box_filter(guide), self.box_filter(value)
        covariance = self.box_filter(guide * value) - mean_guide * mean_value
        variance = self.box_filter(guide * guide) - mean_guide * mean_guide
        slope = self.conv(torch.cat([covariance, variance, hidden.to(precision)], dim=1))
        offset = mean_value - slope * mean_guide
        slope, offset = (
            functional.interpolate(
                line.to(large.dtype), large.shape[2:], mode="bilinear", align_corners=False
            )
            for line in (slope, offset)
        )
        return slope * _with_mean(large) + offset


def _with_mean(picture: Tensor) -> Tensor:
    return torch.cat([picture, picture.mean(dim=1, keepdim=True)], dim=1)
