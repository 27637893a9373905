"""Homework 7: all rungs and their controls, trained by the solution notebook's own cells; and ways to answer.

    python benchmarks/reading_ladder.py [--seeds 1 2 3] [--data-seed 2022] [--rungs simple medium ...] [--controls]

It runs the cells that define and set things and leaves out those that draw. The exact match of a rung is that of `hw
ladder`, because every method begins with `set_seed`; a training that two of them share is done once. With `--ways RUNG`
the networks of that rung answer also with windows side by side and overlapping, with and without [CLS] and rare words,
choosing start and end as a pair or each for itself, and from the windows alone that hold the answer (`told`).
"""

import argparse
import contextlib
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cells import defined

from common.homeworks.hw07 import data, judge, zoo
from common.submission.card import RUNGS

CELLS = ("imports", "tokenizer", "pieces", "windows", "lengths", "model-of", "training-window", "anywhere", "without",
         "batches", "span-loss", "learn", "best-span", "read", "answers", "rare", "evidence", "marked",
         "shown-marked", "weighed", "answering", "methods")  # fmt: skip


LONGER = Path(__file__).parents[1] / "answers" / f"{zoo.LONGER}.safetensors"


def notebook(seed: int, splits, profile: str = "standard") -> dict:
    """What the solution's cells define."""
    parts = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    return defined("hw07", CELLS, seed, "boss", PROFILE=profile, LARGE=False, splits=splits, **parts)


def remembering(space: dict) -> dict:
    """The same, but what was trained or read once is not trained or read again: rungs share networks."""
    learn, candidates = space["learn"], space["candidates"]
    space["learn"] = once(learn, lambda net, **settings: (total(net), repr(sorted(settings.items(), key=str))))
    space["candidates"] = once(
        lambda *asked, **how: list(candidates(*asked, **how)),
        lambda nets, part, encoded, stride, rows, null: (*map(total, nets), id(part), stride, tuple(rows), null),
    )
    return space


def once(function: Callable, key: Callable) -> Callable:
    """`function`, but what it gave for the same `key` of its arguments it gives again."""
    done = {}

    def remembered(*args, **settings):
        name = key(*args, **settings)
        if name not in done:
            done[name] = function(*args, **settings)
        return done[name]

    return remembered


def total(net) -> tuple[str, float]:
    """Tells networks apart: their class, and the sum of all weights and of all that is no weight."""
    everything = (*net.parameters(), *net.buffers())
    return type(net).__name__, sum(float(each.detach().double().sum()) for each in everything)


def controls(space: dict, longer: Path) -> dict[str, Callable]:
    """What else might explain a rung, by name; training from nothing; another BERT, from a file of weights."""
    bert, marked, half = space["bert"], space["Marked"], space["SIZE"] // 2
    broad = {"begin": space["anywhere"], "absent": 0.3, "epochs": space["passes"](space["PASSES"])}
    as_strong = {"stride": half, "null": 1.0, "weight": space["WEIGHT"]}

    def trained(net: Callable, settings: dict, **how):
        def make():
            space["set_seed"](space["SEED"])
            return space["answering"]([space["learn"](net(), **settings)], **how)

        return make

    def another():
        return bert(str(zoo.folder(longer)))

    found = {
        "medium: simple for as long": trained(bert, {"epochs": broad["epochs"]}),
        "medium: anywhere alone": trained(bert, broad | {"absent": 0.0}),
        "medium: nowhere alone": trained(bert, {"absent": 0.3, "epochs": broad["epochs"]}, null=1.0),
        "medium: [CLS] not asked": trained(bert, broad),
        "strong: medium, windows overlap": trained(bert, broad, stride=half, null=1.0),
        "strong: rare words alone": trained(bert, broad, **(as_strong | {"weight": 1000.0})),
        "strong: without medium's idea": trained(bert, {"epochs": broad["epochs"]}, **(as_strong | {"null": 0.0})),
        "strong: windows side by side": trained(bert, broad, **(as_strong | {"stride": None})),
        "boss: without strong's idea": trained(lambda: marked(bert()), broad, **(as_strong | {"weight": 0.0})),
        "boss: without [CLS]": trained(lambda: marked(bert()), broad, **(as_strong | {"null": 0.0})),
        "boss: marks alone": trained(lambda: marked(bert()), broad, stride=half),
        "boss: windows side by side": trained(lambda: marked(bert()), broad, **(as_strong | {"stride": None})),
        "boss: without medium's idea": trained(
            lambda: marked(bert()), {"epochs": broad["epochs"]}, **(as_strong | {"null": 0.0})
        ),
        "every word marked": trained(lambda: marked(bert(), least=-1.0), broad, **as_strong),
    }
    for name, net in (("scratch", zoo.untrained), ("longer", another)):
        found |= {
            f"{name}: simple": trained(net, {}),
            f"{name}: medium": trained(net, broad, null=1.0),
            f"{name}: strong": trained(net, broad, **as_strong),
            f"{name}: boss": trained(lambda net=net: marked(net()), broad, **as_strong),
        }
    return found


def ways(space: dict, nets, part, right: list[str]) -> dict[str, float]:
    """Exact match with each stride, choosing each way; `told`: from windows that hold the answer alone."""
    encoded, size, rarity, found = space["encoded"](part), space["SIZE"], space["rarity"], {}

    def each_for_itself(start, end, window):
        start, end = start[window:], end[window:]
        return float(start.max() + end.max()), window + int(start.argmax()), window + int(end.argmax())

    for stride in (size, size // 2):
        best = {}
        for row, begin, window, start, end in space["read"](nets, part, encoded, stride, range(len(part))):
            q = part.questions[row]
            paragraph = encoded[0][q.paragraph_id]
            text, places = part.paragraph(q), paragraph.places[begin : begin + size]
            holds = right[row] in text[places[0][0] : places[-1][1]]
            for name in ("pair", "pair less [CLS]", "each for itself", "told", "pair and rare words"):
                if name == "told" and not holds:
                    continue
                choose = each_for_itself if name == "each for itself" else space["best_span"]
                score, first, last = choose(start, end, window)
                answer = text[places[first - window][0] : places[last - window][1]]  # empty if last < first
                if "[CLS]" in name:
                    score -= float(start[0] + end[0])
                if "rare" in name:
                    place = first - window + begin, last - window + begin
                    score += space["WEIGHT"] * space["evidence"](encoded[1][row].ids, paragraph.ids, *place, rarity)
                best[name, row] = max(best.get((name, row), (-np.inf, "")), (score, answer), key=lambda one: one[0])
        for name in dict.fromkeys(name for name, _ in best):
            answers = [best.get((name, row), (0, ""))[1] for row in range(len(part))]
            found[f"{name}, every {stride}"] = judge.exact_match(answers, right)
            if empty := answers.count(""):
                found[f"{name}, every {stride}: empty"] = empty / len(answers)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--data-seed", type=int, default=data.SEED)
    parser.add_argument("--rungs", nargs="*", choices=RUNGS, default=RUNGS)
    parser.add_argument("--controls", nargs="*", help="all, or those whose names begin so")
    parser.add_argument("--longer", type=Path, default=LONGER, help="weights of the BERT of the controls `longer`")
    parser.add_argument("--ways", nargs="*", choices=RUNGS, default=(), help="of these rungs' networks")
    arguments = parser.parse_args()
    os.environ["HW_PROGRESS"] = "0"
    splits, reference = data.builtin("standard", arguments.data_seed)
    right = reference["Answer"].tolist()
    for seed in arguments.seeds:
        space = remembering(notebook(seed, splits))
        wanted = {rung: space["METHODS"][rung] for rung in arguments.rungs}
        if arguments.controls is not None:
            begins = tuple(arguments.controls) or ("",)
            wanted |= {
                name: make for name, make in controls(space, arguments.longer).items() if name.startswith(begins)
            }
        for name, make in wanted.items():
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                made = make()
            trained = time.process_time() - began
            encoded = space["encoded"](splits.test)
            found = space["answer"](made.nets, splits.test, encoded, **made.how, weight=made.weight)
            print(
                f"data {arguments.data_seed}  seed {seed}  {name:42s} EM {judge.exact_match(found, right):.4f}  "
                f"{len(made.losses)} steps, {trained:.0f} s, test {time.process_time() - began - trained:.0f} s",
                flush=True,
            )
            if name in arguments.ways:
                for way, value in ways(space, made.nets, splits.test, right).items():
                    print(f"    {way:34s} {value:.4f}", flush=True)


if __name__ == "__main__":
    main()
