"""Homework 3: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/food_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Each line's network answers the test pictures in four ways: at one look, at the picture as it is (the rung's own score),
at its enlarged middle (training on crops shows the food as large) or at a changed version, and at eight views, the
first of them as it is; strong's eight views are boss. As many seconds as medium has the network without blocks in 36
epochs, as many as strong the starter's in 160: each line says its seconds. A line takes from half a minute (simple) to
ten (three networks).
"""

import contextlib
import io
import time
from collections.abc import Callable
from functools import partial

import torch
from cells import asked, defined
from torch import nn

from common.homeworks.hw03 import data as hw03

CELLS = (
    *("imports", "resident", "augment", "block", "vote", "net", "make-model", "settings", "step", "train-network"),
    *("predict", "enlarged"),
)


def rung(space: dict, make: Callable | None = None, folds: list | None = None) -> list:
    """The network of a rung, or others in its place, one for each pair of rows to learn from and rows to watch."""
    folds = folds or [(space["train_rows"], space["validation_rows"])]
    make = make or space["make_model"]
    trained = [space["train_network"](make(), *fold) for fold in folds]
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


def residual(space: dict) -> list:
    """Medium's network; all else is the rung's."""
    return rung(space, partial(space["residual_network"], space["first_width"]()))


def headed(space: dict, make: str, flat: bool, epochs: int) -> list:
    """The stages of `plain_network` or `residual_network` with the other's head: flattened or the mean over places."""
    space["epochs"] = epochs
    n_classes = len(space["classes"])

    def network():
        model = space[make](space["first_width"]()).eval()
        channels, height, width = model.stages(torch.zeros(1, 3, space["side"], space["side"])).shape[1:]
        heads = {
            True: [nn.Flatten(), nn.Linear(channels * height * width, 128), nn.ReLU(), nn.Linear(128, n_classes)],
            False: [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, n_classes)],
        }
        model.head = nn.Sequential(*heads[flat])
        return model

    return rung(space, network)


def without_blocks(space: dict, epochs: int, width: int = 3) -> list:
    """The rung's network without its blocks, `width` halves as wide (3: half again), for so many epochs."""
    space["epochs"] = epochs
    return rung(space, partial(space["residual_network"], width * space["first_width"]() // 2, n_blocks=0))


def three(space: dict, epochs: int) -> list:
    """Three networks, each with another third of the labelled pictures held out, so with a third more to learn from."""
    space["epochs"] = epochs
    parts = torch.randperm(len(space["x"])).chunk(3)
    return rung(space, folds=[(torch.cat(parts[:k] + parts[k + 1 :]), parts[k]) for k in range(3)])


LINES = {  # name -> whose cells, how to train; medium and strong train for 27 and 54 epochs
    "simple": ("simple", rung),
    "medium": ("medium", rung),
    "strong": ("strong", rung),
    "unchanged: residual network, starter's settings": ("simple", residual),
    "unchanged: starter's network, 27 epochs": ("medium", partial(plain, epochs=27)),
    "unchanged: starter's network, 100 epochs": ("medium", partial(plain, epochs=100)),
    "unchanged: no blocks, 36 epochs": ("medium", partial(without_blocks, epochs=36)),
    "unchanged: starter's stages, mean over places, 27 epochs": (
        "medium",
        partial(headed, make="plain_network", flat=False, epochs=27),
    ),
    "unchanged: residual network, flat head, 27 epochs": (
        "medium",
        partial(headed, make="residual_network", flat=True, epochs=27),
    ),
    "unchanged: no blocks, 16 wide, 27 epochs": ("medium", partial(without_blocks, epochs=27, width=2)),
    "unchanged: 54 epochs": ("medium", partial(longer, epochs=54)),
    "augmented: 27 epochs": ("strong", partial(longer, epochs=27)),
    "augmented: no blocks, 27 epochs": ("strong", partial(without_blocks, epochs=27)),
    "augmented: starter's network, 27 epochs": ("strong", partial(plain, epochs=27)),
    "augmented: starter's network, 80 epochs": ("strong", partial(plain, epochs=80)),
    "augmented: starter's network, 160 epochs": ("strong", partial(plain, epochs=160)),
    "augmented: starter's network, twice as wide, 27 epochs": ("strong", partial(plain, epochs=27, width=2)),
    "augmented: three networks, 18 epochs": ("strong", partial(three, epochs=18)),
}


@torch.no_grad()
def report(space: dict, networks: list, truth: torch.Tensor, title: str) -> None:
    """Print the accuracy on the test pictures of all ways to look: each network's, and that of their mean."""
    space["set_seed"](space["SEED"])
    x, augment, n_views = space["x_test"], space["augment"], space["VIEWS"]
    ways = {
        "one look, as it is": lambda: [x],
        "one look, enlarged": lambda: [space["enlarged"](x)],
        "one look, changed": lambda: [augment(x)],
        f"{n_views} views": lambda: [x] + [augment(x) for _ in range(n_views - 1)],
    }
    for name, look in ways.items():
        views = look()
        logits = torch.stack([torch.stack([space["logits_of"](one, view) for view in views]) for one in networks])

        def accuracy(logits):  # (views, pictures, classes)
            return (space["mean_probabilities"](logits).argmax(dim=1).cpu() == truth).float().mean().item()

        together = f"   together {accuracy(logits.flatten(0, 1)):.4f}" if len(networks) > 1 else ""
        print(f"{title}{name:20s}" + ", ".join(f"{accuracy(one):.4f}" for one in logits) + together, flush=True)


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
