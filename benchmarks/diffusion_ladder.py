"""Homework 6, diffusion: all rungs and controls, trained by the solution notebook's own cells, scored by the judge.

    python benchmarks/diffusion_ladder.py [--seeds 2022 1 2] [--data-seed 2022] [--only "boss: last weights"]

It runs the cells that define things and leaves out those that draw, so a seed takes half of what `hw ladder` takes. The
score of a rung is the same to the last digit, because every training begins with `set_seed`.
"""

import argparse
import contextlib
import io
import math
import time
import warnings
from types import SimpleNamespace

import torch
from cells import defined

from common.homeworks.hw06 import data as hw06
from common.homeworks.hw06 import judge, judge_diffusion

CELLS = ("imports", "paths", "straight", "step", "block", "unet", "noise", "direction", "times", "method", "loss",
         "walk", "loop")  # fmt: skip


def notebook(seed: int, train) -> dict:
    """What the solution's cells define at the boss rung, for pictures `train` (N, S, S, 3) uint8."""
    pictures = torch.from_numpy(train).permute(0, 3, 1, 2).contiguous()
    given = {"splits": SimpleNamespace(train=train), "side": train.shape[1], "train_pictures": pictures}
    return defined("hw06_diffusion", CELLS, seed, "boss", **given)


def cosine_path(t):
    """Nichol & Dhariwal 2021, with as little of the picture at t = 1 as DDPM leaves."""
    angle = (t * (1 - 0.0066 * 2 / math.pi)) * math.pi / 2
    return angle.cos(), angle.sin()


def controls(methods: dict, middle_times) -> dict:
    """What else might explain a rung, as long as the rung.

    `evaluations`: of the network, for a picture; `last`: the weights of the last step, no average.
    """
    return {
        "simple: in one step": methods["simple"] | {"evaluations": 1},
        "medium: the middle of the path instead": methods["simple"] | {"times": middle_times},
        "medium: the cosine path instead": methods["simple"] | {"path": cosine_path},
        "strong: even times": methods["strong"] | {"times": torch.rand},
        "strong: DDPM's path": methods["strong"] | {"path": methods["simple"]["path"]},
        "boss: medium's method": methods["medium"] | {"steps": methods["boss"]["steps"]},
        "boss: last weights": methods["boss"] | {"last": True},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2022, 1, 2])
    parser.add_argument("--data-seed", type=int, default=hw06.SEED)
    parser.add_argument("--only", nargs="+", help="these rungs or controls; all four rungs if nothing is said")
    parser.add_argument("--list", action="store_true", help="print the names of rungs and controls")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    splits, reference = hw06.builtin("standard", arguments.data_seed)
    noise = judge_diffusion.noise(reference["file"], judge.secret(reference))
    for seed in arguments.seeds:
        space = notebook(seed, splits.train)
        every = space["METHODS"] | controls(space["METHODS"], space["middle_times"])
        if arguments.list:
            print(*every, sep="\n")
            return
        print(f"data {arguments.data_seed}, seed {seed}", flush=True)
        for name in arguments.only or space["METHODS"]:
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                net = space["train"](every[name])[bool(every[name].get("last"))]
            trained = time.process_time() - began
            walk = space["walk_of"](every[name], every[name].get("evaluations", space["STEPS"]))
            handed_in = judge_diffusion.load(judge_diffusion.described(net, walk, every[name]["asks"]))
            images = judge_diffusion.draw(handed_in[0], noise, *handed_in[1:])
            score, faces = judge.compare(reference, images), judge.faces_found(images)
            print(f"    {name:40s}{score:8.4f}   faces {faces:.3f}   {trained:4.0f} s to train", flush=True)


if __name__ == "__main__":
    main()
