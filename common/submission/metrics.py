"""The figures that the ladders are measured in. Each takes what is true and what was predicted, in the same order."""

from collections.abc import Sequence

import numpy as np


def mse(true: np.ndarray, predicted: np.ndarray) -> float:
    """Mean squared error of two arrays of equal shape."""
    true, predicted = _same_shape(true, predicted)
    return float(np.mean((true.astype(np.float64) - predicted.astype(np.float64)) ** 2))


def accuracy(true: np.ndarray, predicted: np.ndarray) -> float:
    """Share of equal entries, between 0 and 1."""
    true, predicted = _same_shape(true, predicted)
    return float(np.mean(true == predicted))


def roc_auc(true: np.ndarray, predicted: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive entry (`true` is 1) has a higher number than a negative one (0).

    A tie counts one half (Hanley & McNeil 1982). Between 0 and 1, 0.5 for numbers that say nothing. ValueError unless
    `true` holds zeros and ones, at least one of each, and where `predicted` holds NaN, which has no place in an order.
    """
    true, predicted = _same_shape(true, predicted)
    positive, values = true.ravel() == 1, predicted.ravel()
    n_positive, n = int(positive.sum()), len(values)
    if not np.isin(true, (0, 1)).all() or n_positive in (0, n):
        raise ValueError("need zeros and ones, at least one of each, as what is true")
    if n_missing := int(np.isnan(values).sum()):
        raise ValueError(f"{n_missing:,} of the {n:,} numbers to put in order are NaN")
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # from 1; equal values share the mean of their ranks
    pairs_won = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(pairs_won / (n_positive * (n - n_positive)))


def edit_distance(true: Sequence, heard: Sequence) -> int:
    """The fewest entries to leave out, put in or replace so that one sequence becomes the other (Levenshtein 1966)."""
    row = list(range(len(heard) + 1))  # from the empty sequence to each beginning of `heard`
    for i, entry in enumerate(true, 1):
        before, row = row, [i]
        for j, other in enumerate(heard):
            row.append(min(before[j] + (entry != other), before[j + 1] + 1, row[j] + 1))
    return row[-1]


# the names that a card may use
METRICS = {"mse": mse, "accuracy": accuracy, "roc_auc": roc_auc}


def _same_shape(true, predicted) -> tuple[np.ndarray, np.ndarray]:
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.shape != predicted.shape or true.size == 0:
        raise ValueError(
            f"need two arrays of one shape with at least one entry, got {true.shape} and {predicted.shape}"
        )
    return true, predicted
