"""Checks of homework 14: the distance that a penalty measures, and three ways to weigh it.

All cases use one small network with fixed weights and a few fixed images, so that the answers are equal everywhere.
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from common.check import Case, compare


def weighted_distance(function: Callable) -> bool:
    """`weighted_distance(model, importance, anchor)`: the sum over all weights of importance * (weight - anchor)^2."""
    model = _model()
    ones = {name: torch.ones_like(p) for name, p in model.named_parameters()}
    ramp = {name: torch.arange(p.numel()).reshape(p.shape) / 10.0 for name, p in model.named_parameters()}
    here = {name: p.detach().clone() for name, p in model.named_parameters()}
    moved = {name: p + 0.5 for name, p in here.items()}
    count = sum(p.numel() for p in here.values())
    cases = [
        Case((model, ones, here), torch.tensor(0.0), "a network that has not moved"),
        Case((model, ones, moved), torch.tensor(0.25 * count), f"{count} weights, each half a unit from its anchor"),
        Case(
            (model, ramp, moved),
            torch.tensor(0.25 * float(sum(r.sum() for r in ramp.values()))),
            "weights that matter more and more",
        ),
    ]
    return compare("weighted_distance", function, cases)


def fisher(function: Callable) -> bool:
    """`fisher(model, x, y)`: the mean over images of the squared gradient of each image's own loss."""
    model, (x, y) = _model(), _images()
    wrong = {
        "it gives the square of the batch's gradient: square first, for each image alone, then take the mean": {
            n: g**2 for n, g in _gradient(model, functional.cross_entropy(model(x), y)).items()
        },
        "it gives the sum over the images: divide by how many there are": {
            n: len(x) * g for n, g in _mean(model, x, y, _squared_loss_gradient).items()
        },
    }
    cases = [
        Case((model, x[:1], y[:1]), _mean(model, x[:1], y[:1], _squared_loss_gradient), "a single image"),
        Case((model, x, y), _mean(model, x, y, _squared_loss_gradient), f"{len(x)} images"),
    ]
    return compare("fisher", function, cases, known=wrong)


def mas_importance(function: Callable) -> bool:
    """`mas_importance(model, x)`: the mean over images of |gradient of the squared length of the output|."""
    model, (x, y) = _model(), _images()
    wrong = {
        "it gives the absolute value of a mean: gradients of different images cancel, so take absolute values first": {
            n: g.abs() for n, g in _gradient(model, (model(x) ** 2).sum(dim=1).mean()).items()
        },
        "it gives the gradient itself: take absolute values, a weight matters whichever way it pulls": _mean(
            model, x, y, lambda model, x, y: _gradient(model, (model(x) ** 2).sum())
        ),
        "it gives a mean over the outputs: the squared length is the plain sum of their squares": {
            n: g / 3 for n, g in _mean(model, x, y, _output_gradient).items()
        },
    }
    cases = [
        Case((model, x[:1]), _mean(model, x[:1], y[:1], _output_gradient), "a single image"),
        Case((model, x), _mean(model, x, y, _output_gradient), f"{len(x)} images"),
    ]
    return compare("mas_importance", function, cases, known=wrong)


def kronecker_distance(function: Callable) -> bool:
    """`kronecker_distance(change, inputs, outputs)`: vec(change)' (outputs x inputs) vec(change) of one layer.

    change: (O, I), how far the weights moved; inputs: (I, I) and outputs: (O, O), symmetric.
    """
    eye = torch.eye
    change = torch.arange(6.0).reshape(2, 3) - 2
    inputs = torch.tensor([[2.0, 0.5, 0.0], [0.5, 1.0, -0.5], [0.0, -0.5, 3.0]])
    outputs = torch.tensor([[1.0, 0.8], [0.8, 2.0]])
    flat = change.reshape(-1)
    cases = [
        Case((change, eye(3), eye(2)), (change**2).sum(), "two identity matrices (the plain squared distance)"),
        Case((change, torch.diag(torch.tensor([0.0, 1.0, 2.0])), eye(2)),
             (change**2 * torch.tensor([0.0, 1.0, 2.0])).sum(), "a first input that was always zero"),
        Case((change, inputs, outputs), flat @ torch.kron(outputs, inputs) @ flat, "two full matrices"),
    ]  # fmt: skip
    return compare("kronecker_distance", function, cases)


def kronecker_factors(function: Callable) -> bool:
    """`kronecker_factors(model, x)`: for each linear layer the mean of a a' over its inputs (I + 1, I + 1), the last of
    which is always 1, and the mean of d d' over its outputs (O, O), added up over the logits."""
    model, x = _model(), _images()[0]
    layers = _inputs_and_reactions(model, x)
    n, logits = len(x), 3
    right = [(a.T @ a / n, sum(d.T @ d for d in ds) / n) for a, ds in layers]
    wrong = {
        "it leaves out the bias, one more input of each layer that is always 1": [(a[:-1, :-1], b) for a, b in right],
        "it gives sums over the images: take the means": [(n * a, n * b) for a, b in right],
        "it lets all logits react at once, and they cancel: take d d' of each alone, and add these up": [
            (a, sum(ds).T @ sum(ds) / n) for (a, _), (_, ds) in zip(right, layers, strict=True)
        ],
        "it gives a mean over the logits: add them up": [(a, b / logits) for a, b in right],
        "it gives the reactions of the layer's outputs first: inputs first": [(b, a) for a, b in right],
    }
    cases = [
        Case(
            (model, x[:1]), [(a[:1].T @ a[:1], sum(d[:1].T @ d[:1] for d in ds)) for a, ds in layers], "a single image"
        ),
        Case((model, x), right, f"{n} images"),
    ]
    return compare("kronecker_factors", function, cases, known=wrong)


def _inputs_and_reactions(model: nn.Module, x: torch.Tensor) -> list[tuple[torch.Tensor, list[torch.Tensor]]]:
    """Of each linear layer: its inputs with a 1 (N, I + 1), and for each logit how it reacts to the outputs (N, O).

    By the chain rule through ReLU layers, by hand.
    """
    inputs, z = [], x
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    for layer in linear:
        inputs.append(functional.pad(z, (0, 1), value=1.0))
        z = layer(z).relu()
    found = []
    for logit in range(linear[-1].out_features):
        reaction = torch.zeros(len(x), linear[-1].out_features)
        reaction[:, logit] = 1.0
        reactions = [reaction]
        for layer, a in zip(linear[:0:-1], inputs[:0:-1], strict=True):
            reactions.insert(0, reactions[0] @ layer.weight * (a[:, :-1] > 0))
        found.append(reactions)
    return [(a.detach(), [r[k].detach() for r in found]) for k, a in enumerate(inputs)]


def _model() -> nn.Module:
    generator = torch.Generator().manual_seed(14)
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=generator))
    return model


def _images() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(15)
    return torch.rand(7, 4, generator=generator), torch.tensor([0, 1, 2, 0, 1, 2, 0])


def _gradient(model: nn.Module, value: torch.Tensor) -> dict[str, torch.Tensor]:
    names, weights = zip(*model.named_parameters(), strict=True)
    return dict(zip(names, torch.autograd.grad(value, weights), strict=True))


def _squared_loss_gradient(model, x, y):
    return {n: g**2 for n, g in _gradient(model, functional.cross_entropy(model(x), y)).items()}


def _output_gradient(model, x, y):
    return {n: g.abs() for n, g in _gradient(model, (model(x) ** 2).sum()).items()}


def _mean(model, x, y, of_one) -> dict[str, torch.Tensor]:
    """The mean of what `of_one` gives for each image, one backward pass at a time: slow and plain."""
    each = [of_one(model, x[i : i + 1], y[i : i + 1]) for i in range(len(x))]
    return {name: torch.stack([g[name] for g in each]).mean(dim=0) for name in each[0]}
