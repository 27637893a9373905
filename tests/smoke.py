"""Smoke runs of every notebook: starters, labs and each rung of each solution once, small; a look at what they left.

`python -m tests.smoke prepare DIR` writes copies of starters, labs and the solutions' boss rungs, parameters set:
nbval runs these, and compares the outputs that are stored in them.
`python -m tests.smoke papermill DIR --jobs 2` runs the other rungs, the way that `hw run` and the grader go, and draws
no pictures: nbval has drawn them all, since the rungs of a solution draw by the same cells.
`python -m tests.smoke verify DIR --jobs 2` fails unless every code cell ran, training moved the loss, each submission
keeps its card's rules, two runs with one seed handed in the same bytes, and `hw grade` gives what `hw score` gives. It
lists what the runs cost, dearest first.
Names of homeworks at the end (hw03 hw13) leave out the others.
"""

import argparse
import functools
import itertools
import json
import logging
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from common import data, kernels
from common.errors import HomeworkError
from common.notebooks import nbformat, run
from common.submission.card import RUNGS, Card, Lab, find_all, folders
from common.submission.table import read_submission
from tests.blank import BLANK
from tests.missing import why_not

EXECUTED = "executed.json"  # written by tests.smoke_plugin: notebook -> cells that ran and passed
# by many notebooks, at up to a second each, the BERT at three: better once; and what leaves out pictures
IMPORTED = (
    "sklearn.manifold", "sklearn.datasets", "tests.blank", "common.check", "common.plots", "common.submission.homework",
    "common.training.loaders", "common.training.loop", "transformers.models.bert.modeling_bert",
)  # fmt: skip
BUDGET = 5  # CPU-seconds of one run beside its kernel; what is over is marked in the list
# starters that draw other random numbers than their solution's simple rung, or compute in another order
UNLIKE = ("hw12", "hw13")
# What is four times as dear is no smoke run any more: a notebook that forgets PROFILE trains at full size, and nothing
# else would tell. No machine that we test on is so slow; time on the clock is never asserted.
LIMIT = 4 * BUDGET


@dataclass(frozen=True)
class Run:
    """One notebook in the smoke profile: `label` is "starter", the rung of the solution, or "lab"."""

    card: Card | Lab
    label: str

    @property
    def name(self) -> str:
        return self.card.id if self.label == "lab" else f"{self.card.id}-{self.label}"

    @property
    def by_nbval(self) -> bool:
        return self.label in ("starter", "boss", "lab")

    def job(self, folder: Path, name: str = "") -> run.Job:
        rung = {"RUNG": self.label} if self.label in RUNGS else {}
        small = {"PROFILE": "smoke", "DEVICE": "cpu", **rung}
        return run.make_job(self.card, folder, solution=bool(rung), label=name or self.name, **small)


def ready(names: Sequence[str] = ()) -> list[Card]:
    """The starters that can be run here, all or those of the homeworks named."""
    return [one for one in _ready(names) if isinstance(one, Card)]


def runs(names: Sequence[str] = ()) -> list[Run]:
    labels = {Card: ("starter", *RUNGS), Lab: ("lab",)}
    return [Run(one, label) for one in _ready(names) for label in labels[type(one)]]


def _ready(names: Sequence[str]) -> list[Card | Lab]:
    found = [one for name in names or folders() for one in find_all(name)]
    return [one for one in found if one.status == "ready" and not why_not(one.id)]


def prepare(folder: Path, names: list[str]) -> None:
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    shutil.rmtree(folder, ignore_errors=True)
    for one in runs(names):
        if one.by_nbval:
            job = one.job(folder)
            job.out.mkdir(parents=True)
            papermill.execute_notebook(job.notebook, job.out / job.notebook.name, job.parameters, prepare_only=True)


def by_papermill(folder: Path, jobs: int, names: list[str]) -> list[str]:
    """Run what is not nbval's; one sentence for each run that failed.

    The starter is meant to be the solution's simple rung: where both hand in the same, run by two runners, two runs
    with one seed are the same. The starters that are UNLIKE theirs are run once more.
    """
    os.environ[BLANK] = "1"
    todo = [one for one in runs(names) if not one.by_nbval]
    todo.sort(key=lambda one: RUNGS.index(one.label), reverse=True)  # the dearest first, so that all end together
    again = [Run(card, "starter").job(folder, f"{card.id}-again") for card in ready(names) if card.id in UNLIKE]
    problems = []
    with kernels.serving(IMPORTED):
        for result in run.run_all([*(one.job(folder) for one in todo), *again], jobs, html=False):
            print(f"{result.job.name}: {result.seconds:.1f} s", flush=True)
            if not result.ok:
                problems.append(f"{result.job.name}: {result.error}")
    return problems


def verify(folder: Path, names: list[str]) -> list[str]:
    """What is wrong with the runs in `folder`, one sentence each."""
    passed = json.loads((folder / EXECUTED).read_text("utf-8"))
    problems = []
    for one in runs(names):
        out = folder / one.name
        found = [*_cells(one, out, passed), *(_left_behind(one.card, out) if one.label != "lab" else [])]
        problems += [f"{one.name}: {problem}" for problem in found]
    for card in ready(names):
        if not _same(card, folder, "starter", "again" if card.id in UNLIKE else "simple"):
            hint = "" if card.id in UNLIKE else " (is its solution's simple rung another program? then it is UNLIKE)"
            problems.append(f"{card.id}: two runs of the starter with one seed handed in different files{hint}")
    return problems


def verify_and_grade(folder: Path, names: Sequence[str], jobs: int) -> list[str]:
    """`verify`, and what `hw grade` and `hw score` do not agree on, for `jobs` homeworks side by side."""
    from tests.grading import handed_in

    each = sorted({one.card.id for one in runs(names)}, key=lambda name: (name != handed_in.WHOLE, name))
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return [*itertools.chain.from_iterable(pool.map(_verify_and_grade, itertools.repeat(folder), each))]


def _verify_and_grade(folder: Path, name: str) -> list[str]:
    from tests.grading import handed_in

    problems = verify(folder, [name])
    for card in ready([name]):
        try:
            problems += handed_in.grade_smoke(folder, card.id)
        except RuntimeError as error:  # a command that ended badly
            problems.append(f"{card.id}: {error}")
    return problems


def _cells(one: Run, out: Path, passed: dict[str, int]) -> Iterator[str]:
    path = out / one.job(out.parent).notebook.name
    if not path.is_file():
        yield "was not run"
        return
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    if one.by_nbval:
        ran = passed.get(f"{out.name}/{path.name}", 0)
    else:
        fine = [cell for cell in code if all(output.output_type != "error" for output in cell.outputs)]
        ran = sum(cell.execution_count is not None for cell in fine)
    if ran != len(code):
        yield f"{ran} of {len(code)} code cells ran and passed"


@functools.cache
def _reference(name: str) -> pd.DataFrame:
    return data.reference(name, profile="smoke")


def _left_behind(card: Card, out: Path) -> Iterator[str]:
    try:
        read_submission(out / card.submission.file, card.submission, _reference(card.id))
    except HomeworkError as error:
        yield str(error)
    metrics = _metrics(out)
    if not metrics:
        yield "metrics.json is missing"
        return
    if not metrics["loss_last"] < metrics["loss_first"]:
        yield f"training did not lower the loss ({metrics['loss_first']:g} to {metrics['loss_last']:g})"
    if metrics["cpu_seconds"] > LIMIT:
        yield f"took {metrics['cpu_seconds']:.0f} CPU-seconds beside its kernel; a smoke run has {BUDGET}"


def _same(card: Card, folder: Path, *labels: str) -> bool:
    """Whether two runs of a homework handed in the same files, as far as they handed in any."""
    for name in card.submission.files:
        one, other = (folder / f"{card.id}-{label}" / name for label in labels)
        if one.is_file() != other.is_file() or (one.is_file() and one.read_bytes() != other.read_bytes()):
            return False
    return True


def costs(folder: Path, names: list[str]) -> str:
    """What the runs cost beside their kernels, dearest first."""
    spent = {one.name: _metrics(folder / one.name).get("cpu_seconds", 0.0) for one in runs(names)}
    dearest = sorted(spent, key=spent.get, reverse=True)[:10]
    over = [name for name in spent if spent[name] > BUDGET]
    lines = [f"  {spent[name]:5.1f}  {name}{f'  over the budget of {BUDGET}' * (name in over)}" for name in dearest]
    total = (
        f"{sum(spent.values()):.0f} CPU-seconds in {len(spent)} runs beside their kernels, {len(over)} over the budget"
    )
    return "\n".join([f"{total}; the dearest:", *lines])


def _metrics(out: Path) -> dict:
    path = out / "metrics.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["prepare", "papermill", "verify"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("homeworks", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args(arguments)
    problems = []
    if wanted.step == "prepare":
        prepare(wanted.folder, wanted.homeworks)
    elif wanted.step == "papermill":
        problems = by_papermill(wanted.folder, wanted.jobs, wanted.homeworks)
    else:
        problems = verify_and_grade(wanted.folder, wanted.homeworks, wanted.jobs)
        print(costs(wanted.folder, wanted.homeworks))
        done = "notebooks ran whole, learned, and handed in, the same with the same seed; each got the score it has"
        print("" if problems else f"{len(runs(wanted.homeworks))} {done} when it is graded.")
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
