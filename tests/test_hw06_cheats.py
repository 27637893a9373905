"""Homework 6: what scores well without having learnt anything must not climb the ladder."""

import numpy as np
import pytest
import torch

from common.errors import SubmissionError
from common.homeworks.hw06 import judge, judge_gan
from tests.hw06 import cheats, diffusion, gan

by_starter = pytest.mark.parametrize("make", [gan, diffusion])


@by_starter
def test_pictures_that_the_weights_do_not_draw_are_refused(make, tmp_path):
    untrained = make()
    refused = rf"is not what the weights in {untrained.id.removeprefix('hw06_')}\.safetensors draw"
    for name, images in cheats(untrained.splits):
        with pytest.raises(SubmissionError, match=refused):
            untrained.score(images, tmp_path / name)


@by_starter
def test_what_the_weights_draw_is_scored_by_other_pictures_of_theirs(make, tmp_path):
    untrained = make()
    reference, images = untrained.reference, untrained.drawn()
    value = untrained.score(images, tmp_path)
    others = untrained.drawn(judge.secret(reference))
    assert value == judge.compare(reference, others) and (others != images).any()
    assert value == untrained.score(images, tmp_path / "again")


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
def test_other_weights_are_refused_in_one_sentence(spoil, tmp_path):
    untrained = gan()
    with pytest.raises(SubmissionError, match=r"^gan\.safetensors (does not hold|holds weights)"):
        untrained.score(untrained.drawn(), tmp_path, spoil(untrained.weights))


def test_copies_are_refused():
    splits, reference = gan().splits, gan().reference
    n = len(splits.test)
    grain = np.clip(splits.train[:n] + np.random.default_rng(0).normal(0, 3, splits.train[:n].shape), 0, 255)
    for copies in (splits.train[:n], grain.astype(np.uint8)):
        with pytest.raises(SubmissionError, match="nearly the same as one of the training pictures"):
            judge.compare(reference, copies)


def test_the_notebooks_generator_is_the_judges():
    from common.notebooks import books
    from common.submission.card import find_card

    generator = gan().net
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
