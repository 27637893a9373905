"""Checks of homework 11: reversed gradients, consistency, information maximisation, balanced pseudo-labels.

Each accepts every right form, and names the mistakes that are known.
"""

import math
from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy

from common.check import Case, compare


def reverse_gradient(function: Callable) -> bool:
    """`reverse_gradient(features, strength)`: features as they are; backwards, the gradient times -strength."""
    weight = torch.tensor([[1.0, -2.0], [0.5, 3.0]])

    def gradient(features, strength):
        """Of (reversed * weight).sum(), behind the values themselves."""
        leaf = features.clone().requires_grad_()
        values = function(leaf * 1.0, strength)
        if values is None or not isinstance(values, torch.Tensor):
            return values
        if not values.requires_grad:
            raise ValueError("no gradient comes back from what it returns; is it detached, or computed under no_grad?")
        (values * weight).sum().backward()
        return [values.detach(), leaf.grad]

    features = torch.tensor([[0.3, -1.0], [2.0, 0.0]])
    cases = [
        Case((features, strength), [features, -strength * weight], f"four features and the strength {strength:g}")
        for strength in (1.0, 0.0, 0.25)
    ]
    known = {
        "the gradient keeps its sign: multiply it by -strength": [features, 0.25 * weight],
        "the gradient comes back as it is: multiply it by -strength": [features, weight],
        "the strength has no effect: multiply the gradient by it": [features, -weight],
        "the values themselves are changed: forwards, nothing may happen to them": [-0.25 * features, -0.25 * weight],
    }
    return compare("reverse_gradient", gradient if callable(function) else function, cases, known=known)


def consistency_loss(function: Callable) -> bool:
    """`consistency_loss(logits, logits_distorted)`: cross-entropy of the second, labelled by the first."""
    generator = torch.Generator().manual_seed(12)
    logits, distorted = 2 * torch.randn(2, 6, 4, generator=generator)
    sure = 9 * torch.eye(4)
    cases = [
        Case((sure, sure), _consistency(sure, sure), "four sure answers that stay what they were"),
        Case((sure, sure.roll(1, 0)), _consistency(sure, sure.roll(1, 0)), "four sure answers that all change"),
        Case((logits, distorted), _consistency(logits, distorted), "six answers about four classes"),
    ]
    soft = -(logits.softmax(dim=1) * distorted.log_softmax(dim=1)).sum(dim=1).mean()
    known = {
        "the two are exchanged: the plain drawings give the labels": _consistency(distorted, logits),
        "a sum over the drawings where a mean belongs": len(logits) * _consistency(logits, distorted),
        "the sign is turned": -_consistency(logits, distorted),
        "whole distributions are compared; the likeliest class alone is the label": soft,
        "each is labelled by itself; the labels come from the plain drawings": _consistency(distorted, distorted),
        "the plain drawings are taught by their own answers; teach the distorted ones": _consistency(logits, logits),
    }
    return compare("consistency_loss", function, cases, known=known)


def information_loss(function: Callable) -> bool:
    """`information_loss(logits)`: mean entropy of the answers minus the entropy of the mean answer, to be minimised.

    Any constant may be added: with the divergence from the uniform distribution instead of the entropy it is log C.
    """
    generator = torch.Generator().manual_seed(11)
    logits = 2 * torch.randn(8, 4, generator=generator)
    sure = 8 * torch.eye(4)

    def without_constant(form):
        """Some forms are larger by log C; where all answers are undecided they are log C, and the plain one is 0."""

        def value(x):
            found = form(x)
            if not isinstance(found, torch.Tensor) or found.numel() != 1:
                return found
            undecided = float(form(torch.zeros(5, 4)))
            return found.reshape(()) - (math.log(4) if abs(undecided - math.log(4)) < 1e-3 else 0)

        return value

    cases = [
        Case((sure,), _information(sure), "four sure answers, each another class"),
        Case((sure[[0, 0, 0]],), _information(sure[[0, 0, 0]]), "three sure answers of one class"),
        Case((logits + 300,), _information(logits), "logits around 300 (use log_softmax)"),
        Case((logits,), _information(logits), "eight answers about four classes"),
    ]
    wrong = {
        "the diversity has the wrong sign: the entropy of the *mean* answer shall grow, so it is subtracted": (
            lambda x: _entropies(x).mean() + _diversity(x)
        ),
        "both signs are turned: as a loss it would make answers unsure and all of one class": lambda x: (
            -_information(x)
        ),
        "the entropy of the answers has the wrong sign": lambda x: -_entropies(x).mean() - _diversity(x),
        "the entropy alone: without the diversity all answers may end in one class": lambda x: _entropies(x).mean(),
        "the diversity alone: the answers shall become sure, too": lambda x: -_diversity(x),
        "a sum over the answers where a mean belongs": lambda x: _entropies(x).sum() - _diversity(x),
        "the mean of the *logits* is taken; take the mean of the probabilities": (
            lambda x: _entropies(x).mean() - _entropies(x.mean(dim=0, keepdim=True)).mean()
        ),
        "probabilities over the batch instead of over the classes: softmax(dim=1)": (
            lambda x: _entropies(x.T).mean() - _diversity(x.T)
        ),
    }
    known = {what: without_constant(form)(logits) for what, form in wrong.items()}
    asked = without_constant(function) if callable(function) else function
    return compare("information_loss", asked, cases, known=known)


def balanced_labels(function: Callable) -> bool:
    """`balanced_labels(probabilities, keep)`: labels (N,), -1 for those not kept; of each class the `keep` surest.

    A drawing counts for the class that it is taken for (the largest probability). A class with fewer than `keep`
    drawings keeps all of them.
    """
    three = torch.tensor([
        [0.90, 0.06, 0.04], [0.80, 0.15, 0.05], [0.70, 0.20, 0.10], [0.97, 0.02, 0.01], [0.60, 0.38, 0.02],
        [0.10, 0.55, 0.35], [0.30, 0.45, 0.25], [0.05, 0.75, 0.20], [0.20, 0.30, 0.50],
    ])  # fmt: skip
    cases = [
        Case((three, 1), torch.tensor([-1, -1, -1, 0, -1, -1, -1, 1, 2]), "nine drawings, the surest of each class"),
        Case((three, 9), three.argmax(dim=1), "nine drawings, nine of each class (so all of them)"),
        Case((three[:5], 2), torch.tensor([0, -1, -1, 0, -1]), "drawings that are all taken for class 0"),
        Case((three, 2), torch.tensor([0, -1, -1, 0, -1, 1, -1, 1, 2]), "nine drawings, the two surest of each class"),
    ]
    guess = three.argmax(dim=1)
    known = {
        "it keeps the surest drawings of *all*: classes that are learned late get none": _surest_of_all(three, 6),
        "it keeps the largest probabilities of each *column*: a drawing counts for what it is taken for alone": (
            _surest_of_columns(three, 2)
        ),
        "it keeps the least sure drawings of each class: sort the other way": _per_class(-three, guess, 2),
        "it gives the kept labels alone: every drawing needs one, -1 if it is not kept": _kept(three, 2),
    }
    return compare("balanced_labels", function, cases, known=known)


# --- the right answers, and some wrong ones ---------------------------------------------------------------------------


def _consistency(logits: torch.Tensor, distorted: torch.Tensor) -> torch.Tensor:
    return cross_entropy(distorted, logits.argmax(dim=1))


def _entropies(logits: torch.Tensor) -> torch.Tensor:
    return -(logits.softmax(dim=1) * logits.log_softmax(dim=1)).sum(dim=1)


def _diversity(logits: torch.Tensor) -> torch.Tensor:
    mean = logits.softmax(dim=1).mean(dim=0)
    return -(mean * mean.log()).sum()


def _information(logits: torch.Tensor) -> torch.Tensor:
    return _entropies(logits).mean() - _diversity(logits)


def _per_class(sureness: torch.Tensor, classes: torch.Tensor, keep: int) -> torch.Tensor:
    labels = torch.full_like(classes, -1)
    own = sureness.gather(1, classes[:, None])[:, 0]
    for c in range(sureness.shape[1]):
        members = (classes == c).nonzero()[:, 0]
        best = members[own[members].argsort(descending=True)[:keep]]
        labels[best] = c
    return labels


def _kept(probabilities: torch.Tensor, keep: int) -> torch.Tensor:
    labels = _per_class(probabilities, probabilities.argmax(dim=1), keep)
    return labels[labels >= 0]


def _surest_of_all(probabilities: torch.Tensor, keep: int) -> torch.Tensor:
    value, label = probabilities.max(dim=1)
    labels = torch.full_like(label, -1)
    best = value.argsort(descending=True)[:keep]
    labels[best] = label[best]
    return labels


def _surest_of_columns(probabilities: torch.Tensor, keep: int) -> torch.Tensor:
    labels = torch.full((len(probabilities),), -1)
    for c in range(probabilities.shape[1]):
        labels[probabilities[:, c].argsort(descending=True)[:keep]] = c
    return labels
