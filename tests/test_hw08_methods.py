"""The methods of homework 8, taken from the solution notebook, against torch's own, and what the checks say."""

import re

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional

from common import check
from common.generators import odd_faces
from common.notebooks import books
from common.submission.card import find_card

CARD = find_card("hw08")
SIDE = 32


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(CARD)[1])
    found.update(side=SIDE, device=torch.device("cpu"), noise_level=0.7, STRENGTH=0.5)  # what its functions look up
    return found


@pytest.fixture(scope="module")
def starter():
    return books.definitions(books.paths(CARD)[0])


def pictures(n=16, seed=0):
    return torch.randn(n, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


# --- methods ----------------------------------------------------------------------------------------------------------


def test_the_divergence_equals_torch(solution):
    mean, log_variance = (torch.randn(50, 7, generator=torch.Generator().manual_seed(k)) for k in (1, 2))
    expected = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(dim=1).mean()
    assert torch.allclose(solution["kl_divergence"](mean, log_variance), expected, atol=1e-5)


def test_gradients_through_the_drawn_code_equal_torch(solution):
    mean, log_variance = (
        torch.randn(50, 7, generator=torch.Generator().manual_seed(k)).requires_grad_() for k in (1, 2)
    )
    found = []
    for draw in (solution["draw_code"], lambda m, v: Normal(m, (0.5 * v).exp()).rsample()):
        torch.manual_seed(3)
        found.append((draw(mean, log_variance), *torch.autograd.grad((draw(mean, log_variance) ** 2).sum(), mean)))
    # the samples need not be drawn alike; their distribution must be
    assert abs(found[0][0].mean() - found[1][0].mean()) < 0.3
    torch.manual_seed(3)
    z = solution["draw_code"](mean, log_variance)
    by_mean, by_variance = torch.autograd.grad(z.sum(), (mean, log_variance))
    assert torch.equal(by_mean, torch.ones_like(mean))
    assert torch.allclose(by_variance, 0.5 * (z - mean), atol=1e-6)


def test_the_vae_loss_is_a_bound_of_the_likelihood(solution):
    """Up to a constant and the factor 2 sigma^2 / D it is -ELBO of a decoder N(x; decoded, sigma^2)."""
    torch.manual_seed(0)
    model, x, sigma = solution["VAE"](), pictures(4), 0.7
    torch.manual_seed(1)
    loss = solution["vae_loss"](model, x)
    mean, log_variance = model.encode(x)
    torch.manual_seed(1)
    decoded = model.decode(solution["draw_code"](mean, log_variance))
    log_likelihood = Normal(decoded, sigma).log_prob(x).flatten(1).sum(dim=1).mean()
    divergence = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(dim=1).mean()
    count = x[0].numel()
    constant = 2 * sigma**2 * -Normal(0.0, sigma).log_prob(torch.tensor(0.0))
    assert torch.allclose(loss, 2 * sigma**2 / count * (divergence - log_likelihood) - constant, atol=1e-4)


def test_from_afar_a_wrong_colour_counts_and_a_blurred_edge_does_not(solution):
    x = torch.zeros(2, 3, SIDE, SIDE)
    wrong = x + torch.tensor([0.0, 3.0])[:, None, None, None]
    assert torch.allclose(solution["error_from_afar"](None, x, wrong).mean(dim=(1, 2, 3)), torch.tensor([0.0, 9.0]))
    edges = torch.where(torch.arange(SIDE) % 2 == 0, 1.0, -1.0).expand(2, 3, SIDE, SIDE)
    assert solution["error_from_afar"](None, x, edges).abs().max() < 1e-6
    assert torch.allclose(solution["squared_error"](None, x, edges), torch.ones(2, 1, SIDE, SIDE))


def test_coarse_noise_is_enlarged_from_a_grid(solution):
    torch.manual_seed(0)
    noise = solution["coarse_noise"](pictures(400), 0.5)
    assert noise.mean().abs() < 0.02 and 0.25 < noise.std() < 0.5
    side_by_side = torch.corrcoef(torch.stack([noise[..., :-1].flatten(), noise[..., 1:].flatten()]))[0, 1]
    far = torch.corrcoef(torch.stack([noise[..., :-12].flatten(), noise[..., 12:].flatten()]))[0, 1]
    assert side_by_side > 0.8 and abs(far) < 0.1


def test_cut_paste_moves_a_rectangle_of_the_same_picture(solution):
    torch.manual_seed(0)
    x = pictures(64)
    pasted, mask = solution["cut_paste"](x)
    for before, after, where in zip(x, pasted, mask[:, 0] > 0, strict=True):
        rows, columns = np.flatnonzero(where.any(dim=1)), np.flatnonzero(where.any(dim=0))
        height, width = len(rows), len(columns)
        assert where.sum() == height * width and rows[-1] - rows[0] == height - 1  # a rectangle
        assert torch.equal(before[:, ~where], after[:, ~where])
        piece = after[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        piece = piece - piece.mean(dim=(1, 2), keepdim=True)  # whatever its tint
        windows = before.unfold(1, height, 1).unfold(2, width, 1)  # (3, y, x, height, width)
        gaps = (windows - windows.mean(dim=(3, 4), keepdim=True) - piece[:, None, None]).abs().amax(dim=(0, 3, 4))
        assert gaps.min() < 1e-4


@pytest.mark.parametrize("side", [32, 64])
def test_networks_keep_the_pictures_shape(solution, side):
    x = torch.zeros(2, 3, side, side)
    assert solution["UNet"](4)(x).shape == (2, 4, side, side)
    solution["side"] = side
    try:
        for make in (solution["VAE"], solution["Bottleneck"]):
            model = make()
            assert model.decode(model.encode(x)[0]).shape == x.shape
    finally:
        solution["side"] = SIDE


# --- what the checks say ----------------------------------------------------------------------------------------------


def said(capsys, name, function):
    right = getattr(check.hw08, name)(function)
    text = capsys.readouterr().out.strip()
    assert text.startswith(f"{name}: ") and "\n" not in text
    return right, text


@pytest.mark.parametrize("name", ["draw_code", "kl_divergence", "error_from_afar", "coarse_noise", "cut_paste"])
def test_checks_accept_the_solution(solution, capsys, name):
    for seed in range(5):  # whatever chance brings
        torch.manual_seed(seed)
        assert said(capsys, name, solution[name])[0]
    assert not said(capsys, name, None)[0]
    assert not said(capsys, name, lambda *args: None)[0]


@pytest.mark.parametrize("name", ["error_from_afar", "coarse_noise", "cut_paste"])
def test_stubs_are_not_done_yet(starter, capsys, name):
    assert "not done yet" in said(capsys, name, starter[name])[1]


def test_checks_leave_chance_as_it_was():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    check.hw08.coarse_noise(lambda x, strength: strength * torch.randn_like(x))
    assert torch.equal(torch.get_rng_state(), before)


KL = {
    "the mean over the dimensions": lambda m, v: 0.5 * (v.exp() + m**2 - 1 - v).mean(),
    "the sum over the pictures": lambda m, v: 0.5 * (v.exp() + m**2 - 1 - v).sum(),
    "standard deviation's logarithm": lambda m, v: 0.5 * ((2 * v).exp() + m**2 - 1 - 2 * v).sum(dim=1).mean(),
    "never negative": lambda m, v: -0.5 * (v.exp() + m**2 - 1 - v).sum(dim=1).mean(),
    "factor 1/2": lambda m, v: (v.exp() + m**2 - 1 - v).sum(dim=1).mean(),
}
CODE = {
    "its spread is the variance": lambda m, v: m + v.exp() * torch.randn_like(m),
    "where is the noise": lambda m, v: m + 0 * v,
    "no gradient": lambda m, v: torch.normal(m, (0.5 * v).exp()).detach(),
    "no gradient reaches the variance": lambda m, v: m + (0.5 * v).exp().detach() * torch.randn_like(m),
    "the same noise serves all dimensions": lambda m, v: m + (0.5 * v).exp() * torch.randn(len(m), 1),
}


def enlarged(x, strength, n=None, channels=3, mode="bilinear", grid=8):
    coarse = strength * torch.randn(n or len(x), channels, grid, grid)
    return functional.interpolate(coarse, size=x.shape[2:], mode=mode)


NOISE = {
    "this is fine noise": lambda x, s: s * torch.randn_like(x),
    "the pictures are in it": lambda x, s: x + enlarged(x, s),
    "all pictures get the same noise": lambda x, s: enlarged(x, s, n=1).expand(len(x), -1, -1, -1),
    "the three colours get the same noise": lambda x, s: enlarged(x, s, channels=1).expand(-1, 3, -1, -1),
    "nearly one colour": lambda x, s: enlarged(x, s, grid=1, mode="nearest"),
    "twice the strength": lambda x, s: enlarged(x, 0.5),
    "expected about 0": lambda x, s: enlarged(x, s).abs(),
    "expected the shape": lambda x, s: s * torch.randn(len(x), 3, 8, 8),
}

AFAR = {
    "squares before it averages": lambda m, x, r: pooled((r - x) ** 2).mean(dim=1, keepdim=True),
    "size of the error before": lambda m, x, r: pooled((r - x).abs()).pow(2).mean(dim=1, keepdim=True),
    "averages over the colours before it squares": lambda m, x, r: pooled(r - x).mean(dim=1, keepdim=True) ** 2,
    "is not squared": lambda m, x, r: pooled(r - x).mean(dim=1, keepdim=True),
    "adds the colours": lambda m, x, r: pooled(r - x).pow(2).sum(dim=1, keepdim=True),
    "colours are still there": lambda m, x, r: pooled(r - x).pow(2),
    "expected the shape": lambda m, x, r: pooled(r - x).pow(2).mean(dim=1),
}


def pooled(error):
    return functional.avg_pool2d(error, 4)


MISTAKES = {"kl_divergence": KL, "draw_code": CODE, "coarse_noise": NOISE, "error_from_afar": AFAR}


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, known in MISTAKES.items() for words in known])
def test_checks_name_known_mistakes(capsys, name, words):
    right, text = said(capsys, name, MISTAKES[name][words])
    assert not right and words in text, text


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_every_way_to_enlarge_is_right(capsys, mode):
    assert said(capsys, "coarse_noise", lambda x, s: enlarged(x, s, mode=mode))[0]


def loop(x, turn=False, wrap=False, other=False, in_place=False, flip=False, twice=False):
    """cut_paste as a student may write it, picture by picture."""
    y, mask = x.clone(), torch.zeros(len(x), 1, SIDE, SIDE)
    for i in range(len(x)):
        h, w = (int(k) for k in torch.randint(6, 14, (2,)))
        if turn:
            w = h
        (r, c), (r2, c2) = (
            [int(k) for k in (torch.randint(0, SIDE - h, ()), torch.randint(0, SIDE - w, ()))] for _ in "12"
        )
        source = x[(i + 1) % len(x) if other else i]
        if in_place:
            r, c = r2, c2
        piece = source.roll(7, dims=1)[:, r : r + h, c : c + w] if wrap else source[:, r : r + h, c : c + w]
        piece = piece.rot90(1, dims=(1, 2)) if turn else piece.flip(1) if flip else piece
        y[i, :, r2 : r2 + h, c2 : c2 + w] = piece
        mask[i, :, r2 : r2 + h, c2 : c2 + w] = 1
    return y, mask


@pytest.mark.parametrize("way", [{}, {"wrap": True}, {"turn": True}])
def test_every_way_to_paste_is_right(capsys, way):
    right, text = said(capsys, "cut_paste", lambda x: loop(x, **way))
    assert right, text
    assert said(
        capsys, "cut_paste", lambda x: [part.bool() if part.shape[1] == 1 else part for part in loop(x, **way)]
    )[0]


@pytest.mark.parametrize(
    ("words", "function"),
    {
        "two people in one": lambda x: loop(x, other=True),
        "pasted where it was cut": lambda x: loop(x, in_place=True),
        "upside down": lambda x: loop(x, flip=True),
        "two results": lambda x: loop(x)[0],
        "changes where nothing is marked": lambda x: (loop(x)[0], loop(x)[1]),
        "no place is marked": lambda x: (x.clone(), torch.zeros(len(x), 1, SIDE, SIDE)),
        "is marked: the piece should be smaller": lambda x: (x.roll(9, 2), torch.ones(len(x), 1, SIDE, SIDE)),
        "work on a copy": lambda x: (x.add_(1), loop(x)[1]),
    }.items(),
)
def test_wrong_pasting_is_named(capsys, words, function):
    right, text = said(capsys, "cut_paste", function)
    assert not right and re.search(words, text), text


@pytest.mark.parametrize("name", odd_faces.KINDS)
def test_no_kind_of_the_test_passes_as_a_way_to_paste(capsys, name):
    """The rule that training damage must not be what the test asks for is kept by the check."""

    def as_damage(x):
        images = x.permute(0, 2, 3, 1).numpy()
        n, chance = len(images), np.random.default_rng(0)
        frame = odd_faces.Frame(np.zeros(n, odd_faces.faces.DTYPE), SIDE, size=0.9)
        kinds = np.full(n, odd_faces.KINDS.index(name))
        odd = odd_faces.put_together(images, np.roll(images, -1, axis=0), kinds, frame, chance)
        y = torch.from_numpy(odd).permute(0, 3, 1, 2)
        mask = ((y - x).abs().amax(dim=1, keepdim=True) > 1e-6).float()
        return torch.where(mask > 0, y, x), mask

    right, text = said(capsys, "cut_paste", as_damage)
    assert not right, text
