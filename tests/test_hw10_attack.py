"""The attacks of homework 10, taken from the solution notebook, against cases done by hand; the judge; the networks."""

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
    step, once = {"iterations": 3, "alpha": 0.01}, {"iterations": 1, "alpha": EPSILON}
    rungs = {
        "simple": {**once, "decay": 0.0, "probability": 0.0},
        "medium": {**step, "decay": 0.0, "probability": 0.0},
        "strong": {**step, "decay": 1.0, "probability": 0.0},
        "boss": {**step, "decay": 1.0, "probability": 1.0},
    }
    found.update(epsilon=EPSILON, rungs=rungs, smallest=24)
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


def test_fgsm_on_a_linear_model(solution, linear):
    """There the gradient is the weight itself, so the answer is x + epsilon * sign(w), whichever way is uphill."""
    model, x, y = linear
    expected = x + EPSILON * (away(y) * model.weight).sign()
    starter = books.definitions(books.paths(find_card("hw10"))[0])
    starter.update(epsilon=EPSILON)
    for found, losses in (solution["attack"]([model], x, y, rung="simple"), starter["attack"]([model], x, y)):
        torch.testing.assert_close(found, expected)
        assert losses[0] < losses[1]


@pytest.mark.parametrize("rung", ["medium", "strong"])
def test_steps_on_a_linear_model(solution, linear, rung):
    """The gradient's sign never changes, nor do momenta change it: three steps of 0.01 are a walk of 0.03."""
    model, x, y = linear
    found, losses = solution["attack"]([model], x, y, rung=rung)
    torch.testing.assert_close(found, x + 0.03 * (away(y) * model.weight).sign())
    assert len(losses) == 4 and losses == sorted(losses)


def test_momentum_remembers_what_the_gradient_forgets(solution):
    """One pixel, a loss with a dip on the way: plain steps are caught in it, momentum walks through."""

    class Bumpy(nn.Module):
        def forward(self, x):  # rises to x = 0.515, falls to 0.525, rises again
            t = (x.sum(dim=(1, 2, 3)) - 0.5) * 1000
            score = t - 12 * torch.relu(t - 15) / 8 + 12 * torch.relu(t - 25) / 8
            return torch.stack([torch.zeros_like(score), score / 10], dim=1)

    solution["rungs"]["bump"] = {"iterations": 3, "alpha": 0.01, "decay": 0.0, "probability": 0.0}
    solution["rungs"]["through"] = {**solution["rungs"]["bump"], "decay": 1.0}
    x, y = torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    caught, _ = solution["attack"]([Bumpy()], x, y, rung="bump")
    through, _ = solution["attack"]([Bumpy()], x, y, rung="through")
    assert caught.item() == pytest.approx(0.51) and through.item() == pytest.approx(0.53)


def test_mi_fgsm_step_by_step(solution):
    """Against the formulas of the paper, written out picture by picture, on a network that is not linear."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 3))
    x, y = torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 2, 1])
    found, _ = solution["attack"]([model], x, y, rung="strong")
    for i in range(len(x)):
        adversarial, momentum = x[i : i + 1].clone(), 0
        for _ in range(3):
            leaf = adversarial.clone().requires_grad_()
            (g,) = torch.autograd.grad(functional.cross_entropy(model(leaf), y[i : i + 1]), leaf)
            momentum = momentum + g / g.abs().mean()
            adversarial = torch.clamp(adversarial + 0.01 * momentum.sign(), x[i] - EPSILON, x[i] + EPSILON).clamp(0, 1)
        torch.testing.assert_close(found[i : i + 1], adversarial, atol=1e-6, rtol=0)


def test_only_diverse_inputs_are_drawn_at_random(solution):
    """The seed changes nothing below boss, so one run of those rungs stands for every seed."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 3))
    x, y = torch.rand(4, 3, 32, 32), torch.tensor([0, 1, 2, 1])
    for rung in solution["rungs"]:
        found = []
        for seed in (1, 2):
            torch.manual_seed(seed)
            found.append(solution["attack"]([model], x, y, rung=rung)[0])
        assert torch.equal(*found) == (rung != "boss"), rung


def test_ensembles_average_logits(solution, linear):
    model, x, _ = linear
    other = Linear(-3 * model.weight)
    torch.testing.assert_close(solution["ensemble_logits"]([model, other], x), (model(x) + other(x)) / 2)


def test_checks_know_right_and_wrong(solution, capsys):
    assert check.hw10.step_within(solution["step_within"])
    assert check.hw10.add_momentum(solution["add_momentum"])
    assert check.hw10.diverse(solution["diverse"])
    capsys.readouterr()

    def stub(*args):
        raise NotImplementedError

    for name in ("step_within", "add_momentum", "diverse"):
        assert not getattr(check.hw10, name)(stub)
        assert capsys.readouterr().out.strip() == f"{name}: not done yet."
    wrong = [
        ("step_within", lambda a, g, x, alpha, eps: (a + alpha * g.sign()).clamp(0, 1), "a later step"),
        ("step_within", lambda a, g, x, alpha, eps: (a + alpha * g.sign()).clamp(x - eps, x + eps), "0 ... 1"),
        ("step_within", lambda a, g, x, alpha, eps: (a + alpha * g).clamp(x - eps, x + eps).clamp(0, 1), "sign"),
        ("add_momentum", lambda m, g, decay: decay * m + g / g.abs().mean(), "over the whole batch"),
        ("add_momentum", lambda m, g, decay: decay * m + g, "far larger gradient"),
        ("add_momentum", lambda m, g, decay: decay * m + g / g.abs().mean((1, 2, 3), True), "finite"),
        ("diverse", lambda x, p, s: x, "probability 1|hardly varies"),
        ("diverse", lambda x, p, s: solution["diverse"](x.detach(), p, s), "no gradient"),
        ("diverse", lambda x, p, s: solution["diverse"](x, 1.0, s), "probability 0"),
        ("diverse", lambda x, p, s: _corner(x, p, s), "place hardly varies"),
    ]
    for name, function, says in wrong:
        assert not getattr(check.hw10, name)(function), says
        said = capsys.readouterr().out.strip()
        assert any(part in said for part in says.split("|")) and "\n" not in said, said


def _corner(x, probability, smallest):
    if torch.rand(()) >= probability:
        return x
    size = int(torch.randint(smallest, 33, ()))
    small = functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
    return functional.pad(small, (0, 32 - size, 0, 32 - size))


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


def test_augmented_pictures_are_moved_and_mirrored():
    torch.manual_seed(0)
    x = torch.arange(32.0).expand(64, 3, 32, 32)  # each column its own number
    found = networks.augmented(x)
    assert found.shape == x.shape
    starts, ends = found[:, 0, 5, 5], found[:, 0, 5, 20]
    assert set((ends - starts).tolist()) == {15.0, -15.0} and len(set(starts.tolist())) > 6
