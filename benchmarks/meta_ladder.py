"""Homework 15: rungs, what else might explain them, and rivals, trained by the solution notebook's own cells.

    python benchmarks/meta_ladder.py [--seeds 1] [--data-seed 2022] [--only boss ANIL ...]

Everything is trained with the settings of the rungs and with as many outer steps, unless its name says otherwise, and
asked about the validation tasks and about the test, which the ladder counts. `nearest` is the accuracy of the nearest
support image in the features of the same network, without an inner loop. A line takes half a minute to three.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Callable
from functools import partial

import torch
from cells import defined

from common.homeworks.hw15 import cheap, show
from common.homeworks.hw15 import data as hw15
from common.submission.card import find_card

# what training needs; `episode` draws the validation tasks, in both senses
CELLS = (
    *(
        "imports",
        "facts",
        "draw-tasks",
        "episode",
        "nearest",
        "make-model",
        "loss",
        "fine-tune",
        "answers",
        "maml-loss",
    ),
    *("rotate", "anil", "settings", "learn", "transfer", "meta-train", "methods"),
    *("features", "prototypes", "batch-statistics", "company"),
)
COMPANIES = ("all queries", "support and one query", "its own class")
Scores = dict[str, float]  # by the tasks that were asked


class Book:
    """The notebook's functions at one seed, and two sets of tasks whose answers are known: validation and test."""

    def __init__(self, seed: int, data_seed: int):
        self.splits, reference = hw15.builtin("standard", data_seed)
        show.episode = lambda *_: None  # no pictures here
        self.space = space = defined("hw15", CELLS, seed, "boss", splits=self.splits)
        support, query = space["pixels"](self.splits.test.support), space["pixels"](self.splits.test.query)
        classes = torch.tensor(reference["class"].to_numpy()).reshape(query.shape[:2])
        labels = torch.arange(space["ways"]).expand(support.shape[:2])
        self.tasks = {"validation": space["validation_tasks"], "test": ((support, labels), (query, classes))}

    def __getattr__(self, name: str):
        return self.space[name]

    def asked(self, accuracy: Callable[[], float], tasks=("validation", "test")) -> Scores:
        """What `accuracy` says where the notebook looks at these tasks."""
        found = {}
        for name in tasks:
            self.space["validation_tasks"] = self.tasks[name]
            found[name] = accuracy()
        self.space["validation_tasks"] = self.tasks["validation"]
        return found

    def cheap(self) -> dict[str, Scores]:
        truth = self.tasks["test"][1][1].flatten().numpy()
        answers = {answer.name: getattr(cheap, answer.quick)(self.splits) for answer in find_card("hw15").cheap}
        return {f", {name}": {"test": (said == truth).mean()} for name, said in answers.items()}

    def start(self, found: dict, settings: dict) -> dict[str, Scores]:
        """A start for fine-tuning, asked both ways."""
        ways = {"": partial(self.validate, found, **settings), ", nearest": partial(self.by_features, found)}
        return {way: self.asked(accuracy) for way, accuracy in ways.items()}

    def rung(self, name: str) -> dict[str, Scores]:
        settings, train = self.METHODS[name]
        return self.start(train()[0], settings)

    def longer_transfer(self, steps: int) -> dict[str, Scores]:
        return self.start(self.transfer(steps, self.ten_steps)[0], self.ten_steps)

    def meta(self, settings: str, images=None, **how) -> dict[str, Scores]:
        settings, images = self.space[settings], self.train_images if images is None else images
        return self.start(self.meta_train("", images, settings, **how)[0], settings)

    def few(self, count: int) -> torch.Tensor:
        """So many of the training characters, of all alphabets."""
        return self.train_images[torch.randperm(len(self.train_images), generator=torch.Generator().manual_seed(0))][
            :count
        ]

    def head_alone(self) -> dict[str, Scores]:
        look = partial(self.validate, adapt=self.fine_tune_head)
        other = self.loss, self.space["start"], look
        found, _ = self.meta_train("", self.train_images, self.one_step, task_loss=self.anil_loss, other=other)
        return {"": self.asked(partial(look, found, **self.one_step))}

    def rival(self, images) -> dict[str, Scores]:
        found, _ = self.train_prototypes("", images)
        return {"": self.asked(partial(self.by_prototypes, found))}

    def batch(self) -> dict[str, Scores]:
        """One network, in three companies; in the test nobody knows which queries are of one class."""
        other = self.batch_loss, self.weights_of(self.batch_model), self.in_company
        found, _ = self.meta_train("", self.train_images, self.one_step, other=other)
        asked = {company: partial(self.in_company, found, **self.one_step, company=company) for company in COMPANIES}
        known = {company: ["validation"] if company == "its own class" else ["validation", "test"] for company in asked}
        return {f", {company}": self.asked(accuracy, known[company]) for company, accuracy in asked.items()}


LINES = {
    "cheap": Book.cheap,
    "simple: transfer": lambda book: book.rung("transfer"),
    "medium: first order": lambda book: book.rung("first order"),
    "strong: second order": lambda book: book.rung("second order"),
    "boss: second order, turned": lambda book: book.rung("second order, turned"),
    "transfer, 2000 steps": lambda book: book.longer_transfer(2000),
    "transfer, 10000 steps": lambda book: book.longer_transfer(10_000),  # as many seconds as medium
    "first order, 2500 steps": lambda book: book.meta("two_steps", first_order=True, iterations=2500),  # as strong
    "first order, one step of 0.4": lambda book: book.meta("one_step", first_order=True),
    "second order, two steps of 0.2": lambda book: book.meta("two_steps"),
    "second order, 60 characters": lambda book: book.meta("one_step", book.few(60)),
    "the head alone (ANIL)": Book.head_alone,
    "prototypes": lambda book: book.rival(book.train_images),
    "prototypes, turned characters": lambda book: book.rival(book.turned),
    "batch statistics": Book.batch,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Rungs, controls and rivals of homework 15.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--data-seed", type=int, default=hw15.SEED)
    parser.add_argument("--only", nargs="+", default=[""], help="only the lines with one of these in their name")
    options = parser.parse_args()
    for seed in options.seeds:
        book = Book(seed, options.data_seed)
        for name in [name for name in LINES if any(word in name for word in options.only)]:
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                lines = LINES[name](book)
            seconds = time.process_time() - began
            for way, scores in lines.items():
                figures = "  ".join(f"{tasks} {score:.4f}" for tasks, score in scores.items())
                print(f"data {options.data_seed}  seed {seed}  {name + way:62s}{figures}  {seconds:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
