"""Smoke runs of every notebook: write the small copies, and look at what running them left behind.

`python -m tests.smoke prepare DIR` writes a copy of each starter and of each rung of each solution, parameters set.
`python -m tests.smoke verify DIR AGAIN` fails unless every code cell ran, training moved the loss, and each submission
keeps its card's rules and equals, for the starters, the one of a second run in AGAIN (`hw run`), byte for byte.
"""

import json
import logging
import shutil
import sys
from pathlib import Path

import nbformat
import papermill

from common import data
from common.errors import HomeworkError
from common.notebooks import books
from common.submission.card import RUNGS, Card, Lab, cards, folders
from common.submission.table import read_submission

EXECUTED = "executed.json"  # written by tests.smoke_plugin: notebook -> cells that ran and passed


def prepare(folder: Path) -> None:
    logging.getLogger("papermill").setLevel(logging.ERROR)
    shutil.rmtree(folder, ignore_errors=True)
    for card in ready():
        starter, solution = books.paths(card)
        copies = {"starter": (starter, {})} | {rung: (solution, {"RUNG": rung}) for rung in RUNGS}
        for label, (notebook, rung) in copies.items():
            _copy(notebook, folder / f"{card.id}-{label}", rung)
    for lab in labs():
        _copy(*books.paths(lab), folder / lab.id, {})


def _copy(notebook: Path, out: Path, rung: dict) -> None:
    out.mkdir(parents=True)
    small = {"PROFILE": "smoke", "DEVICE": "cpu", "OUTPUT_DIR": str(out.resolve()), **rung}
    papermill.execute_notebook(notebook, out / notebook.name, small, prepare_only=True)


def verify(folder: Path, again: Path) -> list[str]:
    problems = []
    executed = json.loads((folder / EXECUTED).read_text("utf-8"))
    for card in ready():
        for label in ("starter", *RUNGS):
            out = folder / f"{card.id}-{label}"
            problems += _not_run(out, executed)
            problems += [f"{out.name}: {problem}" for problem in _left_behind(card, out)]
        for name in card.submission.files:
            first, second = (path / name for path in (folder / f"{card.id}-starter", again / card.id))
            if first.is_file() and not (second.is_file() and first.read_bytes() == second.read_bytes()):
                problems.append(f"{card.id}: two runs of the starter with one seed gave different files {name}")
    return problems + [problem for lab in labs() for problem in _not_run(folder / lab.id, executed)]


def _not_run(out: Path, executed: dict[str, int]) -> list[str]:
    (notebook,) = out.glob("*.ipynb")
    code = sum(cell.cell_type == "code" for cell in nbformat.read(notebook, 4).cells)
    ran = executed.get(notebook.relative_to(out.parent).as_posix(), 0)
    return [] if ran == code else [f"{out.name}: {ran} of {code} code cells ran and passed"]


def _left_behind(card: Card, out: Path):
    try:
        reference = data.reference(card.id, profile="smoke")
        read_submission(out / card.submission.file, card.submission, reference)
    except HomeworkError as error:
        yield str(error)
    metrics = out / "metrics.json"
    if not metrics.is_file():
        yield "metrics.json is missing"
        return
    numbers = json.loads(metrics.read_text("utf-8"))
    if not numbers["loss_last"] < numbers["loss_first"]:
        yield f"training did not lower the loss ({numbers['loss_first']:g} to {numbers['loss_last']:g})"


def ready() -> list[Card]:
    return [card for card in cards().values() if card.status == "ready"]


def labs() -> list[Lab]:
    return [lab for folder in folders().values() for lab in folder.labs if lab.status == "ready"]


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]))
    else:
        found = verify(Path(sys.argv[2]), Path(sys.argv[3]))
        print("\n".join(found) or f"{5 * len(ready()) + len(labs())} notebooks ran whole, learned, and handed in.")
        sys.exit(bool(found))
