"""Random choices that are the same on every machine and every version of Python."""

import random
from collections.abc import Sequence


class Dice:
    """Choices of one stream. Two streams share nothing, even where the seed is the same: the name is hashed."""

    def __init__(self, stream: str):
        self.random = random.Random(stream).random  # of all its methods the one whose values are promised to stay

    def chance(self, p: float) -> bool:
        return self.random() < p

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self.random() * (most - least + 1))

    def pick(self, things: Sequence):
        return things[int(self.random() * len(things))]

    def some(self, things: Sequence, n: int) -> list:
        """n of them, in random order."""
        left = list(things)
        return [left.pop(int(self.random() * len(left))) for _ in range(min(n, len(left)))]
