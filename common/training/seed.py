"""One seed for every source of chance."""

import random

import numpy as np
import torch


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and torch (all devices).

    On a CPU the same seed and number of threads then give the same numbers, bit for bit. On a GPU some kernels add
    in an order that changes from run to run, so results agree only to rounding. Loader workers take their seeds from
    torch.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
