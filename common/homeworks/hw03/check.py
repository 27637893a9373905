"""Checks of homework 3."""

from collections.abc import Callable

import torch
from torch import nn

from common.check import Case, compare

COPIES, DIFFERENT = 32, 4  # of one picture in a batch, and how many different results they must have at least


def augment(function: Callable, side: int = 48) -> bool:
    """Check `augment(x)`: pictures (B, 3, S, S) uint8 in and out, each changed in its own way, `x` left as it was.

    side: S, the pixels across.
    """
    verdict = _augment_verdict(function, side)
    print(f"augment: {verdict or f'right, {COPIES} copies of one picture come out in many different ways.'}")
    return not verdict


def residual_block(make: Callable) -> bool:
    """Check the class `ResidualBlock(width)`: `relu(x + layers(x))`, (B, width, H, W) in and out."""
    if not isinstance(make, type):
        print(f"ResidualBlock: expected a class, found {make!r}.")
        return False

    def ask(x, empty):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            block = make(x.shape[1])
        for parameter in block.parameters() if empty else ():
            nn.init.zeros_(parameter)
        return block(x) if empty else (block(x) != x.relu()).any()

    small = torch.arange(-8.0, 8.0).reshape(1, 4, 2, 2)
    large = torch.randn(3, 16, 6, 6, generator=torch.Generator().manual_seed(3))
    empty = "a block of {} channels whose weights are all zero (they add nothing to x, so relu(x) must come out)"
    cases = [Case((x, True), x.relu(), empty.format(x.shape[1])) for x in (small, large)]
    cases.append(
        Case((large, False), torch.tensor(True), "a new block (0: it adds nothing to x; where are its layers?)")
    )
    return compare("ResidualBlock", ask, cases)


def mean_probabilities(function: Callable) -> bool:
    """Check `mean_probabilities(views)`: logits (V, B, C) of V views in, the mean of their probabilities (B, C) out."""
    sure = torch.tensor([[[9.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]], [[0.0, 1.0, 0.0]]])  # one view shouts, two talk
    views = torch.randn(4, 5, 11, generator=torch.Generator().manual_seed(3))
    cases = [
        Case((views[:1],), views[0].softmax(dim=1), "a single view (its softmax over the classes)"),
        Case(
            (sure,),
            sure.softmax(dim=2).mean(dim=0),
            "one view that is sure and two that are not (softmax first)",
        ),
        Case((views,), views.softmax(dim=2).mean(dim=0), "4 views of 5 pictures"),
    ]
    return compare("mean_probabilities", function, cases)


def _augment_verdict(function: Callable, side: int) -> str:
    """What is wrong with it; empty if nothing is."""
    if not callable(function):
        return f"expected a function, found {function!r}."
    picture = (torch.arange(3 * side * side) * 7 % 256).reshape(3, side, side).to(torch.uint8)
    x = picture.expand(COPIES, 3, side, side).clone()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            found = function(x)
    except NotImplementedError:
        return "not done yet."
    except Exception as error:
        return f"on {COPIES} copies of one picture it stops with {type(error).__name__}: {error}"
    if found is None:
        return "it returns nothing; is there a `return`?"
    if not isinstance(found, torch.Tensor) or found.shape != x.shape or found.dtype != x.dtype:
        what = f"{tuple(found.shape)} {found.dtype}" if isinstance(found, torch.Tensor) else f"a {type(found).__name__}"
        return f"expected pictures as they came, {tuple(x.shape)} {x.dtype}, found {what}."
    if not torch.equal(x, picture.expand_as(x)):
        return "it changes the pictures it was given in place; the training set would be spoilt."
    different = len({one.numpy().tobytes() for one in found})
    if different == 1 and torch.equal(found, x):
        return "it gives the pictures back as they came."
    if different < DIFFERENT:
        how = "all come out alike" if different == 1 else f"come out in only {different} ways"
        return (
            f"{COPIES} copies of one picture {how}: a transform throws its dice once for all pictures that it is given "
            "together; give it a few at a time."
        )
    return ""
