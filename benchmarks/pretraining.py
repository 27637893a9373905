"""Homework 7's lab on pretraining: is it what was read before, or would more training on the pairs do as well?

    python benchmarks/pretraining.py [--seeds 2022] [--profile standard]

A network that has read nothing learns from the pairs: at other learning rates, and for as many seconds as the others
took to read and to be fine-tuned. With the notebook's own cells; half a minute a task for the long one.
"""

import argparse

from cells import defined

from common.homeworks.hw07.pairs import SIZES

CELLS = (
    "imports",
    "read",
    "layer",
    "mask",
    "network-of",
    "hide",
    "losses",
    "batches",
    "loop",
    "judge",
    "scores",
    "tune",
)
RATE, OTHERS = 2e-3, (7e-4, 4e-3)  # the lab's for a network that has read nothing, and others
EPOCHS, LONG = 3, {"MRPC": 18, "RTE": 15}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[2022])
    arguments.add_argument("--profile", choices=SIZES, default="standard")
    asked = arguments.parse_args()
    for seed in asked.seeds:
        space = defined("hw07_lab_pretraining", CELLS, seed, "", PROFILE=asked.profile)
        space["set_seed"](seed)
        nothing = space["LanguageModel"](len(space["vocabulary"]), causal=False)
        for task, parts in space["texts"].tasks.items():
            for rate, epochs in ((RATE, EPOCHS), *((other, EPOCHS) for other in OTHERS), (RATE, LONG[task])):
                judge = space["fine_tuned"](nothing, parts["train"], rate, task, epochs)
                hits = space["right"](space["scores_of"](judge, parts["validation"]), parts["validation"])
                print(f"seed {seed}  {task}  rate {rate:g}  {epochs} epochs  {hits.float().mean():.3f}", flush=True)


if __name__ == "__main__":
    main()
