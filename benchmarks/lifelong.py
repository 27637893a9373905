"""What a life of homework 14 costs at the course's network, method by method, and in a loop like the course's.

    python benchmarks/lifelong.py steps [--rounds 3 --only EWC directions]     what a step costs, and a life of MNIST
    python benchmarks/lifelong.py lives [--images 4000 --epochs 4 --only "the course's EWC" EWC directions]
    python benchmarks/lifelong.py lives --data original --images 5000 --epochs 10 --only none EWC directions
    python benchmarks/lifelong.py ladder [--seeds 1 2 3 --data-seed 2022 --only simple boss]
    python benchmarks/lifelong.py controls [--seeds 1 2 3 --data-seed 2022 --only shuffled --strengths 0.2 1 5]

MNIST need not be there: digits drawn at 28 x 28 stand in, turned by the course's 0, 20, 40, 60 and 80 degrees. Network
(784-1024-512-256-10), batches of 128 and ten epochs are the course's; learning is done by the cells of the solution
notebook. Its peer is written after the course's description: pictures turned and normalised one at a time in a
DataLoader, Adam as it comes, one importance per task from squared gradients, either of batches, as the course takes
them, or of one image at a time, as they should be. The notebook multiplies in bf16 where the processor is fast at it,
the course in single precision; "none, precise" is the notebook's plain step on others. Looking at validation images
is left out on both sides.

`steps` times all methods in turns and works out a life: 5 tasks of 10 epochs of 55,000 images, of which all but the
first are held back, and remembered from as many as the notebook takes. `lives` lives whole lives on fewer images and
tells how well each method ends, too, with ways of making directions cheaper that the notebook does not take. `ladder`
is another matter: the four rungs on the builtin digits, by the cells of the notebook without its comparisons and
pictures; the scorer says the same. `controls` lives there, too, each time without the idea of a rung, for as many steps
as the rung takes, or for more where its steps cost more; `--strengths` are factors of the strengths chosen, and what
validation says tells which is best.
"""

import argparse
import contextlib
import functools
import io
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from cells import defined
from PIL import Image
from torch.nn import functional
from torch.utils.data import DataLoader
from torchvision.transforms import functional as pictures
from turns import speeds

from common import data
from common.generators.digits import digits
from common.homeworks.hw14 import data as hw14
from common.submission.card import RUNGS
from common.training.seed import set_seed

DEGREES = (0.0, 20.0, 40.0, 60.0, 80.0)
MNIST, EPOCHS, BATCH = 55_000, 10, 128
REMEMBERED = {"EWC": 1_200, "MAS": 1_200, "SCP": 1_200, "RWalk": 2_000}  # images of a task that the notebook looks at
FACTORS = 5_000  # and for directions
COURSE = {"the course's plain": None, "the course's EWC": "batches", "... image by image": "images"}
CELLS = (
    *("imports", "facts", "tensors", "net", "snapshot", "weighted-distance", "fisher", "mas", "kronecker", "factors"),
    *(
        "settings",
        "learn",
        "lifelong",
        "predict",
        "add-up",
        "all-alike",
        "si",
        "rwalk",
        "scp",
        "kronecker-method",
        "pull",
    ),
    *("diagonal", "method", "measures"),
)
CHOSEN = dict(zip(RUNGS, ("none", "EWC", "directions", "directions, wide"), strict=True))


def drawn(images: int, test: int = 500) -> hw14.Splits:
    x, y = digits(7, images + test, counted=False)
    return hw14.turned(x[:images], y[:images], x[images:], DEGREES, "digits drawn at 28 x 28")


class OneByOne:
    """A task as the course reads it: each picture turned and normalised when it is asked for."""

    def __init__(self, upright: hw14.Task, degrees: float):
        self.x, self.y, self.degrees = upright.x, upright.y, degrees

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        turned = pictures.rotate(Image.fromarray(self.x[i]), self.degrees, fill=(0,))
        return pictures.normalize(pictures.to_tensor(turned), [0.1307], [0.3081]).flatten(), int(self.y[i])


class Course:
    """A life in a loop like the course's. importance: from gradients of "batches", of "images", or None."""

    def __init__(self, book: dict, upright: hw14.Task, importance: str | None, strength: float = 100.0):
        self.model, self.upright = book["make_model"](), upright
        self.importance, self.strength = importance, strength
        self.guards: dict[str, torch.Tensor] = {}
        self.anchor: dict[str, torch.Tensor] = {}

    def learn(self, degrees: float, epochs: int) -> int:
        """Learn a task; tells the number of steps."""
        loader = DataLoader(OneByOne(self.upright, degrees), BATCH, shuffle=True)
        optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4)
        for _ in range(epochs):
            for x, y in loader:
                loss = functional.cross_entropy(self.model(x), y)
                for name, p in self.model.named_parameters() if self.guards else ():
                    loss = loss + self.strength * (self.guards[name] * (p - self.anchor[name]) ** 2).sum()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return epochs * len(loader)

    def remember(self, degrees: float) -> int:
        """Add up squared gradients; tells the number of images."""
        if self.importance is None:
            return 0
        loader = DataLoader(OneByOne(self.upright, degrees), BATCH if self.importance == "batches" else 1)
        names = dict(self.model.named_parameters())
        new = {name: torch.zeros_like(p) for name, p in names.items()}
        for x, y in loader:
            self.model.zero_grad()
            functional.cross_entropy(self.model(x), y).backward()
            for name, p in names.items():
                new[name] += p.grad**2 / len(loader)
        self.guards = {name: self.guards.get(name, 0) + new[name] for name in names}
        self.anchor = {name: p.detach().clone() for name, p in names.items()}
        return len(self.upright.x)


def methods(book: dict) -> dict[str, dict]:
    """Those of the notebook, and directions made otherwise: fewer or all of A, its gradient by a backward pass, or
    worked out at every eighth step only."""
    directions = book["METHODS"]["directions"]
    fewer, everything = ({"remember": functools.partial(book["remember_busiest"], n=n)} for n in (32, 10**6))
    written = {"remember": book["remember_directions"], "penalty": book["kronecker_penalty"]}
    ways = {
        "... 32 of them": fewer,
        "... all of them": everything,
        "... by autograd": written,
        "... each 8th step": {"penalty": seldom(directions["penalty"], 8)},
    }
    return book["METHODS"] | {name: directions | way for name, way in ways.items()}


def seldom(penalty: Callable, every: int) -> Callable:
    """A penalty whose gradient is worked out anew at the first of so many steps, and is the same at the others."""
    steps, held, gradients = 0, None, []

    def kept(model, *memory) -> torch.Tensor:
        nonlocal steps, held, gradients
        if memory[1] is not held:  # another task, another anchor
            steps, held = 0, memory[1]
        weights = list(model.parameters())
        if steps % every == 0:
            gradients = torch.autograd.grad(penalty(model, *memory), weights)
        steps += 1
        return sum((w * g).sum() for w, g in zip(weights, gradients, strict=True))

    return kept


def quietly(function: Callable, *args, **how):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return function(*args, **how)


def precisely(book: dict, learn: Callable[[], int]) -> int:
    """Learn as on a processor that is not fast at bf16."""
    here, book["has_fast_bf16"] = book["has_fast_bf16"], lambda device: False
    try:
        return learn()
    finally:
        book["has_fast_bf16"] = here


def life_of_steps(book: dict, splits: hw14.Splits, rounds: int, only: list[str]) -> None:
    """Of every method (or `only` some): a step in turns with the others, remembering once, what this makes of MNIST."""
    book["epochs"], task = 1, splits.train[0]
    x, y = book["tensors"](task)
    remembering, ways = {}, {}
    free = {}  # whose step a life's first task takes, when there is nothing to hold on to
    for name, method in methods(book).items():
        if "wide" in name or name in ("L2", "diagonals"):  # the course's network is wide as it is
            continue
        if only and name not in ("none", *only):
            continue
        model, memory = book["make_model"](), None
        if "watch" in method:
            book["learn"](model, x, y, None, method["watch"])
        if "remember" in method:
            began = time.process_time()
            memory = method["remember"](model, x, y, None)
            images = REMEMBERED.get(name, FACTORS)
            remembering[name] = (time.process_time() - began) / min(images, len(x)) * images
        hold = memory and (lambda m=method, net=model, kept=memory: m["strength"] * m["penalty"](net, *kept))
        if "watch" not in method:
            free[name] = "none"
        learn = functools.partial(book["learn"], model, x, y, hold, method.get("watch"))
        ways[name] = lambda learn=learn: (learn(), -(-len(x) // BATCH))[1]
    for name, importance in COURSE.items():
        course = Course(book, task, importance)
        began = time.process_time()
        images = course.remember(20.0)
        if images:
            remembering[name] = (time.process_time() - began) / images * MNIST
        free[name] = "the course's plain"
        if importance != "images":  # its steps are those of the other
            ways[name] = functools.partial(course.learn, 20.0, 1)
    ways["none, precise"] = functools.partial(precisely, book, ways["none"])
    found = speeds(ways, rounds, time.process_time)
    found["... image by image"] = found["the course's EWC"]
    steps, tasks = EPOCHS * -(-MNIST // BATCH), len(DEGREES)
    plain = None
    print(f"{'':20}{'ms a step':>10}{'/ plain':>9}{'remember, s a task':>20}{'a life, s':>11}{'/ plain':>9}")
    for name, speed in found.items():
        against = statistics.median(b / a for a, b in zip(speed, found["none"], strict=True))
        first, others = (statistics.median(one) for one in (found[free.get(name, name)], speed))
        life = steps * (1 / first + (tasks - 1) / others) + tasks * remembering.get(name, 0)
        plain = plain or life
        step = f"{1000 / statistics.median(speed):10.1f}{against:9.2f}"
        print(f"{name:20}{step}{remembering.get(name, 0):20.1f}{life:11,.0f}{life / plain:9.2f}")


def whole_lives(book: dict, splits: hw14.Splits, names: list[str], epochs: int, seed: int) -> None:
    """Each method once: its mean accuracy on validation images at the end, and its processor time."""
    book["epochs"] = epochs
    print(f"{splits.about}: {len(splits.train[0].x):,} images a task, {epochs} epochs, seed {seed}")
    for name in names:
        began = time.process_time()
        if name in COURSE:
            set_seed(seed)
            course = Course(book, splits.train[0], COURSE[name])
            for degrees in DEGREES:
                course.learn(degrees, epochs)
                course.remember(degrees)
            seconds = time.process_time() - began
            seen = [DataLoader(OneByOne(splits.validation[0], degrees), 500) for degrees in DEGREES]
            with torch.no_grad():
                right = [np.mean([float((course.model(x).argmax(1) == y).float().mean()) for x, y in s]) for s in seen]
        else:
            right = quietly(book["lifelong"], name, **methods(book)[name], seed=seed)["matrix"][-1]
            seconds = time.process_time() - began
        print(f"{name:20} average accuracy {np.mean(right):.3f} {seconds:7.1f} CPU s", flush=True)


def ladder(rungs: list[str], seeds: list[int], data_seed: int) -> None:
    """Average accuracy on the test images of the builtin digits, a line for each rung."""
    splits, reference = hw14.builtin("standard", data_seed)
    truth = reference["class"].to_numpy().reshape(5, 5, -1)[-1]  # (task, image)
    for rung in rungs:
        print(f"{rung:8}", end="", flush=True)
        began = time.process_time()
        for seed in seeds:
            book = defined("hw14", CELLS, seed, rung, splits=splits)
            life = quietly(book["lifelong"], rung, **book["METHODS"][CHOSEN[rung]])
            print(f"{float((life['answers'][-1] == truth).mean()):8.4f}", end="", flush=True)
        print(f"{(time.process_time() - began) / len(seeds):8.1f} CPU s a life")


def shuffled(book: dict) -> Callable:
    """The importance of task 1, and then each layer's dealt out again among its weights, anew for every task."""

    def importance(model, x, y):
        right = book["fisher"](model, x[:1200], y[:1200])
        return {name: f.flatten()[torch.randperm(f.numel())].reshape(f.shape) for name, f in right.items()}

    return importance


def turned_about(book: dict) -> Callable:
    """The factors of task 2 with directions drawn by chance: they hold as firmly as those did, and somewhere else."""

    def remember(model, x, y, memory):
        now, anchor = book["remember_directions"](model, x, y, None)
        turned = []
        for pair in now:
            turns = [torch.linalg.qr(torch.randn_like(factor))[0] for factor in pair]
            turned.append(tuple(q @ factor @ q.T for q, factor in zip(turns, pair, strict=True)))
        if memory is not None:
            turned = [(a + old_a, b + old_b) for (a, b), (old_a, old_b) in zip(turned, memory[0], strict=True)]
        return turned, anchor

    return remember


def controls(book: dict) -> dict[str, tuple[str, dict, float]]:
    """By name: the rung that each is a control of, a method, and how many times as many epochs as the notebook's."""
    known, add_up = book["METHODS"], book["add_up"]
    return {
        "no protection, twice as long": ("medium", known["none"], 2),
        "all weights held alike": ("medium", known["L2"], 1),
        "Fisher, shuffled": ("medium", known["EWC"] | {"remember": add_up(shuffled(book)), "strength": 10}, 1),
        "EWC, twice as long": ("strong", known["EWC"], 2),
        "the factors' diagonals": ("strong", known["diagonals"], 1),
        "directions drawn by chance": (
            "strong",
            known["directions"] | {"remember": turned_about(book), "strength": 0.25},
            1,
        ),
        "narrow, five times as long": ("boss", known["directions"], 5),
        "wide, EWC": ("boss", known["EWC, wide"], 1.5),
    }


def without_the_idea(names: list[str], seeds: list[int], data_seed: int, strengths: list[float]) -> None:
    """Average accuracy of each control on the test images of the builtin digits, a score for each seed."""
    splits, reference = hw14.builtin("standard", data_seed)
    truth = reference["class"].to_numpy().reshape(5, 5, -1)[-1]  # (task, image)
    book = defined("hw14", CELLS, seeds[0], "boss", splits=splits)
    epochs = book["epochs"]
    for name, (rung, method, times) in controls(book).items():
        for strength in strengths if not names or any(word in name for word in names) else ():
            book["epochs"], began = round(times * epochs), time.process_time()
            how = method | {"strength": strength * method.get("strength", 0.0)}
            lives = [quietly(book["lifelong"], name, **how, seed=seed) for seed in seeds]
            watched = np.mean([life["matrix"][-1].mean() for life in lives])
            scores = "".join(f"{float((life['answers'][-1] == truth).mean()):8.4f}" for life in lives)
            seconds = (time.process_time() - began) / len(seeds)
            print(
                f"{rung:8}{name:30}{how['strength']:8g}{scores}   {watched:.3f} on validation images,"
                f" {seconds:.1f} CPU s a life",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="What lives cost at the course's network; the ladder.")
    parser.add_argument("part", nargs="?", choices=("steps", "lives", "ladder", "controls"), default="steps")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", help='for `lives`: "original", or a folder with such files')
    parser.add_argument("--images", type=int, default=4000, help="for `lives`; a fifth of them validate")
    parser.add_argument("--epochs", type=int, default=4, help="of each task, for `lives`")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--data-seed", type=int, default=hw14.SEED, help="of the builtin digits")
    parser.add_argument("--only", nargs="+", help="methods, rungs, or words of controls")
    parser.add_argument("--strengths", type=float, nargs="+", default=[1.0], help="of `controls`, times those chosen")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.part == "ladder":
        ladder(options.only or list(RUNGS), options.seeds, options.data_seed)
        return
    if options.part == "controls":
        without_the_idea(options.only or [], options.seeds, options.data_seed, options.strengths)
        return
    images = 1600 if options.part == "steps" else options.images
    folder = data.path("hw14") if options.data == "original" else options.data
    splits = hw14.first(folder, images) if folder else drawn(images)
    book = defined("hw14", CELLS, options.seeds[0], "strong", splits=splits)
    if options.part == "steps":
        life_of_steps(book, splits, options.rounds, options.only)
    else:
        cheaper = [name for name in methods(book) if name.startswith("...")]
        names = options.only or ["the course's EWC", "none", "EWC", "directions", *cheaper]
        whole_lives(book, splits, names, options.epochs, options.seeds[0])


if __name__ == "__main__":
    main()
