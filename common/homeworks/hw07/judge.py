"""Homework 7 is measured by exact match: the share of questions whose answer is right to the last character."""

from collections.abc import Sequence

import pandas as pd

from common.errors import SubmissionError


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """Exact match, 0 to 1, of the column `Answer`.

    Where the reference has other right answers to a question (`also`, one a line), any of them is right.
    """
    right = reference["Answer"].tolist()
    found = answers["Answer"].tolist()
    if "also" not in reference:
        return exact_match(found, right)
    accepted = [[one, *str(more).split("\n")] for one, more in zip(right, reference["also"].fillna(""), strict=True)]
    matched = [
        next((one for one in some if normal(one) and normal(one) == normal(answer)), some[0])
        for some, answer in zip(accepted, found, strict=True)
    ]
    return exact_match(found, matched)


def by_type(reference: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Exact match for each type of answer: a row each with type, questions and exact_match."""
    table = reference.assign(found=answers["Answer"].to_numpy())
    rows = [
        (name, len(group), exact_match(group["found"].tolist(), group["Answer"].tolist()))
        for name, group in table.groupby("type", sort=True)
    ]
    return pd.DataFrame(rows, columns=["type", "questions", "exact_match"])


def exact_match(found: Sequence[str], right: Sequence[str]) -> float:
    """The share of equal answers after `normal`; an empty answer is wrong."""
    if len(found) != len(right) or not len(right):
        raise SubmissionError(f"expected {len(right)} answers, found {len(found)}.")
    return sum(normal(a) == normal(b) != "" for a, b in zip(found, right, strict=True)) / len(right)


def normal(answer: str) -> str:
    """Without commas, which the course takes out for the sake of its CSV file, and without spaces, which decoding
    tokens puts in and the course takes out again."""
    return "".join(str(answer).replace(",", "").split())
