"""The methods of homework 14, taken from the solution notebook, against loops, closed forms and cases done by hand."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from common import check
from common.errors import SubmissionError
from common.homeworks.hw14.judge import judge
from common.homeworks.hw14.judge import matrix as judged_matrix
from common.notebooks import books
from common.submission.card import find_card
from common.submission.homework import Homework


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(find_card("hw14"))[1])
    found.update(
        n_classes=10, device="cpu", epochs=5, batch_size=30, lr=1e-2, large=False
    )  # what its functions look up
    return found


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 10)), torch.rand(150, 6), torch.arange(150) % 10


def _loop(model, values):
    """Mean over images of what each image's own backward pass leaves; `values`: a scalar, and what of its gradient."""
    total = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    n = 0
    for scalar, measure in values:
        model.zero_grad()
        scalar.backward()
        for name, p in model.named_parameters():
            total[name] += measure(p.grad)
        n += 1
    return {name: t / n for name, t in total.items()}


def _number(value):
    return float(value.detach())


def _close(found, expected):
    assert set(found) == set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-7)


def test_vmap_fisher_equals_the_loop(solution, net):
    model, x, y = net
    each = ((functional.cross_entropy(model(x[i : i + 1]), y[i : i + 1]), torch.square) for i in range(len(x)))
    _close(solution["fisher"](model, x, y), _loop(model, each))


def test_fisher_is_not_the_square_of_the_batch_gradient(solution, net):
    model, x, y = net
    functional.cross_entropy(model(x), y).backward()
    square = sum(float((p.grad**2).sum()) for p in model.parameters())
    assert sum(float(f.sum()) for f in solution["fisher"](model, x, y).values()) > 10 * square


def test_vmap_mas_equals_the_loop(solution, net):
    model, x, _ = net
    each = (((model(x[i : i + 1]) ** 2).sum(), torch.abs) for i in range(len(x)))
    _close(solution["mas_importance"](model, x), _loop(model, each))


def test_mas_of_one_linear_layer_by_hand(solution):
    """Output w x with w = 2, x = 3 and -1: d(w x)^2/dw = 2 w x^2 = 36 and 4, mean 20; no bias."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False))
    nn.init.constant_(model[0].weight, 2.0)
    found = solution["mas_importance"](model, torch.tensor([[3.0], [-1.0]]))
    assert found["0.weight"].item() == pytest.approx(20.0)


def test_importances_accumulate_once(solution):
    model = nn.Sequential(nn.Linear(1, 1, bias=False))
    ones = solution["add_up"](lambda model, x, y: {"0.weight": torch.ones(1, 1)})
    memory = None
    for tasks in range(1, 6):
        memory = ones(model, None, None, memory)
        assert memory[0]["0.weight"].item() == tasks


def test_ewc_of_two_tasks_meets_the_closed_form(solution):
    """Two linear regressions: minimising task 2 plus the Fisher penalty of task 1 is minimising both together.

    For squared error with unit noise the (full) Fisher is X'X; with one-hot rows of X it is diagonal, so the penalty is
    exact: w = (X1'X1 + X2'X2)^-1 (X1'y1 + X2'y2).
    """
    torch.manual_seed(1)
    eye = torch.eye(3)
    x1, x2 = eye[torch.tensor([0, 0, 1, 2])], eye[torch.tensor([0, 1, 1, 1, 2])]
    y1, y2 = torch.randn(4, 1), torch.randn(5, 1)
    model = nn.Sequential(nn.Linear(3, 1, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.linalg.lstsq(x1, y1).solution.T)
    anchor = solution["snapshot"](model)
    information = {"0.weight": (x1**2).sum(dim=0, keepdim=True)}
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def objective():
        optimizer.zero_grad()
        loss = 0.5 * ((model(x2) - y2) ** 2).sum()
        loss = loss + 0.5 * solution["weighted_distance"](model, information, anchor)
        loss.backward()
        return loss

    optimizer.step(objective)
    together = torch.linalg.solve(x1.T @ x1 + x2.T @ x2, x1.T @ y1 + x2.T @ y2)
    torch.testing.assert_close(model[0].weight.detach().T, together, rtol=1e-4, atol=1e-5)


def test_kronecker_of_a_linear_layer_is_exact(solution):
    """Outputs W a: the change of all outputs, mean of |dW a|^2, is what the penalty gives for one linear layer."""
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(5, 10))
    x, change = torch.rand(40, 5), torch.randn(10, 6)
    ((inputs, outputs),) = solution["kronecker_factors"](model, x)
    found = solution["kronecker_distance"](change, inputs, outputs)
    moved = torch.cat([x, torch.ones(40, 1)], dim=1) @ change.T
    torch.testing.assert_close(found, (moved**2).sum(dim=1).mean(), rtol=1e-4, atol=1e-5)


def test_kronecker_factors_equal_a_loop(solution, net):
    model, x, _ = net
    x = x[:9]
    found = solution["kronecker_factors"](model, x)
    hidden = model[0](x).detach()
    reactions = torch.zeros(8, 8)
    for i in range(9):
        jacobian = torch.autograd.functional.jacobian(lambda h: model[2](model[1](h)), hidden[i])  # (10, 8)
        reactions += jacobian.T @ jacobian / 9
    torch.testing.assert_close(found[0][1], reactions, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(found[1][1], torch.eye(10), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(found[0][0][:6, :6], x.T @ x / 9)
    torch.testing.assert_close(found[0][0][6, :6], x.mean(dim=0))


def test_directions_of_two_tasks_add_up_once(solution, net):
    model, x, y = net
    first, second = (solution["kronecker_factors"](model, images) for images in (x, 1 - x))
    memory = solution["remember_directions"](model, x, y, None)
    memory = solution["remember_directions"](model, 1 - x, y, memory)
    for (a, b), (a1, b1), (a2, b2) in zip(memory[0], first, second, strict=True):
        assert torch.allclose(a, a1 + a2) and torch.allclose(b, b1 + b2)
    assert _number(solution["kronecker_penalty"](model, *memory)) == 0
    moved = copy.deepcopy(model)
    nn.init.normal_(moved[0].weight)
    both, one, other = (
        _number(solution["kronecker_penalty"](moved, factors, memory[1])) for factors in (memory[0], first, second)
    )
    assert both >= (one + other) * (1 - 1e-5)  # and the cross terms, which are never negative


def _gradient_of(penalty, model, memory):
    return torch.autograd.grad(penalty(model, *memory), list(model.parameters()))


def test_with_all_directions_the_pull_is_the_gradient_of_the_penalty(solution, net):
    """In closed form, after one task and after two, wherever the network stands: what autograd finds."""
    model, x, y = net
    memory = None
    for images in (x, 1 - x):
        memory = solution["remember_busiest"](model, images, y, memory, n=9)
        for _ in range(3):
            with torch.no_grad():
                [p.add_(0.1 * torch.randn_like(p)) for p in model.parameters()]
            expected = _gradient_of(solution["kronecker_penalty"], model, memory[:2])
            for found, right in zip(_gradient_of(solution["pull_back"], model, memory), expected, strict=True):
                torch.testing.assert_close(found, right, rtol=1e-3, atol=1e-4)


def test_the_pull_to_the_anchor_is_the_gradient_of_the_distance(solution, net):
    model, x, y = net
    memory = solution["add_up"](solution["fisher"])(model, x, y, None)
    with torch.no_grad():
        [p.add_(0.1 * torch.randn_like(p)) for p in model.parameters()]
    expected = _gradient_of(solution["weighted_distance"], model, memory)
    for found, right in zip(_gradient_of(solution["pull_to_anchor"], model, memory), expected, strict=True):
        torch.testing.assert_close(found, right)


def test_squares_layer_by_layer_are_fisher_s(solution, net):
    """Without an image's own gradient: of a network of linear layers, of any depth."""
    model, x, y = net
    deeper = nn.Sequential(*model[:2], nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 10))
    for one in (model, deeper):
        _close(solution["squares_by_layer"](one, x, y), solution["fisher"](one, x, y))


def test_bf16_learns_as_well(solution, net):
    """A large network's products are of bf16 where the hardware is fast at it: its weights stay in single precision."""
    model, x, y = net
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(solution, "large", True)
        patched.setitem(solution, "device", torch.device("cpu"))
        patched.setitem(solution, "has_fast_bf16", lambda device: True)
        losses = solution["learn"](model, x, y)
    assert losses[-1] < losses[0] and all(p.dtype == torch.float32 for p in model.parameters())


def test_the_busiest_directions_are_the_best_that_so_few_can_be(solution, net):
    """R R' is the nearest matrix of its rank (Eckart & Young 1936): what is left over are the small eigenvalues."""
    model, x, y = net
    factors, _, roots = solution["remember_busiest"](model, x, y, None, n=3)
    for (a, _), root in zip(factors, roots, strict=True):
        assert root.shape == (len(a), 3)
        left = torch.linalg.eigvalsh(a)[:-3]
        torch.testing.assert_close((a - root @ root.T).square().sum(), left.square().sum(), rtol=1e-3, atol=1e-5)


def test_the_control_keeps_one_number_per_weight(solution, net):
    """With the diagonals alone the penalty is a weighted distance: the importance is the product of the two."""
    model, x, y = net
    factors, anchor = solution["remember_diagonals"](model, x, y, None)
    full = solution["kronecker_factors"](model, x)
    moved = copy.deepcopy(model)
    nn.init.normal_(moved[0].weight)
    change = solution["with_bias"](moved)[0] - anchor[0]
    expected = (torch.outer(full[0][1].diagonal(), full[0][0].diagonal()) * change**2).sum()
    assert _number(solution["kronecker_penalty"](moved, factors, anchor)) == pytest.approx(_number(expected), rel=1e-4)


def _walk(method, model, steps):
    """Let a method watch steps of given (gradient, change), and ask it for the importances."""
    for gradient, change in steps:
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        with torch.no_grad():
            for p in model.parameters():
                p += change
        method["watch"]({name: torch.full_like(p, gradient) for name, p in before.items()}, before, model)
    return method["remember"](model, torch.ones(4, 1), torch.zeros(4, dtype=torch.long), None)[0]


def test_synaptic_intelligence_by_hand(solution):
    """Work 2 * 0.5 + 1 * 0.25 = 1.25 over (0.5 + 0.25)^2 + 0.1; a weight that only made it worse counts 0."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False))
    method = solution["synaptic_intelligence"](xi=0.1)
    omega = _walk(method, model, [(-2.0, 0.5), (-1.0, 0.25)])
    assert omega["0.weight"].item() == pytest.approx(1.25 / (0.75**2 + 0.1))
    assert _walk(method, model, [(1.0, 0.5)])["0.weight"].item() == 0  # and nothing is left of the walk before


def test_riemannian_walk_by_hand(solution):
    """Both parts are scaled to a maximum of 1, so a lone weight that helped has 2."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Linear(1, 10, bias=False))
    omega = _walk(solution["riemannian_walk"](), model, [(-2.0, 0.1)])
    highest = max(float(values.max()) for values in omega.values())
    assert 1 <= highest <= 2 + 1e-5 and all((values >= 0).all() for values in omega.values())


def test_sliced_importance_of_a_linear_layer(solution):
    """Mean output W m: its gradient along a direction u is u m', and the mean of u_i^2 over the sphere is 1/10."""
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(4, 10, bias=False))
    x = torch.rand(30, 4)
    found = solution["sliced_importance"](model, x, None, slices=4000)["0.weight"]
    expected = (x.mean(dim=0) ** 2 / 10).expand(10, 4)
    torch.testing.assert_close(found, expected, rtol=0.15, atol=1e-3)


HAND = np.array([[0.9, 0.5, 0.1], [0.7, 0.8, 0.3], [0.4, 0.6, 1.0]])


def test_measures_of_a_matrix_by_hand(solution):
    assert solution["average_accuracy"](HAND) == pytest.approx((0.4 + 0.6 + 1.0) / 3)
    assert solution["backward_transfer"](HAND) == pytest.approx(((0.4 - 0.9) + (0.6 - 0.8)) / 2)
    assert solution["forgetting"](HAND) == pytest.approx((0.5 + 0.2) / 2)


def test_forgetting_counts_from_the_best_moment(solution):
    """Task 1 is best after task 2, so forgetting and backward transfer differ there."""
    matrix = np.array([[0.5, 0.0, 0.0], [0.9, 0.5, 0.0], [0.6, 0.5, 0.5]])
    assert solution["backward_transfer"](matrix) == pytest.approx(0.05)
    assert solution["forgetting"](matrix) == pytest.approx(0.15)


def test_a_network_that_keeps_everything_forgets_nothing(solution):
    assert solution["forgetting"](np.ones((5, 5))) == 0 == solution["backward_transfer"](np.ones((5, 5)))


# --- checks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["weighted_distance", "fisher", "mas_importance", "kronecker_distance", "kronecker_factors"]
)
def test_the_solution_passes_the_checks_and_the_stub_does_not(name, solution, capsys):
    assert getattr(check.hw14, name)(solution[name])
    starter = books.definitions(books.paths(find_card("hw14"))[0])
    assert not getattr(check.hw14, name)(starter[name])
    assert "not done yet" in capsys.readouterr().out
    assert not getattr(check.hw14, name)(None)


def _gradients(model, value):
    return dict(zip(dict(model.named_parameters()), torch.autograd.grad(value, list(model.parameters())), strict=True))


def _factors_by_hooks(model, x, of=lambda logits: [z.sum() for z in logits.unbind(1)]):
    """Kronecker factors from forward hooks, for the scalars that `of` makes of the logits."""
    seen = []
    layers = [m for m in model if isinstance(m, nn.Linear)]
    hooks = [m.register_forward_hook(lambda m, inputs, output: seen.append((inputs[0], output))) for m in layers]
    scalars = of(model(x))
    [hook.remove() for hook in hooks]
    outputs = [output for _, output in seen]
    deltas = [torch.autograd.grad(scalar, outputs, retain_graph=True) for scalar in scalars]
    ones = torch.ones(len(x), 1)
    inputs = [torch.cat([a.detach(), ones], 1) for a, _ in seen]
    return [(a.T @ a / len(x), sum(d.T @ d for d in ds) / len(x)) for a, *ds in zip(inputs, *deltas, strict=True)]


def _factors_one_by_one(model, x):
    """The same, one image after the other and the mean of them."""
    each = [_factors_by_hooks(model, one[None]) for one in x]
    return [tuple(torch.stack(part).mean(0) for part in zip(*layer, strict=True)) for layer in zip(*each, strict=True)]


def _factors_as_arrays(model, x):
    return [tuple(part.numpy() for part in pair) for pair in _factors_by_hooks(model, x)]


@pytest.mark.parametrize("right", [_factors_by_hooks, _factors_one_by_one, _factors_as_arrays])
def test_every_right_form_of_the_factors_is_accepted(right, capsys):
    assert check.hw14.kronecker_factors(right), capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "wrong", "says"),
    [
        ("fisher",
         lambda m, x, y: {n: g**2 for n, g in _gradients(m, functional.cross_entropy(m(x), y)).items()},
         "square first"),
        ("fisher", lambda m, x, y: {n: torch.zeros_like(p) for n, p in m.named_parameters()}, "a single image"),
        ("fisher", lambda m, x, y: 1.0, "expected a dict"),
        ("mas_importance",
         lambda m, x: {n: g.abs() for n, g in _gradients(m, (m(x) ** 2).sum(1).mean()).items()},
         "absolute values first"),
        ("mas_importance", lambda m, x: 1 / 0, "ZeroDivisionError"),
        ("weighted_distance", lambda m, i, a: torch.tensor(0.0), "expected"),
        ("weighted_distance",
         lambda m, i, a: sum((i[n] * (p - a[n])).abs().sum() for n, p in m.named_parameters()), "each half a unit"),
        ("kronecker_distance", lambda c, i, o: (c**2).sum(), "always zero"),
        ("kronecker_factors", lambda m, x: [(a[:-1, :-1], b) for a, b in _factors_by_hooks(m, x)], "the bias"),
        ("kronecker_factors", lambda m, x: [(len(x) * a, len(x) * b) for a, b in _factors_by_hooks(m, x)], "sums over"),
        ("kronecker_factors", lambda m, x: [(a, b / 3) for a, b in _factors_by_hooks(m, x)], "mean over the logits"),
        ("kronecker_factors", lambda m, x: _factors_by_hooks(m, x, of=lambda z: [z.sum()]), "cancel"),
        ("kronecker_factors", lambda m, x: _factors_by_hooks(m, x)[:1], "2 values"),
    ],
)  # fmt: skip
def test_known_mistakes_are_named(name, wrong, says, capsys):
    assert not getattr(check.hw14, name)(wrong)
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1


# --- the judge ------------------------------------------------------------------------------------------------------


def _table(matrix, n=10):
    """A reference, and answers of which the share matrix[t, j] is right."""
    rows = [(t + 1, j + 1, i, i % 10, i % 10 if i < round(v * n) else (i + 1) % 10)
            for (t, j), v in np.ndenumerate(matrix) for i in range(n)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["after_task", "task", "id", "class", "said"])
    reference = table[["after_task", "task", "id", "class"]]
    return reference, reference.assign(**{"class": table["said"]})


def test_the_judge_takes_the_mean_of_the_last_row():
    reference, answers = _table(HAND)
    assert np.allclose(judged_matrix(reference, answers), HAND)
    assert judge(reference, answers) == pytest.approx(2 / 3)
    assert judge(reference, reference) == 1.0
    assert judge(reference, answers.assign(**{"class": 3})) == pytest.approx(0.1)


def test_the_judge_refuses_what_is_no_digit():
    reference, answers = _table(HAND)
    answers.loc[4, "class"] = 11
    with pytest.raises(SubmissionError, match="line 6: expected a class from 0 to 9, found 11"):
        judge(reference, answers)


def test_malformed_submissions(tmp_path):
    homework = Homework("hw14")
    reference, answers = _table(HAND)
    path = homework.submit(answers, tmp_path)
    assert homework.evaluate(path, reference).value == pytest.approx(2 / 3)
    lines = path.read_text().splitlines()
    for text, says in [
        (lines[:-1], "89 rows below its header; the test set has 90"),
        ([*lines, lines[-1]], "91 rows"),
        ([lines[0], lines[2], lines[1], *lines[3:]], "the rows are in another order"),
        ([lines[0], lines[2], lines[2], *lines[3:]], "column 'id'"),
        (["after,task,id,class", *lines[1:]], "must begin with the line 'after_task,task,id,class'"),
        ([*lines[:5], "1,1,4,10", *lines[6:]], "at most 9"),
        ([*lines[:5], "1,1,4,-1", *lines[6:]], "at least 0"),
        ([*lines[:5], "1,1,4,2.5", *lines[6:]], "column 'class'"),
        ([*lines[:5], "1,1,4,nan", *lines[6:]], "column 'class'"),
        ([*lines[:5], "1,1,4", *lines[6:]], "expected 4 values, found 3"),
    ]:
        path.write_text("\n".join(text) + "\n")
        with pytest.raises(SubmissionError, match=says):
            homework.evaluate(path, reference)


# --- the loop -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("watched", [False, True])
def test_learning_is_deterministic_and_moves_the_loss(solution, net, watched):
    model, x, y = net
    runs = []
    for _ in range(2):
        torch.manual_seed(7)
        trained = copy.deepcopy(model)
        watch = solution["synaptic_intelligence"]()["watch"] if watched else None
        history = solution["learn"](trained, x, y, lambda m=trained: 0.0 * sum(p.sum() for p in m.parameters()), watch)
        runs.append((history, [p.detach().clone() for p in trained.parameters()]))
    assert runs[0][0] == runs[1][0] and runs[0][0][-1] < runs[0][0][0]
    assert all(torch.equal(a, b) for a, b in zip(runs[0][1], runs[1][1], strict=True))
