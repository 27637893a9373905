"""Homework 3: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/food_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Each line's networks answer the test pictures in every way that `vote.py` knows: looking once at the picture as it is,
at its enlarged middle, at a changed version, or at all views; strong's eight views are boss. The controls
train as long as the rung that they are about. A line takes from half a minute (simple) to six (strong).
"""

import contextlib
import io
import time
from collections.abc import Callable
from functools import partial

import torch
from cells import asked, defined
from vote import report

from common.homeworks.hw03 import data as hw03

CELLS = (
    *("imports", "resident", "augment", "block", "vote", "net", "make-model", "settings", "step", "train-network"),
    *("cross-validation", "folds", "predict", "enlarged"),
)


def rung(space: dict, make: Callable | None = None) -> list:
    """The networks of a rung, or others trained in their place."""
    make = make or space["make_model"]
    trained = [space["train_network"](make(), *fold) for fold in space["folds"]]
    space["learnt"] = sum(history["accuracy"][-1] for _, history in trained) / len(trained)
    return [network for network, _ in trained]


def plain(space: dict, epochs: int | None = None) -> list:
    """The starter's network, for so many epochs; all else is the rung's."""
    space["epochs"] = epochs or space["epochs"]
    return rung(space, partial(space["plain_network"], space["first_width"]()))


def wider(space: dict) -> list:
    """The starter's network with twice as many channels."""
    return rung(space, partial(space["plain_network"], 2 * space["first_width"]()))


def without_blocks(space: dict, epochs: int) -> list:
    """No residual blocks, with half again as many channels, for so many epochs."""
    space["epochs"] = epochs
    return rung(space, partial(space["residual_network"], 3 * space["first_width"]() // 2, n_blocks=0))


def longer(space: dict, times: int) -> list:
    """So many times the rung's epochs."""
    space["epochs"] *= times
    return rung(space)


LINES = {  # name -> whose cells, how to train; the epochs given take the rung's time
    "simple": ("simple", rung),
    "medium": ("medium", rung),
    "strong": ("strong", rung),
    "as they are: the starter's network": ("medium", partial(plain, epochs=100)),
    "as they are: no blocks": ("medium", partial(without_blocks, epochs=36)),
    "augmented: the starter's network, 160 epochs": ("strong", partial(plain, epochs=160)),
    "augmented: the starter's network, 27 epochs": ("strong", partial(plain, epochs=27)),
    "augmented: the starter's network, twice as wide": ("strong", wider),
    "augmented: no blocks": ("strong", partial(without_blocks, epochs=72)),
    "as they are: 54 epochs": ("medium", partial(longer, times=2)),
}


def main() -> None:
    options = asked("Rungs and controls of homework 3.", LINES, hw03.SEED)
    torch.set_num_threads(1)
    splits, reference = hw03.builtin(options.profile, options.data_seed)
    truth = torch.tensor(reference["Category"].to_numpy())
    given = {"splits": splits, "classes": splits.classes, "side": splits.test.x.shape[1]}
    for seed in options.seeds:
        for name in options.only:
            whose, train = LINES[name]
            space = defined("hw03", CELLS, seed, whose, **given, PROFILE=options.profile)
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                networks = train(space)
            seconds = time.process_time() - began
            title = f"{name}, {seconds:.0f} s, training pictures {space['learnt']:.3f}: "
            report(space, networks, truth, f"data {options.data_seed}  seed {seed}  {title}")


if __name__ == "__main__":
    main()
