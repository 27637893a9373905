"""Checks of homework 1."""

import torch

from common.check import Case, compare


def standardise(function) -> bool:
    """Check `standardise(x_known, x) -> (M, F)`: columns of x in units of the statistics of x_known."""
    generator = torch.Generator().manual_seed(1)
    # many rows, so that dividing by N and by N - 1 agree to the tolerance
    known = torch.randn(4000, 3, generator=generator) * torch.tensor([1.0, 20.0, 0.1]) + torch.tensor([0.0, 60.0, 5.0])
    other = torch.tensor([[1.0, 100.0, 5.0], [-2.0, 20.0, 5.2]])
    constant = torch.cat([known[:, :1], torch.full((4000, 1), 7.0)], dim=1)
    odd = torch.tensor([[0.5, 7.0], [0.0, 8.0]])
    cases = [
        Case((known, known), _right(known, known), "4,000 training rows, scaled by themselves"),
        Case((constant, odd), _right(constant, odd), "a column that is constant in x_known"),
        Case((known, other), _right(known, other), "2 other rows (the statistics must be those of x_known)"),
    ]
    spread = torch.where(known.std(dim=0) > 0, known.std(dim=0), 1.0)
    wrong = {
        "it measures x itself: mean and deviation must be those of x_known": _right(other, other),
        "it divides by the variance: take its root": (other - known.mean(dim=0)) / spread**2,
        "it does not shift: take the mean of x_known away first": other / spread,
        "it does not scale: divide by the standard deviation of x_known": other - known.mean(dim=0),
    }
    return compare("standardise", function, cases, tolerance=1e-3, known=wrong)


def _right(known: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    spread = known.std(dim=0)
    return (x - known.mean(dim=0)) / torch.where(spread > 0, spread, 1.0)
