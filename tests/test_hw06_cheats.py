"""Homework 6: what scores well without having learnt anything must not climb the ladder."""

import numpy as np
import pandas as pd
import pytest
import torch

from common import data
from common.errors import SubmissionError
from common.homeworks.hw06 import judge, judge_gan, zoo
from common.submission.homework import Homework


@pytest.fixture(scope="module")
def world():
    """The pictures to learn from, and the scorer's table."""
    return data.load("hw06_gan", profile="smoke"), data.reference("hw06_gan", profile="smoke")


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    return judge_gan.make_generator(24, 3).eval()


def score(images, reference, weights, folder):
    homework = Homework("hw06_gan")
    frame = pd.DataFrame({"file": reference["file"], "image": list(images)})
    return homework.evaluate(homework.submit(frame, folder, weights=weights), reference).value


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
    yield "training pictures", learnt[:n]
    yield "what the drawing program draws", splits.validation
    for k in (20, 100):
        yield f"Gaussian samples from {k} principal components", components.samples(k, n, rng)


def test_pictures_that_the_weights_do_not_draw_are_refused(world, generator, tmp_path):
    splits, reference = world
    for name, images in cheats(splits):
        with pytest.raises(SubmissionError, match=r"0\.png|is not what the weights in gan\.safetensors draw"):
            score(images, reference, generator.state_dict(), tmp_path / name)


def test_what_the_weights_draw_is_scored_by_other_pictures_of_theirs(world, generator, tmp_path):
    _, reference = world
    images = judge_gan.draw(generator, judge_gan.noise(reference["file"]))
    value = score(images, reference, generator.state_dict(), tmp_path)
    others = judge_gan.draw(generator, judge_gan.noise(reference["file"], judge.secret(reference)))
    assert value == judge.compare(reference, others) and (others != images).any()
    assert value == score(images, reference, generator.state_dict(), tmp_path / "again")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: {"weight": torch.zeros(3)},
        lambda state: {name: value for name, value in state.items() if name != "8.weight"},
        lambda state: state | {"more": torch.zeros(2)},
        lambda state: state | {"0.weight": torch.zeros(96 * 25, 64), "0.bias": torch.zeros(96 * 25)},
        lambda state: state | {"2.weight": torch.zeros(1)},
        lambda state: state | {"0.bias": torch.full_like(state["0.bias"], float("nan"))},
    ],
)
def test_other_weights_are_refused_in_one_sentence(spoil, world, generator, tmp_path):
    _, reference = world
    images = judge_gan.draw(generator, judge_gan.noise(reference["file"]))
    with pytest.raises(SubmissionError, match=r"^gan\.safetensors (does not hold|holds weights)"):
        score(images, reference, spoil(generator.state_dict()), tmp_path)


def test_copies_are_refused(world):
    splits, reference = world
    n = len(splits.test)
    grain = np.clip(splits.train[:n] + np.random.default_rng(0).normal(0, 3, splits.train[:n].shape), 0, 255)
    for copies in (splits.train[:n], grain.astype(np.uint8)):
        with pytest.raises(SubmissionError, match="nearly the same as one of the training pictures"):
            judge.compare(reference, copies)


def test_the_notebooks_generator_is_the_judges(generator):
    from common.notebooks import books
    from common.submission.card import find_card

    for path in books.paths(find_card("hw06_gan")):
        notebook = books.definitions(path)
        notebook["side"] = 24  # what its cell about the data finds out
        made = notebook["make_generator"]()
        made.load_state_dict(generator.state_dict())
        z = judge_gan.noise(["0.png", "1.png"])
        assert (notebook["draw"](made, z) == judge_gan.draw(generator, z)).all()


def test_the_judge_reads_both_generators():
    z = judge_gan.noise(["0.png", "1.png"])
    for make in (judge_gan.make_generator, judge_gan.make_smooth_generator):
        made = make(24, 3).eval()
        assert (judge_gan.draw(judge_gan.load(made.state_dict()), z) == judge_gan.draw(made, z)).all()
