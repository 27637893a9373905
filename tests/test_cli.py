"""`hw` as a person uses it: what is printed, and the exit codes 0 (well), 1 (failed), 2 (wrong usage)."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from common import cli, data
from common.notebooks.run import Estimate, Result
from common.notebooks.run import run as run_notebook
from common.submission.homework import Homework


@pytest.fixture
def hw(monkeypatch, capsys):
    """Calls the command line in this process; gives its exit code and what it printed."""

    def hw(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["hw", *map(str, arguments)])
        monkeypatch.setattr(cli.console, "_width", 200)
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    return hw


def test_as_a_command():
    """Once as a process of its own, as it is installed."""
    command = [sys.executable, "-m", "common.cli", "data", "path", "hw77"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2 and run.stdout == ""
    assert (
        run.stderr.startswith("error: There is no homework 'hw77'; choose one of hw01")
        and "Traceback" not in run.stderr
    )


def test_a_console_that_cannot_print_a_character():
    """What a redirected console on a Western Windows is."""
    environment = os.environ | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    run = subprocess.run([sys.executable, "-m", "common.cli", "list"], capture_output=True, env=environment)
    assert run.returncode == 0 and b"hw15" in run.stdout and b"Traceback" not in run.stderr, run.stderr


def test_a_folder_that_cannot_be_written(hw, monkeypatch, tmp_path):
    """The table is printed, and what went wrong is a sentence."""
    monkeypatch.setattr("common.notebooks.run.run_all", lambda jobs, *_, **__: map(run_notebook, jobs))
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "outputs"
    run = hw("run", "hw01", "--profile", "smoke", "--out", out)
    assert run.returncode == 1 and f"cannot write to {out / 'hw01'}" in run.stdout and "failed" in run.stdout
    assert f"error: Cannot write {out / 'results.csv'}: Not a directory" in run.stderr


def test_list_names_the_fifteen(hw):
    run = hw("list")
    assert run.returncode == 0 and all(f"hw{i:02d}" in run.stdout for i in range(1, 16))


def test_list_of_one_shows_what_its_card_holds(hw):
    said = hw("list", "hw01").stdout
    assert "yesterday's share, copied" in said and "below simple" in said and "hw ladder hw01 --seeds 3" in said
    assert "always" in hw("list", "hw10").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ladder", "hw01", "--data-seeds", "few"], 2, "a number (how many), or seeds with commas"),
        (["ladder", "hw01", "--rung", "top"], 2, "RUNG = 'top' is unknown"),
        (["run"], 2, "name homeworks"),
        (["run", "hw01", "--all"], 2, "name homeworks"),
        (["run", "hw77"], 2, "no homework 'hw77'"),
        (["run", "hw01", "--profile", "huge"], 2, "PROFILE = 'huge' is unknown"),
        (["run", "hw01", "--data", "/nowhere"], 1, "neither 'builtin', 'original' nor a folder"),
        (["run", "hw01", "--jobs", "0"], 2, "--jobs"),
        (["run", "hw01", "--solution", "--rung", "top"], 2, "RUNG = 'top' is unknown"),
        (["score", "hw01", "missing.csv"], 1, "There is no file missing.csv"),
        (["data", "path", "hw77"], 2, "no homework"),
        (["ladder", "hw77"], 2, "no homework"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_wrong_usage(hw, arguments, code, says, tmp_path):
    run = hw(*arguments, *(["--out", tmp_path / "out"] if arguments[0] in ("run", "ladder") else []))
    text = " ".join((run.stdout + run.stderr).replace("│", " ").split())
    assert run.returncode == code and says in text, text
    assert "Traceback" not in text and not (tmp_path / "out").exists()


def test_score(hw, tmp_path):
    reference = data.reference("hw01", profile="smoke")
    path = Homework("hw01").submit(reference, tmp_path)
    run = hw("score", "hw01", path, "--profile", "smoke", "--json")
    assert run.returncode == 0, run.stderr
    record = {"homework": "hw01", "metric": "mse", "value": 0.0, "rung": "boss", "edition": "builtin"}
    assert json.loads(run.stdout) == record
    assert "You have reached boss" in hw("score", "hw01", path, "--profile", "smoke").stdout
    path.write_text(path.read_text().replace("id", "Id", 1))
    run = hw("score", "hw01", path, "--profile", "smoke")
    assert run.returncode == 1 and "error: submission.csv must begin with" in run.stderr


def original(monkeypatch, **result):
    """`hw run` and `hw ladder` find these results, whatever they are asked to run."""
    monkeypatch.setattr(cli, "_watch", lambda todo, workers: [Result(job, 1.0, "", **result) for job in todo])


def test_original_data_without_answers_shows_estimates_and_confirms_nothing(hw, tmp_path, monkeypatch):
    original(monkeypatch, estimate=Estimate("accuracy on the validation pictures", 0.65), edition="2022")
    run = hw("ladder", "hw13", "--data", "original", "--out", tmp_path)
    assert run.returncode == 1 and "≈ 0.6500" in run.stdout and "threshold (2022)" in run.stdout
    assert "nothing is confirmed" in run.stdout and "Every run reaches" not in run.stdout
    run = hw("run", "hw13", "--data", "original", "--out", tmp_path)
    assert run.returncode == 0 and "≈ 0.6500" in run.stdout and "(2022)" in run.stdout
    original(monkeypatch, edition="2022")
    run = hw("ladder", "hw01", "--data", "original", "--out", tmp_path)
    assert run.returncode == 1 and "boss: no run has a score" in run.stdout


def test_ladder_of_original_data_uses_its_thresholds(hw, tmp_path, monkeypatch):
    original(monkeypatch, score=0.65, edition="2022")  # homework 15: medium if it were builtin data
    run = hw("ladder", "hw15", "--data", "original", "--rung", "simple", "--out", tmp_path)
    assert run.returncode == 0 and "Every run reaches its own rung" in run.stdout, run.stdout


def test_ladder_on_fresh_data(hw, tmp_path, monkeypatch):
    original(monkeypatch, score=1.0)
    arguments = ["--data-seeds", "31,47", "--seeds", "1", "--rung", "medium", "--profile", "smoke"]
    run = hw("ladder", "hw01", *arguments, "--out", tmp_path)
    assert run.returncode == 0, run.stdout
    assert "[[ladder.builtin.fresh]]\nseed = 47\nmedium = [1.0000]" in run.stdout
    table = (tmp_path / "hw01.csv").read_text()
    assert "hw01-medium-data31-seed1," in table and (tmp_path / "hw01-data47" / "labels").is_dir()
    assert len(cli._data_seeds("3")) == 3 and cli._data_seeds("31,") == [31]


def test_export_then_score_with_labels(hw, tmp_path):
    run = hw("data", "export", "hw01", "--seed", "5", "--out", tmp_path / "secret", "--profile", "smoke")
    assert run.returncode == 0 and "keep" in run.stdout
    inputs, labels = tmp_path / "secret" / "inputs", tmp_path / "secret" / "labels" / "reference.csv"
    reference = data.reference("hw01", source=tmp_path / "secret", profile="smoke")
    path = Homework("hw01").submit(reference, tmp_path)
    run = hw("score", "hw01", path, "--data", inputs, "--labels", labels)
    assert run.returncode == 0 and "reached boss" in run.stdout, run.stderr
    assert "no score here" in hw("score", "hw01", path, "--data", inputs).stdout
    run = hw("data", "export", "hw01", "--seed", "5", "--out", tmp_path / "secret")
    assert run.returncode == 1 and "exists and is not empty" in run.stderr


def test_data_list_path_fetch(hw, tmp_path):
    run = hw("data", "list", HW_DATA_DIR=str(tmp_path))
    assert run.returncode == 0 and "hw01" in run.stdout and "missing" in run.stdout
    run = hw("data", "path", "hw01", HW_DATA_DIR=str(tmp_path))
    assert run.stdout.strip() == str(tmp_path / "hw01")
    run = hw("data", "fetch", "hw01", HW_DATA_DIR=str(tmp_path))
    assert run.returncode == 1 and "cannot be fetched freely" in run.stderr and str(tmp_path / "hw01") in run.stderr


def test_doctor(hw):
    run = hw("doctor")
    assert run.returncode == 0 and "Python" in run.stdout and "device:" in run.stdout
