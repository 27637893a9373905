"""What else might explain the ladder of homework 13: cheap answers, and controls of each rung (test accuracy).

    python benchmarks/compression_controls.py [--seeds 1] [--data-seed 2022] [--only WORD]
    python benchmarks/compression_controls.py --temperatures 1 2 4 8 [--seeds 1]     accuracy against T, at task 1
    python benchmarks/compression_controls.py --shares 0.6 0.8 0.9 [--seeds 1]       accuracy against numbers left

The students are trained by the functions of the solution notebook, each control with one thing changed: patience
without a teacher, without the unlabelled pictures, with the teacher's first choices in place of its doubts, with a
teacher who is asked once about each picture; and what lies beyond the ladder: convolutions in two steps, hints.
`--shares` cuts the teacher down by the notebook's own ways, and trains what is left for a few epochs with the
teacher's help on the whole pool.
"""

import argparse
import contextlib
import io
import statistics
from collections.abc import Callable

import numpy as np
import torch

from common.homeworks.hw13 import cheap
from common.homeworks.hw13 import data as hw13
from common.homeworks.hw13.zoo import load_teacher
from common.notebooks import books
from common.submission.card import find_card
from common.training.loaders import batches
from common.training.loop import fit
from common.training.seed import set_seed

EPOCHS, RETRAINING = 30, 3
TEMPERATURE, ALPHA = 8.0, 0.9
CUTS = ("prune_weights", "prune_all_together", "prune_filters")


def trained(
    book,
    seed: int,
    rung: str,
    *,
    epochs: int = EPOCHS,
    everything: bool = False,
    separable: bool = False,
    hint: float = 0.0,
) -> float:
    """Test accuracy of a student of a rung; `everything`: it sees the pool on any rung."""
    set_seed(seed)
    book.update(RUNG=rung, in_two_steps=separable, hint_weight=hint)
    student = book["make_student"]()
    adapter = torch.nn.Conv2d(student.width, book["teacher"].width, 1)
    book.update(student=student, adapter=adapter)
    few, pool = book["few"], len(book["pool_x"])
    rows = torch.arange(pool) if everything or rung in ("strong", "boss") else torch.arange(few).repeat(pool // few)
    learned(book, torch.nn.ModuleList([student, adapter]), rows, epochs)
    return book["accuracy"](student, *book["test"])


def learned(book, learner, rows, epochs: int, lr: float = 1e-2, after: Callable | None = None) -> None:
    """The notebook's training of `book["student"]`; after: called with the loss's own batch done, before each step."""
    student, train_batches = book["student"], batches(rows, batch_size=32, shuffle=True)
    optimizer = torch.optim.AdamW(learner.parameters(), lr=lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=epochs * len(train_batches), pct_start=0.2
    )
    if after:
        optimizer.register_step_post_hook(lambda *_: after())
    with contextlib.redirect_stdout(io.StringIO()):
        fit(
            book["step"],
            train_batches,
            optimizer,
            epochs=epochs,
            model=learner,
            validate=lambda: {"accuracy": book["accuracy"](student, *book["validation"])},
            monitor="accuracy",
            mode="max",
            schedule=schedule,
            progress=False,
        )


def asked_once(book, opinions):
    """A step whose teacher says of every view what it said once, `opinions` (N, 11), of the picture as it is."""

    def step(batch):
        (rows,) = batch
        logits = book["student"](book["another_view"](book["pool_x"][rows]))
        labels = book["pool_y"][rows]
        return {"loss": book["kd_loss"](logits, opinions[rows], labels, book["temperature"], book["alpha"])}

    return step


def against_temperature(book, seeds: list[int], temperatures: list[float]) -> None:
    """Task 1's student, taught at other temperatures: what validation and test say."""
    print(f"{'T':>6}{'seed':>6}{'validation':>12}{'test':>8}")
    for temperature in temperatures:
        for seed in seeds:
            book["temperature"] = temperature
            score = trained(book, seed, "medium")
            watched = book["accuracy"](book["student"], *book["validation"])
            print(f"{temperature:6g}{seed:6}{watched:12.3f}{score:8.3f}", flush=True)


def against_numbers(book, seeds: list[int], shares: list[float]) -> None:
    """The teacher cut down, and trained again with what was cut away kept at zero."""
    print(f"{'cut':20}{'share':>6}{'seed':>6}{'numbers left':>14}{'at once':>9}{f'after {RETRAINING} epochs':>16}")
    for cut in CUTS:
        for share in shares:
            for seed in seeds:
                set_seed(seed)
                model = book[cut](book["teacher"], share)
                left = sum(int((tensor != 0).sum()) for tensor in model.state_dict().values())
                before = book["accuracy"](model, *book["test"])
                print(f"{cut:20}{share:6g}{seed:6}{left:14,}{before:9.3f}", end="", flush=True)
                print(f"{retrained(book, model):16.3f}", flush=True)


def retrained(book, model) -> float:
    """Test accuracy after RETRAINING epochs on the pool with the teacher's answers; zeros stay zero."""
    model.requires_grad_(True)
    layers = [module.weight for module in book["convolutions"](model)]
    there = [weight != 0 for weight in layers]

    @torch.no_grad()
    def keep_zeros():
        for weight, mask in zip(layers, there, strict=True):
            weight *= mask

    book.update(RUNG="strong", hint_weight=0.0, student=model)
    model.train()
    learned(book, model, torch.arange(len(book["pool_x"])), RETRAINING, lr=1e-3, after=keep_zeros)
    return book["accuracy"](model.eval(), *book["test"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Cheap answers and controls of homework 13.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--data-seed", type=int, default=hw13.SEED)
    parser.add_argument("--only", default="", help="only the lines with this in their name")
    parser.add_argument("--temperatures", type=float, nargs="+", help="accuracy against T in place of the controls")
    parser.add_argument("--shares", type=float, nargs="+", help="accuracy against numbers left in place of them")
    options = parser.parse_args()
    torch.set_num_threads(1)
    card = find_card("hw13")
    splits, reference = hw13.builtin("standard", options.data_seed)
    truth = reference["Category"].to_numpy()
    book = books.definitions(books.paths(card)[1])
    book.update(classes=splits.classes, device=torch.device("cpu"), teacher=load_teacher(), few=len(splits.train))
    book.update(TURN=0.4, temperature=TEMPERATURE, alpha=ALPHA)
    train_x, train_y = book["resident"](splits.train)
    pool_x = torch.cat([train_x, book["resident"](splits.unlabelled)[0]])
    untold = torch.full([len(splits.unlabelled)], -100)
    opinions = book["predict"](book["teacher"], pool_x)
    picks = opinions[len(train_x) :].argmax(dim=1)
    book.update(pool_x=pool_x, validation=book["resident"](splits.validation))
    book["test"] = book["resident"](splits.test)[0], torch.tensor(truth)

    if options.temperatures or options.shares:
        book["pool_y"] = torch.cat([train_y, untold])
        if options.temperatures:
            against_temperature(book, options.seeds, options.temperatures)
        if options.shares:
            against_numbers(book, options.seeds, options.shares)
        return

    each_view, once = book["step"], asked_once(book, opinions)

    def run(seed, *args, labels=untold, step=each_view, temperature=TEMPERATURE, alpha=ALPHA, **how):
        book.update(pool_y=torch.cat([train_y, labels]), step=step, temperature=temperature, alpha=alpha)
        return trained(book, seed, *args, **how)

    three, four = {"epochs": 3 * EPOCHS}, {"epochs": 4 * EPOCHS}
    choices = {"labels": picks, "everything": True}
    controls = {
        "the labels alone (simple)": lambda s: run(s, "simple"),
        "... labels, three times as long": lambda s: run(s, "simple", **three),
        "... labels, four times as long": lambda s: run(s, "simple", **four),
        "teacher, labelled pictures (medium)": lambda s: run(s, "medium"),
        "... labelled pictures, three times as long": lambda s: run(s, "medium", **three),
        "... labelled pictures, four times as long": lambda s: run(s, "medium", **four),
        "teacher, all pictures (strong)": lambda s: run(s, "strong"),
        "... alpha = 1: no label is used": lambda s: run(s, "strong", alpha=1.0),
        "... its first choices as labels": lambda s: run(s, "simple", **choices),
        "... first choices, four times as long": lambda s: run(s, "simple", **choices, **four),
        "... asked once, T = 8": lambda s: run(s, "strong", step=once),
        "... asked once, T = 2": lambda s: run(s, "strong", step=once, temperature=2.0),
        "... asked once, T = 2, four times as long": lambda s: run(s, "strong", step=once, temperature=2.0, **four),
        "all pictures, four times as long (boss)": lambda s: run(s, "boss", **four),
        "... all pictures, three times as long": lambda s: run(s, "boss", **three),
        "separable": lambda s: run(s, "boss", separable=True),
        "... separable, three times as long": lambda s: run(s, "boss", separable=True, **three),
        "... separable, three times, hints of weight 2": lambda s: run(s, "boss", separable=True, hint=2.0, **three),
    }
    print(f"{'':45}{'mean':>7}  rung   seed by seed")

    def show(name, scores):
        rung = card.rung_of(max(scores)) or "-"
        print(f"{name:45}{statistics.mean(scores):7.3f}  {rung:6}", *(f"{score:.4f}" for score in scores), flush=True)

    for answer in card.cheap:
        if options.only in answer.name:
            show(answer.name, [float(np.mean(getattr(cheap, answer.quick)(splits) == truth))])
    for name, control in controls.items():
        if options.only in name:
            show(name, [control(seed) for seed in options.seeds])


if __name__ == "__main__":
    main()
