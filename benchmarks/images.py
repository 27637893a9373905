"""Pictures of homework 3: how fast they are drawn, and augmentation on batches against one picture at a time.

    python benchmarks/images.py [--rounds 5] [--pictures 512] [--threads 1] [--clock cpu]

One epoch of augmented training batches, ready for the network, by the transforms of the solution notebook. Rounds are
interleaved, each way once per round in an order drawn anew; times are medians, and the ratio to the first row is taken
within a round.

- resident, 8 at a time: bytes in memory, `batches` of row numbers, eight pictures share their dice (the notebook's way)
- resident, all 64 at once: a whole batch shares its dice
- resident, one at a time: as far as each has dice of its own, without a Dataset
- Dataset, decoded before: a Dataset with a transform per item in a DataLoader, over pictures in memory
- Dataset, JPEG files: the same, opening, decoding and resizing a file per item, as the course's starter does
- 2 workers: the last, with two processes that fetch ahead and stay (needs `--clock wall`; and a second core)
"""

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2
from turns import speeds, times_as_fast

from common import batches
from common.generators.food import CLASSES, pictures
from common.homeworks.hw03 import data as hw03
from common.notebooks import books
from common.submission.card import find_card

BATCH, PHOTO = 64, 512  # pictures in a batch; pixels across of a JPEG file, about as large as the course's
SIDE = hw03.DRAWN["standard"]  # pixels across of a drawn picture


class Items(Dataset):
    """A picture at a time: `source[i]` made into a PIL image by `open_picture`, transformed, as floats."""

    def __init__(self, source, open_picture, transform):
        self.source, self.open_picture = source, open_picture
        self.transform = v2.Compose([v2.ToImage(), transform, v2.ToDtype(torch.float32, scale=True)])

    def __len__(self):
        return len(self.source)

    def __getitem__(self, i):
        return self.transform(self.open_picture(self.source[i]))


def from_file(side):
    return lambda path: Image.open(path).convert("RGB").resize((side, side), Image.Resampling.BILINEAR)


def write_jpegs(folder: Path, images: np.ndarray) -> list[Path]:
    files = [folder / f"{k}.jpg" for k in range(len(images))]
    for file, image in zip(files, images, strict=True):
        Image.fromarray(image).resize((PHOTO, PHOTO), Image.Resampling.BICUBIC).save(file, quality=90)
    return files


def make_ways(images: np.ndarray, folder: Path, wall: bool) -> dict:
    """Name -> something to loop over once, which gives the batches of one epoch."""
    change, side = solution_transform(), images.shape[1]
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    rows = batches(torch.arange(len(x)), batch_size=BATCH, shuffle=True)

    def resident(at_once):
        for (some,) in rows:
            yield torch.cat([change(few) for few in x[some].split(at_once)]).float() / 255

    def loader(dataset, **how):
        return DataLoader(dataset, batch_size=BATCH, shuffle=True, **how)

    files = Items(write_jpegs(folder, images), from_file(side), change)
    ways = {
        "resident, 8 at a time": lambda: resident(8),
        "resident, all 64 at once": lambda: resident(BATCH),
        "resident, one at a time": lambda: resident(1),
        "Dataset, decoded before": lambda: loader(Items(list(images), Image.fromarray, change)),
        "Dataset, JPEG files": lambda: loader(files),
    }
    if wall:
        kept = loader(files, num_workers=2, persistent_workers=True, multiprocessing_context="fork")
        ways["Dataset, JPEG files, 2 workers"] = lambda: kept
    return ways


def epoch(source, pictures: int) -> int:
    """Take all batches of a way; gives how many pictures that were."""
    seen = sum(len(batch) for batch in source())
    assert seen == pictures
    return seen


def solution_transform():
    """`change` of the solution notebook, built from its own cell."""
    path = books.paths(find_card("hw03"))[1]
    (cell,) = (cell for cell in books.read(path).cells if cell.id == "augment")
    names = {}
    exec(cell.source, {"torch": torch, "side": SIDE}, names)
    return names["change"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.perf_counter if options.clock == "wall" else time.process_time

    began = clock()
    made = pictures(1, np.arange(options.pictures) % len(CLASSES), side=SIDE).images
    seconds = clock() - began
    print(f"drawn: {len(made)} pictures of {made.shape[1]} x {made.shape[2]}, {len(made) / seconds:.0f} per second")

    with tempfile.TemporaryDirectory() as folder:
        ways = make_ways(made, Path(folder), options.clock == "wall")
        found = speeds({way: partial(epoch, source, len(made)) for way, source in ways.items()}, options.rounds, clock)
    ours = found["resident, 8 at a time"]
    print(f"one epoch, {options.rounds} rounds, {options.threads} thread(s), {options.clock} clock")
    print(f"{'':32}{'pictures/s':>12}{'time / first row':>18}")
    for way, measured in found.items():
        print(f"{way:32}{statistics.median(measured):12,.0f}{times_as_fast(ours, measured):18.2f}")


if __name__ == "__main__":
    main()
