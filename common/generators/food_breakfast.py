"""Bread, dairy products, desserts and eggs: one small function for each thing.

A thing fills the frame of its pen, from -1 to 1. `pen` draws food; what is not food (a glass, an egg cup) is drawn with
`pen.marked(False)`.
"""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import math

import numpy as np

from common.generators.drawing import arc, blob, circle, disc, hsv, mirrored, mix, shade, smooth, turned
from common.generators.food_colors import (
    WHITE,
    berry,
    chocolate,
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

# --- bread ------------------------------------------------------------------------------------------------------------

_TOAST = smooth(
    mirrored([(0.25, -0.86), (0.68, -0.86), (0.92, -0.6), (0.74, -0.3), (0.74, 0.3), (0.72, 0.82), (0.3, 0.84)])
)
_LOOP = np.array([(0.3, -0.5), (0.66, -0.68), (0.93, -0.35), (0.86, 0.15), (0.5, 0.58)])  # right half of a pretzel
_PRETZEL = smooth(
    [(-0.5, 0.62), (-0.22, 0.25), (0.12, -0.1), *_LOOP, (0, 0.72), *(_LOOP * (-1, 1))[::-1]]
    + [(-0.12, -0.1), (0.22, 0.25), (0.5, 0.62)],
    closed=False,
)


def toast(pen, rng):
    """A slice: dark crust, pale crumb with pores, now and then a pat of butter."""
    crumb = mix(cream(rng), crust(rng), rng.uniform(0, 0.45))
    pen.slab(_TOAST, crumb, crust(rng), inner=0.86)
    pen.dots(disc(rng, 24, 0.62), 0.05, 0.035, [shade(crumb, 0.9), shade(crumb, 0.82)], rng)
    if rng.random() < 0.25:
        butter, x, y = yellow(rng), *rng.uniform(-0.2, 0.2, 2)
        pen.polygon(0.4 * blob(rng, 0.12) + (x, y), mix(crumb, butter, 0.6))
        pen.raised(12).polygon(turned([(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)], 0.4) + (x, y), butter)


def baguette(pen, rng):
    """A long loaf, slashed across."""
    color, wide = crust(rng), rng.uniform(0.26, 0.36)
    pen.ball(0, 0, 1.08, wide, color, gloss=0.15)
    pale = mix(color, cream(rng), 0.7)
    for x in np.linspace(-0.78, 0.78, rng.integers(4, 7)):
        h = 0.72 * wide * math.sqrt(1 - (x / 1.1) ** 2)
        pen.raised(6).polygon([(x - 0.16, h), (x - 0.02, h), (x + 0.17, -h), (x + 0.04, -h)], pale)


def bun(pen, rng):
    """A round roll: cut crosswise, strewn with seeds, or floured."""
    color = crust(rng)
    pen.ball(0, 0, 0.9, 0.86, color)
    kind = rng.integers(3)
    if kind == 0:
        for angle in (0.3, 0.3 + math.pi / 2):
            pen.raised(6).line(turned([(-0.55, 0), (0.55, 0)], angle), 0.13, mix(color, cream(rng), 0.75))
    elif kind == 1:
        pen.raised(6).dots(disc(rng, 22, 0.62), 0.08, 0.045, [cream(rng)], rng)
    else:
        pen.dots(disc(rng, 40, 0.55), 0.05, 0.05, [mix(color, WHITE, 0.6), mix(color, WHITE, 0.3)])


def croissant(pen, rng):
    """Rolls of dough along a crescent, thick in the middle."""
    color = crust(rng)
    for k in (0, 6, 1, 5, 2, 4, 3):
        angle = (k - 3) * 0.42
        x, y = 0.78 * math.sin(angle), 0.42 - 0.78 * math.cos(angle)
        half = 0.48 * math.cos(0.95 * angle) + 0.08
        tone = mix(color, cream(rng), 0.15 * (k % 2))
        pen.raised(9 - 3 * abs(k - 3)).ball(x, y, 0.19, half, tone, angle, gloss=0.25)


def loaf(pen, rng):
    """A tin loaf with its first slices cut: the crumb shows at one end."""
    color = crust(rng)
    box = smooth(mirrored([(0.6, -0.5), (0.95, -0.5), (1.0, 0.0), (0.95, 0.5), (0.6, 0.5)]), 4)
    pen.slab(box, color, shade(color, 0.8), inner=0.93)
    pen.raised(8).polygon(0.5 * _TOAST * (0.55, 1) + (0.78, 0), mix(cream(rng), color, 0.1))
    for x in np.arange(-0.7, 0.6, rng.uniform(0.28, 0.4)):
        pen.line([(x, -0.44), (x + 0.06, 0), (x, 0.44)], 0.06, mix(color, cream(rng), 0.45))


def pretzel(pen, rng):
    """A rope of dark dough in a loop, with salt."""
    color = shade(crust(rng), 0.85)
    pen.rope(_PRETZEL, 0.27, color)
    pen.raised(6).dots(_PRETZEL[rng.integers(0, len(_PRETZEL), 16)] + rng.normal(0, 0.04, (16, 2)), 0.05, 0.04, [WHITE])


# --- dairy ------------------------------------------------------------------------------------------------------------


def cheese_wedge(pen, rng):
    """A wedge with holes, seen from the side."""
    color = mix(yellow(rng), cream(rng), rng.uniform(0, 0.6))
    tip, back, near = np.array([-0.98, 0.05]), np.array([0.8, -0.52]), np.array([0.95, 0.12])
    down = np.array([0, rng.uniform(0.42, 0.6)])
    pen.polygon([tip, back, near], mix(color, WHITE, 0.4))
    pen.polygon([tip, near, near + down, tip + down], color)
    for along, depth, r in zip(
        rng.uniform(0.08, 0.92, 9), rng.uniform(0.2, 0.8, 9), rng.uniform(0.05, 0.12, 9), strict=True
    ):
        x, y = tip + along * (near - tip) + depth * down
        pen.ellipse(x, y, r, 0.9 * r, shade(color, 0.72))
        pen.ellipse(x + 0.2 * r, y + 0.25 * r, 0.7 * r, 0.6 * r, shade(color, 0.86))
    for x in (-0.1, 0.35, 0.6):
        pen.ellipse(x, -0.12 + 0.1 * rng.random(), 0.08, 0.04, shade(color, 0.85))


def cheese_slices(pen, rng):
    """Thin square slices, fanned out, with holes."""
    color = mix(yellow(rng), cream(rng), rng.uniform(0, 0.5))
    start, turn = rng.uniform(0, 1.5), rng.uniform(0.25, 0.5)
    for k in range(3):
        leaf = pen.raised(8 * k).part(0.16 * (k - 1), -0.12 * (k - 1), 0.8, start + turn * k)
        leaf.slab([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], color, mix(color, WHITE, 0.35), inner=0.93)
        for x, y in rng.uniform(-0.65, 0.65, (5, 2)):
            leaf.ellipse(x, y, *rng.uniform(0.09, 0.2, 2), shade(color, 0.72))


def milk_glass(pen, rng):
    """A tumbler of milk, plain or with fruit, perhaps with a straw."""
    milk = white(rng) if rng.random() < 0.75 else mix(white(rng), one_of(rng, pink, lambda r: (120, 70, 30)), 0.45)
    glass, level = pen.marked(False), rng.uniform(-0.75, -0.45)
    glass.polygon([(-0.55, -1), (0.55, -1), (0.44, 1), (-0.44, 1)], (188, 206, 216))
    half = 0.55 - (level + 1) * 0.055 - 0.06
    pen.polygon([(-half, level), (half, level), (0.37, 0.92), (-0.37, 0.92)], milk)
    pen.polygon([(0.12, level), (half, level), (0.37, 0.92), (0.1, 0.92)], shade(milk, 0.9))
    pen.ellipse(0, level, half, 0.1, mix(milk, WHITE, 0.5))
    glass.line(arc(0, 2 * math.pi, 20, 0.53, 0.1) + (0, -1), 0.05, (225, 235, 240))
    glass.line([(-0.38, level + 0.2), (-0.3, 0.75)], 0.07, WHITE)
    if rng.random() < 0.4:
        glass.raised(10).line([(0.05, level), (0.38, -1.45)], 0.09, one_of(rng, red, green, berry))


def milk_carton(pen, rng):
    """A carton with a gable and a coloured band."""
    label, paper = one_of(rng, berry, green, red, pink), white(rng)
    pen.polygon([(-0.62, -0.35), (0.2, -0.35), (0.2, 1), (-0.62, 1)], paper)
    pen.polygon([(0.2, -0.35), (0.6, -0.5), (0.6, 0.82), (0.2, 1)], shade(paper, 0.75))
    pen.polygon([(-0.62, -0.35), (0.2, -0.35), (0.12, -0.85), (-0.5, -0.85)], shade(paper, 0.92))
    pen.polygon([(0.2, -0.35), (0.6, -0.5), (0.12, -0.85)], shade(paper, 0.65))
    pen.polygon([(-0.5, -0.85), (0.12, -0.85), (0.12, -1.02), (-0.5, -1.02)], paper)
    top = rng.uniform(-0.2, 0.3)
    pen.polygon([(-0.62, top), (0.2, top), (0.2, top + 0.55), (-0.62, top + 0.55)], label)
    pen.polygon([(0.2, top), (0.6, top - 0.16), (0.6, top + 0.38), (0.2, top + 0.55)], shade(label, 0.75))
    pen.ellipse(-0.21, top + 0.27, 0.2, 0.17, WHITE)


def camembert(pen, rng):
    """A round of white cheese with a wedge cut out, creamy inside."""
    rind, inside = cream(rng), mix(yellow(rng), cream(rng), 0.55)
    start, gap = rng.uniform(0, 6.28), rng.uniform(0.6, 1.0)
    rim = arc(start + gap, start + 2 * math.pi, 28, 0.94)
    pen.polygon(np.concatenate([rim + (0, 0.24), [(0, 0.24)]]), shade(inside, 0.85))
    for end in (rim[0], rim[-1]):
        pen.polygon([(0, 0), end, end + (0, 0.22), (0, 0.22)], inside)
    pen.raised(14).polygon(np.concatenate([rim, [(0, 0)]]), rind)
    pen.raised(14).dots(disc(rng, 18, 0.62), 0.06, 0.035, [shade(rind, 0.93)], rng)
    if rng.random() < 0.6:
        wedge = np.concatenate([arc(start, start + gap, 8, 0.94), [(0, 0)]]) + turned([0.35, 0], start + gap / 2)
        pen.polygon(wedge + (0, 0.2), inside)
        pen.raised(12).polygon(wedge, rind)


def butter(pen, rng):
    """A block, a slice cut off."""
    color = mix(yellow(rng), cream(rng), rng.uniform(0.35, 0.65))
    for left, right in ((-0.95, -0.62), (-0.5, 0.65)):
        back = 0.3
        pen.polygon([(left, -0.2), (left + back, -0.55), (right + back, -0.55), (right, -0.2)], mix(color, WHITE, 0.45))
        pen.polygon([(left, -0.2), (right, -0.2), (right, 0.42), (left, 0.42)], color)
        pen.polygon([(right, -0.2), (right + back, -0.55), (right + back, 0.06), (right, 0.42)], shade(color, 0.8))


# --- dessert ----------------------------------------------------------------------------------------------------------


def icing(rng):
    return one_of(rng, pink, chocolate, white, yellow, cream, lambda r: mix(green(r), WHITE, 0.45))


def sprinkles(pen, rng, points):
    pen.raised(5).dots(points, 0.09, 0.035, [red(rng), green(rng), yellow(rng), WHITE, berry(rng)], rng)


def cherry(pen, rng, x, y, r=0.16):
    pen.line([(x, y), (x + 0.1, y - 2 * r)], 0.05, green(rng))
    pen.raised(14).ball(x, y, r, r, red(rng), gloss=0.7)


def ring(points_of, outer, inner):
    """The outline of a ring: outside one way round, inside the other."""
    edge = points_of(28)
    edge = np.concatenate([edge, edge[:1]])
    return np.concatenate([outer * edge, inner * edge[::-1]])


def donut(pen, rng):
    """A ring of dough with icing; its hole shows the plate."""
    dough, sugar = golden(rng), icing(rng)
    pen.polygon(ring(circle, 0.96, 0.26), shade(dough, 0.75))
    pen.polygon(ring(circle, 0.9, 0.3), dough)
    wavy = blob(rng, 0.05, 28)
    wavy = np.concatenate([wavy, wavy[:1]])
    pen.raised(10).polygon(np.concatenate([0.8 * wavy, 0.38 * wavy[::-1]]), sugar)
    dx, dy = pen.towards_light
    side = math.atan2(dy, dx)
    pen.raised(12).line(arc(side - 0.5, side + 0.5, 8, 0.62), 0.1, mix(sugar, WHITE, 0.5))
    if rng.random() < 0.75:
        angles, r = rng.uniform(0, 6.28, 26), rng.uniform(0.46, 0.74, 26)
        sprinkles(pen.raised(10), rng, np.stack([r * np.cos(angles), r * np.sin(angles)], 1))


def cake_slice(pen, rng):
    """A slice from the side: layers of sponge and cream, a cherry or a strawberry on top."""
    sponge, filling = one_of(rng, golden, cream, chocolate, crust, pink), one_of(rng, white, pink, chocolate, cream)
    tip, back, near, down = np.array([-1, 0.0]), np.array([0.75, -0.55]), np.array([0.95, 0.1]), np.array([0, 0.72])
    pen.raised(10).polygon([tip, back, near], filling)
    pen.polygon([tip, near, near + down, tip + down], sponge)
    layers = rng.integers(1, 3)
    for k in range(layers):
        t = (k + 1) / (layers + 1)
        pen.polygon(
            [tip + (t - 0.09) * down, near + (t - 0.09) * down, near + (t + 0.09) * down, tip + (t + 0.09) * down],
            filling,
        )
    for along in np.linspace(0.06, 0.94, 7):
        x, y = tip + along * (near - tip) + 0.12 * down
        pen.ellipse(x, y, 0.12, 0.13, shade(filling, 0.92))
    if rng.random() < 0.8:
        cherry(pen, rng, rng.uniform(0, 0.4), -0.32, 0.18)


def cake(pen, rng):
    """A whole cake from above: rosettes of cream around the rim, fruit in the middle."""
    top, rosette = icing(rng), one_of(rng, white, cream, pink, chocolate)
    pen.ball(0, 0, 0.98, 0.98, top, gloss=0.1)
    n = rng.integers(7, 11)
    for angle in np.arange(n) * (2 * math.pi / n):
        pen.raised(12).ball(0.74 * math.cos(angle), 0.74 * math.sin(angle), 0.19, 0.19, rosette, gloss=0.5)
        if rng.random() < 0.5:
            pen.raised(24).ball(0.74 * math.cos(angle), 0.74 * math.sin(angle), 0.1, 0.1, red(rng), gloss=0.6)
    for x, y in disc(rng, rng.integers(0, 5), 0.3):
        pen.raised(12).ball(x, y, 0.15, 0.15, one_of(rng, red, berry), gloss=0.5)


def ice_cream(pen, rng):
    """One to three scoops in a cone."""
    wafer = golden(rng)
    pen.polygon([(-0.42, -0.02), (0.42, -0.02), (0.04, 1.15), (-0.04, 1.15)], wafer)
    for k in np.linspace(-0.3, 0.3, 4):
        pen.line([(k - 0.08, 0), (0.3 * k + 0.1, 0.85 - abs(k))], 0.04, shade(wafer, 0.72))
        pen.line([(k + 0.08, 0), (0.3 * k - 0.1, 0.85 - abs(k))], 0.04, shade(wafer, 0.72))
    for x, y in ([(0, -0.32)], [(-0.24, -0.26), (0.26, -0.32)], [(-0.26, -0.2), (0.28, -0.22), (0, -0.66)])[
        rng.integers(3)
    ]:
        scoop = icing(rng)
        pen.raised(8).polygon(0.44 * blob(rng, 0.04) + (x, y + 0.05), shade(scoop, 0.78))
        pen.raised(10).ball(x, y, 0.42, 0.4, scoop, gloss=0.55)
    if rng.random() < 0.4:
        cherry(pen.raised(16), rng, 0.05, -0.85)


def cupcake(pen, rng):
    """A paper case with a swirl of cream."""
    case, top = one_of(rng, red, pink, berry, green, white, chocolate), icing(rng)
    pen.polygon([(-0.64, 0.08), (0.64, 0.08), (0.46, 0.98), (-0.46, 0.98)], case)
    for x in np.linspace(-0.5, 0.5, 6):
        pen.line([(x, 0.12), (0.74 * x, 0.94)], 0.06, shade(case, 0.72))
    for k, (y, half) in enumerate([(0.05, 0.8), (-0.22, 0.62), (-0.46, 0.43), (-0.66, 0.23)]):
        pen.raised(4 + 5 * k).ball(0, y, half, 0.24, top, gloss=0.5)
    if rng.random() < 0.55:
        cherry(pen.raised(20), rng, 0, -0.9, 0.18)
    else:
        sprinkles(pen.raised(10), rng, disc(rng, 14, 0.55) * (1, 0.6) + (0, -0.2))


def flan(pen, rng):
    """A pudding turned out of its mould, caramel running down."""
    custard, caramel = mix(yellow(rng), cream(rng), 0.4), shade(orange(rng), rng.uniform(0.5, 0.75))
    pen.ellipse(0, 0.62, 1.05, 0.3, shade(caramel, 0.9))
    pen.polygon([(-0.6, -0.5), (0.6, -0.5), (0.85, 0.6), (0.4, 0.76), (-0.4, 0.76), (-0.85, 0.6)], custard)
    pen.polygon([(0.2, -0.5), (0.6, -0.5), (0.85, 0.6), (0.4, 0.76)], shade(custard, 0.88))
    for x in (-0.5, -0.1, 0.3, 0.52):
        pen.line([(x, -0.4), (1.2 * x, rng.uniform(-0.1, 0.35))], 0.17, caramel)
    pen.raised(12).ellipse(0, -0.5, 0.62, 0.2, mix(caramel, WHITE, 0.1))
    if rng.random() < 0.5:
        pen.raised(20).ball(0, -0.6, 0.26, 0.16, white(rng))
        cherry(pen.raised(26), rng, 0, -0.76, 0.13)


def cookie(pen, rng):
    """A biscuit with chips of chocolate."""
    dough = golden(rng)
    pen.slab(0.92 * blob(rng, 0.04), dough, shade(dough, 0.85))
    pen.dots(disc(rng, 14, 0.75), 0.07, 0.04, [shade(dough, 0.85), mix(dough, WHITE, 0.25)], rng)
    for x, y in disc(rng, rng.integers(6, 11), 0.7):
        pen.raised(10).ball(x, y, *rng.uniform(0.1, 0.17, 2), chocolate(rng))


# --- egg --------------------------------------------------------------------------------------------------------------

_EGG = circle(28) * np.stack([0.74 + 0.11 * circle(28)[:, 1], np.full(28, 0.98)], 1)


def yolk(rng):
    return mix(yellow(rng), orange(rng), rng.uniform(0, 0.8))


def fried_egg(pen, rng):
    """A white that ran, browned at its edge, and a yolk that did not."""
    albumen, edge = white(rng), 0.94 * blob(rng, 0.11)
    pen.polygon(edge, mix(albumen, crust(rng), rng.uniform(0.1, 0.6)))
    pen.polygon(0.93 * edge, albumen)
    x, y, r = *rng.uniform(-0.16, 0.16, 2), rng.uniform(0.31, 0.42)
    pen.raised(14).ball(x, y, r, r, yolk(rng), gloss=0.8)


def halved_egg(pen, rng):
    """A boiled egg cut lengthwise."""
    albumen, middle = white(rng), yolk(rng)
    pen.slab(_EGG, albumen, shade(albumen, 0.88), inner=0.93)
    pen.ellipse(0, 0.18, 0.46, 0.48, shade(middle, 0.85))
    pen.ellipse(0, 0.18, 0.41, 0.43, middle)
    pen.ellipse(0, 0.18, 0.22, 0.24, mix(middle, orange(rng), 0.3))


def whole_egg(pen, rng):
    """An egg in its shell: white, brown or speckled."""
    shell = one_of(rng, white, cream, lambda r: hsv(r.uniform(0.05, 0.075), r.uniform(0.3, 0.5), r.uniform(0.75, 0.92)))
    dx, dy = pen.towards_light
    pen.polygon(_EGG, shade(shell, 0.72))
    pen.polygon(0.88 * _EGG + (0.08 * dx, 0.08 * dy), shell)
    pen.polygon(0.42 * _EGG + (0.26 * dx, 0.34 * dy), mix(shell, WHITE, 0.6))
    if rng.random() < 0.2:
        pen.dots(disc(rng, 16, 0.62), 0.045, 0.04, [shade(shell, 0.55)])


def egg_cup(pen, rng):
    """A boiled egg in its cup, the top perhaps cut off."""
    cup = one_of(rng, red, berry, green, white, yellow)
    whole_egg(pen.part(0, -0.25, 0.72, math.pi), rng)
    if rng.random() < 0.4:
        pen.raised(8).ellipse(0, -0.78, 0.42, 0.13, white(rng))
        pen.raised(10).ellipse(0, -0.77, 0.27, 0.09, yolk(rng))
    stand = pen.marked(False).raised(10)
    stand.polygon(
        smooth(mirrored([(0.3, 0.05), (0.62, 0.02), (0.48, 0.5), (0.14, 0.72), (0.16, 0.85), (0.44, 1.02)]), 3), cup
    )
    stand.polygon([(0.1, 0.05), (0.55, 0.05), (0.44, 0.48), (0.12, 0.66)], shade(cup, 0.8))


def omelette(pen, rng):
    """Folded in half, browned in places, with a line of ketchup or some chives."""
    color = mix(yellow(rng), golden(rng), rng.uniform(0, 0.5))
    half = smooth(
        np.concatenate([arc(math.pi, 2 * math.pi, 10, 1.0, 0.85) + (0, 0.35), [(0.55, 0.5), (0, 0.55), (-0.55, 0.5)]]),
        3,
    )
    pen.polygon(half + (0, 0.12), shade(color, 0.78))
    pen.raised(10).polygon(half, color)
    pen.raised(10).polygon(0.75 * half + (0, -0.02), mix(color, WHITE, 0.18))
    for x, y in rng.uniform((-0.65, -0.3), (0.65, 0.3), (4, 2)):
        pen.raised(10).polygon(rng.uniform(0.08, 0.18) * blob(rng, 0.15, 10) + (x, y), mix(color, crust(rng), 0.45))
    if rng.random() < 0.6:
        x = np.linspace(-0.6, 0.6, 15)
        pen.raised(16).line(np.stack([x, 0.02 + 0.16 * (-1.0) ** np.arange(15)], 1), 0.09, red(rng))
    else:
        pen.raised(14).dots(disc(rng, 12, 0.6) * (1, 0.5), 0.07, 0.04, [green(rng)], rng)
