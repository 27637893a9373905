"""Batched SmoothGrad and integrated gradients against loops of one picture at a time and against captum (homework 9).

    python benchmarks/explain.py [--rounds 7] [--threads 1] [--pictures 4] [--copies 16] [--side 32] [--clock cpu]

All variants ask the network of homework 9 about the same pictures; for integrated gradients the script checks that
all give the same numbers. Rounds are interleaved, each variant once per round in an order drawn anew, so that a slow
moment hits all alike. Times are medians over the rounds; the ratio is the median over the rounds of the loop's time
against the variant's.

A batch saves the fixed cost of a pass, so it pays for small pictures and not where arithmetic takes nearly all time:
on one thread about 6 times with `--side 16`, 2 times with 32, and nothing with 64, where parts of a batch are fastest.

- loop: a picture and a copy at a time, as the course's notebook does it
- batched: all copies of all pictures in one pass, the functions of the solution notebook
- captum, captum in parts: the library, all at once, and a picture at a time within (`internal_batch_size` and the like)
"""

import argparse
import statistics
import time
from functools import partial

import torch
from turns import speeds, times_as_fast

from common.homeworks.hw09 import zoo
from common.notebooks import books
from common.submission.card import find_card


def smooth_variants(network, x, asked, copies, ours):
    from captum.attr import NoiseTunnel, Saliency

    tunnel = NoiseTunnel(Saliency(network))

    def loop():
        total = torch.zeros_like(x)
        for k in range(len(x)):
            for _ in range(copies):
                noisy = x[k : k + 1] + 0.15 * torch.randn_like(x[k : k + 1])
                total[k] += ours["gradient"](network, noisy, asked[k : k + 1])[0]
        return total / copies

    def captum(batch):
        return tunnel.attribute(
            x,
            nt_type="smoothgrad",
            nt_samples=copies,
            stdevs=0.15,
            nt_samples_batch_size=batch,
            target=asked,
            abs=False,
        )

    return {
        "loop": loop,
        "batched": lambda: ours["smooth_grad"](network, x, asked, copies, 0.15),
        "captum": lambda: captum(copies),
        "captum in parts": lambda: captum(1),
    }


def integrated_variants(network, x, asked, steps, ours):
    from captum.attr import IntegratedGradients

    baseline, library = torch.full_like(x, 0.5), IntegratedGradients(network)

    def loop():
        found = []
        for k in range(len(x)):
            picture, black = x[k : k + 1], baseline[k : k + 1]
            slopes = [
                ours["gradient"](network, black + (s + 0.5) / steps * (picture - black), asked[k : k + 1])
                for s in range(steps)
            ]
            found.append((picture - black) * torch.stack(slopes).mean(dim=0))
        return torch.cat(found)

    def captum(batch):
        return library.attribute(x, baseline, asked, n_steps=steps, method="riemann_middle", internal_batch_size=batch)

    return {
        "loop": loop,
        "batched": lambda: ours["integrated_gradients"](network, x, asked, baseline, steps),
        "captum": lambda: captum(None),
        "captum in parts": lambda: captum(steps),
    }


def counted(variant) -> int:
    variant()
    return 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=4)
    parser.add_argument("--copies", type=int, default=16, help="noisy copies, or steps of the integral")
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    clock = time.perf_counter if options.clock == "wall" else time.process_time
    ours = books.definitions(books.paths(find_card("hw09"))[1])
    network, asked = zoo.load(), torch.arange(options.pictures) % 11
    x = torch.rand(options.pictures, 3, options.side, options.side)
    print(
        f"{options.pictures} pictures of {options.side} x {options.side}, {options.copies} copies or steps, "
        f"{options.threads} thread(s), {options.clock} time, {options.rounds} rounds"
    )
    for title, make in (("SmoothGrad", smooth_variants), ("integrated gradients", integrated_variants)):
        variants = make(network, x, asked, options.copies, ours)
        if make is integrated_variants:
            reference = variants["loop"]()
            for name, variant in variants.items():
                torch.testing.assert_close(variant().float(), reference, rtol=1e-3, atol=1e-5, msg=name)
        ways = {name: partial(counted, variant) for name, variant in variants.items()}
        found = speeds(ways, options.rounds, clock)
        print(f"\n{title:24s}{'median ms':>12s}{'loop / variant':>18s}")
        for name, measured in found.items():
            ratio = times_as_fast(measured, found["loop"])
            print(f"{name:24s}{1000 / statistics.median(measured):12.1f}{ratio:18.2f}")


if __name__ == "__main__":
    main()
