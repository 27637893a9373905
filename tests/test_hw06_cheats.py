"""Homework 6: what scores well without having learnt anything must not climb the ladder."""

import numpy as np
import pandas as pd
import pytest

from common import data
from common.errors import SubmissionError
from common.homeworks.hw06 import judge, zoo
from common.submission.card import cards


@pytest.fixture(scope="module")
def world():
    """The pictures to learn from, those to compare with, and the scorer's table."""
    splits = data.load("hw06_gan")
    return splits, data.reference("hw06_gan")


def score(images, reference):
    return judge.judge(reference, pd.DataFrame({"file": reference["file"], "image": list(images)}))


def cheats(splits):
    rng = np.random.default_rng(0)
    learnt, n = splits.train, len(splits.test)
    means = [sum(np.roll(learnt, 37 * k, axis=0)[:n].astype(int) for k in range(count)) // count for count in (2, 5)]
    components = zoo.Components(learnt)
    yield "noise", rng.integers(0, 256, (n, *learnt.shape[1:]), dtype=np.uint8)
    yield "one picture repeated", np.repeat(splits.validation[:1], n, axis=0)
    yield "ten pictures repeated", np.repeat(splits.validation[:10], n // 10, axis=0)
    yield "the mean picture", np.repeat(learnt.mean(0)[None].astype(np.uint8), n, axis=0)
    yield "means of two", means[0].astype(np.uint8)
    yield "means of five", means[1].astype(np.uint8)
    yield "halves of two people", zoo.halves(learnt[:n], rng)
    yield "blurred pictures", zoo.blurred(learnt[:n], rng)
    yield "mirrored pictures", np.ascontiguousarray(learnt[:n, :, ::-1])
    for k in (20, 100, 400, 1000):
        yield f"Gaussian samples from {k} principal components", components.samples(k, n, rng)


@pytest.mark.parametrize(
    "card", [c for c in cards().values() if c.id.startswith("hw06") and c.ladder], ids=lambda c: c.id
)
def test_cheats_reach_no_rung(card, world):
    splits, reference = world
    reached = {name: card.rung_of(score(images, reference)) for name, images in cheats(splits)}
    assert set(reached.values()) == {None}, reached


def test_copies_are_refused(world):
    splits, reference = world
    n = len(splits.test)
    rng = np.random.default_rng(0)
    grain = np.clip(splits.train[:n] + rng.normal(0, 3, splits.train[:n].shape), 0, 255).astype(np.uint8)
    for copies in (splits.train[:n], grain):
        with pytest.raises(SubmissionError, match="nearly the same as one of the training pictures"):
            score(copies, reference)


def test_what_the_drawing_code_hands_in_cannot_be_told_from_faces(world):
    """Said on purpose: files cannot show who drew; whoever grades runs the notebook."""
    splits, reference = world
    assert score(splits.validation, reference) < 2
