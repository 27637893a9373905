"""Grade what the smoke runs have handed in: the last step of `make smoke` calls it.

For every homework the files of starter and rungs go through `hw grade --files-only`, and each must get what `hw score`
gives it. One starter is graded as a notebook too: in the sandbox it must get what it gets without, on the same exam.
"""

import functools
import json
import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from typer.testing import CliRunner

from common import data, kernels
from common.cli import app
from common.grading import controller
from common.notebooks import books, run
from common.submission.card import find_card
from tests.blank import BLANK

WHOLE = "hw13"  # its starter is graded as a notebook: it hands in two files


class Kept(controller.Station):
    """A worker that one `hw grade` after the other asks: each would start its own, which would load torch anew."""

    def close(self) -> None:
        """It ends with this process."""


_kept = functools.cache(Kept)


def exam_of(name: str, folder: Path) -> Path:
    """The public test set, as an instructor's exam."""
    return data.export(name, folder / "exam", seed=data.module(name).SEED, profile="smoke")


def compare(name: str, handed: Path, exam: Path, report: Path) -> list[str]:
    """Grade the prediction files in `handed`, a folder per student; where `hw grade` and `hw score` differ."""
    rows = _grade(name, handed, exam, report, "--files-only")
    problems = []
    for folder in sorted(handed.iterdir()):
        scored = _hw("score", name, folder / find_card(name).submission.file, "--data", exam, "--json")
        expected, record = json.loads(scored), rows[folder.name]["record"]
        if record["state"] != "OK" or (record["score"], record["rung"]) != (expected["value"], expected["rung"]):
            problems.append(f"{name}, {folder.name}: {expected}, but graded {_shown(record)}")
        if {record["public"], record["private"]} & {None}:
            problems.append(f"{name}, {folder.name}: a half has no score: {_shown(record)}")
    return problems


def _grade(name: str, handed: Path, exam: Path, report: Path, *options) -> dict[str, dict]:
    _hw("grade", name, handed, "--data", exam, "--out", report, *options)
    return {row["student"]: row for row in json.loads((report / "results.json").read_text("utf-8"))}


def _hw(*words) -> str:
    """What `hw …` prints. Raises RuntimeError unless it ends well."""
    with mock.patch.object(controller, "Station", _kept):
        result = CliRunner().invoke(app, [*map(str, words), "--profile", "smoke"])
    if result.exit_code:
        raise RuntimeError(f"hw {' '.join(map(str, words))} ended with {result.exit_code}: {result.output}") from (
            result.exception
        )
    return result.stdout


def _shown(record: dict) -> str:
    return ", ".join(f"{name} {record[name]!r}" for name in ("state", "message", "score", "public", "private", "rung"))


def grade_smoke(smoke: Path, name: str) -> list[str]:
    """The smoke runs of one homework, graded; the problems found."""
    with tempfile.TemporaryDirectory(prefix="handed-in-") as folder:
        return _grade_smoke(smoke, name, Path(folder))


def _grade_smoke(smoke: Path, name: str, folder: Path) -> list[str]:
    card, exam = find_card(name), exam_of(name, folder)
    runs = [one for one in sorted(smoke.glob(f"{name}-*")) if (one / card.submission.file).is_file()]
    if len(runs) < 2:
        return [f"{name}: the smoke runs have left {len(runs)} submissions"]
    for one in runs:
        (folder / "handed" / one.name).mkdir(parents=True)
        for file in card.submission.files:
            if (one / file).is_file():
                shutil.copy(one / file, folder / "handed" / one.name / file)
    problems = compare(name, folder / "handed", exam, folder / "report")
    if name == WHOLE and not kernels.why_not():
        problems += _run_whole(name, folder, exam)
    return problems


def _run_whole(name: str, folder: Path, exam: Path) -> list[str]:
    card = find_card(name)
    (folder / "notebooks").mkdir()
    shutil.copy(books.paths(card)[0], folder / "notebooks" / "ann.ipynb")
    record = _grade(name, folder / "notebooks", exam, folder / "run")["ann"]["record"]
    os.environ[BLANK] = "1"
    alone = run.run(run.make_job(card, folder, PROFILE="smoke", DEVICE="cpu", DATA=str(exam / "inputs")), html=False)
    if not alone.ok:
        return [f"{name}: its starter on an exam: {alone.error}"]
    scored = _hw("score", name, alone.job.out / card.submission.file, "--data", exam, "--json")
    if (record["state"], record["score"]) != ("OK", json.loads(scored)["value"]):
        return [f"{name}: its starter, run by the grader: {_shown(record)}; run by itself: {scored}"]
    return []
