"""Pictures for homework 10 that nobody had to think for: no gradient at all, or one name changed in the starter."""

import numpy as np
import torch
from torch.nn import functional

from common.homeworks.hw10 import zoo
from common.homeworks.hw10.data import EPSILON


def untouched(splits) -> list[np.ndarray]:
    return list(splits.test.x)


def noise(splits) -> list[np.ndarray]:
    """Every number moved by as much as is allowed, up or down by chance."""
    x = splits.test.x.astype(int)
    signs = np.random.default_rng(0).choice([-EPSILON, EPSILON], x.shape)
    return list(np.clip(x + signs, 0, 255).astype(np.uint8))


def another_name(splits) -> list[np.ndarray]:
    """The starter's ten steps on `wide`, the proxy whose attacks carry over best, instead of `plain`."""
    model, epsilon = zoo.load("wide"), EPSILON / 255
    x = torch.from_numpy(splits.test.x).permute(0, 3, 1, 2).float() / 255
    y, adversarial = torch.from_numpy(splits.test.y), x
    for _ in range(10):
        leaf = adversarial.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(functional.cross_entropy(model(leaf), y), leaf)
        adversarial = (adversarial + epsilon / 2 * gradient.sign()).clamp(x - epsilon, x + epsilon).clamp(0, 1)
    return list((255 * adversarial).round().byte().permute(0, 2, 3, 1).numpy())
