"""Answers to homework 2 without a network."""

import numpy as np


def constant(splits) -> np.ndarray:
    return np.full(len(splits.test), np.bincount(splits.train.y).argmax())


def linear_frame(splits) -> np.ndarray:
    return _linear(splits, 0)


def linear_window(splits) -> np.ndarray:
    """A linear model of eleven frames."""
    return _linear(splits, 5)


def _linear(splits, context: int) -> np.ndarray:
    def stacked(part):
        first, last = (np.repeat(part.starts[cut], part.lengths)[:, None] for cut in (slice(None, -1), slice(1, None)))
        rows = np.arange(len(part))[:, None] + np.arange(-context, context + 1)
        x = part.x[np.clip(rows, first, last - 1)].reshape(len(part), -1)
        return np.column_stack([x, np.ones(len(x), dtype=np.float32)])

    x, y = stacked(splits.train), np.eye(len(splits.classes), dtype=np.float32)[splits.train.y]
    weights = np.linalg.solve(x.T @ x + 10 * np.eye(x.shape[1], dtype=np.float32), x.T @ y)
    return (stacked(splits.test) @ weights).argmax(axis=1)
