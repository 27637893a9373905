"""The diffusion half of homework 6: the judge walks from noise of its own to pictures, with the weights handed in.

As for the GAN (`judge_gan`), a file of pictures cannot show who drew them. So the architecture of the network is fixed,
and the way from noise to a picture is always that of DDIM (Song et al. 2021), in twenty evaluations at most. What may
be chosen is said in the file of weights, beside them, as two small tensors:

- `walk` (K + 1, 3), a row per state on the way: the time that the network is told, the picture's share a and the
  noise's share s, so that the state is a x + s e. This is the schedule, and the times at which it is looked at.
- `asks`, a number: whether the network guesses the noise e (0) or the direction e - x from picture to noise (1).

Whoever says something else than what was trained draws worse pictures, so there is nothing to be gained by it. What the
judge cannot see: who trained the weights, for how long, and on how many faces.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from common.errors import SubmissionError
from common.homeworks.hw06.data import SIDE
from common.homeworks.hw06.judge import check_finite, compare_drawn, named_noise

FILE = "diffusion.safetensors"
ASKS = ("noise", "direction")
MOST_STEPS = 20  # evaluations of the network for a picture
LOOKED_AT = 50  # of the pictures handed in are drawn again: all of them would double the judge's time


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """The Fréchet distance of new pictures by the network in `answers.attrs["weights"]`; lower is better.

    Raises SubmissionError where the weights are no such network, the walk is none, a picture is not what they draw, or
    too many new pictures are copies.
    """
    net, walk, asks = load(answers.attrs["weights"])
    side = reference["image"].iloc[0].shape[0]

    def drawn(names, seed):
        return draw(net, noise(names, seed, side), walk, asks)

    return compare_drawn(reference, answers, drawn, FILE, LOOKED_AT)


def noise(names: Iterable[str], seed: int = 0, side: int = SIDE) -> torch.Tensor:
    """The noise (N, 3, side, side) behind the pictures called `names`; the scorer takes a seed of its own."""
    return named_noise(names, (3, side, side), seed)


# --- the network ------------------------------------------------------------------------------------------------------


class Block(nn.Module):
    """The notebook's block: two convolutions are added to the input, and the time shifts what lies between them."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(8, inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, 1, 1))
        self.second = nn.Sequential(nn.GroupNorm(8, outputs), nn.SiLU(), nn.Conv2d(outputs, outputs, 3, 1, 1))
        self.time = nn.Linear(64, outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return self.skip(x) + self.second(self.first(x) + self.time(time)[:, :, None, None])


class UNet(nn.Module):
    """The notebook's network, of any width: pictures (B, 3, S, S) and times (B,) -> (B, 3, S, S)."""

    def __init__(self, width: int = 32):
        super().__init__()
        w = width
        self.time = nn.Sequential(nn.Linear(32, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU())
        self.enter = nn.Conv2d(12, w, 3, 1, 1)
        self.down = nn.ModuleList([nn.Conv2d(w, 2 * w, 3, 2, 1), nn.Conv2d(2 * w, 3 * w, 3, 2, 1)])
        self.up = nn.ModuleList([nn.Conv2d(2 * w, w, 1), nn.Conv2d(3 * w, 2 * w, 1)])
        self.before = nn.ModuleList([Block(w, w), Block(2 * w, 2 * w)])
        self.middle = nn.ModuleList([Block(3 * w, 3 * w), Block(3 * w, 3 * w)])
        self.after = nn.ModuleList([Block(2 * w, w), Block(4 * w, 2 * w)])
        self.leave = nn.Sequential(nn.GroupNorm(8, w), nn.SiLU(), nn.Conv2d(w, 12, 3, 1, 1))

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        angles = 1000 * t[:, None] * torch.exp(torch.arange(16, device=t.device) * -(math.log(1000) / 15))
        time = self.time(torch.cat([angles.sin(), angles.cos()], dim=1))
        h, bridges = self.enter(functional.pixel_unshuffle(x, 2)), []
        for block, down in zip(self.before, self.down, strict=True):
            bridges.append(block(h, time))
            h = down(bridges[-1])
        for block in self.middle:
            h = block(h, time)
        for block, up, bridge in reversed(list(zip(self.after, self.up, bridges, strict=True))):
            h = block(torch.cat([functional.interpolate(up(h), scale_factor=2), bridge], dim=1), time)
        return functional.pixel_shuffle(self.leave(h), 2)


# --- what is handed in ------------------------------------------------------------------------------------------------


def described(net: nn.Module, walk: torch.Tensor, asks: str) -> dict[str, torch.Tensor]:
    """The network's weights, and beside them how the judge is to use them.

    walk: (K + 1, 3), rows of time, picture's share and noise's share, from noise to picture; asks: one of ASKS.
    """
    return net.state_dict() | {"walk": walk.float().cpu(), "asks": torch.tensor(float(ASKS.index(asks)))}


def load(weights: str | Mapping) -> tuple[UNet, torch.Tensor, str]:
    """Network, walk and what is asked for, from a file or what `described` returns.

    Raises SubmissionError if the weights are of another network, or the walk is none.
    """
    from safetensors.torch import load_file

    state = dict(weights if isinstance(weights, Mapping) else load_file(weights))
    walk, asks = state.pop("walk", None), state.pop("asks", None)
    if walk is None or asks is None:
        raise SubmissionError(
            f"{FILE} does not say how pictures are drawn; hand in judge_diffusion.described(net, walk, asks)."
        )
    try:
        width = len(state["enter.weight"])
        net = UNet(width)
        net.load_state_dict(state)
    except (KeyError, TypeError, ValueError, RuntimeError, ZeroDivisionError):
        raise SubmissionError(
            f"{FILE} does not hold the weights of this homework's network; hand in `net.state_dict()`, and leave its "
            "layers as the notebook builds them (another width, a multiple of 8, is well)."
        ) from None
    check_finite(state, FILE)
    return net.eval(), *_checked(walk, asks)


def _checked(walk: torch.Tensor, asks: torch.Tensor) -> tuple[torch.Tensor, str]:
    """The walk (K + 1, 3) and what is asked for. Raises SubmissionError where a rule is broken."""
    if asks.numel() != 1 or asks.item() not in range(len(ASKS)):
        raise SubmissionError(f"{FILE}: `asks` should be 0 for {ASKS[0]} or 1 for {ASKS[1]}.")
    kind = ASKS[int(asks.item())]
    if walk.ndim != 2 or walk.shape[1] != 3 or not 2 <= len(walk) <= MOST_STEPS + 1:
        raise SubmissionError(
            f"{FILE}: `walk` should have 3 columns and at most {MOST_STEPS + 1} rows, one per state on the way "
            f"({MOST_STEPS} evaluations of the network); it has the shape {tuple(walk.shape)}."
        )
    walk = walk.float()
    _, picture, noise = walk.T
    if not walk.isfinite().all() or walk.min() < 0 or walk.max() > 1:
        raise SubmissionError(f"{FILE}: times and shares in `walk` should lie between 0 and 1.")
    needed = picture if kind == "noise" else picture + noise  # what a guess is divided by
    if noise[:-1].min() < 1e-4 or needed[:-1].min() < 1e-4:
        raise SubmissionError(
            f"{FILE}: in `walk` every state but the last needs noise in it, and, where the network guesses the noise, "
            "a share of the picture: at least 0.0001."
        )
    return walk, kind


@torch.no_grad()
def draw(net: nn.Module, x: torch.Tensor, walk: torch.Tensor, asks: str) -> np.ndarray:
    """What the network makes of noise (N, 3, S, S) on the walk (K + 1, 3): images (N, S, S, 3) uint8."""
    made = torch.cat([_walked(net, part, walk, asks) for part in x.split(50)])  # fits the cache
    return ((made.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def _walked(net: Callable, x: torch.Tensor, walk: torch.Tensor, asks: str) -> torch.Tensor:
    for (t, a, s), (_, later_a, later_s) in pairwise(walk):
        found = net(x, t.expand(len(x)))
        picture = (x - s * found) / (a if asks == "noise" else a + s)
        picture = picture.clamp(-1, 1)
        x = later_a * picture + later_s * (x - a * picture) / s
    return x
