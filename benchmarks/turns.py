"""What benchmarks share: several ways of doing one thing, timed in turns, so that a busy machine is fair to all."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence


def speeds(ways: Mapping[str, Callable[[], float]], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """What each way gets done in a second, in each of `rounds` rounds after one that warms up; in an order of chance.

    ways: what they are called -> a function that does the work and tells how much it was.
    """
    found: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way in random.sample(list(ways), len(ways)):
            began = clock()
            done = ways[way]()
            if turn:
                found[way].append(done / (clock() - began))
    return found


def times_as_fast(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times as fast ours is as theirs: the median over the rounds of `speeds` of what one round says."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
