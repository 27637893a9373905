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

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from common.generators import objects, sketch_forms
from common.generators.drawing import CAMERA, Canvas, Pen, photograph

CLASSES = ("horse", "bed", "clock", "apple", "cat", "plane", "television", "dog", "dolphin", "spider")
PHOTO_SIDE, SKETCH_SIDE = 32, 28  # pixels
FORMS = {**sketch_forms.FORMS, "plane": objects.FORMS["airplane"]}
FORMS |= {name: objects.FORMS[name] for name in ("horse", "cat", "dog")}
SEEN_FROM_ABOVE = sketch_forms.SEEN_FROM_ABOVE | objects.SEEN_FROM_ABOVE  # these have no upright
OVERSAMPLED = 3  # a drawing's canvas has so many times more pixels across, against jagged edges


def photos(seed: int, labels) -> np.ndarray:
    """A photograph for each label: (N, 32, 32, 3) uint8. One depends on seed, number and label alone."""
    return np.stack([photo(CLASSES[label], np.random.default_rng([seed, k, 1])) for k, label in enumerate(labels)])


def sketches(seed: int, labels) -> np.ndarray:
    """A drawing for each label: (N, 28, 28) uint8, 0 for no stroke. One depends on seed, number and label alone."""
    return np.stack([sketch(CLASSES[label], np.random.default_rng([seed, k, 2])) for k, label in enumerate(labels)])


def photo(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One thing somewhere, (32, 32, 3) uint8."""
    canvas = Canvas(PHOTO_SIDE, light=rng.uniform(-np.pi, np.pi))
    pen = canvas.pen()
    objects.PLACES[rng.integers(len(objects.PLACES))](pen, rng)
    for _ in range(rng.poisson(1.5)):
        objects.scrap(pen.raised(10), rng)
    _draw(kind, pen.raised(30), rng, place=0.14, size=(0.68, 0.92), tilt=0.1, stretch=0.12)
    if rng.random() < 0.35:
        objects.scrap(pen.raised(50), rng)
    return photograph(canvas, rng, CAMERA | {"noise": (0.0, 0.03)})[0]


def sketch(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One thing on an empty sheet, (28, 28) uint8."""
    pen = SketchPen.on_sheet(SKETCH_SIDE)
    _draw(kind, pen, rng, place=0.08, size=(0.68, 0.95), tilt=0.15, stretch=0.25)
    return drawn(pen.strokes, SKETCH_SIDE, rng)


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

    def polygon(self, points, color) -> None:
        points = np.asarray(points) @ self._array + self._origin
        self.strokes.append((np.concatenate([points, points[:1]]), True, color))

    def line(self, points, width, color) -> None:
        self.strokes.append((np.asarray(points) @ self._array + self._origin, False, color))


HABITS = {  # of the person who draws: smallest and largest value, all in between equally likely
    "thick": (0.7, 1.6),  # strokes, in pixels of the finished drawing
    "wobble": (0.2, 0.8),  # how far a stroke strays, in pixels
    "warp": (0.4, 1.8),  # how far a whole part strays from its place, in pixels
    "forgets": (0.0, 0.6),  # share of the smaller shapes that are left out
    "gap": (0.0, 0.2),  # share of an outline that stays open
}
SMALL, TINY = 0.25, 0.1  # across, in units of the sheet: small shapes may be forgotten, tiny ones are dots


def drawn(strokes: list, side: int, rng: np.random.Generator) -> np.ndarray:
    """The drawing that a person with habits of their own makes of `strokes`, (side, side) uint8."""
    thick, wobble, warp, forgets, gap = (rng.uniform(*limits) for limits in HABITS.values())
    hides, across = rng.random() < 0.5, side * OVERSAMPLED
    sizes = [np.ptp(points, axis=0).max() / across for points, _, _ in strokes]
    kept = np.flatnonzero((np.array(sizes) > SMALL) | (rng.random(len(sizes)) > forgets))
    paths = by_hand([strokes[k][0] for k in kept], OVERSAMPLED * wobble, OVERSAMPLED * warp, across, rng)
    widths = (thick * OVERSAMPLED * rng.uniform(0.8, 1.2, len(kept))).round().clip(2).astype(int).tolist()
    image = Image.new("L", (across, across), 0)
    draw = ImageDraw.Draw(image)
    for group in _runs([strokes[k][1:] for k in kept]):
        outlines = [i for i in group if strokes[kept[i]][1] and sizes[kept[i]] > TINY]
        if hides:
            for i in outlines:
                draw.line(paths[i], fill=255, width=2 * widths[i])
            for i in outlines:  # shapes of one colour that touch have one outline
                draw.polygon(paths[i], fill=0)
        for i in group:
            if i not in outlines and strokes[kept[i]][1]:
                draw.polygon(paths[i], fill=255, outline=255)
            elif not hides or i not in outlines:
                path = paths[i]
                drawn_part = path[: 2 * max(2, round(len(path) / 2 * (1 - gap)))] if i in outlines else path
                draw.line(drawn_part, fill=255, width=widths[i])
    return np.asarray(image.reduce(OVERSAMPLED))


def by_hand(strokes: list[np.ndarray], wobble: float, warp: float, across: int, rng: np.random.Generator) -> list[list]:
    """The paths of a hand along `strokes`, as flat lists x, y, x, y ...: whole parts go astray, and strokes."""
    points = np.concatenate(strokes)
    which = np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes])
    middles = (points[:-1] + points[1:]) / 2  # so that long straight edges bend too
    path = np.concatenate([np.stack([points[:-1], middles], 1).reshape(-1, 2), points[-1:]])
    owner = np.repeat(which, 2)[:-1]
    between = np.flatnonzero(which[:-1] != which[1:]) * 2 + 1  # the middle of one stroke's end and the next one's start
    path, owner = np.delete(path, between, 0), np.delete(owner, between)
    where = path * (2 * np.pi / across)
    phases, own = rng.uniform(0, 2 * np.pi, 4), rng.uniform(0, 2 * np.pi, (len(strokes), 4))
    low, high = rng.normal(0, 1.2, (2, 4)), rng.normal(0, 3.5, (2, 4))
    path = path + warp * np.sin(where @ low + phases) @ rng.uniform(-1, 1, (4, 2))
    path += wobble * np.sin(where @ high + own[owner]) @ rng.uniform(-1, 1, (4, 2))
    ends = np.searchsorted(owner, np.arange(len(strokes) + 1)) * 2
    flat = path.ravel().tolist()
    return [flat[a:b] for a, b in pairwise(ends)]


def _runs(shapes: list[tuple]) -> list[list[int]]:
    """Indices in order, those of neighbours that are equal in one list."""
    groups: list[list[int]] = []
    for i, shape in enumerate(shapes):
        if groups and shapes[i - 1] == shape:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
