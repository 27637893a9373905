"""What benchmarks share: the cells of a solution, run outside its notebook."""

from collections.abc import Iterable

from common.notebooks import books
from common.submission.card import find_card


def defined(homework: str, names: Iterable[str], seed: int, rung: str, source: str = "builtin") -> dict:
    """What the named cells of a homework's solution define at a rung, at standard size, on the CPU."""
    cells = {cell.id: cell.source for cell in books.read(books.paths(find_card(homework))[1]).cells}
    space = {"PROFILE": "standard", "DATA": source, "DEVICE": "cpu", "SEED": seed, "RUNG": rung}
    for name in names:
        exec(compile(cells[name], name, "exec"), space)
    return space
