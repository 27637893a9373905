"""Food that is heaped or poured, with the bowls, pots and boxes it comes in: one small function for each thing.

A thing fills the frame of its pen, from -1 to 1. `pen` draws food; crockery is drawn with `pen.marked(False)`.
"""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import math

import numpy as np

from common.generators.drawing import Color, arc, blob, disc, hsv, mirrored, mix, shade, smooth, turned
from common.generators.food_breakfast import fried_egg, halved_egg
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
from common.generators.food_dinner import roasted, shrimp
from common.generators.food_garden import leaf, tomato

# --- crockery ---------------------------------------------------------------------------------------------------------


def glaze(rng) -> Color:
    """The colour of a plate, a bowl or a cup."""
    kind = rng.integers(5)
    if kind < 2:
        return white(rng)
    if kind == 2:
        return cream(rng)
    if kind == 3:
        return hsv(0.6, rng.uniform(0, 0.2), rng.uniform(0.2, 0.45))
    return hsv(rng.random(), rng.uniform(0.15, 0.65), rng.uniform(0.4, 0.95))


def bowl(pen, rng, filling: Color):
    """A bowl from above, filled up to its rim: returns the pen for what swims in it, radius 0.8."""
    color = glaze(rng)
    crockery = pen.marked(False)
    crockery.raised(10).ellipse(0, 0, 1.08, 1.08, shade(color, 0.7))
    crockery.raised(34).ellipse(0, 0, 1.04, 1.04, color)
    if rng.random() < 0.35:
        crockery.raised(34).ellipse(0, 0, 0.98, 0.98, glaze(rng))
    crockery.raised(12).ellipse(0, 0, 0.9, 0.9, shade(color, 0.8))
    surface = pen.raised(16)
    surface.ellipse(0, 0, 0.84, 0.84, filling)
    return surface


def bowl_from_the_side(pen, rng, filling: Color):
    """A bowl seen at an angle: returns the pen for its open top, an ellipse of 0.9 x 0.28 around its origin."""
    color = glaze(rng)
    crockery = pen.marked(False)
    side = smooth(mirrored([(0.3, -0.2), (1.0, -0.2), (0.88, 0.3), (0.5, 0.68), (0.42, 0.82), (0.1, 0.84)]), 3)
    crockery.raised(8).polygon(side, color)
    dx, _ = pen.towards_light
    dark = side[side[:, 0] * dx < 0.1]
    crockery.raised(8).polygon(dark * (1, 0.96), shade(color, 0.84))
    if rng.random() < 0.5:
        crockery.raised(8).line(arc(0.25, math.pi - 0.25, 14, 0.93, 0.55) + (0, -0.02), 0.1, glaze(rng))
    crockery.raised(16).ellipse(0, -0.2, 1.02, 0.34, mix(color, WHITE, 0.2))
    top = pen.raised(14).part(0, -0.2)
    top.ellipse(0, 0, 0.92, 0.27, filling)
    return top


def steam(pen, rng):
    """Wisps above something hot."""
    air = pen.marked(False)
    for x in rng.uniform(-0.5, 0.5, 3):
        y = np.linspace(-0.35, -1.05, 9)
        air.line(np.stack([x + 0.09 * np.sin(7 * y + 9 * x), y], 1), 0.06, hsv(0.6, 0.03, rng.uniform(0.8, 1)))


# --- dairy ------------------------------------------------------------------------------------------------------------


def yoghurt(pen, rng):
    """A bowl of yoghurt, stirred in a spiral, with berries or honey."""
    color = mix(white(rng), one_of(rng, pink, cream, berry), rng.uniform(0, 0.35))
    surface = bowl(pen, rng, color)
    t = np.linspace(0.4, 9, 40)
    spiral = np.stack([t * np.cos(t), t * np.sin(t)], 1) * (0.64 / 9)
    surface.raised(6).line(spiral, 0.12, mix(color, WHITE, 0.6))
    surface.line(spiral * 1.1, 0.05, shade(color, 0.82))
    fruit = one_of(rng, berry, red, pink)
    for x, y in disc(rng, rng.integers(0, 6), 0.5):
        surface.raised(12).ball(x, y, 0.16, 0.16, fruit, gloss=0.6)


# --- noodles and pasta ------------------------------------------------------------------------------------------------


def dough(rng):
    return one_of(rng, yellow, cream, lambda r: mix(yellow(r), crust(r), 0.35), lambda r: mix(cream(r), orange(r), 0.5))


def strand(pen, rng, points, color, k):
    tone = shade(color, rng.uniform(0.85, 1.08))
    pen.raised(3 * (k % 5)).line(points, 0.1, shade(tone, 0.62))
    pen.raised(3 * (k % 5) + 4).line(points, 0.055, tone)


def spaghetti(pen, rng):
    """A nest of strands; with tomato sauce and basil, meatballs, or bare."""
    color = dough(rng)
    pen.polygon(0.86 * blob(rng, 0.05), shade(color, 0.55))
    for k in range(26):
        start, r = rng.uniform(0, 6.28), rng.uniform(0.25, 0.9)
        loop = arc(start, start + rng.uniform(1.5, 4), 13, r, r * rng.uniform(0.75, 1))
        strand(pen, rng, loop + rng.normal(0, 0.1, 2), color, k)
    top, kind = pen.raised(18), rng.integers(3)
    if kind == 0:
        top.polygon(0.42 * blob(rng, 0.14), red(rng))
        top.dots(disc(rng, 10, 0.35), 0.09, 0.08, [red(rng), orange(rng)])
        leaf(top.raised(6), 0.05, -0.08, 0.2, 0.1, green(rng), rng.uniform(0, 3))
    elif kind == 1:
        for x, y in disc(rng, 3, 0.45):
            top.ball(x, y, 0.23, 0.23, roasted(rng))


def ramen(pen, rng):
    """Noodles in broth, combed in waves, with egg, greens, a slice of fish cake."""
    broth = mix(crust(rng), yellow(rng), rng.uniform(0.1, 0.6))
    surface = bowl(pen, rng, broth)
    color, comb = mix(yellow(rng), cream(rng), 0.5), surface.part(angle=rng.uniform(0, math.pi))
    for k, y in enumerate(np.linspace(-0.68, 0.68, 12)):
        half = math.sqrt(0.66 - y * y)
        x = np.linspace(-half, half, 14)
        strand(comb, rng, np.stack([x, y + 0.07 * np.sin(9 * x + 0.4 * k)], 1), color, k)
    for angle in rng.uniform(0, 6.28) + np.arange(rng.integers(1, 4)) * 2.1:
        topping = surface.raised(16).part(0.42 * math.cos(angle), 0.42 * math.sin(angle), 0.3, rng.uniform(0, 6))
        one = rng.integers(3)
        if one == 0:
            halved_egg(topping, rng)
        elif one == 1:
            topping.ellipse(0, 0, 0.9, 0.9, WHITE)
            topping.line(arc(0, 4.5, 10, 0.4), 0.3, pink(rng))
        else:
            topping.marked().polygon([(-0.8, -1), (0.8, -1), (0.8, 1), (-0.8, 1)], hsv(0.4, 0.5, 0.2))
    surface.raised(18).dots(disc(rng, 10, 0.6), 0.08, 0.055, [green(rng)], rng)


def heap_of_pasta(pen, rng, piece):
    """Many pieces of pasta on each other, with drops of sauce or herbs."""
    color, n = dough(rng), rng.integers(15, 23)
    pen.polygon(0.74 * blob(rng, 0.08), shade(color, 0.6))
    for k, (x, y) in enumerate(disc(rng, n, 0.72)):
        piece(pen.raised(3 * (k % 6)).part(x, y, 1, rng.uniform(0, 6.28)), shade(color, rng.uniform(0.88, 1.05)))
    if rng.random() < 0.6:
        pen.raised(16).dots(disc(rng, 12, 0.6), 0.09, 0.06, [one_of(rng, red, green)], rng)


def penne(pen, rng):
    """Tubes, cut at a slant."""

    def tube(pen, color):
        pen.line([(-0.24, 0), (0.24, 0)], 0.24, shade(color, 0.7))
        pen.raised(4).line([(-0.22, -0.02), (0.2, -0.02)], 0.13, color)
        pen.raised(2).ellipse(0.27, 0, 0.09, 0.12, shade(color, 0.5), 0.4)

    heap_of_pasta(pen, rng, tube)


def farfalle(pen, rng):
    """Bow ties."""

    def bow(pen, color):
        outline = np.array([(-0.32, -0.24), (0, -0.05), (0.32, -0.24), (0.32, 0.24), (0, 0.05), (-0.32, 0.24)])
        pen.polygon(1.12 * outline, shade(color, 0.62))
        pen.raised(4).polygon(outline, color)
        pen.raised(8).line([(0, -0.07), (0, 0.07)], 0.09, shade(color, 0.6))

    heap_of_pasta(pen, rng, bow)


def box_of_noodles(pen, rng):
    """Fried noodles hanging out of a paper box, with chopsticks."""
    color = mix(dough(rng), crust(rng), rng.uniform(0.1, 0.5))
    wood = hsv(rng.uniform(0.02, 0.1), rng.uniform(0.4, 0.8), rng.uniform(0.4, 0.8))
    for x in (0.15, 0.35):
        pen.marked(False).line([(x - 0.2, -0.2), (x + 0.25, -1.2)], 0.09, wood)
    for k in range(16):
        x, bend = rng.uniform(-0.6, 0.6), rng.uniform(0.2, 0.4)
        strand(
            pen,
            rng,
            arc(math.pi, 2 * math.pi, 9, 0.32, bend) * rng.uniform(0.6, 1) + (0.75 * x, -0.12 - 0.3 * rng.random()),
            color,
            k,
        )
    pen.raised(14).dots(
        rng.uniform((-0.5, -0.45), (0.5, -0.15), (8, 2)), 0.09, 0.07, [green(rng), red(rng), orange(rng)]
    )
    paper = one_of(rng, white, red, cream, white)
    box = pen.marked(False).raised(14)
    box.polygon([(-0.72, -0.15), (0.72, -0.15), (0.52, 1), (-0.52, 1)], paper)
    box.polygon([(0.3, -0.15), (0.72, -0.15), (0.52, 1), (0.24, 1)], shade(paper, 0.84))
    box.polygon([(-0.72, -0.15), (-0.3, -0.15), (-0.5, 0.2)], shade(paper, 0.9))
    box.ellipse(-0.1, 0.5, 0.2, 0.2, one_of(rng, red, green, berry))
    for k in range(5):  # a few hang over the edge
        x = rng.uniform(-0.5, 0.5)
        strand(
            pen.raised(18), rng, np.array([(x, -0.3), (x + 0.06, -0.05), (x - 0.03, rng.uniform(0.05, 0.3))]), color, k
        )


# --- rice -------------------------------------------------------------------------------------------------------------


def grains(pen, rng, points, color):
    """Rice: a grain at each of the points (N, 2)."""
    tones = [color, shade(color, 0.88), shade(color, 0.78), mix(color, WHITE, 0.6)]
    pen.dots(points, 0.095, 0.042, tones, rng)


def plain_rice(rng):
    return mix(white(rng), cream(rng), rng.uniform(0, 0.8))


def bowl_of_rice(pen, rng):
    """A bowl of plain rice from above, perhaps with sesame, a plum or an egg."""
    color = plain_rice(rng)
    surface = bowl(pen, rng, shade(color, 0.72))
    grains(surface, rng, disc(rng, 150, 0.8), color)
    kind = rng.integers(4)
    if kind == 0:
        surface.raised(12).dots(disc(rng, 14, 0.35), 0.04, 0.035, [BLACK])
    elif kind == 1:
        surface.raised(10).ball(0, 0, 0.2, 0.2, red(rng))


def heaped_rice(pen, rng):
    """A bowl of rice from the side, heaped above its rim."""
    color = plain_rice(rng)
    top = bowl_from_the_side(pen, rng, shade(color, 0.7))
    mound = np.concatenate([arc(math.pi, 2 * math.pi, 16, 0.86, 0.75), arc(0, math.pi, 8, 0.86, 0.22)])
    top.polygon(mound, shade(color, 0.8))
    points = disc(rng, 130, 0.8) * (1, 0.9)
    grains(top.raised(6), rng, points[points[:, 1] < 0.22], color)
    if rng.random() < 0.4:
        top.raised(14).dots(disc(rng, 10, 0.3) - (0, 0.4), 0.06, 0.05, [one_of(rng, green, red, lambda r: BLACK)])
    if rng.random() < 0.4:
        steam(top.part(0, -0.25), rng)


def fried_rice(pen, rng):
    """A mound of rice in soy, with peas, carrot and egg."""
    color = mix(cream(rng), golden(rng), rng.uniform(0.2, 0.8))
    pen.polygon(0.84 * blob(rng, 0.07), shade(color, 0.6))
    grains(pen, rng, disc(rng, 110, 0.84), color)
    bits = [green(rng), orange(rng), yellow(rng), pink(rng)]
    pen.raised(8).dots(disc(rng, rng.integers(10, 22), 0.72), 0.085, 0.08, bits)
    grains(pen.raised(8), rng, disc(rng, 30, 0.8), color)
    if rng.random() < 0.25:
        fried_egg(pen.raised(14).part(*disc(rng, 1, 0.25)[0], 0.5), rng)


def onigiri(pen, rng):
    """A triangle of pressed rice with a strip of seaweed."""
    color = plain_rice(rng)
    outline = smooth(mirrored([(0.12, -0.92), (0.5, -0.3), (0.92, 0.5), (0.72, 0.8), (0.2, 0.8)]), 4)
    pen.polygon(outline, shade(color, 0.78))
    corners = np.array([(0, -0.8), (0.78, 0.66), (-0.78, 0.66)])
    grains(pen.raised(8), rng, rng.dirichlet([1, 1, 1], 80) @ corners, color)
    seaweed = hsv(rng.uniform(0.3, 0.45), 0.5, rng.uniform(0.1, 0.22))
    pen.raised(14).polygon([(-0.32, 0.1), (0.32, 0.1), (0.34, 0.82), (-0.34, 0.82)], seaweed)


def maki(pen, rng):
    """A slice of a roll: seaweed, rice, filling."""
    color = plain_rice(rng)
    pen.ellipse(0, 0, 0.95, 0.95, hsv(rng.uniform(0.3, 0.45), 0.5, rng.uniform(0.1, 0.22)))
    pen.raised(6).ellipse(0, 0, 0.8, 0.8, shade(color, 0.82))
    angles, r = rng.uniform(0, 6.28, 55), rng.uniform(0.3, 0.75, 55)
    grains(pen.raised(6), rng, np.stack([r * np.cos(angles), r * np.sin(angles)], 1), color)
    pen.raised(10).polygon(0.3 * blob(rng, 0.1), one_of(rng, red, green, orange, yellow))
    pen.raised(12).ellipse(*rng.uniform(-0.12, 0.12, 2), 0.13, 0.13, one_of(rng, green, pink, yellow))


def curry_rice(pen, rng):
    """Half rice, half brown sauce with chunks."""
    sauce = shade(mix(crust(rng), red(rng), rng.uniform(0, 0.25)), rng.uniform(0.6, 0.85))
    pen.polygon(0.92 * blob(rng, 0.04), sauce)
    for x, y in disc(rng, 8, 0.55):
        pen.raised(8).polygon(
            0.15 * blob(rng, 0.12, 8) + (0.9 * abs(x) + 0.05, y), one_of(rng, orange, yellow, roasted, green)
        )
    pen.raised(6).polygon(0.6 * blob(rng, 0.06) * (0.85, 1.35) - (0.42, 0), shade(plain_rice(rng), 0.8))
    grains(pen.raised(12), rng, disc(rng, 100, 0.58) * (0.85, 1.3) - (0.42, 0), plain_rice(rng))


# --- soup -------------------------------------------------------------------------------------------------------------


def broth(rng):
    return one_of(rng, orange, crust, lambda r: mix(green(r), yellow(r), 0.4), lambda r: mix(red(r), orange(r), 0.5),
                  lambda r: mix(yellow(r), crust(r), 0.4), lambda r: mix(cream(r), crust(r), 0.25))  # fmt: skip


def swimming(pen, rng, color, radius):
    """What is in the soup: cream stirred in, chunks, rings of oil, herbs, croutons, a shrimp."""
    kind = rng.integers(5)
    if kind == 0:
        t = np.linspace(0.5, 6.5, 24)
        pen.raised(2).line(
            np.stack([t * np.cos(t), t * np.sin(t)], 1) * (0.75 * radius / 6.5), 0.08, mix(color, WHITE, 0.75)
        )
    elif kind == 1:
        for x, y in disc(rng, 8, 0.8 * radius):
            pen.raised(4).polygon(0.14 * blob(rng, 0.1, 9) + (x, y), one_of(rng, orange, green, cream, roasted))
    elif kind == 2:
        for x, y in disc(rng, 11, 0.85 * radius):
            r = rng.uniform(0.05, 0.12)
            pen.ellipse(x, y, r, r, mix(color, yellow(rng), 0.6))
    elif kind == 3:
        for x, y in disc(rng, 5, 0.6 * radius):
            pen.raised(10).polygon(
                turned([(-0.12, -0.12), (0.12, -0.12), (0.12, 0.12), (-0.12, 0.12)], rng.uniform(0, 3)) + (x, y),
                golden(rng),
            )
    else:
        shrimp(pen.raised(2).part(*disc(rng, 1, 0.3 * radius)[0], 0.36, rng.uniform(0, 6)), rng)
    pen.raised(4).dots(disc(rng, rng.integers(4, 14), 0.85 * radius), 0.06, 0.045, [green(rng)], rng)


def gleam(pen, color, radius):
    """Light on a wet surface, on the side where it comes from."""
    dx, dy = pen.towards_light
    side = math.atan2(dy, dx)
    pen.line(arc(side - 0.5, side + 0.5, 9, 0.88 * radius), 0.07, mix(color, WHITE, 0.6))


def bowl_of_soup(pen, rng):
    """From above."""
    color = broth(rng)
    surface = bowl(pen, rng, color)
    surface.ellipse(0, 0, 0.68, 0.68, mix(color, WHITE, 0.06))
    swimming(surface, rng, color, 0.78)
    gleam(surface, color, 0.82)


def steaming_soup(pen, rng):
    """A bowl from the side, steam rising."""
    color = broth(rng)
    top = bowl_from_the_side(pen, rng, color)
    swimming(top.part(0, 0, 1, 0).part(stretch=1.8, size=0.5), rng, color, 0.85)
    steam(top, rng)


def pot_of_soup(pen, rng):
    """A pot with two handles from above, a ladle perhaps in it."""
    metal, color = one_of(rng, glaze, lambda r: hsv(0.6, 0.05, r.uniform(0.25, 0.75))), broth(rng)
    pot = pen.marked(False)
    for side in (-1, 1):
        pot.raised(14).polygon(
            np.array([(0.85, -0.24), (1.3, -0.2), (1.3, 0.2), (0.85, 0.24)]) * (side, 1), shade(metal, 0.62)
        )
    pot.raised(20).ellipse(0, 0, 1.04, 1.04, shade(metal, 0.7))
    pot.raised(34).ellipse(0, 0, 1.0, 1.0, mix(metal, WHITE, 0.25))
    pot.raised(14).ellipse(0, 0, 0.92, 0.92, shade(metal, 0.55))
    surface = pen.raised(14)
    surface.ellipse(0, 0, 0.88, 0.88, color)
    swimming(surface, rng, color, 0.82)
    gleam(surface, color, 0.86)
    if rng.random() < 0.5:
        ladle = pot.raised(24).part(angle=rng.uniform(0, 6.28))
        ladle.line([(0.3, 0), (1.6, 0.1)], 0.11, (185, 188, 195))
        ladle.ellipse(0.15, 0, 0.3, 0.26, (150, 154, 162))
        pen.raised(26).part().ellipse(*turned([0.15, 0], 0), 0.2, 0.17, shade(color, 0.9))


def mug_of_soup(pen, rng):
    """A mug from the side with a handle."""
    cup, color = glaze(rng), broth(rng)
    crockery = pen.marked(False).raised(8)
    crockery.line(arc(-1.3, 1.3, 10, 0.38, 0.36) + (0.6, 0.15), 0.15, shade(cup, 0.85))
    crockery.polygon([(-0.75, -0.45), (0.65, -0.45), (0.55, 0.85), (0.3, 0.95), (-0.4, 0.95), (-0.65, 0.85)], cup)
    crockery.polygon([(0.2, -0.45), (0.65, -0.45), (0.55, 0.85), (0.3, 0.95), (0.15, 0.95)], shade(cup, 0.84))
    crockery.raised(8).ellipse(-0.05, -0.45, 0.71, 0.28, mix(cup, WHITE, 0.25))
    top = pen.raised(12).part(-0.05, -0.44)
    top.ellipse(0, 0, 0.61, 0.21, color)
    swimming(top.part(size=0.36, stretch=1.7), rng, color, 0.85)
    steam(top, rng)


# --- vegetables and fruit ---------------------------------------------------------------------------------------------


def salad(pen, rng):
    """Leaves, tomato, cucumber, onion; on the plate or in a bowl."""
    pen = bowl(pen, rng, green(rng)) if rng.random() < 0.4 else pen
    for k, (x, y) in enumerate(disc(rng, 18, 0.68)):
        leaf(
            pen.raised(2 * (k % 6)), x, y, 0.34, 0.18, shade(green(rng), rng.uniform(0.85, 1.35)), rng.uniform(0, 6.28)
        )
    for x, y in disc(rng, rng.integers(1, 4), 0.5):
        tomato(pen.raised(12).part(x, y, 0.24, rng.uniform(0, 6)), rng)
    for x, y in disc(rng, rng.integers(0, 4), 0.55):
        pen.raised(12).ellipse(x, y, 0.2, 0.2, green(rng))
        pen.raised(14).ellipse(x, y, 0.16, 0.16, mix(green(rng), WHITE, 0.7))
    if rng.random() < 0.5:
        for x, y in disc(rng, 3, 0.55):
            pen.raised(14).line(arc(0, 5, 9, 0.16) + (x, y), 0.045, mix(berry(rng), WHITE, 0.5))
