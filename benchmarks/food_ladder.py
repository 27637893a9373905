"""Homework 3: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/food_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Each line's networks answer the test pictures in every way that `vote.py` knows: looking once at the picture as it is,
at its enlarged middle, at a changed version, or at all views; at boss one network alone and all three. "100 epochs" and
"80 epochs" are strong's seconds; the other controls train for the epochs of the rung that they are about, which is
another time where the network is another: each line says its seconds. A line takes from half a minute (simple) to seven
(boss).
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


def unchanged(space: dict, epochs: int | None = None) -> list:
    """Without augmentation; all else is the rung's, but for the epochs, if any are given."""
    space["vary"] = None
    return longer(space, epochs or space["epochs"])


def longer(space: dict, epochs: int) -> list:
    """The rung for so many epochs."""
    space["epochs"] = epochs
    return rung(space)


def wider(space: dict) -> list:
    """Medium's network with twice as many channels."""
    return rung(space, partial(space["plain_network"], 2 * space["first_width"]()))


def without_blocks(space: dict) -> list:
    """Strong's network without its blocks, with half again as many channels."""
    return rung(space, partial(space["residual_network"], 3 * space["first_width"]() // 2, n_blocks=0))


LINES = {  # name -> whose cells, how to train; task 1's network takes strong's time for 80 epochs, unchanged for 100
    "simple": ("simple", rung),
    "medium": ("medium", rung),
    "strong": ("strong", rung),
    "boss": ("boss", rung),
    "pictures as they are": ("medium", unchanged),
    "task 1's network, as they are, 100 epochs": ("medium", partial(unchanged, epochs=100)),
    "task 1's network, 80 epochs": ("medium", partial(longer, epochs=80)),
    "task 1's network, twice as wide": ("medium", wider),
    "without blocks": ("strong", without_blocks),
    "residual network, unchanged": ("strong", unchanged),
    "residual network, 54 epochs": ("strong", partial(longer, epochs=54)),
    "one network for three times the epochs": ("strong", partial(longer, epochs=81)),
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
