"""The methods of homework 15, taken from the solution notebook, against loops, optimizers and finite differences."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.func import functional_call, vmap
from torch.nn import functional

from common import check
from common.errors import SubmissionError
from common.notebooks import books
from common.submission.card import find_card
from common.submission.homework import Homework

WAYS, QUERIES = 5, 2


@pytest.fixture(scope="module")
def solution():
    found = books.definitions(books.paths(find_card("hw15"))[1])
    found.update(
        device="cpu", ways=WAYS, n_drawers=6, widths=(4, 4, 8, 4), inner_lr=0.3, lr=1e-2, checks=5, test_steps=2
    )
    torch.manual_seed(0)
    found["model"] = found["Net"](WAYS).double()
    found["batch_model"] = found["Net"](WAYS, norm=found["BatchStatistics"]).double()
    return found


@pytest.fixture(scope="module")
def tasks(solution):
    """Three tasks in double precision, so that finite differences are worth something."""
    torch.manual_seed(1)
    images = torch.randint(0, 256, (9, 6, 28, 28), dtype=torch.uint8)
    (x, y), (query_x, query_y) = solution["draw_tasks"](images, 3, QUERIES)
    return (x.double(), y), (query_x.double(), query_y)


def _fresh(model):
    return {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters()}


def _meta_loss(solution, params, tasks, steps, first_order=False, task_loss="maml_loss", loss="loss", inner_lr=0.3):
    def one_task(support, query):
        return solution[task_loss](solution[loss], params, support, query, steps, inner_lr, first_order)

    return vmap(one_task)(*tasks).mean()


def _gradient(value, params):
    return torch.autograd.grad(value, list(params.values()))


def _each(tasks):
    (x, y), (query_x, query_y) = tasks
    return zip(x, y, query_x, query_y, strict=True)


def _by_loop(model, tasks, steps, inner_lr=0.3, learns=lambda name: True):
    """Meta-gradient of the plainest MAML: one task after the other, `create_graph`, no `torch.func` but the call."""
    params, total = _fresh(model), 0.0
    for x, y, query_x, query_y in _each(tasks):
        adapted = dict(params)
        for _ in range(steps):
            inner = functional.cross_entropy(functional_call(model, adapted, (x,)), y)
            gradient = torch.autograd.grad(inner, list(adapted.values()), create_graph=True)
            moved = zip(adapted.items(), gradient, strict=True)
            adapted = {name: p - inner_lr * g if learns(name) else p for (name, p), g in moved}
        total = total + functional.cross_entropy(functional_call(model, adapted, (query_x,)), query_y)
    return _gradient(total / len(tasks[0][0]), params)


def _close(found, expected, rtol=1e-8, atol=1e-10):
    for f, e in zip(found, expected, strict=True):
        torch.testing.assert_close(f, e, rtol=rtol, atol=atol)


# --- gradients ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 3])
def test_vmapped_second_order_gradient_equals_the_loop(solution, tasks, steps):
    params = _fresh(solution["model"])
    _close(_gradient(_meta_loss(solution, params, tasks, steps), params), _by_loop(solution["model"], tasks, steps))


def _directional(meta_loss, params):
    """Derivative along a random direction: by the gradient, and by central differences."""
    generator = torch.Generator().manual_seed(3)
    direction = {n: torch.randn(p.shape, generator=generator, dtype=p.dtype) for n, p in params.items()}
    gradient = _gradient(meta_loss(params), params)
    along = sum((g * d).sum() for g, d in zip(gradient, direction.values(), strict=True))
    eps = 1e-8  # a larger step would carry some ReLU over its kink
    with torch.no_grad():
        ends = [meta_loss({n: p + sign * eps * direction[n] for n, p in params.items()}) for sign in (1, -1)]
    return along.item(), ((ends[0] - ends[1]) / (2 * eps)).item()


@pytest.mark.parametrize(
    ("task_loss", "loss", "model"),
    [("maml_loss", "loss", "model"), ("anil_loss", "loss", "model"), ("maml_loss", "batch_loss", "batch_model")],
)
def test_second_order_gradient_equals_finite_differences(solution, tasks, task_loss, loss, model):
    """Also with batch statistics, where torch's own layer would be wrong."""
    found, expected = _directional(
        lambda params: _meta_loss(solution, params, tasks, 2, task_loss=task_loss, loss=loss), _fresh(solution[model])
    )
    assert found == pytest.approx(expected, rel=1e-5)


def test_first_order_gradient_is_no_derivative_of_the_meta_loss(solution, tasks):
    found, expected = _directional(
        lambda params: _meta_loss(solution, params, tasks, 2, first_order=True), _fresh(solution["model"])
    )
    assert abs(found - expected) > 1e-2 * abs(expected)


def _learned(model, x, y, steps, inner_lr=0.3):
    """A copy of the network after `steps` of torch's own gradient descent."""
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=inner_lr)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    optimizer.zero_grad()
    return model


@pytest.mark.parametrize("steps", [1, 3])
def test_first_order_gradient_is_the_query_gradient_where_sgd_ends(solution, tasks, steps):
    params = _fresh(solution["model"])
    found = _gradient(_meta_loss(solution, params, tasks, steps, first_order=True), params)
    expected = [torch.zeros_like(p) for p in params.values()]
    for x, y, query_x, query_y in _each(tasks):
        model = _learned(solution["model"], x, y, steps)
        functional.cross_entropy(model(query_x), query_y).backward()
        expected = [e + p.grad / 3 for e, p in zip(expected, model.parameters(), strict=True)]
    _close(found, expected)


def test_without_inner_steps_both_orders_are_the_plain_gradient(solution, tasks):
    params = _fresh(solution["model"])
    for first_order in (True, False):
        found = _gradient(_meta_loss(solution, params, tasks, 0, first_order), params)
        _close(found, _by_loop(solution["model"], tasks, 0))


def test_anil_adapts_the_head_alone(solution, tasks):
    params = _fresh(solution["model"])
    found = _gradient(_meta_loss(solution, params, tasks, 2, task_loss="anil_loss"), params)
    _close(found, _by_loop(solution["model"], tasks, 2, learns=lambda name: name.startswith("head")))
    (x, y), _ = tasks
    adapted = solution["fine_tune_head"](solution["loss"], params, (x[0], y[0]), 2, 0.3)
    assert all(torch.equal(adapted[name], p) != name.startswith("head") for name, p in params.items())


def test_batch_statistics_are_torchs(solution):
    ours, theirs = solution["BatchStatistics"](3), nn.BatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-5)


# --- tasks and answers ----------------------------------------------------------------------------------------------


def test_tasks_are_what_they_say(solution):
    """Image (c, d) holds the number 6 c + d, so that it can be told where every image came from."""
    images = torch.arange(9 * 6, dtype=torch.uint8).reshape(9, 6, 1, 1).expand(9, 6, 28, 28)
    torch.manual_seed(2)
    (x, y), (query_x, query_y) = solution["draw_tasks"](images, 40, QUERIES)
    assert x.shape == (40, WAYS, 1, 28, 28) and query_x.shape == (40, WAYS * QUERIES, 1, 28, 28)
    number, query_number = ((z[..., 0, 0, 0] * 255).round().long() for z in (x, query_x))
    assert (y == torch.arange(WAYS)).all()
    for shown, asked, truth in zip(number, query_number, query_y, strict=True):
        assert len(set((shown // 6).tolist())) == WAYS
        assert torch.equal(shown[truth] // 6, asked // 6)
        assert len({*shown.tolist(), *asked.tolist()}) == WAYS * (1 + QUERIES)
        assert torch.equal(truth.bincount(), torch.full((WAYS,), QUERIES))
    assert len(set((number[:, 0] // 6).tolist())) > 3  # class 0 is not always the same character


def test_answers_equal_sgd_task_by_task(solution, tasks):
    support, (query_x, _) = tasks
    found = solution["answers"](_fresh(solution["model"]), support, query_x, 2, 0.3)
    for said, (x, y, asked, _) in zip(found, _each(tasks), strict=True):
        assert torch.equal(said, _learned(solution["model"], x, y, 2)(asked).argmax(dim=1))


def test_a_group_norm_answers_each_query_on_its_own(solution, tasks):
    support, (query_x, _) = tasks
    params = _fresh(solution["model"])
    together = solution["answers"](params, support, query_x, 1, 0.3)
    alone = [solution["answers"](params, support, query_x[:, i : i + 1], 1, 0.3) for i in range(query_x.shape[1])]
    assert torch.equal(together, torch.cat(alone, dim=1))


def test_batch_statistics_let_queries_see_each_other(solution, tasks):
    (query_x, _) = tasks[1]
    model = solution["batch_model"]
    assert not torch.allclose(model(query_x[0])[:1], model(torch.cat([query_x[0][:1], query_x[1]]))[:1])


def test_company_changes_nothing_but_the_statistics(solution, tasks):
    """The three companies against a loop over tasks and images."""
    (x, y), (query_x, truth) = tasks
    solution["validation_tasks"] = tasks
    params = _fresh(solution["batch_model"])
    right = {"all queries": [], "support and one query": [], "its own class": []}
    for task in range(3):
        model = _learned(solution["batch_model"], x[task], y[task], 2)
        for i, image in enumerate(query_x[task]):
            own = query_x[task][truth[task] == truth[task][i]]
            batches = {
                "all queries": (query_x[task], i),
                "support and one query": (torch.cat([x[task], image[None]]), 5),
            }
            batches["its own class"] = (own, i % QUERIES)
            for company, (batch, place) in batches.items():
                right[company].append(bool(model(batch)[place].argmax() == truth[task][i]))
    for company, values in right.items():
        assert solution["in_company"](params, 2, 0.3, company) == pytest.approx(np.mean(values))


def test_nearest_is_blind_to_brightness(solution, tasks):
    (x, _), _ = tasks
    assert torch.equal(solution["nearest"]((x,), (0.2 + 0.5 * x,)), torch.arange(WAYS).expand(3, WAYS))


def test_turned_classes(solution):
    images = torch.arange(2 * 3 * 16, dtype=torch.uint8).reshape(2, 3, 4, 4)
    found = solution["rotate_classes"](images)
    assert found.shape == (8, 3, 4, 4) and found.dtype == torch.uint8
    for quarters in range(4):
        for c in range(2):
            assert np.array_equal(found[2 * quarters + c], np.rot90(images[c].numpy(), quarters, (1, 2)))


# --- the outer loop -------------------------------------------------------------------------------------------------


def test_learning_is_deterministic_moves_the_loss_and_leaves_the_start(solution, tasks):
    runs, start = [], solution["weights_of"](solution["model"])
    before = copy.deepcopy(start)
    for _ in range(2):
        runs.append(
            solution["learn"]("t", start, lambda p: _meta_loss(solution, p, tasks, 1), lambda p: 0.0, iterations=20)
        )
    (first, history), (second, again) = runs
    assert history == again and history["loss"][-1] < history["loss"][0] and history["iteration"] == [4, 8, 12, 16, 20]
    assert all(torch.equal(first[name], second[name]) and not first[name].requires_grad for name in first)
    assert all(torch.equal(start[name], before[name]) for name in start)


# --- checks ---------------------------------------------------------------------------------------------------------


def test_the_solution_passes_the_checks_and_the_stub_does_not(solution, capsys):
    starter = books.definitions(books.paths(find_card("hw15"))[0])
    assert check.hw15.maml_loss(solution["maml_loss"])
    assert check.hw15.maml_loss(solution["maml_loss"], first_order=True)
    assert check.hw15.rotate_classes(solution["rotate_classes"])
    capsys.readouterr()
    for name in ("maml_loss", "rotate_classes"):
        assert not getattr(check.hw15, name)(starter[name])
        assert "not done yet" in capsys.readouterr().out
        assert not getattr(check.hw15, name)(None)


def _always(solution, first_order):
    def function(loss, params, support, query, steps, inner_lr, **_):
        return solution["maml_loss"](loss, params, support, query, steps, inner_lr, first_order)

    return function


MISTAKES = {
    "first order only": (lambda s: _always(s, True), "(second-order)"),
    "second order only": (lambda s: _always(s, False), "(first-order)"),
    "never learns": (lambda s: lambda loss, params, support, query, *_, **__: loss(params, *query), "expected"),
    "asks about the support set": (
        lambda s: lambda f, params, support, query, *a, **k: s["maml_loss"](f, params, support, support, *a, **k),
        "expected",
    ),
    "all detached": (
        lambda s: lambda *args, **k: s["maml_loss"](*args, **k).detach(),
        "was everything detached",
    ),
    "no return": (lambda s: lambda *args, **k: None, "a `return`"),
    "a float": (lambda s: lambda *args, **k: 0.3, "one loss, a tensor without axes, and is 0.3"),
    "no mean": (lambda s: lambda *args, **k: s["maml_loss"](*args, **k).expand(2), "and is a tensor (2,)"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_known_mistakes_are_named(mistake, solution, capsys):
    make, says = MISTAKES[mistake]
    assert not check.hw15.maml_loss(make(solution))
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1


RIGHT_TURNS = [
    lambda images: torch.cat([torch.rot90(images, -k, (2, 3)) for k in range(4)]),  # the other way round
    lambda images: torch.stack([torch.rot90(images, k, (2, 3)) for k in range(4)], dim=1).flatten(0, 1),  # side by side
    lambda images: torch.cat([images, images.mT.flip(3), images.flip(2).flip(3), images.mT.flip(2)]),
]
WRONG_TURNS = {
    "the shape": lambda images: torch.rot90(images, 1, (2, 3)),  # turned instead of added
    "more drawings": lambda images: torch.cat([torch.rot90(images, k, (2, 3)) for k in range(4)], dim=1),
    "it mirrors": lambda images: torch.cat([images, images.flip(2), images.flip(3), images.flip(2).flip(3)]),
    "four times as it is": lambda images: images.repeat(4, 1, 1, 1),
    "turned characters alone": lambda images: torch.cat([torch.rot90(images, k, (2, 3)) for k in (1, 2, 3)]),
}


@pytest.mark.parametrize("turn", RIGHT_TURNS)
def test_turns_in_any_order_and_direction_are_right(turn, capsys):
    assert check.hw15.rotate_classes(turn), capsys.readouterr().out


@pytest.mark.parametrize("says", WRONG_TURNS)
def test_wrong_turns_are_named(says, capsys):
    assert not check.hw15.rotate_classes(WRONG_TURNS[says])
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1


def _maml_with_autograd(f, params, support, query, steps, inner_lr, first_order=False):
    for _ in range(steps):
        slopes = torch.autograd.grad(f(params, *support), list(params.values()), create_graph=not first_order)
        params = {name: p - inner_lr * g for (name, p), g in zip(params.items(), slopes, strict=True)}
    return f(params, *query)


def _maml_by_recursion(f, params, support, query, steps, inner_lr, first_order=False):
    if steps == 0:
        return f(params, *query)
    g = torch.func.grad(f)(params, *support)
    moved = {n: p - inner_lr * (g[n].detach() if first_order else g[n]) for n, p in params.items()}
    return _maml_by_recursion(f, moved, support, query, steps - 1, inner_lr, first_order)


def _maml_in_place_of_none(f, params, support, query, steps, inner_lr, first_order=False):
    """Sums up the steps and adds them to the start once."""
    moved, way = params, {name: torch.zeros_like(p) for name, p in params.items()}
    for _ in range(steps):
        g = torch.func.grad(f)(moved, *support)
        way = {n: w - inner_lr * (g[n].detach() if first_order else g[n]) for n, w in way.items()}
        moved = {n: p + way[n] for n, p in params.items()}
    return f(moved, *query)


@pytest.mark.parametrize("form", [_maml_with_autograd, _maml_by_recursion, _maml_in_place_of_none])
def test_every_right_form_of_the_loss_is_accepted(form, capsys):
    assert check.hw15.maml_loss(form), capsys.readouterr().out
    assert check.hw15.maml_loss(form, first_order=True), capsys.readouterr().out


# --- the submission -------------------------------------------------------------------------------------------------


def test_malformed_submissions(tmp_path):
    homework = Homework("hw15")
    reference = pd.DataFrame({"id": np.arange(20), "class": np.arange(20) % 5})
    path = homework.submit(reference, tmp_path)
    assert homework.evaluate(path, reference).value == 1.0
    lines = path.read_text().splitlines()
    for text, says in [
        (lines[:-1], "19 rows below its header; the test set has 20"),
        ([*lines, lines[-1]], "21 rows"),
        ([lines[0], lines[2], lines[1], *lines[3:]], "the rows are in another order"),
        (["Id,Class", *lines[1:]], "must begin with the line 'id,class'"),
        ([*lines[:5], "4,5", *lines[6:]], "at most 4"),
        ([*lines[:5], "4,-1", *lines[6:]], "at least 0"),
        ([*lines[:5], "4,2.5", *lines[6:]], "column 'class'"),
        ([*lines[:5], "4,", *lines[6:]], "column 'class'"),
    ]:
        path.write_text("\n".join(text) + "\n")
        with pytest.raises(SubmissionError, match=says):
            homework.evaluate(path, reference)
