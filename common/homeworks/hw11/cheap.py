"""Answers to homework 11 without a network: what photographs and drawings have in common, as it is."""

import numpy as np

from common.data.cheap import linear, nearest

CELL, DIRECTIONS = 8, 9  # pixels across of a cell of the histogram; bins between 0 and 180 degrees


def constant(splits) -> np.ndarray:
    return np.zeros(len(splits.test), int)


def nearest_edges(splits) -> np.ndarray:
    """By how steeply brightness changes, softened so that an outline need not lie in the very same place."""
    photos, drawings = (_pooled(np.hypot(*np.gradient(x, axis=(1, 2))), 2) for x in _grey(splits))
    return nearest(_unit(photos), splits.train.y, _unit(drawings))


def linear_directions(splits) -> np.ndarray:
    """A linear model of histograms of edge directions (HOG; Dalal & Triggs 2005)."""
    photos, drawings = map(_histograms, _grey(splits))
    return linear(photos, splits.train.y, drawings)


def linear_directions_aligned(splits) -> np.ndarray:
    """The same, with each column's mean and spread taken from its own domain (as AdaBN does in a network)."""
    photos, drawings = (_standardised(_histograms(x)) for x in _grey(splits))
    return linear(photos, splits.train.y, drawings)


def _grey(splits) -> tuple[np.ndarray, np.ndarray]:
    """Photographs and drawings, (N, 32, 32) float32."""
    photos = splits.train.x.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return photos, np.pad(splits.test.x, ((0, 0), (2, 2), (2, 2))).astype(np.float32)


def _pooled(x: np.ndarray, size: int) -> np.ndarray:
    n, side = len(x), x.shape[1] // size
    return x.reshape(n, side, size, side, size).sum(axis=(2, 4))


def _histograms(x: np.ndarray) -> np.ndarray:
    """Edge directions weighted by how steep the edge is, in each cell: (N, 32, 32) to (N, 4 * 4 * 9)."""
    down, right = np.gradient(x, axis=(1, 2))
    steep, angle = np.hypot(down, right), np.arctan2(down, right) % np.pi
    bins = np.minimum((angle * (DIRECTIONS / np.pi)).astype(int), DIRECTIONS - 1)
    return _unit(np.stack([_pooled(steep * (bins == k), CELL) for k in range(DIRECTIONS)], axis=-1))


def _unit(x: np.ndarray) -> np.ndarray:
    x = x.reshape(len(x), -1)
    return x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-6)


def _standardised(x: np.ndarray) -> np.ndarray:
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
