"""Homework 5: all rungs and a control for each, trained by the solution notebook's own cells.

    python benchmarks/translation_ladder.py [--seeds 2022 1 2] [--data-seed 2022] [--rungs simple ...] [--controls boss]
    python benchmarks/translation_ladder.py --data original --pairs 2000 --seeds 1   # of what lies in data/hw05

It runs the cells that define and set things and leaves out those that draw, so a seed takes a fraction of what `hw
ladder` takes. The BLEU of a rung is the same, because every method begins with `set_seed`. Three figures each: on the
test (which the ladder counts), on the test's structures that training never had, on the validation pairs. The seconds
(of CPU) of the first rung that needs the back-translation hold the time for it, those of the next one do not.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from cells import defined

from common import data
from common.homeworks.hw05 import data as hw05
from common.homeworks.hw05 import judge
from common.submission.card import RUNGS

CELLS = ("imports", "tokenizer", "pieces", "batches", "padding", "plain-loss", "attention", "better", "learn",
         "translate", "net", "heads", "layer", "transformer", "methods", "back")  # fmt: skip
LONGER = 24  # passes of medium


def notebook(seed: int, splits: hw05.Splits, cells=()) -> dict:
    """What the solution's cells define at the boss rung, with `cells` more of them."""
    parts = {name: getattr(splits, name) for name in ("train", "validation", "test", "unseen")}
    return defined("hw05", (*CELLS, *cells), seed, "boss", splits=splits, LARGE=False, shown=0, **parts)


def fewer(splits: hw05.Splits, pairs: int) -> hw05.Splits:
    """So many of the training pairs, always the same; of the others the Chinese alone is kept, as monolingual text."""
    order = np.random.default_rng(0).permutation(len(splits.train))
    columns = (splits.train.en, splits.train.zh, splits.train.kind, splits.train.links)
    train = hw05.Pairs(*(column and tuple(column[row] for row in order[:pairs]) for column in columns))
    alone = dict.fromkeys(splits.train.zh[row] for row in order[pairs:])  # once each
    return replace(splits, train=train, monolingual=(*splits.monolingual, *alone))


def bleus(space: dict, reference: pd.DataFrame, net) -> dict[str, float]:
    """BLEU on the test, on its unseen structures, and on the validation pairs."""
    encode, decode, translate = (space[name] for name in ("encode", "decode", "translate"))
    found, validation = decode(translate(net, encode(space["test"].en))), space["validation"]
    parts = {
        "test": judge.judge(reference, pd.DataFrame({"translation": found})),
        "validation": judge.bleu(decode(translate(net, encode(validation.en))), validation.zh),
    }
    if "held_out" in reference and reference["held_out"].any():
        apart = reference["held_out"].to_numpy()
        parts["unseen"] = judge.bleu(pd.Series(found)[apart].tolist(), reference["translation"][apart].tolist())
    return parts


def controls_of(space: dict) -> dict:
    """A rung, and what else might explain it, at least as long in seconds: a name and a function each."""
    line, smooth, plain = (space[name] for name in ("rise_and_fall", "label_smoothing", "cross_entropy"))
    gru, transformer = space["GRUTranslator"], space["Transformer"]

    def pairs_alone(kind, passes, lr, loss, factor=None, dropout=0.1):
        space["set_seed"](space["SEED"])
        net = kind(space["d_model"], dropout=dropout)
        return space["learn"](net, space["english"], space["chinese"], passes, lr, loss, factor)

    def constant(lr, loss=plain):
        return lambda: pairs_alone(gru, LONGER, lr, loss)

    return {
        "medium: the same schedule, nothing smoothed": lambda: pairs_alone(gru, LONGER, 6e-3, plain, line),
        "medium: a constant rate of 0.0015, nothing smoothed": constant(1.5e-3),
        "medium: a constant rate of 0.002, nothing smoothed": constant(2e-3),
        "medium: a constant rate of 0.003, nothing smoothed": constant(3e-3),
        "medium: a constant rate of 0.003, as smooth": constant(3e-3, smooth),
        "strong: medium, as long": lambda: space["medium"](56),
        "boss: the GRU, as many passes, nothing dropped": lambda: space["from_both"](gru, 6e-3, dropout=0.0, times=1.5),
        "boss: pairs alone, as many steps": lambda: pairs_alone(transformer, 41, 5e-3, smooth, line, dropout=0.0),
    }


def trained(space: dict, rungs, controls) -> Iterator[tuple[str, object]]:
    """Names and networks of some rungs, then of the controls whose names begin so, one after another."""
    for rung in rungs:
        yield rung, space["METHODS"][rung]()
    for name, control in controls_of(space).items():
        if name.startswith(tuple(controls)):
            yield name, control()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2022, 1, 2])
    parser.add_argument("--data-seed", type=int, default=hw05.SEED)
    parser.add_argument("--data", default="builtin", help="builtin, original or a folder")
    parser.add_argument("--pairs", type=int, help="learn from so many pairs, and have the others' Chinese alone")
    parser.add_argument("--tokens", type=int, help="of a batch, in place of the notebook's own number")
    parser.add_argument("--rungs", nargs="*", choices=RUNGS, default=RUNGS)
    parser.add_argument("--controls", nargs="*", default=(), metavar="BEGINNING", help="of which rungs, or which")
    arguments = parser.parse_args()
    if arguments.data == "builtin":
        source, (splits, reference) = arguments.data_seed, hw05.builtin("standard", arguments.data_seed)
    else:
        source, splits = arguments.data, data.load("hw05", source=arguments.data)
        reference = data.reference("hw05", source=arguments.data)
    if arguments.pairs:
        splits = fewer(splits, arguments.pairs)
    for seed in arguments.seeds:
        space = notebook(seed, splits)
        space["batch_tokens"] = arguments.tokens or space["batch_tokens"]
        print(f"data {source}, {len(splits.train):,} pairs, seed {seed}", flush=True)
        each = trained(space, arguments.rungs, arguments.controls)
        while True:
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                name, found = next(each, (None, None))
            if name is None:
                break
            figures = "  ".join(f"{part} {value:5.2f}" for part, value in bleus(space, reference, found.net).items())
            print(
                f"    {name:52s}{figures}   {len(found.steps):5} steps {time.process_time() - began:4.0f} s", flush=True
            )


if __name__ == "__main__":
    main()
