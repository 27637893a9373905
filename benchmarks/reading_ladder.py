"""Homework 7: all rungs and their controls, trained by the solution notebook's own cells; and ways to answer.

    python benchmarks/reading_ladder.py [--seeds 1 2 3] [--data-seed 2022] [--rungs simple medium ...] [--controls]

It runs the cells that define and set things and leaves out those that draw. The exact match of a rung is that of `hw
ladder`, because every method begins with `set_seed`. With `--ways` each network answers also with windows side by side
and overlapping, choosing start and end as a pair or each for itself, and from the windows alone that hold the answer
(`told`): what is missing to that is lost by choosing the wrong window.
"""

import argparse
import contextlib
import io
import os
import time

import numpy as np

from common.homeworks.hw07 import data, judge
from common.notebooks import books
from common.submission.card import RUNGS, find_card

CELLS = ("imports", "tokenizer", "pieces", "windows", "lengths", "model-of", "training-window", "anywhere", "without",
         "batches", "apart", "together", "learn", "best-span", "read", "answers", "answering", "methods")  # fmt: skip


def notebook(seed: int, splits, profile: str = "standard") -> dict:
    """What the solution's cells define."""
    space = {"PROFILE": profile, "DEVICE": "cpu", "SEED": seed, "LARGE": False, "__name__": "notebook"}
    space |= {"splits": splits, "train": splits.train, "validation": splits.validation, "test": splits.test}
    sources = {cell.id: cell.source for cell in books.read(books.paths(find_card("hw07"))[1]).cells}
    with contextlib.redirect_stdout(io.StringIO()):
        for name in CELLS:
            exec(sources[name], space)
    return space


def ways(space: dict, nets, part, right: list[str]) -> dict[str, float]:
    """Exact match with each stride, choosing each way; `told`: from windows that hold the answer alone."""
    encoded, size, found = space["encoded"](part), space["SIZE"], {}

    def each_for_itself(start, end, window):
        return float(start.max() + end.max()), int(start.argmax()), int(end.argmax())

    for stride in (size, size // 2):
        best = {}
        for row, begin, window, start, end in space["read"](nets, part, encoded, stride, range(len(part))):
            q = part.questions[row]
            text, places = part.paragraph(q), encoded[0][q.paragraph_id].places[begin : begin + size]
            holds = right[row] in text[places[0][0] : places[-1][1]]
            for name, choose in (("pair", space["best_span"]), ("each for itself", each_for_itself), ("told", None)):
                if choose or holds:
                    score, first, last = (choose or space["best_span"])(start, end, window)
                    valid = window <= first <= last
                    answer = text[places[first - window][0] : places[last - window][1]] if valid else ""
                    best[name, row] = max(best.get((name, row), (-np.inf, "")), (score, answer), key=lambda one: one[0])
        for name in ("pair", "each for itself", "told"):
            answers = [best.get((name, row), (0, ""))[1] for row in range(len(part))]
            found[f"{name}, every {stride}"] = judge.exact_match(answers, right)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--data-seed", type=int, default=data.SEED)
    parser.add_argument("--rungs", nargs="*", choices=RUNGS, default=RUNGS)
    parser.add_argument("--controls", nargs="*", help="all, or those whose names begin so")
    parser.add_argument("--ways", action="store_true")
    arguments = parser.parse_args()
    os.environ["HW_PROGRESS"] = "0"
    splits, reference = data.builtin("standard", arguments.data_seed)
    right = reference["Answer"].tolist()
    for seed in arguments.seeds:
        space = notebook(seed, splits)
        wanted = {rung: space["METHODS"][rung] for rung in arguments.rungs}
        if arguments.controls is not None:
            begins = tuple(arguments.controls) or ("",)
            wanted |= {name: make for name, make in space["CONTROLS"].items() if name.startswith(begins)}
        for name, make in wanted.items():
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                made = make()
            trained = time.process_time() - began
            encoded = space["encoded"](splits.test)
            found = space["answer"](made.nets, splits.test, encoded, made.stride)
            print(
                f"data {arguments.data_seed}  seed {seed}  {name:42s} EM {judge.exact_match(found, right):.4f}  "
                f"{len(made.losses)} steps, {trained:.0f} s, test {time.process_time() - began - trained:.0f} s",
                flush=True,
            )
            if arguments.ways:
                for way, value in ways(space, made.nets, splits.test, right).items():
                    print(f"    {way:24s} {value:.4f}", flush=True)


if __name__ == "__main__":
    main()
