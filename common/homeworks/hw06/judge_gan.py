"""The GAN half of homework 6: the judge draws pictures from the weights that were handed in, from noise of its own.

A file of pictures cannot show who drew them: copies, mirrored training pictures, mixtures of two people or the program
that drew the training faces would all do. So the generator is the notebook's, or the other one that a report question
is about (training is the student's), picture k must be what the weights draw from `noise(k)`, and what is scored are
other pictures of the same weights, from noise that nobody knew. What this still cannot see: who trained the weights,
and on how many faces.
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from common.errors import SubmissionError
from common.homeworks.hw06.data import ORIGINAL_SIDE, SIDE
from common.homeworks.hw06.judge import check_finite, compare_drawn, named_noise

FILE = "gan.safetensors"


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """The Fréchet distance of new pictures from the generator in `answers.attrs["weights"]`; lower is better.

    Raises SubmissionError where the weights are no such generator, a picture is not what they draw, or too many new
    pictures are copies.
    """
    generator = load(answers.attrs["weights"])
    return compare_drawn(reference, answers, lambda names, seed: draw(generator, noise(names, seed)), FILE)


def noise(names: Iterable[str], seed: int = 0) -> torch.Tensor:
    """The noise (N, 64) behind the pictures called `names`; the scorer takes a seed of its own."""
    return named_noise(names, (64,), seed)


def make_generator(width: int, start: int) -> nn.Sequential:
    """The notebook's generator: (B, 64) -> (B, 3, 8 start, 8 start) from -1 to 1."""
    layers = [nn.Linear(64, 4 * width * start**2), nn.Unflatten(1, (4 * width, start, start))]
    for inputs, outputs in ((4 * width, 2 * width), (2 * width, width), (width, 3)):
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)]
    return nn.Sequential(*layers, nn.Tanh())


class Enlarge(nn.Module):
    """Twice as large: a residual block around nearest neighbours, (B, C, S, S) -> (B, C', 2 S, 2 S)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        larger = [nn.BatchNorm2d(inputs), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, 1, 1)]
        self.body = nn.Sequential(*larger, nn.BatchNorm2d(outputs), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, 1, 1))
        self.short = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x) + functional.interpolate(self.short(x), scale_factor=2)


def make_smooth_generator(width: int, start: int) -> nn.Sequential:
    """The other generator that is taken, a residual one (Miyato et al. 2018, "SNGAN"); the same shapes."""
    layers = [nn.Linear(64, 4 * width * start**2), nn.Unflatten(1, (4 * width, start, start))]
    layers += [Enlarge(4 * width, 2 * width), Enlarge(2 * width, width), Enlarge(width, width)]
    return nn.Sequential(*layers, nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, 3, 3, 1, 1), nn.Tanh())


def load(weights: str | Mapping) -> nn.Sequential:
    """The generator with these weights, a file or a `state_dict`. Raises SubmissionError if they are of another."""
    from safetensors.torch import load_file

    state = weights if isinstance(weights, Mapping) else load_file(weights)
    smooth = "2.short.weight" in state
    try:
        width = len(state["2.body.0.weight" if smooth else "2.weight"]) // 4
        start = math.isqrt(len(state["0.weight"]) // (4 * width))
        if 8 * start not in (SIDE, ORIGINAL_SIDE):
            raise KeyError("another size of pictures")
        model = (make_smooth_generator if smooth else make_generator)(width, start)
        model.load_state_dict(state)
    except (KeyError, IndexError, TypeError, ZeroDivisionError, RuntimeError):
        raise SubmissionError(
            f"{FILE} does not hold the weights of one of this homework's two generators; hand in "
            "`generator.state_dict()`, and leave the layers as the notebook builds them."
        ) from None
    check_finite(state, FILE)
    return model.eval()


@torch.no_grad()
def draw(generator: nn.Sequential, z: torch.Tensor) -> np.ndarray:
    """What the generator makes of noise (N, 64): images (N, S, S, 3) uint8."""
    made = torch.cat([generator(part) for part in z.split(250)])
    return ((made + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
