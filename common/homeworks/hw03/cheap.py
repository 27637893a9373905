"""Answers to homework 3 without a network."""

import numpy as np

from common.data.cheap import colours, linear, nearest, squares


def constant(splits) -> np.ndarray:
    return np.full(len(splits.test.x), np.bincount(splits.labelled.y).argmax())


def nearest_picture(splits) -> np.ndarray:
    return nearest(squares(splits.labelled.x), splits.labelled.y, squares(splits.test.x))


def linear_pixels(splits) -> np.ndarray:
    return linear(squares(splits.labelled.x), splits.labelled.y, squares(splits.test.x))


def linear_colours(splits) -> np.ndarray:
    return linear(colours(splits.labelled.x) ** 0.5, splits.labelled.y, colours(splits.test.x) ** 0.5)
