"""Homework 10 is measured by what the hidden target still recognises, once no pixel has moved too far."""

from pathlib import Path

import numpy as np
import pandas as pd

from common.errors import SubmissionError
from common.homeworks.hw10 import zoo
from common.homeworks.hw10.data import EPSILON, secrets

MISSING = "the hidden target cannot be asked here"  # why there is no score, where there is none


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float | None:
    """Accuracy of the target on the pictures in `answers`; lower is better for who handed them in.

    reference: the columns file, image (as it was before) and label. The target is the package's, or the one that the
    environment variable HW10_TARGET names; the course's own was never public, so its pictures give None.
    """
    before, after = np.stack(reference["image"].tolist()), np.stack(answers["image"].tolist())
    moved = np.abs(before.astype(int) - after.astype(int)).max(axis=(1, 2, 3))
    wrong = np.flatnonzero(moved > EPSILON)
    if len(wrong):
        others = f" (and {len(wrong) - 1} more files go too far)" if len(wrong) > 1 else ""
        raise SubmissionError(
            f"{reference['file'].iloc[wrong[0]]}: a pixel differs by {moved[wrong[0]]} from the picture handed out, "
            f"at most {EPSILON} of 255 are allowed{others}; check the saved 8-bit pictures, rounding counts."
        )
    target = secrets()[-1]
    if _masked(target) or (len(secrets()) == 1 and "edition" in reference.attrs):
        return None
    network = zoo.load(zoo.TARGET, target)
    return float(np.mean(zoo.predict(network, after) == reference["label"].to_numpy()))


def _masked(target: Path) -> bool:
    """Whether the grader keeps the target from us, as it does from every notebook: then there is an empty file."""
    return target.exists() and target.stat().st_size == 0
