"""Checks of homework 13: the loss of distillation, a convolution in two steps, what a teacher's maps say."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from common.check import Case, compare

NORMS = "batch norms behind the second step"
NO_RELU = "activations missing behind the last batch norm"
BARE_RELU = "activations between the steps without a batch norm"


def kd_loss(function: Callable) -> bool:
    """`kd_loss(logits, teacher_logits, y, temperature, alpha)`: alpha T^2 KL(teacher || student) + (1 - alpha) CE."""
    s, t, y = _logits(2.0, 1), _logits(4.0, 2), torch.tensor([0, 2, 1, 4, 3, 0])
    cases = [
        Case((s, t, y, 4.0, 0.0), functional.cross_entropy(s, y), "alpha = 0 (cross-entropy with the labels alone)"),
        Case((t, t, y, 3.0, 1.0), torch.tensor(0.0), "alpha = 1 and a student that says what the teacher says"),
        Case((s, t, y, 1.0, 1.0), _kd(s, t, y, 1.0, 1.0), "alpha = 1 at temperature 1"),
        Case((s, t, y, 4.0, 1.0), _kd(s, t, y, 4.0, 1.0), "alpha = 1 at temperature 4"),
        Case((s, t, y, 4.0, 0.7), _kd(s, t, y, 4.0, 0.7), "alpha = 0.7 at temperature 4"),
    ]
    kl = _kd(s, t, y, 4.0, 1.0)
    ce = functional.cross_entropy(s, y)
    log_s, log_t = (functional.log_softmax(z / 4.0, dim=1) for z in (s, t))
    backwards = functional.kl_div(log_t, log_s, reduction="batchmean", log_target=True)
    wrong = {
        "the factor temperature ** 2 is missing": 0.7 * kl / 16 + 0.3 * ce,
        "the divergence runs the wrong way round: the teacher's shares weigh the differences of the logarithms": 0.7
        * 16
        * backwards
        + 0.3 * ce,
        'the mean is over all numbers: sum over the classes, mean over the batch (reduction="batchmean")': 0.7
        * kl
        / s.shape[1]
        + 0.3 * ce,
        "alpha weighs the labels, and 1 - alpha the teacher": 0.3 * kl + 0.7 * ce,
        "the temperature is missing where the softmax is taken": 0.7 * 16 * _kd(s, t, y, 1.0, 1.0) + 0.3 * ce,
    }
    return compare("kd_loss", function, cases, known=wrong)


def separable(function: Callable) -> bool:
    """`separable(inputs, outputs, stride)`: a module, depthwise 3 x 3, then pointwise 1 x 1, batch norm and ReLU.

    Between the two there may be nothing (Xception), or batch norm and ReLU as well (MobileNet).
    """
    cases = [
        Case((4, 8, 1), _facts(4, 8, 1, 9), "4 channels in, 8 out, stride 1, a picture of 9 x 9"),
        Case((16, 32, 2), _facts(16, 32, 2, 9), "16 channels in, 32 out, stride 2, a picture of 9 x 9"),
        Case((48, 48, 1), _facts(48, 48, 1, 9), "48 channels in and out, stride 1, a picture of 9 x 9"),
    ]
    return compare("separable", _described(function), cases)


def hint_loss(function: Callable) -> bool:
    """`hint_loss(student, teacher)`: maps (B, C, H, W); the squared distance of their directions, place by place."""
    generator = torch.Generator().manual_seed(13)
    a, b = (torch.randn(3, 5, 4, 4, generator=generator) for _ in range(2))
    opposite = functional.normalize(b, dim=1)
    cases = [
        Case((b, b), torch.tensor(0.0), "a student whose maps are the teacher's"),
        Case((7 * b, b), torch.tensor(0.0), "maps seven times as large as the teacher's (the direction alone counts)"),
        Case((-opposite, opposite), torch.tensor(4.0), "maps that point the opposite way everywhere"),
        Case((a, b), _hint(a, b), "random maps of 5 channels and 4 x 4 places"),
    ]
    distance = functional.normalize(a, dim=1) - functional.normalize(b, dim=1)
    whole = [functional.normalize(z.flatten(1), dim=1) for z in (a, b)]
    wrong = {
        "it gives a mean over the channels: sum over them, mean over pictures and places": distance.pow(2).mean(),
        "it gives a sum over the places: take their mean": distance.pow(2).sum(dim=(1, 2, 3)).mean(),
        "it gives the length of the whole map set to 1: do it at each place alone (dim=1)": (
            (whole[0] - whole[1]).pow(2).sum(dim=1).mean()
        ),
        "it gives the distance, not its square": distance.norm(dim=1).mean(),
    }
    return compare("hint_loss", function, cases, known=wrong)


def _logits(scale: float, seed: int) -> torch.Tensor:
    return scale * torch.randn(6, 5, generator=torch.Generator().manual_seed(seed))


def _kd(s, t, y, temperature, alpha) -> torch.Tensor:
    """The right answer, from the definition of the divergence."""
    p, q = (t / temperature).softmax(dim=1), (s / temperature).softmax(dim=1)
    divergence = (p * (p.log() - q.log())).sum(dim=1).mean()
    return alpha * temperature**2 * divergence + (1 - alpha) * functional.cross_entropy(s, y)


def _hint(a, b) -> torch.Tensor:
    """The right answer by way of the cosine: |u - v|^2 = 2 - 2 u v for u and v of length 1."""
    return (2 - 2 * functional.cosine_similarity(a, b, dim=1)).mean()


def _facts(inputs: int, outputs: int, stride: int, side: int) -> dict[str, int]:
    small = -(-side // stride)
    return {
        "weights of the convolutions": 9 * inputs + inputs * outputs,
        "channels that come out": outputs,
        "pixels across": small,
        "inputs that a depthwise channel reads": 1,
        "pixels across that a pointwise weight sees": 1,
        NORMS: 1,
        NO_RELU: 0,
        BARE_RELU: 0,
    }


def _described(function: Callable):
    """What is true of the module that `function` makes, as a dict."""
    if not callable(function):
        return function

    @torch.no_grad()
    def described(inputs, outputs, stride):
        module = function(inputs, outputs, stride)
        if not isinstance(module, nn.Module):
            return module
        x = torch.randn(2, inputs, 9, 9, generator=torch.Generator().manual_seed(13))
        y, order = _in_order(module.eval(), x)
        second = max((k for k, m in enumerate(order) if isinstance(m, nn.Conv2d)), default=-1)
        norms = [k for k, m in enumerate(order) if isinstance(m, nn.BatchNorm2d)]
        convolutions = [m for m in module.modules() if isinstance(m, nn.Conv2d)]
        wide = [c for c in convolutions if c.kernel_size == (3, 3)]
        return {
            "weights of the convolutions": sum(p.numel() for c in convolutions for p in c.parameters()),
            "channels that come out": y.shape[1],
            "pixels across": y.shape[2],
            "inputs that a depthwise channel reads": max((c.in_channels // c.groups for c in wide), default=0),
            "pixels across that a pointwise weight sees": min((c.kernel_size[0] for c in convolutions), default=0),
            NORMS: sum(k > second for k in norms),
            NO_RELU: int(_bent(module, order, x, -3.0).mean() < -1.5),
            BARE_RELU: int(not any(k < second for k in norms) and not _straight(module, order, x)),
        }

    return described


def _in_order(module: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, list[nn.Module]]:
    """What comes out for x, and convolutions and batch norms in the order in which they are called."""
    order = []
    parts = [m for m in module.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    hooks = [m.register_forward_hook(lambda m, inputs, output: order.append(m)) for m in parts]
    y = module(x)
    for hook in hooks:
        hook.remove()
    return y, order


def _bent(module: nn.Module, order: list[nn.Module], x: torch.Tensor, level: float) -> torch.Tensor:
    """What comes out if the last batch norm gives values near `level`: below zero only an activation lifts them."""
    for norm in [m for m in order if isinstance(m, nn.BatchNorm2d)][-1:]:
        norm.weight.fill_(0.1), norm.bias.fill_(level)
    return module(x)


def _straight(module: nn.Module, order: list[nn.Module], x: torch.Tensor) -> bool:
    """Is there nothing between the two steps that bends? Near 3 the last activation lets all pass, ReLU6 too."""
    one, other, between = (_bent(module, order, z, 3.0) for z in (x, x.flip(0), (x + x.flip(0)) / 2))
    return torch.allclose(between, (one + other) / 2, atol=1e-5)
