"""Answers to homework 13 without a network."""

import numpy as np

from common.data.cheap import colours, linear, nearest, squares


def constant(splits) -> np.ndarray:
    return np.full(len(splits.test.x), np.bincount(splits.train.y).argmax())


def nearest_picture(splits) -> np.ndarray:
    return nearest(squares(splits.train.x), splits.train.y, squares(splits.test.x))


def linear_pixels(splits) -> np.ndarray:
    return linear(squares(splits.train.x), splits.train.y, squares(splits.test.x))


def linear_colours(splits) -> np.ndarray:
    return linear(colours(splits.train.x) ** 0.5, splits.train.y, colours(splits.test.x) ** 0.5)
