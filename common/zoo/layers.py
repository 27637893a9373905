"""Pieces that the networks of several homeworks are built of, and pictures made different while they learn."""

import torch
from torch import nn
from torch.nn import functional


def conv(inputs: int, outputs: int, size: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation; the picture keeps its size but for the stride."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, (size - 1) // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)
    )


class Classifier(nn.Module):
    """`features` makes (B, width, H, W) of a picture; their mean over places is read by one linear layer."""

    def __init__(self, features: nn.Module, width: int, classes: int = 10):
        super().__init__()
        self.features, self.output = features, nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.features((x - 0.5) / 0.25).mean(dim=(2, 3)))


class Residual(nn.Module):
    """What a block adds to its input (He et al. 2016, "Deep residual learning for image recognition")."""

    def __init__(self, block: nn.Module, shortcut: nn.Module | None = None):
        super().__init__()
        self.block, self.shortcut = block, shortcut or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.shortcut(x) + self.block(x)


def augmented(x: torch.Tensor, shift: int = 3) -> torch.Tensor:
    """Each picture mirrored or not, and moved by up to `shift` pixels."""
    n, channels, height, width = x.shape
    x = torch.where((torch.rand(n, device=x.device) < 0.5)[:, None, None, None], x.flip(3), x)
    padded = functional.pad(x, (shift,) * 4, mode="replicate")
    down, right = torch.randint(0, 2 * shift + 1, (2, n, 1), device=x.device)
    rows = down + torch.arange(height, device=x.device)  # (n, height)
    columns = right + torch.arange(width, device=x.device)
    picture, channel = torch.arange(n, device=x.device), torch.arange(channels, device=x.device)
    return padded[picture[:, None, None, None], channel[:, None, None], rows[:, None, :, None], columns[:, None, None]]
