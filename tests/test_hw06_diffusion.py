"""Homework 6, diffusion: the judge draws for itself, cheats do not climb, and steps against their closed forms."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import torch

from common import data
from common.errors import SubmissionError
from common.homeworks.hw06 import judge, judge_diffusion
from common.submission.homework import Homework
from tests.hw06 import WALK, cheats, diffusion


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state | {"enter.weight": torch.zeros(3)},
        lambda state: {name: value for name, value in state.items() if name != "leave.2.weight"},
        lambda state: state | {"more": torch.zeros(2)},
        lambda state: state | {"enter.weight": torch.zeros(12, 12, 3, 3)},
        lambda state: state | {"enter.bias": torch.full((8,), float("nan"))},
        lambda state: {name: value for name, value in state.items() if name != "walk"},
        lambda state: {name: value for name, value in state.items() if name != "asks"},
        lambda state: state | {"asks": torch.tensor(7.0)},
        lambda state: state | {"asks": torch.tensor(float("nan"))},
        lambda state: state | {"asks": torch.zeros(2)},
        lambda state: state | {"walk": torch.zeros(3)},
        lambda state: state | {"walk": torch.rand(22, 3)},
        lambda state: state | {"walk": WALK[:1]},
        lambda state: state | {"walk": WALK * 2},
        lambda state: state | {"walk": WALK.flip(0)},
        lambda state: state | {"walk": torch.full((3, 3), float("nan"))},
        lambda state: state | {"asks": torch.tensor(0.0)},  # its walk begins without a picture
    ],
)
def test_what_is_no_such_network_or_walk_is_refused_in_one_sentence(spoil, tmp_path):
    untrained = diffusion()
    with pytest.raises(SubmissionError, match=r"^diffusion\.safetensors(:| does not| holds)[^\n]*\.$"):
        untrained.score(untrained.drawn(), tmp_path, spoil(untrained.weights))


def test_twenty_evaluations_are_the_most():
    handed_in = diffusion().weights
    t = torch.linspace(1, 0, 21)
    judge_diffusion.load(handed_in | {"walk": torch.stack([t, 1 - t, t], 1)})
    t = torch.linspace(1, 0, 22)
    with pytest.raises(SubmissionError, match="at most 21 rows"):
        judge_diffusion.load(handed_in | {"walk": torch.stack([t, 1 - t, t], 1)})


def test_cheats_that_are_no_copies_do_not_climb_by_their_distance_either():
    """Were the pictures alone looked at: what is neither drawn nor learnt is far from real faces, or lacks variety."""
    from common.generators.faces import faces

    real, new, learnt = np.split(faces(607, 1500, 24, plain=True).images, 3)
    reference = pd.DataFrame({"file": range(500), "image": list(real), "learnt": list(learnt[:, None])})
    splits = data.load("hw06_diffusion", profile="smoke")
    names = {"noise", "one picture repeated", "ten pictures repeated", "the mean picture", "means of five"}
    for name, images in cheats(type(splits)(learnt, new, tuple(map(str, range(500))), "")):
        if name in names:
            height = Homework("hw06_diffusion").card.height(judge.compare(reference, images))
            assert height <= (name == "ten pictures repeated"), name  # simple's pictures are as far off


# --- the notebooks ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books():
    """The definitions of starter and solution, with what their cells find out."""
    from common.notebooks import books
    from common.submission.card import find_card

    found = []
    for path in books.paths(find_card("hw06_diffusion")):
        notebook = books.definitions(path)
        notebook |= {"side": 24, "device": torch.device("cpu"), "PROFILE": "standard"}
        asks = ("noise_itself", "picture_of_noise"), ("direction", "picture_of_direction")
        notebook["ASKS"] = dict(
            zip(("noise", "direction"), ([notebook[n] for n in names] for names in asks), strict=True)
        )
        found.append(notebook)
    return found


def test_the_notebooks_network_is_the_judges(books):
    net = diffusion().net
    x, t = torch.randn(2, 3, 24, 24), torch.tensor([0.2, 0.9])
    for notebook in books:
        made = notebook["UNet"](8)
        made.load_state_dict(net.state_dict())
        torch.testing.assert_close(made(x, t), net(x, t))


@pytest.mark.parametrize(
    ("asks", "path"), [("noise", "ddpm_path"), ("direction", "ddpm_path"), ("direction", "straight_path")]
)
def test_the_judge_walks_as_the_notebook_does(asks, path, books):
    """Every method of the solution, in as many steps; the judge reads it from what is handed in."""
    notebook, net = books[1], diffusion().net
    method = {"asks": asks, "path": notebook[path]}
    noise = judge_diffusion.noise(["0.png", "1.png"])
    shares = notebook["walk_of"](method, steps=20)
    handed_in = judge_diffusion.load(judge_diffusion.described(net, shares, asks))
    images = judge_diffusion.draw(handed_in[0], noise, *handed_in[1:])
    assert (images == notebook["draw"](net, noise, method, steps=20)).all()
    assert images.std() > 1  # not one colour


def test_a_mixture_has_its_shares(books):
    """q(x_t | x_0) of the path: its mean and its variance, and the linear schedule against a product of 1,000 betas."""
    notebook = books[0]
    torch.manual_seed(0)
    t = torch.tensor([0.1, 0.5, 1.0])
    a, s = notebook["ddpm_path"](t)
    kept = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)[[99, 499, 999]]
    assert a.square().tolist() == pytest.approx(kept.tolist(), rel=0.08)
    torch.testing.assert_close(a.square() + s.square(), torch.ones(3))
    x = torch.linspace(-1, 1, 3).view(3, 1, 1, 1).expand(3, 3, 100, 100)
    mixed = notebook["noised"](x, torch.randn_like(x), (a, s))
    assert mixed.mean((1, 2, 3)).tolist() == pytest.approx((a * torch.linspace(-1, 1, 3)).tolist(), abs=0.03)
    assert mixed.std((1, 2, 3)).tolist() == pytest.approx(s.tolist(), rel=0.03)


@pytest.mark.parametrize(("now", "later"), [(0.4, 0.7), (0.05, 0.1)])
def test_a_ddim_step_with_eta_1_is_ddpms_posterior(now, later, books):
    """Mean and variance of q(x_s | x_t, x_0) in closed form (Ho et al. 2020, equation 7); shares of the variance."""
    torch.manual_seed(0)
    now, later = torch.tensor(now, dtype=torch.float64), torch.tensor(later, dtype=torch.float64)
    picture = torch.rand(1, 3, 4, 4, dtype=torch.float64) - 0.5
    noise = torch.randn_like(picture)
    x = now.sqrt() * picture + (1 - now).sqrt() * noise
    shares = [(share.sqrt(), (1 - share).sqrt()) for share in (now, later)]
    many = books[0]["ddim_step"](x.expand(40_000, -1, -1, -1), picture, *shares, eta=1.0)
    alpha = now / later
    mean = later.sqrt() * (1 - alpha) / (1 - now) * picture + alpha.sqrt() * (1 - later) / (1 - now) * x
    variance = (1 - later) / (1 - now) * (1 - alpha)
    assert (many.mean(0) - mean).abs().max() < 0.02
    assert many.var(0).mean().item() == pytest.approx(variance.item(), rel=0.01)
    quiet = books[0]["ddim_step"](x, picture, *shares)
    torch.testing.assert_close(quiet, later.sqrt() * picture + (1 - later).sqrt() * noise)


def test_on_the_straight_path_a_ddim_step_is_eulers(books):
    notebook = books[1]
    x, found = torch.randn(2, 2, 3, 4, 4, dtype=torch.float64)
    shares = [notebook["straight_path"](torch.tensor(t, dtype=torch.float64)) for t in (0.8, 0.75)]
    picture = notebook["picture_of_direction"](found, x, *shares[0])
    torch.testing.assert_close(notebook["ddim_step"](x, picture, *shares), x - 0.05 * found)


def test_ddim_and_ddpm_agree_with_the_exact_answer_for_a_gaussian(books):
    """Pictures from a normal distribution: the best guess is linear, and many steps of either end in it."""
    notebook, spread = books[0], 0.5
    torch.manual_seed(0)
    for eta in (0.0, 1.0):
        x = torch.randn(20_000, 1)
        shares = torch.stack(notebook["ddpm_path"](torch.linspace(1, 0, 201)), 1)
        for now, later in pairwise(shares):
            a, s = now
            guess = a * spread**2 / (a**2 * spread**2 + s**2) * x
            x = notebook["ddim_step"](x, guess, now, later, eta)
        assert x.std().item() == pytest.approx(spread, rel=0.05), eta


# --- checks -----------------------------------------------------------------------------------------------------------


def test_right_answers_are_accepted(books, capsys):
    from common import check

    solution = books[1]
    for name in ("straight_path", "direction", "picture_of_direction", "middle_times"):
        assert getattr(check.hw06, name)(solution[name]), name
    assert check.hw06.middle_times(lambda n: 1 / (1 + torch.exp(-torch.normal(0, 1, (n,)))))
    assert check.hw06.picture_of_direction(lambda d, x, a, s: x / (a + s) - d * s / (s + a))
    assert check.hw06.direction(lambda x, noise: -(x - noise))
    assert "not done" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("straight_path", lambda t: (t, 1 - t), "exchanged"),
        ("straight_path", lambda t: ((1 - t) ** 0.5, t**0.5), "shares themselves"),
        ("straight_path", lambda t: 1 - t, "expected 2 values"),
        ("direction", lambda x, noise: x - noise, "wrong way round"),
        ("direction", lambda x, noise: noise, "noise itself"),
        ("picture_of_direction", lambda d, x, a, s: x - s * d, "divide"),
        ("picture_of_direction", lambda d, x, a, s: (x - s * d) / a, "asked for the noise"),
        ("picture_of_direction", lambda d, x, a, s: (x + s * d) / (a + s), "wrong sign"),
        ("picture_of_direction", lambda d, x, a, s: (x + a * d) / (a + s), "the noise, not the picture"),
        ("middle_times", torch.rand, "evenly"),
        ("middle_times", torch.randn, "sigmoid is missing"),
        ("middle_times", lambda n: torch.rand(n).sigmoid(), "takes normal ones"),
        ("middle_times", lambda n: torch.randn(n, 1).sigmoid(), "shape"),
    ],
)
def test_known_mistakes_are_named(name, wrong, words, capsys):
    from common import check

    assert not getattr(check.hw06, name)(wrong)
    text = capsys.readouterr().out
    assert words in text and text.count("\n") == 1


def test_the_starters_stubs_are_not_done_yet(books, capsys):
    from common import check

    for name in ("straight_path", "direction", "picture_of_direction", "middle_times"):
        assert not getattr(check.hw06, name)(books[0][name])
        assert capsys.readouterr().out == f"{name}: not done yet.\n"
