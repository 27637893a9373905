"""Turned images: the tasks of homework 14 are one set of digits, seen at several angles.

The construction is that of "rotated MNIST" in continual learning (Lopez-Paz & Ranzato 2017, "Gradient episodic memory
for continual learning"): same classes, same pictures, and a domain that shifts from task to task.
"""

import numpy as np


def rotate(images: np.ndarray, degrees: float) -> np.ndarray:
    """Turn images counter-clockwise about their middle; what comes in from outside is black.

    images: (N, S, S) uint8. Bilinear sampling, rounded to uint8. Works through 4,096 images at a time, so that a set of
    60,000 needs little memory beyond its own.
    """
    _, side, _ = images.shape
    middle, angle = (side - 1) / 2, np.deg2rad(degrees)
    down, right = np.mgrid[:side, :side] - middle
    # where in the old image each pixel of the new one comes from; outside is moved into a black frame two pixels wide
    from_down = np.clip(middle + np.cos(angle) * down + np.sin(angle) * right, -1, side)
    from_right = np.clip(middle - np.sin(angle) * down + np.cos(angle) * right, -1, side)
    from_down, from_right = np.round(from_down, 9), np.round(from_right, 9)  # 0 degrees is the image itself
    top, left = np.floor(from_down).astype(int), np.floor(from_right).astype(int)
    low, far = (from_down - top).astype(np.float32), (from_right - left).astype(np.float32)
    turned = np.empty_like(images)
    for start in range(0, len(images), 4096):
        framed = np.pad(images[start : start + 4096].astype(np.float32), ((0, 0), (2, 2), (2, 2)))
        upper = (1 - far) * framed[:, top + 2, left + 2] + far * framed[:, top + 2, left + 3]
        lower = (1 - far) * framed[:, top + 3, left + 2] + far * framed[:, top + 3, left + 3]
        turned[start : start + 4096] = np.rint((1 - low) * upper + low * lower)
    return turned


def angles(seed: int, tasks: int = 5, step: float = 30.0) -> list[float]:
    """Degrees of each task, `step` apart, the first within 3 degrees of upright.

    All turn counter-clockwise: turned the other way every method keeps less, and the thresholds of the ladder would not
    carry over from one seed to another.
    """
    first = np.random.default_rng(seed).uniform(-3, 3)
    return [round(float(first + step * task), 1) for task in range(tasks)]
