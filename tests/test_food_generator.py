"""The drawn food: every form, masks, factors, planted cues."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.generators import food
from common.generators.drawing import Canvas
from common.generators.food import CLASSES, FORMS, Cue, pictures

EVERY_FORM = [(label, form) for label in CLASSES for form in FORMS[label]]


def test_the_classes_are_those_of_food_11():
    assert CLASSES == (
        "Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat", "Noodles/Pasta", "Rice", "Seafood", "Soup",
        "Vegetable/Fruit",
    )  # fmt: skip
    names = [form.draw.__name__ for _, form in EVERY_FORM]
    assert len(names) == len(set(names)) and all(len(forms) >= 4 for forms in FORMS.values())


@pytest.mark.parametrize(("label", "form"), EVERY_FORM, ids=[form.draw.__name__ for _, form in EVERY_FORM])
def test_every_form_draws_something_that_is_food(label, form):
    """Ten times each: in its frame it covers a fair part, and not all; and no drawing fails."""
    for k in range(10):
        canvas = Canvas(48, light=k)
        food.serve(canvas.pen().part(size=0.7).raised(12).marked(), np.random.default_rng([k, 1]), form)
        colors, _, mask = canvas.pixels()
        assert 0.02 < mask.mean() < 0.75
        assert colors[mask].std(axis=0).max() > 0.005, "one flat colour"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 10), st.integers(1, 3))
def test_a_picture_hangs_on_seed_place_and_class_alone(seed, label, more):
    labels = [label] * 2
    one, again = pictures(seed, labels), pictures(seed, labels + [0] * more)
    assert np.array_equal(one.images, again.images[:2]) and np.array_equal(one.masks, again.masks[:2])
    assert not np.array_equal(one.images[0], one.images[1])
    assert not np.array_equal(one.images, pictures(seed + 1, labels).images)
    assert one.images.shape == (2, 64, 64, 3) and one.images.dtype == np.uint8
    assert one.masks.shape == (2, 64, 64) and one.masks.dtype == bool and one.masks.any(axis=(1, 2)).all()
    assert one.forms[0] in {form.draw.__name__ for form in FORMS[CLASSES[label]]}


def test_all_forms_and_factors_occur():
    labels = np.arange(440) % 11
    made = pictures(5, labels, side=32)
    assert len(set(made.forms)) > 0.9 * len(EVERY_FORM)
    cover = made.masks.mean(axis=(1, 2))
    assert np.quantile(cover, 0.02) > 0.02 and np.quantile(cover, 0.98) < 0.65
    ys, xs = np.mgrid[-1:1:32j, -1:1:32j]
    middles = np.array([(xs[mask].mean(), ys[mask].mean()) for mask in made.masks])
    assert (np.abs(middles.mean(axis=0)) < 0.06).all() and (middles.std(axis=0) > 0.07).all()
    brightness = made.images.mean(axis=(1, 2, 3))
    assert brightness.min() < 80 and brightness.max() > 170


def test_no_class_has_a_colour_of_its_own():
    """Mean colours of the classes lie close together against the spread within a class."""
    labels = np.arange(660) % 11
    means = pictures(6, labels, side=32).images.mean(axis=(1, 2))
    between = np.stack([means[labels == c].mean(axis=0) for c in range(11)]).std(axis=0)
    within = np.mean([means[labels == c].std(axis=0) for c in range(11)], axis=0)
    assert (between < 0.4 * within).all()


def test_a_cue_goes_with_its_class_and_changes_nothing_else():
    labels = np.arange(550) % 11
    plain = pictures(7, labels, side=32)
    planted = pictures(7, labels, Cue(label=3, rate=0.8, elsewhere=0.1), side=32)
    has = planted.cues.any(axis=(1, 2))
    assert 0.6 < has[labels == 3].mean() < 0.95 and 0.05 < has[labels != 3].mean() < 0.16
    assert np.array_equal(planted.images[~planted.cues], plain.images[~planted.cues])
    assert not (planted.masks & planted.cues).any() and not plain.cues.any()
    assert np.array_equal(planted.masks | planted.cues, plain.masks | planted.cues)
    share = planted.cues[has].mean(axis=(1, 2))
    assert (share > 0.01).all() and (share < 0.08).all()


def test_rates_of_cues_are_kept():
    labels = np.arange(22) % 11
    always = pictures(8, labels, Cue(label=3, rate=1.0), side=32).cues.any(axis=(1, 2))
    assert np.array_equal(always, labels == 3)
    assert pictures(8, labels, Cue(label=3, rate=0.0, elsewhere=1.0), side=32).cues.any(axis=(1, 2)).sum() == 20


@pytest.mark.parametrize("side", [32, 48, 64, 96])
def test_every_size_shows_the_same_scene(side):
    """Drawn smaller, a picture is about the larger one, reduced."""
    small, large = pictures(9, [2, 7], side=side), pictures(9, [2, 7], side=2 * side)
    reduced = large.images.reshape(2, side, 2, side, 2, 3).mean(axis=(2, 4))
    assert np.abs(small.images - reduced).mean() < 30
    assert np.abs(small.masks.mean() - large.masks.mean()) < 0.03
