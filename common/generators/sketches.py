"""Ten kinds of things in two styles: a photograph in colour, and a line drawing on black. The shapes are the same.

A stand-in for the two domains of the course's homework 11: small photographs, and drawings as people made them in the
game "Quick, Draw!" (Ha & Eck 2017, "A neural representation of sketch drawings"). A form says which shapes lie where,
and one of two pens draws it:

- the photograph fills the shapes with paint and fur, before a place with things standing about, in some light, with a
  cast, blur and noise. No colour tells what it is, and an edge filter finds more clutter than thing;
- the drawing follows their outlines in wobbling strokes, some thicker, some not quite closed. It leaves out small
  shapes and knows nothing of what is around. Half of all drawers hide what lies behind; half let lines cross.

    x, y = photos(seed=1, labels=[0, 5])      # (2, 32, 32, 3) uint8
    x, y = sketches(seed=1, labels=[0, 5])    # (2, 28, 28) uint8, white strokes on black
"""

from collections.abc import Callable
from itertools import islice, pairwise

import numpy as np
from PIL import Image, ImageDraw

from common.generators import objects, sketch_forms
from common.generators.drawing import CAMERA, Canvas, Chance, Pen, photographs

CLASSES = ("horse", "bed", "clock", "apple", "cat", "plane", "television", "dog", "dolphin", "spider")
PHOTO_SIDE, SKETCH_SIDE = 32, 28  # pixels
FORMS = {**sketch_forms.FORMS, "plane": objects.FORMS["airplane"]}
FORMS |= {name: objects.FORMS[name] for name in ("horse", "cat", "dog")}
SEEN_FROM_ABOVE = sketch_forms.SEEN_FROM_ABOVE | objects.SEEN_FROM_ABOVE  # these have no upright
PART = 50  # pictures made in one go
OVERSAMPLED = 3  # a drawing's canvas has so many times more pixels across, against jagged edges


def photos(seed: int, labels) -> np.ndarray:
    """A photograph for each label: (N, 32, 32, 3) uint8. One depends on seed, number and label alone."""
    return _in_parts(seed, labels, 1, taken)


def sketches(seed: int, labels) -> np.ndarray:
    """A drawing for each label: (N, 28, 28) uint8, 0 for no stroke. One depends on seed, number and label alone."""
    return _in_parts(seed, labels, 2, sketched)


def _in_parts(seed: int, labels, style: int, make: Callable) -> np.ndarray:
    """What is made of each part, one after the other: arithmetic on many pictures at once is cheaper, up to a point."""
    made = []
    for k in range(0, len(labels), PART):
        kinds = [CLASSES[label] for label in labels[k : k + PART]]
        made.append(make(kinds, [Chance(np.random.PCG64([seed, k + i, style])) for i in range(len(kinds))]))
    return np.concatenate(made)


def taken(kinds: list[str], rngs: list[np.random.Generator]) -> np.ndarray:
    """Photographs of things of some kinds, (N, 32, 32, 3) uint8."""
    canvases = [scene(kind, rng) for kind, rng in zip(kinds, rngs, strict=True)]
    return photographs(canvases, rngs, CAMERA | {"noise": (0.0, 0.03)})[0]


def scene(kind: str, rng: np.random.Generator) -> Canvas:
    """One thing somewhere, before a camera has seen it."""
    canvas = Canvas(PHOTO_SIDE, light=rng.uniform(-np.pi, np.pi))
    pen = canvas.pen()
    objects.PLACES[rng.integers(len(objects.PLACES))](pen, rng)
    for _ in range(rng.poisson(1.5)):
        objects.scrap(pen.raised(10), rng)
    _draw(kind, pen.raised(30), rng, place=0.14, size=(0.68, 0.92), tilt=0.1, stretch=0.12)
    if rng.random() < 0.35:
        objects.scrap(pen.raised(50), rng)
    return canvas


def sketched(kinds: list[str], rngs: list[np.random.Generator]) -> np.ndarray:
    """Drawings of things of some kinds, each on an empty sheet, (N, 28, 28) uint8."""
    pens = [SketchPen.on_sheet(SKETCH_SIDE) for _ in kinds]
    for kind, pen, rng in zip(kinds, pens, rngs, strict=True):
        _draw(kind, pen, rng, place=0.08, size=(0.68, 0.95), tilt=0.15, stretch=0.25)
    return drawn([pen.strokes for pen in pens], SKETCH_SIDE, rngs)


def _draw(kind: str, pen: Pen, rng, place: float, size: tuple, tilt: float, stretch: float) -> None:
    """Some form of a kind, somewhere near the middle, a little turned and stretched, in either direction."""
    form = FORMS[kind][rng.integers(len(FORMS[kind]))]
    angle = rng.uniform(-np.pi, np.pi) if form in SEEN_FROM_ABOVE else rng.normal(0, tilt)
    x, y = rng.uniform(-place, place, 2)
    wide = np.exp(rng.uniform(-stretch, stretch))
    form(pen.part(x, y, rng.uniform(*size), angle, flip=rng.random() < 0.5, stretch=wide), rng)


class SketchPen(Pen):
    """Notes outlines where another pen fills: `strokes` holds (points (N, 2) in pixels, closed, colour) in order."""

    def __init__(self, canvas, matrix, origin, height=0.0, mark=False):
        super().__init__(canvas, matrix, origin, height, mark)
        self.strokes = canvas

    @classmethod
    def on_sheet(cls, side: int) -> "SketchPen":
        half = side * OVERSAMPLED / 2
        return cls([], (half, 0.0, 0.0, half), (half, half))

    @property
    def towards_light(self) -> tuple[float, float]:
        return 0.0, 0.0  # a line drawing has no light

    def _fill(self, pixels, color) -> None:
        self.strokes.append((pixels, True, color))

    def _stroke(self, pixels, width, color) -> None:
        self.strokes.append((pixels, False, color))


HABITS = {  # of the person who draws: smallest and largest value, all in between equally likely
    "thick": (0.7, 1.6),  # strokes, in pixels of the finished drawing
    "wobble": (0.2, 0.8),  # how far a stroke strays, in pixels
    "warp": (0.4, 1.8),  # how far a whole part strays from its place, in pixels
    "forgets": (0.0, 0.6),  # share of the smaller shapes that are left out
    "gap": (0.0, 0.2),  # share of an outline that stays open
}
LIMITS = np.array(list(HABITS.values())).T
SMALL, TINY = 0.25, 0.1  # across, in units of the sheet: small shapes may be forgotten, tiny ones are dots


class Drawer:
    """A person who draws: with habits, and with a hand that leads whole parts astray, and single strokes."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.thick, self.wobble, self.warp, self.forgets, self.gap = rng.uniform(*LIMITS).tolist()
        self.hides = rng.random() < 0.5

    def remembers(self, sizes: np.ndarray) -> np.ndarray:
        """Which of the shapes of these sizes (S,) are drawn at all."""
        return (sizes > SMALL) | (self.rng.random(len(sizes)) > self.forgets)

    def waves(self, n: int) -> tuple[np.ndarray, ...]:
        """Four waves over the sheet lead whole parts astray, four more single strokes.

        Phases of the whole (4,) and of n strokes (n, 4), wave numbers, both (2, 4), and how far they lead, both (4, 2).
        """
        whole, own = self.rng.uniform(0, 2 * np.pi, 4), self.rng.uniform(0, 2 * np.pi, (n, 4))
        low, high = self.rng.normal(0, 1.2, (2, 4)), self.rng.normal(0, 3.5, (2, 4))
        warp, wobble = (by * OVERSAMPLED * self.rng.uniform(-1, 1, (4, 2)) for by in (self.warp, self.wobble))
        return whole, own, low, high, warp, wobble

    def widths(self, n: int) -> list[int]:
        """Of n strokes, in pixels of the canvas."""
        return (self.thick * OVERSAMPLED * self.rng.uniform(0.8, 1.2, n)).round().clip(2).astype(int).tolist()


def drawn(sheets: list[list], side: int, rngs: list[np.random.Generator]) -> np.ndarray:
    """What somebody makes of the strokes of each sheet, (N, side, side) uint8."""
    drawers, across = [Drawer(rng) for rng in rngs], side * OVERSAMPLED
    sizes = np.split(_sizes(sheets) / across, np.cumsum([len(strokes) for strokes in sheets])[:-1])
    shapes = [  # points, whether they are closed, colour, whether it is only a dot
        [(*strokes[k], strokes[k][1] and size[k] <= TINY) for k in np.flatnonzero(drawer.remembers(size)).tolist()]
        for strokes, size, drawer in zip(sheets, sizes, drawers, strict=True)
    ]
    paths = iter(by_hand(shapes, drawers, across))
    pictures = [
        inked(some, list(islice(paths, len(some))), drawer, across)
        for some, drawer in zip(shapes, drawers, strict=True)
    ]
    return np.stack([np.asarray(picture.reduce(OVERSAMPLED)) for picture in pictures])


def _sizes(sheets: list[list]) -> np.ndarray:
    """How far each stroke reaches, across or down, in pixels of the canvas."""
    strokes = [points for strokes in sheets for points, *_ in strokes]
    points, starts = np.concatenate(strokes), np.cumsum([0, *map(len, strokes[:-1])])
    return (np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)).max(axis=1)


def by_hand(sheets: list[list], drawers: list[Drawer], across: int) -> list[list]:
    """The paths of hands along all strokes, as flat lists x, y, x, y ...: an outline returns to its start."""
    strokes = [
        np.concatenate([points, points[:1]]) if is_closed else points
        for shapes in sheets
        for points, is_closed, *_ in shapes
    ]
    points, number = np.concatenate(strokes), np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes])
    path, owner = np.empty((2 * len(points) - 1, 2)), np.repeat(number, 2)[:-1]
    path[::2], path[1::2] = points, (points[:-1] + points[1:]) / 2  # so that long straight edges bend too
    along = np.ones(len(path), bool)
    along[1::2] = number[:-1] == number[1:]  # not the middle of one stroke's end and the next one's start
    path, owner = path[along], owner[along]
    waves = zip(*(drawer.waves(len(shapes)) for drawer, shapes in zip(drawers, sheets, strict=True)), strict=True)
    whole, own, low, high, warp, wobble = waves
    sheet = np.repeat(np.arange(len(sheets)), [len(shapes) for shapes in sheets])[owner]
    where = path * (2 * np.pi / across)
    path += _led_astray(where, np.array(low)[sheet], np.array(whole)[sheet], np.array(warp)[sheet])
    path += _led_astray(where, np.array(high)[sheet], np.concatenate(own)[owner], np.array(wobble)[sheet])
    ends = np.searchsorted(owner, np.arange(len(strokes) + 1)) * 2
    flat = path.ravel().tolist()
    return [flat[a:b] for a, b in pairwise(ends.tolist())]


def _led_astray(where: np.ndarray, waves: np.ndarray, phases: np.ndarray, far: np.ndarray) -> np.ndarray:
    """How far points go, (P, 2), given for each: place (2,), wave numbers (2, 4), phases (4,), distances (4, 2)."""
    heights = np.sin(np.einsum("px,pxw->pw", where, waves) + phases)
    return np.einsum("pw,pwx->px", heights, far)


def inked(shapes: list[tuple], paths: list[list], drawer: Drawer, across: int) -> Image.Image:
    """A sheet with its strokes, white on black, larger than it will be."""
    widths = drawer.widths(len(shapes))
    image = Image.new("L", (across, across), 0)
    draw = ImageDraw.Draw(image)
    for group in _runs([shape[1:3] for shape in shapes]):
        outlines = [i for i in group if shapes[i][1] and not shapes[i][3]]
        if drawer.hides:
            for i in outlines:
                draw.line(paths[i], fill=255, width=2 * widths[i])
            for i in outlines:  # shapes of one colour that touch have one outline
                draw.polygon(paths[i], fill=0)
        for i in group:
            if shapes[i][3]:
                draw.polygon(paths[i], fill=255, outline=255)
            elif not shapes[i][1]:
                draw.line(paths[i], fill=255, width=widths[i])
            elif not drawer.hides:
                points = round(len(paths[i]) / 2 * (1 - drawer.gap))
                draw.line(paths[i][: 2 * max(2, points)], fill=255, width=widths[i])
    return image


def _runs(shapes: list[tuple]) -> list[list[int]]:
    """Indices in order, those of neighbours that are equal in one list."""
    groups: list[list[int]] = []
    for i, shape in enumerate(shapes):
        if groups and shapes[i - 1] == shape:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
