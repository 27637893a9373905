"""Around a face: the background, what is worn on the head, and the light."""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import math

import numpy as np

from common.generators.drawing import Pen, arc, circle, hsv, mix, shade, smooth
from common.generators.faces_features import SIDES, oval
from common.generators.faces_hair import on_hair

WHITE = (255, 255, 255)
_FRAME = [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def background(pen: Pen, factor: dict, head) -> None:
    """A pastel wall: plain, shaded, striped, dotted, with rays or bubbles. `pattern` shifts what is on it."""
    wall, other = hsv(factor["background_hue"], 0.3, 0.94), hsv(factor["background_hue"] + 0.07, 0.46, 0.84)
    shift = factor["pattern"]
    pen.polygon(_FRAME, wall)
    if head.background == "shaded":
        for k in range(12):
            y = -1 + k / 6
            pen.polygon([(-1, y), (1, y), (1, y + 0.17), (-1, y + 0.17)], mix(wall, other, k / 11))
    elif head.background == "stripes":
        for k in range(-5, 5):
            x = 0.5 * (k + shift)
            pen.polygon([(x, -1), (x + 0.25, -1), (x + 0.95, 1), (x + 0.7, 1)], other)
    elif head.background == "dots":
        for row in range(5):
            for column in range(5):
                pen.ellipse(
                    -1 + 0.5 * (column + 0.5 * (row % 2)), -1 + 0.5 * (row + shift), 0.1, 0.1, mix(wall, WHITE, 0.6)
                )
    elif head.background == "rays":
        for k in range(10):
            start = (k + shift) * math.pi / 5
            pen.polygon(np.concatenate([[(0, 0)], arc(start, start + 0.31, 2, 2)]), other)
    elif head.background == "bubbles":
        for k in range(4):
            angle = 6.28 * shift + 1.7 * k
            pen.ellipse(
                0.78 * math.cos(angle), 0.78 * math.sin(angle), 0.3 - 0.05 * k, 0.3 - 0.05 * k, mix(wall, WHITE, 0.5)
            )


def worn_behind(head) -> None:
    """The ears of a cat stand behind the hair."""
    if head.ornament == "cat_ears":
        for side in SIDES:
            head.fill(
                head.at(np.array([(0.18, -0.8), (0.54, -1.12), (0.7, -0.5)]) * (side, 1), 0.05),
                head.hair,
                head.hair_line,
            )
            head.fill(head.at(np.array([(0.34, -0.8), (0.52, -0.98), (0.6, -0.64)]) * (side, 1), 0.05), (250, 172, 182))


def hair_ornament(head) -> None:
    """What sits in the hair: a clip, a bow, a band or a flower."""
    color = hsv(head.factor["ornament_hue"], 0.72, 0.9)
    line = shade(color, 0.5)
    side = 1 if head.factor["pattern"] > 0.5 else -1
    if head.ornament == "clip":
        for y in (-0.4, -0.29):
            head.pen.line(on_hair(head, np.array([(0.28, y), (0.5, y - 0.06)]) * (side, 1)), 0.06, color)
    elif head.ornament == "bow":
        middle = np.array((0.42 * side, -0.78))
        for way in SIDES:
            wing = smooth(np.array([(0, 0), (0.3 * way, -0.2), (0.3 * way, 0.18)]), 4)
            head.fill(head.at(wing + middle, 0.3), color, line)
        head.fill(head.at(circle(12) * 0.08 + middle, 0.3), shade(color, 0.8), line)
    elif head.ornament == "band":
        t = np.linspace(-1, 1, 13)
        upper, lower = (np.stack([0.68 * t, y - 0.34 * np.sqrt(1 - 0.86 * t**2)], 1) for y in (-0.5, -0.38))
        head.fill(on_hair(head, np.concatenate([upper, lower[::-1]])), color, line, 0.02)
    elif head.ornament == "flower":
        middle = np.array((0.46 * side, -0.56))
        for k in range(5):
            angle = 1.257 * k + 3 * head.factor["pattern"]
            petal = circle(10) * 0.1 + (0.11 * math.cos(angle), 0.11 * math.sin(angle)) + middle
            head.fill(on_hair(head, petal), mix(color, WHITE, 0.3))
        head.fill(on_hair(head, circle(10) * 0.075 + middle), (255, 226, 92))


def worn_before(head) -> None:
    """Headphones go over everything."""
    if head.ornament != "headphones":
        return
    color = hsv(head.factor["ornament_hue"], 0.7, 0.86)
    head.pen.line(head.at(arc(math.pi, 2 * math.pi, 15, 0.8, 0.93) + (0, -0.03), 0.0), 0.075, shade(color, 0.55))
    for side in SIDES:
        head.fill(head.at(oval(0.76 * side, 0.05, 0.14, 0.22), 0.0), color, shade(color, 0.45))


def lit(image: np.ndarray, factor: dict) -> np.ndarray:
    """The picture (S, S, 3) under its light: brighter on the side that the light comes from, as uint8."""
    across = np.linspace(-1, 1, image.shape[1], dtype=np.float32)
    strength = factor["brightness"] * (1 + 0.12 * factor["detail"] * factor["light"] * across)
    return np.minimum(image * strength[None, :, None] + 0.5, 255).astype(np.uint8)
