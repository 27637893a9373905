"""What an attack on small pictures costs: all at once against one picture at a time, and against captum's PGD.

    python benchmarks/attack.py [--rounds 5] [--images 40] [--iterations 10] [--threads 1]
    python benchmarks/attack.py --settings       # which settings transfer? by proxies left out, never by the target

Iterative FGSM on two of homework 10's proxies. Rounds are interleaved, each way once per round in an order drawn anew.
`loop` goes as the course's starter does: small batches, `loss.backward()`, gradients of the weights computed and thrown
away. All ways must give the same pictures.
"""

import argparse
import statistics
import time
from functools import partial

import torch
from torch.nn import functional
from turns import speeds, times_as_fast

from common import data
from common.homeworks.hw10 import zoo
from common.notebooks import books
from common.submission.card import find_card

EPSILON, ALPHA = 8 / 255, 0.8 / 255


def ensemble(models):
    return lambda x: sum(model(x) for model in models) / len(models)


def batched(models, x, y, iterations):
    adversarial, ask = x.clone(), ensemble(models)
    for _ in range(iterations):
        adversarial.requires_grad_()
        (gradient,) = torch.autograd.grad(functional.cross_entropy(ask(adversarial), y), adversarial)
        moved = adversarial.detach() + ALPHA * gradient.sign()
        adversarial = moved.clamp(x - EPSILON, x + EPSILON).clamp(0, 1)
    return adversarial


def loop(size):
    def attack(models, x, y, iterations):
        ask, parts = ensemble(models), []
        for pictures, labels in zip(x.split(size), y.split(size), strict=True):
            adversarial = pictures.detach().clone()
            for _ in range(iterations):
                adversarial.requires_grad = True
                loss = functional.cross_entropy(ask(adversarial), labels)
                loss.backward()
                gradient = adversarial.grad.detach()
                adversarial = (adversarial + ALPHA * gradient.sign()).detach()
                adversarial = torch.max(torch.min(adversarial, pictures + EPSILON), pictures - EPSILON).clamp(0, 1)
            parts.append(adversarial)
        return torch.cat(parts)

    return attack


def captum_pgd(models, x, y, iterations):
    from captum.robust import PGD

    attack = PGD(ensemble(models), torch.nn.CrossEntropyLoss(reduction="none"), lower_bound=0, upper_bound=1)
    return attack.perturb(x, EPSILON, ALPHA, iterations, y)


def pictures(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    found = data.load("hw10").test
    chosen = torch.arange(0, len(found), max(1, len(found) // count))[:count]
    return torch.from_numpy(found.x).permute(0, 3, 1, 2).float()[chosen] / 255, torch.from_numpy(found.y)[chosen]


def compare(images: int, iterations: int, rounds: int) -> None:
    x, y = pictures(images)
    frozen = list(zoo.load_proxies().values())[:2]
    learning = [
        model.requires_grad_() for model in list(zoo.load_proxies().values())[:2]
    ]  # as they come from a library
    ways = {
        "all at once": (batched, frozen),
        "one at a time": (loop(1), learning),
        "eight at a time": (loop(8), learning),
    }
    try:
        import captum  # noqa: F401

        ways["captum PGD, all at once"] = (captum_pgd, frozen)
    except ImportError:
        print("captum is not installed; it is left out")
    made = {}

    def attacked(way):
        attack, models = ways[way]
        made[way] = attack(models, x, y, iterations)
        return 1

    found = speeds({way: partial(attacked, way) for way in ways}, rounds, time.process_time)
    ours = "all at once"
    threads = torch.get_num_threads()
    print(f"{len(x)} pictures, {iterations} steps, {rounds} interleaved rounds, {threads} thread(s), CPU time")
    print(f"{'':26}{'median s':>10}{'time / all at once':>20}{'pictures that differ':>22}")
    for way, measured in found.items():
        differ = ((made[way] - made[ours]).abs().amax(dim=(1, 2, 3)) > 1e-3).float().mean()
        ratio = times_as_fast(found[ours], measured)
        print(f"{way:26}{1 / statistics.median(measured):10.2f}{ratio:20.2f}{differ:22.1%}")


def settings(images: int) -> None:
    """Accuracy of each proxy on pictures made from the others, bare and behind the target's known defence."""
    s = books.definitions(books.paths(find_card("hw10"))[1])
    s.update(STEPS=10)
    slope, smooth, diverse = s["slope"], s["smooth_gradient"], s["diverse"]

    def smoothed(sigma, follow=slope):
        def following(models, x, y):
            loss, gradient = follow(models, x, y)
            return loss, smooth(gradient, sigma)

        return following

    def sizes(smallest, draws):
        return lambda models, x, y: slope(models, x, y, lambda x: diverse(x, smallest), draws)

    def copies(noise, draws):
        return lambda models, x, y: slope(models, x, y, lambda x: x + noise * (2 * torch.rand_like(x) - 1), draws)

    rows = {f"{steps} steps": (slope, steps) for steps in (1, 10, 30)}
    rows |= {f"sizes from {smallest}, {draws} draws": (sizes(smallest, draws), 10)
             for smallest, draws in ((28, 1), (28, 2), (28, 4), (24, 2))}  # fmt: skip
    rows |= {f"smoothed, sigma {sigma}": (smoothed(sigma), 10) for sigma in (0.7, 1.0, 1.5)}
    rows |= {f"smoothed, 3 copies with noise {noise}": (smoothed(1.0, copies(noise, 3)), 10) for noise in (0.04, 0.08)}
    x, y = pictures(images)
    proxies = zoo.load_proxies()
    print(f"{len(x)} pictures; accuracy of the proxy left out, mean over {len(proxies)}")
    print(f"{'method':36}{'bare':>8}{'defended':>10}")
    for name, (follow, steps) in rows.items():
        bare, defended = [], []
        for left_out, model in proxies.items():
            others = [proxies[other] for other in proxies if other != left_out]
            torch.manual_seed(0)
            changed, _ = s["attack"](others, x, y, follow=follow, steps=steps)
            changed = (255 * changed).round() / 255
            with torch.no_grad():
                for found, judge in ((bare, model), (defended, zoo.Defended(model))):
                    found.append((judge(changed).argmax(dim=1) == y).float().mean().item())
        print(f"{name:36}{statistics.mean(bare):8.3f}{statistics.mean(defended):10.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Batched attacks against loops over pictures.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--settings", action="store_true", help="compare settings by proxies left out")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.settings:
        settings(options.images)
    else:
        compare(options.images, options.iterations, options.rounds)


if __name__ == "__main__":
    main()
