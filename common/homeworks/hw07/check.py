"""Checks of homework 7: windows that hold the answer anywhere, and the loss of windows that compete."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from common.check import Case, compare


def together(function: Callable) -> bool:
    """`together(start, end, answers)`: one softmax over all windows of a question, place 0 of each left out.

    start, end: (B * K, T); answers: (B, 2), places in the first of a question's K windows.
    """
    generator = torch.Generator().manual_seed(7)
    start, end = 2 * torch.randn(2, 6, 5, generator=generator)
    one, two, three = (
        torch.tensor(rows) for rows in ([[1, 2], [3, 4]] * 3, [[2, 3], [1, 1], [4, 4]], [[1, 3], [4, 4]])
    )
    cases = [
        Case((start, end, one), _together(start, end, one), "six questions with a window each"),
        Case((start, end, two), _together(start, end, two), "three questions with two windows each"),
        Case((start, end, three), _together(start, end, three), "two questions with three windows each"),
    ]
    first = start[::3], end[::3]
    whole = [part.reshape(2, -1) for part in (start, end)]
    mixed = [part.view(3, 2, 5).transpose(0, 1)[..., 1:].reshape(2, -1) for part in (start, end)]
    bare = [part[:, 1:].reshape(2, -1) for part in (start, end)]
    right = _together(start, end, three)
    wrong = {
        "it judges the first windows for themselves: the softmax goes over all windows of a question": _mean(
            *first, three
        ),
        "it leaves out the other windows: the softmax goes over all windows of a question": _mean(
            *(part[:, 1:] for part in first), three - 1
        ),
        "it leaves [CLS] in: take place 0 of every window off": _mean(*whole, three),
        "it takes place 0 off, but the answers count it: they are one less then": _mean(*bare, three),
        "it mixes the windows of different questions: those of one stand one after the other": _mean(*mixed, three - 1),
        "it adds start and end up: take the mean of the two": 2 * right,
    }
    return compare("together", function, cases, known=wrong)


def _mean(start: torch.Tensor, end: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """The mean of both cross-entropies; start, end: (B, N)."""
    return (functional.cross_entropy(start, answers[:, 0]) + functional.cross_entropy(end, answers[:, 1])) / 2


def _together(start, end, answers):
    return _mean(*(part[:, 1:].reshape(len(answers), -1) for part in (start, end)), answers - 1)


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


def evidence(function: Callable) -> bool:
    """`evidence(question, paragraph, first, last, rarity, before, after)`: the rarity of the question's tokens around
    the paragraph's tokens first to last, each counted once.
    """
    rarity = 2.0 ** np.arange(8)  # a sum tells which tokens are in it
    question, paragraph = [1, 2, 3, 4, 5, 7], [1, 2, 6, 3, 3, 6, 0, 0, 7, 4, 5, 6]
    cases = [
        Case(
            (question, paragraph, 1, 2, rarity, 4, 1),
            14.0,
            "an answer near the beginning: tokens 1 to 2, before=4, after=1",
        ),
        Case(
            (question, paragraph, 9, 11, rarity, 0, 9), 48.0, "an answer at the end, of tokens that are in the question"
        ),
        Case((question, [6, 6, 0, 6], 2, 2, rarity, 2, 1), 0.0, "an answer with no token of the question around it"),
        Case((question, paragraph, 6, 7, rarity, 4, 2), 152.0, "tokens 6 to 7 of 12, before=4, after=2"),
    ]
    wrong = {
        "it counts a token as often as it stands there: count each once": 160.0,
        "it looks at the whole paragraph: only at what stands around": 190.0,
        "it looks only at what stands before the answer": 8.0,
        "it stops a token too early: behind `last` come `after` more": 136.0,
        "it looks one token too far": 184.0,
        "it begins one token too early": 156.0,
        "it counts the tokens: add up how rare they are": 3.0,
        "it counts tokens that the question does not have": 217.0,
    }
    return compare("evidence", function, cases, known=wrong)


def marked(function: Callable, cls: int, sep: int, pad: int) -> bool:
    """`marked(ids, types)`: types (B, T), 0 also where a token of the window stands in the question of its row.

    cls, sep, pad: the numbers of these tokens, which are of neither.
    """
    a, b, c, d, e = [number for number in range(200) if number not in (cls, sep, pad)][:5]
    ids = torch.tensor([[cls, a, b, sep, c, a, d, b, c, sep], [cls, d, sep, e, d, b, sep, pad, pad, pad]])
    types = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]])
    right = torch.tensor([[0, 0, 0, 0, 1, 0, 1, 0, 1, 1], [0, 0, 0, 1, 0, 1, 1, 0, 0, 0]])
    cases = [
        Case((ids[:1], types[:1]), right[:1], "one question of two tokens, which stand in the window, too"),
        Case((ids, types), right, "two questions, the second window shorter"),
    ]
    wrong = {
        "the [SEP] behind the window is marked: it is a token of neither": right.masked_fill(ids == sep, 0),
        "questions of other rows count as well: compare within a row": types.masked_fill(
            sum(ids == token for token in (a, b, d)).bool(), 0
        ),
        "it marks what the question does not have": types * (1 - right),
        "nothing is marked": types,
    }
    return compare("marked", function, cases, known=wrong)
