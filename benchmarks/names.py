"""Why homework 7's longer BERT learns of whom a sentence speaks: its first part, lists, with and without what it takes.

    python benchmarks/names.py [--steps 400] [--seed 2022] [--only "no head"]

A list names two or three subjects with a value each, and a sentence asks for the value of one: nothing but the name
tells which, so a network that does not use it finds one in two or three. Some two minutes each on one core.
"""

import argparse
import itertools

import torch

from common.homeworks.hw07 import zoo
from common.training.loop import fit
from common.training.seed import set_seed

WAYS = {  # whether heads begin by looking for the same token; how sharply others hand it on; sentences to a window
    "as it was pretrained": (True, 5.0, (1, 3)),
    "no head looks for the same token": (False, 0.0, (1, 3)),
    "nothing hands on what was found": (True, 0.0, (1, 3)),
    "all subjects are asked about at once": (True, 5.0, (3, 3)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--only", default="", help="ways whose names begin so")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    course = zoo.COURSES[zoo.LONGER]
    stage, lr = course.parts[0].stages[0], course.parts[0].lr
    new = next(zoo.stream(99, stage.size, 400, stage.absent, stage.texts, stage.sentences))
    for name, (matching, back, sentences) in WAYS.items():
        if not name.startswith(arguments.only):
            continue
        set_seed(arguments.seed)
        whole = zoo.Pretraining()
        if matching:
            zoo.look_for_the_same(whole.model.bert, back=back)
        batches = zoo.stream(1000 * arguments.seed + course.draw, *stage._replace(sentences=sentences)[1:])
        learn(whole, arguments.steps, lr, batches)
        found = whole.eval().measure(new)
        print(f"{name}: of {len(new.asked)} blanks of new lists found {found['asked']:.3f}, "
              f"told that it is not there {found['asked_absent']:.3f}", flush=True)  # fmt: skip


def learn(whole: zoo.Pretraining, steps: int, lr: float, batches) -> None:
    """So many steps, at a rate that rises and falls."""
    optimizer = torch.optim.AdamW(whole.parameters(), lr=lr, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps, pct_start=0.1)

    def step(batch: zoo.Batch) -> torch.Tensor:
        spans, words = whole.losses(batch)
        return spans + 0.2 * words

    some = list(itertools.islice(batches, steps))
    fit(step, some, optimizer, epochs=1, schedule=schedule, clip=1.0, progress=False)


if __name__ == "__main__":
    main()
