"""Checks of homework 3."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from common.check import Case, compare, is_stub

COPIES, DIFFERENT = 32, 4  # of one picture in a batch, and how many different results they must have at least
BLOCK_FAULTS = (
    "it changes its input in place, as `x += ...` does: write `x + ...`",
    "it adds nothing to x: its layers are not used",
    "there are not two convolutions",
    "its convolutions look at one pixel only: give them a kernel of 3 x 3",
    "there is not a batch normalisation for each convolution",
    "its layers end with a ReLU, so that it can only ever add to x: leave it out",
    "there is no ReLU between its convolutions, and two in a row are no more than one",
)


def augment(function: Callable, side: int = 48) -> bool:
    """Check `augment(x)`: pictures (B, 3, S, S) uint8 in and out, each changed in its own way, `x` left as it was.

    side: S, the pixels across.
    """
    try:
        verdict = _augment_verdict(function, side)
    except Exception as error:
        verdict = f"the first call went well, a further one stops with {type(error).__name__}: {error}"
    print(f"augment: {verdict or f'right, {COPIES} copies of one picture come out in many different ways.'}")
    return not verdict


def residual_block(make: Callable) -> bool:
    """Check the class `ResidualBlock(width)`: `relu(x + layers(x))`, (B, width, H, W) in and out.

    layers: two convolutions, a batch normalisation behind each, a ReLU between them and none at the end.
    """
    if not isinstance(make, type):
        print(f"ResidualBlock: expected a class, found {make!r}.")
        return False

    def ask(x, empty):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            block = make(x.shape[1])
            return _emptied(block)(x.clone()) if empty else torch.tensor(_fault_of_block(block, x))

    small = torch.arange(-8.0, 8.0).reshape(1, 4, 2, 2)
    large = torch.randn(3, 16, 6, 6, generator=torch.Generator().manual_seed(3))
    empty = "a block of {} channels whose weights are all zero (they add nothing to x, so relu(x) must come out)"
    cases = [Case((x, True), x.relu(), empty.format(x.shape[1])) for x in (small, large)]
    cases.append(Case((large, False), torch.tensor(0), "a new block of 16 channels"))
    faults = {fault: torch.tensor(number) for number, fault in enumerate(BLOCK_FAULTS, 1)}
    return compare("ResidualBlock", ask, cases, known=faults)


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
    probabilities, first = views.softmax(dim=2), functional.one_hot(views.argmax(dim=2), 11).float()
    wrong = {
        "it is the mean of the logits, so that a view that is sure outvotes all: softmax first": views.mean(dim=0),
        "it averages logits, so that a view that is sure outvotes all: softmax first": views.mean(dim=0).softmax(dim=1),
        "its softmax goes over the views, and should over the classes": views.softmax(dim=0).mean(dim=0),
        "its softmax goes over the pictures, and should over the classes": views.softmax(dim=1).mean(dim=0),
        "it is the sum, and should be the mean": probabilities.sum(dim=0),
        "it is the highest probability of any view, and should be the mean": probabilities.amax(dim=0),
        "it counts each view's most likely class alone": first.mean(dim=0),
        "it is the first view alone": probabilities[0],
    }
    try:
        found = function(views.clone())
    except Exception:  # whatever it is, asking the cases says it in words
        found = None
    if not isinstance(found, torch.Tensor | None):
        print(f"mean_probabilities: expected a tensor, found {_type(found)}.")
        return False
    return compare("mean_probabilities", function, cases, known=wrong)


def _augment_verdict(function: Callable, side: int) -> str:
    """What is wrong with it; empty if nothing is."""
    if not callable(function):
        return f"expected a function, found {function!r}."
    noise = torch.Generator().manual_seed(3)
    picture = torch.randint(256, (3, side, side), dtype=torch.uint8, generator=noise)  # coloured: hues can change
    x = picture.expand(COPIES, 3, side, side).clone()
    try:
        found = _asked(function, x, seed=3)
    except Exception as error:
        if is_stub(error):
            return "not done yet."
        return f"on {COPIES} copies of one picture it stops with {type(error).__name__}: {error}"
    if found is None:
        return "it returns nothing; is there a `return`?"
    if not isinstance(found, torch.Tensor) or found.shape != x.shape or found.dtype != x.dtype:
        what = f"{tuple(found.shape)} {found.dtype}" if isinstance(found, torch.Tensor) else _type(found)
        return f"expected pictures as they came, {tuple(x.shape)} {x.dtype}, found {what}."
    if not torch.equal(x, picture.expand_as(x)):
        return "it changes the pictures it was given in place; the training set would be spoilt."
    flat = torch.arange(0, 256, 256 // COPIES, dtype=torch.uint8)[:, None, None, None].expand_as(x)  # each of one grey
    if _near(found, x) and not _near(_asked(function, flat.clone(), seed=3), flat):
        return "it moves pictures or mixes them: each result must be made of its own picture, in its place."
    different = _different(found)
    if different < DIFFERENT:
        how = "all come out alike" if different == 1 else f"come out in only {different} ways"
        return _few(function, x, f"{COPIES} copies of one picture {how}")
    return _lost(function, side)


def _few(function: Callable, x: torch.Tensor, seen: str) -> str:
    """Why copies of one picture come out in few ways, by what further calls give; seen: how they came out in one."""
    calls = _asked(lambda x: torch.stack([function(x.clone()) for _ in range(COPIES)]), x, seed=5)
    if torch.equal(calls, x.expand_as(calls)):
        return "it gives the pictures back as they came."
    if torch.equal(calls, calls[:1].expand_as(calls)):
        return f"{seen}, and so in every call: nothing in it is random."
    pictures = calls.flatten(0, 1)
    versions = _different(pictures)
    if versions < DIFFERENT:
        return f"{seen}, for it knows only {versions} versions of a picture: add a transform."
    kept = (pictures == x[0]).flatten(1).all(dim=1).float().mean()
    if kept > 0.8:
        return f"{seen}: it gives {kept:.0%} of the pictures back as they came."
    return (
        f"{seen}: a transform draws its random numbers once for all pictures that it "
        "is given together; give it a few at a time."
    )


def _asked(function: Callable, x: torch.Tensor, seed: int) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return function(x)


def _different(pictures: torch.Tensor) -> int:
    return len({one.numpy().tobytes() for one in pictures})


def _type(value: object) -> str:
    return "a NumPy array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"


def _near(found: torch.Tensor, pictures: torch.Tensor) -> bool:
    """Whether they are the same up to rounding."""
    return bool(((found.short() - pictures.short()).abs() <= 1).all())


def _lost(function: Callable, side: int) -> str:
    """What of a picture does not survive; empty if it can still be known. Dark and bright discs, in turn, go in."""
    rows, columns = torch.meshgrid(*[torch.linspace(-1, 1, side)] * 2, indexing="ij")
    disc = 110 * torch.exp(-3 * (rows**2 + columns**2))
    bright = torch.arange(COPIES) % 2 == 1
    x = (disc + torch.where(bright, 140, 10)[:, None, None]).byte()[:, None].repeat(1, 3, 1, 1)
    found = _asked(function, x.clone(), seed=4).float()
    levels = found.mean(dim=(1, 2, 3))
    if levels[bright].mean() - levels[~bright].mean() < 40:
        return (
            "bright pictures and dark ones come out alike: each result must be made of its own picture, in its place."
        )
    a, b = found[..., 1:], found[..., :-1]  # neighbours
    a, b = (z - z.mean(dim=(2, 3), keepdim=True) for z in (a, b))
    spread = (a.square().sum(dim=(1, 2, 3)) * b.square().sum(dim=(1, 2, 3))).sqrt()
    alike = (a * b).sum(dim=(1, 2, 3)) / spread.clamp(1e-6)  # the correlation of neighbours
    if alike.median() < 0.5:
        return "a smooth picture comes out with neighbouring pixels unalike: there is more noise than picture left."
    return ""


def _emptied(block: nn.Module) -> nn.Module:
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    return block


@torch.no_grad()
def _fault_of_block(block: nn.Module, x: torch.Tensor) -> int:
    """Which of BLOCK_FAULTS it has, counted from 1; 0 for none, and where the way around is what is wrong."""
    if not torch.allclose(_emptied(copy.deepcopy(block))(x.clone()), x.relu()):
        return 0
    for parameter in block.parameters():  # whatever it begins with, a last batch norm of zeros too
        parameter.copy_(0.1 * torch.randn(parameter.shape))
    convolutions, norms = ([m for m in block.modules() if isinstance(m, kind)] for kind in (nn.Conv2d, nn.BatchNorm2d))
    block.eval()
    given = x.clone()
    block(given)
    if not torch.equal(given, x):
        return 1
    one, other = 10 + x, 10 + x.flip(0)  # so far above zero that the last ReLU changes nothing
    added = [block(z) - z for z in (one, other, (one + other) / 2)]
    if not (block(x) != x.relu()).any():
        return 2
    if len(convolutions) != 2:
        return 3
    if all(max(m.kernel_size) == 1 for m in convolutions):
        return 4
    if len(norms) != 2:
        return 5
    if added[0].min() >= -1e-6:
        return 6
    straight = torch.allclose(added[2], (added[0] + added[1]) / 2, atol=1e-4)
    return 7 if straight else 0
