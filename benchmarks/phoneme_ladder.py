"""Homework 2: rungs, and what else might explain them, trained by the solution notebook's own cells.

    python benchmarks/phoneme_ladder.py [--seeds 1] [--data-seed 2022] [--only simple medium ...] [--profile standard]

Each line is a network, trained as the notebook does, of which the best epoch on the validation speakers is kept. The
controls train at least as long as the rung that they are about, unless more epochs do harm. A line takes from half a
minute (simple) to five (boss).
"""

import contextlib
import io
import time

import torch
from cells import asked, defined, run

from common.homeworks.hw02 import data as hw02

CELLS = ("imports", "classes", "resident", "stack", "reverse", "batches", "net", "settings")
LINES = {  # name -> whose settings, and what is changed: neighbours on either side, layers, epochs, plain or not
    "simple": ("simple", {}),
    "medium": ("medium", {}),
    "strong": ("strong", {}),
    "boss": ("boss", {}),
    "medium without neighbours": ("medium", {"context": 0, "epochs": 12}),
    "medium for 14 epochs": ("medium", {"epochs": 14}),
    "medium for 75 epochs": ("medium", {"epochs": 75}),  # as many seconds as strong's 14, or more
    "strong without batch norm and dropout": ("strong", {"plain": True, "epochs": 5}),
    "strong for 28 epochs": ("strong", {"epochs": 28}),
}


def trained(name: str, seed: int, given: dict) -> dict:
    """What the notebook knows after its training, of a rung or of a change of one."""
    rung, changes = LINES[name]
    space = defined("hw02", CELLS, seed, rung, **given)
    space["epochs"] = changes.get("epochs", space["epochs"]) if space["PROFILE"] == "standard" else 1
    space["context"] = changes.get("context", space["context"])
    if changes.get("plain"):
        space["Net"] = lambda: space["FrameNet"](1024, 2)
    run("hw02", ("step", "fit"), space)
    return space


def main() -> None:
    options = asked("Rungs and controls of homework 2.", LINES, hw02.SEED)
    torch.set_num_threads(1)
    splits, reference = hw02.builtin(options.profile, options.data_seed)
    truth = torch.tensor(reference["Class"].to_numpy())
    parts = {name: getattr(splits, name) for name in ("train", "validation", "test", "classes")}
    given = {"splits": splits, "PROFILE": options.profile, **parts}
    for seed in options.seeds:
        for name in options.only:
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                space = trained(name, seed, given)
            seconds = time.process_time() - began
            test = (space["predict"](space["test_set"]).cpu() == truth).float().mean()
            validation = max(space["history"]["val_accuracy"])
            print(
                f"data {options.data_seed}  seed {seed}  {name:40s}validation {validation:.4f}  test {test:.4f}  "
                f"{seconds:4.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
