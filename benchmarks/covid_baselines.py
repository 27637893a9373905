"""Homework 1 on the five blocked folds of its notebook: what answers without a network get, and what its rungs do.

    python benchmarks/covid_baselines.py [--data builtin | original | FOLDER] [--rungs simple,boss] [--seeds 2022,1]

Prints the mean squared error over all folds (and on the test set, where its answers are known) of the mean, of copying
yesterday, and of linear fits by scikit-learn, whose penalties are chosen inside each fold by blocked cross-validation.
With `--rungs` of these rungs of the solution instead, once per training seed.
"""

import argparse
from dataclasses import replace
from functools import partial

import numpy as np
from cells import defined
from sklearn.linear_model import LassoCV, LinearRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common import data
from common.homeworks.hw01.data import blocked_folds


def mean(known, asked, splits):
    return np.full(len(asked), known.y.mean())


def yesterday(known, asked, splits):
    return asked.x[:, splits.columns.index(f"tested_positive.{splits.days - 2}")]


def linear(known, asked, splits, *, model, columns=None, best=None):
    """`model` fitted to the columns that begin with `columns`, or to the `best` most correlated ones, or to all."""
    chosen = np.arange(known.x.shape[1])
    if columns:
        chosen = np.array([i for i, name in enumerate(splits.columns) if name.startswith(columns)])
    if best:
        with np.errstate(invalid="ignore"):
            r = np.nan_to_num(np.corrcoef(known.x, known.y, rowvar=False)[-1, :-1])
        chosen = np.argsort(-np.abs(r))[:best]
    fitted = make_pipeline(StandardScaler(), model(known, splits)).fit(known.x[:, chosen].astype(float), known.y)
    return fitted.predict(asked.x[:, chosen].astype(float))


def ols(known, splits):
    return LinearRegression()


def ridge(known, splits):
    return RidgeCV(np.logspace(-2, 4, 25), cv=blocked_folds(known, days=splits.days))


def lasso(known, splits):
    return LassoCV(cv=blocked_folds(known, days=splits.days), alphas=np.logspace(-4, 0, 25), max_iter=20_000)


def of_the_change(known, asked, splits):
    """Ridge regression of the change since yesterday."""
    change = replace(known, y=known.y - yesterday(known, known, splits))
    return yesterday(known, asked, splits) + linear(change, asked, splits, model=ridge)


def network(rung, seed, source):
    """A rung of the solution, by the notebook's own cells."""
    space = defined("hw01", CELLS, seed, rung, DATA=source)

    def answer(known, asked, splits):
        space["set_seed"](seed)
        return space["answer"](known, asked)

    return answer


CELLS = ("imports", "load", "columns", "yesterday", "standardise", "prepare", "net", "optimizer")
CELLS += ("loop", "train-network", "run", "predict", "answer")
METHODS = {
    "the mean": mean,
    "copying yesterday": yesterday,
    "OLS, past positive rates": partial(linear, model=ols, columns="tested_positive"),
    "OLS, 24 best columns": partial(linear, model=ols, best=24),
    "OLS, all columns": partial(linear, model=ols),
    "ridge, all columns": partial(linear, model=ridge),
    "lasso, all columns": partial(linear, model=lasso),
    "ridge, change since yesterday": of_the_change,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="builtin")
    parser.add_argument("--rungs", default="")
    parser.add_argument("--seeds", default="2022")
    chosen = parser.parse_args()
    source, rungs = chosen.data, [rung for rung in chosen.rungs.split(",") if rung]
    splits = data.load("hw01", source=source)
    reference = data.reference("hw01", source=source)
    rows = splits.labelled
    print(f"{splits.about}: {len(rows):,} rows, 5 blocked folds\n\n{'method':30s}{'folds':>8s}{'test':>8s}")
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    methods = {f"{rung}, seed {seed}": network(rung, seed, source) for rung in rungs for seed in seeds}
    for name, method in (methods or METHODS).items():
        folds = blocked_folds(rows, days=splits.days)
        errors = [method(rows[known], rows[asked], splits) - rows.y[asked] for known, asked in folds]
        line = f"{name:30s}{np.mean(np.concatenate(errors) ** 2):8.3f}"
        if "tested_positive" in reference:
            line += f"{np.mean((method(rows, splits.test, splits) - reference['tested_positive']) ** 2):8.3f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
