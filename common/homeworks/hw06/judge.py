"""Homework 6 is measured by the Fréchet distance between what was generated and faces that nobody has seen.

Lower is better; 1,000 real pictures against 1,000 others are the floor (the card and the notebooks print it). Beside it
stands the share of pictures in which the detector finds a face. It is no second hurdle: the distance is measured on the
detector's own features, so that pictures without faces are far from the real ones already, while the share alone
cannot see that a generator draws one face a thousand times.

Pictures that are copies are refused. That pictures come from a network, and not from the program that drew the training
faces, files alone cannot show; `judge_gan` and `judge_diffusion` make sure by drawing from the weights themselves.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from common.errors import SubmissionError
from common.homeworks.hw06 import zoo

MOST_COPIES = 0.2  # of the pictures may lie as near to one learnt from as only 1 % of new faces do
TOLERANCE = 2.0  # grey levels in the mean over a picture, for other processors and rounding


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """The Fréchet distance of the pictures in `answers`; lower is better.

    reference: the columns file, image (faces nobody saw) and learnt (those that the generator learnt from). Raises
    SubmissionError where too many pictures are copies.
    """
    return compare(reference, np.stack(answers["image"].tolist()))


def compare(reference: pd.DataFrame, images: np.ndarray) -> float:
    """The Fréchet distance of `images` (N, S, S, 3) uint8 from those of the reference, if they are no copies."""
    real, made = small(np.stack(reference["image"].tolist())), small(images)
    learnt = small(np.concatenate(reference["learnt"].tolist()))
    share = copied(made, real, learnt)
    if share > MOST_COPIES:
        raise SubmissionError(
            f"{100 * share:.0f} % of the pictures are nearly the same as one of the training pictures; at most "
            f"{100 * MOST_COPIES:.0f} % may be. Hand in what your network draws from noise."
        )
    reader = zoo.load()
    return frechet_distance(zoo.read(reader, real)[0], zoo.read(reader, made)[0])


def compare_drawn(
    reference: pd.DataFrame, answers: pd.DataFrame, draw: Callable, file: str, looked_at: int | None = None
) -> float:
    """The Fréchet distance of new pictures by the network whose weights were handed in with `answers` as `file`.

    draw(names, seed): the pictures (N, S, S, 3) uint8 that the weights make of the noise behind these names; the public
    seed is 0. looked_at: so many of the handed-in pictures, chosen by the secret seed, are drawn again; all if None.
    Raises SubmissionError where one of them is not what the weights draw, or too many new pictures are copies.
    """
    seed = secret(reference)
    rows = np.random.default_rng(seed).permutation(len(answers))[:looked_at]
    names = answers["file"].to_numpy()[rows]
    handed = np.stack(answers["image"].tolist())[rows].astype(float)
    gaps = np.abs(handed - small(draw(names, 0))).mean((1, 2, 3))
    if gaps.max() > TOLERANCE:
        worst = int(gaps.argmax())
        raise SubmissionError(
            f"{names[worst]} is not what the weights in {file} draw from its noise: it differs by "
            f"{gaps[worst]:.0f} grey levels in the mean; hand in pictures and weights of one generator."
        )
    return compare(reference, draw(reference["file"].to_numpy(), seed))


def secret(reference: pd.DataFrame) -> int:
    """A seed that hangs on faces nobody saw."""
    digest = hashlib.sha256(reference["image"].iloc[0].tobytes())
    return int.from_bytes(digest.digest()[:8], "big")


def named_noise(names: Iterable[str], shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    """The noise (N, *shape) behind the pictures called `names`, each its own; the scorer takes a seed of its own."""
    rows = [np.random.default_rng([seed, *name.encode()]).standard_normal(shape) for name in names]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def check_finite(state: Mapping[str, torch.Tensor], file: str) -> None:
    """Raises SubmissionError where a weight of `file` is NaN or infinite."""
    if not all(value.isfinite().all() for value in state.values()):
        raise SubmissionError(f"{file} holds weights that are NaN or infinite; training went wrong.")


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Between two sets of features (N, D), each taken for a Gaussian: |m - n|^2 + tr(A + B - 2 (A B)^(1/2)).

    (Heusel et al. 2017, "GANs trained by a two time-scale update rule".) The trace of the root of A B is the sum of the
    roots of the eigenvalues of the symmetric A^(1/2) B A^(1/2).
    """
    a, b = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    values, vectors = np.linalg.eigh(a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    both = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b @ root), 0)).sum()
    return float(np.square(one.mean(0) - other.mean(0)).sum() + np.trace(a) + np.trace(b) - 2 * both)


def faces_found(images: np.ndarray) -> float:
    """The share of images (N, S, S, 3) uint8 in which the detector finds a face as they are drawn here."""
    return float((zoo.read(zoo.load(), small(images))[1] > 0).mean())


def features(images: np.ndarray) -> np.ndarray:
    """What the reader sees in images (N, S, S, 3) uint8: (N, 64)."""
    return zoo.read(zoo.load(), small(images))[0]


def copied(made: np.ndarray, real: np.ndarray, learnt: np.ndarray) -> float:
    """The share of `made` nearer to a picture of `learnt` than all but 1 % of `real`, all (N, 24, 24, 3) uint8."""
    learnt = _coarse(learnt)
    limit = np.quantile(_nearest(_coarse(real), learnt), 0.01)
    return float((_nearest(_coarse(made), learnt) < limit).mean())


def small(images: np.ndarray) -> np.ndarray:
    """Images (N, S, S, 3) uint8 as the reader takes them, (N, 24, 24, 3): means over areas where they are larger."""
    if images.shape[1] == zoo.SIDE:
        return images
    parts = [
        functional.adaptive_avg_pool2d(
            torch.from_numpy(np.ascontiguousarray(part)).permute(0, 3, 1, 2).float(), zoo.SIDE
        )
        for part in np.array_split(images, -(-len(images) // 1000))
    ]
    return torch.cat(parts).permute(0, 2, 3, 1).round().byte().numpy()


def _coarse(images: np.ndarray) -> torch.Tensor:
    """(N, D), means over 2 x 2 pixels: the finest grain does not hide a copy."""
    return functional.avg_pool2d(zoo.pictures(images), 2).flatten(1)


def _nearest(pictures: torch.Tensor, others: torch.Tensor) -> np.ndarray:
    """Distance (N,) of each of `pictures` to the nearest of `others`."""
    return torch.cat([torch.cdist(part, others).min(1).values for part in pictures.split(200)]).numpy()
