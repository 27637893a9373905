"""Checks of homework 10: pictures shown at random sizes, and gradients smoothed with a Gaussian."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional

from common.check import Case, compare, is_stub


def diverse(function: Callable) -> bool:
    """`diverse(x, smallest)`: x shrunk to a random size, from `smallest` to its own, at a random place among zeros."""
    ones = torch.ones(1, 3, 32, 32)
    unchanged = [Case((ones, 32), ones, "a smallest size of 32 (nothing changes)")]
    try:
        right = torch.allclose(function(ones, 32), ones, atol=1e-5)
    except Exception:  # whatever it is, compare says it in words
        right = False
    if not right:
        return compare("diverse", function, unchanged)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10)
        try:
            problem = _diverse_problem(function)
        except Exception as error:  # a check never raises
            problem = f"on 3 pictures, smallest size 26, it stops with {type(error).__name__}: {error}"
    print(f"diverse: {problem}" if problem else "diverse: right, in size, place and gradient.")
    return problem is None


def _diverse_problem(function: Callable) -> str | None:
    """What is wrong with the sizes and places that it draws, if anything."""
    x = torch.rand(3, 3, 32, 32) * 0.8 + 0.2  # nowhere near the black of the frame
    boxes = []
    for _ in range(60):
        leaf = x.clone().requires_grad_()
        shown = function(leaf, 26)
        if shown.shape != x.shape:
            return f"expected the shape {tuple(x.shape)}, found {tuple(shown.shape)}: pad back to the size of x."
        if not shown.requires_grad:
            return "the result knows nothing of x any more, so no gradient flows back: no detach, no NumPy."
        inside = (shown.detach().abs().sum(dim=(0, 1)) > 1e-6).nonzero()
        (top, left), (bottom, right) = inside.min(dim=0).values.tolist(), inside.max(dim=0).values.tolist()
        height, width = bottom - top + 1, right - left + 1
        if height != width or not 26 <= height <= 32:
            return f"smallest size 26: expected a square of 26 to 32 pixels, found {height} x {width}."
        mean = functional.interpolate(x, size=(height, width), mode="bilinear", align_corners=False).mean()
        patch = shown.detach()[..., top : bottom + 1, left : right + 1]
        if (patch.mean() - mean).abs() > 0.02:
            return "the picture inside the frame is not x made smaller (interpolate, then pad with zeros)."
        boxes.append((height, top, left))
    if len({height for height, _, _ in boxes}) < 3:
        return "the size hardly varies: draw it anew at every call, from `smallest` to the size of x."
    if max(height for height, _, _ in boxes) < 32:
        return "x is never shown at its own size, though sizes go from `smallest` to that, both included."
    if len({(top, left) for height, top, left in boxes if height <= 30}) < 5:
        return "the place hardly varies: draw how many zeros stand above and how many to the left."
    return None


def smooth_gradient(function: Callable) -> bool:
    """`smooth_gradient(gradient, sigma)`: each channel convolved with a Gaussian, the size kept.

    How the edges are padded is left open, and so is the size of the kernel and the sum of its weights: an attack asks
    for the sign alone.
    """
    try:
        problem, note = _smooth_problem(function)
    except Exception as error:  # a check never raises
        stops = f"on two gradients of 3 x 21 x 21 it stops with {type(error).__name__}: {error}"
        problem, note = "not done yet." if is_stub(error) else stops, ""
    print(f"smooth_gradient: {problem or f'right, in width, place and channels.{note}'}")
    return problem is None


def _smooth_problem(function: Callable) -> tuple[str | None, str]:
    """What is wrong with it, if anything, and a remark where it is right but unusual."""
    middle = 10
    for sigma in (1.0, 1.6):
        dot = torch.zeros(2, 3, 21, 21)
        dot[0, 1, middle, middle] = 1.0
        found = function(dot, sigma)
        if not isinstance(found, torch.Tensor):
            return f"expected a tensor, found {type(found).__name__}.", ""
        if found.shape != dot.shape:
            return (
                f"expected the shape {tuple(dot.shape)}, found {tuple(found.shape)}: pad by half the kernel, so that "
                "every pixel keeps its number.",
                "",
            )
        if not found.isfinite().all():
            return "the result has NaN or infinite values.", ""
        found = found.detach().clone()
        spot = found[0, 1].clone()
        found[0, 1] = 0
        if found[0].abs().max() > 1e-6:
            return "channels are mixed: a dot in green must not colour red and blue (`groups=3` keeps them apart).", ""
        if found[1].abs().max() > 1e-6:
            return "pictures are mixed: a dot in the first gradient shows in the second.", ""
        problem = _spot_problem(spot, middle, sigma)
        if problem:
            return f"a single dot, sigma = {sigma}: {problem}", ""
    total = spot.sum().item()
    if abs(total - 1) < 0.03:
        return None, ""
    return None, f" (The kernel's weights add up to {total:.3g} instead of 1; a sign does not care.)"


def _spot_problem(spot: torch.Tensor, middle: int, sigma: float) -> str | None:
    """Whether a dot in the middle became a Gaussian spot (S, S)."""
    centre = spot[middle, middle].item()
    if centre <= 0:
        return f"its own place gets {centre:.3g}: the kernel's middle belongs there, and is its largest weight."
    around = [spot[middle + i, middle + j] for i, j in ((0, 1), (0, -1), (1, 0), (-1, 0))]
    if max(around) - min(around) > 0.01 * centre:
        return "it moved to one side: an odd kernel, padded equally on all four sides, leaves it where it was."
    if around[0] < 1e-6 * centre:
        return "it stayed a dot: the neighbours should get something of it."
    if torch.allclose(spot[middle, middle + 1], spot[middle, middle], rtol=1e-3):
        return "it became a flat square: a Gaussian's weights fall with the distance."
    for distance in (1, 2):
        wanted = math.exp(-(distance**2) / (2 * sigma**2))
        weight = spot[middle, middle + distance].item() / centre
        if abs(weight - wanted) > 0.02:
            if abs(weight - wanted**2) < 0.01:
                return "the spot is too narrow: exp(-r^2 / (2 sigma^2)), with the 2."
            return (
                f"at distance {distance} expected {wanted:.3f} of the weight in the middle, exp(-r^2 / (2 sigma^2)); "
                f"found {weight:.3f}."
            )
    corner = spot[middle + 1, middle + 1].item() / centre
    if abs(corner - math.exp(-1 / sigma**2)) > 0.02:
        return (
            f"across the corner expected {math.exp(-1 / sigma**2):.3f} of the weight in the middle, found {corner:.3f}."
        )
    return None
