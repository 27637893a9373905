"""What the Fisher information of every weight costs: all images at once (vmap) against one backward pass per image.

    python benchmarks/fisher.py [--rounds 7] [--images 256] [--threads 1]

The diagonal Fisher is the mean of the squares of each image's own gradient (homework 14). Rounds are interleaved, each
way once per round in an order drawn anew. `hook` is the closed form for linear layers, (delta^2)' (a^2), which vmap
can't know; `batch squared` is a shortcut often seen, which is another quantity: its sum stands beside the right one.
"""

import argparse
import statistics
import time
from functools import partial
from itertools import pairwise

import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional
from turns import speeds

NETS = {"MLP 64-256-128-10": (64, 256, 128, 10), "MLP 784-256-256-10": (784, 256, 256, 10)}


def make(sizes) -> nn.Sequential:
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def loop(model, x, y):
    total = [torch.zeros_like(p) for p in model.parameters()]
    for image, label in zip(x, y, strict=True):
        loss = functional.cross_entropy(model(image[None]), label[None])
        for t, g in zip(total, torch.autograd.grad(loss, list(model.parameters())), strict=True):
            t += g**2
    return [t / len(x) for t in total]


def vmapped(chunk):
    def fisher(model, x, y):
        def loss_of_one(weights, image, label):
            return functional.cross_entropy(functional_call(model, weights, (image[None],)), label[None])

        weights = {name: p.detach() for name, p in model.named_parameters()}
        total = [torch.zeros_like(p) for p in weights.values()]
        each = vmap(grad(loss_of_one), in_dims=(None, 0, 0))
        for images, labels in zip(x.split(chunk), y.split(chunk), strict=True):
            for t, g in zip(total, each(weights, images, labels).values(), strict=True):
                t += g.square_().sum(dim=0)  # in place: nothing here is larger
        return [t / len(x) for t in total]

    return fisher


def hook(model, x, y):
    inputs, outputs = [], []
    for layer in model:
        if isinstance(layer, nn.Linear):
            inputs.append(x.detach())
            x = layer(x)
            outputs.append(x)
        else:
            x = layer(x)
    deltas = torch.autograd.grad(functional.cross_entropy(x, y, reduction="sum"), outputs)
    pairs = zip(inputs, deltas, strict=True)
    return [t / len(y) for a, d in pairs for t in ((d**2).T @ a**2, (d**2).sum(dim=0))]


def batch_squared(model, x, y):
    return [g**2 for g in torch.autograd.grad(functional.cross_entropy(model(x), y), list(model.parameters()))]


def compare(name: str, sizes, images: int, rounds: int) -> None:
    torch.manual_seed(0)
    model, x, y = make(sizes), torch.rand(images, sizes[0]), torch.randint(0, 10, (images,))
    ways = {"loop of backward passes": loop}
    ways |= {f"vmap, {chunk} at a time": vmapped(chunk) for chunk in (images, 32, 8)}
    ways |= {"hook, linear layers only": hook, "batch gradient squared": batch_squared}
    made = {}

    def computed(way):
        made[way] = ways[way](model, x, y)
        return 1

    found = speeds({way: partial(computed, way) for way in ways}, rounds, time.perf_counter)
    right, slow = made["loop of backward passes"], found["loop of backward passes"]
    threads = torch.get_num_threads()
    print(f"\n{name}, {images} images, {rounds} interleaved rounds, {threads} thread(s), torch {torch.__version__}")
    print(f"{'':28}{'median ms':>10}{'time / loop':>13}{'quartiles':>16}{'largest error':>15}{'sum / right':>13}")
    for way, measured in found.items():
        ratios = [theirs / mine for mine, theirs in zip(measured, slow, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        error = max(float((a - b).abs().max()) for a, b in zip(made[way], right, strict=True))
        share = sum(float(a.sum()) for a in made[way]) / sum(float(b.sum()) for b in right)
        spread = f"[{low:.3f}, {high:.3f}]"
        print(f"{way:28}{1e3 / statistics.median(measured):10.1f}{middle:13.3f}{spread:>16}{error:15.1e}{share:13.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="vmapped Fisher against a loop of single backward passes.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name, sizes in NETS.items():
        compare(name, sizes, options.images, options.rounds)


if __name__ == "__main__":
    main()
