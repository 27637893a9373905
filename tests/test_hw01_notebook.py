"""The functions that the notebooks of homework 1 define, run tiny."""

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from common import check, set_seed
from common.homeworks.hw01 import data as hw01
from common.notebooks import books
from common.submission.card import RUNGS, find_card

STARTER, SOLUTION = books.paths(find_card("hw01"))
SPLITS = hw01.builtin("smoke", 3)[0]
PIECES = {
    "simple": ("raw", "Level", "sgd"),
    "medium": ("raw", "Level", "adamw"),
    "strong": ("all_of_them", "Change", "adamw"),
    "boss": ("survey_in_odds", "ChangeInOdds", "adamw"),
}


def namespace(path, rung="simple"):
    """A notebook's definitions, with the few values that its other cells would have set, made tiny."""
    names = books.definitions(path)
    names |= {"splits": SPLITS, "n_states": len(SPLITS.states), "device": torch.device("cpu"), "RUNG": rung}
    names |= {"YESTERDAY": SPLITS.columns.index("tested_positive.3"), "epochs": 3, "batch_size": 64, "lr": 1e-5}
    names["quiet_fit"] = names["fit"]
    if path == SOLUTION:  # what its table METHODS says
        inputs, net, steps = PIECES[rung]
        names |= {"prepare": names[inputs], "Net": names[net], "make_optimizer": names[steps]}
        names["n_folds"] = 5 if rung == "boss" else 1
    return names


@pytest.mark.parametrize("path, rung", [(STARTER, "simple"), *((SOLUTION, rung) for rung in RUNGS)])
def test_loop_by_hand_equals_fit(path, rung):
    names = namespace(path, rung)
    runs = []
    for loop in (names["loop_by_hand"], names["fit"]):
        set_seed(1)
        runs.append(names["train_network"](SPLITS.train, SPLITS.validation, loop=loop))
    (by_hand, ours), (with_fit, theirs) = runs
    assert ours["loss"] == theirs["loss"] and ours["val_loss"] == theirs["val_loss"]
    for a, b in zip(by_hand.state_dict().values(), with_fit.state_dict().values(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("path, rung", [(STARTER, "simple"), *((SOLUTION, rung) for rung in RUNGS)])
def test_answers_are_repeatable_percentages(path, rung):
    names = namespace(path, rung)
    given = []
    for _ in range(2):
        set_seed(1)
        given.append(names["answer"](SPLITS.labelled, SPLITS.test))
    assert given[0].shape == (len(SPLITS.test),) and np.isfinite(given[0]).all()
    assert np.array_equal(*given)


def test_cross_validation_asks_every_row_once_and_hides_its_days():
    names = namespace(STARTER)
    asked_rows, rows = [], SPLITS.labelled

    def answer(known, asked):
        assert not set(zip(known.timeline, known.day, strict=True)) & set(zip(asked.timeline, asked.day, strict=True))
        asked_rows.extend(asked.id)
        return asked.y + 2

    names["answer"] = answer
    assert names["cross_validate"](rows) == pytest.approx(4, rel=1e-5)
    assert sorted(asked_rows) == sorted(rows.id)


def test_standardise_agrees_with_scikit_learn():
    names = namespace(SOLUTION)
    known, x = torch.from_numpy(SPLITS.train.x), torch.from_numpy(SPLITS.validation.x)
    theirs = StandardScaler().fit(known.double()).transform(x.double())
    ours = names["standardise"](known.double(), x.double()).numpy()
    assert np.allclose(ours, theirs * np.sqrt((len(known) - 1) / len(known)))
    assert check.hw01.standardise(names["standardise"])


def test_stub_of_the_starter_is_not_done_yet(capsys):
    assert not check.hw01.standardise(namespace(STARTER)["standardise"])
    assert "not done yet" in capsys.readouterr().out


def test_log_odds_are_undone_by_the_sigmoid():
    names = namespace(SOLUTION)
    percent = torch.linspace(0, 100, 101)
    assert torch.allclose(100.6 * torch.sigmoid(names["log_odds"](percent)) - 0.3, percent, atol=1e-3)


def test_boss_copies_yesterday_before_it_has_learned():
    names = namespace(SOLUTION, "boss")
    last = torch.tensor([1.0, 10.0, 35.0])
    assert torch.allclose(names["Net"](4)(torch.randn(3, 4), last), last, atol=0.35)


def test_a_random_split_flatters():
    """What the notebook shows: looking up the most similar row is good on a random split, and bad on a blocked one."""
    nearest = namespace(STARTER)["nearest_answer"]
    rows = hw01.builtin("standard")[0].labelled
    shuffled = np.random.default_rng(0).permutation(len(rows))
    known, asked = hw01.blocked_folds(rows)[-1]
    scores = []
    for a, b in ((shuffled[500:], shuffled[:500]), (known, asked)):
        scores.append(float(np.mean((nearest(rows[a], rows[b]) - rows.y[b]) ** 2)))
    assert scores[1] > 3 * scores[0]
