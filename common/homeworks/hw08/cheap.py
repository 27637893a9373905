"""Answers to homework 8 without a network: numbers that are larger, one hopes, for odd faces."""

import numpy as np
import torch
from torch.nn import functional


def brightness(splits) -> np.ndarray:
    return splits.test.x.mean(axis=(1, 2, 3))


def contrast(splits) -> np.ndarray:
    return splits.test.x.std(axis=(1, 2, 3))


def edges(splits) -> np.ndarray:
    x = splits.test.x.astype(np.int16)
    return np.abs(np.diff(x, axis=1)).mean(axis=(1, 2, 3)) + np.abs(np.diff(x, axis=2)).mean(axis=(1, 2, 3))


def far_from_the_mean(splits) -> np.ndarray:
    return ((splits.test.x - splits.train.x.mean(axis=0)) ** 2).mean(axis=(1, 2, 3))


def nearest_face(splits, across: int = 8) -> np.ndarray:
    """How far the most similar face of the training set is, as small pictures of `across` pixels."""
    test, train = (functional.adaptive_avg_pool2d(_tensor(part), across).flatten(1) for part in _both(splits))
    return torch.cdist(test, train).min(dim=1).values.numpy()


def nearest_colors(splits, bins: int = 4) -> np.ndarray:
    """How far the most similar face of the training set is by its colours alone, wherever in the picture they are.

    Square roots of histograms with `bins` steps of each channel, so that distances are Hellinger's.
    """
    test, train = (torch.from_numpy(_color_histograms(images, bins)) for images in _both(splits))
    return torch.cdist(test, train).min(dim=1).values.numpy()


def components(splits, k: int = 64, square: int = 1) -> np.ndarray:
    """What is left of a face outside the first k principal components, averaged over squares of pixels."""
    test, train = (_tensor(part) for part in _both(splits))
    centre = train.mean(dim=0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        _, _, directions = torch.pca_lowrank((train - centre).flatten(1), k, niter=4)
    flat = (test - centre).flatten(1)
    rest = (flat - flat @ directions @ directions.T).view_as(test)
    return functional.avg_pool2d(rest, square).pow(2).mean(dim=(1, 2, 3)).numpy()


def components_from_afar(splits) -> np.ndarray:
    return components(splits, square=4)


def _both(splits) -> tuple[np.ndarray, np.ndarray]:
    return splits.test.x, splits.train.x


def _color_histograms(images: np.ndarray, bins: int) -> np.ndarray:
    """Roots of the share of pixels of each colour: (N, S, S, 3) uint8 to (N, bins ** 3) float32."""
    steps = images.astype(np.int64) * bins // 256
    colors = (steps @ [bins**2, bins, 1]).reshape(len(images), -1)
    which = colors + bins**3 * np.arange(len(images))[:, None]
    counts = np.bincount(which.ravel(), minlength=len(images) * bins**3).reshape(len(images), -1)
    return np.sqrt(counts / colors.shape[1]).astype(np.float32)


def _tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
