"""Homework 9's rungs and what else might explain them, on the test questions of several data seeds.

    python benchmarks/explain_ladder.py [--seeds 2022 731 5077] [--ways boss ...] [--validation]

Runs the solution's functions without its pictures. Nothing is drawn by chance but SmoothGrad's noise. The score is the
judge's: the worse kind of question; in brackets dishes and tags apart. A picture is cut into pieces once for all ways:
the first of them that is asked for has the seconds (of CPU) of the cutting.
"""

import argparse
import time
from collections.abc import Callable
from functools import cache
from itertools import product as product_of

import torch
from cells import defined

from common.homeworks.hw09 import data
from common.homeworks.hw09.judge import by_kind

CELLS = ["imports", "load", "network", "gradient", "soften", "integrated-gradients", "grad-cam", "pieces"]
CELLS += ["smooth-grad", "relevance", "explain"]


def ways(space: dict) -> dict[str, Callable]:
    """The rungs, halves of the boss, and other maps in pieces; each turns (network, x, asked) into maps."""
    slope, path, last, pieces = (space[name] for name in ("slope", "path", "last_layer", "over_pieces"))

    def smoothed(network, x, asked):
        return space["soften"](space["smooth_grad"](network, x, asked, 16, sigma=0.05).abs().amax(dim=1))

    def signed_slope(network, x, asked):
        """Medium without its way: (x - grey) times one gradient, at the picture itself."""
        return space["soften"](((x - 0.5) * space["gradient"](network, x, asked)).sum(dim=1))

    def signed_around(network, x, asked, sigma=0.05):
        """As many gradients as the path takes, at noisy copies of the picture, with their sign."""
        return space["soften"](((x - 0.5) * space["smooth_grad"](network, x, asked, 16, sigma=sigma)).sum(dim=1))

    def unsigned_path(network, x, asked):
        """The way without the sign."""
        grey = torch.full_like(x, 0.5)
        return space["soften"](space["integrated_gradients"](network, x, asked, grey, 16).abs().amax(dim=1))

    def product(*question):
        return last(*question) * slope(*question)

    def moved(network, x, asked, way=last):
        """As many seconds as pieces take: the mean map of 25 copies, moved by up to half of a layer's square."""
        maps = torch.zeros_like(x[:, 0])
        for down, right in product_of(range(-4, 5, 2), repeat=2):
            there = way(network, x.roll((down, right), dims=(2, 3)), asked)
            maps += there.roll((-down, -right), dims=(1, 2))
        return maps

    def in_pieces(way):
        return lambda network, x, asked: pieces(way(network, x, asked), x)

    return space["METHODS"] | {
        "SmoothGrad": smoothed,
        "(x - grey) x gradient, signed": signed_slope,
        "(x - grey) x SmoothGrad, signed": signed_around,
        "(x - grey) x SmoothGrad .2, signed": lambda *question: signed_around(*question, sigma=0.2),
        "path, unsigned": unsigned_path,
        "Grad-CAM x gradient": product,
        "Grad-CAM, 25 moved copies": moved,
        "Grad-CAM x gradient, 25 moved copies": lambda *question: moved(*question, way=product),
        "gradient, in pieces": in_pieces(slope),
        "path, in pieces": in_pieces(path),
        "Grad-CAM, in pieces": in_pieces(last),
        "Grad-CAM x gradient, in pieces": in_pieces(product),
    }


def cut_once(space: dict) -> None:
    """Let the solution's `pieces_of` remember the pictures that it has cut."""
    cut = space["pieces_of"]
    seen = cache(
        lambda bytes_, shape, n: cut(torch.frombuffer(bytearray(bytes_), dtype=torch.float32).reshape(shape), n)
    )
    space["pieces_of"] = lambda picture, n: seen(picture.numpy().tobytes(), picture.shape, n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[data.SEED])
    parser.add_argument("--ways", nargs="+", help="names of some, if not all")
    parser.add_argument("--validation", action="store_true", help="the validation questions instead of the test's")
    options = parser.parse_args()
    torch.set_num_threads(1)
    space = defined("hw09", CELLS, data.SEED, "simple")
    cut_once(space)
    asked = {name: way for name, way in ways(space).items() if name in (options.ways or [name])}
    for seed in options.seeds:
        splits, reference = data.builtin("standard", seed)
        questions = splits.validation if options.validation else splits.test
        if options.validation:
            reference = reference[: len(questions)].assign(map=list(questions.where.astype("float32")))
        print(f"data seed {seed}, {len(questions)} questions", flush=True)
        for name, way in asked.items():
            space["set_seed"](data.SEED)
            began = time.process_time()
            found = by_kind(reference, reference.assign(map=list(space["explain"](questions, way))))
            kinds = ", ".join(f"{kind} {score:.4f}" for kind, score in found.items())
            seconds = time.process_time() - began
            print(f"  {name:42s}{min(found.values()):.4f}  ({kinds})  {seconds:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
