"""What is in a face: its outline, ears, eyes, brows, nose and mouth. Each function draws one onto a head."""

import numpy as np

from common.generators.drawing import circle, hsv, mirrored, mix, shade, smooth

EYES_AT, MOUTH_AT = 0.1, 0.46  # how far below the middle of the head
WHITE, MOUTH_RED, TONGUE = (253, 253, 255), (166, 48, 64), (238, 120, 128)
_T = np.linspace(-1, 1, 9)
_DOWN = 1 - _T**2  # 0 at both ends, 1 in the middle
_BOW = np.stack([_T, _DOWN], 1)
SIDES = (-1, 1)  # the left of the picture, the right


_ROUND = circle(16)


def oval(x: float, y: float, rx: float, ry: float) -> np.ndarray:
    """An ellipse (16, 2) around (x, y)."""
    return _ROUND * (rx, ry) + (x, y)


def bow(width: float, height: float, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """An arc (9, 2) from left to right, its middle `height` below its ends (above, where negative)."""
    return _BOW * (width, height) + (x, y)


SHOULDERS = smooth([(-0.2, 0.76), (0, 0.84), (0.2, 0.76), (0.62, 0.9), (0.95, 1.6), (-0.95, 1.6), (-0.62, 0.9)], 4)
SCARF = smooth([(-0.3, 0.7), (0, 0.8), (0.3, 0.7), (0.36, 0.86), (0, 1.0), (-0.36, 0.86)], 4)


def neck(head) -> None:
    """Neck, shoulders and what is worn on them; they turn less than the head does."""
    cloth = hsv(head.factor["clothes_hue"], 0.5, 0.8)
    line = shade(cloth, 0.5)
    head.fill(head.at([(-0.17, 0.3), (0.17, 0.3), (0.2, 0.9), (-0.2, 0.9)], -0.1), head.skin_dark, head.skin_line)
    head.fill(head.at(SHOULDERS, -0.15), cloth, line)
    if head.clothes == "collar":
        collar = [(-0.24, 0.74), (0, 0.98), (0.24, 0.74), (0.36, 0.86), (0, 1.2), (-0.36, 0.86)]
        head.fill(head.at(collar, -0.1), (250, 250, 250), line, 0.02)
    elif head.clothes == "scarf":
        head.fill(head.at(SCARF, -0.05), mix(cloth, WHITE, 0.5), line)


def ears(head) -> None:
    for side in SIDES:
        head.fill(head.at(oval(0.58 * side, 0.1, 0.1, 0.15), -0.05), head.skin_light, head.skin_line, 0.02)


def face(head) -> None:
    """The outline, from pointed to round, and the shade on the side away from the light."""
    q = head.factor["roundness"]
    right = [(0.05, -0.64), (0.4, -0.52), (0.57, -0.2), (0.58, 0.08), (0.5 + 0.05 * q, 0.33), (0.24 + 0.16 * q, 0.55),
             (0.06, 0.68 - 0.05 * q)]  # fmt: skip
    outline = smooth(mirrored(right), 4)
    depth = 0.1 + 0.28 * np.clip((outline[:, 1] + 0.1) / 0.7, 0, 1)  # the chin lies further in front than the temples
    head.fill(head.at(outline, depth), head.skin_light, head.skin_line)
    light = head.factor["light"]
    far = -np.sign(light) or 1
    edge = outline[(outline[:, 0] * far > 0) & (outline[:, 1] > -0.3)]
    edge = edge[np.argsort(edge[:, 1])] * (0.985, 0.985)
    inner = edge - np.stack([far * (0.05 + 0.15 * abs(light)) * np.sin(np.linspace(0, np.pi, len(edge))) ** 0.7,
                             np.zeros(len(edge))], 1)  # fmt: skip
    shadow = np.concatenate([edge, inner[::-1]])
    depth = 0.1 + 0.28 * np.clip((shadow[:, 1] + 0.1) / 0.7, 0, 1)
    head.fill(head.at(shadow, depth), mix(head.skin_light, head.skin_dark, 0.55))


def blush(head) -> None:
    if head.blush == "yes":
        for side in SIDES:
            cheek = head.on_ball(oval(0.36 * side, 0.36, 0.12, 0.06))
            head.fill(cheek, mix(head.skin_light, (255, 92, 112), 0.45))


def eyes(head) -> None:
    for side in SIDES:
        shut = head.eyes == "happy" or head.eyes == ("wink_left" if side < 0 else "wink_right")
        (shut_eye if shut else open_eye)(head, side)


class Socket:
    """The frame of one eye: u from the nose outwards, v down, the eye itself about from -1 to 1."""

    def __init__(self, head, side: int):
        width, height = 0.165 * head.factor["eye_size"], 0.215 * head.factor["eye_size"]
        self.head, self.middle = head, (side * head.factor["eye_gap"], EYES_AT)
        self.axes = np.array([(side * width, -head.factor["eye_tilt"] * width), (0, height)])

    def __call__(self, points) -> np.ndarray:
        return self.head.on_ball(np.asarray(points, float) @ self.axes + self.middle)

    def oval(self, u: float, v: float, ru: float, rv: float, color) -> None:
        self.head.fill(self(oval(u, v, ru, rv)), color)


def open_eye(head, side: int) -> None:
    """White, iris (dark above, lit below), pupil, highlights, lashes; a sleepy eye has its lid half down."""
    eye, dark = Socket(head, side), shade(head.iris, 0.42)
    glint = 0.3 if head.factor["light"] * side > 0 else -0.3  # u points outwards, so the side matters
    eye.oval(0, 0, 1, 0.98, WHITE)
    eye.oval(-0.08, 0.02, 0.74, 0.95, dark)
    eye.oval(-0.08, 0.24, 0.62, 0.66, head.iris)
    if head.detailed:
        eye.oval(-0.08, 0.55, 0.42, 0.32, mix(head.iris, WHITE, 0.45))
    eye.oval(-0.08, 0.04, 0.3, 0.4, shade(dark, 0.5))
    lid = -1.0
    if head.eyes == "sleepy":
        lid = -0.25
        head.fill(
            eye([(-1.1, -1.1), (1.1, -1.1), (1.08, lid + 0.1), (0, lid - 0.15), (-1.08, lid + 0.1)]), head.skin_light
        )
    eye.oval(-0.08 + glint, lid + 0.55, 0.3, 0.28, WHITE)
    lash = np.concatenate([bow(1.12, -0.72, 0, lid + 0.6), bow(1.0, -0.5, 0, lid + 0.66)[::-1]])
    head.fill(eye(lash), head.ink)
    if head.detailed:
        head.fill(eye([(0.8, lid + 0.35), (1.45, lid + 0.42), (1.0, lid + 0.85)]), head.ink)
        head.pen.line(eye(bow(0.55, 0.1, 0.0, 0.95)), 0.016, mix(head.ink, head.skin_light, 0.3))


def shut_eye(head, side: int) -> None:
    """An eye that smiles: a bow open below."""
    eye = Socket(head, side)
    head.fill(eye(np.concatenate([bow(1.05, -0.75, 0, 0.4), bow(0.95, -0.5, 0, 0.46)[::-1]])), head.ink)


def brows(head) -> None:
    slope = {"calm": 0.0, "angry": -0.07, "sad": 0.07}[head.brows]
    height = EYES_AT - 0.3 * head.factor["eye_size"]
    for side in SIDES:
        x = head.factor["eye_gap"] + 0.14 * _T
        y = height - 0.03 * _DOWN + slope * _T
        head.pen.line(head.on_ball(np.stack([side * x, y], 1)), 0.04, head.hair_line)


def nose(head) -> None:
    if head.detailed:
        head.pen.line(head.on_ball([(0.0, 0.29), (0.025, 0.335)], 0.8), 0.026, head.skin_line)


def mouth(head) -> None:
    """Six of them; every one lies on the ball of the head."""
    ink = mix((150, 50, 60), head.skin_line, 0.3)

    def line(points):
        head.pen.line(head.on_ball(points), 0.04, ink)

    if head.mouth == "smile":
        line(bow(0.17, 0.09, 0, MOUTH_AT - 0.04))
    elif head.mouth == "grin":
        top, bottom = bow(0.19, 0.03, 0, MOUTH_AT - 0.05), bow(0.19, 0.2, 0, MOUTH_AT - 0.05)
        head.fill(head.on_ball(np.concatenate([top, bottom[::-1]])), MOUTH_RED, ink, 0.022)
        if head.detailed:
            head.fill(head.on_ball(oval(0, MOUTH_AT + 0.08, 0.09, 0.04)), TONGUE)
            head.pen.line(head.on_ball(bow(0.13, 0.03, 0, MOUTH_AT - 0.025)), 0.03, WHITE)
    elif head.mouth == "round":
        head.fill(head.on_ball(oval(0, MOUTH_AT + 0.02, 0.065, 0.085)), MOUTH_RED, ink, 0.022)
    elif head.mouth == "cat":
        for side in SIDES:
            line(bow(0.075, 0.05, 0.075 * side, MOUTH_AT - 0.01))
    elif head.mouth == "frown":
        line(bow(0.13, -0.07, 0, MOUTH_AT + 0.05))
    else:
        line([(-0.1, MOUTH_AT + 0.01), (0.1, MOUTH_AT + 0.01)])


def glasses(head) -> None:
    if head.ornament != "glasses":
        return
    frame = hsv(head.factor["ornament_hue"], 0.6, 0.5)
    gap = head.factor["eye_gap"]
    for side in SIDES:
        rim = head.on_ball(oval(side * gap, EYES_AT + 0.03, 0.225, 0.225))
        head.pen.line(np.concatenate([rim, rim[:2]]), 0.036, frame)
        head.pen.line(head.on_ball([(side * (gap + 0.22), EYES_AT), (side * 0.6, EYES_AT - 0.03)]), 0.03, frame)
    head.pen.line(head.on_ball([(-gap + 0.22, EYES_AT), (gap - 0.22, EYES_AT)]), 0.03, frame)
