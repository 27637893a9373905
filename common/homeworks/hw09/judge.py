"""Homework 9 is measured by where the most relevant pixels lie: on what the network has to look at, or beside it."""

import numpy as np
import pandas as pd


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """Mean relevance rank accuracy over the questions (Arras et al. 2022, "CLEVR-XAI").

    Both tables have the columns id and map, (128, 128) float32; the reference's is 1 where the answer is and 0
    elsewhere.
    """
    pairs = zip(reference["map"], answers["map"], strict=True)
    return float(np.mean([rank_accuracy(relevance, truth > 0.5) for truth, relevance in pairs]))


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
