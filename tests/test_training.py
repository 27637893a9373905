"""`fit` against loops written by hand, and each of its promises by itself."""

import copy
import json
import math
import re

import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from common import batches, fit
from common.errors import HomeworkError
from common.training import loop as training


def regression(rows=120, seed=0):
    """x (rows, 5), y (rows, 1): a line, a bend and noise."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, 5, generator=generator)
    y = x[:, :1] * 2 - x[:, 1:2].abs() + 0.1 * torch.randn(rows, 1, generator=generator)
    return x, y


def network(seed=0, dropout=0.1):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 1))


def step_of(model):
    def step(batch):
        x, y = batch
        return functional.mse_loss(model(x), y)

    return step


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def train(net, epochs=3, optimizer=None, **options):
    x, y = regression()
    optimizer = optimizer or torch.optim.SGD(net.parameters(), lr=0.05)
    loop = batches(x, y, batch_size=32, shuffle=True)
    return fit(step_of(net), loop, optimizer, epochs=epochs, **({"model": net, "progress": False} | options))


@pytest.mark.parametrize("extras", [False, True])
def test_same_bits_as_a_loop_written_by_hand(extras):
    """Dropout, batch norm, shuffling, Adam, a schedule and clipping: weights and history agree to the last bit."""
    x, y = regression()

    by_hand = network()
    optimizer = torch.optim.AdamW(by_hand.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=16)
    losses, validated = [], []
    torch.manual_seed(1)
    for _ in range(4):
        by_hand.train()
        order, epoch_losses = torch.randperm(120), []
        for i in range(0, 120, 32):
            rows = order[i : i + 32]
            loss = functional.mse_loss(by_hand(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(by_hand.parameters(), 0.5)
            optimizer.step()
            schedule.step()
            epoch_losses.append(loss.detach())
        losses.append(torch.stack(epoch_losses).mean().item())
        by_hand.eval()
        with torch.no_grad():
            validated.append(functional.mse_loss(by_hand(x), y).item())

    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=16)

    def step(batch):
        loss = step_of(model)(batch)
        return {"loss": loss, "twice": 2 * loss, "seven": 7} if extras else loss

    last = {}

    def validate():
        assert not model.training and not torch.is_grad_enabled()
        last.update(weights(model))
        return functional.mse_loss(model(x), y)

    torch.manual_seed(1)
    loop = batches(x, y, batch_size=32, shuffle=True)
    options = {"model": model, "validate": validate, "schedule": schedule, "clip": 0.5, "progress": False}
    history = fit(step, loop, optimizer, epochs=4, **options)
    assert same(last, by_hand.state_dict())
    assert history["loss"] == losses and history["val_loss"] == validated
    if extras:
        assert history["twice"] == pytest.approx([2 * loss for loss in losses]) and history["seven"] == [7.0] * 4


def test_training_learns_and_leaves_the_model_ready_to_predict():
    model = network()
    history = train(model, epochs=20)
    assert history["loss"][-1] < 0.5 * history["loss"][0] and history.epochs == 20
    assert not model.training and history.best_epoch is None
    table = pd.DataFrame(history)
    assert list(table.columns) == ["loss"] and len(table) == 20
    json.dumps(history)  # plain numbers: goes into metrics.json as it is


def test_without_a_model_nothing_is_switched():
    model = network().eval()
    train(model, model=None, validate=lambda: 1.0)
    assert not model.training


def test_accumulated_batches_are_one_big_batch_also_the_last_incomplete_group():
    x, y = regression(88)  # 11 batches of 8: groups of 4, 4 and 3
    small, big = (nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1)).double() for _ in range(2))
    big.load_state_dict(small.state_dict())
    x, y = x.double(), y.double()
    seen = []
    for model, batch_size, accumulate in ((small, 8, 4), (big, 32, 1)):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        loop = batches(x, y, batch_size=batch_size)
        fit(
            step_of(model),
            loop,
            optimizer,
            epochs=3,
            schedule=schedule,
            accumulate=accumulate,
            clip=0.3,
            progress=False,
        )
        seen.append(schedule.last_epoch)
    assert seen == [9, 9]  # the schedule counts optimizer steps
    for name, tensor in small.state_dict().items():
        torch.testing.assert_close(tensor, big.state_dict()[name], rtol=1e-10, atol=1e-12)


def test_clip_shortens_the_gradient_to_the_norm_given():
    weight = nn.Parameter(torch.zeros(3))
    direction = torch.tensor([3.0, 0.0, 4.0])
    optimizer = torch.optim.SGD([weight], lr=1.0)
    fit(lambda _: (weight * direction).sum(), [0], optimizer, epochs=1, clip=0.5, progress=False)
    torch.testing.assert_close(weight.detach(), -0.5 * direction / 5)
    fit(lambda _: (weight * direction).sum(), [0], optimizer, epochs=1, clip=50.0, progress=False)
    torch.testing.assert_close(weight.detach(), -0.5 * direction / 5 - direction)  # short ones stay as they are


@pytest.mark.parametrize(("mode", "best"), [("min", 2), ("max", 4)])
def test_the_weights_of_the_best_epoch_come_back(mode, best):
    model, each, values = network(), [], iter([3.0, 1.0, 2.0, 5.0, 4.0])

    def validate():
        each.append(weights(model))
        return {"loss": 0.0, "score": next(values)}

    history = train(model, epochs=5, validate=validate, monitor="score", mode=mode)
    assert history.best_epoch == best and history["val_score"] == [3.0, 1.0, 2.0, 5.0, 4.0]
    assert same(model.state_dict(), each[best - 1]) and not same(each[best - 1], each[-1])


def test_patience_counts_epochs_without_a_better_one():
    values = iter([5.0, 4.0, 4.0, 4.5, 3.0, math.nan, 3.1, 3.2, 1.0])
    history = train(network(), epochs=50, validate=lambda: next(values), patience=3)
    assert history.epochs == 8 and history.best_epoch == 5
    history = train(network(), epochs=50, validate=lambda: math.nan, patience=4)
    assert history.epochs == 4 and history.best_epoch is None


@pytest.mark.parametrize("precision", ["bf16", "auto"])
def test_bf16_runs_the_step_in_bf16_and_validates_in_fp32(precision, monkeypatch):
    monkeypatch.setattr(training, "has_fast_bf16", lambda device: True)
    model, seen = network(), set()
    model[0].register_forward_hook(lambda module, inputs, output: seen.add((model.training, output.dtype)))
    x, y = regression()
    validate = lambda: functional.mse_loss(model(x), y)  # noqa: E731
    history = train(model, epochs=10, precision=precision, validate=validate)
    assert seen == {(True, torch.bfloat16), (False, torch.float32)}
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
    assert history["loss"][-1] < 0.7 * history["loss"][0]


def test_auto_is_fp32_where_bf16_is_slow(monkeypatch):
    monkeypatch.setattr(training, "has_fast_bf16", lambda device: False)
    auto, plain = network(), network()
    torch.manual_seed(0)
    train(auto, precision="auto")
    torch.manual_seed(0)
    train(plain)
    assert same(auto.state_dict(), plain.state_dict())


def test_has_fast_bf16_answers_for_every_device():
    assert training.has_fast_bf16(torch.device("cpu")) in (True, False)
    assert training.has_fast_bf16(torch.device("mps")) is False


def test_a_loss_that_is_not_finite_stops_with_one_sentence():
    x, y = regression()
    loop = batches(x, y, batch_size=32)
    model = nn.Linear(5, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e12)
    with pytest.raises(HomeworkError, match=r"became (nan|inf) in epoch \d+.*lower the learning rate") as caught:
        fit(step_of(model), loop, optimizer, epochs=50, progress=False)
    assert "\n" not in str(caught.value)


parameter = nn.Parameter(torch.zeros(2))


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "None .is there a `return loss`"),
        (1.5, "a float"),
        (parameter * 1, r"shape \[2\] .take its mean"),
        (parameter.sum().detach(), "without a gradient"),
        ({"accuracy": 1.0}, "a dict with 'accuracy'"),
        ({"loss": None}, "under 'loss' None"),
    ],
)
def test_a_step_that_returns_something_else(result, message):
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    with pytest.raises(HomeworkError, match=message):
        fit(lambda _: result, [0], optimizer, epochs=1, progress=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, but is 0"),
        ({"accumulate": 0}, "accumulate must be"),
        ({"mode": "best"}, "mode must be"),
        ({"precision": "fp16"}, 'precision must be "fp32"'),
        ({"patience": 3}, "patience needs validate="),
        ({"patience": 0, "validate": lambda: 1.0}, "patience must be at least 1"),
        ({"validate": 0.3}, "without parentheses"),
        ({"validate": lambda: None}, "validate.. must return a number .* it returned None"),
        ({"validate": lambda: {"accuracy": 1.0}}, "monitor='loss' is not among .*'accuracy'"),
        ({"model": None, "checkpoint": "x.ckpt"}, "checkpoint needs model="),
        ({"model": nn.Linear(5, 1)}, "parameters that model= does not hold"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(HomeworkError, match=message) as caught:
        train(network(), **options)
    assert "\n" not in str(caught.value)


def test_schedules_that_do_not_fit():
    model = network()
    optimizer, other = (torch.optim.SGD(model.parameters(), lr=0.1) for _ in range(2))
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    with pytest.raises(HomeworkError, match="ReduceLROnPlateau"):
        train(model, optimizer=optimizer, schedule=plateau)
    with pytest.raises(HomeworkError, match="another optimizer"):
        train(model, optimizer=optimizer, schedule=torch.optim.lr_scheduler.ExponentialLR(other, 0.9))


def test_batches_that_run_out():
    x, y = regression()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    once = iter(batches(x, y, batch_size=32))
    with pytest.raises(HomeworkError, match="no batch in epoch 2"):
        fit(step_of(model), once, optimizer, epochs=3, progress=False)


def test_best_weights_are_copies():
    """A reference to the weights would go on training with them."""
    model = network()
    values = iter([1.0, 2.0])
    first = {}

    def validate():
        if not first:
            first.update(weights(model))
        return next(values)

    train(model, epochs=2, validate=validate)
    assert same(model.state_dict(), first)


def test_gradients_from_before_do_not_count():
    clean, dirty = network(dropout=0.0), network(dropout=0.0)
    step_of(dirty)(regression(seed=9)).backward()
    dirty.load_state_dict(copy.deepcopy(clean.state_dict()))  # the forward pass moved the running mean
    for model in (clean, dirty):
        torch.manual_seed(0)
        train(model)
    assert same(clean.state_dict(), dirty.state_dict())


def test_what_is_on_the_screen(capsys, monkeypatch):
    monkeypatch.delenv("HW_PROGRESS", raising=False)
    train(network(), epochs=3, progress=True)
    out, err = capsys.readouterr()  # not a terminal: one line, and nothing on stderr
    assert err == "" and re.fullmatch(r"3 epochs in \d+\.\d s: loss \d\.\d{4}\n", out)
    values = iter([2.0, 1.0, 3.0, 4.0])
    train(network(), epochs=9, progress=True, validate=lambda: next(values), patience=2)
    expected = r"stopped after 4 of 9 epochs in .*: loss .*, val_loss 4.0000; best 1.0000 at epoch 2 \(these.*kept\)\n"
    assert re.fullmatch(expected, capsys.readouterr().out)
    train(network(), epochs=3, progress=False)
    assert capsys.readouterr().out == ""
