"""Training steps per second of homework 8, fed from memory and fed as the course's starter does.

    python benchmarks/anomaly.py [--rounds 5] [--steps 20] [--batch 64] [--threads 1] [--clock cpu]

The networks and losses of the solution notebook. Rounds are interleaved, each way once per round in an order drawn
anew; times are medians, and the ratio is taken within a round.

- resident: bytes in memory, `batches` picks a batch at once, and only that becomes floats (the notebook's way)
- Dataset: item by item through a DataLoader, each transformed by itself, from an array of floats (the course's way)
"""

import argparse
import statistics
import time
from functools import partial
from itertools import islice

import torch
from torch.utils.data import DataLoader, Dataset
from turns import speeds, times_as_fast

from common import batches
from common.homeworks.hw08 import data as hw08
from common.notebooks import books
from common.submission.card import find_card


class Items(Dataset):
    """One picture at a time, from floats (N, S, S, 3), as the course's CustomTensorDataset."""

    def __init__(self, floats):
        self.floats = floats.permute(0, 3, 1, 2)

    def __len__(self):
        return len(self.floats)

    def __getitem__(self, i):
        return (self.floats[i].to(torch.float32) - 128) / 64


def train(model, optimizer, loss, feed: tuple, steps: int) -> int:
    source, ready = feed
    for batch in islice(source, steps):
        optimizer.zero_grad()
        loss(model, ready(batch)).backward()
        optimizer.step()
    return steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.perf_counter if options.clock == "wall" else time.process_time

    splits, _ = hw08.builtin("standard")
    book = books.definitions(books.paths(find_card("hw08"))[1])
    book.update(side=splits.test.x.shape[1], device=torch.device("cpu"), noise_level=0.7, STRENGTH=0.5)
    x, floats = book["to_device"](splits.train), torch.from_numpy(splits.train.x).float()
    print(f"in memory: {x.numel() / 1e6:.0f} MB as bytes, {4 * x.numel() / 1e6:.0f} MB as floats")
    feeds = {
        "resident": (batches(x, batch_size=options.batch, shuffle=True), lambda batch: book["to_input"](batch[0])),
        "Dataset": (DataLoader(Items(floats), batch_size=options.batch, shuffle=True), lambda batch: batch),
    }
    networks = {
        "nothing but feeding": (lambda: torch.nn.Linear(1, 1), lambda model, x: model.weight.sum() * x[0, 0, 0, 0]),
        "VAE": (book["VAE"], book["vae_loss"]),
        "bottleneck": (book["Bottleneck"], book["bottleneck_loss"]),
        "coarse noise": (lambda: book["UNet"](3), book["denoiser_loss"]),
        "noise + detector": (book["Pair"], book["pair_loss"]),
    }
    print(f"{options.rounds} rounds of {options.steps} steps, batches of {options.batch}, {options.clock} clock, fp32")
    print(f"{'':22}" + "".join(f"{way + ', steps/s':>20}" for way in feeds) + f"{'resident is faster by':>24}")
    for name, (make, loss) in networks.items():
        model = make()
        optimizer = torch.optim.AdamW(model.parameters())
        ways = {way: partial(train, model, optimizer, loss, feed, options.steps) for way, feed in feeds.items()}
        found = speeds(ways, options.rounds, clock)
        columns = "".join(f"{statistics.median(measured):20.1f}" for measured in found.values())
        print(f"{name:22}{columns}{times_as_fast(*found.values()):24.2f}", flush=True)


if __name__ == "__main__":
    main()
