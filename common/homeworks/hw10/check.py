"""Checks of homework 10: a step that stays near the picture, momentum, and pictures shown at random sizes."""

from collections.abc import Callable

import torch
from torch.nn import functional

from common.check import Case, compare


def step_within(function: Callable) -> bool:
    """`step_within(adversarial, gradient, x, alpha, epsilon)`: along the gradient's sign, near x, still a picture."""
    t = torch.tensor
    x = t([[0.5, 0.5, 0.5, 0.98, 0.01]])
    uphill, mixed = t([[1.0, 3.0, 0.2, 5.0, 0.1]]), t([[-0.3, 2.0, 0.0, 1.0, -1.0]])
    cases = [
        Case((x, mixed, x, 0.01, 0.03), t([[0.49, 0.51, 0.5, 0.99, 0.0]]),
             "a first step of 0.01 (the gradient's sign alone counts; where it is 0 nothing moves)"),
        Case((t([[0.52, 0.525, 0.47, 0.99, 0.0]]), uphill, x, 0.02, 0.03), t([[0.53, 0.53, 0.49, 1.0, 0.02]]),
             "a later step of 0.02 (no pixel leaves x by more than epsilon = 0.03, nor 0 ... 1)"),
        Case((t([[0.47, 0.5, 0.53, 0.96, 0.03]]), -uphill, x, 0.05, 0.03), t([[0.47, 0.47, 0.48, 0.95, 0.0]]),
             "a long step downhill"),
        Case((torch.full((2, 3, 4, 4), 0.6), torch.ones(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.58), 0.1, 0.05),
             torch.full((2, 3, 4, 4), 0.63), "two pictures of 3 x 4 x 4"),
    ]  # fmt: skip
    return compare("step_within", function, cases)


def add_momentum(function: Callable) -> bool:
    """`add_momentum(momentum, gradient, decay)`: decay * momentum + gradient / (mean |gradient| of each picture)."""
    gradient = torch.tensor([[[[1.0, -3.0]]], [[[100.0, 100.0]]]])  # two pictures of two pixels
    before = torch.tensor([[[[2.0, 2.0]]], [[[-1.0, 0.0]]]])
    each, together = torch.tensor([[[[0.5, -1.5]]], [[[1.0, 1.0]]]]), gradient / gradient.abs().mean()
    cases = [
        Case((torch.zeros_like(gradient), gradient, 1.0), each, "two pictures, the second with a far larger gradient"),
        Case((before, gradient, 0.0), each, "decay 0, which forgets the past"),
        Case((before, gradient, 0.5), 0.5 * before + each, "decay 0.5"),
        Case((before, torch.zeros_like(gradient), 0.5), 0.5 * before,
             "a gradient of zero (keep the division finite: add something tiny to the mean)"),
    ]  # fmt: skip
    try:
        found = function(*cases[0].args)
        if torch.allclose(found, together, rtol=1e-4) and not torch.allclose(found, each, rtol=1e-4):
            print(
                "add_momentum: it divides by the mean over the whole batch; each picture needs its own "
                "(mean(dim=(1, 2, 3), keepdim=True)), or those with small gradients hardly move."
            )
            return False
    except Exception:  # whatever it is, compare says it in words
        pass
    return compare("add_momentum", function, cases)


def diverse(function: Callable) -> bool:
    """`diverse(x, probability, smallest)`: with a probability, x shrunk to a random size and put at a random place."""
    generator = torch.Generator().manual_seed(10)
    x = torch.rand(3, 3, 32, 32, generator=generator) * 0.8 + 0.2  # nowhere near the black of the frame
    compare_quietly = [
        Case((x, 0.0, 26), x, "probability 0 (nothing changes)"),
        Case((torch.ones(1, 3, 32, 32), 1.0, 32), torch.ones(1, 3, 32, 32), "a smallest size of 32 (nothing changes)"),
    ]
    for case in compare_quietly:
        try:
            right = torch.allclose(function(*case.args), case.expected, atol=1e-5)
        except Exception:  # whatever it is, compare says it in words
            right = False
        if not right:
            return compare("diverse", function, compare_quietly)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10)
        problem = _diverse_problem(function, x)
    print(f"diverse: {problem}" if problem else "diverse: right, in size, place, frequency and gradient.")
    return problem is None


def _diverse_problem(function: Callable, x: torch.Tensor) -> str | None:
    changed, boxes = 0, []
    for _ in range(60):
        leaf = x.clone().requires_grad_()
        shown = function(leaf, 1.0, 26)
        if shown.shape != x.shape:
            return f"expected the shape {tuple(x.shape)}, found {tuple(shown.shape)}: pad back to the size of x."
        if not shown.requires_grad:
            return "the result knows nothing of x any more, so no gradient flows back: no detach, no NumPy."
        inside = (shown.detach().abs().sum(dim=(0, 1)) > 1e-6).nonzero()
        (top, left), (bottom, right) = inside.min(dim=0).values.tolist(), inside.max(dim=0).values.tolist()
        height, width = bottom - top + 1, right - left + 1
        if height != width or not 26 <= height <= 32:
            return f"probability 1, smallest size 26: expected a square of 26 to 32 pixels, found {height} x {width}."
        mean = functional.interpolate(x, size=(height, width), mode="bilinear", align_corners=False).mean()
        patch = shown.detach()[..., top : bottom + 1, left : right + 1]
        if (patch.mean() - mean).abs() > 0.02:
            return "the picture inside the frame is not x made smaller (interpolate, then pad with zeros)."
        boxes.append((height, top, left))
    if len({height for height, _, _ in boxes}) < 3:
        return "the size hardly varies: draw it anew at every call, from `smallest` to the size of x."
    if len({(top, left) for height, top, left in boxes if height <= 30}) < 5:
        return "the place hardly varies: draw how many zeros stand above and how many to the left."
    for _ in range(200):
        changed += not torch.equal(function(x, 0.5, 26), x)
    if not 40 <= changed <= 140:  # about six sevenths of a half, seldom far from it
        return f"probability 0.5: the picture was changed in {changed} of 200 calls, expected about 86 to 100."
    return None
