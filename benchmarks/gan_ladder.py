"""Homework 6, the GAN: all rungs, and a control for each, trained by the solution notebook's own cells.

    python benchmarks/gan_ladder.py [--seeds 2022 1 2] [--data-seed 2022] [--rungs simple boss] [--controls boss]

It runs the cells that define things and leaves out those that draw, so a seed takes a fraction of what `hw ladder`
takes, and the scorer says the same to the last digit: every training begins with `set_seed`. Strong is the beginning
of boss's training, so that is run once and looked at on the way. One thread.
"""

import argparse
import copy
import time
from collections.abc import Callable, Iterator
from itertools import chain, count

import numpy as np
import pandas as pd
import torch
from cells import defined

from common.homeworks.hw06 import data as hw06
from common.homeworks.hw06 import judge, judge_gan
from common.submission.card import RUNGS

CELLS = ("imports", "frechet", "networks", "logistic", "penalty", "zero", "losses", "follow", "method", "helpers",
         "loop")  # fmt: skip


def notebook(seed: int, data_seed: int) -> tuple[dict, pd.DataFrame]:
    """What the solution's cells define, and the scorer's table."""
    splits, reference = hw06.builtin("standard", data_seed)
    pictures = torch.from_numpy(splits.train).permute(0, 3, 1, 2)
    given = {"splits": splits, "side": pictures.shape[3], "train_pictures": pictures}
    return defined("hw06_gan", CELLS, seed, "boss", **given), reference


def score(generator: torch.nn.Module, reference: pd.DataFrame) -> str:
    """What the scorer says of this generator, and in how many of its pictures a face is found."""
    images = judge_gan.draw(generator.eval(), judge_gan.noise(reference["file"]))
    frame = pd.DataFrame({"file": reference["file"], "image": list(judge.small(images))})
    frame.attrs["weights"] = generator.state_dict()
    copies = judge.copied(
        judge.small(images), np.stack(reference["image"].tolist()), np.concatenate(reference["learnt"].tolist())
    )
    return (
        f"{judge_gan.judge(reference, frame):8.4f}   {judge.faces_found(images):.2f} faces found, {copies:.3f} copies"
    )


def rungs(space: dict, names: list[str]) -> Iterator[tuple[str, torch.nn.Module]]:
    """Names and generators, one after another."""
    methods = space["METHODS"]
    for name in names:
        if name in ("simple", "medium"):
            yield name, space["train"](**methods[name])[0]
    yield from on_the_way(space, {name: methods[name] for name in names if name in ("strong", "boss")})


def controls(space: dict) -> dict[str, Callable]:
    """Name -> a function that trains what must not reach the rung named first."""
    simple, strong, boss = (space["METHODS"][name] for name in ("simple", "strong", "boss"))
    slow, r3gan = {"lr": simple["lr"]}, {"losses": space["relativistic"]}

    def trained(method: dict, **changes) -> Callable:
        return lambda: space["train"](**method | changes)[0]

    return {
        "simple: losses of the first GAN": trained(simple, losses=logistic(space)),
        "simple: clipped at 0.01": lambda: clipped(space, 0.01),
        "simple: clipped at 0.1": lambda: clipped(space, 0.1),
        "medium: R3GAN's losses at simple's rate": trained(simple, **r3gan),
        "strong: steps alone": trained(strong, **slow, averaging=None),
        "strong: simple's rate": trained(strong, **slow),
        "strong: the rate falls instead": lambda: falling(space),
        "boss: simple's rate": trained(boss, **slow),
        "boss: residual generator, as many seconds": lambda: residual(space, steps=1500),  # of 91 ms, not of 40
    }


def chosen(space: dict, beginnings: list[str]) -> Iterator[tuple[str, torch.nn.Module]]:
    """Names and generators of the controls whose names begin with one of these words."""
    for name, train in controls(space).items():
        if name.startswith(tuple(beginnings)):
            yield name, train()


def on_the_way(space: dict, methods: dict[str, dict]) -> Iterator[tuple[str, torch.nn.Module]]:
    """What one training has after the steps of each of these methods, which differ in steps alone."""
    assert len({str(method | {"steps": 0}) for method in methods.values()}) <= 1, "different trainings"
    kept = {}

    def follow_and_keep(average, generator, share):
        space["follow"](average, generator, share)
        done = round(16 / share) - 15  # share = 16 / (step + 16), and steps are counted from 0
        for name, method in methods.items():
            if method["steps"] == done:
                kept[name] = copy.deepcopy((average, generator))

    if methods:
        longest = max(methods.values(), key=lambda method: method["steps"])
        space["train"](**longest | {"averaging": follow_and_keep})
    for name, (average, generator) in kept.items():
        yield name, average
        yield f"{name}, not averaged", generator


def falling(space: dict) -> torch.nn.Module:
    """Strong's training with a rate that falls to zero over its second half, and without the average."""
    method, update, updates = space["METHODS"]["strong"], space["update"], count()

    def slower(optimizer, loss):
        share = next(updates) // 2 / method["steps"]  # of the training; each step updates critic and generator
        optimizer.param_groups[0]["lr"] = method["lr"] * min(1, 2 - 2 * share)
        return update(optimizer, loss)

    space["update"] = slower
    made = space["train"](**method | {"averaging": None})[0]
    space["update"] = update
    return made


def residual(space: dict, steps: int) -> torch.nn.Module:
    def make():
        return judge_gan.make_smooth_generator(space["WIDTH"], space["side"] // 8)

    return space["train"](**space["METHODS"]["boss"] | {"make": make, "steps": steps})[0]


def logistic(space: dict) -> tuple:
    return space["logistic_critic"], space["logistic_generator"]


def clipped(space: dict, clip: float) -> torch.nn.Module:
    def critic_loss(critic, real, fake):
        return critic(fake).mean() - critic(real).mean()

    @torch.no_grad()
    def after_critic(critic, _):
        for weight in critic.parameters():
            weight.clamp_(-clip, clip)

    losses = (critic_loss, space["wasserstein_generator"])
    return space["train"](**space["METHODS"]["simple"] | {"losses": losses}, after_critic=after_critic)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2022, 1, 2])
    parser.add_argument("--data-seed", type=int, default=hw06.SEED)
    parser.add_argument("--rungs", nargs="*", choices=RUNGS, default=RUNGS)
    parser.add_argument("--controls", nargs="*", default=[], help="those whose names begin so: medium, or a whole name")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in options.seeds:
        space, reference = notebook(seed, options.data_seed)
        began = time.process_time()
        for name, generator in chain(rungs(space, options.rungs), chosen(space, options.controls)):
            seconds = time.process_time() - began
            print(
                f"seed {seed}, data {options.data_seed}: {name:45} {score(generator, reference)}, {seconds:4.0f} s",
                flush=True,
            )
            began = time.process_time()


if __name__ == "__main__":
    main()
