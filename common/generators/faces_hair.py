"""Hair: what hangs behind the head, the fringe before it, and what stands on top."""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import numpy as np

from common.generators.drawing import arc, mirrored, mix, smooth
from common.generators.faces_features import SIDES, oval

BEHIND = -0.3  # how deep the hair at the back lies
CROWN = -0.92  # how high the hair reaches

# The right half of the hair behind the head, from the crown down; the last points move with `hair_length`.
SHAPES = {
    "short": [(0.05, CROWN), (0.46, -0.8), (0.7, -0.42), (0.71, 0.0), (0.6, 0.26), (0.4, 0.36)],
    "bob": [(0.05, CROWN), (0.48, -0.8), (0.75, -0.42), (0.83, 0.1), (0.78, 0.52), (0.4, 0.54)],
    "long": [(0.05, CROWN), (0.48, -0.8), (0.75, -0.42), (0.84, 0.1), (0.9, 0.75), (0.94, 1.7), (0.4, 1.7)],
}
TIED = [(0.05, CROWN), (0.46, -0.8), (0.7, -0.42), (0.68, -0.02), (0.5, 0.22), (0.3, 0.3)]
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
LOCKS = {
    "short": 0.2,
    "bob": 0.44,
    "long": 0.78,
    "twin_tails": 0.5,
    "pony_tail": 0.42,
    "buns": 0.36,
}  # how far they hang

# Its upper edge, over the crown.
TOP = smooth([(-0.65, -0.05), (-0.72, -0.42), (-0.48, -0.8), (0, -0.94), (0.48, -0.8), (0.72, -0.42), (0.65, -0.05)],
             4, closed=False)  # fmt: skip


def back_hair(head) -> None:
    """Tails and buns, then the mass of hair behind the head, darker than in front."""
    longer = 0.08 * head.factor["hair_length"]
    if head.back == "twin_tails":
        for side in SIDES:
            tail(head, TWIN_TAIL, side, longer)
    elif head.back == "pony_tail":
        tail(head, PONY_TAIL, 1 if head.factor["pattern"] > 0.5 else -1, longer)
    elif head.back == "buns":
        for side in SIDES:
            head.fill(head.at(oval(0.52 * side, -0.74, 0.27, 0.27), -0.1), head.hair, head.hair_line)
            head.pen.line(head.at(arc(0.3, 2.4, 8, 0.14) + (0.52 * side, -0.74), -0.1), 0.03, head.hair_dark)
    right = np.array(SHAPES.get(head.back, TIED))
    right[-2:, 1] += longer
    head.fill(head.at(smooth(mirrored(right), 4), BEHIND), head.hair_dark, head.hair_line)


def tail(head, shape, side: int, longer: float) -> None:
    points = np.array(shape) * (side, 1)
    points[3:5, 1] += longer
    head.fill(head.at(smooth(points, 5), BEHIND), head.hair, head.hair_line)
    if head.detailed:
        middle = 0.5 * (points[1:4] + points[[6, 6, 5]])
        head.pen.line(head.at(smooth(middle, 4, closed=False), BEHIND), 0.024, head.hair_dark)


def fringe(head) -> None:
    """The hair before the forehead with its shadow, the locks at the temples, strands and shine."""
    edge = np.array(EDGES[head.fringe])
    edge[1:-1, 1] += 0.05 * head.factor["fringe_length"]
    outline = on_hair(head, np.concatenate([TOP, edge]))
    shadow = np.concatenate([[(-0.48, -0.3), (0.48, -0.3)], edge * (0.92, 1) + (0, 0.075)])
    head.fill(head.on_ball(shadow), mix(head.skin_light, head.skin_dark, 0.75))
    head.fill(outline, head.hair, head.hair_line)
    for side in SIDES:
        lock(head, side)
    if head.detailed:
        strands(head)
        shine(head)


def on_hair(head, points) -> np.ndarray:
    """Points on the flattened ball that the hair of the crown forms."""
    points = np.asarray(points, float)
    depth = 0.62 * np.sqrt(np.maximum(1 - (points[:, 0] / 0.74) ** 2 - ((points[:, 1] + 0.1) / 0.86) ** 2, 0.0))
    return head.at(points, depth)


def lock(head, side: int) -> None:
    """The strand that hangs before an ear."""
    length = LOCKS[head.back] + 0.09 * head.factor["hair_length"]
    points = [
        (0.7, -0.3),
        (0.73, 0.0),
        (0.68, 0.7 * length),
        (0.57, length),
        (0.56, 0.5 * length),
        (0.54, -0.12),
        (0.5, -0.3),
    ]
    hanging = head.at(smooth(np.array(points) * (side, 1), 4, closed=False), 0.12)
    head.fill(hanging, head.hair)
    head.pen.line(hanging[4:-3], 0.032, head.hair_line)  # it grows out of the fringe: no line across its root


def strands(head) -> None:
    if head.fringe == "parted":
        lines = [[(0.0, -0.64), (0.0, CROWN + 0.04)]]
    else:
        lines = [[(0.7 * x, -0.46), (x, -0.26 - 0.1 * abs(x))] for x in (-0.42, -0.2, 0.2, 0.42)]
    for line in lines:
        head.pen.line(on_hair(head, line), 0.026, head.hair_dark)


def shine(head) -> None:
    """A jagged band of light over the crown, towards the light."""
    t = np.linspace(-1, 1, 13)
    x = 0.12 * head.factor["light"] + 0.44 * t
    upper = np.stack([x, -0.66 + 0.13 * t**2], 1)
    lower = np.stack([x, -0.57 + 0.13 * t**2 + 0.03 * (-1.0) ** np.arange(13)], 1)
    head.fill(on_hair(head, np.concatenate([upper, lower[::-1]])), mix(head.hair, (255, 255, 255), 0.45))


def strand_on_top(head) -> None:
    """One strand that will not lie down."""
    if head.strand == "yes":
        side = 1 if head.factor["pattern"] > 0.5 else -1
        points = [(0, -0.88), (0.07, -1.05), (0.26, -1.09), (0.17, -0.99), (0.1, -0.86)]
        head.fill(head.at(smooth(np.array(points) * (side, 1), 4), 0.1), head.hair, head.hair_line, 0.024)
