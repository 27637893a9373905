"""What an attack on small pictures costs: all at once against one picture at a time, and against captum's PGD.

    python benchmarks/attack.py [--rounds 5] [--images 40] [--iterations 10] [--threads 1]
    python benchmarks/attack.py --settings       # which settings transfer? by proxies left out, never by the target

Iterative FGSM on two of homework 10's proxies. Rounds are interleaved, each way once per round in an order drawn anew.
`loop` goes as the course's starter does: small batches, `loss.backward()`, gradients of the weights computed and thrown
away. All ways must give the same pictures.
"""

import argparse
import random
import statistics
import time

import torch
from torch.nn import functional

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
    right = {way: attack(models, x, y, iterations) for way, (attack, models) in ways.items()}  # warms up as well
    seconds = {way: [] for way in ways}
    for _ in range(rounds):
        for way in random.sample(list(ways), len(ways)):
            attack, models = ways[way]
            began = time.process_time()
            attack(models, x, y, iterations)
            seconds[way].append(time.process_time() - began)
    threads = torch.get_num_threads()
    print(f"{len(x)} pictures, {iterations} steps, {rounds} interleaved rounds, {threads} thread(s), CPU time")
    print(f"{'':26}{'median s':>10}{'time / all at once':>20}{'pictures that differ':>22}")
    for way, times in seconds.items():
        ratio = statistics.median(mine / ours for mine, ours in zip(times, seconds["all at once"], strict=True))
        differ = ((right[way] - right["all at once"]).abs().amax(dim=(1, 2, 3)) > 1e-3).float().mean()
        print(f"{way:26}{statistics.median(times):10.2f}{ratio:20.2f}{differ:22.1%}")


def settings(images: int) -> None:
    """Accuracy of each proxy on pictures made from the others, by steps, decay, probability and smallest size."""
    solution = books.definitions(books.paths(find_card("hw10"))[1])
    x, y = pictures(images)
    proxies = zoo.load_proxies()
    rows = [(steps, decay, 0.0, 32) for steps in (10, 30) for decay in (0.0, 0.5, 1.0)]
    rows += [(10, 1.0, 1.0, smallest) for smallest in (28, 24)]
    rows += [(30, 1.0, probability, smallest) for probability in (0.5, 1.0) for smallest in (28, 24, 20)]
    print(f"{len(x)} pictures; accuracy of the proxy left out, mean over {len(proxies)}")
    print(f"{'steps':>6}{'decay':>7}{'probability':>13}{'smallest':>10}{'accuracy':>10}")
    for steps, decay, probability, smallest in rows:
        found = []
        for name, model in proxies.items():
            others = ensemble([proxies[other] for other in proxies if other != name])
            torch.manual_seed(0)
            adversarial, momentum = x.clone(), torch.zeros_like(x)
            for _ in range(steps):
                adversarial.requires_grad_()
                shown = solution["diverse"](adversarial, probability, smallest)
                (gradient,) = torch.autograd.grad(functional.cross_entropy(others(shown), y), adversarial)
                momentum = solution["add_momentum"](momentum, gradient, decay)
                adversarial = solution["step_within"](adversarial.detach(), momentum, x, 2 * EPSILON / steps, EPSILON)
            with torch.no_grad():
                found.append((model((255 * adversarial).round() / 255).argmax(dim=1) == y).float().mean().item())
        print(f"{steps:6d}{decay:7.1f}{probability:13.1f}{smallest:10d}{sum(found) / len(found):10.3f}", flush=True)


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
