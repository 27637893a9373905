"""Handwritten characters of alphabets that nobody ever wrote: 28 x 28 grey images, twenty drawers per character.

What is modelled, after Bayesian program learning (Lake, Salakhutdinov & Tenenbaum 2015, "Human-level concept
learning through probabilistic program induction", Science 350; the Omniglot data set comes with that paper):

- *An alphabet* owns a few primitives (line, arc, hook, wave, corner, loop, ring, each with its own bend), a few
  directions, a typical number of strokes and length of a stroke, a taste for joins, and often one stroke that many
  of its characters share, as the headline of Devanagari or the stem of runes. So characters of one alphabet are kin.
- *A character* is a program: one to four strokes, each a chain of one or two primitives, each standing alone or
  starting at the start, at the end or along the side of an earlier stroke, or crossing it. A program whose drawing is
  nearly that of another character of the alphabet is thrown away, and so is a scribble.
- *A drawer* runs the program by hand. Each drawer of an alphabet has a slant, a size and proportions, a broad or a
  pointed nib held at an angle, a way of rounding corners, a steadiness of the hand, and some hurry: who is in a hurry
  does not lift the pen between strokes. On top of these habits every single drawing misses its lengths, angles, joins
  and place a little.
- *A page.* The characters are cut from a text, written in rows or in columns, often on ruled or squared paper: bits of
  the characters before and behind stand at the margins.

Habits and page are the nuisance that makes the task what it is: two characters by one drawer share pen, slant, size and
paper; one character by two drawers shares few pixels. Centring or straightening an image does not undo it, because the
neighbours' ink counts too.

All programs are drawn at once. The pen's path is sampled at equal steps, and a pixel's ink follows from its distance to
the nearest sample, in the metric of the nib.
"""

from dataclasses import dataclass

import numpy as np

SIZE = 28  # pixels, height and width
DRAWERS = 20
STROKES, POINTS = 4, 24  # of a program at most; of a stroke's polyline
SAMPLES = 96  # of the pen's whole path
_SYLLABLES = ["ka", "ru", "mi", "so", "ten", "va", "lo", "shi", "ar", "en", "zu", "be", "qua", "ny", "or", "ith", "du"]


@dataclass(frozen=True)
class Glyphs:
    """`images[c, d]`: character c by drawer d, ink 0 (paper) to 255. Characters of an alphabet stand together."""

    images: np.ndarray  # (C, DRAWERS, SIZE, SIZE) uint8
    alphabet: np.ndarray  # (C,) int64, index into names
    names: tuple[str, ...]  # of the alphabets, in ascending order


def alphabets(seed: int, n_alphabets: int, n_characters: int) -> Glyphs:
    """`n_alphabets` invented alphabets of `n_characters` each; a pure function of its arguments."""
    rngs = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(n_alphabets + 1)]
    names = _names(rngs.pop(), n_alphabets)
    images = [draw(programs(rng, n_characters), rng) for rng in rngs]
    return Glyphs(np.concatenate(images), np.repeat(np.arange(n_alphabets), n_characters), names)


def _names(rng: np.random.Generator, n: int) -> tuple[str, ...]:
    found: set[str] = set()
    while len(found) < n:
        found.add("".join(rng.choice(_SYLLABLES, rng.integers(2, 4), replace=False)).capitalize())
    return tuple(sorted(found))


# --- programs: what a character is ----------------------------------------------------------------------------------


def programs(rng: np.random.Generator, n: int) -> np.ndarray:
    """The characters of one alphabet as strokes (n, STROKES, POINTS, 2) in a box of side 1, NaN where there is none."""
    style = _style(rng)
    found, pictures = [], []
    limit = 0.7  # likeness that two characters may have
    while len(found) < n:
        strokes = _character(rng, style)
        picture = _blurred(strokes)
        if not pictures or np.max(np.stack(pictures) @ picture) < limit:
            found.append(strokes)
            pictures.append(picture)
        else:
            limit += 0.002  # an alphabet of few primitives runs out of different characters
    return np.stack(found)


def _style(rng: np.random.Generator) -> dict:
    """What the characters of an alphabet have in common."""
    kinds = ["line", *rng.choice(["line", "arc", "arc", "hook", "wave", "corner", "loop", "ring"], 4)]
    turn = rng.choice([0.0, np.pi / 12, -np.pi / 12], p=[0.7, 0.15, 0.15])
    directions = rng.permutation([0, np.pi / 2, np.pi / 4, -np.pi / 4])[: rng.integers(2, 5)]
    style = {
        "primitives": [_primitive(kind, rng.uniform(0.25, 0.55), rng.choice([-1, 1])) for kind in kinds],
        "weights": rng.dirichlet(np.full(len(kinds), 2.0)),
        "directions": directions + turn,
        "strokes": np.array([[0.1, 0.5, 0.3, 0.1], [0.05, 0.25, 0.45, 0.25], [0.4, 0.4, 0.2, 0.0]])[rng.integers(3)],
        "chain": rng.uniform(0.1, 0.5),  # how often a stroke is a chain of two primitives
        "lengths": np.array([rng.uniform(0.8, 1.1), rng.uniform(0.4, 0.6), rng.uniform(0.2, 0.35)]),
        "joins": rng.dirichlet([1.0, 1.5, 2.0, 2.0, 1.5]),  # alone, at start, at end, along, crossing
        "shared": rng.uniform(0.0, 0.5),  # share of characters that begin with the alphabet's own stroke
    }
    style["own"] = _stroke(rng, style, long=True)
    return style


def _primitive(kind: str, bend: float, side: int) -> np.ndarray:
    """A short curve (POINTS, 2) from the origin, most of them to (1, 0)."""
    t = np.linspace(0, 1, POINTS)
    x, y = t.copy(), np.zeros(POINTS)
    if kind == "arc":
        y = bend * np.sin(np.pi * t)
    elif kind == "wave":
        y = 0.7 * bend * np.sin(2 * np.pi * t)
    elif kind == "corner":
        y = 2 * bend * np.minimum(t, 1 - t)
    elif kind == "hook":
        angle = np.pi * np.clip((t - 0.65) / 0.35, 0, 1)
        x = np.minimum(t, 0.65) / 0.65 + bend * 0.6 * np.sin(angle)
        y = bend * 0.6 * (1 - np.cos(angle))
    elif kind == "loop":
        x = t - 0.55 * np.sin(2 * np.pi * t) * bend * 2
        y = bend * 1.6 * np.sin(np.pi * t) ** 2
    elif kind == "ring":
        angle = 2 * np.pi * t
        x, y = 0.32 * (1 - np.cos(angle)), (0.2 + 0.4 * bend) * np.sin(angle)
    return np.stack([x, side * y], axis=1)


def _stroke(rng: np.random.Generator, style: dict, long: bool = False) -> np.ndarray:
    """One or two primitives in a row, turned and scaled, from the origin: (POINTS, 2)."""
    parts = []
    angle = rng.choice(style["directions"]) + np.pi * (rng.random() < 0.2)
    for _ in range(1 + (rng.random() < style["chain"])):
        curve = style["primitives"][rng.choice(len(style["primitives"]), p=style["weights"])]
        length = style["lengths"][0 if long else rng.choice(3, p=[0.4, 0.4, 0.2])]
        if parts:  # the second goes on from the first, turned more often than not
            length *= 0.7
            angle += rng.choice([-1, 0, 1], p=[0.35, 0.3, 0.35]) * np.pi / 2
        curve = length * curve @ _rotation(angle).T
        parts.append(curve + (parts[-1][-1] if parts else 0))
    return evenly(np.concatenate(parts))


def _character(rng: np.random.Generator, style: dict) -> np.ndarray:
    """A program (STROKES, POINTS, 2) that fills its box well."""
    while True:
        strokes: list[np.ndarray] = []
        for index in range(rng.choice(STROKES, p=style["strokes"]) + 1):
            own = index == 0 and rng.random() < style["shared"]
            new = style["own"] if own else _stroke(rng, style)
            if strokes:
                other = strokes[rng.integers(len(strokes))]
                how = rng.choice(5, p=style["joins"])
                place = [None, other[0], other[-1], other[POINTS * rng.integers(1, 4) // 4], other[POINTS // 2]][how]
                if place is None:  # alone: beside, above or below what is there
                    place = rng.choice([0.0, 0.35, 0.7], 2) + np.min(np.concatenate(strokes), axis=0)
                new = new - (new[POINTS // 2] if how == 4 else 0) + place
            strokes.append(new)
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        drawing = (np.stack(strokes) - (low + high) / 2) / np.max(high - low)
        if _legible(drawing):
            program = np.full((STROKES, POINTS, 2), np.nan)
            program[: len(strokes)] = drawing
            return program


def _legible(drawing: np.ndarray) -> bool:
    """Enough ink, not a mere line, and not scribbled over itself: what survives among characters that people write."""
    ink = np.linalg.norm(np.diff(drawing, axis=1), axis=-1).sum()
    points = drawing.reshape(-1, 2)
    width = np.linalg.eigvalsh(np.cov(points.T))[0]  # variance across its longest direction
    if not (1.4 <= ink <= 5.0 and width >= 0.01):
        return False
    gaps = np.linalg.norm(points[:, None] - points, axis=-1)
    place = np.arange(len(points))
    elsewhere = np.abs(place[:, None] - place) > 8
    return np.mean(np.any((gaps < 0.1) & elsewhere, axis=1)) < 0.4


def _rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def evenly(curve: np.ndarray) -> np.ndarray:
    """POINTS points at equal steps along a polyline."""
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    at = np.linspace(0, way[-1], POINTS)
    return np.stack([np.interp(at, way, curve[:, axis]) for axis in (0, 1)], axis=1)


def _blurred(program: np.ndarray) -> np.ndarray:
    """A coarse picture of a program as a vector of length 1, centred, to compare it with others."""
    axis = np.linspace(-0.55, 0.55, 12)
    points = program[~np.isnan(program[:, 0, 0])].reshape(-1, 2)
    near = [np.exp(-((axis[:, None] - points[:, i]) ** 2) / (2 * 0.09**2)) for i in (0, 1)]
    picture = np.minimum(near[1] @ near[0].T, 1.5).ravel()
    picture -= picture.mean()
    return picture / np.linalg.norm(picture)


# --- drawers: what a character looks like ---------------------------------------------------------------------------


def draw(characters: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Programs (C, STROKES, POINTS, 2) by DRAWERS drawers, each with habits of their own: (C, DRAWERS, SIZE, SIZE)."""
    habits = habits_of(rng)
    strokes = _by_hand(characters, habits, rng)
    return np.round(255 * _cut_from_page(_render(strokes, habits), habits, rng)).astype(np.uint8)


def written(characters: np.ndarray, habits: dict, rng: np.random.Generator) -> np.ndarray:
    """As `draw`, by drawers with these habits, each on a clean page: ink 0 to 1."""
    return _render(_by_hand(characters, habits, rng), habits)


def habits_of(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The hand of each drawer; arrays of length DRAWERS."""
    n = DRAWERS
    return {
        "size": rng.uniform(13.0, 23.0, n),  # pixels, longest side
        "aspect": rng.normal(0.0, 0.13, n),  # logarithm of width to height, beyond the character's own
        "slant": rng.normal(0.0, 0.25, n),
        "turn": rng.normal(0.0, 0.16, n),
        "rounding": rng.uniform(0.0, 1.0, n) ** 2,
        "unsteady": rng.uniform(0.5, 1.5, n),
        "hurry": rng.random(n) < 0.2,
        "nib": rng.uniform(0.55, 1.2, n),  # half its width, pixels
        "broad": np.exp(rng.uniform(0, 0.5, n)),  # longer than wide
        "held": rng.uniform(0, np.pi, n),  # at this angle
        "dark": rng.uniform(0.75, 1.0, n),
        "ruled": rng.uniform(0.15, 0.5, n) * (rng.random(n) < 0.6),  # ink of the lines on the paper
        "pitch": rng.uniform(7.0, 14.0, n),  # pixels between them
        "squared": rng.random(n) < 0.3,  # both ways
    }


def _by_hand(characters: np.ndarray, habits: dict, rng: np.random.Generator) -> np.ndarray:
    """The strokes as each drawer draws them, in pixels from the centre: (C, DRAWERS, STROKES, POINTS, 2)."""
    n = (len(characters), DRAWERS)
    shake = habits["unsteady"][None, :, None, None, None]
    strokes = characters[:, None].repeat(DRAWERS, axis=1)
    # corners are rounded: between the polyline and its running mean
    smooth = _running_mean()
    rounding = habits["rounding"][None, :, None, None, None]
    strokes = strokes + rounding * (np.einsum("pq,cdsqx->cdspx", smooth, strokes) - strokes)
    # each stroke misses its length, angle and place, and wobbles on its way
    middle = strokes.mean(axis=3, keepdims=True)
    angle = 0.11 * shake[..., 0] * rng.standard_normal((*n, STROKES, 1))
    scale = np.exp(0.11 * shake * rng.standard_normal((*n, STROKES, 1, 2)))
    strokes = _turn((strokes - middle) * scale, angle) + middle
    strokes = strokes + 0.04 * shake * rng.standard_normal((*n, STROKES, 1, 2))
    knots = 0.03 * shake * rng.standard_normal((*n, STROKES, 5, 2))
    strokes = strokes + np.einsum("pk,cdskx->cdspx", _hats(5), knots)
    # the whole drawing: slant, proportions, size, and where on the paper
    turn, slant, aspect, size = (
        (habits[name] + noise * rng.standard_normal(n))[..., None, None]
        for name, noise in (("turn", 0.05), ("slant", 0.06), ("aspect", 0.06), ("size", 0.7))
    )
    strokes = _turn(strokes, turn)
    x, y = strokes[..., 0] * np.exp(aspect / 2), strokes[..., 1] * np.exp(-aspect / 2)
    strokes = np.stack([x - slant * y, y], axis=-1) * size[..., None]
    low, high = (edge(strokes, axis=(2, 3), keepdims=True) for edge in (np.nanmin, np.nanmax))
    fit = np.minimum(1.0, (SIZE - 3) / np.max(high - low, axis=-1, keepdims=True))  # nobody draws beyond the paper
    strokes = (strokes - (low + high) / 2) * fit
    room = np.maximum((SIZE - 3 - (high - low) * fit) / 2, 0)
    return strokes + np.clip(2.0 * rng.standard_normal((*n, 1, 1, 2)), -room, room)


def _turn(strokes: np.ndarray, angle: np.ndarray) -> np.ndarray:
    x, y = strokes[..., 0], strokes[..., 1]
    return np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=-1)


def _running_mean() -> np.ndarray:
    """A matrix that replaces each point of a stroke by the mean of its neighbours; the ends stay."""
    place = np.arange(POINTS)
    reach = np.minimum(3, np.minimum(place, place[::-1]))
    near = np.abs(place[:, None] - place) <= reach[:, None]
    return near / near.sum(axis=1, keepdims=True)


def _hats(knots: int) -> np.ndarray:
    """(POINTS, knots): linear interpolation between knots, smoothed."""
    at = np.linspace(0, knots - 1, POINTS)
    return _running_mean() @ np.maximum(0, 1 - np.abs(at[:, None] - np.arange(knots)))


def _render(strokes: np.ndarray, habits: dict) -> np.ndarray:
    """Ink, 0 to 1, of the drawings (C, DRAWERS, STROKES, POINTS, 2)."""
    n_characters = len(strokes)
    path = _path(strokes, habits["hurry"])  # (C * DRAWERS, SAMPLES, 2)
    # a nib `broad` times as long as wide is a circle in a space that is squeezed along the nib
    along = np.stack([np.cos(habits["held"]), np.sin(habits["held"])], axis=1)
    metric = np.eye(2) - (1 - habits["broad"] ** -2)[:, None, None] * along[:, :, None] * along[:, None, :]
    a, b, c = (np.tile(metric[:, i, j], n_characters)[:, None] for i, j in ((0, 0), (0, 1), (1, 1)))
    x, y = path[..., 0], path[..., 1]
    # squared distance of pixel (u, v) to (x, y) as a product of something of the pixel and something of the point
    point = [np.broadcast_to(a, x.shape), np.broadcast_to(2 * b, x.shape), np.broadcast_to(c, x.shape)]
    point += [-2 * (a * x + b * y), -2 * (b * x + c * y), a * x * x + 2 * b * x * y + c * y * y]
    point = np.stack(point, axis=-1).astype(np.float32)  # (N, SAMPLES, 6)
    axis = np.arange(SIZE) - (SIZE - 1) / 2
    v, u = (grid.ravel() for grid in np.meshgrid(axis, axis, indexing="ij"))
    pixel = np.stack([u * u, u * v, v * v, u, v, np.ones_like(u)]).astype(np.float32)  # (6, SIZE * SIZE)
    squared = np.empty((len(point), SIZE * SIZE), np.float32)
    for i, samples in enumerate(point):
        np.min(samples @ pixel, axis=0, out=squared[i])
    nib, dark = (np.tile(habits[name], n_characters)[:, None].astype(np.float32) for name in ("nib", "dark"))
    ink = dark * np.clip(nib + 0.5 - np.sqrt(np.maximum(squared, 0)), 0, 1)  # half a pixel of soft edge
    return ink.reshape(n_characters, DRAWERS, SIZE, SIZE)


def _cut_from_page(ink: np.ndarray, habits: dict, rng: np.random.Generator) -> np.ndarray:
    """The drawings (C, DRAWERS, SIZE, SIZE), and what stands before and behind them on the page, and its ruling.

    Half of the alphabets are written in rows, the others in columns.
    """
    n = ink.shape[:2]
    columns = rng.random() < 0.5
    ink = np.swapaxes(ink, 2, 3) if columns else ink
    page = ink.copy()
    for side in (-1, 1):
        neighbour = rng.permuted(np.arange(n[0])[:, None].repeat(n[1], axis=1), axis=0)  # by the same drawer
        shift = rng.integers(17, 24, n) * (rng.random(n) < 0.6)  # 0: none is near
        for step in range(17, 24):
            here, drawer = np.nonzero(shift == step)
            there = ink[neighbour[here, drawer], drawer]
            if side < 0:
                page[here, drawer, :, : SIZE - step] = np.maximum(
                    page[here, drawer, :, : SIZE - step], there[..., step:]
                )
            else:
                page[here, drawer, :, step:] = np.maximum(page[here, drawer, :, step:], there[..., : SIZE - step])
    pitch, phase = habits["pitch"], rng.uniform(0, 1, n)
    way = (np.arange(SIZE) / pitch[:, None] + phase[..., None] + 0.5) % 1 - 0.5  # in pitches from the nearest line
    line = np.clip(1.0 - np.abs(way) * pitch[:, None], 0, 1) * habits["ruled"][:, None]
    line = np.maximum(line[..., None], (line * habits["squared"][:, None])[:, :, None, :])
    page = np.maximum(page, line.astype(np.float32))
    return np.swapaxes(page, 2, 3) if columns else page


def _path(strokes: np.ndarray, hurry: np.ndarray) -> np.ndarray:
    """SAMPLES points at equal steps along all strokes of a drawing, in the air none; hurried drawers do not lift the
    pen: (C * DRAWERS, SAMPLES, 2)."""
    n_characters = len(strokes)
    points = strokes.reshape(n_characters * DRAWERS, STROKES * POINTS, 2)
    missing = np.isnan(points[..., 0])
    last = np.argmax(missing, axis=1) - 1  # strokes that are not there collapse into the end of the last that is
    end = points[np.arange(len(points)), last][:, None]
    points = np.where(missing[..., None], end, points)
    steps = np.linalg.norm(np.diff(points, axis=1), axis=-1)
    lifted = np.arange(POINTS - 1, STROKES * POINTS - 1, POINTS)
    joins = (steps[:, lifted] < 9) & np.tile(hurry, n_characters)[:, None]
    steps[:, lifted] *= joins
    way = np.concatenate([np.zeros((len(points), 1)), np.cumsum(steps + 1e-9, axis=1)], axis=1)
    total = way[:, -1:]
    # one interpolation for all drawings: each has its own stretch [2i, 2i + 1] of the axis
    own = 2.0 * np.arange(len(points))[:, None]
    at = (own + np.linspace(0, 1, SAMPLES)).ravel()
    known = (own + way / total).ravel()
    x, y = (np.interp(at, known, points[..., axis].ravel()) for axis in (0, 1))
    return np.stack([x, y], axis=-1).reshape(len(points), SAMPLES, 2)
