"""Homework 11: the checks, and the methods taken from the solution notebook, against the plainest way to write them."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from common import check
from common.notebooks import books
from common.submission.card import find_card


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
    "consistency_loss": [
        lambda a, b: functional.cross_entropy(b, a.argmax(1)),
        lambda a, b: functional.nll_loss(b.log_softmax(1), a.softmax(1).max(1).indices),
        lambda a, b: (b.logsumexp(1) - b.gather(1, a.argmax(1, keepdim=True))[:, 0]).mean(),
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
    "consistency_loss": [
        (lambda a, b: functional.cross_entropy(a, b.argmax(1)), "exchanged"),
        (lambda a, b: functional.cross_entropy(b, a.argmax(1), reduction="sum"), "a mean belongs"),
        (lambda a, b: -functional.cross_entropy(b, a.argmax(1)), "sign"),
        (lambda a, b: functional.cross_entropy(b, a.softmax(1)), "likeliest class"),
        (lambda a, b: functional.cross_entropy(b, b.argmax(1)), "by itself"),
        (lambda a, b: functional.cross_entropy(a, a.argmax(1)), "teach the distorted ones"),
        (lambda a, b: functional.mse_loss(b, a), "expected"),
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


# --- the notebooks --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(find_card("hw11"))[1])
    found.update(device="cpu", widths=(4, 8, 8, 12, 12), RUNG="boss")
    return found


@pytest.fixture
def batch():
    torch.manual_seed(3)
    return torch.rand(6, 1, 32, 32), torch.arange(6), torch.rand(6, 1, 32, 32)


def test_one_backward_pass_gives_what_two_give(solution, batch):
    """The course: the discriminator steps on detached features, then the others on class loss - strength * world."""
    x, y, x_drawn = batch
    model, strength = solution["Model"](), 0.3
    model.domain[2].p = 0.0  # dropout draws anew in each pass
    is_photo = (torch.arange(12) < 6).float()
    loss = sum(solution["losses"](model, x, y, x_drawn, 0.5, strength=strength).values())
    once = torch.autograd.grad(loss, list(model.parameters()))

    features = torch.cat([model.features(x), model.features(x_drawn)])
    world = functional.binary_cross_entropy_with_logits(model.domain(features.detach())[:, 0], is_photo)
    of_domain = torch.autograd.grad(world, list(model.domain.parameters()))
    world = functional.binary_cross_entropy_with_logits(model.domain(features)[:, 0], is_photo)
    loss = functional.cross_entropy(model.classify(features[:6]), y) - strength * world
    others = [*model.features.parameters(), *model.classify.parameters()]
    for found, expected in zip(once, [*torch.autograd.grad(loss, others), *of_domain], strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_answers_are_by_the_statistics_of_what_is_asked_about(solution):
    torch.manual_seed(1)
    model = solution["Model"]()
    pictures = torch.randint(0, 256, (1000, 1, 32, 32), dtype=torch.uint8)
    weights = {name: p.clone() for name, p in model.named_parameters()}
    first, again = solution["answer"](model, pictures), solution["answer"](model, pictures)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    norm = model.features[1]
    seen = torch.cat([model.features[0](part.float() / 255) for part in pictures.split(500)])
    torch.testing.assert_close(norm.running_mean, seen.mean(dim=(0, 2, 3)), rtol=1e-3, atol=1e-4)
    assert all(torch.equal(p, weights[name]) for name, p in model.named_parameters()) and norm.momentum == 0.1
    other = solution["answer"](model, pictures, statistics_of=255 - pictures)
    assert not torch.allclose(first[1], other[1]) and first[1].shape == (1000, 10)


def test_edges_of_a_picture_and_of_its_negative_are_the_same(solution):
    """That is why they help: dark on bright and bright on dark are one drawing."""
    x = torch.randint(0, 256, (5, 1, 32, 32), dtype=torch.uint8)
    found = solution["edges"](x)
    assert found.shape == x.shape and found.dtype == torch.uint8 and found.max() == 255
    assert (found.int() - solution["edges"](255 - x).int()).abs().max() <= 1
    assert not solution["edges"](torch.full((2, 1, 32, 32), 77, dtype=torch.uint8)).any()


def test_what_is_changed_is_changed_while_learning_alone(solution):
    x = torch.randint(0, 256, (4, 1, 32, 32), dtype=torch.uint8)
    torch.manual_seed(0)
    seen = {solution["changed"](x).numpy().tobytes() for _ in range(20)}
    assert len(seen) > 10 and solution["changed"](x).shape == x.shape


def test_grey_and_framed(solution):
    white = solution["grey"](np.full((2, 32, 32, 3), 255, np.uint8))
    assert white.shape == (2, 1, 32, 32) and white.dtype == torch.uint8 and (white == 255).all()
    framed = solution["framed"](np.full((3, 28, 28), 9, np.uint8))
    assert framed.shape == (3, 1, 32, 32) and framed[:, :, 2:30, 2:30].eq(9).all() and framed.sum() == 3 * 784 * 9


def test_consistency_and_information_come_late(solution, batch):
    x, y, x_drawn = batch
    model = solution["Model"]()
    early, middle, late = (
        solution["losses"](model, x, y, x_drawn, p, consistency=1.0, information=0.5) for p in (0.2, 0.4, 0.9)
    )
    assert early["consistency"] == 0 and middle["consistency"] != 0
    assert middle["information"] == 0 and late["information"] != 0
    plain = solution["losses"](model, x, y, x_drawn, 0.9)
    assert "information" not in plain and "consistency" not in plain


def test_answers_to_plain_drawings_get_no_gradient_from_consistency(solution):
    first, second = torch.randn(2, 6, 10).requires_grad_()
    first.retain_grad()
    solution["consistency_loss"](first, second).backward()
    assert first.grad is None


def test_distorted_pictures_stay_pictures(solution):
    x = torch.rand(8, 1, 32, 32)
    torch.manual_seed(0)
    found = solution["distorted"](x)
    assert found.shape == x.shape and found.min() >= 0 and found.max() <= 1 and not torch.equal(found, x)
    assert len({tuple(one.flatten().tolist()) for one in solution["distorted"](x[:1].expand(6, -1, -1, -1))}) == 6
