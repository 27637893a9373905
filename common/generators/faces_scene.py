"""Around faces: the background, what is worn on the head, and the light. Each function draws onto many heads."""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import math

import numpy as np

from common.generators.drawing import arc, circle, smooth
from common.generators.faces_features import SIDES, oval
from common.generators.faces_hair import on_hair
from common.generators.pens import Pens, corners, hsvs, mixed

WHITE = (255, 255, 255)


def wall(factors: np.ndarray) -> np.ndarray:
    """The pastel colour of each background, (N, 3)."""
    return hsvs(factors["background_hue"], 0.3, 0.94)


def background(heads, pens: Pens) -> None:
    """What is on the wall: nothing, shades, stripes, dots, rays or bubbles. `pattern` shifts it.

    pens: whose frames are those of the pictures.
    """
    for name, draw in (("shaded", shades), ("stripes", stripes), ("dots", dots), ("rays", rays), ("bubbles", bubbles)):
        some = heads.have("background", name)
        if some.any():
            factors = heads.factors[some]
            other = hsvs(factors["background_hue"] + 0.07, 0.46, 0.84)
            draw(pens[some], factors["pattern"], wall(factors), other)


def shades(pens, shift, wall, other) -> None:
    for k in range(12):
        y = -1 + k / 6
        pens.polygon([(-1, y), (1, y), (1, y + 0.17), (-1, y + 0.17)], mixed(wall, other, k / 11))


def stripes(pens, shift, wall, other) -> None:
    for k in range(-5, 5):
        x = 0.5 * (k + shift)
        pens.polygon(corners([(x, -1), (x + 0.25, -1), (x + 0.95, 1), (x + 0.7, 1)]), other)


def dots(pens, shift, wall, other) -> None:
    for row in range(5):
        for column in range(5):
            x = -1 + 0.5 * (column + 0.5 * (row % 2))
            pens.ellipse(x, -1 + 0.5 * (row + shift), 0.1, 0.1, mixed(wall, WHITE, 0.6))


def rays(pens, shift, wall, other) -> None:
    for k in range(10):
        start = (k + shift) * math.pi / 5
        end = start + 0.31
        pens.polygon(
            corners([(0, 0), (2 * np.cos(start), 2 * np.sin(start)), (2 * np.cos(end), 2 * np.sin(end))]), other
        )


def bubbles(pens, shift, wall, other) -> None:
    for k in range(4):
        angle, radius = 6.28 * shift + 1.7 * k, 0.3 - 0.05 * k
        pens.ellipse(0.78 * np.cos(angle), 0.78 * np.sin(angle), radius, radius, mixed(wall, WHITE, 0.5))


def worn_behind(heads) -> None:
    """The ears of a cat stand behind the hair."""
    heads = heads.those("ornament", "cat_ears")
    for side in SIDES:
        ear = np.array([(0.18, -0.8), (0.54, -1.12), (0.7, -0.5)]) * (side, 1)
        inner = np.array([(0.34, -0.8), (0.52, -0.98), (0.6, -0.64)]) * (side, 1)
        heads.fill(heads.at(ear, 0.05), heads.hair, heads.hair_line)
        heads.fill(heads.at(inner, 0.05), (250, 172, 182))


def hair_ornament(heads) -> None:
    """What sits in the hair: a clip, a bow, a band or a flower."""
    for name, draw in (("clip", clip), ("bow", bow), ("band", band), ("flower", flower)):
        some = heads.those("ornament", name)
        color = hsvs(some.factors["ornament_hue"], 0.72, 0.9)
        draw(some, some.either_side(), color, 0.5 * color)


def clip(heads, side, color, line) -> None:
    for y in (-0.4, -0.29):
        heads.line(on_hair(heads, corners([(0.28 * side, y), (0.5 * side, y - 0.06)])), 0.06, color)


def bow(heads, side, color, line) -> None:
    middle = corners([(0.42 * side, -0.78)])
    for way in SIDES:
        wing = smooth([(0, 0), (0.3 * way, -0.2), (0.3 * way, 0.18)], 4)
        heads.fill(heads.at(wing + middle, 0.3), color, line)
    heads.fill(heads.at(circle(12) * 0.08 + middle, 0.3), 0.8 * color, line)


def band(heads, side, color, line) -> None:
    t = np.linspace(-1, 1, 13)
    upper, lower = (np.stack([0.68 * t, y - 0.34 * np.sqrt(1 - 0.86 * t**2)], 1) for y in (-0.5, -0.38))
    heads.fill(on_hair(heads, np.concatenate([upper, lower[::-1]])), color, line, 0.02)


def flower(heads, side, color, line) -> None:
    middle = corners([(0.46 * side, -0.56)])
    for k in range(5):
        angle = 1.257 * k + 3 * heads.factors["pattern"]
        petal = circle(10) * 0.1 + corners([(0.11 * np.cos(angle), 0.11 * np.sin(angle))]) + middle
        heads.fill(on_hair(heads, petal), mixed(color, WHITE, 0.3))
    heads.fill(on_hair(heads, circle(10) * 0.075 + middle), (255, 226, 92))


def worn_before(heads) -> None:
    """Headphones go over everything."""
    heads = heads.those("ornament", "headphones")
    color = hsvs(heads.factors["ornament_hue"], 0.7, 0.86)
    heads.line(heads.at(arc(math.pi, 2 * math.pi, 15, 0.8, 0.93) + (0, -0.03)), 0.075, 0.55 * color)
    for side in SIDES:
        heads.fill(heads.at(oval(0.76 * side, 0.05, 0.14, 0.22)), color, 0.45 * color)


def lit(images: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The pictures (N, S, S, 3) under their light: brighter on the side that it comes from, as uint8."""
    across = np.linspace(-1, 1, images.shape[2], dtype=np.float32)
    slope = (0.12 * factors["detail"] * factors["light"]).astype(np.float32)
    strength = factors["brightness"].astype(np.float32)[:, None] * (1 + slope[:, None] * across)
    bright = images * strength[:, None, :, None]
    bright += np.float32(0.5)
    return np.minimum(bright, 255, out=bright).astype(np.uint8)
