"""Drawn faces: the same bytes from the same row, every factor seen, and a scene in which one factor is changed."""

import hashlib

import numpy as np
import PIL
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from common.generators import drawing, odd_faces, pens
from common.generators.faces import DTYPE, KINDS, PLAIN_KINDS, PLAIN_SIZES, SIZES, draw, faces, sample


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("side", [32, 64])
def test_faces_are_a_pure_function_of_their_seed(side, plain):
    one, again, other = (faces(seed, 4, side, plain) for seed in (5, 5, 6))
    assert one.images.shape == (4, side, side, 3) and one.images.dtype == np.uint8
    assert one.factors.shape == (4,) and one.factors.dtype == DTYPE
    assert (one.images == again.images).all() and (one.factors == again.factors).all()
    assert (one.images != other.images).any(axis=(1, 2, 3)).all()


PICTURES = {  # 200 of each style, and the beginning of their SHA-256
    "faces": (lambda: faces(1, 200, 32).images, "bf361a7fcc4d0f25"),
    "large faces": (lambda: faces(2, 200, 64).images, "a4ed35d9d6b3a7fb"),
    "plain faces": (lambda: faces(3, 200, 32, plain=True).images, "774f5da8d8ff5d1e"),
    "people": (lambda: odd_faces.normal_faces(4, 200), "c506a3d1a09b208c"),
    "odd faces": (lambda: odd_faces.odd_faces(5, np.arange(200) % len(odd_faces.KINDS)), "3259de2a1e541729"),
}


@pytest.mark.skipif(tuple(map(int, PIL.__version__.split(".")[:2])) < (11, 3), reason="older Pillows draw other edges")
@pytest.mark.parametrize("style", PICTURES)
def test_the_pictures_are_those_that_everything_was_measured_on(style):
    """Ladders, thresholds and the networks of homework 6 rest on them; whoever changes one pixel measures anew."""
    made, digest = PICTURES[style]
    assert hashlib.sha256(made().tobytes()).hexdigest().startswith(digest)


@pytest.mark.parametrize("plain", [False, True])
def test_faces_drawn_in_step_are_those_drawn_one_by_one(plain):
    rows = sample(10, 12, plain)
    assert (draw(rows) == np.concatenate([draw(row) for row in rows])).all()


def test_outlines_of_many_are_those_of_each():
    many = np.random.default_rng(0).normal(size=(3, 7, 2))
    for closed in (True, False):
        each = [drawing.smooth(drawing.mirrored(points), 4, closed) for points in many]
        np.testing.assert_allclose(drawing.smooth(drawing.mirrored(many), 4, closed), each, atol=1e-12)
    x = np.array([1.0, 2.0, 3.0])
    assert pens.corners([(0, 1), (x, 2)]).tolist() == [[[0, 1], [k, 2]] for k in x]
    assert pens.corners([(0, 1), (x[:0], 2)]).shape == (0, 2, 2)
    assert pens.hsvs(x / 4, 0.5, 0.8).tolist() == [list(drawing.hsv(k / 4, 0.5, 0.8)) for k in x]


def test_strokes_are_those_of_pillows_public_interface():
    rng, images = np.random.default_rng(3), [Image.new("RGB", (64, 64)) for _ in range(2)]
    ours, theirs = map(ImageDraw.Draw, images)
    for k in range(200):
        points = rng.uniform(-10, 75, (rng.integers(3, 12), 2))
        whole, flat, ink = pens._whole(points), points.ravel().tolist(), int(rng.integers(1 << 24))
        if k % 2:
            pens._polygon(ours, whole, ink)
            theirs.polygon(flat, fill=ink)
        else:
            pens._line(ours, whole, ink, k % 3 + 1)
            theirs.line(flat, fill=ink, width=k % 3 + 1)
        assert images[0].tobytes() == images[1].tobytes()


@given(st.integers(0, 2**64), st.integers(0, 30), st.integers(0, 30), st.booleans())
@settings(max_examples=20)
def test_a_longer_table_begins_with_the_shorter_one(seed, n, more, plain):
    assert (sample(seed, n + more, plain)[:n] == sample(seed, n, plain)).all()


@pytest.mark.parametrize("plain", [False, True])
def test_factors_keep_to_their_ranges_and_use_them(plain):
    rows = sample(1, 4000, plain)
    for name, (names, weights) in KINDS.items():
        wanted = np.array(PLAIN_KINDS[name] if plain else weights, float)
        assert len(wanted) == len(names)
        share = np.bincount(rows[name], minlength=len(names)) / len(rows)
        assert np.abs(share - wanted / wanted.sum()).max() < 0.04, name
    for name, limits in SIZES.items():
        low, high = PLAIN_SIZES.get(name, limits) if plain else limits
        least, most = rows[name].min(), rows[name].max()
        assert low - 1e-5 <= least <= low + 0.01 * (high - low) + 1e-5, name
        assert high - 0.01 * (high - low) - 1e-5 <= most <= high + 1e-5, name


def test_factors_are_independent_of_each_other():
    rows = sample(2, 4000)
    table = np.stack([rows[name].astype(float) for name in DTYPE.names if rows[name].std() > 0])
    correlation = np.corrcoef(table) - np.eye(len(table))
    assert np.abs(correlation).max() < 0.08


def test_plain_faces_differ_in_fewer_factors():
    full, plain = sample(3, 500), sample(3, 500, plain=True)
    varied = [sum(len(np.unique(rows[name])) > 1 for name in DTYPE.names) for rows in (full, plain)]
    assert varied[1] < 0.65 * varied[0]


@pytest.mark.parametrize("name", [name for name in KINDS if name != "strand"])
def test_each_name_of_a_factor_is_drawn_differently(name):
    row = sample(8, 1)
    row["ornament"], row["background"], row["fringe"], row["pitch"], row["yaw"] = 0, 3, 4, 0, 0.1
    scene = np.repeat(row, len(KINDS[name][0]))
    scene[name] = np.arange(len(scene))
    pictures = draw(scene, 64).reshape(len(scene), -1).astype(int)
    for k in range(len(scene)):
        for other in range(k):
            assert (np.abs(pictures[k] - pictures[other]) > 8).mean() > 0.001, (name, k, other)


@pytest.mark.parametrize("name", [name for name in SIZES if name not in ("detail", "ornament_hue", "clothes_hue")])
def test_each_size_of_a_factor_is_seen(name):
    row = sample(9, 1)
    row["background"], row["eyes"], row["eye_tilt"] = 3, 0, 0.1
    ends = np.repeat(row, 2)
    ends[name] = (0.1, 0.6) if name == "background_hue" else SIZES[name]  # a hue goes round: 1 is 0
    one, other = draw(ends, 64).astype(int)
    assert (np.abs(one - other) > 8).mean() > 0.001


def test_the_eyes_of_another_person_at_the_same_pose_leave_everything_but_the_face_as_it_was():
    people = sample(4, 2)
    mixed = people[:1].copy()
    for name in ("eyes", "eye_color", "eye_size", "eye_gap", "eye_tilt"):
        mixed[name] = people[1][name]
    before, after = draw(people[:1], 64)[0].astype(int), draw(mixed, 64)[0].astype(int)
    changed = np.abs(before - after).sum(-1) > 0
    assert changed.any() and not changed[:12].any() and not changed[:, :4].any()


def test_pictures_that_are_turned_move_the_eyes_more_than_the_outline():
    row = np.repeat(sample(4, 1, plain=True), 2)
    row["yaw"] = (-0.25, 0.25)
    left, right = draw(row, 64).astype(int)
    change = np.abs(left - right).sum(-1)
    assert change[28:46, 14:50].mean() > 2 * change[:28, :].mean()


def test_a_table_with_other_columns_is_refused():
    with pytest.raises(ValueError, match=r"columns of faces\.DTYPE"):
        draw(np.zeros(3, [("hair", np.uint8)]))


def test_no_rows_give_no_pictures():
    assert draw(sample(0, 0)).shape == (0, 32, 32, 3)
