"""Drawn pictures of ten kinds of things, 32 x 32 in colour, with the names and the layout of CIFAR-10.

A stand-in for small photographs (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): each kind
has two or three forms (a side view, a face, one seen from above), drawn by a function of its own, photographed at twice
the size and made small. What a photograph adds varies without regard to the kind: place, size, tilt, mirror, colours of
paint and fur (cats may be green), the place around it, things standing about, light, a colour cast, blur and noise. So
no colour tells what it is: shape does.
"""

import numpy as np

from common.generators.drawing import CAMERA, Canvas, Chance, Color, Pen, hsv, mix, photographs, shade

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE, SMALLER = 32, 2  # pixels; photographed so many times larger, then averaged
TOGETHER = 64  # photographs are taken at once
WHITE = (255, 255, 255)


def objects(seed: int, per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """`per_class` pictures of each kind, kinds in order: images (N, 32, 32, 3) uint8 and labels (N,) int64.

    A picture depends on the seed, its kind and its number alone: the first ones are the same for every `per_class`.
    """
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    rngs = [
        Chance(np.random.PCG64([seed, label, number])) for label in range(len(CLASSES)) for number in range(per_class)
    ]
    images = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
    for start in range(0, len(labels), TOGETHER):
        some = slice(start, start + TOGETHER)
        images[some] = taken([CLASSES[label] for label in labels[some]], rngs[some])
    return images, labels


def taken(kinds: list[str], rngs: list[np.random.Generator]) -> np.ndarray:
    """Photographs of things of some kinds, (N, 32, 32, 3) uint8."""
    canvases = [scene(kind, rng) for kind, rng in zip(kinds, rngs, strict=True)]
    images, _ = photographs(canvases, rngs, CAMERA | {"noise": (0.0, 0.09)})  # half of it is left in the small picture
    parts = images.reshape(len(kinds), SIDE, SMALLER, SIDE, SMALLER, 3).astype(np.float32)
    return np.rint(parts.mean(axis=(2, 4))).astype(np.uint8)


def scene(kind: str, rng: np.random.Generator) -> Canvas:
    """One thing somewhere, before a camera has seen it."""
    canvas = Canvas(SIDE * SMALLER, light=rng.uniform(-np.pi, np.pi))
    pen = canvas.pen()
    PLACES[rng.integers(len(PLACES))](pen, rng)
    for _ in range(rng.poisson(1.0)):
        scrap(pen.raised(10), rng)
    form = FORMS[kind][rng.integers(len(FORMS[kind]))]
    x, y = rng.uniform(-0.16, 0.16, 2)
    tilt = rng.uniform(-np.pi, np.pi) if form in SEEN_FROM_ABOVE else rng.normal(0, 0.16)
    size, stretch = rng.uniform(0.6, 0.9), rng.uniform(0.87, 1.15)
    form(pen.raised(30).part(x, y, size, tilt, flip=rng.random() < 0.5, stretch=stretch), rng)
    if rng.random() < 0.35:
        scrap(pen.raised(50), rng)
    return canvas


# --- colours --------------------------------------------------------------------------------------------------------


def paint(rng) -> Color:
    """Of anything made: mostly strong, often white or grey."""
    if rng.random() < 0.35:
        return hsv(0.6, 0.06, rng.uniform(0.35, 1))
    return hsv(rng.random(), rng.uniform(0.4, 0.95), rng.uniform(0.4, 1))


def fur(rng) -> Color:
    """Of anything alive, frogs too: brown, sand, grey, black, white, ginger, now and then olive or green."""
    hue, saturation, value = (
        (0.07, 0.55, 0.5), (0.1, 0.4, 0.8), (0.6, 0.05, 0.55), (0.6, 0.1, 0.22), (0.1, 0.06, 0.93), (0.07, 0.75, 0.8),
        (0.05, 0.6, 0.35), (0.1, 0.3, 0.65), (0.17, 0.5, 0.5), (0.28, 0.6, 0.6),
    )[rng.integers(10)]  # fmt: skip
    return hsv(hue + rng.normal(0, 0.015), saturation + rng.normal(0, 0.07), max(0.1, value + rng.normal(0, 0.07)))


def dark(rng) -> Color:
    return hsv(rng.random(), 0.2, rng.uniform(0.05, 0.22))


# --- places, and things that stand about ----------------------------------------------------------------------------


def fill(pen: Pen, top: float, bottom: float, color) -> None:
    pen.polygon([[-1.1, top], [1.1, top], [1.1, bottom], [-1.1, bottom]], color)


def sky(pen: Pen, rng) -> None:
    color = hsv(rng.uniform(0.52, 0.64), rng.uniform(0.05, 0.6), rng.uniform(0.6, 1))
    for y in np.linspace(-1, 0.9, 6):
        fill(pen, y, 1.1, mix(color, WHITE, 0.06 * (6 * y + 6) / 2))
    for _ in range(rng.integers(0, 4)):
        x, y, width = *rng.uniform(-1, 1, 2), rng.uniform(0.2, 0.5)
        for dx in (-0.5, 0, 0.5):
            pen.ellipse(x + dx * width, y, width * 0.5, width * rng.uniform(0.2, 0.35), mix(color, WHITE, 0.6))


def ground(pen: Pen, rng) -> None:
    """A horizon: a wall, woods or the sky behind; grass, sand, snow, water or asphalt before it."""
    horizon = rng.uniform(-0.5, 0.6)
    (sky if rng.random() < 0.5 else wall)(pen, rng)
    grass, sand, snow, water, asphalt = (
        (0.27, 0.5, 0.5), (0.11, 0.4, 0.75), (0.6, 0.05, 0.93), (0.55, 0.5, 0.5), (0.6, 0.05, 0.4)
    )  # fmt: skip
    below = (grass, sand, snow, water, asphalt)[rng.integers(5)]
    color = shade(hsv(*below), rng.uniform(0.75, 1.2))
    fill(pen, horizon, 1.1, color)
    for _ in range(rng.integers(5, 25)):
        x, y = rng.uniform(-1, 1), rng.uniform(horizon, 1)
        pen.line([[x, y], [x + rng.uniform(0.05, 0.3), y]], 0.04, shade(color, rng.uniform(0.8, 1.2)))


def wall(pen: Pen, rng) -> None:
    color = hsv(rng.random(), rng.uniform(0, 0.5), rng.uniform(0.25, 0.95))
    fill(pen, -1.1, 1.1, color)
    width = rng.uniform(0.2, 0.7)
    for x in np.arange(-1.2 + rng.uniform(0, width), 1.2, width):
        pen.line([[x, -1.1], [x + 0.02, 1.1]], 0.05, shade(color, rng.uniform(0.85, 1.1)))


def thicket(pen: Pen, rng) -> None:
    """Leaves, stones or a crowd, out of focus."""
    color = hsv(rng.random() if rng.random() < 0.5 else 0.27, rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.8))
    fill(pen, -1.1, 1.1, color)
    lowest, highest = (-1.1, -1.1, 0.08, 0.5, 0.75, 0.0), (1.1, 1.1, 0.3, 1, 1.25, 3.0)
    x, y, size, flat, light, angle = rng.uniform(lowest, highest, (rng.integers(20, 45), 6)).T
    colors = [shade(color, factor) for factor in light.tolist()]
    pen.ellipses(np.stack([x, y], 1), np.stack([size, size * flat], 1), colors, angle)


PLACES = (sky, ground, ground, wall, thicket)


def scrap(pen: Pen, rng) -> None:
    """Something small that is nothing in particular, near the rim."""
    angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.75, 1.05)
    part = pen.part(away * np.cos(angle), away * np.sin(angle), rng.uniform(0.12, 0.3), rng.uniform(0, 6))
    color = (paint if rng.random() < 0.5 else fur)(rng)
    kind = rng.integers(4)
    if kind == 0:
        part.polygon([[-1, -0.7], [1, -0.7], [1, 0.7], [-1, 0.7]], color)
    elif kind == 1:
        part.ellipse(0, 0, 1, rng.uniform(0.5, 1), color)
    elif kind == 2:
        part.polygon([[-1, 0.8], [1, 0.8], [0, -1]], color)
    else:
        part.line([[-1.5, 0], [1.5, 0]], 0.4, color)


# --- made by people: airplane, automobile, ship, truck --------------------------------------------------------------


def airliner(pen: Pen, rng) -> None:
    """From the side."""
    body, wing = paint(rng), paint(rng)
    pen.polygon([[-0.95, -0.55], [-0.7, -0.55], [-0.42, -0.08], [-0.85, -0.05]], wing)  # tail fin
    pen.polygon([[-0.15, -0.1], [0.2, -0.1], [-0.1, -0.42], [-0.25, -0.42]], shade(wing, 0.7))  # far wing
    pen.ellipse(0, 0, 0.98, 0.19, body)
    pen.polygon([[-0.98, -0.12], [-0.5, -0.17], [-0.5, 0.1]], body)
    pen.line([[-0.55, -0.03], [0.6, -0.03]], 0.06, dark(rng))  # windows
    pen.polygon([[0.72, -0.13], [0.9, -0.07], [0.8, -0.02], [0.7, -0.04]], dark(rng))
    pen.polygon([[-0.2, 0.05], [0.3, 0.05], [-0.2, 0.6], [-0.42, 0.6]], shade(wing, 0.85))  # near wing
    pen.ellipse(0.08, 0.22, 0.17, 0.08, shade(body, 0.7))  # engine
    pen.polygon([[-0.95, -0.06], [-0.65, -0.06], [-0.95, 0.2], [-1.05, 0.2]], shade(wing, 0.85))


def plane_from_above(pen: Pen, rng) -> None:
    body, wing, swept = paint(rng), paint(rng), rng.uniform(0, 0.5)
    for side in (-1, 1):
        pen.polygon(
            [[-0.3, 0.08 * side], [0.3, 0.08 * side], [0.05 - swept, 0.98 * side], [-0.2 - swept, 0.98 * side]], wing
        )
        pen.polygon([[-0.9, 0.05 * side], [-0.65, 0.05 * side], [-0.85, 0.42 * side], [-1.0, 0.42 * side]], wing)
        if swept > 0.2:
            pen.ellipse(0.18 - 0.4 * swept, 0.42 * side, 0.16, 0.07, shade(body, 0.6))
    pen.ellipse(0, 0, 1.0, 0.14, body)
    pen.line([[-0.98, 0], [-0.7, 0]], 0.06, shade(wing, 0.6))
    pen.ellipse(0.74, 0, 0.1, 0.07, dark(rng))


def propeller_plane(pen: Pen, rng) -> None:
    """Head on: two long wings, a round nose, wheels, a disc of air."""
    body, wing = paint(rng), paint(rng)
    high = rng.choice([-0.2, 0.12])
    pen.polygon(
        [[-1.0, high - 0.12], [1.0, high - 0.12], [1.0, high - 0.02], [0, high + 0.1], [-1.0, high - 0.02]], wing
    )
    pen.polygon([[-0.04, -0.62], [0.04, -0.62], [0.07, -0.1], [-0.07, -0.1]], wing)
    pen.line([[-0.4, -0.42], [0.4, -0.42]], 0.07, shade(wing, 0.85))
    for side in (-1, 1):
        pen.line([[0.1 * side, 0.2], [0.3 * side, 0.5]], 0.05, shade(body, 0.6))
        pen.ellipse(0.3 * side, 0.55, 0.06, 0.11, dark(rng))
    pen.ellipse(0, 0.03, 0.26, 0.28, body)
    pen.polygon([[-0.16, -0.1], [0.16, -0.1], [0.1, -0.22], [-0.1, -0.22]], dark(rng))
    turn = rng.uniform(0, np.pi)
    x, y = 0.42 * np.cos(turn), 0.42 * np.sin(turn)
    pen.line([[-x, 0.06 - y], [x, 0.06 + y]], 0.07, dark(rng))
    pen.ellipse(0, 0.06, 0.07, 0.07, shade(body, 0.5))


def wheel(pen: Pen, rng, x: float, y: float, size: float) -> None:
    pen.ellipse(x, y, size, size, hsv(0.6, 0.1, rng.uniform(0.05, 0.18)))
    pen.ellipse(x, y, 0.5 * size, 0.5 * size, hsv(0.6, 0.05, rng.uniform(0.4, 0.9)))


def car_from_side(pen: Pen, rng) -> None:
    body, glass = paint(rng), hsv(0.57, 0.3, rng.uniform(0.25, 0.8))
    roof, back = rng.uniform(-0.42, -0.3), rng.uniform(-0.85, -0.5)  # hatchback to saloon
    pen.polygon([[back, -0.02], [back + 0.18, roof], [0.2, roof], [0.52, 0.0]], body)
    pen.polygon([[back + 0.1, 0.0], [back + 0.23, roof + 0.08], [-0.18, roof + 0.08], [-0.18, 0.0]], glass)
    pen.polygon([[-0.1, 0.0], [-0.1, roof + 0.08], [0.17, roof + 0.08], [0.38, 0.0]], glass)
    pen.polygon([[-0.95, 0.0], [0.5, -0.02], [0.9, 0.06], [0.98, 0.2], [0.96, 0.36], [-0.95, 0.36], [-1.0, 0.2]], body)
    pen.line([[-0.95, 0.3], [0.95, 0.3]], 0.06, shade(body, 0.6))
    pen.ellipse(0.9, 0.14, 0.07, 0.05, (255, 250, 210))
    pen.ellipse(-0.94, 0.12, 0.05, 0.05, (200, 40, 30))
    for x in (-0.56, 0.56):
        wheel(pen, rng, x, 0.38, 0.22)


def car_from_front(pen: Pen, rng) -> None:
    body, glass = paint(rng), hsv(0.57, 0.3, rng.uniform(0.2, 0.8))
    for side in (-1, 1):
        pen.polygon([[0.42 * side, 0.3], [0.7 * side, 0.3], [0.7 * side, 0.68], [0.42 * side, 0.68]], dark(rng))
    pen.polygon([[-0.5, -0.52], [0.5, -0.52], [0.68, 0.0], [-0.68, 0.0]], body)
    pen.polygon([[-0.43, -0.43], [0.43, -0.43], [0.57, -0.03], [-0.57, -0.03]], glass)
    pen.polygon([[-0.7, -0.02], [0.7, -0.02], [0.8, 0.12], [0.78, 0.5], [-0.78, 0.5], [-0.8, 0.12]], body)
    pen.polygon([[-0.35, 0.16], [0.35, 0.16], [0.3, 0.34], [-0.3, 0.34]], dark(rng))
    for side in (-1, 1):
        pen.ellipse(0.58 * side, 0.2, 0.14, 0.1, (255, 250, 215))
        pen.ellipse(0.83 * side, -0.05, 0.09, 0.06, shade(body, 0.8))
    pen.line([[-0.72, 0.44], [0.72, 0.44]], 0.07, shade(body, 0.65))


def lorry_from_side(pen: Pen, rng) -> None:
    """A box on wheels behind a cab."""
    cab, box = paint(rng), paint(rng)
    top = rng.uniform(-0.72, -0.5)
    pen.polygon([[-1.0, 0.36], [0.95, 0.36], [0.95, 0.46], [-1.0, 0.46]], dark(rng))
    pen.polygon([[-1.0, top], [0.34, top], [0.34, 0.36], [-1.0, 0.36]], box)
    for x in np.linspace(-0.75, 0.1, rng.integers(2, 6)):
        pen.line([[x, top], [x, 0.36]], 0.035, shade(box, 0.8))
    pen.line([[-1.0, top + 0.03], [0.34, top + 0.03]], 0.06, shade(box, 1.2))
    pen.polygon([[0.42, -0.28], [0.78, -0.28], [0.96, 0.05], [0.98, 0.4], [0.42, 0.4]], cab)
    pen.polygon([[0.55, -0.2], [0.76, -0.2], [0.89, 0.04], [0.55, 0.04]], hsv(0.57, 0.3, rng.uniform(0.3, 0.8)))
    pen.ellipse(0.95, 0.26, 0.05, 0.06, (255, 250, 210))
    for x in (-0.78, -0.4, 0.68):
        wheel(pen, rng, x, 0.47, 0.18)


def dump_truck(pen: Pen, rng) -> None:
    """A tilted tub with its load, behind a cab with a bonnet."""
    cab, tub = paint(rng), paint(rng)
    pen.polygon([[-0.95, 0.3], [0.95, 0.3], [0.95, 0.42], [-0.95, 0.42]], dark(rng))
    load = np.array([[-0.9, -0.28], [-0.6, -0.58], [-0.3, -0.5], [-0.05, -0.62], [0.2, -0.3]])
    pen.polygon(load + rng.normal(0, 0.03, load.shape), hsv(0.09, rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.7)))
    pen.polygon([[-1.05, -0.32], [0.3, -0.32], [0.12, 0.28], [-0.8, 0.28]], tub)
    for x in (-0.75, -0.42, -0.1):
        pen.line([[x - 0.05, -0.28], [x, 0.26]], 0.05, shade(tub, 0.7))
    pen.polygon([[0.28, -0.42], [0.62, -0.42], [0.66, 0.0], [0.98, 0.05], [0.98, 0.36], [0.28, 0.36]], cab)
    pen.polygon([[0.37, -0.33], [0.56, -0.33], [0.59, -0.03], [0.37, -0.03]], hsv(0.57, 0.3, rng.uniform(0.3, 0.8)))
    for x, size in ((-0.68, 0.25), (-0.14, 0.25), (0.72, 0.22)):
        wheel(pen, rng, x, 0.46, size)


def lorry_from_front(pen: Pen, rng) -> None:
    """Taller than wide, a flat face, the box behind rising above it."""
    cab, box = paint(rng), paint(rng)
    pen.polygon([[-0.62, -0.95], [0.62, -0.95], [0.62, 0.4], [-0.62, 0.4]], box)
    for side in (-1, 1):
        pen.polygon([[0.34 * side, 0.5], [0.58 * side, 0.5], [0.58 * side, 0.9], [0.34 * side, 0.9]], dark(rng))
        pen.line([[0.56 * side, -0.35], [0.76 * side, -0.35], [0.76 * side, 0.0]], 0.09, dark(rng))
    pen.polygon([[-0.55, -0.58], [0.55, -0.58], [0.58, 0.62], [-0.58, 0.62]], cab)
    pen.polygon([[-0.46, -0.48], [0.46, -0.48], [0.48, -0.02], [-0.48, -0.02]], hsv(0.57, 0.3, rng.uniform(0.2, 0.8)))
    for y in (0.14, 0.24, 0.34):
        pen.line([[-0.3, y], [0.3, y]], 0.05, shade(cab, 0.45))
    for side in (-1, 1):
        pen.ellipse(0.45 * side, 0.48, 0.1, 0.08, (255, 250, 215))


def waves(pen: Pen, rng, y: float) -> None:
    water = hsv(rng.uniform(0.5, 0.62), rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.8))
    x = np.linspace(-1.25, 1.25, 30)
    crest = np.stack([x, y + 0.04 * np.sin(x * rng.uniform(7, 14) + rng.uniform(0, 6))], 1)
    pen.polygon([*crest.tolist(), [1.25, y + 0.35], [-1.25, y + 0.35]], water)
    pen.line(crest, 0.04, mix(water, WHITE, 0.5))


def steamer(pen: Pen, rng) -> None:
    """A hull, decks above it, funnels."""
    hull, deck, funnel = paint(rng), mix(paint(rng), WHITE, 0.6), paint(rng)
    for x in (-0.25, 0.05, 0.35)[: rng.integers(1, 4)]:
        pen.polygon([[x - 0.09, -0.75], [x + 0.07, -0.75], [x + 0.1, -0.3], [x - 0.1, -0.3]], funnel)
        pen.line([[x - 0.09, -0.72], [x + 0.08, -0.72]], 0.07, shade(funnel, 0.4))
    pen.polygon([[-0.6, -0.38], [0.5, -0.38], [0.55, -0.12], [-0.66, -0.12]], deck)
    pen.polygon([[-0.72, -0.15], [0.62, -0.15], [0.66, 0.1], [-0.76, 0.1]], shade(deck, 0.85))
    for y in (-0.27, -0.02):
        pen.line([[-0.52, y], [0.48, y]], 0.05, dark(rng))
    pen.polygon([[-0.98, 0.04], [1.05, 0.0], [0.78, 0.48], [-0.85, 0.48]], hull)
    pen.line([[-0.96, 0.09], [1.0, 0.06]], 0.05, mix(hull, WHITE, 0.5))
    waves(pen, rng, 0.42)


def sailing_boat(pen: Pen, rng) -> None:
    hull, sail, jib = paint(rng), mix(paint(rng), WHITE, rng.uniform(0.2, 0.9)), paint(rng)
    pen.line([[0.0, -0.98], [0.0, 0.25]], 0.06, dark(rng))
    bulge = rng.uniform(0.0, 0.15)
    pen.polygon([[0.06, -0.95], [0.5 + bulge, -0.3], [0.82, 0.14], [0.06, 0.14]], sail)
    pen.polygon([[-0.07, -0.8], [-0.42 - bulge, -0.2], [-0.7, 0.14], [-0.07, 0.14]], mix(sail, jib, 0.4))
    pen.polygon([[-0.85, 0.22], [0.95, 0.22], [0.62, 0.52], [-0.6, 0.52]], hull)
    pen.line([[-0.82, 0.26], [0.9, 0.26]], 0.06, mix(hull, WHITE, 0.4))
    waves(pen, rng, 0.48)


def container_ship(pen: Pen, rng) -> None:
    hull = paint(rng)
    for x in np.arange(-0.42, 0.75, 0.24):
        for level in range(rng.integers(1, 4)):
            y = 0.04 - 0.17 * level
            pen.polygon([[x, y - 0.16], [x + 0.22, y - 0.16], [x + 0.22, y], [x, y]], paint(rng))
    pen.polygon([[-0.86, -0.55], [-0.5, -0.55], [-0.5, 0.08], [-0.86, 0.08]], mix(paint(rng), WHITE, 0.7))
    pen.line([[-0.82, -0.44], [-0.53, -0.44]], 0.07, dark(rng))
    pen.line([[-0.68, -0.55], [-0.68, -0.85]], 0.06, dark(rng))
    pen.polygon([[-1.0, 0.02], [1.06, 0.02], [0.84, 0.46], [-0.92, 0.46]], hull)
    pen.line([[-0.95, 0.38], [0.88, 0.38]], 0.08, shade(hull, 0.5))
    waves(pen, rng, 0.42)


# --- alive: bird, cat, deer, dog, frog, horse -----------------------------------------------------------------------


def eye(pen: Pen, x: float, y: float, size: float, white: bool = False) -> None:
    if white:
        pen.ellipse(x, y, 1.5 * size, 1.5 * size, (245, 240, 220))
    pen.ellipse(x, y, size, size, (15, 12, 10))


def perched_bird(pen: Pen, rng) -> None:
    """From the side: an egg on two thin legs, a round head, a beak, a tail."""
    coat, beak = _feathers(rng), hsv(rng.uniform(0.05, 0.14), 0.85, rng.uniform(0.5, 1))
    for x in (-0.08, 0.12):
        pen.line([[x, 0.4], [x + 0.04, 0.9], [x + 0.16, 0.92]], 0.05, shade(beak, 0.7))
    pen.polygon([[-0.35, 0.05], [-1.0, 0.45], [-0.92, 0.6], [-0.25, 0.4]], shade(coat, 0.7))  # tail
    pen.ellipse(-0.02, 0.15, 0.5, 0.36, coat, -0.5)
    pen.ellipse(0.1, 0.25, 0.3, 0.24, mix(coat, _feathers(rng), 0.6), -0.5)  # breast
    pen.ellipse(-0.14, 0.14, 0.36, 0.18, shade(coat, 0.65), 0.5)  # wing
    pen.polygon([[0.5, -0.42], [0.9, -0.28], [0.5, -0.2]], beak)
    pen.ellipse(0.34, -0.32, 0.27, 0.25, coat)
    eye(pen, 0.42, -0.37, 0.055, white=True)


def flying_bird(pen: Pen, rng) -> None:
    """Wings raised or lowered, no fuselage: a small body between two bent wings."""
    coat = _feathers(rng)
    lift, bend = rng.uniform(0.25, 0.75) * rng.choice([-1, 1]), rng.uniform(0.1, 0.3)
    for side in (-1, 1):
        tip = [0.98 * side, -lift]
        elbow = [0.5 * side, -lift - bend * np.sign(lift)]
        pen.polygon([[0.08 * side, -0.1], elbow, tip, [0.5 * side, -0.25 * lift + 0.16], [0.1 * side, 0.2]], coat)
        pen.polygon([elbow, tip, [0.55 * side, -0.4 * lift]], shade(coat, 0.6))
    pen.polygon([[-0.06, 0.2], [0.06, 0.2], [0.2, 0.62], [-0.2, 0.62]], shade(coat, 0.75))  # tail
    pen.ellipse(0, 0.06, 0.15, 0.36, mix(coat, WHITE, 0.25))
    pen.ellipse(0.0, -0.3, 0.13, 0.14, coat)
    pen.polygon([[-0.06, -0.4], [0.06, -0.4], [0.02, -0.58]], hsv(0.1, 0.8, rng.uniform(0.6, 1)))


def wading_bird(pen: Pen, rng) -> None:
    """Long legs, a long neck in an S, a long beak."""
    coat, beak = _feathers(rng), hsv(rng.uniform(0.0, 0.14), 0.8, rng.uniform(0.5, 1))
    for x in (-0.15, 0.05):
        pen.line([[x, 0.2], [x + rng.uniform(-0.05, 0.1), 0.98]], 0.05, shade(beak, 0.8))
    pen.polygon([[-0.4, -0.1], [-0.85, 0.25], [-0.3, 0.25]], shade(coat, 0.6))
    pen.ellipse(-0.12, 0.08, 0.45, 0.25, coat, 0.2)
    pen.ellipse(-0.2, 0.06, 0.32, 0.15, shade(coat, 0.72), 0.3)
    pen.line([[0.2, 0.0], [0.4, -0.2], [0.28, -0.5], [0.36, -0.72]], 0.14, coat)
    pen.polygon([[0.42, -0.82], [0.98, -0.66], [0.42, -0.66]], beak)
    pen.ellipse(0.38, -0.75, 0.15, 0.13, coat)
    eye(pen, 0.42, -0.78, 0.04)


def _feathers(rng) -> Color:
    return paint(rng) if rng.random() < 0.4 else fur(rng)


def cat_face(pen: Pen, rng) -> None:
    coat = fur(rng)
    for side in (-1, 1):
        pen.polygon([[0.78 * side, -0.1], [0.72 * side, -0.92], [0.12 * side, -0.5]], coat)
        pen.polygon([[0.66 * side, -0.3], [0.65 * side, -0.74], [0.28 * side, -0.5]], mix(coat, (230, 150, 150), 0.6))
    pen.ellipse(0, 0.05, 0.82, 0.66, coat)
    if rng.random() < 0.5:
        for x in (-0.2, 0, 0.2):
            pen.line([[x, -0.58], [0.8 * x, -0.28]], 0.07, shade(coat, 0.55))
    iris = hsv(rng.uniform(0.12, 0.4), 0.7, 0.85)
    for side in (-1, 1):
        pen.ellipse(0.34 * side, -0.03, 0.18, 0.14, iris)
        pen.ellipse(0.34 * side, -0.03, 0.06, 0.14, (10, 10, 10))
        for y in (0.22, 0.34):
            pen.line([[0.25 * side, 0.28], [0.98 * side, y - 0.05]], 0.035, (240, 240, 235))
    pen.ellipse(0, 0.33, 0.27, 0.19, mix(coat, WHITE, 0.45))
    pen.polygon([[-0.09, 0.2], [0.09, 0.2], [0, 0.31]], (200, 110, 110))
    pen.line([[-0.14, 0.43], [0, 0.36], [0.14, 0.43]], 0.045, shade(coat, 0.35))


def sitting_cat(pen: Pen, rng) -> None:
    """Upright: a pear with two ears and a tail curled around."""
    coat = fur(rng)
    pen.line([[0.3, 0.78], [0.75, 0.72], [0.86, 0.4], [0.72, rng.uniform(-0.1, 0.3)]], 0.14, shade(coat, 0.8))
    pen.ellipse(0, 0.42, 0.44, 0.52, coat)
    pen.ellipse(0, 0.36, 0.22, 0.3, mix(coat, WHITE, rng.uniform(0, 0.6)))
    for side in (-1, 1):
        pen.line([[0.13 * side, 0.4], [0.14 * side, 0.88]], 0.15, shade(coat, 0.88))
        pen.polygon([[0.38 * side, -0.4], [0.36 * side, -0.95], [0.04 * side, -0.62]], coat)
        pen.polygon([[0.31 * side, -0.55], [0.31 * side, -0.8], [0.13 * side, -0.62]], mix(coat, (230, 150, 150), 0.6))
    pen.ellipse(0, -0.32, 0.42, 0.36, coat)
    for side in (-1, 1):
        pen.ellipse(0.17 * side, -0.36, 0.09, 0.08, hsv(rng.uniform(0.12, 0.4), 0.7, 0.9))
        pen.ellipse(0.17 * side, -0.36, 0.035, 0.08, (10, 10, 10))
    pen.polygon([[-0.05, -0.24], [0.05, -0.24], [0, -0.16]], (190, 100, 100))


def walking_cat(pen: Pen, rng) -> None:
    """From the side: long and low, tail straight up, a round head with pointed ears."""
    coat = fur(rng)
    _legs(pen, rng, shade(coat, 0.85), front=0.32, back=-0.5, top=0.2, foot=0.72, width=0.14)
    pen.line([[-0.6, -0.05], [-0.82, -0.4], [-0.72, -0.9]], 0.13, shade(coat, 0.85))
    pen.ellipse(-0.1, 0.06, 0.6, 0.25, coat)
    if rng.random() < 0.5:
        for x in (-0.4, -0.15, 0.1):
            pen.line([[x, -0.17], [x - 0.04, 0.1]], 0.07, shade(coat, 0.55))
    for x in (0.42, 0.74):
        pen.polygon([[x - 0.12, -0.42], [x + (0.02 if x > 0.5 else -0.04), -0.72], [x + 0.12, -0.42]], shade(coat, 0.9))
    pen.ellipse(0.58, -0.26, 0.29, 0.25, coat)
    for x in (0.52, 0.72):
        pen.ellipse(x, -0.3, 0.06, 0.06, hsv(0.2, 0.7, 0.9))
        pen.ellipse(x, -0.3, 0.03, 0.06, (10, 10, 10))
    pen.ellipse(0.66, -0.17, 0.05, 0.04, (190, 100, 100))


def _legs(pen: Pen, rng, color, front, back, top, foot, width) -> None:
    """Four legs in some stride, the far ones darker."""
    stride = rng.uniform(-0.16, 0.16)
    for x, swing, tone in (
        (front, -stride, 0.75),
        (back, stride, 0.75),
        (front + 0.14, stride, 1),
        (back - 0.1, -stride, 1),
    ):
        pen.line([[x, top], [x + 0.4 * swing, (top + foot) / 2], [x + swing, foot]], width, shade(color, tone))


def standing_dog(pen: Pen, rng) -> None:
    """From the side: a barrel, a tail that curls up, a long muzzle, an ear that hangs."""
    coat, ear = fur(rng), rng.uniform(0.4, 0.8)
    _legs(pen, rng, shade(coat, 0.9), front=0.2, back=-0.5, top=0.2, foot=0.85, width=0.17)
    pen.line([[-0.6, -0.08], [-0.85, -0.3], [-0.82, -0.6]], 0.12, coat)
    pen.ellipse(-0.15, 0.08, 0.58, 0.28, coat)
    if rng.random() < 0.4:
        pen.ellipse(-0.25, 0.02, 0.22, 0.17, mix(coat, fur(rng), 0.8))
    pen.line([[0.2, -0.02], [0.42, -0.36]], 0.34, coat)
    pen.ellipse(0.46, -0.46, 0.27, 0.24, coat)
    pen.polygon([[0.5, -0.55], [0.98, -0.42], [0.98, -0.28], [0.5, -0.24]], mix(coat, WHITE, rng.uniform(0, 0.4)))
    pen.ellipse(0.96, -0.4, 0.08, 0.07, (20, 15, 15))
    pen.ellipse(0.3, -0.36, 0.13, 0.28, shade(coat, ear), 0.25)
    eye(pen, 0.56, -0.52, 0.05)


def dog_face(pen: Pen, rng) -> None:
    """Ears that hang beside a long face, a big nose, often a tongue."""
    coat, ear = fur(rng), rng.uniform(0.4, 0.8)
    pen.ellipse(0, -0.12, 0.58, 0.62, coat)
    for side in (-1, 1):
        pen.ellipse(0.64 * side, -0.1, 0.22, 0.52, shade(coat, ear), -0.2 * side)
        eye(pen, 0.25 * side, -0.22, 0.085, white=rng.random() < 0.4)
    muzzle = mix(coat, WHITE, rng.uniform(0.15, 0.6))
    if rng.random() < 0.6:
        pen.ellipse(0, 0.62, 0.14, 0.28, (225, 100, 110))
    pen.ellipse(0, 0.28, 0.36, 0.36, muzzle)
    pen.ellipse(0, 0.1, 0.17, 0.13, (20, 15, 15))
    pen.line([[0, 0.2], [0, 0.38]], 0.05, shade(muzzle, 0.4))
    pen.line([[-0.22, 0.46], [0, 0.38], [0.22, 0.46]], 0.055, shade(muzzle, 0.4))


def sitting_dog(pen: Pen, rng) -> None:
    """From the side: a sloping back, a muzzle that points ahead."""
    coat, ear = fur(rng), rng.uniform(0.4, 0.8)
    pen.line([[-0.5, 0.72], [-0.9, 0.6], [-0.98, 0.35]], 0.12, coat)
    pen.polygon([[0.2, -0.35], [-0.12, -0.35], [-0.62, 0.5], [-0.55, 0.88], [0.1, 0.88], [0.3, 0.3]], coat)
    pen.ellipse(-0.3, 0.62, 0.33, 0.28, shade(coat, 0.85))
    pen.line([[0.2, 0.1], [0.24, 0.86], [0.36, 0.88]], 0.16, shade(coat, 0.95))
    pen.ellipse(0.16, -0.48, 0.3, 0.27, coat)
    pen.polygon([[0.22, -0.6], [0.72, -0.48], [0.72, -0.3], [0.22, -0.24]], mix(coat, WHITE, rng.uniform(0, 0.4)))
    pen.ellipse(0.7, -0.45, 0.08, 0.07, (20, 15, 15))
    pen.ellipse(-0.03, -0.36, 0.13, 0.3, shade(coat, ear), 0.2)
    eye(pen, 0.28, -0.54, 0.05)


def standing_deer(pen: Pen, rng) -> None:
    """From the side: slim, thin long legs, the neck upright, antlers, hardly a tail."""
    coat = fur(rng)
    _legs(pen, rng, shade(coat, 0.85), front=0.2, back=-0.5, top=0.15, foot=0.97, width=0.08)
    pen.ellipse(-0.18, 0.08, 0.5, 0.2, coat)
    pen.ellipse(-0.66, 0.02, 0.09, 0.12, (245, 240, 230), 0.4)
    pen.polygon([[0.08, 0.12], [0.32, 0.1], [0.52, -0.38], [0.34, -0.44]], coat)
    pen.polygon([[0.32, -0.5], [0.5, -0.52], [0.84, -0.3], [0.8, -0.2], [0.44, -0.26]], coat)
    pen.polygon([[0.36, -0.46], [0.12, -0.56], [0.3, -0.38]], shade(coat, 0.8))  # ear
    _antlers(pen, rng, 0.4, -0.5, 0.45)
    eye(pen, 0.54, -0.4, 0.045)
    if rng.random() < 0.4:
        for x, y in rng.uniform((-0.5, -0.04), (0.1, 0.16), (7, 2)):
            pen.ellipse(x, y, 0.035, 0.035, (245, 240, 230))


def _antlers(pen: Pen, rng, x: float, y: float, size: float) -> None:
    horn = hsv(0.09, rng.uniform(0.2, 0.5), rng.uniform(0.45, 0.9))
    for side in (-1, 1):
        beam = np.array([[0, 0], [0.45 * side, -0.4], [0.5 * side, -1.0]]) * size + [x, y]
        pen.line(beam, 0.065, horn)
        for share, reach in ((0.45, 0.45), (0.75, 0.4)):
            root = beam[1] + (beam[2] - beam[1]) * (share - 0.3)
            pen.line([root, root + np.array([reach * side, -0.35]) * size], 0.055, horn)


def deer_face(pen: Pen, rng) -> None:
    """A narrow wedge between ears held level, antlers above."""
    coat = fur(rng)
    for side in (-1, 1):
        pen.ellipse(0.48 * side, -0.18, 0.3, 0.13, shade(coat, 0.85), -0.3 * side)
        pen.ellipse(0.5 * side, -0.18, 0.18, 0.06, mix(coat, WHITE, 0.5), -0.3 * side)
    _antlers(pen, rng, 0.0, -0.3, 0.65)
    pen.polygon([[-0.32, -0.3], [0.32, -0.3], [0.3, 0.12], [0.14, 0.78], [-0.14, 0.78], [-0.3, 0.12]], coat)
    pen.ellipse(0, 0.74, 0.16, 0.13, mix(coat, WHITE, 0.4))
    pen.ellipse(0, 0.7, 0.1, 0.07, (20, 15, 15))
    for side in (-1, 1):
        eye(pen, 0.22 * side, 0.02, 0.065)


def grazing_deer(pen: Pen, rng) -> None:
    """The head turned to us over a small body seen from the front."""
    coat = fur(rng)
    for x in (-0.2, 0.2):
        pen.line([[x, 0.4], [0.8 * x, 0.98]], 0.09, shade(coat, 0.8))
    pen.ellipse(0, 0.42, 0.34, 0.3, shade(coat, 0.9))
    pen.polygon([[-0.17, 0.3], [0.17, 0.3], [0.13, -0.2], [-0.13, -0.2]], coat)
    for side in (-1, 1):
        pen.ellipse(0.3 * side, -0.28, 0.2, 0.09, shade(coat, 0.85), -0.3 * side)
    _antlers(pen, rng, 0.0, -0.35, 0.55)
    pen.polygon([[-0.19, -0.36], [0.19, -0.36], [0.1, 0.14], [-0.1, 0.14]], coat)
    pen.ellipse(0, 0.11, 0.08, 0.06, (20, 15, 15))
    for side in (-1, 1):
        eye(pen, 0.13 * side, -0.2, 0.045)


def standing_horse(pen: Pen, rng) -> None:
    """From the side: deep chest, thick neck with a mane, a long face, a tail that hangs."""
    coat, mane = fur(rng), shade(fur(rng), 0.7)
    pen.line([[-0.62, -0.12], [-0.86, 0.1], [-0.84, 0.62]], 0.16, mane)
    _legs(pen, rng, shade(coat, 0.85), front=0.2, back=-0.52, top=0.2, foot=0.95, width=0.13)
    pen.ellipse(-0.16, 0.04, 0.56, 0.29, coat)
    pen.polygon([[0.0, -0.1], [0.36, 0.18], [0.66, -0.45], [0.38, -0.66]], coat)
    pen.polygon([[0.0, -0.16], [0.1, -0.06], [0.5, -0.58], [0.36, -0.78]], mane)
    pen.polygon([[0.4, -0.7], [0.62, -0.68], [1.0, -0.24], [0.88, -0.1], [0.56, -0.36]], coat)
    pen.polygon([[0.4, -0.66], [0.46, -0.9], [0.55, -0.66]], shade(coat, 0.8))
    pen.ellipse(0.92, -0.2, 0.1, 0.09, shade(coat, 0.6))
    eye(pen, 0.6, -0.54, 0.05)


def horse_head(pen: Pen, rng) -> None:
    """From the side, large: neck and mane fill a corner."""
    coat, mane = fur(rng), shade(fur(rng), 0.7)
    pen.polygon([[-1.0, 1.0], [-0.55, -0.2], [-0.1, -0.72], [0.25, -0.2], [0.1, 1.0]], coat)
    pen.polygon([[-1.05, 0.95], [-0.78, -0.1], [-0.2, -0.9], [0.02, -0.6], [-0.4, 0.1], [-0.62, 0.95]], mane)
    pen.polygon([[-0.16, -0.7], [0.22, -0.66], [0.92, 0.32], [0.8, 0.58], [0.56, 0.58], [0.1, 0.1]], coat)
    pen.polygon([[-0.1, -0.64], [-0.04, -1.0], [0.14, -0.66]], shade(coat, 0.8))
    if rng.random() < 0.5:
        pen.line([[0.26, -0.5], [0.76, 0.26]], 0.12, (240, 235, 225))
    pen.ellipse(0.74, 0.44, 0.17, 0.15, shade(coat, 0.65))
    pen.ellipse(0.8, 0.38, 0.05, 0.04, (15, 12, 10))
    eye(pen, 0.22, -0.3, 0.08)


def running_horse(pen: Pen, rng) -> None:
    """Legs flung ahead and behind, mane and tail in the wind."""
    coat, mane = fur(rng), shade(fur(rng), 0.7)
    pen.line([[-0.55, -0.08], [-0.85, -0.2], [-1.05, 0.02]], 0.16, mane)
    for x, knee, foot in ((0.22, (0.6, 0.38), (0.85, 0.2)), (0.3, (0.62, 0.5), (0.72, 0.82))):
        pen.line([[x, 0.15], knee, foot], 0.12, shade(coat, 0.85))
    for x, knee, foot in ((-0.5, (-0.66, 0.45), (-0.98, 0.6)), (-0.42, (-0.4, 0.5), (-0.62, 0.85))):
        pen.line([[x, 0.12], knee, foot], 0.13, shade(coat, 0.85))
    pen.ellipse(-0.12, 0.02, 0.54, 0.25, coat)
    pen.polygon([[0.08, -0.12], [0.38, 0.16], [0.78, -0.36], [0.56, -0.58]], coat)
    pen.polygon([[0.04, -0.2], [0.2, -0.08], [0.66, -0.5], [0.36, -0.68]], mane)
    pen.polygon([[0.56, -0.6], [0.76, -0.56], [1.08, -0.16], [0.98, -0.06], [0.7, -0.28]], coat)
    pen.polygon([[0.56, -0.56], [0.58, -0.78], [0.7, -0.56]], shade(coat, 0.8))
    eye(pen, 0.74, -0.44, 0.045)


def sitting_frog(pen: Pen, rng) -> None:
    """From the front: wide and low, eyes that stand above the head, a mouth from side to side."""
    coat = fur(rng)
    for side in (-1, 1):
        pen.ellipse(0.64 * side, 0.38, 0.34, 0.3, shade(coat, 0.8), 0.5 * side)
        pen.ellipse(0.72 * side, 0.68, 0.28, 0.1, shade(coat, 0.7))
    pen.ellipse(0, 0.26, 0.62, 0.5, coat)
    pen.ellipse(0, 0.44, 0.4, 0.32, mix(coat, (255, 250, 200), 0.6))
    for side in (-1, 1):
        pen.line([[0.26 * side, 0.4], [0.32 * side, 0.74]], 0.14, shade(coat, 0.9))
        pen.ellipse(0.34 * side, 0.76, 0.16, 0.07, shade(coat, 0.75))
        pen.ellipse(0.4 * side, -0.42, 0.24, 0.24, coat)
        pen.ellipse(0.4 * side, -0.44, 0.16, 0.16, hsv(rng.uniform(0.08, 0.2), 0.7, 0.95))
        pen.ellipse(0.4 * side, -0.44, 0.12, 0.06, (10, 10, 10))
    pen.ellipse(0, -0.12, 0.66, 0.34, coat)
    pen.line([[-0.54, -0.08], [-0.25, 0.04], [0.25, 0.04], [0.54, -0.08]], 0.06, shade(coat, 0.4))


def frog_from_side(pen: Pen, rng) -> None:
    """A slanted body, a folded hind leg, one big eye on top."""
    coat = fur(rng)
    pen.line([[0.28, 0.15], [0.36, 0.6], [0.56, 0.64]], 0.14, shade(coat, 0.8))
    pen.polygon([[-0.8, 0.55], [-0.6, 0.02], [0.2, -0.4], [0.62, -0.3], [0.5, 0.3], [-0.3, 0.62]], coat)
    pen.ellipse(0.52, -0.16, 0.42, 0.22, coat, 0.1)
    pen.ellipse(0.3, 0.2, 0.3, 0.2, mix(coat, (255, 250, 200), 0.6), -0.4)
    pen.line([[0.4, -0.08], [0.92, -0.1]], 0.05, shade(coat, 0.4))
    pen.ellipse(0.42, -0.42, 0.19, 0.19, coat)
    pen.ellipse(0.44, -0.44, 0.12, 0.12, hsv(rng.uniform(0.08, 0.2), 0.7, 0.95))
    pen.ellipse(0.45, -0.44, 0.09, 0.05, (10, 10, 10))
    pen.ellipse(-0.42, 0.36, 0.4, 0.2, shade(coat, 0.75), -0.5)
    pen.line([[-0.66, 0.62], [-0.1, 0.68]], 0.13, shade(coat, 0.65))


def frog_from_above(pen: Pen, rng) -> None:
    """Four bent legs with webbed toes around a blunt body."""
    coat = fur(rng)
    for side in (-1, 1):
        pen.line(
            [[-0.35, 0.2 * side], [-0.2, 0.72 * side], [-0.66, 0.6 * side], [-0.9, 0.84 * side]], 0.15, shade(coat, 0.8)
        )
        pen.line([[0.3, 0.25 * side], [0.28, 0.62 * side], [0.6, 0.74 * side]], 0.12, shade(coat, 0.8))
        for toe in (-0.3, 0, 0.3):
            pen.line([[-0.88, 0.82 * side], [-1.05, (0.84 + toe * 0.4) * side]], 0.06, shade(coat, 0.7))
            pen.line([[0.58, 0.73 * side], [0.76, (0.74 + toe * 0.4) * side]], 0.06, shade(coat, 0.7))
    pen.ellipse(-0.08, 0, 0.58, 0.36, coat)
    pen.ellipse(0.36, 0, 0.3, 0.3, coat)
    for side in (-1, 1):
        pen.ellipse(0.36, 0.24 * side, 0.13, 0.13, mix(coat, (255, 250, 200), 0.4))
        pen.ellipse(0.38, 0.26 * side, 0.08, 0.08, (10, 10, 10))
    for x, y in rng.uniform((-0.5, -0.2), (0.2, 0.2), (6, 2)):
        pen.ellipse(x, y, 0.07, 0.06, shade(coat, 0.6))


FORMS = {
    "airplane": (airliner, plane_from_above, propeller_plane),
    "automobile": (car_from_side, car_from_front),
    "bird": (perched_bird, flying_bird, wading_bird),
    "cat": (cat_face, sitting_cat, walking_cat),
    "deer": (standing_deer, deer_face, grazing_deer),
    "dog": (dog_face, standing_dog, sitting_dog),
    "frog": (sitting_frog, frog_from_side, frog_from_above),
    "horse": (standing_horse, horse_head, running_horse),
    "ship": (steamer, sailing_boat, container_ship),
    "truck": (lorry_from_side, dump_truck, lorry_from_front),
}
SEEN_FROM_ABOVE = {plane_from_above, frog_from_above}  # these have no upright
