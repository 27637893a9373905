"""Damaged files of every kind: one sentence on the line of whoever handed them in, and never a traceback.

`HW_TEST_FUZZ=10000` damages so many; without it a hundred of each kind.
"""

import contextlib
import copy
import io
import json
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from common import data
from common.errors import NotebookError
from common.grading import scorer
from common.grading.prepare import prepare
from common.grading.records import Limits
from common.submission import bundles
from common.submission.homework import Homework
from tests.grading.battery import LOOK, WRITE, notebook

COUNT = int(os.environ.get("HW_TEST_FUZZ", "100"))
WORDS = (
    b"null", b"[]", b"{}", b"-1", b"1e999", b"\\ud800", b"\xff\xfe", b"\x00", b'"', b"\n\n", b"NaN", b'""', b"9" * 30,
)  # fmt: skip


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The content with some bytes changed, cut out, doubled, or replaced by something that readers trip over."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(made) + 1)
        end = min(len(made), at + dice.choice((1, 1, 4, 40, 400)))
        kind = dice.randrange(5)
        if kind == 0:
            made[at:end] = bytes(dice.randrange(256) for _ in range(end - at))
        elif kind == 1:
            del made[at:end]
        elif kind == 2:
            made[at:at] = made[at:end] * dice.choice((1, 2, 50))
        elif kind == 3:
            made[at:end] = dice.choice(WORDS)
        elif at < len(made):
            made[at] ^= 1 << dice.randrange(8)
    return bytes(made[: dice.randrange(len(made) + 1)] if dice.random() < 0.05 else made)


ODD = (None, True, -1, 1e308, "", "\ud800", "x" * 999, [], {}, [[]], {"cells": []}, "code", ["parameters"])


def misshapen(content: bytes, dice: random.Random) -> bytes:
    """The content, a JSON, with some of its values lost, doubled, or others than they ought to be."""
    whole = json.loads(content)
    for _ in range(dice.randint(1, 4)):
        places = list(_places(whole))
        if not places:
            break
        holder, key = dice.choice(places)
        kind = dice.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif kind == 2:
            other, there = dice.choice(places)
            with contextlib.suppress(LookupError):  # it went with the one before
                holder[key] = copy.deepcopy(other[there])
        else:
            holder[key] = copy.deepcopy(dice.choice(ODD))
    return json.dumps(whole).encode()


def _places(value) -> Iterator[tuple]:
    """Each list or object inside a JSON with each of its keys."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # of code that somebody else wrote
@pytest.mark.parametrize("seed", range(4))
def test_notebooks(seed):
    dice, content = random.Random(seed), notebook(LOOK, WRITE, "%pwd", "x = 1  # 王")
    before = prepare(content, Limits())
    for number in range(COUNT // 4):
        try:
            prepare((misshapen if number % 2 else damaged)(content, dice), Limits())
        except NotebookError as error:
            assert "\n" not in str(error)
    assert prepare(content, Limits()) == before, "the next student's notebook is another now"


def whole(name: str, exam: Path, folder: Path) -> dict[str, bytes]:
    """The files of a submission that keeps every rule."""
    homework, reference = Homework(name), data.reference(name, source=exam, profile="smoke")
    spec = homework.card.submission
    folder.mkdir()
    if name == "hw10":
        bundles.write_images(folder / spec.file, reference["file"].tolist(), reference["image"].tolist())
    elif name == "hw09":
        shape = next(column.shape for column in spec.columns if column.shape)
        arrays = {"id": reference["id"].to_numpy(), "map": np.zeros((len(reference), *shape), np.float32)}
        bundles.write_arrays(folder / spec.file, arrays)
    else:
        weights = {"a": torch.zeros(3, 4)} if spec.weights else None
        homework.submit(reference[[column.name for column in spec.columns]], folder, weights)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["hw01", "hw09", "hw10", "hw13"])
def test_prediction_files(name, tmp_path, monkeypatch):
    """Tables, arrays, pictures, weights. The judges themselves are not asked: what they are given was read already."""
    exam, dice = data.export(name, tmp_path / "exam", seed=5, profile="smoke"), random.Random(name)
    files = whole(name, exam, tmp_path / "whole")
    monkeypatch.setattr(Homework, "judge", lambda self, answers, *rest: _Score())
    assert scorer.score(name, tmp_path / "whole" / main_of(name), str(exam), "smoke").problem == ""
    for number in range(COUNT // 4):
        folder = tmp_path / "damaged"
        folder.mkdir(exist_ok=True)
        for file, content in files.items():
            (folder / file).write_bytes(damaged(content, dice) if dice.random() < 0.7 else content)
        scores = scorer.score(name, folder / main_of(name), str(exam), "smoke")
        assert "\n" not in scores.problem, number
        assert scores.problem or scores.score == 0.5
    monkeypatch.undo()
    fresh = scorer.score(name, tmp_path / "whole" / main_of(name), str(exam), "smoke")
    assert fresh.problem == "" and fresh.score is not None
    assert data.reference(name, source=exam, profile="smoke").equals(scorer._reference(name, str(exam), "smoke"))


def main_of(name: str) -> str:
    return Homework(name).card.submission.file


class _Score:
    value, rung = 0.5, None


def test_whole_classes(tmp_path):
    """A platform's zip with bytes changed: a sentence, or a class in which each has a line."""
    from common.errors import HomeworkError
    from common.grading import intake
    from common.submission.card import find_card

    dice, stream = random.Random(9), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for who in ("ann_12_34", "bo_LATE_56_78", "王小明_9_10"):
            archive.writestr(f"{who}_hw1.ipynb", notebook(LOOK))
    for number in range(COUNT // 4):
        (tmp_path / "x.zip").write_bytes(damaged(stream.getvalue(), dice))
        try:
            found = intake.collect(tmp_path / "x.zip", tmp_path / "out", find_card("hw01"), "run", None, 1_000_000)
            assert all(one.sha or one.problem for one in found), number
        except HomeworkError as error:
            assert "\n" not in str(error)
