"""Homework 3: what the boss rung's vote is made of: networks, views, and the size at which the food is seen.

    python benchmarks/vote.py [--seed 2022] [--profile standard]

Runs the cells of the solution notebook up to its networks, so at seed 2022 they are those of the committed run. Then
the test pictures are answered by parts of the vote: one network or all, each looking once at the picture as it is, once
at its enlarged middle (training shows the food as large), once at a changed version, or at all views. What one network
gets is the mean of all, each asked alone.
"""

import argparse
from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from cells import defined

from common import data
from common.notebooks import books
from common.submission.card import find_card


def looks(space: dict) -> dict[str, Callable]:
    """Ways to look: name -> function of networks and pictures that returns probabilities."""
    ask, untouched = space["predict"], lambda pictures: pictures
    changes = {"as it is": untouched, "enlarged": space["enlarged"], "changed": space["augment"]}
    ways = {
        f"one look, {name}": lambda networks, pictures, change=change: ask(networks, change(pictures), n_views=1)
        for name, change in changes.items()
    }
    return ways | {
        f"{space['VIEWS']} views": lambda networks, pictures: ask(networks, pictures, n_views=space["VIEWS"])
    }


def report(space: dict, networks: list, truth: torch.Tensor, title: str = "") -> None:
    """Print the accuracy on the test pictures, whose classes are `truth`, of every part of the vote."""

    def accuracy(way, networks):
        return (way(networks, space["x_test"]).argmax(dim=1).cpu() == truth).float().mean().item()

    space["set_seed"](space["SEED"])
    for name, way in looks(space).items():
        alone = [accuracy(way, [network]) for network in networks]
        each = ", ".join(f"{score:.4f}" for score in alone)
        line = f"{title}{name:22s}one network {sum(alone) / len(alone):.4f} ({each})"
        print(line + (f"   all {accuracy(way, networks):.4f}" if len(networks) > 1 else ""), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the vote of homework 3 is made of.")
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--profile", choices=("smoke", "standard"), default="standard")
    options = parser.parse_args()
    torch.set_num_threads(1)
    plt.switch_backend("agg")
    plt.show = lambda: plt.close("all")
    ids = [cell.id for cell in books.read(books.paths(find_card("hw03"))[1]).cells if cell.cell_type == "code"]
    first, last = ids.index("imports"), ids.index("vote-control")
    space = defined("hw03", ids[first : last + 1], options.seed, "boss", PROFILE=options.profile)
    truth = data.reference("hw03", profile=options.profile)["Category"]
    report(space, space["networks"], torch.tensor(truth.to_numpy()))


if __name__ == "__main__":
    main()
