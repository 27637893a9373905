"""Faces as anyone might have, and faces with something wrong: what a detector of anomalies is asked about.

The normal faces are those of `faces`, seen from many sides: turned, tilted, near and far, off the middle, lit from
anywhere. All of this moves pixels along curves, so no flat space of few dimensions holds them.

An odd face is made of normal ones and keeps what can be counted in their pixels: colours, edges, brightness. Only how
the parts belong together is wrong:

    halves      the left and the right half of two people, in one pose
    top_bottom  hair and eyes of one person, mouth and neck of another
    eye         one eye, with the skin around it, of somebody else
    flipped     the inner face upside down (Thompson 1980, "Margaret Thatcher: a new illusion")
    colors      the three colour channels of the picture exchanged
    swirl       the face twisted around its nose, as by a bad lens
    blurred     the inner face without detail: the exception, it has fewer edges than a normal one

Everything is a pure function of the seed. Lengths are in units of the head, as in `faces`; angles in radians.
"""

import numpy as np

from common.generators import faces

KINDS = ("halves", "top_bottom", "eye", "flipped", "colors", "swirl", "blurred")
OF_TWO = ("halves", "top_bottom", "eye")  # people
POSE = {  # wider than in `faces`
    "yaw": (-0.5, 0.5), "pitch": (-0.15, 0.15), "roll": (-0.3, 0.3),
    "scale": (0.94, 1.14), "x": (-0.05, 0.05), "y": (-0.05, 0.05),
}  # fmt: skip
PLAIN_BACKGROUNDS = 2  # the first two of faces.BACKGROUND: patterns would cost a small network all it has
BARE = 0.5  # so many more than in `faces` wear no ornament
SHADE = 0.2  # a picture is at most so much brighter at one edge than in its middle
SCENE = (*POSE, "light", "brightness", "background", "background_hue", "pattern", "clothes", "clothes_hue")
FINE = 2  # odd pictures are put together from pixels half as wide
TOGETHER = 8  # pictures are put together or shaded at once


def people(seed: int, n: int) -> np.ndarray:
    """n rows of factors (faces.DTYPE) with poses from POSE."""
    rows = faces.sample(seed, n)
    rng = np.random.default_rng([seed, 1])
    for name, (low, high) in POSE.items():
        rows[name] = rng.uniform(low, high, n)
    rows["background"] = rng.integers(PLAIN_BACKGROUNDS, size=n)
    rows["ornament"][rng.random(n) < BARE] = 0
    return rows


def normal_faces(seed: int, n: int, side: int = 32) -> np.ndarray:
    """n pictures (n, side, side, 3) uint8 of normal faces."""
    return shaded(faces.draw(people(seed, n), side), seed)


def odd_faces(seed: int, kinds: np.ndarray, side: int = 32) -> np.ndarray:
    """A picture (N, side, side, 3) uint8 for each of `kinds` (N,), indices into KINDS."""
    kinds = np.asarray(kinds)
    n, rng = len(kinds), np.random.default_rng([seed, 2])
    rows = people(seed, n)
    others = strangers(rows, people(int(rng.integers(2**63)), n))
    theirs = np.zeros((n, FINE * side, FINE * side, 3), np.uint8)
    needed = np.isin(kinds, [KINDS.index(name) for name in OF_TWO])
    theirs[needed] = faces.draw(others[needed], FINE * side)
    odd = put_together(faces.draw(rows, FINE * side), theirs, kinds, Frame(rows, FINE * side), rng)
    shares = [odd[:, i::FINE, j::FINE] for i in range(FINE) for j in range(FINE)]
    return shaded(sum(shares[1:], shares[0]) / np.float32(len(shares)), seed)


def oddities_of(images: np.ndarray, kinds: np.ndarray, seed: int) -> np.ndarray:
    """Odd pictures (N, S, S, 3) uint8 made of any pictures of faces (N, S, S, 3) uint8, about in the middle, upright.

    Where a second person is needed it is the next picture's.
    """
    frame = Frame(np.zeros(len(images), faces.DTYPE), images.shape[1], size=0.9)
    odd = put_together(images, np.roll(images, -1, axis=0), np.asarray(kinds), frame, np.random.default_rng(seed))
    return np.clip(odd + 0.5, 0, 255).astype(np.uint8)


def put_together(images, others, kinds, frame: "Frame", rng: np.random.Generator) -> np.ndarray:
    """What is wrong according to `kinds` (N,) with each of `images`; pictures (N, S, S, 3), the result float32."""
    odd, chance = images.astype(np.float32), rng.random(len(images))
    for kind, name in enumerate(KINDS):
        for some in _parts(np.flatnonzero(kinds == kind)):
            odd[some] = ODDITIES[name](odd[some], others[some].astype(np.float32), frame.of(some), chance[some])
    return odd


def strangers(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """`others` in the scene of `rows`: same pose, light, background and clothes; another hair, and another skin."""
    others = others.copy()
    for name in SCENE:
        others[name] = rows[name]
    for name, step in (("hair_color", 1), ("skin", 2)):
        same = others[name] == rows[name]
        others[name][same] = (rows[name][same] + step) % len(faces.KINDS[name][0])
    return others


def shaded(images: np.ndarray, seed: int) -> np.ndarray:
    """The pictures (N, S, S, 3) as uint8, each brighter towards an edge of its own."""
    n, side = len(images), images.shape[1]
    rng = np.random.default_rng([seed, 3])
    angle, strength = rng.uniform(0, 2 * np.pi, n), rng.uniform(0, SHADE, n)
    place, shown = np.linspace(-1, 1, side), np.empty(images.shape, np.uint8)
    for some in _parts(np.arange(n)):
        cos, sin = np.cos(angle[some])[:, None, None], np.sin(angle[some])[:, None, None]
        slope = cos * place + sin * place[:, None]  # (N, S, S)
        brighter = (1 + strength[some, None, None] * slope).astype(np.float32)
        shown[some] = np.clip(images[some] * brighter[..., None] + 0.5, 0, 255).astype(np.uint8)
    return shown


def _parts(rows: np.ndarray) -> list[np.ndarray]:
    """The rows, some at a time: their pictures stay in the processor's cache."""
    return [rows[k : k + TOGETHER] for k in range(0, len(rows), TOGETHER)]


class Frame:
    """Where the pixels of N pictures lie in the frame of the head: `u` to the right, `v` down, (N, S, S) each."""

    def __init__(self, rows: np.ndarray, side: int, size: float | None = None):
        self.rows, self.side, self.given_size = rows, side, size
        column = {name: rows[name].astype(np.float64)[:, None, None] for name in POSE}
        self.size = 0.98 * column["scale"] if size is None else np.full((len(rows), 1, 1), size)
        self.cos, self.sin = np.cos(column["roll"]), np.sin(column["roll"])
        self.x, self.y = column["x"], column["y"] + 0.12
        self.middle = 0.62 * np.sin(column["yaw"])  # of the face, seen from the front: it turns with the head
        place = (np.arange(side) + 0.5) * 2 / side - 1
        x, y = (place - self.x) / self.size, (place[:, None] - self.y) / self.size
        self.u = self.cos * x + self.sin * y - self.middle
        self.v = self.cos * y - self.sin * x

    def of(self, some: np.ndarray) -> "Frame":
        """The frame of some of the pictures."""
        return Frame(self.rows[some], self.side, self.given_size)

    def inside(self, distance: np.ndarray) -> np.ndarray:
        """Weights (N, S, S, 1) from 0 to 1: 1 where `distance` to an edge is positive, soft over about a pixel."""
        return 1 / (1 + np.exp(-np.clip(distance * self.side * 1.5, -30, 30)))[..., None]

    def pick(self, images: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """The pictures (N, S, S, 3) at other places of the head, (N, S, S) each, between pixels bilinearly."""
        u = u + self.middle
        x = (self.cos * u - self.sin * v) * self.size + self.x
        y = (self.sin * u + self.cos * v) * self.size + self.y
        x, y = (np.clip((place + 1) * self.side / 2 - 0.5, 0, self.side - 1.001) for place in (x, y))
        j, k = y.astype(int), x.astype(int)
        a, b = (y - j)[..., None], (x - k)[..., None]
        pixels = images.reshape(-1, images.shape[-1])
        here = (np.arange(len(images))[:, None, None] * self.side + j) * self.side + k  # of the upper left one
        below = here + self.side
        upper = (1 - b) * pixels.take(here, 0) + b * pixels.take(here + 1, 0)
        lower = (1 - b) * pixels.take(below, 0) + b * pixels.take(below + 1, 0)
        return (1 - a) * upper + a * lower


# --- what can be wrong ------------------------------------------------------------------------------------------------
# Each takes pictures (N, S, S, 3), those of others in the same pose, where the heads are, and a number 0 to 1 for each.


def halves(images, others, frame, chance):
    mine = frame.inside(frame.u)
    return mine * images + (1 - mine) * others


def top_bottom(images, others, frame, chance):
    mine = frame.inside(0.3 - frame.v)
    return mine * images + (1 - mine) * others


def eye(images, others, frame, chance):
    side = np.where(chance < 0.5, -1, 1)[:, None, None]
    theirs = frame.inside(0.3 - np.hypot(frame.u - 0.28 * side, frame.v - 0.1))
    return theirs * others + (1 - theirs) * images


def flipped(images, others, frame, chance):
    inner = frame.inside(0.5 - np.hypot(frame.u, frame.v - 0.17))
    return inner * frame.pick(images, frame.u, 0.34 - frame.v) + (1 - inner) * images


def colors(images, others, frame, chance):
    orders = np.array([[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    return np.take_along_axis(images, orders[(chance * len(orders)).astype(int)][:, None, None, :], axis=3)


def swirl(images, others, frame, chance):
    u, v = frame.u, frame.v - 0.15
    angle = np.where(chance < 0.5, -1.8, 1.8)[:, None, None] * np.exp(-((u**2 + v**2) / 0.35**2))
    cos, sin = np.cos(angle), np.sin(angle)
    return frame.pick(images, cos * u - sin * v, sin * u + cos * v + 0.15)


def blurred(images, others, frame, chance):
    inner = frame.inside(0.5 - np.hypot(frame.u, frame.v - 0.17))
    soft, reach = images, frame.side // 10
    for axis in (1, 2):
        soft = np.mean([np.roll(soft, step, axis) for step in range(-reach, reach + 1)], axis=0)
    return inner * soft + (1 - inner) * images


ODDITIES = {
    "halves": halves, "top_bottom": top_bottom, "eye": eye, "flipped": flipped, "colors": colors, "swirl": swirl,
    "blurred": blurred,
}  # fmt: skip
