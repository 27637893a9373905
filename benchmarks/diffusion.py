"""Homework 6, diffusion: training steps per second by how pictures are fed, and DDIM against DDPM at equal quality.

    python benchmarks/diffusion.py [--rounds 5] [--steps 8] [--rung boss] [--cheap | --feeding]

1. Rounds are interleaved; CPU seconds, medians. "In memory" is the notebook's way: rows of one tensor of bytes. "Item
   by item" is a Dataset that changes one picture at a time, in a DataLoader, over pictures in memory and over PNG
   files (the course's way).
2. The network of one rung is trained once, and draws 250 pictures in 5 to 40 steps, with fresh noise in each (DDPM)
   and without (DDIM). For every distance that DDIM comes to, DDPM's fewest steps to do as well.

With `--cheap`, only the distances of pictures that nobody had to learn for (the judge refuses to score them: no weights
draw them).
"""

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from diffusion_ladder import notebook
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import functional

from common.errors import SubmissionError
from common.homeworks.hw06 import data as hw06
from common.homeworks.hw06 import judge, judge_diffusion, zoo


class Items(Dataset):
    """A picture at a time: `source[i]` made into a picture, then into a tensor from -1 to 1."""

    def __init__(self, source, opened):
        self.source, self.opened = source, opened

    def __len__(self):
        return len(self.source)

    def __getitem__(self, i):
        return functional.normalize(functional.to_tensor(self.opened(self.source[i])), (0.5,) * 3, (0.5,) * 3)


def feeding(space: dict, images: np.ndarray, folder: Path, rounds: int, steps: int) -> None:
    batch_size, boss = space["batch_size"], space["METHODS"]["boss"]
    files = [folder / f"{k}.png" for k in range(len(images))]
    for file, image in zip(files, images, strict=True):
        Image.fromarray(image).save(file)
    resident = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    loaders = {
        "item by item, from memory": DataLoader(Items(images, Image.fromarray), batch_size, shuffle=True),
        "item by item, PNG files": DataLoader(Items(files, Image.open), batch_size, shuffle=True),
    }

    def in_memory():
        while True:
            yield space["scaled"](resident[torch.randint(len(resident), (batch_size,))])

    net = space["UNet"]()
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, fused=True)
    spent = {}
    for turn in range(rounds + 1):
        for name in ("in memory", *loaders):
            pictures = in_memory() if name == "in memory" else iter(loaders[name])
            feed = work = 0.0
            for _ in range(steps):
                began = time.process_time()
                x = next(pictures)
                fed = time.process_time()
                with space["half"]:
                    loss = space["loss_of"](net, x, boss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                feed, work = feed + fed - began, work + time.process_time() - fed
            if turn:  # the first round warms up
                spent.setdefault(name, []).append((feed / steps, work / steps))
    print(f"{'feeding':30s}{'steps/s':>9s}{'ms to feed':>12s}{'ms to learn':>13s}")
    for name, times in spent.items():
        feed, work = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:30s}{1 / (feed + work):9.1f}{1000 * feed:12.2f}{1000 * work:13.1f}")


def sampling(space: dict, validation: np.ndarray, rung: str) -> None:
    method, real = space["METHODS"][rung], judge.features(validation)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        net = space["train"](method)[0]
    noise, counts, found = judge_diffusion.noise([str(k) for k in range(250)]), (5, 10, 20, 40), {}
    print(f"\n{rung}, 250 pictures{'evaluations':>15s}{'distance':>10s}{'CPU s':>8s}")
    for name, eta in (("DDIM", 0.0), ("DDPM", 1.0)):
        for count in counts:
            torch.manual_seed(0)
            began = time.process_time()
            images = space["draw"](net, noise, method, steps=count, eta=eta)
            spent = time.process_time() - began
            found[name, count] = judge.frechet_distance(real, judge.features(images))
            print(f"{name:18s}{count:15d}{found[name, count]:10.1f}{spent:8.1f}", flush=True)
    for count in counts:
        enough = next((other for other in counts if found["DDPM", other] <= found["DDIM", count]), None)
        words = f"{enough} steps" if enough else f"more than {counts[-1]} steps"
        print(f"what DDIM reaches in {count} steps ({found['DDIM', count]:.1f}) takes DDPM {words}")


def cheap(splits, reference) -> None:
    rng, n = np.random.default_rng(0), len(reference)
    learnt, components = splits.train, zoo.Components(splits.train)
    five = sum(np.roll(learnt, 37 * k, axis=0)[:n].astype(int) for k in range(5)) // 5
    answers = {
        "noise": rng.integers(0, 256, (n, *learnt.shape[1:]), dtype=np.uint8),
        "one picture repeated": np.repeat(splits.validation[:1], n, axis=0),
        "ten pictures repeated": np.repeat(splits.validation[:10], n // 10, axis=0),
        "means of five": five.astype(np.uint8),
        "the mean picture": np.repeat(learnt.mean(0)[None].astype(np.uint8), n, axis=0),
        "training pictures, blurred": zoo.blurred(learnt[:n], rng),
        "training pictures, mirrored": np.ascontiguousarray(learnt[:n, :, ::-1]),
        "training pictures": learnt[:n],
        "the drawing program": splits.validation,
    }
    answers |= {f"Gaussian, {k} components": components.samples(k, n, rng) for k in (20, 100, 400)}
    for name, images in answers.items():
        try:
            print(f"{name:30s}{judge.compare(reference, images):8.1f}   faces {judge.faces_found(images):.3f}")
        except SubmissionError as error:
            print(f"{name:30s}{error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=8, help="of training, per round")
    parser.add_argument("--rung", default="boss")
    parser.add_argument("--cheap", action="store_true")
    parser.add_argument("--feeding", action="store_true", help="the first part alone")
    arguments = parser.parse_args()
    splits, reference = hw06.builtin("standard")
    if arguments.cheap:
        cheap(splits, reference)
        return
    space = notebook(2022, splits.train)
    with tempfile.TemporaryDirectory() as folder:
        feeding(space, splits.train, Path(folder), arguments.rounds, arguments.steps)
    if not arguments.feeding:
        sampling(space, splits.validation, arguments.rung)


if __name__ == "__main__":
    main()
