"""Checks of homework 8: the parts of a variational autoencoder, errors from afar, coarse noise, pasted pictures.

What is random is asked many times and judged by its statistics, far from where chance could decide.
"""

from collections.abc import Callable

import torch

from common.check import Case, compare, is_stub

SIDE = 32


def kl_divergence(function: Callable) -> bool:
    """`kl_divergence(mean, log_variance)`, both (B, Z): to N(0, 1), summed over Z, mean over B."""
    mean, log_variance = (torch.randn(6, 5, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    zero = torch.zeros(4, 3)
    each = _kl(mean, log_variance)
    cases = [
        Case((zero, zero), torch.tensor(0.0), "mean 0 and variance 1, which is what the code should be"),
        Case((zero + 2, zero), torch.tensor(6.0), "mean 2 in three dimensions, variance 1"),
        Case((mean, log_variance), each.sum(dim=1).mean(), "random means and variances of 5 dimensions"),
    ]
    known = {
        "it gives the mean over the dimensions: sum over them, and take the mean over the pictures alone": each.mean(),
        "it gives the sum over the pictures: take their mean": each.sum(),
        "it reads the second argument as the standard deviation's logarithm; it is the variance's": (
            _kl(mean, 2 * log_variance).sum(dim=1).mean()
        ),
        "it has the wrong sign: a divergence is never negative": -each.sum(dim=1).mean(),
        "it lacks the factor 1/2": 2 * each.sum(dim=1).mean(),
    }
    return compare("kl_divergence", function, cases, known=known)


def draw_code(function: Callable) -> bool:
    """`draw_code(mean, log_variance)`, both (B, Z): a sample of N(mean, variance) that gradients pass through."""
    return _tell("draw_code", function, _draw_code_problem)


def error_from_afar(function: Callable) -> bool:
    """`error_from_afar(model, x, restored)`: (B, 1, 8, 8) of x and restored (B, 3, S, S); the model is not needed."""
    x, restored = (torch.randn(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)) for seed in (3, 4))
    checkered = torch.ones(1, 3, SIDE, SIDE)
    checkered[..., ::2] = -1
    error = restored - x
    cases = [
        Case((None, 0 * checkered, checkered), torch.zeros(1, 1, 8, 8), "an error of +1 and -1 in turn, 0 from afar"),
        Case((None, 0 * x[:1], 0 * x[:1] + 2), torch.full((1, 1, 8, 8), 4.0), "an error of 2 everywhere"),
        Case((None, x, restored), _afar(error).pow(2).mean(dim=1, keepdim=True), "two random pictures"),
    ]
    known = {
        "it squares before it averages over the squares: too light and too dark must cancel out first": (
            _afar(error.pow(2)).mean(dim=1, keepdim=True)
        ),
        "it takes the size of the error before it averages: too light and too dark must cancel out first": (
            _afar(error.abs()).pow(2).mean(dim=1, keepdim=True)
        ),
        "it averages over the colours before it squares: a wrong colour may have the right brightness": (
            _afar(error).mean(dim=1, keepdim=True).pow(2)
        ),
        "the error is not squared": _afar(error).mean(dim=1, keepdim=True),
        "it adds the colours: take their mean": _afar(error).pow(2).sum(dim=1, keepdim=True),
        "the colours are still there, (B, 3, 8, 8): take their mean and keep one map": _afar(error).pow(2),
    }
    return compare("error_from_afar", function, cases, known=known)


def coarse_noise(function: Callable) -> bool:
    """`coarse_noise(x, strength)`: noise (B, 3, S, S) for pictures x (B, 3, S, S), a few pixels wide, not yet added."""
    return _tell("coarse_noise", function, _noise_problem)


def cut_paste(function: Callable) -> bool:
    """`cut_paste(x)`: pictures (B, 3, S, S) with a piece moved in each, and where, (B, 1, S, S), 0 or 1."""
    return _tell("cut_paste", function, _paste_problem)


def _tell(name: str, function: Callable, problem: Callable) -> bool:
    """Print one sentence: what `problem` finds, or that all is right."""
    if not callable(function):
        print(f"{name}: expected a function, found {function!r}.")
        return False
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        try:
            found = problem(function)
        except Exception as error:  # a student's function may do anything
            found = "not done yet" if is_stub(error) else f"it stops with {type(error).__name__}: {error}"
    print(f"{name}: {found or 'right, as far as many random draws can tell'}.")
    return found is None


def _draw_code_problem(function: Callable) -> str | None:
    mean = torch.tensor([[0.0, 3.0, -2.0]]).repeat(4000, 1).requires_grad_()
    log_variance = torch.tensor([[0.0, -4.0, 1.4]]).repeat(4000, 1).requires_grad_()
    z = function(mean, log_variance)
    if (problem := _shape_problem(z, mean.shape)) is not None:
        return problem
    if not z.requires_grad:
        return "no gradient reaches the mean: compute mean + deviation * noise, and draw nothing else at random"
    gradients = torch.autograd.grad(z.sum(), (mean, log_variance), allow_unused=True)
    if gradients[0] is None or gradients[1] is None:
        return f"no gradient reaches the {'mean' if gradients[0] is None else 'variance'}"
    z = z.detach()
    if z.std(dim=0).max() < 1e-3:
        return "all samples of one distribution are equal: where is the noise?"
    if torch.equal(z, function(mean, log_variance).detach()):
        return "two calls give the same samples: the noise must be drawn anew each time"
    found, expected = z.std(dim=0), (0.5 * log_variance[0]).exp().detach()
    if torch.allclose(found, expected**2, rtol=0.1):
        return "its spread is the variance: the noise is multiplied by exp(log_variance), not by its root"
    if not torch.allclose(found, expected, rtol=0.1):
        return f"a standard deviation of {expected[2]:.2f} was asked for, and found is {found[2]:.2f}"
    if not torch.allclose(z.mean(dim=0), mean[0].detach(), atol=0.15):
        return f"a mean of {mean[0, 1]:.1f} was asked for, and found is {z[:, 1].mean():.2f}"
    standard = (z - mean.detach()) / expected
    if abs(torch.corrcoef(standard.T)[0, 1]) > 0.1:
        return "the same noise serves all dimensions: draw a number for each"
    return None


def _noise_problem(function: Callable) -> str | None:
    x = torch.linspace(-1, 1, SIDE).expand(64, 3, SIDE, SIDE).clone()
    kept = x.clone()
    noise = function(x, 0.5)
    if (problem := _shape_problem(noise, x.shape)) is not None:
        return problem
    if not torch.equal(x, kept):
        return "it changes the pictures that it is given: return the noise alone"
    noise = noise.detach().float()
    across = noise.mean(dim=(0, 1, 2))
    if torch.corrcoef(torch.stack([across, x[0, 0, 0]]))[0, 1] > 0.9 and across.std() > 0.3:
        return "the pictures are in it: return the noise alone, it is added outside"
    spread = noise.std()
    if spread < 1e-4:
        return "there is no noise at all"
    if torch.equal(noise, function(x, 0.5)):
        return "two calls give the same noise: draw it anew each time"
    if noise.mean().abs() > 0.15 * spread + 0.02:
        return f"its mean is {noise.mean():.2f}, expected about 0"
    if torch.allclose(noise[0], noise[1]):
        return "all pictures get the same noise: draw it for each"
    if torch.allclose(noise[:, 0], noise[:, 1]):
        return "the three colours get the same noise: draw it for each, or hair never changes its colour"
    near, far = _correlation(noise, 1), _correlation(noise, SIDE // 2)
    if near < 0.4:
        return (
            f"neighbouring pixels have a correlation of {near:.2f}: this is fine noise; draw it on a coarse grid "
            "(8 x 8) and enlarge it"
        )
    if far > 0.4:
        return "it is nearly one colour for the whole picture: the grid is too coarse"
    if not 0.15 < spread < 0.6:
        return (
            f"with strength 0.5 its standard deviation is {spread:.2f}; a normal distribution of 0.5 gives 0.25 to 0.5"
        )
    ratio = function(x, 1.0).std() / spread
    if not 1.7 < ratio < 2.3:
        return f"twice the strength gives noise {ratio:.1f} times as strong"
    return None


def _paste_problem(function: Callable) -> str | None:
    rows = torch.linspace(-1, 1, SIDE)[:, None].expand(SIDE, SIDE)
    many = 64
    offset = 20.0 * torch.arange(many)[:, None, None, None]  # tells whose pixels they are
    channel = 3.0 * torch.arange(3)[None, :, None, None]
    noise = torch.randn(many, 3, SIDE, SIDE)
    for words, x in (("noise", noise), ("plain pictures", offset + channel + 0 * noise), ("slopes", rows + 0 * noise)):
        kept = x.clone()
        found = function(x)
        if not isinstance(found, tuple | list) or len(found) != 2:
            return "expected two results, the pictures and where something was pasted"
        y, mask = found
        for what, result, shape in (("the pictures", y, x.shape), ("the places", mask, (many, 1, SIDE, SIDE))):
            if (problem := _shape_problem(result, shape)) is not None:
                return f"{what}: {problem}"
        if not torch.equal(x, kept):
            return "it changes the pictures that it is given: work on a copy (x.clone())"
        mask = mask.float()
        if not torch.isin(mask, torch.tensor([0.0, 1.0])).all():
            return "the places must be 0 or 1"
        share = mask.mean(dim=(1, 2, 3))
        if share.max() == 0:
            return "no place is marked"
        if (share == 0).float().mean() > 0.6:
            return "most pictures have no place marked: paste a piece into each"
        if share.max() > 0.6:
            return f"{share.max():.0%} of a picture is marked: the piece should be smaller than what it is pasted into"
        outside = (y - x).abs() * (1 - mask)
        if outside.max() > 1e-4:
            return f"on {words} a pixel changes where nothing is marked"
        if (
            words == "noise"
            and ((y - x).abs().amax(dim=1, keepdim=True) * mask).sum(dim=(1, 2, 3))[share > 0].min() == 0
        ):
            return "a piece is pasted where it was cut, so nothing changes there: choose another place"
        if words == "noise" and torch.equal(mask, function(x)[1].float()):
            return "two calls mark the same places: choose them anew each time"
        change = ((y - x) * mask).sum(dim=(2, 3)) / mask.sum(dim=(2, 3)).clamp(min=1)  # (B, 3)
        if words == "plain pictures":
            if change.mean(dim=1).abs().max() > 8:
                return "pixels of another picture are pasted: two people in one are a kind of the test set"
            colours = change + channel[0, :, 0, 0]
            if (colours.diff(dim=1) < 0).float().mean() > 0.2:
                return "the colour channels of the piece change places: that is a kind of the test set"
        if words == "slopes" and (problem := _slope_problem(y, mask, rows)) is not None:
            return problem
    return None


def _slope_problem(y: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor) -> str | None:
    """Pictures that grow brighter downwards: how a pasted piece lies is read from the steps between pixels."""
    step = rows[1, 0] - rows[0, 0]
    upside_down, bent = [], []
    for picture, where in zip(y[:, 0], mask[:, 0] > 0, strict=True):
        whole = where[:-1, :-1] & where[1:, :-1] & where[:-1, 1:]  # the pixel, the one below and the one to the right
        if whole.sum() < 6:
            continue
        down = (picture[1:, :-1] - picture[:-1, :-1])[whole] / step
        right = (picture[:-1, 1:] - picture[:-1, :-1])[whole] / step
        upside_down.append(down.median() < -0.3)
        odd = (down - down.median()).abs() + (right - right.median()).abs() > 0.5
        bent.append(odd.float().mean() > 0.3)  # a few steps are odd where a piece goes on at the other edge
    if sum(upside_down) > 0.3 * len(upside_down):
        return "the piece is upside down: a face turned over is a kind of the test set"
    if sum(bent) > 0.4 * len(bent):
        return "the piece is bent: a twisted face is a kind of the test set"
    return None


def _correlation(noise: torch.Tensor, step: int) -> float:
    """Of pixels `step` apart in a row."""
    a, b = noise[..., :-step].flatten(), noise[..., step:].flatten()
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1])


def _shape_problem(found, shape) -> str | None:
    if found is None:
        return "it returns nothing; is there a `return`?"
    if not isinstance(found, torch.Tensor):
        return f"expected a tensor, found a {type(found).__name__}"
    if tuple(found.shape) != tuple(shape):
        return f"expected the shape {tuple(shape)}, found {tuple(found.shape)}"
    if found.is_floating_point() and not torch.isfinite(found).all():
        return "the result has NaN or infinite values"
    return None


def _afar(error: torch.Tensor) -> torch.Tensor:
    """Means over 8 x 8 squares of each picture."""
    return torch.nn.functional.adaptive_avg_pool2d(error, 8)


def _kl(mean, log_variance) -> torch.Tensor:
    """The right answer, per dimension, from the definition: the mean of log p - log q over p, two Gaussians."""
    return 0.5 * (log_variance.exp() + mean**2 - 1 - log_variance)
