"""Colours of food: each function draws one shade of its kind."""

from common.generators.drawing import hsv

WHITE, BLACK = (255, 253, 248), (24, 20, 20)


def crust(rng):
    return hsv(rng.uniform(0.055, 0.105), rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.85))


def golden(rng):
    return hsv(rng.uniform(0.085, 0.125), rng.uniform(0.6, 0.85), rng.uniform(0.72, 0.97))


def cream(rng):
    return hsv(rng.uniform(0.09, 0.15), rng.uniform(0.08, 0.32), rng.uniform(0.88, 1))


def white(rng):
    return hsv(rng.uniform(0.05, 0.65), rng.uniform(0, 0.06), rng.uniform(0.9, 1))


def yellow(rng):
    return hsv(rng.uniform(0.115, 0.16), rng.uniform(0.55, 0.9), rng.uniform(0.88, 1))


def orange(rng):
    return hsv(rng.uniform(0.045, 0.085), rng.uniform(0.75, 0.95), rng.uniform(0.85, 1))


def red(rng):
    return hsv(rng.uniform(-0.02, 0.03), rng.uniform(0.7, 0.92), rng.uniform(0.6, 0.92))


def pink(rng):
    return hsv(rng.uniform(0.92, 1.02), rng.uniform(0.25, 0.5), rng.uniform(0.88, 1))


def green(rng):
    return hsv(rng.uniform(0.24, 0.38), rng.uniform(0.5, 0.85), rng.uniform(0.4, 0.78))


def chocolate(rng):
    return hsv(rng.uniform(0.03, 0.07), rng.uniform(0.6, 0.8), rng.uniform(0.22, 0.4))


def berry(rng):
    return hsv(rng.uniform(0.62, 0.8), rng.uniform(0.4, 0.75), rng.uniform(0.25, 0.5))


def one_of(rng, *palettes):
    return palettes[rng.integers(len(palettes))](rng)
