"""The pen, the light and the camera that pictures are drawn with."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.generators.drawing import (
    CAMERA,
    HIGHEST,
    Canvas,
    Chance,
    blob,
    disc,
    hsv,
    illumination,
    mirrored,
    mix,
    photograph,
    photographs,
    shade,
    smooth,
    turned,
)

NEUTRAL = {name: (0.0, 0.0) for name in CAMERA}
SQUARE = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
angles = st.floats(-math.pi, math.pi)


def marked_share(canvas):
    return canvas.pixels()[2].mean()


def test_an_untouched_canvas_is_its_colour():
    image, mask = photograph(Canvas(16, color=(10, 120, 250)), np.random.default_rng(0), NEUTRAL)
    assert image.shape == (16, 16, 3) and image.dtype == np.uint8 and (image == (10, 120, 250)).all()
    assert mask.shape == (16, 16) and mask.dtype == bool and not mask.any()


def test_the_mask_is_what_was_drawn_marked_and_can_still_be_seen():
    canvas = Canvas(64)
    pen = canvas.pen()
    pen.polygon(SQUARE * 0.9, (0, 0, 0))
    assert marked_share(canvas) == 0
    pen.marked().polygon(SQUARE * 0.5, (255, 0, 0))
    assert abs(marked_share(canvas) - 0.25) < 0.03
    pen.polygon(SQUARE * (0.5, 0.25), (0, 255, 0))  # over it, not marked
    assert abs(marked_share(canvas) - 0.125) < 0.03


@given(angles, st.floats(0.2, 0.6), st.booleans(), st.floats(0.7, 1.4), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_part_is_a_frame_in_a_frame(angle, size, flip, stretch, x, y):
    """Where points of a part lie, written out; and areas grow by the square of `size`, whatever the stretch."""
    canvas = Canvas(64)
    outer = canvas.pen().part(0.1, -0.1, 0.9, 0.3)
    inner = outer.part(x, y, size, angle, flip, stretch)
    points = np.array([(0.5, 0.2), (-1.0, 0.7), (0.0, 0.0)])
    local = points * (size * stretch * (-1 if flip else 1), size / stretch)
    expected = (turned(local, angle) + np.array([x, y])) @ np.array(outer.matrix).reshape(2, 2) + outer.origin
    found = points @ np.array(inner.matrix).reshape(2, 2) + inner.origin
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert math.isclose(inner.scale, 0.9 * size * canvas.pen().scale)


@given(angles, angles, st.booleans())
def test_towards_light_points_to_the_lamp_from_every_frame(light, angle, flip):
    pen = Canvas(32, light=light).pen().part(0.2, 0.1, 0.5, angle, flip)
    x, y = np.array(pen.towards_light) @ np.array(pen.matrix).reshape(2, 2)
    assert math.isclose(math.atan2(y, x) % (2 * math.pi), light % (2 * math.pi), abs_tol=1e-6) or math.isclose(
        abs(math.atan2(y, x) - light) % (2 * math.pi), 0, abs_tol=1e-6
    )
    assert math.isclose(math.hypot(x, y), pen.scale, rel_tol=1e-6)


@given(angles)
def test_slopes_towards_the_light_are_bright_and_shadows_lie_behind(light):
    """A block on a table: lit on the side of the lamp, shadow on the other, whatever the direction."""
    heights = np.zeros((64, 64), np.float32)
    heights[24:40, 24:40] = 60
    lit, shaded = illumination(  # the same block twice
        np.stack([heights, heights]),
        np.array([light, light]),
        {"falloff": np.zeros(2), "relief": np.array([0.3, 0.0]), "shadow": np.array([0.0, 0.5])},
    )
    ys, xs = np.mgrid[-31.5:32.5, -31.5:32.5]
    along = xs * math.cos(light) + ys * math.sin(light)  # pixels towards the lamp
    assert (lit * along).sum() > 0 and lit.max() > 1.2 and lit.min() < 0.8
    darker = 1 - shaded
    assert (darker * along).sum() < 0 and darker.max() > 0.3
    assert darker[28:36, 28:36].max() < 1e-6, "the top of the block lies in no shadow"


def test_camera_settings_do_what_they_say():
    canvas = Canvas(32, color=(200, 100, 50))
    rng = np.random.default_rng(0)

    def taken(**settings):
        return photograph(canvas, rng, {**NEUTRAL, **{k: (v, v) for k, v in settings.items()}})[0].astype(float)

    plain = taken()
    assert np.ptp(taken(saturation=-9)[0, 0]) <= 1
    assert taken(exposure=0.2).mean() > plain.mean() > taken(exposure=-0.2).mean()
    assert (taken(warmth=0.2) - plain)[0, 0, 0] > 0 > (taken(warmth=0.2) - plain)[0, 0, 2]
    assert (taken(tint=0.1) - plain)[0, 0, 1] > 0
    assert abs(taken(contrast=-5) - 127).max() < 3
    assert 0.02 < taken(noise=0.03).std(axis=(0, 1)).mean() / 255 < 0.04


def test_many_photographs_are_those_of_each_alone():
    """By its own light, settings and noise, whatever is photographed beside it."""
    canvases = [Canvas(16, light=k, color=(40 * k, 90, 200 - 40 * k)) for k in range(5)]
    for k, canvas in enumerate(canvases):
        canvas.pen().raised(20 * k).marked().ellipse(0.1, 0, 0.5, 0.4, (200, 30, 90), 0.3)
    together, marks = photographs(canvases, [np.random.default_rng(k) for k in range(5)])
    for k, canvas in enumerate(canvases):
        image, mark = photograph(canvas, np.random.default_rng(k))
        assert np.array_equal(image, together[k]) and np.array_equal(mark, marks[k])


def test_many_ellipses_are_those_of_each_alone():
    rng, (one, many) = np.random.default_rng(3), (Canvas(32), Canvas(32))
    places, sizes, angles = rng.uniform(-1, 1, (6, 2)), rng.uniform(0.1, 0.4, (6, 2)), rng.uniform(0, 3, 6)
    colors = [(40 * k, 200, 90) for k in range(6)]
    many.pen().part(0.1, 0, 0.8, 0.3).ellipses(places, sizes, colors, angles)
    for (x, y), (rx, ry), color, angle in zip(places, sizes, colors, angles, strict=True):
        one.pen().part(0.1, 0, 0.8, 0.3).ellipse(x, y, rx, ry, color, angle)
    assert np.array_equal(np.asarray(one.image), np.asarray(many.image))


def test_chance_gives_the_numbers_of_a_generator():
    chance, rng = Chance(np.random.PCG64([3, 1, 2])), np.random.default_rng([3, 1, 2])
    for low, high in ((0.0, 1.0), (-2.5, 0.3), (0, 6), (-np.pi, np.pi)):
        assert [chance.uniform(low, high) for _ in range(9)] == [rng.uniform(low, high) for _ in range(9)]
        assert np.array_equal(chance.uniform(low, high, (3, 2)), rng.uniform(low, high, (3, 2)))
    lows, highs = np.zeros(4), np.arange(4) + 0.5
    assert np.array_equal(chance.uniform(lows, highs), rng.uniform(lows, highs))
    assert chance.integers(10) == rng.integers(10) and chance.normal() == rng.normal()


def test_heights_and_colours_stay_in_their_ranges():
    canvas = Canvas(32, color=(-50, 300, 20))
    pen = canvas.pen().raised(500).marked()
    pen.ball(0, 0, 0.5, 0.5, shade((300, -20, 90), 2.0))
    pen.raised(50).dots(np.zeros((3, 2)), 0.2, 0.2, [(999, 0, 0)])
    colors, heights, _ = canvas.pixels()
    assert colors.min() >= 0 and colors.max() <= 1 and heights.max() == HIGHEST


@pytest.mark.parametrize("n", [0, 1, 40])
def test_dots_are_as_many_as_asked_for(n):
    canvas = Canvas(64)
    places = np.stack([np.linspace(-0.9, 0.9, n), np.zeros(n)], 1)
    canvas.pen().marked().dots(places, 0.01, 0.01, [(255, 0, 0), (0, 255, 0)], np.random.default_rng(0))
    assert (canvas.pixels()[2].sum() > 0) == (n > 0)


def test_colours():
    assert hsv(0, 1, 1) == (255, 0, 0) and hsv(1 / 3, 2, 1) == (0, 255, 0) and hsv(0.2, 0, -1) == (0, 0, 0)
    assert mix((0, 0, 0), (10, 20, 30), 0.5) == (5, 10, 15)


def test_outlines():
    corners = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
    curve = smooth(corners)
    assert all((np.abs(curve - corner).sum(axis=1) < 1e-9).any() for corner in corners)
    np.testing.assert_allclose(smooth(corners, closed=False)[[0, -1]], corners[[0, -1]])
    outline = mirrored([(0.5, -1), (1, 1)])
    np.testing.assert_allclose(outline * (-1, 1), outline[::-1])
    rng = np.random.default_rng(0)
    assert np.hypot(*disc(rng, 500, 0.7).T).max() <= 0.7
    radius = np.hypot(*blob(rng, 0.1).T)
    assert 0.5 < radius.min() < radius.max() < 1.6
