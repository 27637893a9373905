"""A solution from top to bottom, at standard size and at its boss rung, with every training cut short.

    python benchmarks/memory.py python benchmarks/short_solution.py hw06_gan

What is held in memory at once does not hang on how long a training lasts, so this tells the peak of a notebook in a
fraction of its time. It says nothing of scores. One process, no kernel (which takes some 50 MB more).
"""

import argparse
import contextlib
import io
import tempfile
import warnings
from collections.abc import Callable

import matplotlib
import matplotlib.pyplot as plt
import torch

from common.notebooks import books
from common.submission.card import find_card


def few_steps(space: dict) -> None:
    for method in space["METHODS"].values():
        method["steps"] = 32


def an_epoch_each(space: dict) -> None:
    for method in space["METHODS"].values():
        method["epochs"] = 1


def an_epoch(space: dict) -> None:
    space["epochs"] = 1


SHORTENED: dict[str, tuple[str, Callable]] = {  # behind which cell of the solution, and how
    "hw06_gan": ("method", few_steps),
    "hw06_diffusion": ("method", few_steps),
    "hw08": ("methods", an_epoch_each),
    "hw11": ("settings", an_epoch),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("homework", choices=SHORTENED)
    homework = parser.parse_args().homework
    torch.set_num_threads(1)
    matplotlib.use("Agg")
    plt.show = lambda: plt.close("all")  # as a notebook does
    warnings.filterwarnings("ignore")
    where, shorten = SHORTENED[homework]
    space = {"__name__": "notebook"}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for cell in books.read(books.paths(find_card(homework))[1]).cells:
            if cell.cell_type == "code" and cell.id != "setup":
                exec(compile(cell.source, cell.id, "exec"), space)
            if cell.id == "parameters":
                space["OUTPUT_DIR"] = folder
            if cell.id == where:
                shorten(space)


if __name__ == "__main__":
    main()
