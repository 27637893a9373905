"""Checks of homework 5: the loss and the schedule, masks and attention, and one step of beam search."""

from collections.abc import Callable

import torch
from torch.nn import functional

from common.check import Case, compare


def label_smoothing(function: Callable) -> bool:
    """`label_smoothing(logits, targets, smoothing)`: the mean over the tokens that are no padding (token 0).

    logits: (B, T, V); targets: (B, T). Of each token's probability the share `smoothing` is spread over all V.
    """
    generator = torch.Generator().manual_seed(5)
    logits = 2 * torch.randn(2, 4, 6, generator=generator)
    full, short = torch.tensor([[3, 1, 5, 2], [4, 4, 1, 2]]), torch.tensor([[3, 1, 5, 2], [4, 2, 0, 0]])
    log_p, right, inside = logits.log_softmax(2), short[..., None], short != 0
    of_right, of_all = -log_p.gather(2, right)[..., 0], -log_p.sum(2)
    smooth = 0.9 * of_right + 0.1 * of_all / 6
    others = 0.9 * of_right + 0.1 * (of_all - of_right) / 5
    wrong = {
        "it counts the padding: take the mean over targets that are not 0": smooth.mean(),
        "it divides by all tokens, padding as well: divide by how many are not 0": (smooth * inside).sum() / 8,
        "it gives a sum: take the mean over the tokens": smooth[inside].sum(),
        "it smooths nothing: the plain cross-entropy has no share for the other tokens": of_right[inside].mean(),
        "it leaves 1 - smoothing out: the right token has that share, and its part of the rest": (
            of_right + 0.1 * of_all / 6
        )[inside].mean(),
        "it adds the log-probabilities of all V tokens: their *mean* is to be weighted with smoothing": (
            0.9 * of_right + 0.1 * of_all
        )[inside].mean(),
        "it spreads the share over the V - 1 other tokens: here, as in torch, it is all V": others[inside].mean(),
        "it has the wrong sign": -smooth[inside].mean(),
    }
    cases = [
        Case((logits, full, 0.0), _smoothed(logits, full, 0.0), "smoothing 0 (the plain cross-entropy)"),
        Case((logits, full, 0.3), _smoothed(logits, full, 0.3), "two sentences of four tokens, smoothing 0.3"),
        Case((logits, short, 0.1), _smoothed(logits, short, 0.1), "a sentence with two tokens of padding"),
    ]
    return compare("label_smoothing", function, cases, known=wrong)


def _smoothed(logits, targets, smoothing):
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0, label_smoothing=smoothing)


def rise_and_fall(function: Callable) -> bool:
    """`rise_and_fall(step, warmup, total)`: what to multiply the learning rate with at step 1, 2, ..., total."""

    def right(step, warmup, total):
        return min(step / warmup, (total - step) / (total - warmup))

    cases = [
        Case((1, 100, 500), right(1, 100, 500), "step 1 of 500, warm-up 100"),
        Case((50, 100, 500), right(50, 100, 500), "step 50 of 500, warm-up 100 (half way up)"),
        Case((100, 100, 500), 1.0, "step 100 of 500, warm-up 100 (the top)"),
        Case((7, 7, 70), 1.0, "step 7 of 70, warm-up 7 (the top)"),
        Case((500, 100, 500), 0.0, "step 500 of 500, warm-up 100 (the end)"),
        Case((400, 100, 500), 0.25, "step 400 of 500, warm-up 100 (a quarter is left)"),
    ]  # fmt: skip
    wrong = {
        "it does not fall: behind the warm-up, multiply with (total - step) / (total - warmup)": 1.0,
        "it goes on rising: take the *smaller* of the two branches": 4.0,
        "it falls from the first step on: the fall begins at step == warmup, so divide by total - warmup": 0.2,
        "it is the share of the fall that is over: take what is left, total - step": 0.75,
        "it falls as one over the root of the step, and never to 0: take a straight line": 0.5,
    }
    return compare("rise_and_fall", function, cases, known=wrong)


def causal_mask(function: Callable) -> bool:
    """`causal_mask(n)`: (n, n), True where the token of a row may look at the token of a column."""
    ones = torch.ones(5, 5, dtype=torch.bool)
    wrong = {
        "no token may look at itself: the diagonal belongs to what is allowed": ones.tril(-1),
        "it lets tokens look ahead, and hides what was before: rows look, columns are looked at": ones.triu(),
        "it is True where looking is *forbidden*: turn it around": ~ones.tril(),
        "it lets every token see all others": ones,
        "it lets every token see itself alone": torch.eye(5, dtype=torch.bool),
    }
    cases = [
        Case((1,), ones[:1, :1], "one token (it sees itself)"),
        Case((5,), ones.tril(), "five tokens"),
    ]
    return compare("causal_mask", function, cases, known=wrong)


def attention(function: Callable) -> bool:
    """`attention(query, key, value, allowed)`: the mixed values (B, H, T, D) and the weights (B, H, T, S).

    query: (B, H, T, D); key, value: (B, H, S, D); allowed: True where looking is allowed, of a shape that broadcasts to
    (B, H, T, S).
    """
    generator = torch.Generator().manual_seed(6)
    query, key, value = (torch.randn(2, 2, n, 4, generator=generator) for n in (3, 5, 5))
    everything = torch.ones(2, 1, 1, 5, dtype=torch.bool)
    padded = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None, None]
    equal = torch.zeros_like(query)
    scores = query @ key.mT / 2

    def mixed(weights):
        return weights @ value, weights

    hidden = scores.masked_fill(~padded, -torch.inf)
    wrong = {
        "the scores are not divided by the square root of D": mixed((2 * hidden).softmax(3)),
        "the scores are divided by D: take the square root": mixed((hidden / 2).softmax(3)),
        "the softmax runs over the queries: the weights of one query, over all keys, add up to 1": mixed(
            scores.softmax(2).masked_fill(~padded, 0)
        ),
        "it ignores `allowed`": mixed(scores.softmax(3)),
        "it looks where it must not, and only there: True means allowed": mixed(
            scores.masked_fill(padded, -1e9).softmax(3)
        ),
        "it hides after the softmax, and the weights no longer add up to 1: set the *scores* to minus infinity": mixed(
            scores.softmax(3).masked_fill(~padded, 0)
        ),
        "it sets the scores to 0 where looking is not allowed: exp(0) is 1, so take minus infinity": mixed(
            scores.masked_fill(~padded, 0).softmax(3)
        ),
        "it gives the weights first: values first": mixed(hidden.softmax(3))[::-1],
    }
    cases = [
        Case((equal, key, value, everything), mixed(torch.full((2, 2, 3, 5), 0.2)), "queries of 0 (all weights equal)"),
        Case((query, key, value, everything), mixed(scores.softmax(3)), "three queries and five keys, all allowed"),
        Case((query, key, value, padded), mixed(hidden.softmax(3)), "keys of which two are padding"),
    ]
    return compare("attention", function, cases, known=wrong)


def best_continuations(function: Callable) -> bool:
    """`best_continuations(scores, log_probs)`: of all sentences begun and all next tokens, the K best.

    scores: (B, K), of the sentences begun; log_probs: (B, K, V), of their next tokens. Gives the new scores, which of
    the K is continued, and with which token, (B, K) each, the best first.
    """
    generator = torch.Generator().manual_seed(7)
    scores = torch.tensor([[-1.0, -1.2, -3.0], [-0.3, -0.4, -0.5]])
    log_probs = (1.5 * torch.randn(2, 3, 7, generator=generator)).log_softmax(2)
    first = torch.tensor([[0.0, -torch.inf, -torch.inf]])

    def best(totals):
        values, places = totals.flatten(1).topk(totals.shape[1])
        return values, places // totals.shape[2], places % totals.shape[2]

    totals = scores[..., None] + log_probs
    values, parents, tokens = best(totals)
    greedy = totals.max(2)
    wrong = {
        "it forgets what the sentences have scored so far: add scores": best(log_probs),
        "it continues every sentence by its own best token: compare all K times V": (
            greedy.values, torch.arange(3).expand(2, 3), greedy.indices
        ),
        "it gives places among all K times V: token = place % V, sentence = place // V": (
            values, parents, 7 * parents + tokens
        ),
        "it mixes up sentence and token: place // V is the sentence, place % V the token": (values, tokens, parents),
        "it gives the worst continuations": best(-totals),
        "it multiplies: log-probabilities are added": best(scores[..., None] * log_probs),
    }  # fmt: skip
    cases = [
        Case((scores[:, :1], log_probs[:, :1]), best(totals[:, :1]), "a beam of one (greedy)"),
        Case((first, log_probs[:1]), best(first[..., None] + log_probs[:1]), "the first step, one sentence begun"),
        Case((scores, log_probs), (values, parents, tokens), "three sentences begun, of two sources, seven tokens"),
    ]
    return compare("best_continuations", function, cases, known=wrong)
