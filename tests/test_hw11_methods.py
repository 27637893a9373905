"""Homework 11: the checks, and the methods taken from the solution notebook, against the plainest way to write them."""

import math

import pytest
import torch
from torch.nn import functional

from common import check


class _Reversed(torch.autograd.Function):
    @staticmethod
    def forward(context, features, strength):
        context.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(context, gradient):
        return -context.strength * gradient, None


def _entropy(logits):
    return -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()


def _diversity(logits):
    mean = logits.softmax(1).mean(0)
    return -(mean * mean.log()).sum()


def _top_of_class(probabilities, keep):
    value, guess = probabilities.max(dim=1)
    labels = torch.full_like(guess, -1)
    for c in guess.unique():
        mine = torch.where(guess == c)[0]
        labels[mine[value[mine].topk(min(keep, len(mine))).indices]] = c
    return labels


RIGHT = {
    "reverse_gradient": [
        _Reversed.apply,
        lambda f, s: (1 + s) * f.detach() - s * f,  # the same without a class of its own
        lambda f, s: f.detach() - s * (f - f.detach()),
    ],
    "schedule": [
        lambda p: 2 / (1 + math.exp(-10 * p)) - 1,
        lambda p: math.tanh(5 * p),
        lambda p: 2 * torch.sigmoid(torch.tensor(10.0 * p)) - 1,
        lambda p: torch.tensor([2 / (1 + math.exp(-10 * p)) - 1]),
    ],
    "information_loss": [
        lambda x: _entropy(x) - _diversity(x),
        lambda x: _entropy(x) - _diversity(x) + math.log(x.shape[1]),  # divergence from uniform
        lambda x: _entropy(x) + (x.softmax(1).mean(0) * (x.softmax(1).mean(0) + 1e-8).log()).sum(),
        lambda x: (
            torch.distributions.Categorical(logits=x).entropy().mean()
            - torch.distributions.Categorical(probs=x.softmax(1).mean(0)).entropy()
        ),
    ],
    "balanced_labels": [_top_of_class, lambda p, k: _top_of_class(p, k).tolist()],
}
WRONG = {
    "reverse_gradient": [
        (lambda f, s: f, "comes back as it is"),
        (lambda f, s: f.detach() + s * (f - f.detach()), "keeps its sign"),
        (lambda f, s: _Reversed.apply(f, 1.0), "no effect"),
        (lambda f, s: -s * f, "values themselves"),
        (lambda f, s: f.detach(), "no gradient comes back"),
    ],
    "schedule": [
        (lambda p: 2 / (1 + math.exp(-10 * p)), "subtract 1"),
        (lambda p: 1 / (1 + math.exp(-10 * p)), "starts at a half"),
        (lambda p: 2 / (1 + math.exp(10 * p)) - 1, "needs a minus"),
        (lambda p: p, "straight line"),
        (lambda p: 1.0, "expected"),
    ],
    "information_loss": [
        (lambda x: _entropy(x) + _diversity(x), "wrong sign"),
        (lambda x: _diversity(x) - _entropy(x), "both signs"),
        (lambda x: -_entropy(x) - _diversity(x), "entropy of the answers has the wrong sign"),
        (_entropy, "entropy alone"),
        (lambda x: -_diversity(x), "diversity alone"),
        (lambda x: len(x) * _entropy(x) - _diversity(x), "a mean belongs"),
        (lambda x: _entropy(x) - _entropy(x.mean(0, keepdim=True)), "mean of the *logits*"),
        (lambda x: _entropy(x.T) - _diversity(x.T), "over the batch"),
        (lambda x: _entropy(x) + functional.cross_entropy(x, x.argmax(1)), "expected"),
    ],
    "balanced_labels": [
        (lambda p, k: torch.where(p.max(1).values >= p.max(1).values.topk(min(3 * k, len(p))).values[-1],
                                  p.argmax(1), -1), "of *all*"),
        (lambda p, k: torch.where(p.max(1).values > 0.6, p.argmax(1), -1), "expected"),
        (lambda p, k: _top_of_class(p, k)[_top_of_class(p, k) >= 0], "kept labels alone"),
        (lambda p, k: p.argmax(1), "expected"),
    ],
}  # fmt: skip


def _undone(*args):
    raise NotImplementedError


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, forms in RIGHT.items() for form in forms])
def test_a_check_accepts_every_right_form(name, form, capsys):
    verdict = getattr(check.hw11, name)(form)
    assert verdict, capsys.readouterr().out


@pytest.mark.parametrize(("name", "form", "says"), [(n, *pair) for n, pairs in WRONG.items() for pair in pairs])
def test_a_check_names_the_mistake(name, form, says, capsys):
    assert not getattr(check.hw11, name)(form)
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1, out


@pytest.mark.parametrize("name", list(RIGHT))
def test_a_check_never_raises(name, capsys):
    assert not getattr(check.hw11, name)(_undone)
    assert capsys.readouterr().out == f"{name}: not done yet.\n"
    for other in (None, 3, lambda *args: None, lambda *args: "no", lambda: 1):
        assert not getattr(check.hw11, name)(other)
