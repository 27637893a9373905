"""What `hw grade` gives is what `hw score` gives, for every homework that is ready.

Here the answers of two homeworks, and answers of which some are wrong, through `hw grade --files-only`. What the
notebooks of all homeworks hand in is graded in `make smoke`, by its last step.
"""

import json

import numpy as np
import pytest
import torch

from common import data
from common.submission.card import RUNGS
from common.submission.homework import Homework
from tests.grading.handed_in import compare, exam_of

TABLES = ("hw01", "hw13")  # lower is better, and higher; one file, and weights beside it


def hand_in(homework: Homework, reference, folder):
    folder.mkdir(parents=True)
    spec = homework.card.submission
    weights = {"layer.weight": torch.zeros(4, 5)} if spec.weights else None
    homework.submit(reference[[column.name for column in spec.columns]], folder, weights)


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_their_halves(name, tmp_path):
    """The answers earn everything on both halves; wrong in every second row, they earn less on each."""
    homework, exam = Homework(name), exam_of(name, tmp_path)
    reference = data.reference(name, source=exam, profile="smoke")
    spoiled = reference.copy()
    for column in homework.card.submission.answers:
        values = spoiled[column].to_numpy(copy=True)
        values[::2] = np.roll(values[::2], 1)
        spoiled[column] = values
    hand_in(homework, reference, tmp_path / "handed" / "right")
    hand_in(homework, spoiled, tmp_path / "handed" / "spoiled")
    assert compare(name, tmp_path / "handed", exam, tmp_path / "report") == []
    rows = {row["student"]: row for row in json.loads((tmp_path / "report" / "results.json").read_text("utf-8"))}
    perfect = homework.card.metric.perfect
    for half in ("score", "public", "private"):
        assert rows["right"]["record"][half] == pytest.approx(perfect)
        assert abs(rows["spoiled"]["record"][half] - perfect) > 1e-6
    assert rows["right"]["points"] == len(RUNGS)
