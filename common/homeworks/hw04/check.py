"""Checks of homework 4. `inside` (B, T) is True where a frame belongs to the utterance and False in the padding."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional as F

from common.check import Case, compare


def masked_convolution(function: Callable) -> bool:
    """Check `masked_convolution(x, inside, weight) -> (B, T, D)`; weight (D, 1, K), one kernel per column, K odd."""
    x, inside = _padded([9, 4], 3)
    long, both = _padded([12, 7, 1], 5, seed=5)
    weight, wide = _numbers(3, 1, 3, seed=6), _numbers(5, 1, 7, seed=7)
    cases = [
        Case((x[:1], inside[:1], weight), _convolved(x[:1], inside[:1], weight), "one utterance without padding"),
        Case(
            (x, inside, weight),
            _convolved(x, inside, weight),
            "lengths 9 and 4 (outside of an utterance there is nothing: zeros)",
        ),
        Case((long, both, wide), _convolved(long, both, wide), "lengths 12, 7 and 1, a kernel of 7"),
    ]
    leaky = F.conv1d(long.mT, wide, padding=3, groups=5).mT
    known = {
        "the padding leaks into the last frames: set it to zero before the convolution": torch.where(
            both[..., None], leaky, 0.0
        ),
        "the padding leaks in, and what comes out there is not zero": leaky,
        "what comes out in the padding is not zero": F.conv1d(
            torch.where(both[..., None], long, 0.0).mT, wide, padding=3, groups=5
        ).mT,
    }
    return compare("masked_convolution", function, cases, known=known)


def attentive_statistics(function: Callable) -> bool:
    """Check `attentive_statistics(h, scores, inside) -> (B, 2 * D)`: weighted means, then weighted deviations."""
    h, inside = _padded([6, 3], 4)
    scores = 2 * _numbers(2, 6, seed=8)
    cases = [
        Case(
            (h[:1], torch.zeros(1, 6), inside[:1]),
            _pooled(h[:1], torch.zeros(1, 6), inside[:1]),
            "equal scores (it is the plain mean and deviation)",
        ),
        Case((h[:1], scores[:1], inside[:1]), _pooled(h[:1], scores[:1], inside[:1]), "one utterance"),
        Case((h, scores, inside), _pooled(h, scores, inside), "lengths 6 and 3 (padding has no weight)"),
    ]
    everywhere = torch.ones_like(inside)
    w = scores.masked_fill(~inside, -torch.inf).softmax(dim=1)[..., None]
    mean = (w * h).sum(dim=1)
    variance = (w * (h - mean[:, None]) ** 2).sum(dim=1)
    plain = ((h - mean[:, None]) ** 2 * inside[..., None]).sum(dim=1) / inside.sum(dim=1, keepdim=True)
    known = {
        "the padding takes part: fill its scores with -inf before the softmax": _pooled(h, scores, everywhere),
        "the second half is a variance: take its root": torch.cat([mean, variance], dim=1),
        "the deviations are not weighted": torch.cat([mean, plain.sqrt()], dim=1),
        "the deviations come first": torch.cat([variance.sqrt(), mean], dim=1),
    }
    return compare("attentive_statistics", function, cases, tolerance=2e-3, known=known)


def am_softmax(function: Callable) -> bool:
    """Check `am_softmax(cosines, y, margin, scale)`, the mean loss of a batch."""
    cosines, y = torch.tanh(_numbers(5, 7, seed=9)), torch.tensor([0, 3, 6, 2, 2])
    one, of = cosines[:1], y[:1]
    cases = [
        Case((one, of, 0.0, 1.0), _margin_loss(one, of, 0.0, 1.0), "margin 0 and scale 1 (it is cross-entropy)"),
        Case((one, of, 0.0, 15.0), _margin_loss(one, of, 0.0, 15.0), "margin 0 and scale 15"),
        Case((one, of, 0.3, 15.0), _margin_loss(one, of, 0.3, 15.0), "margin 0.3 and scale 15"),
        Case((cosines, y, 0.3, 15.0), _margin_loss(cosines, y, 0.3, 15.0), "five utterances, margin 0.3, scale 15"),
    ]
    own = F.one_hot(y, 7)
    known = {
        "the margin helps: subtract it from the cosine of the right class": F.cross_entropy(
            15 * (cosines + 0.3 * own), y
        ),
        "every class has the margin: subtract it from the right one alone": F.cross_entropy(15 * (cosines - 0.3), y),
        "the margin is not scaled: subtract it before you multiply": F.cross_entropy(15 * cosines - 0.3 * own, y),
        "the scale is missing": F.cross_entropy(cosines - 0.3 * own, y),
    }
    return compare("am_softmax", function, cases, known=known)


def _numbers(*shape: int, seed: int = 4) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _padded(lengths: list[int], width: int, seed: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Random frames (B, T, width), those of the padding as random as the others, and `inside` (B, T)."""
    longest = max(lengths)
    inside = torch.arange(longest) < torch.tensor(lengths)[:, None]
    return _numbers(len(lengths), longest, width, seed=seed), inside


def _convolved(x, inside, weight) -> torch.Tensor:
    """The right answer, utterance by utterance."""
    out, reach = torch.zeros_like(x), weight.shape[2] // 2
    for b, length in enumerate(inside.sum(dim=1).tolist()):
        for t in range(length):
            for k in range(-reach, reach + 1):
                if 0 <= t + k < length:
                    out[b, t] += weight[:, 0, k + reach] * x[b, t + k]
    return out


def _pooled(h, scores, inside) -> torch.Tensor:
    """The right answer, utterance by utterance and frame by frame."""
    rows = []
    for frames, score, mask in zip(h, scores, inside, strict=True):
        frames, weights = frames[mask], torch.exp(score[mask])
        weights = weights / weights.sum()
        mean = sum(w * frame for w, frame in zip(weights, frames, strict=True))
        variance = sum(w * (frame - mean) ** 2 for w, frame in zip(weights, frames, strict=True))
        rows.append(torch.cat([mean, variance.sqrt()]))
    return torch.stack(rows)


def _margin_loss(cosines, y, margin, scale) -> torch.Tensor:
    """The right answer, utterance by utterance and class by class."""
    losses = []
    for row, right in zip(cosines.tolist(), y.tolist(), strict=True):
        logits = [scale * (value - margin * (c == right)) for c, value in enumerate(row)]
        losses.append(math.log(sum(math.exp(value - logits[right]) for value in logits)))
    return torch.tensor(sum(losses) / len(losses))
