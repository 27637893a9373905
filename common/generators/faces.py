"""Drawn faces in the manner of Japanese comics: a head with hair, eyes, a mouth and moods, turned this way and that.

What it models: a portrait is drawn from the back to the front (background, back of the hair, neck, face, eyes, fringe,
ornaments), and every stroke lies somewhere in depth. Eyes and mouth lie on a ball, the hair at the back behind it, the
fringe before it; turning the head moves each by its depth (orthographic projection of a turned ball), so pose is a
*curved* change of the pixels, as in pictures of real heads. Everything that varies is a named factor of `DTYPE`.

    people = sample(seed=7, n=100)             # a table: one row a person, one column a factor
    pictures = draw(people, side=64)           # (100, 64, 64, 3) uint8
    smiling = people.copy()
    smiling["mouth"] = MOUTH.index("grin")     # the same scene, one factor changed
    draw(smiling, side=64)

The picture is a pure function of its row. `sample(..., plain=True)` gives faces with few factors, on plain backgrounds,
cropped tight and without fine detail: what a small network learns in minutes.

Lengths are in units of the head's frame: about 1 from the middle of the head to the edge of the picture; y points down.
"""

from dataclasses import dataclass

import numpy as np

from common.generators.faces_features import blush, brows, ears, eyes, face, glasses, mouth, neck, nose
from common.generators.faces_hair import back_hair, fringe, strand_on_top
from common.generators.faces_scene import background, hair_ornament, lit, wall, worn_before, worn_behind
from common.generators.pens import Pens, canvases, frames, hsvs, mixed

HAIR_COLOR = ("black", "brown", "blond", "red", "pink", "blue", "teal", "green", "violet", "silver")
BACK = ("short", "bob", "long", "twin_tails", "pony_tail", "buns")
FRINGE = ("straight", "left", "right", "spiky", "parted", "curtain")
SKIN = ("fair", "light", "tan", "brown", "dark")
EYE_COLOR = ("blue", "green", "red", "violet", "gold", "brown", "teal", "pink")
EYES = ("open", "sleepy", "happy", "wink_left", "wink_right")
MOUTH = ("smile", "grin", "round", "cat", "frown", "flat")
BROWS = ("calm", "angry", "sad")
ORNAMENT = ("none", "glasses", "clip", "bow", "band", "cat_ears", "headphones", "flower")
CLOTHES = ("plain", "collar", "scarf")
BACKGROUND = ("plain", "shaded", "stripes", "dots", "rays", "bubbles")

# Factors with names, and how often each name is drawn.
KINDS = {
    "hair_color": (HAIR_COLOR, (1,) * 10), "back": (BACK, (1,) * 6), "fringe": (FRINGE, (1,) * 6),
    "skin": (SKIN, (6, 6, 4, 3, 2)), "eye_color": (EYE_COLOR, (1,) * 8), "eyes": (EYES, (12, 2, 2, 1, 1)),
    "mouth": (MOUTH, (6, 5, 2, 3, 1, 2)), "brows": (BROWS, (4, 1, 1)), "ornament": (ORNAMENT, (3,) + (1,) * 7),
    "clothes": (CLOTHES, (1,) * 3), "background": (BACKGROUND, (1,) * 6),
    "blush": (("no", "yes"), (1, 1)), "strand": (("no", "yes"), (2, 1)),
}  # fmt: skip
# Factors with a size: the smallest and the largest value, all in between equally likely. Angles in radians.
SIZES = {
    "yaw": (-0.42, 0.42), "pitch": (-0.2, 0.2), "roll": (-0.22, 0.22),  # turned right, down, clockwise
    "scale": (0.98, 1.18), "x": (-0.08, 0.08), "y": (-0.06, 0.06),
    "roundness": (0, 1), "eye_size": (0.98, 1.2), "eye_gap": (0.26, 0.3), "eye_tilt": (-0.2, 0.2),
    "hair_length": (-1, 1), "fringe_length": (-1, 1), "hair_tone": (-1, 1),
    "light": (-1, 1),  # from the left (-1) or from the right (1); the far side lies in shade
    "brightness": (0.88, 1.08),
    "background_hue": (0, 1), "ornament_hue": (0, 1), "clothes_hue": (0, 1), "pattern": (0, 1),
    "detail": (1, 1),  # 1 draws strands, shine, lashes and nose; 0 leaves them out
}  # fmt: skip
# What the plain faces have instead.
PLAIN_KINDS = {
    "hair_color": (0, 1, 1, 1, 1, 1, 0, 1, 1, 0), "back": (1, 1, 1, 0, 0, 0), "fringe": (1, 1, 0, 0, 1, 0),
    "skin": (1, 0, 1, 0, 0), "eye_color": (1, 1, 1, 0, 0, 1, 0, 0), "eyes": (1, 0, 0, 0, 0),
    "mouth": (1, 1, 0, 0, 0, 0), "brows": (1, 0, 0), "ornament": (1,) + (0,) * 7, "clothes": (1, 0, 0),
    "background": (1,) + (0,) * 5, "blush": (1, 0), "strand": (1, 0),
}  # fmt: skip
PLAIN_SIZES = {
    "yaw": (-0.15, 0.15), "pitch": (0, 0), "roll": (0, 0), "scale": (1.15, 1.15), "x": (0, 0), "y": (0, 0),
    "roundness": (0.5, 0.5), "eye_size": (1.22, 1.22), "eye_gap": (0.29, 0.29), "eye_tilt": (0, 0),
    "hair_length": (-0.2, 0.2), "fringe_length": (-0.2, 0.2), "light": (-0.6, -0.6), "brightness": (1, 1),
    "detail": (0, 0),
}  # fmt: skip

DTYPE = np.dtype([(name, np.uint8) for name in KINDS] + [(name, np.float32) for name in SIZES])

HAIR = {  # hue, saturation, value
    "black": (0.68, 0.3, 0.27), "brown": (0.07, 0.58, 0.54), "blond": (0.125, 0.58, 0.97), "red": (0.015, 0.74, 0.82),
    "pink": (0.93, 0.42, 0.97), "blue": (0.61, 0.6, 0.88), "teal": (0.49, 0.52, 0.84), "green": (0.37, 0.5, 0.7),
    "violet": (0.76, 0.47, 0.8), "silver": (0.63, 0.07, 0.9),
}  # fmt: skip
SKINS = ((255, 233, 218), (252, 217, 192), (238, 192, 156), (205, 150, 112), (150, 102, 74))
IRIS = {
    "blue": (0.59, 0.8, 0.88), "green": (0.38, 0.75, 0.66), "red": (0.99, 0.8, 0.86), "violet": (0.76, 0.64, 0.82),
    "gold": (0.12, 0.85, 0.92), "brown": (0.06, 0.68, 0.52), "teal": (0.5, 0.72, 0.8), "pink": (0.91, 0.6, 0.92),
}  # fmt: skip
_HAIR, _SKINS, _IRIS = np.array(list(HAIR.values())), np.array(SKINS, float), np.array(list(IRIS.values()))
_EXACT = np.dtype([(name, np.uint8) for name in KINDS] + [(name, np.float64) for name in SIZES])
TOGETHER = 256  # faces are drawn at once


@dataclass(frozen=True)
class Faces:
    """N pictures, and what is drawn in them."""

    images: np.ndarray  # (N, S, S, 3) uint8
    factors: np.ndarray  # (N,) of DTYPE


def faces(seed: int, n: int, side: int = 32, plain: bool = False) -> Faces:
    """n faces, a pure function of seed, n's place in the list and kind: the first 10 of 100 are the 10 of 10."""
    factors = sample(seed, n, plain)
    return Faces(draw(factors, side), factors)


def sample(seed: int, n: int, plain: bool = False) -> np.ndarray:
    """n rows of factors (DTYPE). Each factor has its own stream, so a longer table begins with the shorter one."""
    rows = np.zeros(n, DTYPE)
    streams = np.random.SeedSequence([seed, int(plain)]).spawn(len(DTYPE.names))
    for name, stream in zip(DTYPE.names, streams, strict=True):
        u = np.random.default_rng(stream).random(n)
        if name in KINDS:
            weights = np.array(PLAIN_KINDS[name] if plain else KINDS[name][1], float)
            rows[name] = np.searchsorted(np.cumsum(weights / weights.sum())[:-1], u, side="right")
        else:
            low, high = PLAIN_SIZES.get(name, SIZES[name]) if plain else SIZES[name]
            rows[name] = low + (high - low) * u
    return rows


def draw(factors: np.ndarray, side: int = 32) -> np.ndarray:
    """A picture (N, side, side, 3) uint8 of each row of `factors` (N,) of DTYPE.

    Raises ValueError where the table has other columns than DTYPE.
    """
    factors = np.atleast_1d(factors)
    if factors.dtype != DTYPE:
        raise ValueError(f"factors are a table with the columns of faces.DTYPE, found {factors.dtype}")
    images = np.empty((len(factors), side, side, 3), np.uint8)
    for start in range(0, len(factors), TOGETHER):
        some = slice(start, start + TOGETHER)
        images[some] = portraits(factors[some], side)
    return images


def portraits(factors: np.ndarray, side: int) -> np.ndarray:
    """Faces (N, side, side, 3) uint8, drawn in step, larger, and made smaller against jagged edges."""
    n, finer = len(factors), 4 if side <= 40 else 3
    factors = factors.astype(_EXACT)
    half = -(-side * finer // 2)
    images = canvases(n, 2 * half, wall(factors))
    heads = Heads(images, factors)
    background(heads, Pens(images, *frames(n, half)))
    for part in (
        worn_behind, back_hair, neck, ears, face, blush, eyes, nose, mouth, brows, glasses, fringe, strand_on_top,
        hair_ornament, worn_before,
    ):  # fmt: skip
        part(heads)
    shown = np.empty((n, side, side, 3), np.uint8)
    for k, image in enumerate(images):
        shown[k] = np.asarray(image.reduce(finer))[:side, :side]
    return lit(shown, factors)


class Heads:
    """N heads in their poses: colours, factors, and where points in space come to lie in the pictures.

    All that it holds has a row for each head, so `heads[mask]` are some of them.
    """

    def __init__(self, images: list, factors: np.ndarray):
        half = images[0].width / 2
        x, y, size = factors["x"], factors["y"] + 0.12, 0.98 * factors["scale"]
        self.pens = Pens(images, *frames(len(images), half, x, y, size, factors["roll"]))
        self.factors = factors
        self.cos, self.sin = np.cos(factors["yaw"])[:, None], np.sin(factors["yaw"])[:, None]
        self.nod = np.sin(factors["pitch"])[:, None]
        self.detailed = factors["detail"] > 0.5
        hue, saturation, value = _HAIR[factors["hair_color"]].T
        tone = factors["hair_tone"]
        self.hair = hsvs(hue + 0.012 * tone, saturation, value * (1 + 0.04 * tone))
        self.hair_dark, self.hair_line = 0.72 * self.hair, 0.42 * self.hair
        self.skin = _SKINS[factors["skin"]]
        self.skin_dark, self.skin_line = mixed(self.skin, (196, 84, 84), 0.26), 0.55 * self.skin
        self.iris = hsvs(*_IRIS[factors["eye_color"]].T)
        self.ink = mixed(self.hair_line, (40, 26, 44), 0.65)

    # some of them

    def __len__(self) -> int:
        return len(self.factors)

    def __getitem__(self, some: np.ndarray) -> "Heads":
        """Those where the mask (N,) is true."""
        if some.all():
            return self
        heads = object.__new__(Heads)
        vars(heads).update((name, value[some]) for name, value in vars(self).items())
        return heads

    def those(self, name: str, *values: str) -> "Heads":
        """Those whose factor `name` is one of `values`, which are names."""
        return self[self.have(name, *values)]

    def have(self, name: str, *values: str) -> np.ndarray:
        """Whether the factor `name` is one of `values`, (N,) bool."""
        return np.any([self.factors[name] == KINDS[name][0].index(value) for value in values], axis=0)

    def either_side(self) -> np.ndarray:
        """For what is worn on one side alone: -1 or 1, (N,)."""
        return np.where(self.factors["pattern"] > 0.5, 1, -1)

    # from space to the frames of the pens

    def at(self, points, depth=0.0) -> np.ndarray:
        """Points (P, 2) or (N, P, 2) that lie `depth` before the middle of the head, seen in its pose: (N, P, 2).

        depth: a number, (P,) or (N, P).
        """
        points = np.asarray(points, float)
        x = points[..., 0] * self.cos + self.sin * depth
        return np.stack([x, points[..., 1] + self.nod * depth], -1)

    def on_ball(self, points, radius: float = 0.74) -> np.ndarray:
        """Points (P, 2) or (N, P, 2) on the front of a ball, seen in its pose: (N, P, 2)."""
        points = np.asarray(points, float)
        return self.at(points, np.sqrt(np.maximum(radius**2 - (points[..., 0] ** 2 + points[..., 1] ** 2), 0.0)))

    # strokes

    def fill(self, points, color, line=None, width: float = 0.032) -> None:
        """Filled outlines (N, P, 2), already seen, with a contour in the colour `line`."""
        if line is None:
            self.pens.polygon(points, color)
        else:
            self.pens.outlined(points, color, line, width)

    def line(self, points, width: float, color) -> None:
        """Strokes (N, P, 2), already seen."""
        self.pens.line(points, width, color)
