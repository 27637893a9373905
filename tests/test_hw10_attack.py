"""The attacks of homework 10, taken from the solution notebook, against cases done by hand; the judge; the networks."""

import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from common import check, data, zoo
from common.errors import HomeworkError, SubmissionError
from common.generators.objects import objects
from common.homeworks.hw10 import data as hw10
from common.homeworks.hw10 import judge
from common.homeworks.hw10 import zoo as networks
from common.notebooks import books
from common.submission.card import find_card
from common.submission.homework import Homework

EPSILON = 8 / 255


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(find_card("hw10"))[1])
    methods = {"simple": "slope", "medium": "slope", "strong": "over_sizes", "boss": "smoothed"}
    found.update(METHODS={rung: found[name] for rung, name in methods.items()}, STEPS=3)
    return found


@pytest.fixture(scope="module")
def starter():
    found = books.definitions(books.paths(find_card("hw10"))[0])
    found.update(STEPS=3)
    return found


class Linear(nn.Module):
    """Two classes; the logit of the second is w . x, that of the first is 0."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def forward(self, x):
        score = (x * self.weight).sum(dim=(1, 2, 3))
        return torch.stack([torch.zeros_like(score), score], dim=1)


@pytest.fixture
def linear():
    generator = torch.Generator().manual_seed(3)
    weight = torch.randn(3, 8, 8, generator=generator)
    x = torch.rand(5, 3, 8, 8, generator=generator) * 0.6 + 0.2
    return Linear(weight), x, torch.tensor([0, 1, 0, 1, 1])


def away(y):
    """Up the logit for pictures of the first class, down for the second: (N, 1, 1, 1)."""
    return torch.where(y == 0, 1.0, -1.0)[:, None, None, None]


def test_one_step_on_a_linear_model(solution, linear):
    """There the gradient is the weight itself, so the answer is x + epsilon * sign(w), whichever way is uphill."""
    model, x, y = linear
    found, losses = solution["attack"]([model], x, y, follow=solution["METHODS"]["simple"], steps=1)
    torch.testing.assert_close(found, x + EPSILON * (away(y) * model.weight).sign())
    assert losses[0] < losses[1]


def test_steps_on_a_linear_model(starter, solution, linear):
    """Three steps of half of epsilon would go too far: they end at the limit, in starter and solution."""
    model, x, y = linear
    for found, losses in (
        starter["attack"]([model], x, y),
        solution["attack"]([model], x, y, follow=solution["slope"]),
    ):
        torch.testing.assert_close(found, x + EPSILON * (away(y) * model.weight).sign())
        assert len(losses) == 4 and losses == sorted(losses)


def test_the_limit_can_be_another(starter, solution, linear):
    model, x, y = linear
    for attack, follow in ((starter["attack"], {}), (solution["attack"], {"follow": solution["slope"]})):
        found, _ = attack([model], x, y, 2 / 255, **follow)
        assert (found - x).abs().max().item() == pytest.approx(2 / 255, abs=1e-6)


def test_steps_stay_within_both_limits(starter):
    """By hand: along the sign of the gradient, near x, still a picture."""
    t = torch.tensor
    x, here = t([0.5, 0.5, 0.5, 0.98, 0.01]), t([0.52, 0.525, 0.47, 0.99, 0.0])
    found = starter["step_within"](here, t([1.0, 3.0, 0.2, 5.0, 0.1]), x, 0.02, 0.03)
    torch.testing.assert_close(found, t([0.53, 0.53, 0.49, 1.0, 0.02]))
    torch.testing.assert_close(starter["step_within"](x, torch.zeros(5), x, 0.02, 0.03), x)


def test_iterative_fgsm_step_by_step(solution):
    """Against the formula of the paper, written out picture by picture, on a network that is not linear."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 3))
    x, y = torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 2, 1])
    found, _ = solution["attack"]([model], x, y, follow=solution["slope"])
    for i in range(len(x)):
        adversarial = x[i : i + 1].clone()
        for _ in range(3):
            leaf = adversarial.clone().requires_grad_()
            (g,) = torch.autograd.grad(functional.cross_entropy(model(leaf), y[i : i + 1]), leaf)
            adversarial = torch.clamp(adversarial + EPSILON / 2 * g.sign(), x[i] - EPSILON, x[i] + EPSILON).clamp(0, 1)
        torch.testing.assert_close(found[i : i + 1], adversarial, atol=1e-6, rtol=0)


def test_chance_is_where_the_card_says(solution):
    """The seed changes nothing where a rung calls itself deterministic, so one run of it stands for every seed."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 3))
    x, y = torch.rand(4, 3, 32, 32), torch.tensor([0, 1, 2, 1])
    for rung, told in find_card("hw10").ladder["builtin"].rungs():
        found = []
        for seed in (1, 2):
            torch.manual_seed(seed)
            found.append(solution["attack"]([model], x, y, follow=solution["METHODS"][rung])[0])
        assert torch.equal(*found) == told.deterministic, rung


def test_ensembles_average_logits(solution, linear):
    model, x, _ = linear
    other = Linear(-3 * model.weight)
    torch.testing.assert_close(solution["ensemble_logits"]([model, other], x), (model(x) + other(x)) / 2)


def test_the_gradient_is_averaged_over_draws(solution, linear):
    """Two draws that double and quadruple the picture: the mean loss and the mean gradient of both."""
    model, x, y = linear
    factors = iter([2.0, 4.0])
    mean, gradient = solution["slope"]([model], x, y, lambda x: next(factors) * x, draws=2)
    apart = [solution["slope"]([model], x, y, lambda x, by=by: by * x) for by in (2.0, 4.0)]
    assert mean == pytest.approx((apart[0][0] + apart[1][0]) / 2)
    torch.testing.assert_close(gradient, (apart[0][1] + apart[1][1]) / 2)


SMOOTHED = "smooth_gradient"


def gaussian(sigma, radius, square=True):
    r = torch.arange(-radius, radius + 1).float()
    weights = torch.exp(-(r**2) / (2 * sigma**2))
    return weights[:, None] * weights if square else weights


def smoothing(kernel_of, groups=3, pad=None, mode="constant"):
    """A form of `smooth_gradient` with a kernel (K, K) of its own."""

    def smooth_gradient(gradient, sigma):
        kernel = kernel_of(sigma)
        side = (len(kernel) // 2,) * 4 if pad is None else pad
        padded = functional.pad(gradient, side, mode=mode)
        return functional.conv2d(padded, kernel.expand(3, 3 // groups, -1, -1), groups=groups)

    return smooth_gradient


def normed(kernel):
    return kernel / kernel.sum()


def test_smoothing_is_checked(solution, capsys):
    def row_by_row(gradient, sigma):
        weights = normed(gaussian(sigma, 4, square=False))
        down = functional.conv2d(gradient, weights.view(1, 1, -1, 1).expand(3, 1, -1, 1), padding=(4, 0), groups=3)
        return functional.conv2d(down, weights.view(1, 1, 1, -1).expand(3, 1, 1, -1), padding=(0, 4), groups=3)

    def torchvisions(gradient, sigma):
        from torchvision.transforms.functional import gaussian_blur

        return gaussian_blur(gradient, 9, sigma)

    right = [
        solution[SMOOTHED],
        row_by_row,
        torchvisions,
        smoothing(lambda sigma: normed(gaussian(sigma, 5)), mode="reflect"),
    ]
    for function in right:
        assert check.hw10.smooth_gradient(function)
        assert capsys.readouterr().out == "smooth_gradient: right, in width, place and channels.\n"
    assert check.hw10.smooth_gradient(smoothing(lambda sigma: gaussian(sigma, 4)))  # a sign does not care
    assert "add up to 15.9 instead of 1" in capsys.readouterr().out

    def stub(gradient, sigma):
        raise NotImplementedError

    def mixed_pictures(gradient, sigma):
        return solution[SMOOTHED](gradient, sigma).mean(dim=0, keepdim=True).expand_as(gradient)

    def even(sigma):  # eight weights in a row have no middle
        weights = torch.exp(-((torch.arange(8) - 3.5) ** 2) / (2 * sigma**2))
        return normed(weights[:, None] * weights)

    narrow = smoothing(lambda sigma: normed(gaussian(sigma / 2**0.5, 4)))
    wrong = [
        (stub, "not done yet"),
        (lambda gradient, sigma: gradient, "it stayed a dot"),
        (smoothing(lambda sigma: normed(gaussian(sigma, 4)), pad=(0, 0, 0, 0)), "pad by half the kernel"),
        (smoothing(lambda sigma: normed(gaussian(sigma, 4)), groups=1), "channels are mixed"),
        (mixed_pictures, "pictures are mixed"),
        (smoothing(lambda sigma: torch.full((5, 5), 1 / 25)), "a flat square"),
        (smoothing(even, pad=(4, 3, 4, 3)), "one side"),
        (smoothing(lambda sigma: normed(gaussian(sigma, 4)), pad=(5, 3, 4, 4)), "one side|largest"),
        (narrow, "too narrow"),
        (smoothing(lambda sigma: normed(gaussian(1.0, 4))), "sigma = 1.6: at distance 1"),
        (lambda gradient, sigma: gradient.numpy().tolist(), "expected a tensor"),
        (lambda gradient, sigma: None, "expected a tensor"),
        (lambda gradient, sigma: gradient @ gradient[0, 0, :3], "it stops with RuntimeError"),
        (lambda gradient, sigma: gradient / 0, "NaN or infinite"),
    ]
    for function, says in wrong:
        assert not check.hw10.smooth_gradient(function), says
        said = capsys.readouterr().out.strip()
        assert any(part in said for part in says.split("|")) and "\n" not in said, said


def test_random_sizes_are_checked(solution, capsys):
    def resized(x, smallest, mode="bilinear"):
        size = int(torch.randint(smallest, x.shape[-1] + 1, ()))
        return functional.interpolate(x, size=(size, size), mode=mode), x.shape[-1] - size

    def pasted(x, smallest):  # into zeros, in place
        small, room = resized(x, smallest, "area")
        top, left = np.random.default_rng(int(torch.randint(1 << 30, ()))).integers(0, room + 1, 2)
        frame = torch.zeros_like(x)
        frame[..., top : top + small.shape[-1], left : left + small.shape[-1]] = small
        return frame

    def torchvisions(x, smallest):
        from torchvision.transforms import functional as transforms

        size = int(torch.randint(smallest, 33, ()))
        top, left = (int(torch.randint(0, 33 - size, ())) for _ in range(2))
        small = transforms.resize(x, [size, size], antialias=True)
        return transforms.pad(small, [left, top, 32 - size - left, 32 - size - top])

    for function in (solution["diverse"], pasted, torchvisions):
        assert check.hw10.diverse(function)
        assert capsys.readouterr().out == "diverse: right, in size, place and gradient.\n"

    def stub(x, smallest):
        raise NotImplementedError

    def in_the_corner(x, smallest):
        small, room = resized(x, smallest)
        return functional.pad(small, (0, room, 0, room))

    def never_whole(x, smallest):
        small, room = resized(x, smallest) if smallest == 32 else resized(x[..., :31, :31], smallest)
        top, left = torch.randint(0, room + 1, (2,)).tolist()
        more = 0 if smallest == 32 else 1
        return functional.pad(small, (left, room - left + more, top, room - top + more))

    wrong = [
        (stub, "not done yet"),
        (lambda x, smallest: x, "the size hardly varies"),
        (lambda x, smallest: solution["diverse"](x.detach(), smallest), "no gradient"),
        (in_the_corner, "the place hardly varies"),
        (lambda x, smallest: resized(x, smallest)[0], "pad back"),
        (lambda x, smallest: solution["diverse"](x, smallest - 6 if smallest < 32 else 32), "expected a square"),
        (lambda x, smallest: solution["diverse"](x, smallest) * (0.5 if smallest < 32 else 1), "not x made smaller"),
        (never_whole, "its own size"),
        (lambda x, smallest: x if smallest == 32 else x @ x[0, 0, :3], "it stops with RuntimeError"),
    ]
    for function, says in wrong:
        assert not check.hw10.diverse(function), says
        said = capsys.readouterr().out.strip()
        assert says in said and "\n" not in said, said


# --- the judge ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference():
    return data.reference("hw10", profile="smoke")


def moved(reference, by):
    images = [np.clip(image.astype(int) + by, 0, 255).astype(np.uint8) for image in reference["image"]]
    return pd.DataFrame({"file": reference["file"], "image": images})


def test_the_judge_measures_saved_pictures(reference, tmp_path):
    homework = Homework("hw10")
    path = homework.submit(moved(reference, 8), tmp_path)
    assert 0 <= homework.evaluate(path, reference).value <= 1
    path = homework.submit(moved(reference, -9), tmp_path)
    with pytest.raises(SubmissionError) as error:
        homework.evaluate(path, reference)
    message = str(error.value)
    assert "airplane/airplane1.png: a pixel differs by 9" in message and "49 more" in message and "\n" not in message


def test_a_single_value_too_far_is_found(reference):
    answers = moved(reference, 0)
    picture = answers["image"].iloc[17].copy()
    picture[3, 4, 1] = picture[3, 4, 1] + 9 if picture[3, 4, 1] < 128 else picture[3, 4, 1] - 9
    answers.at[17, "image"] = picture
    with pytest.raises(SubmissionError, match=f"{reference['file'][17]}: a pixel differs by 9 .*are allowed; check"):
        judge.judge(reference, answers)


def test_random_noise_is_no_attack():
    """Signs drawn at random, as far as the rules allow, leave the target's eyes open: no rung is reached."""
    reference = data.reference("hw10")
    rng = np.random.default_rng(0)
    answers = moved(reference, 8 * rng.choice([-1, 1], (32, 32, 3)))
    benign, noisy = judge.judge(reference, moved(reference, 0)), judge.judge(reference, answers)
    card = find_card("hw10")
    assert abs(benign - card.metric.chance) < 0.05
    assert card.rung_of(benign) is None and card.rung_of(noisy) is None


def test_the_originals_target_is_unknown(reference, tmp_path, monkeypatch):
    original = reference.copy()
    original.attrs["edition"] = "2022"
    assert judge.judge(original, moved(reference, 0)) is None
    said = Homework("hw10").judge(moved(reference, 0), original)
    assert said.value is None and "The hidden target cannot be asked here, so it gets no score" in str(said)
    with pytest.raises(SubmissionError):
        judge.judge(original, moved(reference, 9))
    monkeypatch.setenv(hw10.TARGET_VARIABLE, str(zoo.path("hw10-target")))
    assert judge.judge(original, moved(reference, 0)) == judge.judge(reference, moved(reference, 0))


def test_an_instructors_target(reference, tmp_path, monkeypatch):
    blind = networks.ARCHITECTURES["target"]().requires_grad_(False)
    for parameter in blind.parameters():
        parameter.zero_()
    file = tmp_path / "mine.safetensors"
    zoo.save_weights(blind, file)
    monkeypatch.setenv(hw10.TARGET_VARIABLE, str(file))
    assert judge.judge(reference, moved(reference, 0)) == 0.1  # it calls everything an airplane
    monkeypatch.setenv(hw10.TARGET_VARIABLE, str(zoo.path("hw10-plain")))
    with pytest.raises(HomeworkError, match="does not hold the weights of the network 'target'"):
        judge.judge(reference, moved(reference, 0))
    file.write_bytes(b"nothing")
    monkeypatch.setenv(hw10.TARGET_VARIABLE, str(file))
    with pytest.raises(HomeworkError, match="cannot be read as safetensors"):
        judge.judge(reference, moved(reference, 0))


# --- the networks ---------------------------------------------------------------------------------------------------


def test_networks_are_small_and_recognise_new_drawings():
    x, y = objects(77, 30)
    for name in networks.ARCHITECTURES:
        file = zoo.path(f"hw10-{name}")
        assert file.stat().st_size <= 155_000
        assert (networks.predict(networks.load(name), x) == y).mean() >= 0.85, name
    assert sum(zoo.path(f"hw10-{name}").stat().st_size for name in networks.ARCHITECTURES) < 1_000_000


def test_unknown_weights():
    with pytest.raises(HomeworkError, match=r"no weights called 'hw10-best'; choose one of .*hw10-plain"):
        zoo.load_weights("hw10-best")


def test_the_training_learns_and_repeats(tmp_path):
    x, y = objects(5, 12)
    first = networks.trained("plain", x, y, seed=1, epochs=25)
    again = networks.trained("plain", x, y, seed=1, epochs=25)
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True))
    assert (networks.predict(first.eval(), x) == y).mean() > 0.5


def test_pictures_of_a_folder_train_too(tmp_path, monkeypatch):
    folder = data.export("hw10", tmp_path / "set", seed=5, profile="smoke") / "inputs"
    x, y = networks.read_folder(folder)
    made, _ = hw10.builtin("smoke", 5)
    assert np.array_equal(np.sort(x.reshape(50, -1), axis=0), np.sort(made.test.x.reshape(50, -1), axis=0))
    assert np.array_equal(np.bincount(y), np.full(10, 5))
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(networks, "EPOCHS", 1)
    own = tmp_path / "data" / "hw10" / "networks"
    networks.train(own, pictures=folder, only="plain")
    assert [file.name for file in own.iterdir()] == ["hw10-plain.safetensors"]
    with pytest.raises(HomeworkError, match="no network 'best'"):
        networks.train(own, only="best")


def batches(folder: Path, **changed) -> dict[int, np.ndarray]:
    """CIFAR-10 as it comes, twenty pictures in each file."""
    rng, pictures = np.random.default_rng(3), {}
    folder.mkdir()
    for number in range(1, 6):
        pictures[number] = rng.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
        rows = pictures[number].transpose(0, 3, 1, 2).reshape(20, -1)
        batch = {b"batch_label": b"training batch", b"labels": [*range(10)] * 2, b"data": rows}
        (folder / f"data_batch_{number}").write_bytes(pickle.dumps(batch | changed.get("batch", {}), protocol=3))
    return pictures


def test_cifar_10_as_it_comes_trains_too(tmp_path):
    pictures = batches(tmp_path / "cifar-10-batches-py")
    x, y = networks.read_folder(tmp_path)
    assert np.array_equal(x, np.concatenate(list(pictures.values()))) and x.flags.c_contiguous
    assert y.tolist() == [*range(10)] * 10 and networks.CLASSES[3] == "cat"


class RunsCode:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({b"data": RunsCode()}, "asks for .*mkdir"),
        ({b"labels": [10] * 20}, "labels from 0 to 9"),
        ({b"data": np.zeros((20, 100), np.uint8)}, "rows of 3072 bytes"),
    ],
)
def test_a_batch_that_is_none_is_named(tmp_path, monkeypatch, changed, said):
    monkeypatch.chdir(tmp_path)
    batches(tmp_path / "set", batch=changed)
    with pytest.raises(HomeworkError, match=f"data_batch_1.*{said}"):
        networks.read_folder(tmp_path / "set")
    assert not Path("made-by-a-pickle").exists()


def test_a_batch_that_is_cut_off_is_named(tmp_path):
    batches(tmp_path / "set")
    cut = tmp_path / "set" / "data_batch_2"
    cut.write_bytes(cut.read_bytes()[:5000])
    with pytest.raises(HomeworkError, match="data_batch_2 is no batch of CIFAR-10"):
        networks.read_folder(tmp_path / "set")


def test_augmented_pictures_are_moved_and_mirrored():
    torch.manual_seed(0)
    x = torch.arange(32.0).expand(64, 3, 32, 32)  # each column its own number
    found = networks.augmented(x)
    assert found.shape == x.shape
    starts, ends = found[:, 0, 5, 5], found[:, 0, 5, 20]
    assert set((ends - starts).tolist()) == {15.0, -15.0} and len(set(starts.tolist())) > 6
