"""Hair: what hangs behind the heads, the fringe before them, and what stands on top."""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import numpy as np

from common.generators.drawing import arc, mirrored, smooth
from common.generators.faces_features import SIDES, oval
from common.generators.pens import corners, mixed

BEHIND = -0.3  # how deep the hair at the back lies
CROWN = -0.92  # how high the hair reaches

# The right half of the hair behind the head, from the crown down; the last points move with `hair_length`.
TIED = [(0.05, CROWN), (0.46, -0.8), (0.7, -0.42), (0.68, -0.02), (0.5, 0.22), (0.3, 0.3)]
SHAPES = {
    "short": [(0.05, CROWN), (0.46, -0.8), (0.7, -0.42), (0.71, 0.0), (0.6, 0.26), (0.4, 0.36)],
    "bob": [(0.05, CROWN), (0.48, -0.8), (0.75, -0.42), (0.83, 0.1), (0.78, 0.52), (0.4, 0.54)],
    "long": [(0.05, CROWN), (0.48, -0.8), (0.75, -0.42), (0.84, 0.1), (0.9, 0.75), (0.94, 1.7), (0.4, 1.7)],
    "twin_tails": TIED, "pony_tail": TIED, "buns": TIED,
}  # fmt: skip
TWIN_TAIL = [(0.55, -0.5), (0.82, -0.6), (1.06, -0.15), (1.0, 0.45), (0.84, 0.95), (0.76, 0.35), (0.6, -0.15)]
PONY_TAIL = [(0.3, -0.72), (0.7, -0.92), (1.04, -0.4), (0.98, 0.3), (0.74, 0.72), (0.76, 0.1), (0.56, -0.38)]

# The lower edge of the fringe from right to left; tips (below) and gaps (above) in turn.
EDGES = {
    "straight": [(0.56, -0.06), (0.4, -0.13), (0.34, -0.2), (0.16, -0.11), (0.1, -0.19), (-0.1, -0.11), (-0.16, -0.2),
                 (-0.34, -0.12), (-0.42, -0.18), (-0.56, -0.06)],
    "left": [(0.61, 0.14), (0.54, -0.26), (0.4, -0.48), (0.22, -0.18), (0.1, -0.34), (-0.12, -0.03), (-0.22, -0.24),
             (-0.44, 0.08), (-0.5, -0.06), (-0.61, 0.18)],
    "spiky": [(0.62, 0.14), (0.52, -0.22), (0.42, -0.01), (0.28, -0.3), (0.14, 0.0), (0.0, -0.3), (-0.15, 0.02),
              (-0.28, -0.28), (-0.42, 0.0), (-0.52, -0.22), (-0.62, 0.14)],
    "parted": [(0.62, 0.26), (0.54, -0.04), (0.4, -0.24), (0.16, -0.5), (0.0, -0.64), (-0.16, -0.5), (-0.4, -0.24),
               (-0.54, -0.04), (-0.62, 0.26)],
    "curtain": [(0.62, 0.2), (0.53, -0.16), (0.4, -0.01), (0.25, -0.42), (0.1, -0.28), (0.0, -0.01), (-0.1, -0.28),
                (-0.25, -0.42), (-0.4, -0.01), (-0.53, -0.16), (-0.62, 0.2)],
}  # fmt: skip
EDGES["right"] = [(-x, y) for x, y in EDGES["left"]][::-1]
LOCKS = np.array([0.2, 0.44, 0.78, 0.5, 0.42, 0.36])  # how far they hang, in the order of SHAPES

# Its upper edge, over the crown.
TOP = smooth([(-0.65, -0.05), (-0.72, -0.42), (-0.48, -0.8), (0, -0.94), (0.48, -0.8), (0.72, -0.42), (0.65, -0.05)],
             4, closed=False)  # fmt: skip


def back_hair(heads) -> None:
    """Tails and buns, then the mass of hair behind the head, darker than in front."""
    for side in SIDES:
        tail(heads.those("back", "twin_tails"), TWIN_TAIL, side)
    pony_tails = heads.those("back", "pony_tail")
    tail(pony_tails, PONY_TAIL, pony_tails.either_side())
    buns(heads.those("back", "buns"))
    for name, shape in SHAPES.items():
        some = heads.those("back", name)
        longer = 0.08 * some.factors["hair_length"]
        right = corners([*shape[:-2], *((x, y + longer) for x, y in shape[-2:])])
        some.fill(some.at(smooth(mirrored(right), 4), BEHIND), some.hair_dark, some.hair_line)


def tail(heads, shape, side) -> None:
    """side: -1 or 1, or (N,)."""
    longer = 0.08 * heads.factors["hair_length"]
    points = corners([(x * side, y + longer * (k in (3, 4))) for k, (x, y) in enumerate(shape)])
    heads.fill(heads.at(smooth(points, 5), BEHIND), heads.hair, heads.hair_line)
    middle = 0.5 * (points[:, 1:4] + points[:, [6, 6, 5]])
    some = heads[heads.detailed]
    some.line(some.at(smooth(middle[heads.detailed], 4, closed=False), BEHIND), 0.024, some.hair_dark)


def buns(heads) -> None:
    for side in SIDES:
        heads.fill(heads.at(oval(0.52 * side, -0.74, 0.27, 0.27), -0.1), heads.hair, heads.hair_line)
        heads.line(heads.at(arc(0.3, 2.4, 8, 0.14) + (0.52 * side, -0.74), -0.1), 0.03, heads.hair_dark)


def fringe(heads) -> None:
    """The hair before the forehead with its shadow, the locks at the temples, strands and shine."""
    for name, shape in EDGES.items():
        some = heads.those("fringe", name)
        lower = 0.05 * some.factors["fringe_length"]
        edge = corners([shape[0], *((x, y + lower) for x, y in shape[1:-1]), shape[-1]])
        shadow = _behind(len(some), [(-0.48, -0.3), (0.48, -0.3)], edge * (0.92, 1) + (0, 0.075))
        some.fill(some.on_ball(shadow), mixed(some.skin, some.skin_dark, 0.75))
        some.fill(on_hair(some, _behind(len(some), TOP, edge)), some.hair, some.hair_line)
    for side in SIDES:
        lock(heads, side)
    strands(heads[heads.detailed])
    shine(heads[heads.detailed])


def _behind(n: int, points, others: np.ndarray) -> np.ndarray:
    """The same points (P, 2) for all, then points (N, Q, 2) of each."""
    return np.concatenate([np.broadcast_to(points, (n, len(points), 2)), others], 1)


def on_hair(heads, points) -> np.ndarray:
    """Points on the flattened ball that the hair of the crown forms."""
    points = np.asarray(points, float)
    square = (points[..., 0] / 0.74) ** 2, ((points[..., 1] + 0.1) / 0.86) ** 2
    return heads.at(points, 0.62 * np.sqrt(np.maximum(1 - square[0] - square[1], 0.0)))


def lock(heads, side: int) -> None:
    """The strand that hangs before an ear."""
    length = LOCKS[heads.factors["back"]] + 0.09 * heads.factors["hair_length"]
    points = [(0.7, -0.3), (0.73, 0.0), (0.68, 0.7 * length), (0.57, length), (0.56, 0.5 * length), (0.54, -0.12),
              (0.5, -0.3)]  # fmt: skip
    hanging = heads.at(smooth(corners(points) * (side, 1), 4, closed=False), 0.12)
    heads.fill(hanging, heads.hair)
    heads.line(hanging[:, 4:-3], 0.032, heads.hair_line)  # it grows out of the fringe: no line across its root


def strands(heads) -> None:
    parted = heads.have("fringe", "parted")
    some = heads[parted]
    some.line(on_hair(some, [(0.0, -0.64), (0.0, CROWN + 0.04)]), 0.026, some.hair_dark)
    some = heads[~parted]
    for x in (-0.42, -0.2, 0.2, 0.42):
        some.line(on_hair(some, [(0.7 * x, -0.46), (x, -0.26 - 0.1 * abs(x))]), 0.026, some.hair_dark)


def shine(heads) -> None:
    """A jagged band of light over the crown, towards the light."""
    t = np.linspace(-1, 1, 13)
    x = 0.12 * heads.factors["light"][:, None] + 0.44 * t
    upper, lower = -0.66 + 0.13 * t**2, -0.57 + 0.13 * t**2 + 0.03 * (-1.0) ** np.arange(13)
    upper, lower = (np.stack(np.broadcast_arrays(x, y), -1) for y in (upper, lower))
    band = np.concatenate([upper, lower[:, ::-1]], 1)
    heads.fill(on_hair(heads, band), mixed(heads.hair, (255, 255, 255), 0.45))


def strand_on_top(heads) -> None:
    """One strand that will not lie down."""
    heads = heads.those("strand", "yes")
    side = heads.either_side()
    points = [(0, -0.88), (0.07, -1.05), (0.26, -1.09), (0.17, -0.99), (0.1, -0.86)]
    outline = smooth(corners([(x * side, y) for x, y in points]), 4)
    heads.fill(heads.at(outline, 0.1), heads.hair, heads.hair_line, 0.024)
