"""The methods of homework 9, taken from the solution notebook: equal to captum and scikit-learn, complete, and
checked."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from skimage.segmentation import slic
from torch import nn

from common import check
from common.generators.food import pictures as pictures_of_food
from common.homeworks.hw09 import zoo
from common.homeworks.hw09.judge import rank_accuracy
from common.notebooks import books
from common.submission.card import find_card

captum = pytest.importorskip("captum.attr")


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(find_card("hw09"))[1])
    found.update(device="cpu", PROFILE="smoke")
    return found


@pytest.fixture(scope="module")
def network():
    """The food network with random weights, in float64: then only rounding can differ."""
    torch.manual_seed(0)
    model = zoo.plain().double().eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model


@pytest.fixture(scope="module")
def pictures():
    torch.manual_seed(1)
    return torch.rand(3, 3, 32, 32, dtype=torch.float64), torch.tensor([1, 7, 4])


def close(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-10)


def test_gradient_equals_captum(solution, network, pictures):
    x, asked = pictures
    close(
        solution["gradient"](network, x, asked),
        captum.Saliency(network).attribute(x.clone().requires_grad_(), asked, abs=False),
    )


def test_smooth_grad_equals_captum_for_the_same_noise(solution, network, pictures, monkeypatch):
    """The noise is captum's: what it shows the network is kept, and handed to our function as its random numbers."""
    x, asked = pictures
    shown = []
    hook = network.register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0].detach().clone()))
    expected = captum.NoiseTunnel(captum.Saliency(network)).attribute(
        x, nt_type="smoothgrad", nt_samples=6, stdevs=0.2, nt_samples_batch_size=6, target=asked, abs=False
    )
    hook.remove()
    (noisy,) = (part for part in shown if len(part) == 6 * len(x))
    noise = (noisy - x.repeat_interleave(6, dim=0)) / 0.2
    assert 0.95 < float(noise.std()) < 1.05
    monkeypatch.setattr(torch, "randn_like", lambda like: noise)
    close(solution["smooth_grad"](network, x, asked, 6, 0.2), expected)


def test_integrated_gradients_equal_captum(solution, network, pictures):
    x, asked = pictures
    for baseline in (torch.zeros_like(x), x.mean(dim=(2, 3), keepdim=True).expand_as(x)):
        expected = captum.IntegratedGradients(network).attribute(
            x, baseline, asked, n_steps=24, method="riemann_middle"
        )
        close(solution["integrated_gradients"](network, x, asked, baseline, 24), expected)


def test_integrated_gradients_are_complete(solution):
    """They sum to the change of the logit, to a thousandth of it, on the network that ships.

    ReLU and max pooling bend the logit at every step, so this takes a thousand of them: here in four pieces of the way.
    """
    x = torch.from_numpy(pictures_of_food(1, [2, 4]).images[:, 24:40, 24:40]).permute(0, 3, 1, 2).double() / 255
    network, asked, grey = zoo.load().double(), torch.tensor([2, 4]), torch.full_like(x, 0.5)
    places = [grey + share * (x - grey) for share in torch.linspace(0, 1, 5, dtype=torch.float64)]
    integrate = solution["integrated_gradients"]
    pieces = [integrate(network, end, asked, start, 256) for start, end in pairwise(places)]
    total = torch.stack(pieces).sum(dim=(0, 2, 3, 4))
    rows = torch.arange(2)
    change = network(x)[rows, asked] - network(grey)[rows, asked]
    assert ((total - change).abs() <= 1e-3 * change.abs().clamp_min(1)).all(), (total, change)


def test_grad_cam_equals_captum(solution, network, pictures):
    x, asked = pictures
    for layer in (network.features, network.features[2]):
        expected = captum.LayerGradCam(network, layer).attribute(x, asked, relu_attributions=True)
        close(solution["grad_cam"](network, layer, x, asked), expected[:, 0])


@pytest.mark.parametrize("weighted", [False, True])
def test_ridge_equals_scikit_learn(solution, weighted):
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(4)
    shown, logits = rng.integers(0, 2, (60, 9)).astype(float), rng.normal(size=60)
    weights = rng.random(60) if weighted else np.ones(60)
    expected = Ridge(alpha=0.7).fit(shown, logits, weights).coef_
    found = solution["ridge"](*(torch.from_numpy(a) for a in (shown, logits, weights)), 0.7)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6, atol=1e-9)


def test_the_notebooks_measure_is_the_judges(solution):
    rng = np.random.default_rng(6)
    for share in (0.02, 0.3, 0.9):
        relevance, where = rng.random((16, 16)), rng.random((16, 16)) < share
        assert np.isclose(solution["rank_accuracy"](relevance, where), rank_accuracy(relevance, where))


def test_checks_accept_the_solution(solution, capsys):
    for name in ("smooth_grad", "integrated_gradients", "grad_cam", "over_pieces", "ridge"):
        assert getattr(check.hw09, name)(solution[name]), capsys.readouterr().out
        assert "right, on all" in capsys.readouterr().out


def _slips(solution):
    gradient, smooth, integrated = (solution[n] for n in ("gradient", "smooth_grad", "integrated_gradients"))
    relu_less = lambda network, layer, x, asked: captum.LayerGradCam(network, layer).attribute(x, asked)[:, 0]  # noqa: E731
    return {
        # the slips of the course's own notebook
        "sigma squared": ("smooth_grad", lambda n, x, a, c, s: smooth(n, x, a, c, s**2)),
        "the mean gradient itself": (
            "integrated_gradients",
            lambda n, x, a, b, s: integrated(n, x, a, b, s) / (x - b),
        ),
        # others that one makes
        "average first": ("smooth_grad", lambda n, x, a, c, s: _mean_of_sizes(n, x, a, c, s, gradient)),
        "it gives absolute values": ("integrated_gradients", lambda *question: integrated(*question).abs()),
        "deviation of 0.000": ("smooth_grad", lambda n, x, a, c, s: gradient(n, x, a)),
        "expected": ("integrated_gradients", lambda n, x, a, b, s: (x - b) * gradient(n, x, a)),
        "negative values": ("grad_cam", relu_less),
        "intercept": (
            "ridge",
            lambda z, y, w, p: torch.linalg.solve((z.T * w) @ z + p * torch.eye(z.shape[1]), (z.T * w) @ y),
        ),
        "ignores the weights": ("ridge", lambda z, y, w, p: solution["ridge"](z, y, torch.ones_like(w), p)),
        "not done yet": ("ridge", lambda *a: (_ for _ in ()).throw(NotImplementedError)),
        "stops with": ("over_pieces", lambda m, x, scales: m.reshape(7)),
        "as they came": ("over_pieces", lambda m, x, scales: m),
        "one mean for the whole picture": (
            "over_pieces",
            lambda m, x, s: m.mean(dim=(1, 2), keepdim=True).expand_as(m),
        ),
        "it gives sums": ("over_pieces", lambda m, x, scales: _in_pieces(m, x, scales, np.sum)),
        "the largest value": ("over_pieces", lambda m, x, scales: _in_pieces(m, x, scales, np.max)),
    }


def _in_pieces(maps, x, scales, reduce=np.mean, compactness=3.0):
    """Written otherwise than the solution's: piece by piece, in NumPy."""
    found = np.zeros(maps.shape)
    for k, picture in enumerate(x):
        for n in scales:
            pieces = slic(picture.permute(1, 2, 0).numpy(), n_segments=n, compactness=compactness)
            for piece in np.unique(pieces):
                mine = pieces == piece
                found[k][mine] += reduce(maps[k].numpy()[mine]) / len(scales)
    return torch.from_numpy(found)


def _mean_of_sizes(network, x, asked, copies, sigma, gradient):
    return sum(gradient(network, x + sigma * torch.randn_like(x), asked).abs() for _ in range(copies)) / copies


def _smooth_one_by_one(network, x, asked, copies, sigma):
    total = torch.zeros_like(x)
    for _ in range(copies):
        noisy = (x + torch.normal(0.0, sigma, x.shape)).requires_grad_()
        network(noisy)[torch.arange(len(x)), asked].sum().backward()
        total += noisy.grad
    return total / copies


def _integrated_one_by_one(network, x, asked, baseline, steps):
    total = torch.zeros_like(x)
    for k in range(steps):
        place = torch.lerp(baseline, x, (k + 0.5) / steps).requires_grad_()
        total += torch.autograd.grad(network(place)[torch.arange(len(x)), asked].sum(), place)[0]
    return (x - baseline) * total / steps


def _cam_by_retaining(network, layer, x, asked):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: (output.retain_grad(), kept.append(output))[0])
    network(x.clone().requires_grad_())[torch.arange(len(x)), asked].sum().backward()
    hook.remove()
    weights = kept[0].grad.mean(dim=(2, 3))
    return torch.einsum("bchw,bc->bhw", kept[0], weights).clamp(min=0)


def _ridge_with_a_column_of_ones(shown, logits, weights, penalty):
    design = torch.cat([shown, torch.ones(len(shown), 1)], dim=1)
    penalties = penalty * torch.eye(design.shape[1])
    penalties[-1, -1] = 0
    return torch.linalg.solve(design.T @ (weights[:, None] * design) + penalties, design.T @ (weights * logits))[:-1]


def _ridge_by_least_squares(shown, logits, weights, penalty):
    root = weights.sqrt()[:, None]
    share = weights / weights.sum()
    centred, target = root * (shown - share @ shown), root[:, 0] * (logits - share @ logits)
    more = penalty**0.5 * torch.eye(shown.shape[1])
    return torch.linalg.lstsq(torch.cat([centred, more]), torch.cat([target, torch.zeros(len(more))])[:, None]).solution


def _one_picture_at_a_time(function, network, x, *others):
    """Cut what has a row per picture, hand on the rest as it is."""
    rows = [[o[k : k + 1] if torch.is_tensor(o) else o for o in (x, *others)] for k in range(len(x))]
    return torch.cat([function(network, *row) for row in rows])


RIGHT = {
    "smooth_grad": [
        _smooth_one_by_one,
        lambda n, *parts: _one_picture_at_a_time(_smooth_one_by_one, n, *parts),
        lambda n, x, a, copies, sigma: sum(_smooth_one_by_one(n, x, a, 1, sigma) for _ in range(copies)) / copies,
    ],
    "integrated_gradients": [
        _integrated_one_by_one,
        lambda n, x, a, b, s: _integrated_one_by_one(n, x, a, b, 2 * s),
        lambda n, *parts: _one_picture_at_a_time(_integrated_one_by_one, n, *parts),
    ],
    "grad_cam": [
        _cam_by_retaining,
        lambda n, layer, x, a: captum.LayerGradCam(n, layer).attribute(x, a, relu_attributions=True)[:, 0],
        lambda n, layer, *parts: _one_picture_at_a_time(lambda n, *one: _cam_by_retaining(n, layer, *one), n, *parts),
    ],
    "over_pieces": [
        _in_pieces,
        lambda m, x, scales: len(scales) * _in_pieces(m, x, scales),
        lambda m, x, scales: _in_pieces(m, x, scales, compactness=20.0).numpy(),
    ],
    "ridge": [
        _ridge_with_a_column_of_ones,
        lambda *args: _ridge_by_least_squares(*args)[:, 0],
        lambda *args: _ridge_with_a_column_of_ones(*(a.double() if torch.is_tensor(a) else a for a in args)).float(),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "form"), [(name, k) for name, forms in RIGHT.items() for k in range(len(forms))])
def test_checks_accept_every_right_form(name, form, capsys):
    assert getattr(check.hw09, name)(RIGHT[name][form]), capsys.readouterr().out


def test_checks_say_what_is_wrong(solution, capsys):
    for says, (name, function) in _slips(solution).items():
        assert not getattr(check.hw09, name)(function)
        out = capsys.readouterr().out
        assert says in out and out.count("\n") == 1, out
    assert not check.hw09.smooth_grad(None) and "expected a function" in capsys.readouterr().out
