"""A meta-batch of tasks at once (`torch.func.vmap`) against a loop over the tasks, for the network of homework 15.

    python benchmarks/meta_batch.py [--rounds 9] [--threads 1] [--tasks 16]

Every variant computes the same meta-gradient of the same 5-way 1-shot tasks, and the script checks that it does. Rounds
are interleaved, each variant once per round in an order drawn anew, so that a slow moment hits all alike.
Times are medians over the rounds; the ratio is the median over the rounds of the time against the loop of the same
round.

- loop: a Python loop over the tasks, one graph for all, one backward pass (how MAML is often written)
- loop, backward each: the same, but each task's backward pass at once; needs the memory of one task
- vmap: the whole meta-batch as one computation

At the end it says how far the vmapped second-order gradient is from the loop's, in double precision, for three
normalisations: where that is more than rounding, the gradient is wrong.
"""

import argparse
import statistics
import time
from functools import partial

import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F
from turns import speeds, times_as_fast

WAYS, QUERIES, INNER_LR = 5, 3, 0.4
WIDTHS = {"narrow, 16-32-32-64": (16, 32, 32, 64), "as in the course, 64-64-64-64": (64, 64, 64, 64)}


class BatchStatistics(nn.Module):
    """Batch normalisation in training mode, in plain operations."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):
        centred = x - x.mean(dim=(0, 2, 3), keepdim=True)
        variance = (centred**2).mean(dim=(0, 2, 3), keepdim=True)
        return centred * torch.rsqrt(variance + 1e-5) * self.scale + self.shift


NORMS = {
    "nn.GroupNorm": lambda width: nn.GroupNorm(4, width),
    "batch statistics, written out": BatchStatistics,
    "nn.BatchNorm2d, training mode": lambda width: nn.BatchNorm2d(width, track_running_stats=False),
}


def make_net(widths, norm="nn.GroupNorm") -> nn.Module:
    layers, channels = [], 1
    for width in widths:
        layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), NORMS[norm](width), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * channels, WAYS))


def make_tasks(n_tasks: int):
    y = torch.arange(WAYS).expand(n_tasks, WAYS)
    support = torch.rand(n_tasks, WAYS, 1, 28, 28), y
    query = torch.rand(n_tasks, WAYS * QUERIES, 1, 28, 28), y.repeat_interleave(QUERIES, dim=1)
    return support, query


def task_loss(net, params, support, query, first_order):
    def loss(params, x, y):
        return F.cross_entropy(functional_call(net, params, (x,)), y)

    gradient = grad(loss)(params, *support)
    if first_order:
        gradient = {name: g.detach() for name, g in gradient.items()}
    adapted = {name: p - INNER_LR * gradient[name] for name, p in params.items()}
    return loss(adapted, *query)


def by_loop(net, params, support, query, first_order):
    losses = [
        task_loss(net, params, (sx, sy), (qx, qy), first_order) for sx, sy, qx, qy in zip(*support, *query, strict=True)
    ]
    return torch.autograd.grad(torch.stack(losses).mean(), list(params.values()))


def by_loop_backward_each(net, params, support, query, first_order):
    total = [torch.zeros_like(p) for p in params.values()]
    for sx, sy, qx, qy in zip(*support, *query, strict=True):
        loss = task_loss(net, params, (sx, sy), (qx, qy), first_order)
        for t, g in zip(total, torch.autograd.grad(loss, list(params.values())), strict=True):
            t += g / len(support[0])
    return total


def by_vmap(net, params, support, query, first_order):
    losses = vmap(lambda s, q: task_loss(net, params, s, q, first_order))(support, query)
    return torch.autograd.grad(losses.mean(), list(params.values()))


VARIANTS = {"loop": by_loop, "loop, backward each": by_loop_backward_each, "vmap": by_vmap}


def measure(widths, n_tasks: int, rounds: int, first_order: bool) -> dict[str, list[float]]:
    torch.manual_seed(0)
    net = make_net(widths)
    params = {name: p.detach().requires_grad_() for name, p in net.named_parameters()}
    support, query = make_tasks(n_tasks)
    gradients = {}

    def computed(name):
        gradients[name] = VARIANTS[name](net, params, support, query, first_order)
        return 1

    found = speeds({name: partial(computed, name) for name in VARIANTS}, rounds, time.perf_counter)
    for name, mine in gradients.items():
        for one, right in zip(mine, gradients["loop"], strict=True):
            torch.testing.assert_close(one, right, rtol=1e-3, atol=1e-5, msg=lambda m, name=name: f"{name}: {m}")
    return found


def error_of_vmap(norm: str) -> float:
    """Relative distance of the vmapped second-order gradient from the loop's, in double precision."""
    torch.manual_seed(0)
    net = make_net((8, 8, 8, 8), norm).double()
    params = {name: p.detach().requires_grad_() for name, p in net.named_parameters()}
    (x, y), (query_x, query_y) = make_tasks(4)
    tasks = (x.double(), y), (query_x.double(), query_y)
    found, right = (torch.cat([g.flatten() for g in run(net, params, *tasks, False)]) for run in (by_vmap, by_loop))
    return float((found - right).norm() / right.norm())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} thread(s), {options.tasks} tasks, {WAYS}-way 1-shot, "
          f"{QUERIES} queries per class, 1 inner step, {options.rounds} rounds")  # fmt: skip
    for title, widths in WIDTHS.items():
        for first_order in (False, True):
            found = measure(widths, options.tasks, options.rounds, first_order)
            print(f"\n{title}, {'first' if first_order else 'second'} order")
            print(f"  {'':22s}{'median ms':>10s}{'against the loop':>18s}{'best':>8s}")
            for name, measured in found.items():
                ratio, best = times_as_fast(found["loop"], measured), max(found["loop"]) / max(measured)
                print(f"  {name:22s}{1000 / statistics.median(measured):10.1f}{ratio:18.2f}{best:8.2f}")
    print("\nsecond-order gradient through vmap against the loop, relative error in double precision")
    for norm in NORMS:
        print(f"  {norm:32s}{error_of_vmap(norm):10.1e}")


if __name__ == "__main__":
    main()
