"""Homework 11: a step with the gradient reversed in one backward pass, and with two passes as the course has it.

    python benchmarks/adaptation.py [--rounds 40] [--batch 32] [--threads 1] [--clock cpu]

The same three networks (the solution notebook's) on the same batch of photographs and drawings. Rounds are interleaved,
in an order drawn anew; times are medians with quartiles, and the ratio to the first row is taken within a round.

- one pass: the notebook's `losses`, one backward pass, one optimizer
- two passes: the discriminator's step on detached features first, then features and classifier on the class loss minus
  strength times the discriminator's loss, which needs a second forward pass through the discriminator; three optimizers
"""

import argparse
import random
import statistics
import time

import torch
from torch.nn import functional

from common.notebooks import books
from common.submission.card import find_card

STRENGTH = 0.1


def make_ways(notebook, batch: int) -> dict:
    """Name -> a function that does one step."""
    generator = torch.Generator().manual_seed(0)
    x, x_drawn = (torch.rand(batch, 1, 32, 32, generator=generator) for _ in range(2))
    y = torch.randint(10, (batch,), generator=generator)
    is_photo = (torch.arange(2 * batch) < batch).float()
    models = {name: notebook["Model"]() for name in ("one", "two")}
    one = torch.optim.AdamW(models["one"].parameters(), 1e-4, fused=True)
    three = [torch.optim.AdamW(part.parameters(), 1e-4, fused=True) for part in models["two"].children()]

    def one_pass():
        loss = sum(notebook["losses"](models["one"], x, y, x_drawn, 0.0, strength=STRENGTH).values())
        one.zero_grad()
        loss.backward()
        one.step()

    def two_passes():
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

    return {"one pass": one_pass, "two passes": two_passes}


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
    for step in ways.values():
        for _ in range(5):
            step()
    times: dict[str, list] = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name in random.sample(list(ways), len(ways)):
            began = clock()
            for _ in range(5):
                ways[name]()
            times[name].append((clock() - began) / 5)
    first = next(iter(times.values()))
    print(f"{'':12s}{'ms a step':>10s}   quartiles     ratio   ({arguments.clock} time, batches of {arguments.batch})")
    for name, values in times.items():
        low, middle, high = (1000 * q for q in statistics.quantiles(values, n=4))
        ratio = statistics.median(v / f for v, f in zip(values, first, strict=True))
        print(f"{name:12s}{middle:10.2f}   {low:.2f}-{high:.2f}   {ratio:6.2f}")


if __name__ == "__main__":
    main()
