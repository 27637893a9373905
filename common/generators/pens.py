"""Many pictures drawn in step, with one pen for each: a stroke is computed for all of them at once.

A face has sixty strokes of about a dozen points. Taken one by one, NumPy's calls cost several times as much as the
pixels; for a hundred faces together they cost next to nothing.

    images = canvases(100, side=128, colors=hsvs(hues, 0.3, 0.9))     # (100, 3) colours
    pens = Pens(images, *frames(100, 64, x, y, size, angle))          # each of the four a number, or (100,)
    pens.polygon(corners([(0, 0), (1, 0), (width, 1)]), color)        # `width` may be a number, or (100,)
    pens[width > 0.5].line([(0, 0), (1, 1)], 0.03, (0, 0, 0))         # on some of them

Points are (P, 2), the same for all, or (N, P, 2); colours are (3,) or (N, 3), from 0 to 255. Lengths and angles as in
`drawing`.
"""

import numpy as np
from PIL import Image, ImageDraw

from common.generators.drawing import circle

_INK = np.array([1, 1 << 8, 1 << 16])  # Pillow takes a colour as one number: red in the lowest byte
_ROUND = circle(24)


# --- colours and shapes, one for each picture -------------------------------------------------------------------------


def hsvs(hue, saturation, value) -> np.ndarray:
    """Colours (N, 3) by hue, saturation and value, as `hsv`; each a number or (N,)."""
    hue, saturation, value = map(np.ravel, np.broadcast_arrays(hue, saturation, value))
    saturation, value = np.clip(saturation, 0, 1), np.clip(value, 0, 1)
    sixth = hue % 1 * 6.0
    part = sixth - sixth.astype(int)
    low, falling = value * (1 - saturation), value * (1 - saturation * part)
    rising = value * (1 - saturation * (1 - part))
    shares = np.array([value, rising, falling, low])
    order = np.array([(0, 1, 3), (2, 0, 3), (3, 0, 1), (3, 2, 0), (1, 3, 0), (0, 3, 2)])[sixth.astype(int) % 6]
    return 255 * np.take_along_axis(shares.T, order, axis=1)


def mixed(one, other, share: float) -> np.ndarray:
    """Colours (N, 3): `share` 0 gives `one`, 1 gives `other`, each (3,) or (N, 3)."""
    return (1 - share) * np.asarray(one) + share * np.asarray(other)


def corners(points) -> np.ndarray:
    """An outline (P, 2) from pairs of numbers; where some of them are arrays (N,), an outline for each, (N, P, 2)."""
    numbers = [number for point in points for number in point]
    shape = max((np.shape(number) for number in numbers), key=len)
    outline = np.empty((*shape, len(numbers)))
    for k, number in enumerate(numbers):
        outline[..., k] = number
    return outline.reshape(*shape, len(points), 2)


def placed(outline: np.ndarray, x, y, width, height) -> np.ndarray:
    """The outline (P, 2), so much wider and higher, moved to (x, y); numbers or (N,)."""
    return outline * corners([(width, height)]) + corners([(x, y)])


# --- canvases and pens ------------------------------------------------------------------------------------------------


def canvases(n: int, side: int, colors) -> list[Image.Image]:
    """n square pictures, each of one colour."""
    return [Image.new("RGB", (side, side), color) for color in _inks(colors, n)]


def frames(n: int, half: float, x=0.0, y=0.0, size=1.0, angle=0.0) -> tuple[np.ndarray, np.ndarray]:
    """Frames with their middle at (x, y) of pictures 2 * half pixels wide; -1 to 1 if size is 1.

    Returns the unit vectors (N, 2, 2) and origins (N, 1, 2) in pixels.
    """
    cos, sin = size * np.cos(angle) * half, size * np.sin(angle) * half
    unit = corners([(cos, sin), (-sin, cos)])
    origin = corners([(x * half + half, y * half + half)])
    return np.broadcast_to(unit, (n, 2, 2)), np.broadcast_to(origin, (n, 1, 2))


class Pens:
    """A pen on each of N pictures, in a frame of its own."""

    def __init__(self, images: list[Image.Image], unit: np.ndarray, origin: np.ndarray):
        self._draws = np.empty(len(images), object)
        self._draws[:] = [ImageDraw.Draw(image) for image in images]
        self._unit, self._origin = unit, origin

    def __getitem__(self, some: np.ndarray) -> "Pens":
        """The pens of some of the pictures, by a mask (N,)."""
        pens = object.__new__(Pens)
        pens._draws, pens._unit, pens._origin = self._draws[some], self._unit[some], self._origin[some]
        return pens

    def __len__(self) -> int:
        return len(self._draws)

    def polygon(self, points, colors) -> None:
        """Fill the polygons through `points`."""
        self._fill(self._pixels(points), colors)

    def ellipse(self, x, y, rx, ry, colors) -> None:
        self.polygon(placed(_ROUND, x, y, rx, ry), colors)

    def line(self, points, width: float, colors) -> None:
        """Strokes through `points`, with round ends where they are thick."""
        self._stroke(self._pixels(points), width, colors)

    def outlined(self, points, colors, line, width: float) -> None:
        """Polygons with a contour in the colours `line`."""
        pixels = self._pixels(points)
        self._fill(pixels, colors)
        self._stroke(np.concatenate([pixels, pixels[:, :2]], 1), width, line)

    def _pixels(self, points) -> np.ndarray:
        """Points in their frames as (N, P, 2) pixels."""
        points = np.asarray(points, float)
        pixels = np.empty((len(self), *points.shape[-2:]))
        for k in (0, 1):  # one by one: NumPy is slow along an axis of two
            right, down = self._unit[:, 0, k, None], self._unit[:, 1, k, None]
            pixels[..., k] = points[..., 0] * right + points[..., 1] * down + self._origin[..., k]
        return pixels

    def _fill(self, pixels: np.ndarray, colors) -> None:
        for draw, outline, ink in zip(self._draws, _whole(pixels), _inks(colors, len(self)), strict=True):
            _polygon(draw, outline, ink)

    def _stroke(self, pixels: np.ndarray, width: float, colors) -> None:
        (a, b), (c, d) = self._unit.transpose(1, 2, 0)
        thick = np.maximum(1, np.rint(width * np.sqrt(np.abs(a * d - b * c)))).astype(int)
        inks = _inks(colors, len(self))
        for draw, points, thin, ink in zip(self._draws, _whole(pixels), thick.tolist(), inks, strict=True):
            if thin <= 3:
                _line(draw, points, ink, thin)
        for k in np.flatnonzero(thick > 3).tolist():
            draw, points, r = self._draws[k], pixels[k].ravel().tolist(), thick[k] / 2 - 0.5
            draw.line(points, fill=inks[k], width=int(thick[k]), joint="curve")
            for x, y in (points[:2], points[-2:]):
                draw.ellipse((x - r, y - r, x + r, y + r), fill=inks[k])


# --- strokes as Pillow takes them -------------------------------------------------------------------------------------

# Pillow draws between whole pixels, and takes floats from a buffer sooner than from a list. Half a million strokes make
# a set of faces, so these two ask its core, without the checks that stand before it. That core is no public interface:
# where it is another one, the public one is asked.


def _polygon(draw: ImageDraw.ImageDraw, outline: np.ndarray, ink: int) -> None:
    draw.draw.draw_polygon(outline, ink, 1)


def _line(draw: ImageDraw.ImageDraw, points: np.ndarray, ink: int, width: int) -> None:
    draw.draw.draw_lines(points, ink, width)


try:
    for _ask, *_rest in ((_polygon, 0), (_line, 0, 1)):
        _ask(ImageDraw.Draw(Image.new("RGB", (1, 1))), np.zeros((3, 2), np.float32), *_rest)
except (AttributeError, TypeError):
    _polygon, _line = ImageDraw.ImageDraw.polygon, ImageDraw.ImageDraw.line


def _whole(pixels: np.ndarray) -> np.ndarray:
    """Without what stands behind the decimal point, as Pillow takes it."""
    return np.trunc(pixels).astype(np.float32)


def _inks(colors, n: int) -> list[int]:
    inks = np.clip(colors, 0.0, 255.0).astype(int) @ _INK
    return inks.tolist() if inks.ndim else [int(inks)] * n
