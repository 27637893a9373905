"""Homework 11: all rungs, a control for each, and the cheap answers, trained by the solution notebook's own cells.

    python benchmarks/adaptation_ladder.py [--seeds 2022 1 2] [--data-seed 2022] [--only simple AdaBN ... | all]

It runs the cells that define and set things and leaves out those that draw, so a seed takes a fraction of what `hw
ladder` takes. The accuracy on drawings of a rung is the same to the last digit, because every training begins with
`set_seed`. Every training has equally many steps, unless its name says otherwise.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Callable
from functools import partial

import torch
from cells import defined

from common.homeworks.hw11 import data as hw11

CELLS = ("imports", "reverse", "moons", "tensors", "look", "seen", "net", "batch", "statistics", "consistency",
         "information", "balanced", "noisy", "settings", "losses", "watch", "learn", "taught", "teach",
         "methods")  # fmt: skip


def notebook(seed: int, data_seed: int) -> dict:
    """What the solution's cells define at the boss rung, with edges as `photos`, `drawings` and the rest."""
    splits, reference = hw11.builtin("standard", data_seed)
    known = torch.tensor(reference["label"].to_numpy())
    return defined("hw11", CELLS, seed, "boss", splits=splits, known=known, runs={})


def measures(space: dict) -> dict[str, Callable]:
    """Name -> a function that trains and gives the accuracy on drawings: the rungs, then what lacks something.

    Epochs of what is "as long" were chosen by processor time: of medium or of a student an epoch takes two thirds of
    one of strong, of a student half as wide again as long as one of strong.
    """
    learn, answer, losses, drawings = (space[name] for name in ("learn", "answer", "losses", "drawings"))
    bright, known, methods, noisy = (space[name] for name in ("bright", "known", "METHODS", "noisy"))
    unfooled, consistent = partial(losses, strength=0.0), space["consistent"]
    space["runs"] = _Runs(
        methods,
        student=lambda: space["teach"](space["guesses_of"](runs["strong"])),
        unfooled=lambda: learn(unfooled, seen=bright),
        edges=lambda: learn(unfooled),
    )
    runs = space["runs"]

    def right(found, pictures=drawings, **by):
        return (answer(found["model"], pictures, **by)[1].argmax(dim=1) == known).float().mean().item()

    def harder(model, x, *rest, **options):
        return consistent(model, space["distorted"](x), *rest, **options)

    def growing(*batch, progress):
        return losses(*batch, progress=progress, strength=0.5 * space["rising"](progress))

    def mirrored(name):
        both = sum(answer(runs[name]["model"], pictures)[1] for pictures in (drawings, drawings.flip(3)))
        return (both.argmax(dim=1) == known).float().mean().item()

    def taught_by(teacher, **options):
        return right(space["teach"](space["guesses_of"](runs[teacher]), **options))

    return {
        "simple": lambda: right(runs["simple"], bright[2]),
        "medium": lambda: right(runs["medium"]),
        "strong": lambda: right(runs["strong"]),
        "boss": lambda: right(runs["boss"]),
        **{f"{name}, with mirror images": partial(mirrored, name) for name in ("medium", "strong", "boss")},
        "source only": lambda: right(runs["unfooled"], bright[2], statistics_of=bright[1]),
        "AdaBN": lambda: right(runs["unfooled"], bright[2]),
        "source only, edges": lambda: right(runs["edges"], statistics_of=space["photos_val"]),
        "AdaBN, edges": lambda: right(runs["edges"]),
        "medium, as long as strong": lambda: right(learn(losses, length=24)),
        "medium, twice as long": lambda: right(learn(losses, length=2 * space["epochs"])),
        "medium, as long as boss": lambda: right(learn(losses, length=72)),
        "medium, wider": lambda: right(learn(losses, wider=1.5)),
        "medium, gradient as in strong": lambda: right(learn(growing)),
        "medium, distorted pictures": lambda: right(learn(losses, change=noisy)),
        "consistency, no reversed gradient": lambda: right(learn(partial(consistent, strength=0.0))),
        "information in place of consistency": lambda: right(learn(partial(losses, strength=0.5, information=1.0))),
        "strong and information": lambda: right(learn(partial(consistent, information=1.0))),
        "strong, photographs distorted": lambda: right(learn(harder)),
        "boss, photographs distorted": lambda: right(learn(harder, length=3 * space["epochs"])),
        "strong, as long as one student": lambda: right(learn(consistent, length=26)),
        "strong, wider": lambda: right(learn(consistent, wider=1.5)),
        "one student": lambda: right(runs["student"]),
        "one student, no distortion": lambda: taught_by("strong", change=space["changed"]),
        "two students, the second wider": lambda: taught_by("student", wider=1.5),
    }


class _Runs(dict):
    """What was trained, by name; trained when it is first asked for."""

    def __init__(self, methods: dict, **others: Callable):
        super().__init__()
        self.methods = methods | others

    def __missing__(self, name):
        self[name] = self.methods[name]()
        return self[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2022, 1, 2])
    parser.add_argument("--data-seed", type=int, default=hw11.SEED)
    parser.add_argument(
        "--only", nargs="+", default=["simple", "medium", "strong", "boss"], help="lines to measure, or all"
    )
    arguments = parser.parse_args()
    for seed in arguments.seeds:
        began = time.process_time()
        space = notebook(seed, arguments.data_seed)
        print(f"data {arguments.data_seed}, seed {seed}", flush=True)
        for name, measure in measures(space).items():
            if name in arguments.only or arguments.only == ["all"]:
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    score = measure()
                print(f"    {name:36s}{score:.4f}   {time.process_time() - began:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
