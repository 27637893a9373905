"""Drawn pictures that look photographed: a pen, a canvas that knows how high everything lies, light, and a camera.

A picture is drawn flat, from the table upwards, in small filled shapes. Beside its colour every pixel keeps a height,
and whether it belongs to what the picture is of. From the heights `photograph` computes where light falls and shadows
lie (Lambert's law on a height field), then adds what a camera adds: a colour cast, exposure, blur and noise.

    canvas = Canvas(64, light=0.7)
    pen = canvas.pen().part(0.1, 0, size=0.5, angle=0.3)  # a frame of its own, half as large and turned
    pen.raised(20).ball(0, 0, 1, 0.8, hsv(0.08, 0.6, 0.7))
    pen.marked().dots(disc(rng, 30, 0.6), 0.05, 0.03, [(90, 50, 20)], rng)
    image, mask = photograph(canvas, rng)

Colours are (red, green, blue) from 0 to 255. Lengths are in units of the pen's frame, angles in radians, y points down.
"""
# ruff: noqa: RUF005 - a pair added to an array of points moves them

import colorsys
import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

Color = tuple[float, float, float]

OVERSAMPLED = 2  # a canvas has so many times more pixels across than the picture, against jagged edges
HIGHEST = 127  # of the fourth channel's lower seven bits; the eighth says that the pixel is marked
_TURN = 2 * math.pi


class Chance(np.random.Generator):
    """The same numbers as a Generator's, but a single one in a tenth of the time: a picture takes some fifty."""

    def uniform(self, low=0.0, high=1.0, size=None):
        if size is None and not isinstance(low, np.ndarray):
            return low + (high - low) * self.random()
        return super().uniform(low, high, size)


# --- colours and shapes -----------------------------------------------------------------------------------------------


def hsv(hue: float, saturation: float, value: float) -> Color:
    """A colour by hue (goes round at 1), saturation and value (cut to 0 ... 1)."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return 255 * red, 255 * green, 255 * blue


def mix(one: Color, other: Color, share: float) -> Color:
    """`share` 0 gives `one`, 1 gives `other`."""
    keep = 1 - share
    return keep * one[0] + share * other[0], keep * one[1] + share * other[1], keep * one[2] + share * other[2]


def shade(color: Color, factor: float) -> Color:
    """Darker below 1, lighter above."""
    return color[0] * factor, color[1] * factor, color[2] * factor


def circle(n: int) -> np.ndarray:
    """n points on the unit circle, (n, 2)."""
    angles = np.arange(n) * (_TURN / n)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def arc(start: float, end: float, n: int, rx: float = 1.0, ry: float | None = None) -> np.ndarray:
    """n points on an ellipse from one angle to another, (n, 2)."""
    angles = np.linspace(start, end, n)
    return np.stack([rx * np.cos(angles), (rx if ry is None else ry) * np.sin(angles)], 1)


def turned(points, angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    return np.asarray(points) @ np.array([[c, s], [-s, c]])


def smooth(points, per_corner: int = 5, closed: bool = True) -> np.ndarray:
    """A smooth curve through `points`, (P, 2) or many at once, (N, P, 2).

    Catmull & Rom 1974, "A class of local interpolating splines".
    """
    p = np.asarray(points, float)
    return _spline(len(p), per_corner, closed) @ p if p.ndim == 2 else _curve(p, per_corner, closed)


@cache
def _spline(n: int, per_corner: int, closed: bool) -> np.ndarray:
    """What each of n corners counts for in each point: the curve where every corner has a dimension of its own."""
    return _curve(np.eye(n), per_corner, closed)


def _curve(p: np.ndarray, per_corner: int, closed: bool) -> np.ndarray:
    first, last = (p[..., -1:, :], p[..., :2, :]) if closed else (p[..., :1, :], p[..., -1:, :])
    ends = np.concatenate([first, p, last], -2)
    a, b, c, d = ends[..., :-3, :], ends[..., 1:-2, :], ends[..., 2:-1, :], ends[..., 3:, :]
    slope, bend, twist = c - a, 2 * a - 5 * b + 4 * c - d, 3 * b - a - 3 * c + d
    curve = np.empty((*b.shape[:-1], per_corner, b.shape[-1]))
    t = np.linspace(0, 1, per_corner, endpoint=False)
    for k, (t1, t2, t3) in enumerate(zip(t, t**2, t**3, strict=True)):
        curve[..., k, :] = 0.5 * (2 * b + slope * t1 + bend * t2 + twist * t3)
    curve = curve.reshape(*p.shape[:-2], b.shape[-2] * per_corner, p.shape[-1])
    return curve if closed else np.concatenate([curve, p[..., -1:, :]], -2)


def mirrored(points) -> np.ndarray:
    """An outline from its right half, top to bottom, (P, 2) or (N, P, 2): the left half is added."""
    p = np.asarray(points, float)
    return np.concatenate([p, (p * [-1, 1])[..., ::-1, :]], -2)


def blob(rng: np.random.Generator, roughness: float = 0.1, n: int = 24) -> np.ndarray:
    """A circle of radius about 1 with a wavy edge, (n, 2)."""
    angles = np.arange(n) * (_TURN / n)
    size, phase = rng.normal(0, roughness, 4), rng.uniform(0, _TURN, 4)
    waves = np.arange(2, 6)[:, None]
    radius = 1 + (size[:, None] * np.cos(waves * angles + phase[:, None]) / np.sqrt(waves - 1)).sum(0)
    return circle(n) * radius[:, None]


def disc(rng: np.random.Generator, n: int, radius: float = 1.0) -> np.ndarray:
    """n points evenly scattered over a disc, (n, 2)."""
    angles, r = rng.uniform(0, _TURN, n), radius * np.sqrt(rng.random(n))
    return np.stack([r * np.cos(angles), r * np.sin(angles)], 1)


# --- canvas and pen ---------------------------------------------------------------------------------------------------

_ROUND = circle(24)
_SMALL = circle(9)
_SPREAD = 9  # of the heights of dots
FEW = 6  # points: they are sooner reckoned one by one than by NumPy


class Canvas:
    """A square picture in the making. The frame of its pen reaches from -1 to 1 in both directions.

    side: pixels of the finished picture; light: the angle that light comes from, 0 from the right, pi / 2 from below.
    """

    def __init__(self, side: int, light: float = -2.2, color: Color = (200, 200, 200)):
        self.side, self.light = side, light
        self.image = Image.new("RGBX", (side * OVERSAMPLED,) * 2, _ink(color, 0))
        self.draw = ImageDraw.Draw(self.image)

    def pen(self) -> "Pen":
        half = self.side * OVERSAMPLED / 2
        return Pen(self, (half, 0.0, 0.0, half), (half, half))

    def pixels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Colours (S, S, 3), 0 to 1, and heights (S, S), 0 to 127, both float32, and marks (S, S) bool."""
        colors, heights, marks = pixels([self])
        return colors[0], heights[0], marks[0]


def pixels(canvases: list[Canvas]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of many canvases of one size, stacked: (N, S, S, 3), (N, S, S) and (N, S, S)."""
    colors = np.stack([np.asarray(canvas.image.reduce(OVERSAMPLED)) for canvas in canvases])[..., :3]
    fourth = np.stack([np.asarray(canvas.image.getchannel(3)) for canvas in canvases])
    corners = [fourth[:, i::OVERSAMPLED, j::OVERSAMPLED] for i in range(OVERSAMPLED) for j in range(OVERSAMPLED)]
    heights = sum((corner & HIGHEST).astype(np.float32) for corner in corners) / len(corners)
    marks = sum(corner >> 7 for corner in corners) * 2 >= len(corners)
    return colors.astype(np.float32) / 255, heights, marks


class Pen:
    """Fills shapes in a frame of its own, which may be turned, scaled, stretched and mirrored against the canvas."""

    def __init__(self, canvas: Canvas, matrix, origin, height: float = 0.0, mark: bool = False):
        self.canvas, self.matrix, self.origin, self.height, self.mark = canvas, matrix, origin, height, mark
        self._array, self._origin = np.array(matrix).reshape(2, 2), np.array(origin)

    # another pen

    def part(self, x=0.0, y=0.0, size=1.0, angle=0.0, flip=False, stretch=1.0) -> "Pen":
        """A pen whose frame lies in this one: its middle at (x, y), `size` as large, turned by `angle`."""
        a, b, c, d = self.matrix
        cos, sin = math.cos(angle), math.sin(angle)
        wide, high = (-size if flip else size) * stretch, size / stretch
        ex = (wide * cos, wide * sin)  # where the new unit vectors lie in this frame
        ey = (-high * sin, high * cos)
        matrix = (ex[0] * a + ex[1] * c, ex[0] * b + ex[1] * d, ey[0] * a + ey[1] * c, ey[0] * b + ey[1] * d)
        origin = (x * a + y * c + self.origin[0], x * b + y * d + self.origin[1])
        return type(self)(self.canvas, matrix, origin, self.height, self.mark)

    def raised(self, by: float) -> "Pen":
        """The same frame, higher above the table."""
        return type(self)(self.canvas, self.matrix, self.origin, min(self.height + by, HIGHEST), self.mark)

    def marked(self, mark: bool = True) -> "Pen":
        """The same frame, drawing what counts (food), or what does not (the plate)."""
        return type(self)(self.canvas, self.matrix, self.origin, self.height, mark)

    @property
    def scale(self) -> float:
        """Canvas pixels per unit."""
        a, b, c, d = self.matrix
        return math.sqrt(abs(a * d - b * c))

    @property
    def towards_light(self) -> tuple[float, float]:
        """The direction that light comes from, in this frame, of length about 1."""
        a, b, c, d = self.matrix
        x, y = math.cos(self.canvas.light), math.sin(self.canvas.light)
        by = self.scale / (a * d - b * c)
        return (x * d - y * c) * by, (y * a - x * b) * by

    # shapes

    def polygon(self, points, color: Color) -> None:
        """Fill the polygon through `points`, (N, 2)."""
        self._fill(self._pixels(points), color)

    def ellipse(self, x, y, rx, ry, color: Color, angle: float = 0.0) -> None:
        points = _ROUND * (rx, ry)
        self.polygon((turned(points, angle) if angle else points) + (x, y), color)

    def ellipses(self, places, sizes, colors: list[Color], angles) -> None:
        """Many of them: places (N, 2), half axes (N, 2), colours, angles (N,)."""
        cos, sin = np.cos(angles), np.sin(angles)
        points = (_ROUND * sizes[:, None]) @ np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1) + places[:, None]
        pixels = (points @ self._array + self._origin).reshape(len(points), -1).tolist()
        for outline, color in zip(pixels, colors, strict=True):
            self._fill(outline, color)

    def ball(self, x, y, rx, ry, color: Color, angle: float = 0.0, gloss: float = 0.35) -> None:
        """A rounded thing: darker at the edge, lighter towards the light."""
        dx, dy = self.towards_light
        self.ellipse(x, y, rx, ry, shade(color, 0.74), angle)
        self.ellipse(x + 0.09 * rx * dx, y + 0.09 * ry * dy, 0.86 * rx, 0.86 * ry, color, angle)
        light = mix(color, (255, 250, 235), gloss)
        self.ellipse(x + 0.36 * rx * dx, y + 0.36 * ry * dy, 0.36 * rx, 0.36 * ry, light, angle)

    def dots(self, points, rx: float, ry: float, colors: list[Color], rng: np.random.Generator | None = None) -> None:
        """A small ellipse at each of `points` (N, 2), colours in turn, each at a height a little different.

        rng: turns each by an angle of its own.
        """
        n = len(points)
        if n == 0:
            return
        shapes = np.broadcast_to(_SMALL * (rx, ry), (n, len(_SMALL), 2))
        if rng is not None:
            angles = rng.uniform(0, math.pi, n)
            c, s = np.cos(angles), np.sin(angles)
            shapes = shapes @ np.array([[c, s], [-s, c]]).transpose(2, 0, 1)
        pixels = (shapes + np.asarray(points)[:, None]) @ self._array + self._origin
        polygon = self.canvas.draw.polygon
        inks = [_ink(color, self._fourth(_SPREAD * (k % 4) / 3)) for k, color in enumerate(_cycled(colors, 12))]
        for k, outline in enumerate(pixels.reshape(n, -1).tolist()):
            polygon(outline, fill=inks[k % len(inks)])

    def line(self, points, width: float, color: Color) -> None:
        """A stroke with round ends through `points`."""
        pixels = self._pixels(points)
        thick, ink, draw = max(1, round(width * self.scale)), self._ink(color), self.canvas.draw
        draw.line(pixels, fill=ink, width=thick, joint="curve" if thick > 3 else None)
        if thick > 3:
            r = thick / 2 - 0.5
            for x, y in (pixels[:2], pixels[-2:]):
                draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def _fill(self, pixels: list[float], color: Color) -> None:
        self.canvas.draw.polygon(pixels, fill=self._ink(color))

    def _pixels(self, points) -> list[float]:
        """Points (N, 2) as pixels of the canvas, x, y, x, y ..."""
        if isinstance(points, list) and len(points) <= FEW:
            (a, b, c, d), (right, down) = self.matrix, self.origin
            return [to for x, y in points for to in (x * a + y * c + right, x * b + y * d + down)]
        return (np.asarray(points) @ self._array + self._origin).ravel().tolist()

    def rope(self, points, width: float, color: Color) -> None:
        """A rounded stroke: a darker edge, and a lighter ridge towards the light."""
        dx, dy = self.towards_light
        points = np.asarray(points)
        self.line(points, width, shade(color, 0.7))
        self.line(points + (0.08 * width * dx, 0.08 * width * dy), 0.72 * width, color)
        self.line(points + (0.2 * width * dx, 0.2 * width * dy), 0.22 * width, mix(color, (255, 250, 235), 0.3))

    def slab(self, outline, color: Color, edge: Color, thick: float = 0.12, inner: float = 0.9) -> None:
        """A flat thing with a visible rim: `outline` in the colour of its edge, and smaller in its own."""
        outline = np.asarray(outline)
        dx, dy = self.towards_light
        self.polygon(outline - (0.5 * thick * dx, 0.5 * thick * dy), shade(edge, 0.72))
        self.polygon(outline, edge)
        self.polygon(outline.mean(0) + inner * (outline - outline.mean(0)), color)

    def _fourth(self, above: float = 0.0) -> int:
        return min(int(self.height + above), HIGHEST) | (128 if self.mark else 0)

    def _ink(self, color: Color) -> int:
        return _ink(color, self._fourth())


def _ink(color: Color, fourth: int) -> int:
    """Four bytes as one number, which Pillow takes sooner than four: red in the lowest."""
    red, green, blue = map(int, color)
    if not (0 <= red <= 255 and 0 <= green <= 255 and 0 <= blue <= 255):
        red, green, blue = min(max(red, 0), 255), min(max(green, 0), 255), min(max(blue, 0), 255)
    return red | green << 8 | blue << 16 | fourth << 24


def _cycled(colors: list[Color], at_least: int) -> list[Color]:
    return list(colors) * -(-at_least // len(colors))


# --- light and camera -------------------------------------------------------------------------------------------------

# What differs from photograph to photograph: the smallest and the largest value, all in between equally likely.
CAMERA = {
    "relief": (0.15, 0.4),  # how much brighter a slope is that faces the light, and darker one that does not
    "shadow": (0.2, 0.55),  # how dark a shadow is
    "falloff": (0.0, 0.25),  # how much brighter the side is where the light stands
    "warmth": (-0.18, 0.18),  # cast towards yellow or blue (log of red against blue)
    "tint": (-0.06, 0.06),  # cast towards green or magenta
    "exposure": (-0.25, 0.15),  # log of brightness
    "contrast": (-0.2, 0.2),  # log
    "saturation": (-0.4, 0.2),  # log
    "blur": (0.0, 0.6),  # share of a 3 x 3 mean in each pixel
    "noise": (0.0, 0.025),  # standard deviation, where white is 1
}


def photograph(canvas: Canvas, rng: np.random.Generator, camera: dict = CAMERA) -> tuple[np.ndarray, np.ndarray]:
    """What a camera sees of a canvas: the image (S, S, 3) uint8, and what is marked in it (S, S) bool.

    camera: a range for each of CAMERA's names.
    """
    images, marks = photographs([canvas], [rng], camera)
    return images[0], marks[0]


def photographs(canvases: list[Canvas], rngs: list, camera: dict = CAMERA) -> tuple[np.ndarray, np.ndarray]:
    """The same of many canvases of one size, each with chance of its own: (N, S, S, 3) and (N, S, S)."""
    lowest, highest = np.array([camera[name] for name in CAMERA]).T
    values = dict(zip(CAMERA, np.array([rng.uniform(lowest, highest) for rng in rngs]).T, strict=True))
    image, heights, marks = pixels(canvases)
    image *= illumination(heights, np.array([canvas.light for canvas in canvases]), values)[..., None]
    blurred = values["blur"] > 0.2
    sharp = image[blurred]
    image[blurred] += _each(values["blur"][blurred], 3) * (_mean3(sharp) - sharp)
    image = developed(image, values)
    noise = np.empty_like(image)
    for rng, out in zip(rngs, noise, strict=True):
        rng.standard_normal(out=out, dtype=np.float32)
    image += _each(values["noise"], 3) * noise
    return (255 * image.clip(0, 1)).astype(np.uint8), marks


def developed(image: np.ndarray, values: dict) -> np.ndarray:
    """Saturation around grey, contrast around the middle, then a colour cast and exposure, all as one affine map.

    image: (N, S, S, 3); values: (N,) for each of CAMERA's names.
    """
    colorful, contrast = np.exp(values["saturation"])[:, None, None], np.exp(values["contrast"])[:, None]
    warm, tint = values["warmth"], values["tint"]
    cast = np.exp(values["exposure"][:, None] + np.stack([warm / 2, tint, -warm / 2], 1))
    matrix = contrast[..., None] * (colorful * np.eye(3) + (1 - colorful) / 3) * cast[:, None]
    return image @ matrix[:, None].astype(np.float32) + _each(0.5 * (1 - contrast) * cast, 2)


def illumination(heights: np.ndarray, light: np.ndarray, values: dict) -> np.ndarray:
    """How brightly each pixel is lit, (N, S, S): slopes, cast shadows, and the nearness of the lamp.

    heights: (N, S, S); light: (N,) angles; values: (N,) for each of CAMERA's names.
    """
    relief, falloff, darkness = (_each(values[name], 2) for name in ("relief", "falloff", "shadow"))
    x, y = _each(np.cos(light), 2), _each(np.sin(light), 2)
    h = _mean3(heights)
    slope = np.zeros_like(h)  # upwards, away from the light: such a slope faces it
    slope[:, 1:-1] -= y * (h[:, 2:] - h[:, :-2])
    slope[:, :, 1:-1] -= x * (h[:, :, 2:] - h[:, :, :-2])
    shadow = np.zeros_like(h)
    for distance in (1.2, 2.4, 3.6):  # pixels towards the light: does anything stand high enough there?
        there = _moved(heights, distance * np.sin(light), distance * np.cos(light))
        np.maximum(shadow, there - heights - np.float32(5 * distance), out=shadow)
    shadow = _mean3((shadow / 25).clip(0, 1))
    across = np.linspace(-1, 1, h.shape[1], dtype=np.float32)
    lamp = 1 + falloff * (x * across + y * across[:, None])
    return lamp * (1 + relief * np.tanh(slope / 14)) * (1 - darkness * shadow)


def _each(values: np.ndarray, axes: int) -> np.ndarray:
    """One or more numbers for each picture, as float32, with so many axes to spread over its pixels."""
    return values.astype(np.float32).reshape(len(values), *[1] * axes, *values.shape[1:])


def _moved(a: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What lies so many pixels further on, (N,) each, in a (N, S, S); beyond the edge its last pixels are repeated."""
    n, height, width = a.shape
    rows = (np.arange(height) + np.rint(down).astype(int)[:, None]).clip(0, height - 1)
    columns = (np.arange(width) + np.rint(right).astype(int)[:, None]).clip(0, width - 1)
    rows += height * np.arange(n)[:, None]
    return a.ravel().take(width * rows[:, :, None] + columns[:, None])


def _mean3(a: np.ndarray) -> np.ndarray:
    """Each pixel becomes the mean of itself and its eight neighbours; the edge is repeated. a: (N, S, S, ...)."""
    for axis in (1, 2):
        a = a.swapaxes(1, axis)
        total = np.empty_like(a)
        np.add(a[:, :-1], a[:, 1:], out=total[:, 1:])
        np.add(a[:, 0], a[:, 0], out=total[:, 0])
        total[:, :-1] += a[:, 1:]
        total[:, -1] += a[:, -1]
        total *= np.float32(1 / 3)
        a = total.swapaxes(1, axis)
    return a
