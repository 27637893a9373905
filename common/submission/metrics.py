"""The figures that the ladders are measured in. Each takes what is true and what was predicted, in the same order."""

import numpy as np


def mse(true: np.ndarray, predicted: np.ndarray) -> float:
    """Mean squared error of two arrays of equal shape."""
    true, predicted = _same_shape(true, predicted)
    return float(np.mean((true.astype(np.float64) - predicted.astype(np.float64)) ** 2))


def accuracy(true: np.ndarray, predicted: np.ndarray) -> float:
    """Share of equal entries, between 0 and 1."""
    true, predicted = _same_shape(true, predicted)
    return float(np.mean(true == predicted))


# the names that a card may use
METRICS = {"mse": mse, "accuracy": accuracy}


def _same_shape(true, predicted) -> tuple[np.ndarray, np.ndarray]:
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.shape != predicted.shape or true.size == 0:
        raise ValueError(
            f"need two arrays of one shape with at least one entry, got {true.shape} and {predicted.shape}"
        )
    return true, predicted
