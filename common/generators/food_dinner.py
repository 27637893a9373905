"""Fried food, meat and seafood: one small function for each thing.

A thing fills the frame of its pen, from -1 to 1. `pen` draws food; what is not food (a box, a skewer) is drawn with
`pen.marked(False)`.
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
    golden,
    green,
    one_of,
    orange,
    pink,
    red,
    white,
    yellow,
)

# --- fried food -------------------------------------------------------------------------------------------------------


def fries(pen, rng, middles, angles, lengths):
    """Sticks of potato: middles (N, 2), angles (N,), half lengths (N,)."""
    color = golden(rng)
    for k, ((x, y), angle, half) in enumerate(zip(middles, angles, lengths, strict=True)):
        tone = mix(color, crust(rng), rng.uniform(0, 0.4))
        dx, dy = half * math.cos(angle), half * math.sin(angle)
        pen.raised(3 * (k % 5)).line([(x - dx, y - dy), (x + dx, y + dy)], 0.16, shade(tone, 0.68))
        pen.raised(3 * (k % 5) + 3).line([(x - dx, y - dy), (x + dx, y + dy)], 0.09, mix(tone, cream(rng), 0.2))


def box_of_fries(pen, rng):
    """Fries standing in a paper box."""
    n = 18
    x = np.linspace(-0.55, 0.55, n) + rng.normal(0, 0.05, n)
    middles = np.stack([x, rng.uniform(-0.5, -0.1, n)], 1)
    fries(pen, rng, middles, math.pi / 2 - 0.35 * x + rng.normal(0, 0.1, n), rng.uniform(0.4, 0.6, n))
    paper = one_of(rng, red, white, berry, green, yellow)
    box = pen.marked(False).raised(16)
    box.polygon([(-0.7, -0.1), (-0.3, 0.1), (0.3, 0.1), (0.7, -0.1), (0.5, 1), (-0.5, 1)], paper)
    for side in (-1, 1):
        box.polygon([(0.52 * side, -0.01), (0.7 * side, -0.1), (0.5 * side, 1), (0.38 * side, 1)], shade(paper, 0.8))
    box.ellipse(0, 0.55, 0.22, 0.22, mix(paper, one_of(rng, yellow, white, red), 0.8))


def heap_of_fries(pen, rng):
    """Fries in a heap, every way or nearly side by side; perhaps with a pot of dip."""
    n = rng.integers(16, 28)
    angles = rng.uniform(0, math.pi, n) if rng.random() < 0.6 else rng.normal(rng.uniform(0, 3), 0.3, n)
    fries(pen, rng, disc(rng, n, 0.6), angles, rng.uniform(0.3, 0.5, n))
    if rng.random() < 0.4:
        pot = pen.marked(False).raised(20)
        pot.ellipse(0.7, 0.62, 0.32, 0.32, white(rng))
        pot.ellipse(0.7, 0.62, 0.24, 0.24, one_of(rng, red, cream, yellow))


def crumbs(pen, rng, color, points):
    """The rough surface of batter."""
    tones = [shade(color, 0.72), mix(color, cream(rng), 0.45), shade(color, 0.86), mix(color, cream(rng), 0.2)]
    pen.dots(points, 0.075, 0.055, tones, rng)


def onion_ring(pen, rng):
    """A ring of batter, a little out of round."""
    color = mix(golden(rng), crust(rng), rng.uniform(0.1, 0.8))
    outline = 0.72 * blob(rng, 0.05) * (1, rng.uniform(0.82, 1))
    outline = np.concatenate([outline, outline[:2]])
    pen.rope(outline, 0.46, color)
    crumbs(pen.raised(6), rng, color, outline[rng.integers(0, 24, 26)] + rng.normal(0, 0.1, (26, 2)))


def nugget(pen, rng):
    """A lump in breadcrumbs."""
    color = mix(golden(rng), crust(rng), rng.uniform(0.3, 1))
    lump = 0.86 * blob(rng, 0.1) * (rng.uniform(1, 1.2), rng.uniform(0.75, 0.95))
    dx, dy = pen.towards_light
    pen.polygon(lump, shade(color, 0.68))
    pen.raised(8).polygon(0.86 * lump + (0.06 * dx, 0.06 * dy), color)
    crumbs(pen.raised(8), rng, color, disc(rng, 34, 0.72) * (1.1, 0.85))


def spring_roll(pen, rng):
    """A fried roll, blistered, its ends tucked in; perhaps cut to show the filling."""
    color = mix(golden(rng), crust(rng), rng.uniform(0, 0.6))
    body = smooth(mirrored([(0.6, -0.3), (0.96, -0.24), (1.0, 0), (0.96, 0.24), (0.6, 0.3)]), 4)
    pen.polygon(body, shade(color, 0.7))
    pen.raised(8).polygon(0.9 * body * (1, 0.85), color)
    dx, dy = pen.towards_light
    pen.raised(10).line(np.array([(-0.7, 0), (0.7, 0)]) + (0.1 * dx, 0.1 * dy), 0.12, mix(color, cream(rng), 0.35))
    for x in rng.uniform(-0.7, 0.6, 3):
        pen.raised(10).line([(x, -0.26), (x + 0.2, 0.26)], 0.04, shade(color, 0.75))
    if rng.random() < 0.5:
        pen.raised(12).ellipse(0.93, 0, 0.16, 0.26, cream(rng))
        pen.raised(14).dots(
            rng.uniform((0.85, -0.17), (1.0, 0.17), (7, 2)), 0.06, 0.05, [green(rng), orange(rng), crust(rng)]
        )


# --- meat -------------------------------------------------------------------------------------------------------------


def roasted(rng):
    return hsv(rng.uniform(0.03, 0.075), rng.uniform(0.55, 0.75), rng.uniform(0.35, 0.6))


def raw(rng):
    return hsv(rng.uniform(-0.03, 0.015), rng.uniform(0.55, 0.75), rng.uniform(0.6, 0.85))


def steak(pen, rng):
    """A slice of meat with its rim of fat: grilled in stripes, or raw and marbled, with or without the bone."""
    grilled = rng.random() < 0.6
    meat, fat, outline = roasted(rng) if grilled else raw(rng), cream(rng), 0.9 * blob(rng, 0.12) * (1.05, 0.9)
    pen.slab(outline, fat, shade(meat, 0.7), inner=0.96)
    pen.polygon(0.85 * outline, meat)
    if rng.random() < 0.4:
        pen.raised(6).line([(-0.55, -0.42), (0.4, -0.5)], 0.17, mix(fat, WHITE, 0.4))
        pen.raised(6).line([(-0.08, -0.42), (0.04, 0.35)], 0.14, mix(fat, WHITE, 0.4))
    if grilled:
        for x in np.linspace(-0.5, 0.5, 5):
            h = 0.5 - 0.35 * abs(x)
            pen.line([(x - 0.5 * h, h), (x + 0.5 * h, -h)], 0.09, shade(meat, 0.45))
    else:
        for x, y in disc(rng, 9, 0.55):
            pen.line(
                np.array([(0, 0), rng.uniform(-0.25, 0.25, 2), rng.uniform(-0.3, 0.3, 2)]) + (x, y),
                0.05,
                mix(meat, fat, 0.75),
            )


def drumstick(pen, rng):
    """A roasted leg with the end of its bone."""
    meat, bone = mix(roasted(rng), golden(rng), rng.uniform(0.1, 0.6)), cream(rng)
    pen.line([(0.3, 0.3), (0.9, 0.9)], 0.18, bone)
    for x, y in ((0.98, 0.84), (0.84, 0.98)):
        pen.raised(4).ball(x, y, 0.14, 0.14, bone)
    pen.polygon(
        turned(
            smooth(
                [
                    (-1.0, 0),
                    (-0.75, -0.5),
                    (-0.2, -0.55),
                    (0.3, -0.28),
                    (0.55, -0.14),
                    (0.55, 0.14),
                    (0.3, 0.28),
                    (-0.2, 0.55),
                    (-0.75, 0.5),
                ]
            ),
            math.pi / 4,
        ),
        shade(meat, 0.72),
    )
    pen.raised(10).polygon(
        turned(
            smooth(
                [
                    (-0.9, 0),
                    (-0.68, -0.4),
                    (-0.2, -0.44),
                    (0.3, -0.2),
                    (0.45, 0),
                    (0.3, 0.2),
                    (-0.2, 0.44),
                    (-0.68, 0.4),
                ]
            ),
            math.pi / 4,
        ),
        meat,
    )
    dx, dy = pen.towards_light
    pen.raised(14).ellipse(-0.3 + 0.18 * dx, -0.3 + 0.18 * dy, 0.26, 0.14, mix(meat, cream(rng), 0.45), math.pi / 4)
    for x, y in disc(rng, 5, 0.4) - (0.3, 0.3):
        pen.raised(10).ellipse(x, y, 0.1, 0.05, shade(meat, 0.78), rng.uniform(0, 3))


def sausage(pen, rng):
    """Bent a little, scored, with tied ends."""
    meat, bend = mix(raw(rng), roasted(rng), rng.uniform(0.35, 1)), rng.uniform(-0.2, 0.2)
    x = np.linspace(-0.78, 0.78, 11)
    body = np.stack([x, bend * (1 - 2 * x**2)], 1)
    for end, out in ((body[0], -1), (body[-1], 1)):
        pen.line([end, end + (0.22 * out, 0.02)], 0.1, shade(meat, 0.6))
    pen.rope(body, 0.42, meat)
    for k in (2, 4, 6, 8):
        pen.raised(6).line([body[k] + (-0.07, -0.14), body[k] + (0.07, 0.14)], 0.07, shade(meat, 0.42))


def bacon(pen, rng):
    """A wavy rasher, lean and fat in stripes."""
    meat, fat, x = shade(raw(rng), 0.85), cream(rng), np.linspace(-0.98, 0.98, 24)
    wave = 0.09 * np.sin(rng.uniform(6, 9) * x + rng.uniform(0, 6))
    for y, wide, color in ((0, 0.44, meat), (-0.11, 0.1, fat), (0.05, 0.07, mix(meat, fat, 0.6)), (0.17, 0.08, fat)):
        pen.line(np.stack([x, y + wave], 1), wide, color)
    pen.raised(7).line(np.stack([x, -0.03 + wave], 1), 0.05, shade(meat, 0.8))


def salami(pen, rng):
    """A slice, flecked with fat."""
    meat = mix(shade(raw(rng), 0.85), pink(rng), rng.uniform(0, 0.6))
    pen.ellipse(0, 0, 0.96, 0.96, shade(meat, 0.55))
    pen.raised(4).ellipse(0, 0, 0.87, 0.87, meat)
    pen.raised(4).dots(disc(rng, 26, 0.76), 0.09, 0.07, [mix(meat, WHITE, 0.75), mix(meat, WHITE, 0.5)], rng)


def skewer(pen, rng):
    """Chunks of meat on a stick, here and there a piece of pepper."""
    pen.marked(False).line([(-1.25, 0), (1.15, 0)], 0.07, hsv(0.1, 0.4, rng.uniform(0.6, 0.85)))
    meat = roasted(rng)
    for x in np.linspace(-0.75, 0.8, 6):
        if rng.random() < 0.25:
            pen.raised(6).polygon(
                np.array([(-0.1, -0.3), (0.1, -0.25), (0.1, 0.3), (-0.1, 0.25)]) + (x, 0),
                one_of(rng, green, red, yellow),
            )
        else:
            chunk = 0.27 * blob(rng, 0.09, 12) * (0.85, 1.15) + (x, 0)
            pen.raised(6).polygon(chunk, shade(meat, 0.65))
            pen.raised(12).polygon(0.75 * (chunk - (x, 0)) + (x, 0), mix(meat, golden(rng), rng.uniform(0, 0.35)))
            pen.raised(12).line([(x - 0.1, 0.1), (x + 0.08, -0.12)], 0.06, shade(meat, 0.5))


def ribs(pen, rng):
    """A glazed rack: meat between bones that stick out below."""
    meat, bone = shade(roasted(rng), rng.uniform(0.8, 1.1)), cream(rng)
    places = np.linspace(-0.75, 0.75, rng.integers(5, 7))
    for x in places:
        pen.line([(x, 0.2), (1.1 * x, 0.85)], 0.15, bone)
    pen.raised(6).polygon(
        smooth(mirrored([(0.5, -0.62), (0.95, -0.5), (1.0, 0.1), (0.9, 0.48), (0.4, 0.52)]), 3), shade(meat, 0.7)
    )
    for x in places:
        pen.raised(10).line([(x, -0.42), (1.05 * x, 0.36)], 0.22, meat)
        pen.raised(14).line([(x - 0.03, -0.3), (1.03 * x - 0.03, 0.1)], 0.06, mix(meat, orange(rng), 0.5))


# --- seafood ----------------------------------------------------------------------------------------------------------

_FISH = smooth(
    [
        (-1.0, 0.02),
        (-0.7, -0.3),
        (-0.2, -0.42),
        (0.3, -0.3),
        (0.66, -0.08),
        (0.66, 0.08),
        (0.3, 0.3),
        (-0.2, 0.4),
        (-0.7, 0.28),
    ]
)


def scales(rng):
    """Of fish: silver, blue, gold, grilled brown, red."""
    hue, saturation, value = (
        (0.58, 0.2, 0.78),
        (0.55, 0.4, 0.6),
        (0.11, 0.5, 0.85),
        (0.06, 0.6, 0.5),
        (0.01, 0.6, 0.85),
    )[rng.integers(5)]
    return hsv(hue + rng.normal(0, 0.02), saturation + rng.normal(0, 0.08), value + rng.normal(0, 0.07))


def fish(pen, rng):
    """A whole fish from the side: fins, gills, an eye."""
    skin = scales(rng)
    fin = shade(skin, 0.7)
    pen.polygon([(0.58, 0), (1.12, -0.42), (0.98, 0), (1.12, 0.42)], fin)
    pen.polygon([(-0.3, -0.36), (0.15, -0.64), (0.42, -0.24)], fin)
    pen.polygon([(-0.1, 0.36), (0.2, 0.56), (0.34, 0.24)], fin)
    pen.polygon(_FISH, shade(skin, 0.8))
    pen.raised(10).polygon(_FISH * (0.94, 0.8) + (0, -0.02), skin)
    pen.raised(10).polygon(_FISH * (0.8, 0.42) + (-0.02, 0.16), mix(skin, WHITE, 0.5))
    for x in np.linspace(-0.3, 0.5, 5):
        h = 0.3 * math.sqrt(1 - ((x + 0.15) / 0.9) ** 2)
        pen.raised(10).line(arc(-1.4, 1.4, 6, 0.09, h) + (x - 0.05, 0), 0.045, shade(skin, 0.6))
    pen.raised(10).line(arc(-1.3, 1.3, 6, 0.1, 0.28) + (-0.6, 0), 0.06, shade(skin, 0.5))
    pen.raised(14).ellipse(-0.76, -0.07, 0.1, 0.1, WHITE)
    pen.raised(14).ellipse(-0.76, -0.07, 0.055, 0.055, BLACK)


def shrimp(pen, rng):
    """Curled up: banded rings, a fan for a tail, whiskers."""
    shell = mix(orange(rng), pink(rng), rng.uniform(0.25, 0.85))
    for bend in (0.5, 0.9):
        pen.line(arc(-0.3, -0.3 - bend, 6, 0.9) + (0.25 * bend, 0.3), 0.05, shade(shell, 0.8))
    for d in (0.4, 0.95, 1.5):
        x, y = 0.62 * math.cos(3.9) + 0.27 * math.cos(4.3 + d), 0.62 * math.sin(3.9) + 0.27 * math.sin(4.3 + d)
        pen.ellipse(x, y, 0.27, 0.1, shade(shell, 0.78), 4.3 + d)
    for k, angle in enumerate(np.linspace(-0.3, 3.8, 9)):
        wide, x, y = 0.37 - 0.024 * k, 0.6 * math.cos(angle), 0.6 * math.sin(angle)
        if 1 < k < 6:
            pen.line([(0.65 * x, 0.65 * y), (0.15 * x, 0.15 * y)], 0.06, shade(shell, 0.85))
        pen.raised(8).ball(x, y, wide, 0.26, mix(shell, WHITE, 0.4 * (k % 2)), angle, gloss=0.4)
    pen.raised(16).ellipse(0.6, -0.28, 0.06, 0.06, BLACK)


def crab(pen, rng):
    """From above: a broad shell, eight legs, two claws, eyes on stalks."""
    shell = mix(red(rng), orange(rng), rng.uniform(0, 0.9)) if rng.random() < 0.75 else mix(crust(rng), green(rng), 0.4)
    leg = shade(shell, 0.8)
    for side in (-1, 1):
        for k in range(4):
            pen.line(
                [
                    (0.4 * side, 0.1 + 0.1 * k),
                    ((0.88 - 0.05 * k) * side, -0.05 + 0.2 * k),
                    ((1.0 - 0.12 * k) * side, 0.28 + 0.22 * k),
                ],
                0.09,
                leg,
            )
        pen.line([(0.4 * side, -0.1), (0.78 * side, -0.35), (0.66 * side, -0.62)], 0.13, leg)
        claw = np.concatenate([arc(-0.4, 4.2, 14, 0.27, 0.32), [(0.02, 0.02)]]) * (side, 1) + (0.64 * side, -0.76)
        pen.raised(8).polygon(claw, shell)
        pen.line([(0.16 * side, -0.3), (0.2 * side, -0.52)], 0.06, leg)
        pen.raised(8).ellipse(0.2 * side, -0.55, 0.08, 0.08, BLACK)
    pen.raised(10).ball(0, 0.12, 0.62, 0.47, shell, gloss=0.3)
    pen.raised(10).dots(disc(rng, 9, 0.35) + (0, 0.12), 0.06, 0.05, [shade(shell, 0.78)])


def scallop(pen, rng):
    """A fan of ribs."""
    shell = one_of(rng, cream, pink, orange, white, lambda r: hsv(0.75, 0.2, 0.6))
    pen.polygon([(-0.35, 0.95), (0.35, 0.95), (0.22, 0.62), (-0.22, 0.62)], shade(shell, 0.75))
    pen.polygon(
        np.concatenate([arc(-math.pi * 1.12, math.pi * 0.12, 20, 0.95, 1.0) + (0, 0.1), [(0, 0.9)]]), shade(shell, 0.75)
    )
    for k, angle in enumerate(np.linspace(-math.pi * 1.08, math.pi * 0.08, 9)):
        x, y = 0.86 * math.cos(angle), 0.1 + 0.9 * math.sin(angle)
        side = np.array([math.sin(angle), -math.cos(angle)]) * 0.13
        pen.raised(4 + 6 * (k % 2)).polygon(
            [(0, 0.82), (x - side[0], y - side[1]), (1.07 * x, 0.1 + 1.07 * (y - 0.1)), (x + side[0], y + side[1])],
            mix(shell, WHITE, 0.25 + 0.25 * (k % 2)),
        )


def mussel(pen, rng):
    """An open mussel: dark shells, orange flesh."""
    shell, flesh = hsv(rng.uniform(0.6, 0.7), rng.uniform(0.25, 0.5), rng.uniform(0.2, 0.35)), orange(rng)
    half = smooth([(-0.95, 0.1), (-0.5, -0.36), (0.3, -0.48), (0.95, -0.1), (0.8, 0.28), (0, 0.36)])
    for y, angle in ((-0.3, -0.25), (0.3, 0.25)):
        pen.polygon(turned(half * (1, np.sign(y) * -1), angle) + (0, y), shell)
        pen.raised(5).polygon(turned(0.82 * half * (1, np.sign(y) * -1), angle) + (0, y), mix(shell, WHITE, 0.55))
    pen.raised(12).ball(0.1, -0.28, 0.5, 0.24, flesh, -0.25, gloss=0.5)
    pen.raised(12).ball(0.1, 0.34, 0.46, 0.2, flesh, 0.25, gloss=0.5)


def salmon(pen, rng):
    """A fillet, or a slice of it: pink-orange flesh with pale lines."""
    flesh = mix(orange(rng), pink(rng), rng.uniform(0.2, 0.6))
    cut = smooth([(-0.95, -0.25), (-0.3, -0.5), (0.6, -0.52), (0.98, -0.2), (0.9, 0.35), (0.2, 0.55), (-0.7, 0.5)])
    pen.slab(cut, flesh, mix(flesh, scales(rng), 0.7), inner=0.92)
    for x in np.linspace(-0.7, 0.75, 7):
        pen.raised(5).line(
            np.array([(-0.1, 0.38), (0.1, 0.05), (-0.02, -0.36)]) + (x, 0), 0.055, mix(flesh, WHITE, 0.65)
        )
    if rng.random() < 0.4:
        pen.raised(10).dots(disc(rng, 8, 0.4), 0.1, 0.035, [green(rng)], rng)


def octopus(pen, rng):
    """A head and eight curling arms with suckers."""
    skin = mix(red(rng), pink(rng), rng.uniform(0.2, 0.8))
    for angle in np.linspace(0.1, math.pi - 0.1, 6):
        curl, sway = np.linspace(0, 1, 8), rng.choice([-1, 1])
        bow = angle + sway * 1.5 * curl**2
        reach = np.stack([np.cumsum(0.15 * np.cos(bow)), -0.15 + np.cumsum(0.15 * np.sin(bow))], 1)
        pen.rope(reach, 0.2, skin)
        pen.raised(6).dots(reach[2:], 0.05, 0.05, [mix(skin, WHITE, 0.6)])
    pen.raised(8).ball(0, -0.42, 0.5, 0.55, skin, gloss=0.5)
    for side in (-1, 1):
        pen.raised(14).ellipse(0.2 * side, -0.2, 0.09, 0.09, WHITE)
        pen.raised(14).ellipse(0.2 * side, -0.19, 0.05, 0.05, BLACK)
