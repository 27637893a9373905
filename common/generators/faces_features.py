"""What is in a face: its outline, ears, eyes, brows, nose and mouth. Each function draws one onto many heads."""

import numpy as np

from common.generators.drawing import circle, mirrored, smooth
from common.generators.pens import corners, hsvs, mixed, placed

EYES_AT, MOUTH_AT = 0.1, 0.46  # how far below the middle of the head
WHITE, MOUTH_RED, TONGUE = (253, 253, 255), (166, 48, 64), (238, 120, 128)
_T = np.linspace(-1, 1, 9)
_DOWN = 1 - _T**2  # 0 at both ends, 1 in the middle
_BOW = np.stack([_T, _DOWN], 1)
_ROUND = circle(16)
SIDES = (-1, 1)  # the left of the picture, the right


def oval(x, y, rx, ry) -> np.ndarray:
    """Ellipses (16, 2) around (x, y); (N, 16, 2) where one of the four is an array (N,)."""
    return placed(_ROUND, x, y, rx, ry)


def bow(width: float, height: float, x=0.0, y=0.0) -> np.ndarray:
    """Arcs (9, 2) or (N, 9, 2) from left to right, the middle `height` below the ends (above, where negative)."""
    return placed(_BOW, x, y, width, height)


def between(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """The outlines of what lies between two lines from left to right, (..., P, 2) each."""
    return np.concatenate([upper, lower[..., ::-1, :]], -2)


SHOULDERS = smooth([(-0.2, 0.76), (0, 0.84), (0.2, 0.76), (0.62, 0.9), (0.95, 1.6), (-0.95, 1.6), (-0.62, 0.9)], 4)
COLLAR = [(-0.24, 0.74), (0, 0.98), (0.24, 0.74), (0.36, 0.86), (0, 1.2), (-0.36, 0.86)]
SCARF = smooth([(-0.3, 0.7), (0, 0.8), (0.3, 0.7), (0.36, 0.86), (0, 1.0), (-0.36, 0.86)], 4)


def neck(heads) -> None:
    """Neck, shoulders and what is worn on them; they turn less than the head does."""
    cloth = hsvs(heads.factors["clothes_hue"], 0.5, 0.8)
    throat = [(-0.17, 0.3), (0.17, 0.3), (0.2, 0.9), (-0.2, 0.9)]
    heads.fill(heads.at(throat, -0.1), heads.skin_dark, heads.skin_line)
    heads.fill(heads.at(SHOULDERS, -0.15), cloth, 0.5 * cloth)
    some = heads.have("clothes", "collar")
    heads[some].fill(heads[some].at(COLLAR, -0.1), (250, 250, 250), 0.5 * cloth[some], 0.02)
    some = heads.have("clothes", "scarf")
    heads[some].fill(heads[some].at(SCARF, -0.05), mixed(cloth[some], WHITE, 0.5), 0.5 * cloth[some])


def ears(heads) -> None:
    for side in SIDES:
        heads.fill(heads.at(oval(0.58 * side, 0.1, 0.1, 0.15), -0.05), heads.skin, heads.skin_line, 0.02)


def face(heads) -> None:
    """The outline, from pointed to round, and the shade on the side away from the light."""
    q = heads.factors["roundness"]
    right = [(0.05, -0.64), (0.4, -0.52), (0.57, -0.2), (0.58, 0.08), (0.5 + 0.05 * q, 0.33), (0.24 + 0.16 * q, 0.55),
             (0.06, 0.68 - 0.05 * q)]  # fmt: skip
    outline = smooth(mirrored(corners(right)), 4)
    heads.fill(heads.at(outline, chin(outline)), heads.skin, heads.skin_line)
    far = np.where(heads.factors["light"] > 0, -1, 1)
    edges = (outline[..., 0] * far[:, None] > 0) & (outline[..., 1] > -0.3)
    for edge in np.unique(edges, axis=0):  # outlines with the same points on that side
        some = (edges == edge).all(1)
        cheek_shade(heads[some], outline[some][:, edge], far[some])


def chin(points: np.ndarray) -> np.ndarray:
    """How far in front points (N, P, 2) of a face lie: the chin further than the temples."""
    return 0.1 + 0.28 * np.clip((points[..., 1] + 0.1) / 0.7, 0, 1)


def cheek_shade(heads, edge: np.ndarray, far: np.ndarray) -> None:
    """A crescent inside the edge (N, P, 2) of faces, on the side `far` (N,), -1 or 1."""
    downwards = np.argsort(edge[..., 1], axis=1)[..., None]
    edge = np.take_along_axis(edge, downwards, 1) * 0.985
    width = far * (0.05 + 0.15 * np.abs(heads.factors["light"]))
    inner = edge.copy()
    inner[..., 0] -= width[:, None] * np.sin(np.linspace(0, np.pi, edge.shape[1])) ** 0.7
    shadow = between(edge, inner)
    heads.fill(heads.at(shadow, chin(shadow)), mixed(heads.skin, heads.skin_dark, 0.55))


def blush(heads) -> None:
    heads = heads.those("blush", "yes")
    for side in SIDES:
        heads.fill(heads.on_ball(oval(0.36 * side, 0.36, 0.12, 0.06)), mixed(heads.skin, (255, 92, 112), 0.45))


def eyes(heads) -> None:
    for side in SIDES:
        shut = heads.have("eyes", "happy", "wink_left" if side < 0 else "wink_right")
        shut_eye(heads[shut], side)
        open_eye(heads[~shut], side)


class Socket:
    """The frame of one eye of each head: u from the nose outwards, v down, the eye itself about from -1 to 1."""

    def __init__(self, heads, side: int):
        factors = heads.factors
        width, height = 0.165 * factors["eye_size"], 0.215 * factors["eye_size"]
        self.heads, self.middle = heads, corners([(side * factors["eye_gap"], EYES_AT)])
        self.across, self.down = corners([(side * width, -factors["eye_tilt"] * width)]), corners([(0, height)])

    def __call__(self, points) -> np.ndarray:
        points = np.asarray(points, float)
        return self.heads.on_ball(points[..., :1] * self.across + points[..., 1:] * self.down + self.middle)

    def oval(self, u, v, ru: float, rv: float, color) -> None:
        self.heads.fill(self(oval(u, v, ru, rv)), color)


def open_eye(heads, side: int) -> None:
    """White, iris (dark above, lit below), pupil, highlights, lashes; a sleepy eye has its lid half down."""
    eye, dark = Socket(heads, side), 0.42 * heads.iris
    detailed = heads[heads.detailed]
    eye.oval(0, 0, 1, 0.98, WHITE)
    eye.oval(-0.08, 0.02, 0.74, 0.95, dark)
    eye.oval(-0.08, 0.24, 0.62, 0.66, heads.iris)
    Socket(detailed, side).oval(-0.08, 0.55, 0.42, 0.32, mixed(detailed.iris, WHITE, 0.45))
    eye.oval(-0.08, 0.04, 0.3, 0.4, 0.5 * dark)
    sleepy = heads.those("eyes", "sleepy")
    lowered = Socket(sleepy, side)([(-1.1, -1.1), (1.1, -1.1), (1.08, -0.15), (0, -0.4), (-1.08, -0.15)])
    sleepy.fill(lowered, sleepy.skin)
    lid = np.where(heads.have("eyes", "sleepy"), -0.25, -1.0)
    glint = np.where(heads.factors["light"] * side > 0, 0.3, -0.3)  # u points outwards, so the side matters
    eye.oval(-0.08 + glint, lid + 0.55, 0.3, 0.28, WHITE)
    heads.fill(eye(between(bow(1.12, -0.72, 0, lid + 0.6), bow(1.0, -0.5, 0, lid + 0.66))), heads.ink)
    lashes(detailed, side, lid[heads.detailed])


def lashes(heads, side: int, lid: np.ndarray) -> None:
    """At the outer corner, and below."""
    eye = Socket(heads, side)
    heads.fill(eye(corners([(0.8, lid + 0.35), (1.45, lid + 0.42), (1.0, lid + 0.85)])), heads.ink)
    heads.line(eye(bow(0.55, 0.1, 0.0, 0.95)), 0.016, mixed(heads.ink, heads.skin, 0.3))


def shut_eye(heads, side: int) -> None:
    """An eye that smiles: a bow open below."""
    heads.fill(Socket(heads, side)(between(bow(1.05, -0.75, 0, 0.4), bow(0.95, -0.5, 0, 0.46))), heads.ink)


def brows(heads) -> None:
    slope = np.array([0.0, -0.07, 0.07])[heads.factors["brows"], None]  # calm, angry, sad
    height = EYES_AT - 0.3 * heads.factors["eye_size"][:, None]
    x, y = heads.factors["eye_gap"][:, None] + 0.14 * _T, height - 0.03 * _DOWN + slope * _T
    for side in SIDES:
        heads.line(heads.on_ball(np.stack([side * x, y], -1)), 0.04, heads.hair_line)


def nose(heads) -> None:
    heads = heads[heads.detailed]
    heads.line(heads.on_ball([(0.0, 0.29), (0.025, 0.335)], 0.8), 0.026, heads.skin_line)


def mouth(heads) -> None:
    """Six of them; every one lies on the ball of the head."""
    grin(heads.those("mouth", "grin"))
    some = heads.those("mouth", "round")
    some.fill(some.on_ball(oval(0, MOUTH_AT + 0.02, 0.065, 0.085)), MOUTH_RED, lips(some), 0.022)
    lines = (
        ("smile", bow(0.17, 0.09, 0, MOUTH_AT - 0.04)),
        ("cat", bow(0.075, 0.05, -0.075, MOUTH_AT - 0.01)),
        ("cat", bow(0.075, 0.05, 0.075, MOUTH_AT - 0.01)),
        ("frown", bow(0.13, -0.07, 0, MOUTH_AT + 0.05)),
        ("flat", [(-0.1, MOUTH_AT + 0.01), (0.1, MOUTH_AT + 0.01)]),
    )
    for name, points in lines:
        some = heads.those("mouth", name)
        some.line(some.on_ball(points), 0.04, lips(some))


def lips(heads) -> np.ndarray:
    return mixed((150, 50, 60), heads.skin_line, 0.3)


def grin(heads) -> None:
    upper, lower = bow(0.19, 0.03, 0, MOUTH_AT - 0.05), bow(0.19, 0.2, 0, MOUTH_AT - 0.05)
    heads.fill(heads.on_ball(between(upper, lower)), MOUTH_RED, lips(heads), 0.022)
    heads = heads[heads.detailed]
    heads.fill(heads.on_ball(oval(0, MOUTH_AT + 0.08, 0.09, 0.04)), TONGUE)
    heads.line(heads.on_ball(bow(0.13, 0.03, 0, MOUTH_AT - 0.025)), 0.03, WHITE)


def glasses(heads) -> None:
    heads = heads.those("ornament", "glasses")
    frame = hsvs(heads.factors["ornament_hue"], 0.6, 0.5)
    gap = heads.factors["eye_gap"]
    for side in SIDES:
        rim = heads.on_ball(oval(side * gap, EYES_AT + 0.03, 0.225, 0.225))
        heads.line(np.concatenate([rim, rim[:, :2]], 1), 0.036, frame)
        temple = corners([(side * (gap + 0.22), EYES_AT), (side * 0.6, EYES_AT - 0.03)])
        heads.line(heads.on_ball(temple), 0.03, frame)
    heads.line(heads.on_ball(corners([(-gap + 0.22, EYES_AT), (gap - 0.22, EYES_AT)])), 0.03, frame)
