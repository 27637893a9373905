"""Homework 9 is measured by where the most relevant pixels lie: on what the network has to look at, or beside it.

Questions about a dish and those about a tag are scored apart, and the worse of the two is the score: a tag is one
small, even thing, and a method can be good at finding it that is lost among dishes, or the other way round.
"""

import numpy as np
import pandas as pd

from common.homeworks.hw09.data import asks_for_tag


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """The lower of two means of the relevance rank accuracy (Arras et al. 2022, "CLEVR-XAI"): over the questions about
    a dish, and over those about a tag.

    Both tables have the columns id and map, (128, 128) float32; the reference's is 1 where the answer is and 0
    elsewhere. Where a part of the test set has one kind of question alone, its mean counts.
    """
    return min(by_kind(reference, answers).values())


def by_kind(reference: pd.DataFrame, answers: pd.DataFrame) -> dict[str, float]:
    """The mean rank accuracy of the questions about a "dish" and about a "tag", of those that there are."""
    pairs = zip(reference["map"], answers["map"], strict=True)
    scores = np.array([rank_accuracy(relevance, truth > 0.5) for truth, relevance in pairs])
    of_tag = asks_for_tag(reference["id"].to_numpy())
    kinds = {"dish": scores[~of_tag], "tag": scores[of_tag]}
    return {kind: float(values.mean()) for kind, values in kinds.items() if len(values)}


def rank_accuracy(relevance: np.ndarray, truth: np.ndarray) -> float:
    """Of as many pixels as the answer has, the most relevant ones: which share lies on the answer?

    relevance: (H, W); truth: (H, W) bool, somewhere True. Only the order of the values counts, not their sizes. Where
    equal values leave open which pixels are meant, the expected share over all choices counts: a constant map gets
    the share that the answer has of the picture.
    """
    relevance, truth = np.asarray(relevance).ravel(), np.asarray(truth).ravel()
    wanted = int(truth.sum())
    least = np.partition(relevance, -wanted)[-wanted]  # of the most relevant pixels
    above, level = relevance > least, relevance == least
    open_places = wanted - int(above.sum())
    hits = truth[above].sum() + open_places * truth[level].mean()
    return float(hits / wanted)
