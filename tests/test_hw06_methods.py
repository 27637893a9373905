"""Homework 6: scores against independent implementations, penalties against finite differences, cheats, checks."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch.nn import functional

from common import check
from common.homeworks.hw06 import data, judge, zoo


@pytest.fixture(scope="module")
def pictures():
    """1,200 drawings in three parts: to compare with, new ones, and those to learn from."""
    from common.generators.faces import faces

    return np.split(faces(606, 1500, data.SIDE, plain=True).images, [500, 1000])


@pytest.fixture(scope="module")
def reader():
    return zoo.load()


def distance(reader, one, other):
    return judge.frechet_distance(zoo.read(reader, one)[0], zoo.read(reader, other)[0])


@pytest.mark.parametrize("seed", range(4))
def test_the_frechet_distance_is_scipys(seed):
    """The same formula with the matrix square root of the product itself."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(400, 32)) @ rng.normal(size=(32, 32))
    b = rng.normal(size=(300, 32)) @ rng.normal(size=(32, 32)) + rng.normal(size=32)
    one, other = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(one + other - 2 * sqrtm(one @ other).real)
    assert judge.frechet_distance(a, b) == pytest.approx(expected, rel=1e-3)
    assert judge.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_the_frechet_distance_of_the_readers_features_is_scipys(pictures, reader):
    a, b = zoo.read(reader, pictures[0])[0], zoo.read(reader, 255 - pictures[1])[0]
    one, other = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(one + other - 2 * sqrtm(one @ other).real)
    assert judge.frechet_distance(a, b) == pytest.approx(expected, rel=1e-3)


def corrupted(kind, images, strength):
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(1)
    if kind == "blur":
        return gaussian_filter(images, (0, strength, strength, 0))
    if kind == "noise":
        return np.clip(images + rng.normal(0, 20 * strength, images.shape), 0, 255).astype(np.uint8)
    grey = images.mean((1, 2), keepdims=True)
    return (grey + (1 - 0.25 * strength) * (images - grey)).astype(np.uint8)


@pytest.mark.parametrize("kind", ["blur", "noise", "contrast"])
def test_the_distance_rises_with_every_strength_of_a_corruption(kind, pictures, reader):
    found = [distance(reader, pictures[0], corrupted(kind, pictures[1], s)) for s in (0.5, 1.0, 1.5, 2.0, 3.0)]
    assert all(b > a for a, b in pairwise(found)), found
    assert found[0] > distance(reader, pictures[0], pictures[1])


def test_the_reader_is_small_and_finds_faces(pictures, reader):
    assert zoo.zoo.path(zoo.READER).stat().st_size < 1_000_000
    assert judge.faces_found(pictures[1]) > 0.95
    assert judge.faces_found(np.random.default_rng(0).integers(0, 256, (50, 24, 24, 3), np.uint8)) < 0.05


def test_copies_are_recognised(pictures):
    real, new, learnt = pictures
    assert judge.copied(learnt, real, learnt) == 1
    shifted = np.clip(learnt.astype(int) + np.random.default_rng(0).integers(-2, 3, learnt.shape), 0, 255).astype(
        np.uint8
    )
    assert judge.copied(shifted, real, learnt) > 0.9
    assert judge.copied(new, real, learnt) < 0.05


def test_larger_pictures_are_shrunk_by_areas():
    large = np.zeros((2, 48, 48, 3), np.uint8)
    large[:, ::2] = 100
    assert (judge.small(large) == 50).all() and judge.small(large).shape == (2, 24, 24, 3)
    assert judge.small(np.zeros((1, 64, 64, 3), np.uint8)).shape == (1, 24, 24, 3)


# --- methods --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books():
    """The definitions of starter and solution."""
    from common.notebooks import books
    from common.submission.card import find_card

    return [books.definitions(path) for path in books.paths(find_card("hw06_gan"))]


def test_the_gradient_of_the_penalty_agrees_with_finite_differences(books):
    torch.manual_seed(0)
    critic = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(48, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    ).double()
    real, fake = torch.randn(2, 5, 3, 4, 4, dtype=torch.float64)
    weight = critic[1].weight

    def penalty():
        torch.manual_seed(1)
        return books[0]["gradient_penalty"](critic, real, fake)

    (found,) = torch.autograd.grad(penalty(), weight)
    for row, column in ((0, 0), (3, 7), (7, 47)):
        values = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                weight[row, column] += step
                values.append(penalty_value(penalty))
                weight[row, column] -= step
        assert found[row, column].item() == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-4, abs=1e-8)


def penalty_value(penalty):
    with torch.enable_grad():
        return penalty().item()


def said(capsys, function, *answers):
    right = function(*answers)
    return right, capsys.readouterr().out


def test_right_answers_are_accepted(books, capsys):
    solution = books[1]
    assert check.hw06.zero_centred_penalty(solution["zero_centred_penalty"])
    assert check.hw06.zero_centred_penalty(penalty_with(norm=lambda g: g.square().sum((1, 2, 3)).sqrt()))
    assert check.hw06.relativistic_loss(solution["pair_critic"], solution["pair_generator"])
    assert check.hw06.relativistic_loss(
        lambda real, fake: -functional.logsigmoid(real - fake).mean(),
        lambda real, fake: (1 + (real - fake).exp()).log().mean(),
    )
    assert check.hw06.follow(solution["follow"])
    assert "not done yet" not in capsys.readouterr().out


def penalty_with(norm=lambda g: g.flatten(1).norm(dim=1), target=0.0, graph=True):
    def function(critic, x):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=graph)
        return ((norm(gradient) - target) ** 2).mean()

    return function


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (penalty_with(norm=lambda g: g.norm(dim=1)), "over the channels alone"),
        (penalty_with(graph=False), "create_graph=True"),
        (penalty_with(target=1.0), "WGAN-GP"),
        (lambda critic, x: penalty_with()(critic, x) / 2, "half of that"),
        (penalty_with(norm=lambda g: g.norm()), "take their mean"),
    ],
)
def test_known_mistakes_of_the_penalty_are_named(wrong, words, capsys):
    right, text = said(capsys, check.hw06.zero_centred_penalty, wrong)
    assert not right and words in text and text.count("\n") == 1


def test_known_mistakes_of_the_losses_are_named(capsys):
    def pairs(sign):
        return lambda real, fake: functional.softplus(sign * (real - fake)).mean()

    right, text = said(capsys, check.hw06.relativistic_loss, pairs(1), pairs(-1))
    assert not right and text.count("other player") == 2
    right, text = said(
        capsys, check.hw06.relativistic_loss, lambda r, f: functional.softplus(f.mean() - r.mean()), pairs(1)
    )
    assert not right and "compare pictures one by one" in text


@torch.no_grad()
def follow(average, generator, share, statistics=True):
    kept, new = (n.state_dict() if statistics else dict(n.named_parameters()) for n in (average, generator))
    for name in kept:
        if kept[name].is_floating_point():
            kept[name].lerp_(new[name], share)


def test_the_average_is_judged(capsys):
    assert check.hw06.follow(follow)
    for wrong, words in (
        (lambda a, g, s: follow(a, g, 1 - s), "the shares are exchanged"),
        (lambda a, g, s: follow(a, g, s, statistics=False), "stay behind"),
        (lambda a, g, s: follow(a, g, 1.0), "it is the generator now"),
        (lambda a, g, s: None, "it has not moved"),
        (lambda a, g, s: follow(g, a, s), "it changes the generator"),
    ):
        right, text = said(capsys, check.hw06.follow, wrong)
        assert not right and words in text, text


def test_the_starters_stubs_are_not_done_yet(books, capsys):
    stubs = books[0]
    for function, name in (
        (check.hw06.zero_centred_penalty, "zero_centred_penalty"),
        (check.hw06.follow, "follow"),
    ):
        assert said(capsys, function, stubs[name]) == (False, f"{name}: not done yet.\n")
    right, text = said(capsys, check.hw06.relativistic_loss, stubs["pair_critic"], stubs["pair_generator"])
    assert not right and text == "critic loss: not done yet.\ngenerator loss: not done yet.\n"
