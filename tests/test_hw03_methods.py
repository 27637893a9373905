"""Homework 3: what the solution notebook defines, against torchvision and cases done by hand; its check functions."""

import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock
from torchvision.transforms import v2

from common import check
from common.notebooks import books
from common.submission.card import find_card

CLASSES = 11


@pytest.fixture(scope="module")
def solution():
    """The solution's definitions, and the transform of its `augment`."""
    path = books.paths(find_card("hw03"))[1]
    found = books.definitions(path)
    found.update(RUNG="medium", side=48, classes=range(CLASSES), device="cpu")  # what its functions look up
    (cell,) = (cell for cell in books.read(path).cells if cell.id == "augment")
    exec(cell.source, found)
    return found


# --- augmentation ---------------------------------------------------------------------------------------------------


def test_pictures_are_changed_each_in_its_own_way(solution):
    torch.manual_seed(0)
    x = torch.randint(256, (1, 3, 48, 48), dtype=torch.uint8).expand(32, -1, -1, -1)
    found = solution["augment"](x)
    assert found.shape == x.shape and found.dtype == torch.uint8
    assert len({one.numpy().tobytes() for one in found}) == 4  # eight at a time share their dice
    assert len({one.numpy().tobytes() for one in solution["augment"](x, at_once=1)}) == 32


def test_augmentation_keeps_the_order_of_pictures(solution):
    """Picture k is grey of level 20 k: light changes by less than the step from the first to the last."""
    levels = (20 * torch.arange(12)).to(torch.uint8)
    x = levels[:, None, None, None].expand(12, 3, 48, 48).clone()
    middle = solution["augment"](x, at_once=4)[:, :, 24, 24].float().mean(dim=1)
    for group in middle.split(4):
        assert (group.diff() > 0).all()


def test_the_training_pictures_stay_as_they_are(solution):
    x = torch.randint(256, (16, 3, 48, 48), dtype=torch.uint8)
    before = x.clone()
    solution["augment"](x)
    assert torch.equal(x, before)


# --- network --------------------------------------------------------------------------------------------------------


def test_the_residual_block_equals_torchvisions(solution):
    """ResNet's basic block, trained weights and statistics copied over."""
    torch.manual_seed(0)
    mine, theirs = solution["ResidualBlock"](6), BasicBlock(6, 6)
    names = {"conv1": 0, "bn1": 1, "conv2": 3, "bn2": 4}
    with torch.no_grad():
        for name, place in names.items():
            getattr(theirs, name).load_state_dict(mine.layers[place].state_dict())
    x = torch.randn(5, 6, 9, 7)
    torch.testing.assert_close(mine(x), theirs(x))
    mine.eval(), theirs.eval()
    torch.testing.assert_close(mine(x), theirs(x))


@pytest.mark.parametrize("side", [48, 50, 128])
@pytest.mark.parametrize("deep", [False, True])
def test_the_network_takes_pictures_of_any_size(solution, side, deep, monkeypatch):
    monkeypatch.setitem(solution, "side", side)
    model = solution["residual_network" if deep else "plain_network"](4).eval()
    x = solution["to_input"](torch.randint(256, (2, 3, side, side), dtype=torch.uint8))
    assert x.is_contiguous(memory_format=torch.channels_last) and x.abs().max() <= 2
    assert model(x).shape == (2, CLASSES)


# --- voting ---------------------------------------------------------------------------------------------------------


def test_probabilities_are_averaged_not_logits(solution):
    views = torch.tensor([[[8.0, 0.0]], [[0.0, 1.0]], [[0.0, 1.0]]])
    found = solution["mean_probabilities"](views)
    expected = sum(F.softmax(view, dim=1) for view in views) / 3
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(1))


def test_a_network_is_asked_about_the_picture_and_changed_ones(solution, monkeypatch):
    """A network that finds its class by the first pixel: 200 in the picture as it is, 0 in the seven changed ones."""
    classes = torch.tensor([[0.0, 2.0], [5.0, 0.0]])
    monkeypatch.setitem(solution, "logits_of", lambda _, pictures: classes[(pictures[:, 0, 0, 0] > 100).long()])
    monkeypatch.setitem(solution, "augment", torch.zeros_like)
    x = torch.full((9, 3, 48, 48), 200, dtype=torch.uint8)
    one, other = classes.softmax(dim=1)[:, None].expand(2, 9, 2)
    torch.testing.assert_close(solution["predict"](None, x, n_views=8), (7 * one + other) / 8)
    torch.testing.assert_close(solution["predict"](None, x, n_views=1), other)


def test_what_a_layer_is_given(solution):
    model = solution["residual_network"](4).eval()
    x = torch.randint(256, (3, 3, 48, 48), dtype=torch.uint8)
    found = solution["inputs_of"](model, model.head[-1], x)
    torch.testing.assert_close(model.head[-1](found), solution["logits_of"](model, x))
    assert not model.head[-1]._forward_pre_hooks
    assert solution["inputs_of"](model, model.stages[2], x).shape == (3, 8)


# --- checks ---------------------------------------------------------------------------------------------------------


def test_checks_know_the_solution(solution, capsys):
    assert check.hw03.augment(solution["augment"])
    assert check.hw03.residual_block(solution["ResidualBlock"])
    assert check.hw03.mean_probabilities(solution["mean_probabilities"])
    assert capsys.readouterr().out.count("right") == 3


def test_checks_say_not_done_yet(capsys):
    names = books.definitions(books.paths(find_card("hw03"))[0])
    assert not check.hw03.augment(names["augment"])
    assert not check.hw03.residual_block(names["ResidualBlock"])
    assert not check.hw03.mean_probabilities(names["mean_probabilities"])
    assert capsys.readouterr().out.count("not done yet") == 3


def in_place(x):
    x[:] = 255 - x
    return x


def one_at_a_time(*transforms):
    change = v2.Compose(transforms)
    return lambda x: torch.stack([change(one) for one in x])


def few_at_a_time(n):
    return lambda x: torch.cat([v2.RandomAffine(30)(few) for few in x.split(n)])


def flipped_half(x):
    """Half of the rows, drawn at random; none of a single one."""
    chosen = torch.randperm(len(x))[: len(x) // 2]
    x = x.clone()
    x[chosen] = x[chosen].flip(3)
    return x


def mixed_up(x, share=0.7):
    return (share * x + (1 - share) * x[torch.randperm(len(x))]).byte()


@pytest.mark.parametrize(
    "right",
    [
        one_at_a_time(v2.RandomHorizontalFlip(), v2.RandomAffine(30, (0.1, 0.1), (0.7, 1.2))),
        one_at_a_time(v2.RandomResizedCrop(48, (0.5, 1.0)), v2.ColorJitter(0.4, 0.4, 0.4, 0.1)),
        one_at_a_time(v2.TrivialAugmentWide()),
        one_at_a_time(v2.RandAugment()),
        one_at_a_time(v2.RandomRotation(180), v2.RandomErasing(1.0)),
        one_at_a_time(v2.ColorJitter(hue=0.5)),
        one_at_a_time(v2.ColorJitter(saturation=0.4)),
        few_at_a_time(8),
        few_at_a_time(4),
        few_at_a_time(2),
        lambda x: torch.cat([v2.RandomAffine(30)(few) for few in x.chunk(8)]),
        lambda x: (x.float() + 20 * torch.randn(x.shape)).clamp(0, 255).byte(),  # a little noise is an augmentation
    ],
)
def test_the_check_of_augment_accepts_what_can_still_be_known(right, capsys):
    assert check.hw03.augment(right), capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: torch.randint(256, x.shape, dtype=torch.uint8), "come out alike"),
        (lambda x: one_at_a_time(v2.RandomAffine(30))(x[torch.randperm(len(x))]), "in its place"),
        (lambda x: x.flatten(2)[..., torch.randperm(48 * 48)].reshape(x.shape), "come out in only 1 way|all come out"),
        (lambda x: torch.stack([c.flatten(1)[:, torch.randperm(48 * 48)].reshape(c.shape) for c in x]), "more noise"),
        (lambda x: (x.float() + 200 * torch.randn(x.shape)).clamp(0, 255).byte(), "more noise|come out alike"),
    ],
)
def test_the_check_of_augment_refuses_what_nobody_would_know(wrong, says, capsys):
    assert not check.hw03.augment(wrong)
    assert re.search(says, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: x, "as they came"),
        (lambda x: None, "return"),
        (lambda x: x.float() / 255, "float32"),
        (lambda x: x.numpy(), "found a NumPy array"),
        (lambda x: [v2.RandomAffine(30)(one) for one in x], "found a list"),
        (lambda x: x[:, :, 1:, 1:], "expected pictures as they came"),
        (lambda x: x.flip(3), "all come out alike"),
        (lambda x: x.flip(3), "nothing in it is random"),
        (lambda x: torch.cat([x[:16], x[16:].flip(3)]), "only 2 ways, and so in every call: nothing in it is random"),
        (one_at_a_time(v2.RandomHorizontalFlip()), "only 2 ways, for it knows only 2 versions of a picture: add"),
        (v2.RandomHorizontalFlip(), "all come out alike, for it knows only 2 versions"),
        (flipped_half, "it knows only 2 versions"),
        (one_at_a_time(v2.RandomApply([v2.RandomAffine(30)], p=0.02)), "of the pictures back as they came"),
        (v2.RandomAffine(30), "all come out alike: a transform draws its random numbers once"),
        (v2.ColorJitter(hue=0.5), "all come out alike: a transform draws its random numbers once"),
        (few_at_a_time(16), "only 2 ways: a transform draws its random numbers once"),
        (lambda x: x[torch.randperm(len(x))], "moves pictures or mixes them"),
        (lambda x: x.roll(2, dims=0), "moves pictures or mixes them"),
        (mixed_up, "moves pictures or mixes them"),
        (lambda x: mixed_up(x, torch.rand(len(x), 1, 1, 1)), "moves pictures or mixes them"),
        (in_place, "in place"),
        (lambda x: x / 0 @ x, "stops with"),
        (lambda x: x if x[0].float().std() > 1 else x @ x[:, 0], "a further one stops with RuntimeError"),
        ("augment", "expected a function"),
    ],
)
def test_the_check_of_augment_names_what_is_wrong(wrong, says, capsys):
    assert not check.hw03.augment(wrong)
    assert says in capsys.readouterr().out


class NoShortcut(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width))

    def forward(self, x):
        return F.relu(self.layers(x))


class ReluTooEarly(NoShortcut):
    def forward(self, x):
        return x + F.relu(self.layers(x))


class NoLayers(NoShortcut):
    def forward(self, x):
        return F.relu(x)


class Shrinks(NoShortcut):
    def __init__(self, width):
        super().__init__(width)
        self.layers[0] = nn.Conv2d(width, width, 3)

    def forward(self, x):
        return F.relu(x + self.layers(x))


class Layers(nn.Module):
    """relu(x + layers(x)) with the layers that `make(width)` lists."""

    make = None

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(*self.make(width))

    def forward(self, x):
        return F.relu(x + self.layers(x))


def block(make):
    return type("Block", (Layers,), {"make": staticmethod(make)})


def conv(width, size=3):
    return nn.Conv2d(width, width, size, padding=size // 2)


class Written(nn.Module):
    """The block with names of its own, biases, and functions instead of modules."""

    def __init__(self, width):
        super().__init__()
        self.second_norm, self.second = nn.BatchNorm2d(width), conv(width)
        self.first, self.first_norm = conv(width), nn.BatchNorm2d(width)

    def forward(self, x):
        h = torch.relu(self.first_norm(self.first(x)))
        return (self.second_norm(self.second(h)) + x).clamp(min=0)


class TorchVisions(BasicBlock):
    def __init__(self, width):
        super().__init__(width, width)


class AddsInPlace(Layers):
    make = staticmethod(lambda w: [conv(w), nn.BatchNorm2d(w), nn.ReLU(), conv(w), nn.BatchNorm2d(w)])

    def forward(self, x):
        x += self.layers(x)
        return F.relu(x)


class AddsInPlaceToItsOwn(AddsInPlace):
    def forward(self, x):
        h = self.layers(x)
        h += x
        return F.relu(h, inplace=True)


class RectifiesItsInput(AddsInPlace):
    def forward(self, x):
        return F.relu(F.relu(x, inplace=True) + self.layers(x))


class AddsNothingYet(TorchVisions):
    def __init__(self, width):
        super().__init__(width)
        nn.init.zeros_(self.bn2.weight)  # Goyal et al. 2017


@pytest.mark.parametrize(
    "right",
    [
        Written,
        TorchVisions,
        AddsNothingYet,
        AddsInPlaceToItsOwn,
        block(lambda w: [conv(w), nn.BatchNorm2d(w), nn.GELU(), conv(w), nn.BatchNorm2d(w)]),
        block(lambda w: [conv(w, 1), nn.BatchNorm2d(w), nn.ReLU(inplace=True), conv(w), nn.BatchNorm2d(w)]),
        block(lambda w: [conv(w, 5), nn.BatchNorm2d(w), nn.ReLU(), conv(w, 1), nn.BatchNorm2d(w)]),
    ],
)
def test_the_check_of_the_block_accepts_every_right_form(right, capsys):
    assert check.hw03.residual_block(right), capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (block(lambda w: [conv(w)]), "not two convolutions"),
        (block(lambda w: [conv(w), nn.ReLU()]), "not two convolutions"),
        (block(lambda w: [conv(w), nn.ReLU(), conv(w)]), "batch normalisation for each"),
        (
            block(lambda w: [conv(w), nn.BatchNorm2d(w), nn.ReLU(), conv(w), nn.BatchNorm2d(w), nn.ReLU()]),
            "only ever add",
        ),
        (block(lambda w: [conv(w), nn.BatchNorm2d(w), conv(w), nn.BatchNorm2d(w)]), "no ReLU between"),
        (
            block(lambda w: [conv(w, 1), nn.BatchNorm2d(w), nn.ReLU(), conv(w, 1), nn.BatchNorm2d(w)]),
            "look at one pixel only",
        ),
    ],
)
def test_the_check_of_the_block_looks_at_its_layers(wrong, says, capsys):
    assert not check.hw03.residual_block(wrong)
    assert re.search(says, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (NoShortcut, "relu(x) must come out"),
        (ReluTooEarly, "relu(x) must come out"),
        (NoLayers, "it adds nothing to x: its layers are not used."),
        (AddsInPlace, "it changes its input in place, as `x += ...` does: write `x + ...`."),
        (RectifiesItsInput, "in place"),
        (Shrinks, "stops with"),
        (len, "expected a class"),
    ],
)
def test_the_check_of_the_block_names_what_is_wrong(wrong, says, capsys):
    assert not check.hw03.residual_block(wrong)
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    "right",
    [
        lambda views: views.log_softmax(dim=-1).exp().mean(0),
        lambda views: sum(F.softmax(view, dim=1) for view in views) / len(views),
        lambda views: torch.einsum("vbc->bc", nn.Softmax(dim=2)(views)) / views.shape[0],
        lambda views: torch.logsumexp(views.log_softmax(dim=2), dim=0).softmax(dim=1),
    ],
)
def test_the_check_of_the_vote_accepts_every_right_form(right, capsys):
    assert check.hw03.mean_probabilities(right), capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda views: views.mean(dim=0).softmax(dim=1), "averages logits"),
        (lambda views: views.mean(dim=0), "mean of the logits"),
        (lambda views: views.softmax(dim=0).mean(dim=0), "over the views"),
        (lambda views: views.softmax(dim=1).mean(dim=0), "over the pictures"),
        (lambda views: views.softmax(dim=2).sum(dim=0), "the sum"),
        (lambda views: views.softmax(dim=2).amax(dim=0), "the highest"),
        (lambda views: views.softmax(dim=2).prod(dim=0), "expected"),
        (lambda views: views.softmax(dim=2).mean(dim=0).argmax(dim=1), "expected the shape"),
        (lambda views: F.one_hot(views.argmax(dim=2), 11).float().mean(dim=0), "most likely class alone"),
        (lambda views: views.softmax(dim=2)[0], "first view alone"),
        (lambda views: views.softmax(dim=2), "expected the shape"),
        (lambda views: views.softmax(dim=2).mean(dim=0).tolist(), "expected a tensor, found a list."),
        (lambda views: views.softmax(dim=2).mean(dim=0).numpy(), "expected a tensor, found a NumPy array."),
        (lambda views: list(views.softmax(dim=2).mean(dim=0)), "expected a tensor, found a list."),
        (lambda views: views / 0 @ views[0, 0, :2], "stops with"),
        ("mean", "expected a function"),
        (lambda views: None, "return"),
    ],
)
def test_the_check_of_the_vote_names_what_is_wrong(wrong, says, capsys):
    assert not check.hw03.mean_probabilities(wrong)
    assert says in capsys.readouterr().out
