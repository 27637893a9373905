"""Notebooks through papermill: refusals before anything runs, failures told, nothing stale, nothing half written."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from common.errors import DataError, HomeworkError, NotebookError
from common.notebooks import run
from common.submission.card import find_card
from common.submission.homework import Homework


@pytest.mark.parametrize(
    ("parameters", "error", "says"),
    [
        (
            {"PROFIL": "smoke"},
            NotebookError,
            "has no parameter 'PROFIL'; it has PROFILE, DATA, DEVICE, SEED, OUTPUT_DIR",
        ),
        ({"SEED": "3"}, NotebookError, "SEED = '3' must be of type int"),
        ({"SEED": True}, NotebookError, "SEED = True must be of type int"),
        ({"PROFILE": "tiny"}, NotebookError, "PROFILE = 'tiny' is unknown; choose one of smoke, standard"),
        ({"DATA": "nowhere"}, DataError, "neither 'builtin', 'original' nor a folder"),
        ({"RUNG": "boss"}, NotebookError, "has no parameter 'RUNG'"),
    ],
)
def test_refused_before_anything_runs(tmp_path, parameters, error, says):
    with pytest.raises(error) as caught:
        run.make_job("hw01", tmp_path / "out", **parameters)
    assert says in str(caught.value) and not (tmp_path / "out").exists()


def test_unknown_rung_and_planned_homework(tmp_path):
    with pytest.raises(NotebookError, match="RUNG = 'top' is"):
        run.make_job("hw01", tmp_path, solution=True, RUNG="top")
    with pytest.raises(HomeworkError, match="no homework"):
        run.make_job("hw99", tmp_path)


def job(tmp_path, *sources, **parameters):
    cells = [new_code_cell('OUTPUT_DIR = "outputs"', metadata={"tags": ["parameters"]})]
    notebook = new_notebook(cells=cells + [new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = tmp_path / "toy.ipynb"
    nbformat.write(notebook, path)
    out = tmp_path / "out"
    return run.Job(find_card("hw01"), path, out, {"OUTPUT_DIR": str(out), **parameters})


def test_a_failing_cell_is_told_and_the_copy_kept(tmp_path):
    toy = job(tmp_path, "print('before')", "raise ValueError('no luck')", "print('after')")
    toy.out.mkdir()
    for stale in ("submission.csv", "metrics.json", "toy.html"):
        (toy.out / stale).write_text("of an earlier run")
    result = run.run(toy)
    assert not result.ok and "ValueError: no luck" in result.error and result.score is None
    assert sorted(os.listdir(toy.out)) == ["toy.html", "toy.ipynb"]
    assert "of an earlier run" not in (toy.out / "toy.html").read_text()
    assert nbformat.read(toy.out / "toy.ipynb", 4).cells[-1].execution_count is None


def test_a_dead_kernel_is_told(tmp_path):
    result = run.run(job(tmp_path, "import os\nos._exit(3)"), html=False)
    assert "DeadKernelError" in result.error


def test_a_kernel_that_dies_while_it_starts_is_told(tmp_path, monkeypatch):
    def dies(*_, **__):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("papermill.execute_notebook", dies)
    result = run.run(job(tmp_path, "print(1)"))
    assert result.error == "RuntimeError: its kernel died; did it need more memory than there is?"


class Deadly:
    """A notebook that kills the process that reads it."""

    name = "deadly.ipynb"

    def read_bytes(self):
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_dies_leaves_a_table(tmp_path):
    deadly = run.Job(find_card("hw01"), Deadly(), tmp_path / "deadly", {})
    results = list(run.run_all([deadly]))
    assert [result.error.startswith("BrokenProcessPool: ") for result in results] == [True]
    run.write_table(results, tmp_path / "results.csv")
    assert "deadly,failed,0.0" in (tmp_path / "results.csv").read_text()


def test_a_scorer_and_a_page_that_fail_are_told(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError("division by zero\nand more")

    monkeypatch.setattr("common.data.reference", fails)
    assert run.run(job(tmp_path, "print(1)"), html=False).error == "ZeroDivisionError: division by zero"
    monkeypatch.setattr("nbconvert.HTMLExporter.from_filename", fails)
    result = run.run(job(tmp_path, "print(OUTPUT_DIR)"))
    assert result.note == "its page could not be made (ZeroDivisionError: division by zero)"


def test_notebooks_as_people_save_them_are_run(tmp_path):
    """Ids twice, as VS Code copies cells; state of widgets, as Colab keeps it; a kernel that is gone; and a page."""
    toy = job(tmp_path, "print(OUTPUT_DIR)", "print('and on')")
    notebook = json.loads(toy.notebook.read_text())
    for cell in notebook["cells"]:
        cell["id"] = "same"
    widgets = {"application/vnd.jupyter.widget-state+json": {"4c1e5": {}}}
    notebook["metadata"] = {"kernelspec": {"name": "ml2022"}, "widgets": widgets, "colab": {"provenance": []}}
    toy.notebook.write_text(json.dumps(notebook))
    result = run.run(toy)
    assert "There is no file" in result.error and result.note == ""
    assert "and on" in (toy.out / "toy.html").read_text()


def test_what_is_odd_about_the_parameters_is_noted(tmp_path):
    result = run.run(job(tmp_path, "OUTPUT_DIR = 'elsewhere'"), html=False)
    assert "cell 2 sets OUTPUT_DIR anew" in result.note and "never reads OUTPUT_DIR" in result.note


def test_pictures_are_drawn_whatever_backend_the_shell_asks_for(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    toy = job(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(OUTPUT_DIR)")
    list(run.run_all([toy], html=False))
    outputs = nbformat.read(toy.out / "toy.ipynb", 4).cells[-1].outputs
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_a_missing_submission_is_told(tmp_path):
    result = run.run(job(tmp_path, "print('done')"), html=False)
    assert "There is no file" in result.error


def test_an_unwritable_folder_is_told(tmp_path):
    (tmp_path / "out").write_text("a file")
    result = run.run(job(tmp_path, "print('done')"))
    assert result.error.startswith(f"cannot write to {tmp_path / 'out'}")


def started(tmp_path, *homeworks: str) -> tuple[subprocess.Popen, Path]:
    """`hw run` in the middle of its first notebook, and its folder; its processes carry `tmp_path/mark`."""
    out = tmp_path / "out"
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "mark")}
    command = [sys.executable, "-m", "common.cli", "run", *homeworks, "--profile", "smoke", "--out", str(out)]
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 60
    while not list(out.glob("*/*.partial.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return process, out


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.usefixtures("no_server")
def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    """`hw run` interrupted in the middle: no kernel lives on, and no executed copy stands there as if it were whole."""
    process, out = started(tmp_path, "hw01")
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output.decode()
    assert not list(out.glob("hw01/*.ipynb")) and not (out / "results.csv").exists()
    assert b"Traceback" not in output, output.decode()
    time.sleep(0.5)
    assert not _processes_with(str(tmp_path / "mark"))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.usefixtures("no_server")
def test_workers_and_kernels_end_with_their_parent(tmp_path):
    """`hw run` killed: its workers do not go on with what is queued."""
    process, _ = started(tmp_path, "hw01", "hw02")
    assert len(_processes_with(str(tmp_path / "mark"))) > 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + 15
    while _processes_with(str(tmp_path / "mark")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _processes_with(str(tmp_path / "mark"))


def _processes_with(mark: str) -> list[str]:
    found = []
    for process in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{process}/environ", "rb") as file:
                if mark.encode() in file.read():
                    found.append(process)
        except OSError:
            continue
    return found


def test_many_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_FAST_KERNELS", "0")  # its server would import torch, which these do not need
    good, bad = job(tmp_path, "print(1)"), job(tmp_path, "print(1)")
    jobs = [
        run.Job(each.card, each.notebook, tmp_path / name, each.parameters) for name, each in (("a", good), ("b", bad))
    ]
    cells = []
    results = list(run.run_all(jobs, 2, lambda *report: cells.append(report)))
    assert {result.job.name for result in results} == {"a", "b"}
    assert ("a", 3, 3) in cells and ("b", 3, 3) in cells  # the third is the cell with the parameters given
    run.write_table(results, tmp_path / "results.csv")
    lines = (tmp_path / "results.csv").read_text().splitlines()
    assert lines[0] == "run,state,seconds,metric,score,rung,edition,estimate,error"
    assert len(lines) == 3 and "failed" in lines[1]


def test_from_the_command_to_the_page(tmp_path):
    """One real run: executed notebook, its page, metrics, table of results, and the page that shows it."""
    options = ["--profile", "smoke", "--seed", "5", "--device", "cpu", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "common.cli", "run", "hw01", *options]
    environment = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"To look at, with links to the executed notebooks: {tmp_path / 'index.html'}" in done.stdout
    metrics = json.loads((tmp_path / "hw01" / "metrics.json").read_text())
    assert metrics["homework"] == "hw01" and metrics["cpu_seconds"] > 0
    (row,) = csv.DictReader((tmp_path / "results.csv").read_text().splitlines())
    assert (row["run"], row["state"], row["metric"]) == ("hw01", "ok", "mse") and float(row["score"]) > 0
    page = (tmp_path / "index.html").read_text("utf-8")
    for link in ("hw01/hw01_regression.html", "hw01/hw01_regression.ipynb"):
        assert f'href="{link}"' in page and (tmp_path / link).is_file()
    assert "1 notebook, all ran" in page and "data:image/webp" in page and "profile smoke" in page


def scored(tmp_path, monkeypatch, homework, reference, **metrics):
    """What `hw run` makes of a run that handed in nothing but ones, on original data with this reference."""
    monkeypatch.setattr("common.data.reference", lambda *_, **__: reference)
    card = find_card(homework)
    ones = {name: 1 for name in card.submission.answers}
    Homework(homework).submit(reference.assign(**ones), tmp_path)
    Homework(homework).write_metrics(tmp_path, [2.0, 1.0], **metrics)
    return run._scored(run.Job(card, Path("x.ipynb"), tmp_path, {"DATA": "original"}), 1.0, "")


def test_a_rung_is_of_the_edition_that_was_run(tmp_path, monkeypatch):
    """Two of three right: simple by the course's thresholds of 2022, medium by those of the builtin data."""
    reference = pd.DataFrame({"id": range(6), "class": [1, 1, 1, 1, 0, 0]})
    reference.attrs["edition"] = "2022"
    result = scored(tmp_path, monkeypatch, "hw15", reference)
    assert (round(result.score, 2), result.rung, result.edition) == (0.67, "simple", "2022")
    del reference.attrs["edition"]
    assert scored(tmp_path, monkeypatch, "hw15", reference).rung == "medium"


def test_an_estimate_reaches_the_table(tmp_path, monkeypatch):
    reference = pd.DataFrame({"id": range(6)})
    reference.attrs["edition"] = "2021"
    result = scored(tmp_path, monkeypatch, "hw01", reference, estimate=("5-fold MSE", 1.05))
    assert (result.score, result.rung, result.edition) == (None, None, "2021")
    assert str(result.estimate) == "1.0500 by the notebook's own 5-fold MSE"
    run.write_table([result], tmp_path / "results.csv")
    assert (tmp_path / "results.csv").read_text().splitlines()[1].endswith(",mse,,,2021,1.05,")
