"""Homework 1: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/covid_ladder.py [--seeds 1] [--data-seed 2022] [--only simple: medium: ...] [--profile standard]

Prints the mean squared error on the test set, which the ladder counts, cut off at 0 and 100 % as the notebook does. The
controls of a rung are that rung without its idea, and train at least as long. A line takes a second or two, boss ten.
"""

import time

import numpy as np
import torch
from cells import asked, defined, run

from common.homeworks.hw01 import data as hw01
from common.homeworks.hw01.data import TARGET

CELLS = ("imports", "columns", "yesterday", "standardise", "prepare", "net", "optimizer")
CELLS += ("loop", "train-network", "run", "predict", "answer")


def gradient_descent(lr: float):
    return lambda model: torch.optim.SGD(model.parameters(), lr=lr)


def best_columns(space: dict, n: int = 24):
    """Inputs: the columns that correlate most with the answer, standardised."""

    def prepare(rows, known):
        with np.errstate(invalid="ignore"):  # a column that never changes has no correlation
            r = np.nan_to_num(np.corrcoef(known.x, known.y, rowvar=False)[-1, :-1])
        best = np.argsort(-np.abs(r), kind="stable")[:n]
        return space["standardise"](torch.from_numpy(known.x[:, best]), torch.from_numpy(rows.x[:, best]))

    return prepare


LINES = {  # name -> whose settings, and what is changed; a name in quotes is one that the cells define
    "simple: plain gradient descent": ("simple", {}),
    "medium: AdamW": ("medium", {}),
    "strong: the change": ("strong", {}),
    "boss: many small gains": ("boss", {}),
    "plain gradient descent of .0001, 200 epochs": ("simple", {"make_optimizer": gradient_descent(1e-4)}),
    "plain gradient descent of .0001, 500 epochs": (
        "simple",
        {"make_optimizer": gradient_descent(1e-4), "epochs": 500},
    ),
    "plain gradient descent of .0002, 200 epochs": ("simple", {"make_optimizer": gradient_descent(2e-4)}),
    "plain gradient descent of .0002, 500 epochs": (
        "simple",
        {"make_optimizer": gradient_descent(2e-4), "epochs": 500},
    ),
    "24 columns, standardised, AdamW": ("medium", {"prepare": best_columns, "epochs": 200}),
    "24 columns, standardised, plain gradient descent": (
        "medium",
        {"prepare": best_columns, "make_optimizer": gradient_descent(3e-3), "epochs": 200},
    ),
    "medium for 200 epochs": ("medium", {"epochs": 200}),
    "medium for 500 epochs": ("medium", {"epochs": 500}),
    "the level, standardised, 200 epochs": ("strong", {"Net": "Level", "epochs": 200}),
    "the change, columns as they come": ("strong", {"prepare": "raw"}),
    "strong for 600 epochs": ("strong", {"epochs": 600}),
    "strong for 120 epochs, and a vote": ("strong", {"epochs": 120, "n_folds": 5}),
    "strong without flags, for 120 epochs": ("strong", {"prepare": "survey", "epochs": 120}),
    "strong with boss's units, for 120 epochs": ("strong", {"Net": "WideChange", "epochs": 120}),
    "strong in odds, for 120 epochs": ("boss", {"prepare": "flags_too", "Net": "OddsAsStrong", "n_folds": 1}),
    "without flags, and a vote": ("strong", {"prepare": "survey", "epochs": 120, "n_folds": 5}),
    "in odds, and a vote": ("boss", {"prepare": "flags_too", "Net": "OddsAsStrong"}),
    "boss in percent": ("boss", {"prepare": "survey", "Net": "WideChange"}),
    "boss with flags": ("boss", {"prepare": "flags_too"}),
    "boss with ReLU": ("boss", {"Net": "WithReLU"}),
    "boss without the vote": ("boss", {"n_folds": 1}),
}


def trained(name: str, seed: int, given: dict) -> np.ndarray:
    """What a rung, or a change of one, says about the test set."""
    rung, changes = LINES[name]
    space = defined("hw01", CELLS[:7], seed, rung, **given)
    epochs, space["epochs"] = space["epochs"], 1  # some of the cells train on their way
    run("hw01", CELLS[7:], space)
    untrained = {"train_network": lambda *_, **__: (None, {"val_loss": [0.0]})}
    run("hw01", ("parts",), parts := space | untrained)
    narrow = {"widths": space["Level"].widths, "activation": torch.nn.ReLU}
    space["OddsAsStrong"] = type("OddsAsStrong", (space["ChangeInOdds"],), narrow)
    space |= {part: parts[part] for part in ("survey", "flags_too", "WideChange", "WithReLU")} | {"epochs": epochs}
    for part, change in changes.items():
        if change is best_columns:
            change = best_columns(space)
        space[part] = space[change] if isinstance(change, str) else change
    space["set_seed"](seed)
    return np.clip(space["answer"](space["labelled"], space["test"]), 0, 100)


def main() -> None:
    options = asked("Rungs and controls of homework 1.", LINES, hw01.SEED)
    torch.set_num_threads(1)
    splits, reference = hw01.builtin(options.profile, options.data_seed)
    truth = reference[TARGET].to_numpy()
    given = {name: getattr(splits, name) for name in ("labelled", "train", "validation", "test")}
    given |= {"splits": splits, "PROFILE": options.profile}
    for seed in options.seeds:
        for name in options.only:
            began = time.process_time()
            score = np.mean((trained(name, seed, given) - truth) ** 2)
            seconds = time.process_time() - began
            print(f"data {options.data_seed}  seed {seed}  {name:50s}{score:.4f}  {seconds:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
