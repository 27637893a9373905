"""Homework 4: all rungs and a control for each, trained by the solution notebook's own cells.

    python benchmarks/speakers_ladder.py [--seeds 1 2 3] [--data-seed 2022] [--rungs simple boss] [--cheap]
        [--controls [boss]]

It runs the cells that define and set things and leaves out those that draw, so a seed takes a fraction of what `hw
ladder` takes. The test accuracy of a rung is the same to the last digit, because every training begins with `set_seed`.
A control trains for as long as the rung that it belongs to: as many steps, and more of them where its step is cheaper.
"""

import argparse
import contextlib
import io
import time
from functools import partial

import numpy as np
import torch
from cells import defined

from common.homeworks.hw04 import cheap
from common.homeworks.hw04 import data as hw04

CELLS = ("imports", "resident", "crops", "centre", "fours", "attention", "convolution", "statistics", "margin", "block",
         "sandwich", "conformer", "net", "settings", "change", "over", "rate", "learn", "methods")  # fmt: skip
CHEAP = ("nearest_mean", "linear_mean", "discriminant_mean", "discriminant_statistics", "discriminant_movement")


def notebook(seed: int, data_seed: int) -> dict:
    """What the solution's cells define, with the splits of `data_seed` and the test answers as `true`."""
    splits, reference = hw04.builtin("standard", data_seed)
    given = {"speakers": splits.speakers, "groups": splits.groups, "n_mels": hw04.N_MELS}
    space = defined("hw04", CELLS, seed, "boss", splits=splits, **given)
    space["true"] = np.array([splits.speakers.index(name) for name in reference["Category"]])
    return space


def controls(space: dict) -> dict:
    """Name -> a training as long as the rung that the name begins with."""
    learn, net, steps, longer, change = (space[name] for name in ("learn", "Net", "steps", "longer", "change"))
    sandwich = space["sandwich"]
    return {
        "medium: averages of four frames, longer": lambda: learn(partial(net, stacked=False), _more(steps)),
        "strong: medium, longer": lambda: learn(net, _more(steps)),
        "strong: two encoder layers": lambda: learn(partial(net, layers=2), steps),
        "strong: no attention": lambda: learn(partial(net, block=_without_attention(space)), _more(steps)),
        "boss: strong, as long": lambda: learn(sandwich, longer),
        "boss: the Conformer's convolution instead": lambda: learn(partial(net, block=space["ConformerBlock"]), longer),
        "boss: medium with invented recorders, longer": lambda: learn(net, _more(longer), change=change),
        "boss: deviations of 1 instead": lambda: learn(partial(_deviations_of_one(space), **sandwich.keywords), longer),
    }


def _more(steps: int) -> int:
    """What a block without its first half of thinking, or without attention, does in the time of the whole one."""
    return steps * 3 // 2


def _without_attention(space: dict):
    """The sandwich without its filling."""

    class Block(space["Sandwich"]):
        def forward(self, x, inside):
            x = x + 0.5 * self.before(x)
            return self.after(x + 0.5 * self.think(x))

    return Block


def _deviations_of_one(space: dict):
    """The network behind features of which every band has mean 0 and deviation 1 in each utterance."""

    class Net(space["Net"]):
        def frames(self, x, inside):
            x = space["centred"](x, inside)
            variance = x.square().sum(dim=1, keepdim=True) / inside.sum(dim=1)[:, None, None]
            return super().frames(3 * x / variance.sqrt().clamp(min=0.1), inside)

    return Net


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--data-seed", type=int, default=hw04.SEED)
    parser.add_argument("--rungs", nargs="*", default=["simple", "medium", "strong", "boss"])
    parser.add_argument("--controls", nargs="*", metavar="BEGINNING", help="all of them, or those of a rung")
    parser.add_argument("--cheap", action="store_true", help="the answers without a network")
    arguments = parser.parse_args()
    print(f"test accuracy (validation in brackets), data seed {arguments.data_seed}, one thread")
    if arguments.cheap:
        splits, reference = hw04.builtin("standard", arguments.data_seed)
        for name in CHEAP:
            print(f"{name:53s}{(getattr(cheap, name)(splits) == reference['Category']).mean():7.4f}", flush=True)
    for seed in arguments.seeds:
        space = notebook(seed, arguments.data_seed)
        trainings = {name: space["METHODS"][name] for name in arguments.rungs}
        if arguments.controls is not None:
            wanted = tuple(arguments.controls) or ("",)
            trainings |= {name: train for name, train in controls(space).items() if name.startswith(wanted)}
        for name, train in trainings.items():
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                model, history = train()
            with torch.no_grad():
                answers = space["over"](space["test_set"], model).argmax(dim=1).numpy()
            score, seconds = (answers == space["true"]).mean(), time.process_time() - began
            print(
                f"seed {seed}  {name:45s}{score:7.4f} ({max(history['val_accuracy']):.3f}){seconds:6.0f} s", flush=True
            )


if __name__ == "__main__":
    main()
