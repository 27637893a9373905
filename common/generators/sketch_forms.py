"""Six kinds of things that homework 10 does not draw: beds, clocks, apples, televisions, dolphins and spiders.

Each form is a function of a pen and of chance, as in `objects`: it says which shapes lie where, from the back to the
front. How a shape looks, filled and lit or as a wobbling stroke, is the pen's affair.
"""

import numpy as np

from common.generators.drawing import Pen, arc, blob, hsv, mirrored, mix, shade, smooth
from common.generators.objects import WHITE, dark, eye, fur, paint

# --- made by people ---------------------------------------------------------------------------------------------------


def box(pen: Pen, left: float, top: float, right: float, bottom: float, color) -> None:
    pen.polygon([[left, top], [right, top], [right, bottom], [left, bottom]], color)


def bed_from_side(pen: Pen, rng) -> None:
    """A high headboard at the left, a low footboard, legs, a mattress, a pillow under the headboard."""
    wood, sheet, cover = fur(rng), mix(paint(rng), WHITE, 0.75), paint(rng)
    head, foot = rng.uniform(-0.75, -0.45), rng.uniform(-0.25, 0.1)
    box(pen, -0.98, head, -0.84, 0.78, wood)
    box(pen, 0.84, foot, 0.98, 0.78, wood)
    box(pen, -0.84, 0.28, 0.84, 0.5, shade(wood, 0.85))
    box(pen, -0.84, -0.02, 0.84, 0.28, sheet)
    box(pen, rng.uniform(-0.4, -0.1), -0.08, 0.84, 0.36, cover)
    pen.ellipse(-0.6, -0.1, 0.25, 0.13, mix(sheet, WHITE, 0.6))


def bed_from_foot(pen: Pen, rng) -> None:
    """Seen from its foot: the headboard behind, two pillows, a cover that widens towards us."""
    wood, sheet, cover = fur(rng), mix(paint(rng), WHITE, 0.75), paint(rng)
    top = rng.uniform(-0.85, -0.65)
    pen.polygon(smooth([[-0.68, 0.0], [-0.7, top + 0.15], [0, top], [0.7, top + 0.15], [0.68, 0.0]], 3), wood)
    pen.polygon([[-0.62, -0.25], [0.62, -0.25], [0.92, 0.5], [-0.92, 0.5]], sheet)
    for side in (-1, 1):
        pen.ellipse(0.31 * side, -0.24, 0.26, 0.14, mix(sheet, WHITE, 0.7))
    pen.polygon([[-0.7, -0.03], [0.7, -0.03], [0.92, 0.5], [-0.92, 0.5]], cover)
    box(pen, -0.95, 0.46, 0.95, 0.72, shade(wood, 0.9))
    for side in (-1, 1):
        pen.line([[0.85 * side, 0.7], [0.85 * side, 0.95]], 0.13, shade(wood, 0.7))


def bed_in_corner(pen: Pen, rng) -> None:
    """In parallel perspective, as children draw a box: the long side, the top, the headboard at the left."""
    wood, sheet, cover = fur(rng), mix(paint(rng), WHITE, 0.75), paint(rng)
    slant, deep = rng.uniform(0.25, 0.4), rng.uniform(0.3, 0.45)
    y = 0.05
    pen.polygon([[-0.95, -0.55], [-0.95 + slant, -0.55 - deep], [-0.95 + slant, 0.3], [-0.95, 0.6]], wood)
    top = np.array([[-0.9, y], [-0.9 + slant, y - deep], [0.62 + slant, y - deep], [0.62, y]])
    pen.polygon(top, sheet)
    pen.polygon([[-0.3, y], [-0.3 + slant, y - deep], [0.62 + slant, y - deep], [0.62, y]], cover)
    pen.polygon([[-0.9, y], [0.62, y], [0.62, 0.5], [-0.9, 0.5]], shade(cover, 0.8))
    pen.polygon([[0.62, y], [0.62 + slant, y - deep], [0.62 + slant, 0.5 - deep], [0.62, 0.5]], shade(wood, 0.75))
    pen.ellipse(-0.68 + slant / 2, y - deep / 2 - 0.05, 0.2, 0.15, mix(sheet, WHITE, 0.7), -0.4)
    for x in (-0.86, 0.56):
        pen.line([[x, 0.5], [x, 0.8]], 0.12, shade(wood, 0.7))


def dial(pen: Pen, rng, x: float, y: float, size: float) -> None:
    """A clock's face: twelve marks and two hands that tell some time."""
    face, ink = mix(paint(rng), WHITE, rng.uniform(0.5, 1)), dark(rng)
    if rng.random() < 0.2:
        face, ink = ink, face
    pen.ellipse(x, y, size, size, face)
    for k in range(0, 12, 3 if rng.random() < 0.5 else 1):
        out = np.array([np.cos(k * np.pi / 6), np.sin(k * np.pi / 6)]) * size
        pen.line([[x, y] + 0.78 * out, [x, y] + 0.92 * out], 0.09 * size, ink)
    hour = rng.uniform(0, 2 * np.pi)
    for angle, length, width in ((hour, 0.45, 0.14), (12 * hour, 0.7, 0.1)):
        pen.line([[x, y], [x + length * size * np.sin(angle), y - length * size * np.cos(angle)]], width * size, ink)


def wall_clock(pen: Pen, rng) -> None:
    """A round rim with a face in it."""
    pen.ellipse(0, 0, 0.92, 0.92, paint(rng))
    dial(pen, rng, 0, 0, rng.uniform(0.7, 0.82))


def alarm_clock(pen: Pen, rng) -> None:
    """Two bells on top, two feet below."""
    body, bell = paint(rng), paint(rng)
    for side in (-1, 1):
        pen.line([[0.35 * side, 0.6], [0.58 * side, 0.95]], 0.13, shade(body, 0.7))
        pen.ellipse(0.44 * side, -0.68, 0.31, 0.21, bell, 0.6 * side)
    pen.line([[0, -0.7], [0, -0.93]], 0.1, shade(bell, 0.7))
    pen.ellipse(0, 0.08, 0.75, 0.75, body)
    dial(pen, rng, 0, 0.08, 0.6)


def mantel_clock(pen: Pen, rng) -> None:
    """A face in a wooden case: a gable, or an arch, above a foot; sometimes a pendulum."""
    wood = fur(rng)
    if rng.random() < 0.5:
        pen.polygon([[-0.62, -0.4], [0, -0.98], [0.62, -0.4], [0.62, 0.8], [-0.62, 0.8]], wood)
    else:
        arch = arc(np.pi, 2 * np.pi, 9, 0.62) - np.array([0, 0.3])
        pen.polygon([*arch, [0.62, 0.8], [-0.62, 0.8]], wood)
    box(pen, -0.78, 0.74, 0.78, 0.95, shade(wood, 0.75))
    dial(pen, rng, 0, -0.2, 0.48)
    if rng.random() < 0.6:
        x = rng.uniform(-0.2, 0.2)
        pen.line([[0, 0.3], [x, 0.52]], 0.05, dark(rng))
        pen.ellipse(x, 0.56, 0.12, 0.12, (220, 190, 90))


def screen(pen: Pen, rng, left: float, top: float, right: float, bottom: float) -> None:
    """Off, or showing something."""
    if rng.random() < 0.5:
        box(pen, left, top, right, bottom, dark(rng))
        pen.line([[left + 0.12, bottom - 0.3], [left + 0.4, top + 0.15]], 0.06, hsv(0.6, 0.1, 0.6))
        return
    box(pen, left, top, right, bottom, hsv(rng.random(), rng.uniform(0.1, 0.7), rng.uniform(0.6, 1)))
    across, down = right - left, bottom - top
    pen.ellipse(left + across * rng.uniform(0.3, 0.7), top + 0.4 * down, 0.2 * across, 0.25 * down, paint(rng))
    box(pen, left, bottom - 0.25 * down, right, bottom, paint(rng))


def flat_television(pen: Pen, rng) -> None:
    """A wide thin frame on a foot."""
    frame, high = dark(rng) if rng.random() < 0.7 else paint(rng), rng.uniform(0.5, 0.62)
    pen.line([[0, high - 0.1], [0, high + 0.2]], 0.16, shade(frame, 0.8))
    box(pen, -0.45, high + 0.16, 0.45, high + 0.27, frame)
    box(pen, -0.98, -0.62, 0.98, high, frame)
    screen(pen, rng, -0.88, -0.53, 0.88, high - 0.1)


def old_television(pen: Pen, rng) -> None:
    """A box with knobs beside the screen, a forked antenna, short legs."""
    case = paint(rng) if rng.random() < 0.5 else fur(rng)
    for side in (-1, 1):
        pen.line([[0, -0.42], [rng.uniform(0.25, 0.5) * side, -0.98]], 0.05, dark(rng))
        pen.line([[0.5 * side, 0.75], [0.62 * side, 0.97]], 0.11, shade(case, 0.6))
    box(pen, -0.92, -0.45, 0.92, 0.78, case)
    screen(pen, rng, -0.8, -0.33, 0.42, 0.66)
    for y in (-0.15, 0.15):
        pen.ellipse(0.67, y, 0.12, 0.12, mix(case, WHITE, 0.6))
    for y in (0.42, 0.56):
        pen.line([[0.54, y], [0.8, y]], 0.05, shade(case, 0.5))


def portable_television(pen: Pen, rng) -> None:
    """Nearly square, a round-cornered screen, buttons below it, one antenna."""
    case = paint(rng)
    pen.line([[0.3, -0.5], [0.75, -0.98]], 0.05, dark(rng))
    pen.polygon(smooth([[-0.8, -0.55], [0.8, -0.55], [0.84, 0.85], [-0.84, 0.85]], 3), shade(case, 0.8))
    box(pen, -0.8, -0.55, 0.8, 0.85, case)
    color = dark(rng) if rng.random() < 0.5 else hsv(rng.random(), rng.uniform(0.1, 0.6), rng.uniform(0.6, 1))
    pen.polygon(smooth([[-0.62, -0.38], [0, -0.43], [0.62, -0.38], [0.66, 0.05], [0.62, 0.42], [0, 0.47], [-0.62, 0.42],
                        [-0.66, 0.05]], 3), color)  # fmt: skip
    for x in (-0.5, -0.25, 0.4):
        pen.ellipse(x, 0.66, 0.09, 0.09, dark(rng))


# --- grown and alive --------------------------------------------------------------------------------------------------


def apple_skin(rng):
    """Red, green, yellow; and, so that colour alone does not tell, now and then any colour."""
    if rng.random() < 0.3:
        return paint(rng)
    return hsv((0.0, 0.97, 0.28, 0.15)[rng.integers(4)], rng.uniform(0.55, 0.9), rng.uniform(0.6, 0.95))


def apple_outline(rng) -> np.ndarray:
    """Two shoulders and a dent between them, narrower below; (N, 2)."""
    narrow = rng.uniform(0.3, 0.45)
    half = [[0.0, -0.5], [0.35, -0.66], [0.75, -0.5], [0.85, -0.02], [0.68, 0.52], [narrow, 0.82], [0.0, 0.74]]
    return smooth(mirrored(half)[:-1], 3)


def stem_and_leaf(pen: Pen, rng) -> None:
    lean = rng.uniform(-0.2, 0.2)
    pen.line([[0, -0.45], [0.3 * lean, -0.72], [lean, -0.95]], 0.09, hsv(0.08, 0.6, 0.35))
    if rng.random() < 0.75:
        leaf = smooth([[0.3 * lean, -0.72], [0.3, -0.98], [0.62, -0.9], [0.35, -0.7]], 3)
        pen.polygon(leaf, hsv(rng.uniform(0.22, 0.36), rng.uniform(0.5, 0.8), rng.uniform(0.35, 0.7)))


def whole_apple(pen: Pen, rng) -> None:
    skin = apple_skin(rng)
    pen.polygon(apple_outline(rng), skin)
    if rng.random() < 0.6:
        pen.line([[-0.58, -0.3], [-0.66, -0.02], [-0.58, 0.2]], 0.09, mix(skin, WHITE, 0.6))
    stem_and_leaf(pen, rng)


def bitten_apple(pen: Pen, rng) -> None:
    """Someone has begun at the right."""
    skin = apple_skin(rng)
    outline = apple_outline(rng)
    y, size = rng.uniform(-0.15, 0.15), rng.uniform(0.26, 0.36)
    away = outline - (0.95, y)
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    bitten = np.where(distance < size, (0.95, y) + away * size / distance, outline)
    pen.polygon(bitten, skin)
    bite = np.array([0.95, y]) + arc(0.6 * np.pi, 1.4 * np.pi, 7, size)
    pen.polygon([*bite, *(bite[::-1] - (0.14, 0))], hsv(0.13, 0.25, 0.95))
    stem_and_leaf(pen, rng)


def halved_apple(pen: Pen, rng) -> None:
    """Cut through the middle: a pale heart, a core, seeds."""
    skin, outline = apple_skin(rng), apple_outline(rng)
    pen.polygon(outline, skin)
    pen.polygon(0.86 * outline + (0, 0.02), hsv(0.13, rng.uniform(0.1, 0.3), 0.96))
    pen.polygon(smooth([[0, -0.3], [0.26, 0.05], [0, 0.4], [-0.26, 0.05]], 3), hsv(0.12, 0.35, 0.85))
    for side in (-1, 1):
        pen.ellipse(0.1 * side, 0.06, 0.055, 0.11, hsv(0.06, 0.7, 0.25))
    stem_and_leaf(pen, rng)


def dolphin_skin(rng):
    """Grey and blue, or as fur is: other animals are not to be told apart by colour either."""
    return (
        fur(rng) if rng.random() < 0.5 else hsv(rng.uniform(0.53, 0.65), rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.8))
    )


def dolphin_along(pen: Pen, rng, bend: float) -> None:
    """A spindle, its middle higher than its ends by `bend`; beak to the right, fluke to the left, a fin on its back."""
    skin = dolphin_skin(rng)

    def bent(points):
        points = np.asarray(points, float)
        return points + np.stack([np.zeros(len(points)), bend * (points[:, 0] ** 2 - 0.35)], 1)

    pen.polygon(bent(smooth([[-0.72, 0.0], [-1.08, -0.3], [-0.93, -0.02], [-1.08, 0.28]], 3)), shade(skin, 0.85))
    pen.polygon(bent([[-0.15, -0.22], [-0.28, -0.62], [0.22, -0.26]]), shade(skin, 0.8))
    back = [[-0.82, 0.0], [-0.45, -0.16], [0.0, -0.3], [0.42, -0.28], [0.68, -0.12], [1.02, 0.0]]
    belly = [[0.98, 0.09], [0.66, 0.13], [0.3, 0.27], [-0.1, 0.26], [-0.5, 0.12]]
    pen.polygon(bent(smooth(back + belly, 3)), skin)
    pen.polygon(
        bent(smooth([[0.68, 0.09], [0.3, 0.25], [-0.1, 0.24], [-0.4, 0.12], [0.2, 0.1]], 3)), mix(skin, WHITE, 0.6)
    )
    pen.polygon(bent([[0.22, 0.14], [0.38, 0.16], [0.08, 0.55]]), shade(skin, 0.75))
    eye(pen, 0.58, bent([[0.58, -0.08]])[0, 1], 0.045)


def leaping_dolphin(pen: Pen, rng) -> None:
    dolphin_along(pen, rng, rng.uniform(0.35, 0.7))


def swimming_dolphin(pen: Pen, rng) -> None:
    dolphin_along(pen, rng, rng.uniform(-0.15, 0.25))


def standing_dolphin(pen: Pen, rng) -> None:
    """Upright out of the water, a spray of waves around it."""
    skin = dolphin_skin(rng)
    pen.polygon([[-0.2, -0.1], [-0.62, 0.22], [-0.22, 0.3]], shade(skin, 0.8))
    outline = [[-0.3, 0.85], [-0.32, 0.1], [-0.2, -0.45], [0.1, -0.68], [0.62, -0.78], [0.6, -0.64], [0.32, -0.5],
               [0.32, 0.0], [0.28, 0.85]]  # fmt: skip
    pen.polygon(smooth(outline, 3), skin)
    pen.polygon(smooth([[0.27, -0.35], [0.3, 0.1], [0.26, 0.8], [0.02, 0.8], [0.05, 0.0]], 3), mix(skin, WHITE, 0.6))
    pen.polygon([[0.2, -0.05], [0.62, 0.3], [0.18, 0.2]], shade(skin, 0.75))
    eye(pen, 0.14, -0.48, 0.05)
    water = hsv(rng.uniform(0.5, 0.62), rng.uniform(0.3, 0.6), rng.uniform(0.5, 0.9))
    x = np.linspace(-0.95, 0.95, 12)
    crest = np.stack([x, 0.72 + 0.07 * np.cos(np.arange(12) * np.pi)], 1)
    pen.polygon([*smooth(crest, 2, closed=False), [0.95, 0.95], [-0.95, 0.95]], water)


def spider_legs(pen: Pen, rng, color, x: float, y: float, knee: float, reach: float, width: float) -> None:
    """Four bent legs on each side, the front ones forward, the hind ones backward."""
    for side in (-1, 1):
        for lean in (-0.75, -0.28, 0.25, 0.75):
            bend = rng.normal(0, 0.06, 2)
            middle = [x + side * (0.52 + bend[0]), y + 0.75 * lean - knee + bend[1]]
            foot = [x + side * (reach + bend[1]), y + 1.25 * lean + 0.12 + bend[0]]
            pen.line([[x, y + 0.2 * lean], middle, foot], width, color)


def spider_from_above(pen: Pen, rng) -> None:
    """A small front, a large hind body, eight legs."""
    coat = fur(rng)
    spider_legs(pen, rng, shade(coat, 0.75), 0, -0.1, 0.1, 0.95, rng.uniform(0.07, 0.11))
    pen.ellipse(0, 0.32, 0.32, rng.uniform(0.36, 0.48), coat)
    pen.ellipse(0, -0.22, 0.24, 0.24, shade(coat, 0.85))
    if rng.random() < 0.5:
        pen.ellipse(0, 0.35, 0.11, 0.18, mix(coat, paint(rng), 0.8))
    for side in (-1, 1):
        pen.ellipse(0.09 * side, -0.34, 0.05, 0.05, (240, 240, 230))


def hanging_spider(pen: Pen, rng) -> None:
    """From the front, on its thread: a ball with eyes."""
    coat = fur(rng)
    pen.line([[0, -1.15], [0, -0.2]], 0.04, (225, 225, 225))
    spider_legs(pen, rng, shade(coat, 0.75), 0, 0.1, 0.3, 0.82, rng.uniform(0.07, 0.11))
    pen.ellipse(0, 0.1, 0.42, 0.4, coat)
    for side in (-1, 1):
        eye(pen, 0.16 * side, 0.02, 0.08, white=True)
    pen.line([[-0.15, 0.28], [0, 0.33], [0.15, 0.28]], 0.05, shade(coat, 0.4))


def round_spider(pen: Pen, rng) -> None:
    """One hairy body, legs that reach straight out."""
    coat = fur(rng)
    for side in (-1, 1):
        for angle in np.array([-0.95, -0.35, 0.25, 0.85]) + rng.normal(0, 0.08, 4):
            out = np.array([side * np.cos(angle), np.sin(angle)])
            pen.line([[0, 0], 0.62 * out - (0, 0.06), 0.98 * out + (0, 0.1)], rng.uniform(0.07, 0.1), shade(coat, 0.75))
    pen.polygon(0.42 * blob(rng, 0.05), coat)
    pen.ellipse(0, -0.34, 0.2, 0.17, shade(coat, 0.85))
    for side in (-1, 1):
        pen.ellipse(0.08 * side, -0.4, 0.05, 0.05, (240, 240, 230))


FORMS = {
    "bed": (bed_from_side, bed_from_foot, bed_in_corner),
    "clock": (wall_clock, alarm_clock, mantel_clock),
    "apple": (whole_apple, bitten_apple, halved_apple),
    "television": (flat_television, old_television, portable_television),
    "dolphin": (leaping_dolphin, swimming_dolphin, standing_dolphin),
    "spider": (spider_from_above, hanging_spider, round_spider),
}
SEEN_FROM_ABOVE = {spider_from_above, round_spider}
