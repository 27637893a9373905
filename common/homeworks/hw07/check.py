"""Checks of homework 7: the best span of a window, and windows that hold the answer anywhere."""

from collections.abc import Callable

import numpy as np
import torch

from common.check import Case, compare


def best_span(function: Callable) -> bool:
    """`best_span(start, end, window, longest)`: score, first and last place of the best allowed pair.

    start, end: (T,), the window begins at place `window`. From the sum that of place 0 is taken off.
    """
    plain = _scores(start={5: 4.0, 7: 2.0}, end={6: 3.0, 8: 1.0}, none=(1.0, 0.5))
    inverted = _scores(start={8: 5.0, 4: 3.0}, end={5: 4.0, 9: 1.0}, none=(0.0, 0.0))
    long = _scores(start={4: 5.0}, end={9: 5.0, 5: 2.0}, none=(0.5, 0.5))
    crossed = _scores(start={8: 5.0, 4: 3.0}, end={5: 4.0, 9: 1.0}, none=(1.0, 0.5))
    one = _scores(start={6: 3.0}, end={6: 3.0}, none=(4.0, 4.0))
    outside = _scores(start={1: 9.0, 5: 2.0}, end={2: 9.0, 6: 2.0}, none=(0.0, 0.0))
    cases = [
        Case((*plain, 4, 12), (5.5, 5, 6), "start 4 at place 5, end 3 at place 6, [CLS] 1 and 0.5"),
        Case((*inverted, 4, 12), (7.0, 4, 5), "the likeliest end (place 5) before the likeliest start (place 8)"),
        Case((*long, 4, 3), (6.0, 4, 5), "longest 3, and the likeliest end is six tokens on"),
        Case((*long, 4, 6), (9.0, 4, 9), "longest 6, and the span of places 4 to 9 has just six"),
        Case((*one, 4, 12), (-2.0, 6, 6), "an answer of one token, in a window where [CLS] has more"),
        Case((*outside, 4, 12), (4.0, 5, 6), "high scores in the question, before the window"),
        Case((*crossed, 4, 12), (5.5, 4, 5), "the likeliest end before the likeliest start, and something for [CLS]"),
    ]
    wrong = {
        "it leaves the score of [CLS] in: subtract start[0] + end[0]": (7.0, 5, 6),
        "it takes the likeliest start and end each for itself: look for the best pair": (7.5, 8, 5),
        "it takes the likeliest start and end each for itself: look for the best pair, [CLS] taken off": (9.0, 8, 5),
        "it counts places from the window's beginning: add `window` to both": (5.5, 0, 1),
    }
    return compare("best_span", function, cases, known=wrong)


def _scores(start: dict, end: dict, none: tuple[float, float]) -> tuple[torch.Tensor, torch.Tensor]:
    """Two rows of ten scores, 0 where nothing else is said; `none`: those of place 0."""
    rows = torch.zeros(2, 10)
    for row, (places, first) in enumerate(zip((start, end), none, strict=True)):
        rows[row, 0] = first
        for place, score in places.items():
            rows[row, place] = score
    return rows[0], rows[1]


def anywhere(function: Callable) -> bool:
    """`anywhere(first, last, n_tokens, size)`: of 400 draws, the least and the largest begin of a window."""

    def ends(first, last, n_tokens, size):
        before = np.random.get_state(), torch.get_rng_state()
        try:
            drawn = [int(function(first, last, n_tokens, size)) for _ in range(400)]
        finally:
            np.random.set_state(before[0])
            torch.set_rng_state(before[1])
        return min(drawn), max(drawn)

    cases = [
        Case((5, 6, 100, 20), (0, 5), "near the beginning: tokens 5 to 6 of 100, windows of 20"),
        Case((95, 97, 100, 20), (78, 80), "near the end: tokens 95 to 97 of 100, windows of 20"),
        Case((3, 4, 15, 20), (0, 0), "a paragraph of 15 tokens, windows of 20"),
        Case((40, 42, 100, 20), (23, 40), "tokens 40 to 42 of 100, windows of 20 (the least and the largest of 400)"),
    ]
    wrong = {
        "its windows lose the answer's last token: they begin at last + 1 - size or later": (22, 40),
        "no window begins with the answer: draw up to `first`, and randint leaves its upper end out": (23, 39),
        "it is always the same window: draw one": (31, 31),
    }
    return compare("anywhere", ends, cases, known=wrong)
