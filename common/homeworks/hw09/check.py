"""Checks of homework 9: relevances of small networks for which the right answer is known in closed form.

The networks here are polynomials of their input, so that gradients, integrals and expectations over noise are exact.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from common.check import Case, compare


class _Cubes(nn.Module):
    """logit c = the sum of weight[c] * x^3 over a picture; keeps what it was shown."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(_numbers(3, 3, 4, 4), requires_grad=False)
        self.seen: list[torch.Tensor] = []

    def forward(self, x):
        self.seen.append(x.detach().clone())
        return torch.einsum("bchw,kchw->bk", x**3, self.weight)


class _Small(nn.Module):
    """One convolution, its mean over places to a power, one linear layer."""

    def __init__(self, power: int = 2):
        super().__init__()
        self.power = power
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        self.output = nn.Linear(4, 3)
        for k, p in enumerate(self.parameters()):
            p.data = 0.5 * _numbers(*p.shape, seed=20 + k)
            p.requires_grad_(False)

    def forward(self, x):
        return self.output(self.features(x).mean(dim=(2, 3)) ** self.power)


def smooth_grad(function: Callable) -> bool:
    """`smooth_grad(network, x, asked, copies, sigma)`: the gradient, averaged over noisy copies of each picture."""
    network, (x, asked) = _Cubes(), _pictures()
    copies, sigma = 400, 0.2

    def seeded(*args):
        torch.manual_seed(9)
        return function(*args)

    try:
        seeded(network, x, asked, copies, sigma)
        spread = _spread(torch.cat(network.seen), x)
    except Exception:  # whatever it is, compare says it in words
        spread = sigma
    if abs(spread - sigma) > 0.1 * sigma:
        why = ": that is sigma squared, a variance" if abs(spread - sigma**2) < 0.1 * sigma**2 else ""
        print(f"smooth_grad: with sigma = {sigma} its noise has a standard deviation of {spread:.3f}{why}.")
        return False
    # the mean of 3 w (x + noise)^2 is 3 w (x^2 + sigma^2)
    many = 3 * network.weight[asked] * (x**2 + sigma**2)
    cases = [
        Case((network, x, asked, 1, 0.0), 3 * network.weight[asked] * x**2, "two pictures without noise"),
        Case((network, x, asked, copies, sigma), many, f"two pictures, {copies} copies of each"),
    ]
    wrong = {
        "it gives the mean of absolute values: average first, or signs cannot cancel": many.abs(),
    }
    return compare("smooth_grad", seeded if callable(function) else function, cases, 0.06, known=wrong)


def integrated_gradients(function: Callable) -> bool:
    """`integrated_gradients(network, x, asked, baseline, steps)`: (x - baseline) times the mean gradient on the way."""
    network, (x, asked) = _Cubes(), _pictures()
    weight = network.weight[asked]
    black, grey = torch.zeros_like(x), torch.full_like(x, 0.5)
    # the mean over t of (b + t d)^2 is b^2 + b d + d^2 / 3
    mean = {"black": weight * x**2, "grey": weight * (3 * grey**2 + 3 * grey * (x - grey) + (x - grey) ** 2)}
    wrong = {
        "it gives the mean gradient itself: without the factor (x - baseline) its sum is not the change of the logit": (
            mean["grey"]
        ),
        "it gives absolute values: with them the sum is not the change of the logit": ((x - grey) * mean["grey"]).abs(),
    }
    cases = [
        Case((network, x, asked, black, 64), x * mean["black"], "two pictures against black, 64 steps"),
        Case((network, x, asked, grey, 64), (x - grey) * mean["grey"], "two pictures against grey, 64 steps"),
    ]
    return compare("integrated_gradients", function, cases, 2e-3, known=wrong)


def grad_cam(function: Callable) -> bool:
    """`grad_cam(network, layer, x, asked)`: (B, h, w), the layer's channels weighted by their mean gradient, cut at
    0.

    One network ends in a mean and one linear layer. There the answer is that of CAM (Zhou et al. 2016), which knows no
    gradient: the channels weighted by the weights of the class, here by the number of places less.
    """
    network, (x, asked) = _Small(), _pictures()
    a = network.features(x).requires_grad_()
    logits = network.output(a.mean(dim=(2, 3)) ** 2)
    slopes = torch.autograd.grad(logits.gather(1, asked[:, None]).sum(), a)[0]
    a = a.detach()
    summed = (slopes.mean(dim=(2, 3), keepdim=True) * a).sum(dim=1)
    linear = _Small(power=1)
    channels = linear.features(x)
    cam = torch.einsum("bc,bchw->bhw", linear.output.weight[asked], channels).relu() / channels[0, 0].numel()
    wrong = {
        "it gives negative values too: cut them off with relu, they speak for other classes": summed,
        "it gives the mean over channels: add them up": summed.relu() / a.shape[1],
        "it gives the sum of the channels alone: weight each by the mean of its gradient first": a.sum(dim=1),
    }
    cases = [
        Case((network, network.features, x[:1], asked[:1]), summed[:1].relu(), "one picture"),
        Case((linear, linear.features, x, asked), cam, "a network that ends in a mean and one linear layer"),
        Case((network, network.features, x, asked), summed.relu(), "two pictures, asked for different classes"),
    ]
    return compare("grad_cam", function, cases, 1e-5, known=wrong)


def over_pieces(function: Callable) -> bool:
    """`over_pieces(maps, x, scales)`: maps (B, H, W), each value the mean over its piece of the picture x (B, 3, H, W).

    The pictures are four rectangles of one colour each, found by whoever cuts them into four pieces. Only the order of
    the values counts in a map, so means over scales are as good as sums.
    """
    maps = torch.rand(2, 32, 32, generator=torch.Generator().manual_seed(6))
    colours = torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.8, 0.2], [0.1, 0.2, 0.9], [0.9, 0.9, 0.8]])
    places = torch.zeros(2, 32, 32, dtype=torch.long)
    for k, (row, column) in enumerate(((12, 18), (20, 13))):
        places[k, row:] += 2
        places[k, :, column:] += 1
    x = colours[places].permute(0, 3, 1, 2)

    def within(reduce):
        values = torch.zeros_like(maps)
        for k in range(2):
            for piece in range(4):
                mine = places[k] == piece
                values[k][mine] = reduce(maps[k][mine])
        return _scaled(values)

    def scaled(*args):
        found = function(*args)
        found = torch.from_numpy(found) if isinstance(found, np.ndarray) else found
        return _scaled(found) if isinstance(found, torch.Tensor) and found.ndim == 3 else found

    wrong = {
        "it gives the maps back as they came: every pixel of a piece gets the piece's mean": _scaled(maps),
        "it gives sums: a large piece is not more relevant for being large, so take the mean": within(torch.sum),
        "it gives the largest value of each piece: take the mean, one bright pixel proves little": within(torch.max),
        "it gives one mean for the whole picture: take one for each piece": torch.ones_like(maps),
    }
    right = within(torch.mean)
    cases = [
        Case((maps[:1], x[:1], (4,)), right[:1], "a picture of four colours, cut into four pieces"),
        Case((maps, x, (4, 4)), right, "two pictures of four colours, cut into four pieces twice"),
    ]
    return compare("over_pieces", scaled if callable(function) else function, cases, 1e-3, known=wrong)


def ridge(function: Callable) -> bool:
    """`ridge(shown, logits, weights, penalty)`: coefficients (S,) of a weighted ridge regression with an intercept.

    shown: (N, S), 1 where a superpixel is shown; logits, weights: (N,).
    """
    shown = (_numbers(40, 5, seed=31) > 0).float()
    logits, weights = (
        _numbers(40, seed=32) + shown @ torch.tensor([2.0, 0, -1, 0, 0.5]) + 3,
        1 + _numbers(40, seed=33).abs(),
    )
    ones = torch.ones(40)
    wrong = {
        "it gives a fit without an intercept: the logit of nothing is not 0; subtract weighted means first": (
            _ridge(shown, logits, weights, 1.0, False)
        ),
        "it gives a fit that ignores the weights": _ridge(shown, logits, ones, 1.0),
    }
    cases = [
        Case((shown, logits, ones, 1e-6), _ridge(shown, logits, ones, 1e-6), "equal weights and hardly a penalty"),
        Case((shown, logits, weights, 1.0), _ridge(shown, logits, weights, 1.0), "unequal weights and a penalty of 1"),
    ]
    return compare("ridge", function, cases, 1e-3, known=wrong)


# --- what the checks share ------------------------------------------------------------------------------------------


def _spread(seen: torch.Tensor, x: torch.Tensor) -> float:
    """How far noisy copies lie from the picture that they are copies of, in whichever order they come."""
    gaps = (seen[:, None] - x[None]).flatten(2).square().mean(dim=2)  # (copies, pictures)
    return float(gaps.min(dim=1).values.mean().sqrt())


def _scaled(maps: torch.Tensor) -> torch.Tensor:
    """Each map (B, H, W) with mean 1."""
    return maps / maps.mean(dim=(1, 2), keepdim=True)


def _ridge(shown, logits, weights, penalty, intercept: bool = True):
    if intercept:
        share = weights / weights.sum()
        shown, logits = shown - share @ shown, logits - share @ logits
    weighted = shown.T * weights
    return torch.linalg.solve(weighted @ shown + penalty * torch.eye(shown.shape[1]), weighted @ logits)


def _pictures() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(5)), torch.tensor([2, 0])


def _numbers(*shape: int, seed: int = 4) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
