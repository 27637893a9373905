"""What benchmarks share: the cells of a solution, or of a lab, run outside the notebook."""

import argparse
import contextlib
import io
from collections.abc import Iterable

from common.notebooks import books
from common.submission.card import find_all


def defined(homework: str, names: Iterable[str], seed: int, rung: str, **given) -> dict:
    """What the named cells of a homework's solution define at a rung, builtin data at standard size, on the CPU.

    given: what is there before they run: DATA="original", or the `splits` of another data seed for a cell left out.
    Cells that draw are best left out, too. What they print is dropped.
    """
    space = {"PROFILE": "standard", "DATA": "builtin", "DEVICE": "cpu", "SEED": seed, "OUTPUT_DIR": "outputs"}
    space |= {"RUNG": rung, "__name__": "notebook", **given}
    run(homework, names, space)
    return space


def run(homework: str, names: Iterable[str], space: dict) -> None:
    """Run the named cells with what `space` defines, and put there what they define."""
    (card,) = (one for one in find_all(homework) if one.id == homework)
    cells = {cell.id: cell.source for cell in books.read(books.paths(card)[-1]).cells}
    with contextlib.redirect_stdout(io.StringIO()):
        for name in names:
            exec(compile(cells[name], name, "exec"), space)


def asked(title: str, lines: Iterable[str], data_seed: int) -> argparse.Namespace:
    """What a ladder is asked for on the command line: seeds, data_seed, profile, and `only`, the names of its lines."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--data-seed", type=int, default=data_seed)
    parser.add_argument("--only", nargs="+", default=[""], help="only the lines so named, or with it in their name")
    parser.add_argument("--profile", choices=("smoke", "standard"), default="standard")
    options = parser.parse_args()
    lines = list(lines)
    whole = [word for word in options.only if word in lines]  # a line's whole name is that line alone
    parts = [word for word in options.only if word not in lines]
    options.only = [name for name in lines if name in whole or any(word in name for word in parts)]
    return options
