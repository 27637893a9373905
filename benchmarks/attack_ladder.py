"""Homework 10: rungs, and what else might explain them, by the solution notebook's own cells, on any data seed.

    python benchmarks/attack_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Prints the hidden target's accuracy on the saved pictures, which the ladder counts, and how many gradients of one
network each picture cost: a control has at least as many as the rung that it is about. A line takes from two seconds to
a minute.
"""

import time
from functools import partial

import numpy as np
import torch
from cells import asked, defined

from common.homeworks.hw10 import data as hw10
from common.homeworks.hw10 import judge, zoo

CELLS = ("imports", "step", "slope", "attackers", "diverse", "smooth", "attack", "momentum")
ALL = tuple(zoo.load_proxies())
LINES = {  # name -> whom it attacks, what its steps follow (told what the cells define), how many steps, draws a step
    "simple": (ALL[:1], lambda s: s["slope"], 10, 1),
    "medium": (ALL, lambda s: s["slope"], 10, 1),
    "strong": (ALL, lambda s: s["over_sizes"], 10, 3),
    "boss": (ALL, lambda s: s["smoothed"], 10, 3),
    "plain, 40 steps": (("plain",), lambda s: s["slope"], 40, 1),
    "residual, 40 steps": (("residual",), lambda s: s["slope"], 40, 1),
    "separable, 40 steps": (("separable",), lambda s: s["slope"], 40, 1),
    "wide, 40 steps": (("wide",), lambda s: s["slope"], 40, 1),
    "wide, 10 steps": (("wide",), lambda s: s["slope"], 10, 1),
    "all four, 1 step": (ALL, lambda s: s["slope"], 1, 1),
    "all four, 30 steps": (ALL, lambda s: s["slope"], 30, 1),
    "all four, 10 steps with momentum": (ALL, lambda s: s["with_momentum"](), 10, 1),
    "noisy copies, not smoothed": (ALL, lambda s: partial(s["slope"], vary=s["noisy"], draws=3), 10, 3),
    "random sizes, four draws": (ALL, lambda s: partial(s["slope"], vary=s["diverse"], draws=4), 10, 4),
    "smoothed, no copies": (ALL, lambda s: s["just_smoothed"], 10, 1),
    "smoothed over noisy copies, plain": (("plain",), lambda s: s["smoothed"], 40, 3),
    "smoothed over noisy copies, wide": (("wide",), lambda s: s["smoothed"], 40, 3),
}


def attacked(name: str, seed: int, splits) -> np.ndarray:
    """The pictures of a line, as they are handed in: (N, 32, 32, 3) uint8."""
    whom, follow, steps, _ = LINES[name]
    space = defined("hw10", CELLS, seed, "boss")  # the first cell sets the seed
    proxies = zoo.load_proxies()
    x = torch.from_numpy(splits.test.x).permute(0, 3, 1, 2).float() / 255
    y = torch.from_numpy(splits.test.y)
    changed, _ = space["attack"]([proxies[one] for one in whom], x, y, follow=follow(space), steps=steps)
    return (255 * changed).round().byte().permute(0, 2, 3, 1).numpy()


def main() -> None:
    options = asked("Rungs and controls of homework 10.", LINES, hw10.SEED)
    torch.set_num_threads(1)
    splits, reference = hw10.builtin(options.profile, options.data_seed)
    for seed in options.seeds:
        for name in options.only:
            began = time.process_time()
            answers = reference.assign(image=list(attacked(name, seed, splits)))
            seconds = time.process_time() - began
            whom, _, steps, draws = LINES[name]
            print(
                f"data {options.data_seed}  seed {seed}  {name:36s}{judge.judge(reference, answers):.4f}  "
                f"{len(whom) * steps * draws:4d} gradients  {seconds:4.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
