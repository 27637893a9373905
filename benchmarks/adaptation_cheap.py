"""Homework 11: how far do answers get that need no adaptation, and hardly any learning? Accuracy on the drawings.

    python benchmarks/adaptation_cheap.py [--data-seed 2022] [--photos 3600] [--drawings 8000]

- a constant: one class for all
- nearest photograph: by pixels, by edges, by edges that were blurred a little
- linear: logistic regression on histograms of edge directions (HOG; Dalal & Triggs 2005) of photographs
- linear, aligned: the same after both domains got mean 0 and spread 1 each (what AdaBN does to a layer)
- clustering: k-means of the drawings' histograms, each cluster named after the nearest photographs
"""

import argparse

import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from common.homeworks.hw11 import data as hw11
from common.notebooks import books
from common.submission.card import find_card

CELL, DIRECTIONS = 8, 9  # pixels across of a cell of the histogram; bins between 0 and 180 degrees


def histograms(pictures: torch.Tensor) -> np.ndarray:
    """Of edge directions, weighted by how steep the edge is: (N, 1, 32, 32) uint8 to (N, 4 * 4 * 9)."""
    x = pictures[:, 0].numpy().astype(np.float32)
    down, right = np.gradient(x, axis=(1, 2))
    steep, angle = np.hypot(down, right), np.arctan2(down, right) % np.pi
    bins = np.minimum((angle / np.pi * DIRECTIONS).astype(int), DIRECTIONS - 1)
    cells = [steep * (bins == k) for k in range(DIRECTIONS)]
    pooled = np.stack([c.reshape(-1, 32 // CELL, CELL, 32 // CELL, CELL).sum(axis=(2, 4)) for c in cells], axis=-1)
    return pooled.reshape(len(x), -1) / (np.linalg.norm(pooled.reshape(len(x), -1), axis=1, keepdims=True) + 1e-6)


def blurred(pictures: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.avg_pool2d(pictures.float(), 5, stride=2, padding=2)


def scores(seed: int, n_photos: int, n_drawings: int) -> dict[str, float]:
    splits, reference = hw11.builtin("standard", seed)
    notebook = books.definitions(books.paths(find_card("hw11"))[1])
    pick = np.random.default_rng(0).permutation(len(splits.train))[:n_photos]
    photos, y = notebook["grey"](splits.train.x[pick]), splits.train.y[pick]
    drawings, truth = notebook["framed"](splits.test.x[:n_drawings]), reference["label"].to_numpy()[:n_drawings]
    edges = [notebook["edges"](x) for x in (photos, drawings)]

    def nearest(source, target):
        flat = [np.asarray(x, np.float32).reshape(len(x), -1) for x in (source, target)]
        flat = [x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-6) for x in flat]
        return KNeighborsClassifier(5).fit(flat[0], y).predict(flat[1])

    hog = [histograms(x) for x in (photos, drawings)]
    aligned = [StandardScaler().fit_transform(x) for x in hog]
    linear = LogisticRegression(C=10, max_iter=300)
    clusters = KMeans(40, n_init=2, random_state=0).fit(aligned[1])
    votes = nearest(aligned[0], clusters.cluster_centers_)
    answers = {
        "a constant": np.zeros_like(truth),
        "nearest photograph, pixels": nearest(photos, drawings),
        "nearest photograph, edges": nearest(*edges),
        "nearest photograph, blurred edges": nearest(*map(blurred, edges)),
        "linear on edge directions": linear.fit(hog[0], y).predict(hog[1]),
        "linear on edge directions, aligned": linear.fit(aligned[0], y).predict(aligned[1]),
        "40 clusters of edge directions": votes[clusters.labels_],
    }
    return {name: float((given == truth).mean()) for name, given in answers.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-seed", type=int, default=hw11.SEED)
    parser.add_argument("--photos", type=int, default=3600)
    parser.add_argument("--drawings", type=int, default=8000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, score in scores(arguments.data_seed, arguments.photos, arguments.drawings).items():
        print(f"{name:36s}{score:.3f}")


if __name__ == "__main__":
    main()
