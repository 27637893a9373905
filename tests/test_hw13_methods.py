"""The methods of homework 13, taken from the solution notebook, against torch's own and against cases done by hand."""

import copy
import re

import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import prune

from common import check
from common.errors import HomeworkError, SubmissionError
from common.generators.food import CLASSES
from common.homeworks.hw13.zoo import CHECKPOINT, CourseTeacher, Teacher, load_teacher
from common.notebooks import books
from common.submission.card import find_card
from common.submission.homework import Homework
from common.zoo import save_weights

CARD = find_card("hw13")


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(CARD)[1])
    found.update(classes=CLASSES, device=torch.device("cpu"))  # what its functions look up
    return found


@pytest.fixture(scope="module")
def starter():
    return books.definitions(books.paths(CARD)[0])


def logits(seed, scale=3.0):
    return scale * torch.randn(32, 11, generator=torch.Generator().manual_seed(seed))


# --- distillation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [1.0, 2.0, 4.0, 10.0])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.9, 1.0])
def test_kd_loss_equals_torch(solution, temperature, alpha):
    s, t, y = logits(1), logits(2), torch.arange(32) % 11
    soft = functional.kl_div(
        functional.log_softmax(s / temperature, dim=1), functional.softmax(t / temperature, dim=1), reduction="sum"
    ) / len(s)
    expected = alpha * temperature**2 * soft + (1 - alpha) * functional.cross_entropy(s, y)
    assert torch.allclose(solution["kd_loss"](s, t, y, temperature, alpha), expected, atol=1e-5)
    # the same loss by another road: cross-entropy with soft targets, less the teacher's own entropy
    p = (t / temperature).softmax(dim=1)
    soft = functional.cross_entropy(s / temperature, p) + (p * p.log()).sum(dim=1).mean()
    expected = alpha * temperature**2 * soft + (1 - alpha) * functional.cross_entropy(s, y)
    assert torch.allclose(solution["kd_loss"](s, t, y, temperature, alpha), expected, atol=1e-4)


def test_the_gradient_of_kd_hardly_depends_on_a_high_temperature(solution):
    """What the factor T^2 is for: at high temperatures the gradient is that of matching centred logits."""
    s, t, y = logits(3, 0.5), logits(4, 0.5), torch.zeros(32, dtype=torch.long)
    gradients = []
    for temperature in (20.0, 40.0):
        z = s.clone().requires_grad_()
        solution["kd_loss"](z, t, y, temperature, 1.0).backward()
        gradients.append(z.grad)
    matching = ((s - t) - (s - t).mean(dim=1, keepdim=True)) / (11 * 32)
    assert torch.allclose(gradients[0], gradients[1], rtol=0.1, atol=2e-4)
    assert torch.allclose(gradients[1], matching, rtol=0.1, atol=2e-4)


def test_hint_loss_is_two_less_two_cosines(solution):
    a, b = (torch.randn(4, 8, 3, 3, generator=torch.Generator().manual_seed(seed)) for seed in (5, 6))
    expected = (2 - 2 * functional.cosine_similarity(a, b, dim=1)).mean()
    assert torch.allclose(solution["hint_loss"](a, b), expected, atol=1e-5)
    assert solution["hint_loss"](3 * b, b) < 1e-6


def test_a_picture_without_label_leaves_the_teacher_alone_to_speak(solution):
    s, t, y = logits(7), logits(8), torch.arange(32) % 11
    untold = torch.full_like(y, -100)
    assert torch.allclose(solution["kd_loss"](s, t, untold, 4.0, 0.5), 0.5 * solution["kd_loss"](s, t, y, 4.0, 1.0))
    half = torch.where(torch.arange(32) < 16, y, untold)
    expected = 0.5 * functional.cross_entropy(s[:16], y[:16]) / 2
    assert torch.allclose(
        solution["kd_loss"](s, t, half, 4.0, 0.5) - 0.5 * solution["kd_loss"](s, t, y, 4.0, 1.0), expected, atol=1e-5
    )


# --- convolutions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "outputs", "stride"), [(3, 8, 1), (24, 72, 2), (72, 104, 1)])
def test_separable_has_the_parameters_of_the_table(solution, inputs, outputs, stride):
    module = solution["separable"](inputs, outputs, stride)
    weights = sum(m.weight.numel() for m in module.modules() if isinstance(m, nn.Conv2d))
    table = solution["parameters_of"]([inputs, outputs])
    assert weights == table["separable"][0]
    assert nn.Conv2d(inputs, outputs, 3, bias=False).weight.numel() == table["standard"][0]
    assert module(torch.zeros(2, inputs, 8, 8)).shape == (2, outputs, 8 // stride, 8 // stride)


def test_a_separable_convolution_is_a_standard_one_of_low_rank(solution):
    """Both steps together are one 3 x 3 convolution, pointwise times depthwise."""
    module = solution["separable"](5, 7)
    depthwise, pointwise = module[0], module[1]
    x = torch.randn(2, 5, 9, 9)
    whole = pointwise.weight * depthwise.weight[:, 0][None]  # (7, 5, 3, 3)
    assert torch.allclose(pointwise(depthwise(x)), functional.conv2d(x, whole, padding=1), atol=1e-5)


@pytest.mark.parametrize("in_two_steps", [False, True])
def test_both_students_keep_under_the_cap(solution, in_two_steps):
    student = _student(solution, in_two_steps)
    assert solution["count"](student) <= CARD.submission.weights.max_parameters
    x = torch.rand(2, 3, 32, 32)
    features = student.features(x)
    assert features.shape == (2, student.width, 4, 4)
    assert torch.equal(student(x), student.head(features))


def _student(solution, in_two_steps=False):
    solution["in_two_steps"] = in_two_steps
    return solution["make_student"]()


# --- pruning ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.77, 0.9])
def test_masks_equal_torchs(solution, share):
    torch.manual_seed(0)
    layer = nn.Conv2d(6, 10, 3)
    weight = layer.weight.detach().clone()
    prune.l1_unstructured(layer, "weight", amount=share)
    mine = solution["magnitude_mask"](weight, share)
    assert torch.equal(mine, layer.weight_mask if share else torch.ones_like(weight))
    filters = nn.Conv2d(6, 10, 3)
    filters.weight.data = weight
    prune.ln_structured(filters, "weight", amount=share, n=1, dim=0)
    kept = filters.weight_mask.amax(dim=(1, 2, 3)).nonzero().flatten()
    assert torch.equal(solution["filters_to_keep"](weight, share), kept)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_filters_that_are_gone_are_filters_that_were_zero(solution, share):
    """Cutting filters out gives the very logits of the large network in which they are silenced."""
    torch.manual_seed(1)
    teacher = Teacher().eval()
    for module in teacher.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    x = torch.rand(3, 3, 32, 32)
    small = solution["prune_filters"](teacher, share)
    silenced = copy.deepcopy(teacher)
    for first, _, second in silenced.inner():
        gone = set(range(len(first.weight))) - set(solution["filters_to_keep"](first.weight, share).tolist())
        with torch.no_grad():
            second.weight[:, sorted(gone)] = 0
    with torch.no_grad():
        assert torch.allclose(small(x), silenced(x), atol=1e-4)
    assert solution["count"](small) < solution["count"](teacher)


def test_pruned_weights_keep_their_number(solution):
    teacher = Teacher().eval()
    pruned = solution["prune_weights"](teacher, 0.5)
    assert solution["count"](pruned) == solution["count"](teacher)  # zeros are numbers: nothing got smaller
    zeros = sum(int((m.weight == 0).sum()) for m in pruned.modules() if isinstance(m, nn.Conv2d))
    assert zeros == pytest.approx(
        0.5 * sum(m.weight.numel() for m in teacher.modules() if isinstance(m, nn.Conv2d)), abs=9
    )


# --- the checks -------------------------------------------------------------------------------------------------------


def test_checks_know_the_right_answers(solution, capsys):
    assert check.hw13.kd_loss(solution["kd_loss"])
    assert check.hw13.separable(solution["separable"])
    assert check.hw13.hint_loss(solution["hint_loss"])
    assert capsys.readouterr().out.count("right, on all") == 3


def test_checks_say_not_done_yet(starter, capsys):
    for name in ("kd_loss", "separable", "hint_loss"):
        assert not getattr(check.hw13, name)(starter[name])
    assert capsys.readouterr().out.count("not done yet") == 3


def _soft(s, t, T, reduction="batchmean"):
    return functional.kl_div((s / T).log_softmax(1), (t / T).log_softmax(1), log_target=True, reduction=reduction)


def _both(a, soft, s, y):
    return a * soft + (1 - a) * functional.cross_entropy(s, y)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda s, t, y, T, a: _both(a, _soft(s, t, T), s, y), "temperature \\*\\* 2"),
        (lambda s, t, y, T, a: _both(a, T**2 * _soft(t, s, T), s, y), "wrong way round"),
        (lambda s, t, y, T, a: _both(a, T**2 * _soft(s, t, T, "mean"), s, y), "batchmean"),
        (lambda s, t, y, T, a: T**2 * _soft(s, t, T) - _both(a, T**2 * _soft(s, t, T), s, y), "found"),
        (lambda s, t, y, T, a: _both(1 - a, T**2 * _soft(s, t, T), s, y), "alpha weighs the labels"),
        (lambda s, t, y, T, a: _both(a, T**2 * _soft(s, t, 1), s, y), "where the softmax is taken"),
        (lambda s, t, y, T, a: None, "return"),
        (lambda s, t, y, T, a: s, "shape"),
    ],
)  # fmt: skip
def test_the_check_of_kd_names_the_mistake(wrong, words, capsys):
    assert not check.hw13.kd_loss(wrong)
    assert re.search(words, capsys.readouterr().out)


def deep(i, s):
    return [nn.Conv2d(i, i, 3, s, 1, groups=i, bias=False)]


def wide(i, o):
    return [nn.Conv2d(i, o, 1, bias=False)]


@pytest.mark.parametrize(
    "right",
    [
        lambda i, o, s=1: nn.Sequential(*deep(i, s), *wide(i, o), nn.BatchNorm2d(o), nn.ReLU()),  # Xception
        lambda i, o, s=1: nn.Sequential(  # MobileNet
            *deep(i, s), nn.BatchNorm2d(i), nn.ReLU(), *wide(i, o), nn.BatchNorm2d(o), nn.ReLU()),
        lambda i, o, s=1: nn.Sequential(
            *deep(i, s), nn.BatchNorm2d(i), nn.ReLU6(), *wide(i, o), nn.BatchNorm2d(o), nn.ReLU6()),
        lambda i, o, s=1: nn.Sequential(*deep(i, s), nn.BatchNorm2d(i), *wide(i, o), nn.BatchNorm2d(o), nn.SiLU()),
    ],
)  # fmt: skip
def test_the_check_of_separable_accepts_both_forms(right, capsys):
    assert check.hw13.separable(right), capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda i, o, s=1: nn.Conv2d(i, o, 3, s, 1), "weights of the convolutions"),
        (lambda i, o, s=1: nn.Sequential(nn.Conv2d(i, i, 3, s, 1, groups=i), nn.Conv2d(i, o, 1)), "weights"),
        (lambda i, o, s=1: nn.Sequential(*deep(i, s), *wide(i, o)), "batch norms"),
        (lambda i, o, s=1: nn.Sequential(*deep(i, s), *wide(i, o), nn.BatchNorm2d(o)), "missing behind the last"),
        (lambda i, o, s=1: nn.Sequential(*deep(i, s), nn.ReLU(), *wide(i, o), nn.BatchNorm2d(o), nn.ReLU()),
         "between the steps without a batch norm"),
        (lambda i, o, s=1: nn.Sequential(*deep(i, s), nn.BatchNorm2d(i), nn.ReLU(), *wide(i, o)), "norms behind"),
        (lambda i, o, s=1: 3, "dict"),
    ],
)  # fmt: skip
def test_the_check_of_separable_names_what_differs(wrong, words, capsys):
    assert not check.hw13.separable(wrong)
    assert words in capsys.readouterr().out


def test_the_check_of_hints_names_the_mistake(capsys):
    def lengths_too(a, b):
        return (a - b).pow(2).sum(dim=1).mean()

    def mean_of_all(a, b):
        return (functional.normalize(a, dim=1) - functional.normalize(b, dim=1)).pow(2).mean()

    assert not check.hw13.hint_loss(lengths_too)
    assert "seven times" in capsys.readouterr().out
    assert not check.hw13.hint_loss(mean_of_all)
    assert "mean over the channels" in capsys.readouterr().out


# --- the teacher and the cap ------------------------------------------------------------------------------------------


def test_the_teacher_cannot_be_handed_in(tmp_path):
    frame = pd.DataFrame({"Id": ["0000"], "Category": [3]})
    for state in (Teacher().state_dict(), Teacher().half().state_dict()):
        with pytest.raises(SubmissionError, match=r"at most (16,000|1,000,000)"):
            Homework("hw13").submit(frame, tmp_path, weights=state)
    assert not list(tmp_path.iterdir())


def test_two_students_count_together(solution, tmp_path):
    one = _student(solution).state_dict()
    both = {f"{k}.{name}": tensor for k in range(2) for name, tensor in one.items()}
    frame = pd.DataFrame({"Id": ["0000"], "Category": [3]})
    with pytest.raises(SubmissionError, match="holds 30,510 numbers"):
        Homework("hw13").submit(frame, tmp_path, weights=both)


def test_teachers_that_do_not_fit_are_named(tmp_path, monkeypatch):
    with pytest.raises(HomeworkError, match="does not fit"):
        file = tmp_path / "wide.safetensors"
        save_weights(Teacher((24, 48, 96)), file)
        load_teacher(file=file)
    (tmp_path / "cut.safetensors").write_bytes(file.read_bytes()[:500])
    with pytest.raises(HomeworkError, match="cannot be read"):
        load_teacher(file=tmp_path / "cut.safetensors")


def test_the_courses_teacher(tmp_path, monkeypatch):
    """A ResNet-18 as the course saved it: found beside the pictures, cut in two halves, its blocks pruned."""
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(HomeworkError, match="belongs beside them"):
        load_teacher("original")
    folder = tmp_path / "hw13"
    folder.mkdir()
    torch.manual_seed(0)
    resnet = CourseTeacher().resnet.eval()
    torch.save(resnet.state_dict(), folder / CHECKPOINT)
    teacher = load_teacher("original")
    assert sum(p.numel() for p in teacher.parameters()) == 11_182_155  # the course's figure
    x = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(teacher(x), resnet((x - teacher.mean) / teacher.std), atol=1e-5)
    assert len(teacher.inner()) == 8
    (folder / CHECKPOINT).write_bytes((folder / CHECKPOINT).read_bytes()[:1000])
    with pytest.raises(HomeworkError, match="cut off"):
        load_teacher("original")
