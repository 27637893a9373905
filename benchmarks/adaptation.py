"""Homework 11: training steps as the notebook makes them, and as the course has them.

    python benchmarks/adaptation.py [--rounds 40] [--batch 32] [--threads 1] [--clock cpu]

The three networks of the solution notebook, on batches of photographs and drawings. Rounds are interleaved,
in an order drawn anew; times are medians with quartiles, and the ratio to the first row is taken within a round.

- one pass: the notebook's `losses`, one backward pass, one optimizer
- two passes: the discriminator's step on detached features first, then features and classifier on the class loss minus
  strength times the discriminator's loss, which needs a second forward pass through the discriminator; three optimizers
- item by item: one pass, but every picture is taken from a Dataset and changed by itself, and a DataLoader stacks them
"""

import argparse
import statistics
import time
from functools import partial

import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from turns import speeds, times_as_fast

from common import batches
from common.notebooks import books
from common.submission.card import find_card

STRENGTH = 0.1
PICTURES = 2_000  # of each world, to feed from


class Items(Dataset):
    """One picture at a time (1, 32, 32), changed as the notebook changes batches, with its class."""

    def __init__(self, pictures, classes, change):
        self.pictures, self.classes, self.change = pictures, classes, change

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, i):
        return self.change(self.pictures[i : i + 1])[0], self.classes[i]


def forever(source):
    while True:
        yield from source


def make_ways(notebook, batch: int) -> dict:
    """Name -> a function that does one step, with its batches."""
    generator, change = torch.Generator().manual_seed(0), notebook["changed"]
    worlds = [torch.randint(256, (PICTURES, 1, 32, 32), generator=generator, dtype=torch.uint8) for _ in range(2)]
    classes = torch.randint(10, (PICTURES,), generator=generator)
    options = {"batch_size": batch, "shuffle": True, "drop_last": True}
    resident = [forever(batches(world, classes, **options)) for world in worlds]
    loaders = [forever(DataLoader(Items(world, classes, change), **options)) for world in worlds]

    def from_memory():
        (x, y), (x_drawn, _) = (next(source) for source in resident)
        return change(x), y, change(x_drawn)

    def item_by_item():
        (x, y), (x_drawn, _) = (next(source) for source in loaders)
        return x, y, x_drawn

    is_photo = (torch.arange(2 * batch) < batch).float()
    models = {name: notebook["Model"]() for name in ("one", "two")}
    one = torch.optim.AdamW(models["one"].parameters(), 1e-4, fused=True)
    three = [torch.optim.AdamW(part.parameters(), 1e-4, fused=True) for part in models["two"].children()]

    def one_pass(feed=from_memory):
        x, y, x_drawn = feed()
        loss = sum(notebook["losses"](models["one"], x, y, x_drawn, 0.0, strength=STRENGTH).values())
        one.zero_grad()
        loss.backward()
        one.step()

    def two_passes():
        x, y, x_drawn = from_memory()
        model = models["two"]
        features_of, classify_of, domain_of = three
        features = torch.cat([model.features(x), model.features(x_drawn)])
        functional.binary_cross_entropy_with_logits(model.domain(features.detach())[:, 0], is_photo).backward()
        domain_of.step()
        world = functional.binary_cross_entropy_with_logits(model.domain(features)[:, 0], is_photo)
        (functional.cross_entropy(model.classify(features[:batch]), y) - STRENGTH * world).backward()
        features_of.step()
        classify_of.step()
        for optimizer in three:
            optimizer.zero_grad()

    return {"one pass": one_pass, "two passes": two_passes, "item by item": lambda: one_pass(item_by_item)}


def five(step) -> int:
    for _ in range(5):
        step()
    return 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--batch", type=int, default=32, help="photographs, and as many drawings")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    clock = time.perf_counter if arguments.clock == "wall" else time.process_time
    notebook = books.definitions(books.paths(find_card("hw11"))[1])
    notebook.update(device="cpu", widths=(12, 24, 48, 96, 96))
    ways = make_ways(notebook, arguments.batch)
    found = speeds({name: partial(five, step) for name, step in ways.items()}, arguments.rounds, clock)
    ours = next(iter(found.values()))
    print(f"{'':14s}{'ms a step':>10s}   quartiles     ratio   ({arguments.clock} time, batches of {arguments.batch})")
    for name, measured in found.items():
        low, middle, high = statistics.quantiles((1000 / speed for speed in measured), n=4)
        print(f"{name:14s}{middle:10.2f}   {low:.2f}-{high:.2f}   {times_as_fast(ours, measured):6.2f}")


if __name__ == "__main__":
    main()
