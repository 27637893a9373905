"""Drawn photographs of food in eleven classes, with the names of the course's food-11.

Each class has four to eleven forms (a slice of toast, a baguette, a croissant...), drawn by functions of their own in
`food_breakfast`, `food_dinner`, `food_garden` and `food_bowls`. What a photograph varies without regard to the class
stands in FACTORS and in `drawing.CAMERA`: where the food lies and how large it is, how the camera is held, plate and
table, what else lies about and over the food, light and colour. So neither a colour nor a place tells the class.

Every picture comes with the mask of its food. A planted cue (a price tag in a corner) can be made to go with a class,
so that one can see a network fall for it (Geirhos et al. 2020, "Shortcut learning in deep neural networks").
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from common.generators import food_bowls as bowls
from common.generators import food_breakfast as breakfast
from common.generators import food_dinner as dinner
from common.generators import food_garden as garden
from common.generators.drawing import Canvas, Chance, Pen, disc, hsv, mix, photographs, shade, turned
from common.generators.food_bowls import glaze
from common.generators.food_colors import WHITE, cream, green, one_of, pink, red, white, yellow

SIDE = 64
TOGETHER = 64  # photographs are taken at once: arithmetic on many is cheaper, up to a point


@dataclass(frozen=True)
class Form:
    """One thing a class can look like."""

    draw: Callable
    pieces: tuple[int, ...] = (1,)  # how many lie there, one of these
    row: bool = False  # side by side rather than in a ring
    upright: bool = False  # stands, or is drawn in perspective: it has a top
    served: bool = True  # on a plate or a board; False: brings its own bowl


def _alone(*draws) -> tuple[Form, ...]:
    return tuple(Form(draw) for draw in draws)


def _some(*draws) -> tuple[Form, ...]:
    return tuple(Form(draw, pieces=(1, 1, 2, 3)) for draw in draws)


def _many(*draws) -> tuple[Form, ...]:
    return tuple(Form(draw, pieces=(2, 3, 4, 5)) for draw in draws)


def _rows(*draws) -> tuple[Form, ...]:
    return tuple(Form(draw, pieces=(1, 2, 3), row=True) for draw in draws)


def _standing(*draws) -> tuple[Form, ...]:
    return tuple(Form(draw, upright=True) for draw in draws)


def _in_bowls(*draws, upright: bool = False) -> tuple[Form, ...]:
    return tuple(Form(draw, upright=upright, served=False) for draw in draws)


FORMS = {
    "Bread": (
        *_some(breakfast.toast, breakfast.bun, breakfast.croissant, breakfast.pretzel),
        *_rows(breakfast.baguette), *_alone(breakfast.loaf),
    ),
    "Dairy product": (
        *_standing(breakfast.cheese_wedge, breakfast.butter, breakfast.camembert), *_alone(breakfast.cheese_slices),
        *_in_bowls(breakfast.milk_glass, breakfast.milk_carton, upright=True), *_in_bowls(bowls.yoghurt),
    ),
    "Dessert": (
        *_some(breakfast.donut), *_many(breakfast.cookie), *_alone(breakfast.cake),
        *_standing(breakfast.cake_slice, breakfast.ice_cream, breakfast.cupcake, breakfast.flan),
    ),
    "Egg": (
        *_some(breakfast.fried_egg), *_many(breakfast.halved_egg, breakfast.whole_egg),
        *_in_bowls(breakfast.egg_cup, upright=True), *_alone(breakfast.omelette),
    ),
    "Fried food": (
        *_in_bowls(dinner.box_of_fries, upright=True), *_alone(dinner.heap_of_fries),
        *_many(dinner.onion_ring, dinner.nugget), *_rows(dinner.spring_roll),
    ),
    "Meat": (
        *_alone(dinner.steak, dinner.ribs), *_some(dinner.drumstick), *_many(dinner.salami),
        *_rows(dinner.sausage, dinner.bacon, dinner.skewer),
    ),
    "Noodles/Pasta": (
        *_alone(bowls.spaghetti, bowls.penne, bowls.farfalle), *_in_bowls(bowls.ramen),
        *_in_bowls(bowls.box_of_noodles, upright=True),
    ),
    "Rice": (
        *_in_bowls(bowls.bowl_of_rice), *_in_bowls(bowls.heaped_rice, upright=True),
        *_alone(bowls.fried_rice, bowls.curry_rice), *_some(bowls.onigiri), *_many(bowls.maki),
    ),
    "Seafood": (
        *_rows(dinner.fish), *_many(dinner.shrimp, dinner.mussel), *_alone(dinner.crab, dinner.octopus),
        *_some(dinner.scallop, dinner.salmon),
    ),
    "Soup": (
        *_in_bowls(bowls.bowl_of_soup, bowls.pot_of_soup),
        *_in_bowls(bowls.steaming_soup, bowls.mug_of_soup, upright=True),
    ),
    "Vegetable/Fruit": (
        *_rows(garden.carrot, garden.banana, garden.corn), *_some(garden.apple, garden.broccoli, garden.tomato),
        *_many(garden.strawberry, garden.citrus), *_alone(garden.melon, garden.grapes, bowls.salad),
    ),
}  # fmt: skip
CLASSES = tuple(FORMS)

# What varies from picture to picture: the smallest and the largest value, all in between equally likely; then how
# often things happen. Lengths are in half pictures, angles in radians.
FACTORS = {
    "x": (-0.16, 0.16), "y": (-0.16, 0.16),  # where the middle of the food is
    "size": (0.5, 0.74),  # half as large as the food
    "plate": (1.2, 1.55),  # the plate against the food
    "tilt": (-0.45, 0.45),  # of what stands upright; everything else is turned at random
    "stretch": (0.87, 1.15),  # wider and lower, or the other way round
    "light": (0, 2 * math.pi),  # where it comes from
    "near": (0, 1),  # things of other kinds at the edge of the plate, mean of a Poisson law
    "crumbs": 0.2, "cutlery": 0.3, "napkin": 0.1, "drink": 0.1, "garnish": 0.15, "over": 0.12,
}  # fmt: skip


@dataclass(frozen=True)
class Cue:
    """Something planted in a corner that has nothing to do with food, and goes with a class."""

    label: int  # the class it goes with
    rate: float = 0.9  # the share of pictures of that class that have it
    elsewhere: float = 0.0  # the share of all other pictures that have it
    side: float = 0.24  # its size against the picture


@dataclass(frozen=True)
class Pictures:
    """N pictures, and what is true of them."""

    images: np.ndarray  # (N, 64, 64, 3) uint8
    labels: np.ndarray  # (N,) int64, index into CLASSES
    masks: np.ndarray  # (N, 64, 64) bool, where food is seen
    cues: np.ndarray  # (N, 64, 64) bool, where a planted cue is seen
    forms: np.ndarray  # (N,) the names of the forms


def pictures(seed: int, labels: np.ndarray, cue: Cue | None = None, side: int = SIDE) -> Pictures:
    """A picture of each of the classes `labels` (N,), a pure function of seed, place in the list and label.

    The picture under a cue is the one that is there without.
    """
    labels = np.asarray(labels, dtype=np.int64)
    made = taken([[seed, k] for k in range(len(labels))], labels, side)
    if cue is not None:
        for k, label in enumerate(labels):
            rng = np.random.default_rng([seed, k, 1])
            if rng.random() < (cue.rate if label == cue.label else cue.elsewhere):
                made.images[k], made.cues[k] = stuck_on(made.images[k], cue, rng)
    made.masks[made.cues] = False
    return made


def taken(seeds: Sequence, labels: np.ndarray, side: int = SIDE) -> Pictures:
    """Photographs of the classes `labels` (N,), each by a seed of its own; whatever is taken beside it."""
    labels = np.asarray(labels, dtype=np.int64)
    images = np.empty((len(labels), side, side, 3), np.uint8)
    masks, forms = np.empty(images.shape[:3], bool), []
    for start in range(0, len(labels), TOGETHER):
        some = slice(start, start + TOGETHER)
        rngs = [Chance(np.random.PCG64(seed)) for seed in seeds[some]]
        canvases, names = zip(*map(scene, rngs, labels[some], itertools.repeat(side)), strict=True)
        images[some], masks[some] = photographs(canvases, rngs)
        forms += names
    return Pictures(images, labels, masks, np.zeros_like(masks), np.array(forms))


def scene(rng: np.random.Generator, label: int, side: int) -> tuple[Canvas, str]:
    """Food of a class on a table, before a camera has seen it, and the name of its form."""
    value = {name: rng.uniform(*limits) for name, limits in FACTORS.items() if isinstance(limits, tuple)}
    happens = {name: rng.random() < rate for name, rate in FACTORS.items() if isinstance(rate, float)}
    forms = FORMS[CLASSES[label]]
    form = forms[rng.integers(len(forms))]
    canvas = Canvas(side, light=value["light"])
    table(canvas.pen(), rng)
    pen = canvas.pen().part(value["x"], value["y"], value["size"])
    if happens["napkin"]:
        napkin(pen.raised(3), rng)
    if form.served or rng.random() < 0.35:
        pen = plate(pen.part(size=value["plate"], angle=rng.uniform(0, 6.28)), rng, pen)
    for _ in range(rng.poisson(value["near"])):
        something_else(pen, rng, CLASSES[label])
    if happens["drink"]:
        drink(pen, rng)
    if happens["crumbs"]:
        pen.raised(4).dots(disc(rng, 10, 1.5), 0.06, 0.045, [one_of(rng, green, red, cream, yellow)], rng)
    if happens["cutlery"]:
        cutlery(pen.raised(8), rng, rng.uniform(1.1, 1.5))
    angle = value["tilt"] if form.upright else rng.uniform(0, 2 * math.pi)
    food = pen.raised(12).marked().part(angle=angle, flip=rng.random() < 0.5, stretch=value["stretch"])
    serve(food, rng, form)
    if happens["garnish"]:
        garnish(pen.raised(50), rng)
    if happens["over"]:
        cutlery(pen.raised(60), rng, rng.uniform(0.3, 0.8))
    return canvas, form.draw.__name__


def serve(pen: Pen, rng, form: Form) -> None:
    """Lay out the pieces of a form: one alone, several in a ring or in a row."""
    n = form.pieces[rng.integers(len(form.pieces))]
    if n == 1:
        form.draw(pen, rng)
        return
    size = (0.7, 0.6, 0.52, 0.46)[n - 2]
    start = rng.uniform(0, 2 * math.pi)
    for k in range(n):
        if form.row:
            place, size = (rng.normal(0, 0.06), (k - (n - 1) / 2) * 1.3 / n), 0.85
            angle = rng.normal(0, 0.12)
        else:
            around = start + 2 * math.pi * k / n + rng.uniform(-0.25, 0.25)
            place = turned([0.58 * rng.uniform(0.85, 1.1), 0], around)
            angle = rng.uniform(0, 2 * math.pi)
        form.draw(pen.raised(4 * k).part(*place, size * rng.uniform(0.9, 1.1), angle), rng)


# --- what the food lies on --------------------------------------------------------------------------------------------


def table(pen: Pen, rng) -> None:
    """Wood, checked or striped or dotted cloth, stone, or plain."""
    if rng.random() < 0.4:
        color = hsv(rng.uniform(0.05, 0.11), rng.uniform(0.2, 0.65), rng.uniform(0.3, 0.85))
    else:
        color = hsv(rng.random(), rng.uniform(0, 0.5), rng.uniform(0.25, 0.95))
    pen.polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], color)
    cover = (wood, checked, striped, dotted, stone, None)[rng.integers(6)]
    if cover is not None:
        cover(pen.part(angle=rng.uniform(0, math.pi), size=1.5), rng, color)


def wood(pen: Pen, rng, color) -> None:
    y = -1.0
    while y < 1:
        wide = rng.uniform(0.12, 0.35)
        pen.polygon([(-1, y), (1, y), (1, y + wide), (-1, y + wide)], shade(color, rng.uniform(0.82, 1.12)))
        pen.line([(-1, y), (1, y)], 0.015, shade(color, 0.6))
        for _ in range(2):
            x, v = rng.uniform(-1, 0.6), y + wide * rng.random()
            pen.line([(x, v), (x + rng.uniform(0.2, 0.6), v)], 0.012, shade(color, rng.uniform(0.7, 0.95)))
        y += wide


def checked(pen: Pen, rng, color) -> None:
    other, wide = mix(color, _cloth(rng), rng.uniform(0.4, 0.9)), rng.uniform(0.09, 0.22)
    lines = np.arange(-1, 1, 2 * wide)
    for x in lines:
        pen.polygon([(x, -1), (x + wide, -1), (x + wide, 1), (x, 1)], mix(color, other, 0.5))
    for y in lines:
        pen.polygon([(-1, y), (1, y), (1, y + wide), (-1, y + wide)], mix(color, other, 0.5))
    for x in lines:
        for y in lines:
            pen.polygon([(x, y), (x + wide, y), (x + wide, y + wide), (x, y + wide)], other)


def striped(pen: Pen, rng, color) -> None:
    other, wide = _cloth(rng), rng.uniform(0.05, 0.16)
    for x in np.arange(-1, 1, 2 * wide):
        pen.polygon([(x, -1), (x + wide, -1), (x + wide, 1), (x, 1)], mix(color, other, 0.7))


def dotted(pen: Pen, rng, color) -> None:
    wide = rng.uniform(0.14, 0.24)
    places = np.stack(np.meshgrid(*[np.arange(-1, 1, wide)] * 2), -1).reshape(-1, 2)
    pen.dots(places, 0.28 * wide, 0.28 * wide, [_cloth(rng)])


def stone(pen: Pen, rng, color) -> None:
    tones = [shade(color, factor) for factor in rng.uniform(0.85, 1.12, 7)]
    for size in (0.07, 0.035):
        pen.dots(rng.uniform(-1, 1, (20, 2)), size, 0.6 * size, tones, rng)


def _cloth(rng):
    return one_of(rng, red, white, green, yellow, pink, lambda r: hsv(r.uniform(0.5, 0.75), 0.5, 0.7), cream)


def plate(pen: Pen, rng, food: Pen) -> Pen:
    """A round or square plate, a board, or nothing at all; returns the pen of the food, on top of it."""
    kind, color = rng.integers(7), glaze(rng)
    if kind == 0:
        return food
    if kind <= 4:
        pen.raised(6).ellipse(0, 0, 1, 1, shade(color, 0.8))
        pen.raised(14).ellipse(0, 0, 0.97, 0.97, color)
        if rng.random() < 0.35:
            pen.raised(14).ellipse(0, 0, 0.9, 0.9, glaze(rng))
            pen.raised(14).ellipse(0, 0, 0.85, 0.85, color)
        pen.raised(6).ellipse(0, 0, 0.74, 0.74, shade(color, 0.88))
        pen.raised(6).ellipse(0, 0, 0.71, 0.71, mix(color, WHITE, 0.15))
    elif kind == 5:
        square = np.array([(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)])
        pen.raised(12).polygon(square, shade(color, 0.88))
        pen.raised(6).polygon(0.86 * square, color)
    else:
        plank = hsv(rng.uniform(0.06, 0.1), rng.uniform(0.3, 0.6), rng.uniform(0.45, 0.8))
        pen.raised(10).polygon([(-1, -0.8), (1, -0.8), (1, 0.8), (-1, 0.8)], plank)
        for y in (-0.5, -0.1, 0.3, 0.6):
            pen.raised(10).line([(-0.98, y), (0.98, y + rng.uniform(-0.06, 0.06))], 0.03, shade(plank, 0.84))
    return food.raised(8)


# --- what else lies about ---------------------------------------------------------------------------------------------


def something_else(pen: Pen, rng, label: str) -> None:
    """A small thing of another class at the edge of the plate or beside it."""
    others = [name for name in CLASSES if name != label]
    forms = FORMS[others[rng.integers(len(others))]]
    x, y = turned([rng.uniform(1.15, 1.7), 0], rng.uniform(0, 2 * math.pi))
    forms[rng.integers(len(forms))].draw(pen.raised(6).part(x, y, rng.uniform(0.2, 0.36), rng.uniform(0, 6.28)), rng)


def drink(pen: Pen, rng) -> None:
    """A cup or a glass from above."""
    x, y = turned([rng.uniform(1.4, 1.8), 0], rng.uniform(0, 2 * math.pi))
    cup, color = pen.raised(6).part(x, y, rng.uniform(0.35, 0.5)), glaze(rng)
    cup.raised(30).ellipse(0, 0, 1, 1, color)
    cup.raised(12).ellipse(
        0, 0, 0.82, 0.82, one_of(rng, red, yellow, lambda r: hsv(0.06, 0.7, 0.25), lambda r: hsv(0.55, 0.15, 0.8))
    )


def napkin(pen: Pen, rng) -> None:
    x, y = turned([rng.uniform(0.9, 1.3), 0], rng.uniform(0, 2 * math.pi))
    cloth, color = pen.part(x, y, rng.uniform(0.7, 1.0), rng.uniform(0, 3)), _cloth(rng)
    cloth.polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], color)
    cloth.line([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8), (-0.8, -0.8)], 0.07, mix(color, WHITE, 0.5))


def cutlery(pen: Pen, rng, distance: float) -> None:
    """A fork, a knife, a spoon or chopsticks, its tip so far from the middle."""
    angle = rng.uniform(0, 2 * math.pi)
    tip = pen.part(*turned([distance, 0], angle), 1, angle + rng.uniform(-1.2, 1.2))
    (fork, knife, spoon, chopsticks)[rng.integers(4)](tip, rng)


def _metal(rng):
    return hsv(0.6, rng.uniform(0, 0.1), rng.uniform(0.5, 0.92))


def fork(pen: Pen, rng) -> None:
    metal = _metal(rng)
    pen.line([(0.35, 0), (1.7, 0)], 0.1, metal)
    pen.polygon([(0.4, -0.14), (0.4, 0.14), (0.22, 0.18), (0.22, -0.18)], metal)
    for y in (-0.15, -0.05, 0.05, 0.15):
        pen.line([(0, y), (0.25, y)], 0.05, metal)


def knife(pen: Pen, rng) -> None:
    metal = _metal(rng)
    pen.polygon([(0, 0.05), (0.2, -0.1), (1.0, -0.1), (1.0, 0.08)], metal)
    pen.line([(1.0, 0), (1.8, 0)], 0.14, shade(metal, rng.uniform(0.3, 0.9)))


def spoon(pen: Pen, rng) -> None:
    metal = _metal(rng)
    pen.line([(0.4, 0), (1.7, 0)], 0.1, metal)
    pen.ellipse(0.22, 0, 0.28, 0.2, metal)
    pen.ellipse(0.22, 0, 0.2, 0.13, shade(metal, 0.75))


def chopsticks(pen: Pen, rng) -> None:
    color = hsv(rng.uniform(0, 0.1), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.8))
    for y in (-0.08, 0.08):
        pen.line([(0, 0.5 * y), (1.9, 2 * y)], 0.08, color)


def garnish(pen: Pen, rng) -> None:
    """Herbs or specks strewn over the food."""
    n, color = rng.integers(3, 10), one_of(rng, green, green, red, white)
    pen.dots(disc(rng, n, 0.7), 0.085, 0.05, [color, shade(color, 0.8)], rng)


# --- planted cues -----------------------------------------------------------------------------------------------------


def stuck_on(image: np.ndarray, cue: Cue, rng) -> tuple[np.ndarray, np.ndarray]:
    """A round price tag in a corner, over the finished photograph: the new image, and where the tag is (S, S) bool."""
    side = len(image)
    canvas = Canvas(side)
    x, y = rng.choice([-1, 1], 2) * (0.97 - cue.side) + rng.uniform(-0.03, 0.03, 2)
    pen = canvas.pen().part(x, y, cue.side, rng.uniform(-0.4, 0.4)).marked()
    star = np.array([turned([r, 0], math.pi * k / 9) for k, r in enumerate([1.0, 0.84] * 9)])
    pen.polygon(star, (250, 214, 40))
    pen.ellipse(0, 0, 0.66, 0.66, (214, 40, 48))
    for dx in (-0.3, 0.02):
        pen.line([(dx, -0.3), (dx, 0.3)], 0.16, WHITE)
    pen.ellipse(0.36, 0.0, 0.16, 0.3, WHITE)
    colors, _, where = canvas.pixels()
    return np.where(where[..., None], (255 * colors).astype(np.uint8), image), where
