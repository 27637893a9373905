"""However the work is spread, and however often it is cut off: the same results, to the byte."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from common import data, kernels
from common.grading import controller, reports
from common.grading.policy import Policy
from common.kernels import sandbox
from tests.grading.battery import LOOK, WRITE, notebook

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=f"no sandbox here: {kernels.why_not()}")
KILLS = int(os.environ.get("HW_TEST_KILLS", "1"))  # how often the controller is killed; the claim is for 20
RUN = """
import sys
from pathlib import Path
from tests.grading.test_equal import plan
from common.grading import controller
made = plan(*map(Path, sys.argv[1:4]))
for record in controller.grade(made.waiting(), 2):
    print(record.state, flush=True)
"""


def plan(handed: Path, out: Path, exam: Path) -> controller.Plan:
    return controller.plan("hw01", handed, out, data=exam, box=sandbox.probe(), profile="smoke")


def results(made: controller.Plan) -> str:
    found = made.records()
    assert set(found) == set(made.jobs), "a submission was lost"
    assert "INFRA_ERROR" not in {record.state for record in found.values()}
    rows = reports.rows(made.handed, found, made.card, Policy())
    assert len({row.student for row in rows}) == len(rows), "a student stands there twice"
    return reports.results_csv(rows)


@pytest.fixture
def handed(tmp_path):
    folder = tmp_path / "handed"
    folder.mkdir()
    for number in range(4 if KILLS == 1 else 20):
        constant = WRITE.replace("16.0", f"{10 + number}.0")
        slow = "time.sleep(0.3)"
        (folder / f"student{number:02d}.ipynb").write_bytes(notebook(LOOK, slow, constant))
    (folder / "twin.ipynb").write_bytes((folder / "student00.ipynb").read_bytes())
    (folder / "broken.ipynb").write_bytes(notebook(LOOK, "1 / 0"))
    (folder / "empty.ipynb").write_bytes(b"")
    return folder


def test_results_are_equal_however_they_are_made(tmp_path, handed, monkeypatch):
    exam = data.export("hw01", tmp_path / "exam", seed=7, profile="smoke")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    with kernels.serving():
        texts = {}
        for jobs in (2,) if KILLS == 1 else (1, 2, 4):
            made = plan(handed, tmp_path / f"jobs{jobs}", exam)
            assert len(list(controller.grade(made.waiting(), jobs))) == len(made.jobs)
            texts[f"{jobs} workers"] = results(made)
        assert list(controller.grade(made.waiting(), 2)) == [], "what is graded is not graded again"
        made = plan(handed, tmp_path / "shards", exam)
        shares = [made.waiting((number, 3)) for number in (1, 2, 3)]
        assert sorted(job.key for share in shares for job in share) == sorted(job.key for job in made.jobs.values())
        for share in shares:
            list(controller.grade(share, 1))
        texts["shards"] = results(made)
        texts["killed"] = killed_and_resumed(handed, tmp_path / "killed", exam)
    assert len(set(texts.values())) == 1, texts
    text = texts["shards"]
    assert text.count("\n") == len(list(handed.iterdir())) + 1
    assert "the same file as twin" in text and "CRASHED" in text and "INVALID_NOTEBOOK" in text


def killed_and_resumed(handed: Path, out: Path, exam: Path) -> str:
    """Kill the controller at random moments, and go on."""
    command = [sys.executable, "-c", RUN, *map(str, (handed, out, exam))]
    dice = random.Random(3)
    for _ in range(KILLS):
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        run.stdout.readline()  # a first record, so that there is something to keep
        time.sleep(dice.uniform(0, 1))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        time.sleep(1)  # its workers follow it; one may have a record to finish
        kept = {path: path.read_bytes() for path in (out / "records").glob("[0-9a-f]*.json")}
        assert kept
        if not plan(handed, out, exam).waiting():
            for path in dice.sample(sorted(kept), len(kept) * 3 // 4):
                path.unlink()  # all done: take some away, so that the next one has work
    made = plan(handed, out, exam)
    list(controller.grade(made.waiting(), 2))
    for path, content in kept.items():
        assert not path.exists() or path.read_bytes() == content or KILLS > 1, "a record was made twice"
    return results(made)


def test_dask(tmp_path, handed):
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    exam = data.export("hw01", tmp_path / "exam", seed=7, profile="smoke")
    for path in sorted(handed.iterdir())[3:-2]:
        path.unlink()
    made = plan(handed, tmp_path / "here", exam)
    there = plan(handed, tmp_path / "dask", exam)
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with kernels.serving(), distributed.LocalCluster(**options) as cluster:
        list(controller.grade(made.waiting(), 2))
        list(controller.grade_with_dask(there.waiting(), cluster.scheduler_address))
    assert results(made) == results(there)
