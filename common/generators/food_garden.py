"""Vegetables and fruit: one small function for each thing.

A thing fills the frame of its pen, from -1 to 1. All that `pen` draws is food.
"""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import math

import numpy as np

from common.generators.drawing import arc, blob, disc, hsv, mirrored, mix, shade, smooth, turned
from common.generators.food_colors import (
    BLACK,
    WHITE,
    berry,
    cream,
    crust,
    green,
    one_of,
    orange,
    pink,
    red,
    yellow,
)


def leaf(pen, x, y, long, wide, color, angle):
    pen.ellipse(x, y, long, wide, color, angle)
    dx, dy = 0.8 * long * math.cos(angle), 0.8 * long * math.sin(angle)
    pen.line([(x - dx, y - dy), (x + dx, y + dy)], 0.04, mix(color, WHITE, 0.35))


def carrot(pen, rng):
    """A tapering root with its green."""
    root, top = orange(rng), green(rng)
    for angle in (-2.9, 2.9, math.pi, -2.65, 2.65):
        pen.line(
            [(-0.5, 0), (-0.5 + 0.5 * math.cos(angle), 0.9 * math.sin(angle))], 0.1, shade(top, rng.uniform(0.8, 1.15))
        )
    body = smooth([(-0.62, 0), (-0.55, -0.27), (0, -0.2), (1.0, -0.02), (1.0, 0.02), (0, 0.2), (-0.55, 0.27)])
    pen.polygon(body, shade(root, 0.75))
    pen.raised(10).polygon(body * (0.95, 0.75), root)
    for x in (-0.4, -0.15, 0.12, 0.4):
        pen.raised(10).line([(x, -0.16 + 0.1 * x), (x + 0.03, 0.02)], 0.045, shade(root, 0.72))


def apple(pen, rng):
    """A round fruit with a dimple, stalk and leaf, or cut in half."""
    skin = one_of(rng, red, green, lambda r: mix(red(r), yellow(r), 0.5))
    body = smooth(mirrored([(0.0, -0.62), (0.4, -0.82), (0.85, -0.5), (0.86, 0.15), (0.5, 0.78), (0.0, 0.72)]), 3)
    if rng.random() < 0.3:
        pen.slab(body, mix(cream(rng), WHITE, 0.3), skin, inner=0.9)
        for side in (-1, 1):
            pen.ellipse(0.12 * side, 0.05, 0.07, 0.13, (84, 50, 30), 0.3 * side)
    else:
        dx, dy = pen.towards_light
        pen.polygon(body, shade(skin, 0.72))
        pen.raised(10).polygon(0.86 * body + (0.05 * dx, 0.05 * dy), skin)
        pen.raised(14).ellipse(0.36 * dx, 0.36 * dy, 0.24, 0.2, mix(skin, WHITE, 0.55))
    pen.line([(0, -0.6), (0.1, -1.0)], 0.09, (96, 66, 38))
    leaf(pen.raised(6), 0.35, -0.9, 0.26, 0.12, green(rng), -0.4)


def broccoli(pen, rng):
    """A stem and a crown of florets."""
    dark = green(rng)
    pale = mix(dark, yellow(rng), 0.4)
    pen.polygon([(-0.2, -0.1), (0.2, -0.1), (0.26, 0.95), (-0.24, 0.95)], pale)
    for side in (-1, 1):
        pen.line([(0, 0.45), (0.45 * side, 0.0)], 0.2, pale)
    for k, (x, y) in enumerate([(-0.6, -0.1), (0.6, -0.12), (-0.3, -0.5), (0.34, -0.48), (0, -0.2), (0, -0.74)]):
        pen.raised(4 + 2 * k).polygon(0.37 * blob(rng, 0.08, 14) + (x, y), shade(dark, 0.7 + 0.06 * k))
    tones = [dark, shade(dark, 1.3), shade(dark, 0.7), mix(dark, yellow(rng), 0.25)]
    pen.raised(14).dots(disc(rng, 60, 0.62) * (1.3, 0.9) + (0, -0.36), 0.08, 0.07, tones)


def banana(pen, rng):
    """A crescent with dark ends."""
    skin = mix(yellow(rng), green(rng), rng.uniform(0, 0.25))
    outer, inner = arc(0.3, 2.85, 14, 1.0, 0.95), arc(2.85, 0.3, 14, 0.9, 0.5)
    body = np.concatenate([outer, inner]) - (0, 0.45)
    pen.polygon(body, shade(skin, 0.78))
    pen.raised(8).polygon(np.concatenate([arc(0.4, 2.75, 12, 0.94, 0.82), inner]) - (0, 0.45), skin)
    pen.raised(10).line(arc(0.6, 2.5, 10, 0.95, 0.7) - (0, 0.45), 0.05, shade(skin, 0.85))
    for end in (outer[0], outer[-1]):
        pen.ellipse(*(end * 0.97 - (0, 0.47)), 0.1, 0.1, hsv(0.08, 0.5, 0.35))
    for x in rng.uniform(-0.5, 0.5, rng.integers(0, 5)):
        pen.raised(8).ellipse(x, 0.33 - 0.5 * x * x, 0.06, 0.035, hsv(0.08, 0.6, 0.4))


def melon(pen, rng):
    """A slice of watermelon or of a sweet melon."""
    water = rng.random() < 0.65
    flesh, rind, edge = (
        (red(rng), green(rng), cream(rng)) if water else (mix(orange(rng), cream(rng), 0.35), crust(rng), yellow(rng))
    )
    half = arc(0, math.pi, 22) - (0, 0.42)
    for size, color in ((1.0, shade(rind, 0.8)), (0.93, edge), (0.84, flesh)):
        pen.polygon((half + (0, 0.42)) * size - (0, 0.42), color)
    if water:
        seeds = np.concatenate([arc(0.35, 2.8, 7, 0.6), arc(0.7, 2.4, 4, 0.33)]) - (0, 0.4)
        pen.raised(5).dots(seeds, 0.05, 0.08, [BLACK])
    else:
        pen.polygon(arc(0.3, 2.84, 12, 0.4, 0.3) - (0, 0.42), mix(flesh, edge, 0.7))


def citrus(pen, rng):
    """A slice of orange, lemon, lime or grapefruit."""
    flesh = one_of(rng, orange, yellow, lambda r: mix(green(r), yellow(r), 0.4), lambda r: mix(red(r), pink(r), 0.5))
    pen.ellipse(0, 0, 0.95, 0.95, shade(flesh, 0.95))
    pen.raised(3).ellipse(0, 0, 0.83, 0.83, mix(flesh, WHITE, 0.8))
    for angle in np.arange(8) * math.pi / 4:
        wedge = np.array([(0.1, 0), (0.7, -0.22), (0.76, 0), (0.7, 0.22)])
        pen.raised(7).polygon(turned(wedge, angle), flesh)
        pen.raised(9).polygon(turned(0.6 * wedge + (0.2, 0), angle), mix(flesh, WHITE, 0.2))


def strawberry(pen, rng):
    """A pointed red fruit with seeds and a green collar."""
    skin = red(rng)
    body = smooth(mirrored([(0.0, -0.62), (0.5, -0.7), (0.8, -0.3), (0.5, 0.45), (0.08, 0.95)]), 3)
    pen.polygon(body, shade(skin, 0.75))
    pen.raised(10).polygon(0.86 * body, mix(skin, WHITE, 0.06))
    seeds = np.array(
        [
            (x + 0.14 * (row % 2), y)
            for row, y in enumerate((-0.4, -0.15, 0.1, 0.35, 0.6))
            for x in (-0.42, -0.14, 0.14, 0.42)
            if abs(x) < 0.68 - 0.55 * max(y, 0)
        ]
    )
    pen.raised(12).dots(seeds, 0.045, 0.06, [mix(yellow(rng), WHITE, 0.3)])
    for angle in np.linspace(-0.2, math.pi + 0.2, 6):
        pen.raised(14).ellipse(
            0.3 * math.cos(angle), -0.68 + 0.14 * math.sin(angle), 0.26, 0.1, green(rng), 0.5 * angle
        )


def grapes(pen, rng):
    """A bunch, wide above and narrow below."""
    skin = one_of(rng, berry, lambda r: mix(green(r), yellow(r), 0.45), lambda r: mix(red(r), berry(r), 0.5))
    pen.line([(0, -0.7), (0.12, -1.05)], 0.1, (110, 84, 46))
    k = 0
    for row, n in enumerate((4, 5, 4, 3, 2, 1)):
        for column in range(n):
            x, y = 0.36 * (column - (n - 1) / 2) + rng.normal(0, 0.03), -0.62 + 0.3 * row
            pen.raised(4 + 3 * (k % 4)).ball(x, y, 0.22, 0.22, shade(skin, rng.uniform(0.85, 1.1)), gloss=0.6)
            k += 1
    leaf(pen.raised(14), -0.35, -0.82, 0.32, 0.18, green(rng), 0.5)


def tomato(pen, rng):
    """Whole with its star of sepals, or a slice with seed chambers."""
    skin = mix(red(rng), orange(rng), rng.uniform(0, 0.3))
    if rng.random() < 0.5:
        pen.ball(0, 0, 0.92, 0.84, skin, gloss=0.7)
        for angle in np.arange(5) * 2 * math.pi / 5:
            pen.raised(12).ellipse(0.2 * math.cos(angle), 0.2 * math.sin(angle), 0.22, 0.07, green(rng), angle)
    else:
        pen.slab(0.92 * arc(0, 6.1, 22), mix(skin, WHITE, 0.2), skin)
        for angle in np.arange(4) * math.pi / 2:
            x, y = 0.42 * math.cos(angle), 0.42 * math.sin(angle)
            pen.ellipse(x, y, 0.3, 0.2, shade(skin, 0.8), angle + math.pi / 2)
            pen.dots(disc(rng, 4, 0.18) + (x, y), 0.06, 0.05, [yellow(rng)])


def corn(pen, rng):
    """A cob in rows of kernels, half in its husk."""
    kernel, husk = yellow(rng), mix(green(rng), yellow(rng), 0.2)
    pen.ellipse(0.1, 0, 0.9, 0.36, shade(kernel, 0.7))
    rows = np.array(
        [
            (x + 0.06 * (k % 2), y)
            for k, y in enumerate((-0.24, -0.08, 0.08, 0.24))
            for x in np.arange(-0.6, 0.95, 0.15)
            if ((x - 0.1) / 0.9) ** 2 + (y / 0.36) ** 2 < 0.95
        ]
    )
    pen.raised(8).dots(rows, 0.07, 0.075, [kernel, shade(kernel, 0.9), mix(kernel, WHITE, 0.3)])
    for side in (-1, 1):
        pen.raised(12).polygon(
            smooth([(-1.05, 0), (-0.5, 0.42 * side), (0.35, 0.5 * side), (-0.3, 0.16 * side)]),
            shade(husk, 0.9 + 0.12 * side),
        )
