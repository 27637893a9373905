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
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

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
    pens = [SketchPen.on_sheet() for _ in kinds]
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
    """Notes shapes where another pen fills: `strokes` holds (points (P, 2), frame, closed, colour) in order.

    The frame is a matrix and an origin, six numbers: points @ matrix + origin go from 0 to 1 over the sheet.
    """

    def __init__(self, canvas, matrix, origin, height=0.0, mark=False):
        super().__init__(canvas, matrix, origin, height, mark)
        self.strokes, self.frame = canvas, (*matrix, *origin)

    @classmethod
    def on_sheet(cls) -> "SketchPen":
        return cls([], (0.5, 0.0, 0.0, 0.5), (0.5, 0.5))

    @property
    def towards_light(self) -> tuple[float, float]:
        return 0.0, 0.0  # a line drawing has no light

    def polygon(self, points, color) -> None:
        self.strokes.append((points, self.frame, True, color))

    def line(self, points, width, color) -> None:
        self.strokes.append((points, self.frame, False, color))


@dataclass(frozen=True)
class Strokes:
    """All strokes of many sheets, their points one behind the other: one stroke is too little for NumPy."""

    points: np.ndarray  # (P, 2) float32, from 0 to 1 over a sheet
    number: np.ndarray  # (P,) of the stroke that a point belongs to, rising
    sheet: np.ndarray  # (S,) where a stroke is
    closed: np.ndarray  # (S,) whether it returns to its start
    color: np.ndarray  # (S, 3)

    @classmethod
    def of(cls, sheets: list[list]) -> "Strokes":
        """What pens have noted."""
        points, frames, closed, colors = zip(*(stroke for strokes in sheets for stroke in strokes), strict=True)
        number = np.repeat(np.arange(len(points)), list(map(len, points)))
        (x, y), (a, b, c, d, right, down) = np.concatenate(points).T, np.array(frames)[number].T
        places = np.stack([x * a + y * c + right, x * b + y * d + down], 1).astype(np.float32)
        sheet = np.repeat(np.arange(len(sheets)), list(map(len, sheets)))
        return cls(places, number, sheet, np.array(closed), np.array(colors))

    def __len__(self) -> int:
        return len(self.sheet)

    def starts(self) -> np.ndarray:
        """Where each begins among the points, and where the last one ends, (S + 1,)."""
        return np.searchsorted(self.number, np.arange(len(self) + 1))

    def across(self) -> np.ndarray:
        """How far each reaches, sideways or down, (S,)."""
        starts = self.starts()[:-1]
        return (np.maximum.reduceat(self.points, starts) - np.minimum.reduceat(self.points, starts)).max(axis=1)

    def __getitem__(self, kept: np.ndarray) -> "Strokes":
        """Some of them, by a mask (S,)."""
        points, number = kept[self.number], np.cumsum(kept) - 1
        rows = self.sheet[kept], self.closed[kept], self.color[kept]
        return Strokes(self.points[points], number[self.number[points]], *rows)

    def followed(self, longest: float) -> "Strokes":
        """As a hand goes along them: back to the start where closed, and over the middle of edges that are long."""
        starts = self.starts()
        ends, firsts = starts[1:][self.closed], starts[:-1][self.closed]
        points = np.insert(self.points, ends, self.points[firsts], axis=0)
        number = np.insert(self.number, ends, np.flatnonzero(self.closed))
        middles = (points[1:] + points[:-1]) / 2
        long = (np.abs(points[1:] - points[:-1]).max(axis=1) > longest) & (number[1:] == number[:-1])
        at = np.flatnonzero(long)
        points, number = np.insert(points, at + 1, middles[at], axis=0), np.insert(number, at + 1, number[at])
        return replace(self, points=points, number=number)

    def groups(self) -> np.ndarray:
        """Numbers (S,): neighbours on a sheet that are of one colour, all closed or none of them, have the same."""
        kind = np.column_stack([self.sheet, self.closed, self.color])
        return np.concatenate([[0], np.cumsum((kind[1:] != kind[:-1]).any(axis=1))])


HABITS = {  # of the person who draws: smallest and largest value, all in between equally likely
    "thick": (0.7, 1.6),  # strokes, in pixels of the finished drawing
    "wobble": (0.2, 0.8),  # how far a stroke strays, in pixels
    "warp": (0.4, 1.8),  # how far a whole part strays from its place, in pixels
    "forgets": (0.0, 0.6),  # share of the smaller shapes that are left out
    "gap": (0.0, 0.2),  # share of an outline that stays open
    "hides": (-0.5, 0.5),  # above 0: what lies behind is not drawn
}
LIMITS = np.array(list(HABITS.values())).T
SMALL, TINY = 0.25, 0.1  # across, in units of the sheet: small shapes may be forgotten, tiny ones are dots
LONG = 0.1  # longer edges are bent, too
WAVES = 4  # lead whole parts astray, and as many more single strokes
MARGIN = 10  # pixels of the finished drawing between two sheets, for what strays from its own


class People:
    """Who draws, a person for each sheet: with habits, and with a hand that strays."""

    def __init__(self, rngs: list[np.random.Generator]):
        self.rngs, (low, high) = rngs, LIMITS
        habits = low + (high - low) * self._random(len(HABITS))
        self.habits = dict(zip(HABITS, habits.T, strict=True))  # (N,) each

    def _random(self, *shape: int) -> np.ndarray:
        """Numbers from 0 to 1, (N, *shape)."""
        return np.stack([rng.random(shape) for rng in self.rngs])

    def _random_of(self, strokes: Strokes, *shape: int) -> np.ndarray:
        """Numbers from 0 to 1, (S, *shape)."""
        counts = np.bincount(strokes.sheet, minlength=len(self.rngs)).tolist()
        return np.concatenate([rng.random((n, *shape)) for rng, n in zip(self.rngs, counts, strict=True)])

    def remember(self, strokes: Strokes) -> np.ndarray:
        """Which strokes are drawn at all, (S,) bool."""
        return (strokes.across() > SMALL) | (self._random_of(strokes) > self.habits["forgets"][strokes.sheet])

    def astray(self, strokes: Strokes) -> np.ndarray:
        """How far each point strays, (P, 2), in pixels of the finished drawing.

        Long waves over the sheet lead whole parts astray. Shorter ones, of other phases for each stroke, lead strokes.
        """
        waves = np.stack([rng.standard_normal((2, 2, WAVES)) for rng in self.rngs])
        ways = 2 * self._random(2, WAVES, 2) - 1
        parts, single = self._random(WAVES)[strokes.sheet], self._random_of(strokes, WAVES)
        owner, strays = strokes.sheet[strokes.number], np.zeros_like(strokes.points)
        for k, (often, phases, habit) in enumerate(((1.2, parts, "warp"), (3.5, single, "wobble"))):
            numbers = (2 * np.pi * often * waves[:, k]).astype(np.float32)[owner]  # (P, 2, WAVES)
            far = (self.habits[habit][:, None, None] * ways[:, k]).astype(np.float32)[owner]  # (P, WAVES, 2)
            angles = np.einsum("px,pxw->pw", strokes.points, numbers)
            angles += (2 * np.pi * phases).astype(np.float32)[strokes.number]
            strays += np.einsum("pw,pwx->px", np.sin(angles), far)
        return strays

    def widths(self, strokes: Strokes) -> np.ndarray:
        """In pixels of the finished drawing, (S,)."""
        return self.habits["thick"][strokes.sheet] * (0.8 + 0.4 * self._random_of(strokes))


class Shape(NamedTuple):
    """A stroke as it is drawn at last."""

    group: int
    path: np.ndarray  # (P, 2) float32, in pixels of the canvas
    closed: bool
    dot: bool
    hides: bool  # what lies behind it
    width: int  # pixels of the canvas
    end: int  # so many points are drawn, if it is closed and hides nothing


def drawn(sheets: list[list], side: int, rngs: list[np.random.Generator]) -> np.ndarray:
    """What somebody makes of the strokes on each sheet, (N, side, side) uint8. The sheets lie one below the other."""
    people, strokes = People(rngs), Strokes.of(sheets)
    strokes = strokes[people.remember(strokes)]
    dots, strokes = strokes.across() <= TINY, strokes.followed(LONG)
    path = strokes.points * side + people.astray(strokes)
    path[:, 1] += (strokes.sheet * (side + 2 * MARGIN) + MARGIN)[strokes.number]
    path *= OVERSAMPLED
    starts, habits = strokes.starts(), {name: of_each[strokes.sheet] for name, of_each in people.habits.items()}
    shapes = zip(
        strokes.groups().tolist(),
        [path[a:b] for a, b in pairwise(starts.tolist())],
        strokes.closed.tolist(),
        dots.tolist(),
        (habits["hides"] > 0).tolist(),
        (people.widths(strokes) * OVERSAMPLED).round().clip(2).astype(int).tolist(),
        (np.diff(starts) * (1 - habits["gap"])).round().clip(2).astype(int).tolist(),
        strict=True,
    )
    image = Image.new("L", (side * OVERSAMPLED, len(sheets) * (side + 2 * MARGIN) * OVERSAMPLED), 0)
    draw = ImageDraw.Draw(image)
    for _, group in groupby(map(Shape._make, shapes), attrgetter("group")):
        ink(draw, list(group))
    tall = np.asarray(image.reduce(OVERSAMPLED)).reshape(len(sheets), side + 2 * MARGIN, side)
    return tall[:, MARGIN:-MARGIN].copy()


def ink(draw: ImageDraw.ImageDraw, shapes: list[Shape]) -> None:
    """Neighbours of one colour in white: those that touch have one outline if they hide what lies behind."""
    hiding = [shape for shape in shapes if shape.hides and shape.closed and not shape.dot]
    for shape in hiding:
        draw.line(shape.path, fill=255, width=2 * shape.width)
    for shape in hiding:
        draw.polygon(shape.path, fill=0)
    for shape in shapes:
        if not shape.closed:
            draw.line(shape.path, fill=255, width=shape.width)
        elif shape.dot:
            draw.polygon(shape.path, fill=255)
        elif not shape.hides:
            draw.line(shape.path[: shape.end], fill=255, width=shape.width)
