"""Checks of homework 7: windows that hold the answer anywhere, rare words around an answer, rare words marked."""

from collections.abc import Callable

import numpy as np
import torch

from common.check import Case, compare


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


def marked(function: Callable) -> bool:
    """`marked(ids, types, rare)`: types (B, T), 0 also where a rare token of the window stands in its row's question.

    rare: (V,), true where a token is rare.
    """
    cls, sep, pad, common, a, b, c, d = range(8)
    rare = torch.tensor([False] * 4 + [True] * 4)
    ids = torch.tensor(
        [[cls, a, common, b, sep, c, a, common, d, b, sep], [cls, d, sep, c, d, b, sep, pad, pad, pad, pad]]
    )
    types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]])
    right = torch.tensor([[0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1], [0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0]])
    cases = [
        Case((ids[:1], types[:1], rare), right[:1], "one question with two rare words, which stand in the window, too"),
        Case((ids, types, rare), right, "two questions, the second window shorter"),
    ]
    in_question = sum(ids == token for token in (a, b, d)).bool()
    wrong = {
        "common tokens are marked: only the rare ones are to be": right.masked_fill(ids == common, 0),
        "common tokens are marked, and [SEP]: only the rare ones are to be": right.masked_fill(
            (ids == common) | (ids == sep), 0
        ),
        "every rare token is marked: only those that stand in the question as well": types.masked_fill(rare[ids], 0),
        "questions of other rows count as well: compare within a row": types.masked_fill(in_question, 0),
        "it marks what the question does not have": types * (1 - right),
        "nothing is marked": types,
    }
    return compare("marked", function, cases, known=wrong)
