"""What cheap answers look at: views of pictures without a network, and the plainest models of them.

A homework's cheap answers lie in `common/homeworks/hwNN/cheap.py`: functions of the splits that give an answer for each
test row without the lesson (a constant, a copy, a nearest neighbour, a linear model). An answer is an array of the one
column that the card asks for, in the order of the test rows, or the whole table. The card says where each ends.
"""

import numpy as np


def squares(images: np.ndarray, n: int = 8) -> np.ndarray:
    """(N, n * n * 3) mean colours, from 0 to 1, of n by n squares of images (N, S, S, 3) uint8; n divides S."""
    side = images.shape[1] // n
    return images.reshape(len(images), n, side, n, side, 3).mean(axis=(2, 4)).reshape(len(images), -1) / 255


def colours(images: np.ndarray) -> np.ndarray:
    """(N, 64) share of each of 64 colours in images (N, S, S, 3) uint8."""
    which = (images // 64).astype(int) @ [16, 4, 1]
    return np.stack([np.bincount(one.ravel(), minlength=64) for one in which]) / which[0].size


def nearest(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """The answer of the nearest known row (Euclidean) for each row of x_test."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(1).fit(x, y).predict(x_test)


def linear(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """The classes that a linear model of the standardised columns gives: ridge regression on indicators."""
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), RidgeClassifierCV(np.logspace(0, 5, 11))).fit(x, y).predict(x_test)
