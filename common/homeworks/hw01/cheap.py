"""Answers to homework 1 without a network."""

import numpy as np


def constant(splits) -> np.ndarray:
    return np.full(len(splits.test), splits.labelled.y.mean())


def yesterday(splits) -> np.ndarray:
    """The share of the day before, copied."""
    return splits.test.x[:, _yesterday(splits)]


def nearest_window(splits) -> np.ndarray:
    known, asked = splits.labelled.x, splits.test.x
    scale = known.std(axis=0) + 1e-6
    near = [np.abs((known - row) / scale).sum(axis=1).argmin() for row in asked]
    return splits.labelled.y[near]


def ridge(splits) -> np.ndarray:
    """A linear model of all columns."""
    return _ridge(splits.labelled.x, splits.labelled.y, splits.test.x)


def ridge_of_the_change(splits) -> np.ndarray:
    """A linear model of the change since the day before."""
    before = _yesterday(splits)
    change = splits.labelled.y - splits.labelled.x[:, before]
    return splits.test.x[:, before] + _ridge(splits.labelled.x, change, splits.test.x)


def _yesterday(splits) -> int:
    return splits.columns.index(f"tested_positive.{splits.days - 2}")


def _ridge(x, y, x_test) -> np.ndarray:
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13))).fit(x, y).predict(x_test)
