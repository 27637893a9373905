"""Homework 6: training steps per second of the GAN, fed from memory and fed item by item.

    python benchmarks/gan.py [--rounds 5] [--steps 20] [--batch 32] [--clock cpu]

The networks and losses of the solution notebook, one thread. Rounds are interleaved, each way once per round in an
order drawn anew; times are medians, and the ratio is taken within a round.

- resident: bytes in memory, a batch is picked at once, and only that becomes floats (the notebook's way)
- Dataset: a DataLoader opens one file after another and transforms each picture by itself (the course's way), without
  workers; its folder holds the same pictures
"""

import argparse
import statistics
import tempfile
import time
from functools import partial
from itertools import cycle
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset
from turns import speeds, times_as_fast

from common.homeworks.hw06 import data as hw06
from common.notebooks import books
from common.submission.card import find_card


class Files(Dataset):
    """One picture at a time, read, turned into a PIL image and back, as the course's CrypkoDataset."""

    def __init__(self, folder: Path, side: int):
        from torchvision import transforms

        self.files = sorted(folder.glob("*.png"))
        self.change = transforms.Compose(
            [
                transforms.ToPILImage(),
                transforms.Resize((side, side)),
                transforms.ToTensor(),
                transforms.Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
            ]
        )

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        from torchvision.io import read_image

        return self.change(read_image(str(self.files[i])))


def compare(options) -> None:
    clock = time.perf_counter if options.clock == "wall" else time.process_time
    torch.set_num_threads(1)
    splits, _ = hw06.builtin("standard")
    book = books.definitions(books.paths(find_card("hw06_gan"))[1])
    book["side"] = side = splits.train.shape[1]
    pictures = torch.from_numpy(splits.train).permute(0, 3, 1, 2).contiguous()
    with tempfile.TemporaryDirectory() as folder:
        hw06.write_pictures(Path(folder), [str(k) for k in range(len(splits.train))], splits.train)
        loader = DataLoader(Files(Path(folder), side), batch_size=options.batch, shuffle=True, drop_last=True)
        from_files = cycle_of(loader)

        def resident():
            return book["scaled"](pictures[torch.randint(len(pictures), (options.batch,))])

        feeds = {"resident": resident, "Dataset": lambda: next(from_files)}
        losses = {
            "nothing but feeding": None,
            "WGAN-GP": (book["wasserstein_critic"], book["wasserstein_generator"]),
            "R3GAN": (book["relativistic_critic"], book["relativistic_generator"]),
        }
        print(f"{options.rounds} rounds of {options.steps} steps, batches of {options.batch}, {options.clock} clock")
        print(f"{'':22}" + "".join(f"{way + ', steps/s':>20}" for way in feeds) + f"{'resident is faster by':>24}")
        for name, pair in losses.items():
            step = trainer(book, pair, options.batch) if pair else lambda real: None
            ways = {way: partial(train, step, feed, options.steps) for way, feed in feeds.items()}
            found = speeds(ways, options.rounds, clock)
            columns = "".join(f"{statistics.median(measured):20.1f}" for measured in found.values())
            print(f"{name:22}{columns}{times_as_fast(*found.values()):24.2f}", flush=True)


def train(step, feed, steps: int) -> int:
    for _ in range(steps):
        step(feed())
    return steps


def cycle_of(loader):
    """Batches without end; every pass is shuffled anew (itertools.cycle would keep the first)."""
    for _ in cycle([None]):
        yield from loader


def trainer(book: dict, losses: tuple, batch: int):
    """One step of critic and generator on a batch of real pictures."""
    generator, critic = book["make_generator"](), book["make_critic"]()
    optimizers = [torch.optim.Adam(net.parameters(), 1e-3, (0.0, 0.9), fused=True) for net in (critic, generator)]
    critic_loss, generator_loss = losses

    def step(real):
        fake = generator(torch.randn(batch, book["LATENT"]))
        book["update"](optimizers[0], critic_loss(critic, real, fake.detach()))
        book["update"](optimizers[1], generator_loss(critic, real, fake))

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
