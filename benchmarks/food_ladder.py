"""Homework 3: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/food_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Each line's networks answer the test pictures in every way that `vote.py` knows: looking once at the picture as it is,
at its enlarged middle, at a changed version, or at all views; strong's eight views are boss. As many seconds as medium
has the network without blocks in 36 epochs, as many as strong the starter's in 160: each line says its seconds. A line
takes from half a minute (simple) to eight (160 epochs).
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


def longer(space: dict, epochs: int) -> list:
    """The rung for so many epochs."""
    space["epochs"] = epochs
    return rung(space)


def plain(space: dict, epochs: int, width: int = 1) -> list:
    """The starter's network, so many times as wide, for so many epochs; all else is the rung's."""
    space["epochs"] = epochs
    return rung(space, partial(space["plain_network"], width * space["first_width"]()))


def without_blocks(space: dict, epochs: int) -> list:
    """The rung's network without its blocks, with half again as many channels, for so many epochs."""
    space["epochs"] = epochs
    return rung(space, partial(space["residual_network"], 3 * space["first_width"]() // 2, n_blocks=0))


LINES = {  # name -> whose cells, how to train; medium and strong train for 27 and 54 epochs
    "simple": ("simple", rung),
    "medium": ("medium", rung),
    "strong": ("strong", rung),
    "unchanged: starter's network, 27 epochs": ("medium", partial(plain, epochs=27)),
    "unchanged: starter's network, 100 epochs": ("medium", partial(plain, epochs=100)),
    "unchanged: no blocks, 36 epochs": ("medium", partial(without_blocks, epochs=36)),
    "unchanged: 54 epochs": ("medium", partial(longer, epochs=54)),
    "augmented: 27 epochs": ("strong", partial(longer, epochs=27)),
    "augmented: no blocks, 27 epochs": ("strong", partial(without_blocks, epochs=27)),
    "augmented: starter's network, 27 epochs": ("strong", partial(plain, epochs=27)),
    "augmented: starter's network, 80 epochs": ("strong", partial(plain, epochs=80)),
    "augmented: starter's network, 160 epochs": ("strong", partial(plain, epochs=160)),
    "augmented: starter's network, twice as wide, 27 epochs": ("strong", partial(plain, epochs=27, width=2)),
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
