"""What benchmarks share: the cells of a solution, run outside its notebook."""

from collections.abc import Iterable

from common.notebooks import books
from common.submission.card import find_card


def defined(homework: str, names: Iterable[str], seed: int, rung: str, **given) -> dict:
    """What the named cells of a homework's solution define at a rung, at standard size, on the CPU.

    given: what cells that are left out would have defined, such as the splits of other data than the builtin.
    """
    cells = {cell.id: cell.source for cell in books.read(books.paths(find_card(homework))[1]).cells}
    space = {"PROFILE": "standard", "DATA": "builtin", "DEVICE": "cpu", "SEED": seed, "RUNG": rung, **given}
    for name in names:
        exec(compile(cells[name], name, "exec"), space)
    return space
