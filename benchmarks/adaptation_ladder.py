"""Homework 11: all rungs, a control for each, and the cheap answers, trained by the solution notebook's own cells.

    python benchmarks/adaptation_ladder.py [--seeds 1 2 3] [--data-seed 2022] [--controls] [--upper] [--epochs 10]

It runs the cells that define and set things and leaves out those that draw, so a seed takes a fraction of what `hw
ladder` takes. The accuracy on drawings of a rung is the same to the last digit, because every training begins with
`set_seed`. Every training has equally many steps.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Iterator
from functools import partial

import torch

from common.homeworks.hw11 import data as hw11
from common.notebooks import books
from common.submission.card import find_card

CELLS = ("imports", "reverse", "tensors", "look", "seen", "net", "batch", "statistics", "information", "balanced",
         "losses", "watch", "settings", "learn", "noisy", "teach", "methods")  # fmt: skip


def notebook(seed: int, data_seed: int) -> dict:
    """What the solution's cells define at the boss rung, with edges as `photos`, `drawings` and the rest."""
    space = {"PROFILE": "standard", "DEVICE": "cpu", "SEED": seed, "RUNG": "boss", "__name__": "notebook"}
    splits, reference = hw11.builtin("standard", data_seed)
    sources = {cell.id: cell.source for cell in books.read(books.paths(find_card("hw11"))[1]).cells}
    space |= {"splits": splits, "known": torch.tensor(reference["label"].to_numpy()), "runs": {}}
    with contextlib.redirect_stdout(io.StringIO()):
        for name in CELLS:
            exec(sources[name], space)
    return space


def scores(space: dict, controls: bool, upper: bool) -> Iterator[tuple[str, float]]:
    """Names and accuracies on drawings, one after another."""
    learn, answer, losses, drawings = (space[name] for name in ("learn", "answer", "losses", "drawings"))
    bright, known, runs, methods = (space[name] for name in ("bright", "known", "runs", "METHODS"))
    twice = 2 * space["epochs"]

    def right(found, pictures=drawings, **by):
        return (answer(found["model"], pictures, **by)[1].argmax(dim=1) == known).float().mean().item()

    if not upper:
        yield "simple", right(methods["simple"](), bright[2])
        yield "medium", right(methods["medium"]())
    runs["strong"] = methods["strong"]()
    yield "strong", right(runs["strong"])
    yield "boss", right(methods["boss"]())
    if controls:
        unfooled = partial(losses, strength=0.0)
        alone = learn(unfooled, seen=bright)
        yield "source only", right(alone, bright[2], statistics_of=bright[1])
        yield "AdaBN (simple without the reversed gradient)", right(alone, bright[2])
        alone = learn(unfooled)
        yield "source only, edges", right(alone, statistics_of=space["photos_val"])
        yield "AdaBN, edges (medium without the reversed gradient)", right(alone)
        yield "strong without the reversed gradient", right(learn(partial(unfooled, information=1.0)))
        yield "medium, twice as long", right(learn(losses, length=twice))
        guesses = space["guesses_of"](runs["strong"])
        yield "boss without noise", right(space["teach"](guesses, change=space["changed"]))
        teacher = learn(space["informed"], length=twice, change=space["noisy"])
        yield "strong with the noise, twice as long", right(teacher)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--data-seed", type=int, default=hw11.SEED)
    parser.add_argument("--controls", action="store_true")
    parser.add_argument("--upper", action="store_true", help="strong and boss alone (and the controls, if asked for)")
    parser.add_argument("--epochs", type=int, help="instead of the notebook's")
    arguments = parser.parse_args()
    for seed in arguments.seeds:
        began = time.process_time()
        space = notebook(seed, arguments.data_seed)
        space["epochs"] = arguments.epochs or space["epochs"]
        print(f"data {arguments.data_seed}, seed {seed}", flush=True)
        each = scores(space, arguments.controls, arguments.upper)
        while True:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                name, score = next(each, (None, None))
            if name is None:
                break
            print(f"    {name:54s}{score:.4f}   {time.process_time() - began:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
