"""Handwritten digits that nobody ever wrote: 8 x 8 grey images of 0 to 9, as scikit-learn's real ones have them.

They stand in where the real ones cannot: an exam of public pictures is answered by looking them up.

What is modelled: a digit is one of a few ways of writing it, each a path or two of the pen (a seven has a bar or none,
a four is open or closed). A writer runs it by hand, with a slant, size, proportions, nib, rounding and unsteadiness of
his own, as in `glyphs.py`, but a practised hand. The digit is cut out, brought to one size, and its ink counted in 8 x
8 blocks, as it was done with the real ones (Alpaydin & Kaynak 1998, "Optical recognition of handwritten digits", UCI).
"""

import numpy as np

from common.generators import glyphs

SIDE = 8  # pixels
# parts of the variety of those who draw glyphs, and how much narrower and with what a nib people write digits: so that
# the ink lies in the same columns as with the real ones, and nearest neighbours and a linear model find these about as
# hard, upright and turned
PRACTISED = {"unsteady": 0.75, "turn": 0.2, "slant": 0.3, "aspect": 1.0}
NARROW, NIB = 0.25, (1.6, 2.6)  # of the logarithm of width to height; half its width in pixels of 28


def digits(seed: int, n: int, *, counted: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """`n` images (n, 8, 8) uint8, ink 0 to 255, and their classes (n,) int64, in random order; all classes alike.

    Not `counted`, they stay as they were drawn, (n, 28, 28), of the size that MNIST's have.
    """
    rng = np.random.default_rng([seed, 140])
    images, classes = [], []
    while sum(map(len, images)) < n:
        chosen = [forms[rng.integers(len(forms))] for forms in FORMS]
        habits = glyphs.habits_of(rng) | {
            "size": rng.uniform(20, 23, glyphs.DRAWERS),
            "nib": rng.uniform(*NIB, glyphs.DRAWERS),
        }
        habits |= {name: part * habits[name] for name, part in PRACTISED.items()}
        habits["aspect"] = habits["aspect"] - NARROW
        drawn = glyphs.written(np.stack([_program(form) for form in chosen]), habits, rng)
        drawn = drawn.reshape(-1, glyphs.SIZE, glyphs.SIZE)
        images.append(np.stack([_counted(one) for one in drawn]) if counted else np.rint(255 * drawn).astype(np.uint8))
        classes.append(np.repeat(np.arange(10), glyphs.DRAWERS))
    order = rng.permutation(sum(map(len, images)))[:n]
    return np.concatenate(images)[order], np.concatenate(classes)[order]


def _counted(drawn: np.ndarray) -> np.ndarray:
    """The ink of a drawing (28, 28), 0 to 1, as it fills 8 x 8 blocks: uint8."""
    top, bottom = _ends(drawn.max(axis=1))
    left, right = _ends(drawn.max(axis=0))
    middle, half = (left + right) / 2, max(bottom - top, right - left) / 2
    rows = _overlap(top if bottom - top >= right - left else (top + bottom) / 2 - half, half)
    return np.rint(np.clip(rows @ drawn @ _overlap(middle - half, half).T, 0, 1) * 255).astype(np.uint8)


def _ends(ink: np.ndarray) -> tuple[int, int]:
    found = np.flatnonzero(ink > 0.3)
    return int(found[0]), int(found[-1]) + 1


def _overlap(start: float, half: float) -> np.ndarray:
    """(8, 28): which part of each pixel lies in each of 8 equal blocks from `start` on, `2 * half` long together."""
    edges = start + 2 * half * np.arange(SIDE + 1) / SIDE
    pixel = np.arange(glyphs.SIZE)
    inside = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.clip(inside, 0, None) / (2 * half / SIDE)


# --- the ways to write them: paths through points, x to the right and y down, in a box about 1 high -------------------


def _arc(x: float, y: float, wide: float, high: float, start: float, stop: float) -> list[tuple[float, float]]:
    """Points of an ellipse about (x, y), from angle to angle in quarters of a turn, clockwise from the right."""
    angles = np.linspace(start, stop, 16) * np.pi / 2
    return [(x + wide * np.cos(a), y + high * np.sin(a)) for a in angles]


_BELLY = _arc(0.3, 0.72, 0.27, 0.28, -1.4, 1.7)  # the lower half of a three or a five
FORMS = (
    ([_arc(0.3, 0.5, 0.3, 0.5, -1.2, 2.8)], [_arc(0.3, 0.5, 0.24, 0.5, 3.2, -0.9)]),
    (
        [[(0.1, 0.2), (0.3, 0), (0.3, 1)]],
        [[(0.3, 0), (0.3, 1)]],
        [[(0.1, 0.2), (0.3, 0), (0.3, 1)], [(0.05, 1), (0.55, 1)]],
    ),
    (
        [[*_arc(0.3, 0.26, 0.27, 0.26, -2.2, 0.5), (0.02, 1), (0.6, 1)]],
        [[*_arc(0.3, 0.28, 0.26, 0.28, -1.9, 0.8), (0.1, 0.95), (0.2, 0.85), (0.6, 0.98)]],
    ),
    ([_arc(0.28, 0.24, 0.25, 0.24, -2.1, 1.1), _BELLY], [[(0.02, 0), (0.55, 0), (0.28, 0.42)], _BELLY]),
    (
        [[(0.35, 0), (0, 0.66), (0.62, 0.66)], [(0.45, 0.35), (0.42, 1)]],
        [[(0.05, 0), (0.02, 0.5), (0.58, 0.5)], [(0.55, 0), (0.52, 1)]],
        [[(0.45, 1), (0.45, 0), (0, 0.68), (0.62, 0.68)]],
    ),
    (
        [[(0.55, 0), (0.1, 0), (0.06, 0.44), *_arc(0.28, 0.7, 0.28, 0.3, -1.5, 1.8)]],
        [[(0.1, 0.02), (0.06, 0.44), *_arc(0.28, 0.7, 0.28, 0.3, -1.5, 1.8)], [(0.1, 0.02), (0.58, 0)]],
    ),
    (
        [[(0.45, 0), (0.12, 0.4), *_arc(0.3, 0.73, 0.27, 0.27, 2.2, -1.9)]],
        [[(0.3, 0), (0.03, 0.7), *_arc(0.3, 0.75, 0.27, 0.25, 2, -2)]],
    ),
    ([[(0.02, 0), (0.6, 0), (0.25, 1)]], [[(0.02, 0.02), (0.6, 0), (0.3, 1)], [(0.18, 0.5), (0.6, 0.48)]]),
    (
        [[*_arc(0.3, 0.25, 0.22, 0.25, 0, -2.8), (0.45, 0.6), *_arc(0.3, 0.75, 0.27, 0.25, 0, 3), (0.5, 0.3)]],
        [_arc(0.3, 0.25, 0.23, 0.25, 1, 5), _arc(0.3, 0.75, 0.28, 0.25, -1, 3)],
    ),
    (
        [[*_arc(0.3, 0.28, 0.26, 0.28, 0, -4), (0.5, 1)]],
        [[*_arc(0.3, 0.28, 0.26, 0.28, -0.2, -4), (0.56, 0.3), (0.5, 0.8), *_arc(0.25, 0.8, 0.25, 0.2, 0, 1.6)]],
    ),
)  # fmt: skip


def _program(paths: list) -> np.ndarray:
    """Paths as strokes (STROKES, POINTS, 2) in a box of side 1, NaN where there is none."""
    program = np.full((glyphs.STROKES, glyphs.POINTS, 2), np.nan)
    strokes = np.stack([glyphs.evenly(np.array(path)) for path in paths])
    points = strokes.reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    program[: len(paths)] = (strokes - (low + high) / 2) / np.max(high - low)
    return program
