"""Training steps and answers per second of homework 4, fed from memory and fed as the course's starter does.

    python benchmarks/speakers.py [--rounds 5] [--steps 20] [--batch 32] [--frames 192] [--threads 1] [--clock cpu]

The network of the starter notebook. Rounds are interleaved, each way once per round in an order drawn anew; times are
medians, and the ratio is taken within a round.

- feeding, resident: all frames in one array, the crops of a batch picked at once (the notebook's way)
- feeding, files: an item at a time from its .pt file through a DataLoader, cropped, padded to the batch's longest (the
  course's way; no worker processes, which inside notebooks are often none either)
- answering, by length: 32 whole utterances of like length at a time, padded
- answering, one by one: in the order of the list, batch 1, each from its file (the course's way)
"""

import argparse
import random
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from common.homeworks.hw04 import data as hw04
from common.notebooks import books
from common.submission.card import find_card


class Files(Dataset):
    """One utterance at a time from its file; a random crop of `frames`, or all of it."""

    def __init__(self, root: Path, part, frames: int | None):
        self.paths, self.y, self.frames = [root / name for name in part.names], part.y, frames

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, u):
        x = torch.load(self.paths[u], weights_only=True)
        if self.frames and len(x) > self.frames:
            first = random.randint(0, len(x) - self.frames)
            x = x[first : first + self.frames]
        return x, int(self.y[u])


def collate(items):
    x, y = zip(*items, strict=True)
    return pad_sequence(x, batch_first=True, padding_value=-20.0), torch.tensor(y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--frames", type=int, default=192)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.perf_counter if options.clock == "wall" else time.process_time

    book = books.definitions(books.paths(find_card("hw04"))[0])
    with tempfile.TemporaryDirectory() as folder:
        hw04.write(Path(folder), "standard", hw04.SEED)
        splits, _ = hw04.read(Path(folder), "standard")
        book.update(device="cpu", n_mels=hw04.N_MELS, speakers=splits.speakers)
        train, validation = book["resident"](splits.train), book["resident"](splits.validation)
        root, model = Path(folder) / "Dataset", book["Net"]()
        optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

        def resident():
            while True:
                rows = torch.randint(train.n, (options.batch,))
                yield book["crops"](train, rows, options.frames), train.y[rows]

        training_files = Files(root, splits.train, options.frames)
        loader = DataLoader(training_files, batch_size=options.batch, shuffle=True, drop_last=True, collate_fn=collate)

        def feed(source, learn):
            for x, y in islice(source(), options.steps):
                if learn:
                    optimizer.zero_grad()
                    F.cross_entropy(model(x, torch.ones(x.shape[:2], dtype=torch.bool)), y).backward()
                    optimizer.step()

        def one_by_one():
            with torch.no_grad():
                for x, _ in DataLoader(Files(root, splits.validation, None), batch_size=1):
                    model(x, torch.ones(x.shape[:2], dtype=torch.bool))

        def files():
            while True:
                yield from loader

        pairs = {
            f"feeding, {options.steps} batches": (lambda: feed(resident, False), lambda: feed(files, False)),
            f"training, {options.steps} steps": (lambda: feed(resident, True), lambda: feed(files, True)),
            f"answering, {validation.n} utterances": (lambda: book["over"](validation, model), one_by_one),
        }
        batch = f"batches of {options.batch} crops of {options.frames} frames"
        print(f"{options.rounds} rounds, {batch}, {options.clock} clock")
        print(f"{'':32}{'ours, s':>10}{'theirs, s':>10}{'ratio':>8}")
        for name, ways in pairs.items():
            times = {0: [], 1: []}
            for _ in range(options.rounds):
                for which in random.sample([0, 1], 2):
                    began = clock()
                    ways[which]()
                    times[which].append(clock() - began)
            ratio = statistics.median(theirs / ours for ours, theirs in zip(times[0], times[1], strict=True))
            print(f"{name:32}{statistics.median(times[0]):10.3f}{statistics.median(times[1]):10.3f}{ratio:8.1f}")


if __name__ == "__main__":
    main()
