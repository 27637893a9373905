"""The progress line: one line in a terminal, one output in a notebook, one sentence in a log."""

import sys
import types

import pytest

from common.training import progress
from common.training.progress import ProgressLine, duration, number


@pytest.fixture
def eager(monkeypatch):
    monkeypatch.delenv("HW_PROGRESS", raising=False)
    monkeypatch.setattr(progress, "REFRESH", -1)


def work(show=True):
    line = ProgressLine(total=4, show=show)
    for done in range(1, 4):
        if line.due():
            line.draw(done, f"epoch {done}/4", "loss 1.5")
    line.finish("done")


def test_terminal(eager, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    work()
    drawn = capsys.readouterr().out.split("\r")
    assert len(drawn) == 5 and drawn[0] == "" and "\n" not in "".join(drawn[:-1])
    assert drawn[2].startswith("epoch 2/4 |████████████            |") and "loss 1.5" in drawn[2]
    assert drawn[-1].rstrip() == "done" and len(drawn[-1]) > len(drawn[2])  # nothing of the bar is left
    work(show=False)
    assert capsys.readouterr().out == ""


def test_log_file_and_switched_off(eager, monkeypatch, capsys):
    work()
    assert capsys.readouterr().out == "done\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("HW_PROGRESS", "0")
    work()
    assert capsys.readouterr().out == "done\n"


def test_notebook(eager, monkeypatch, capsys):
    shown = []

    class Output:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    def display(data, raw, display_id):
        shown.append(data["text/plain"])
        return Output()

    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    work()
    assert len(shown) == 4 and shown[-1] == "done" and capsys.readouterr().out == ""


def test_numbers_and_times():
    assert [number(x) for x in (0.91234, 0, -2.5, 12.4142, 1e-5, 3e6)] == [
        "0.9123",
        "0.0000",
        "-2.5000",
        "12.41",
        "1.0e-05",
        "3.0e+06",
    ]
    assert [duration(s) for s in (0.04, 9.9, 9.96, 59.7, 185, 7800)] == [
        "0.0 s",
        "9.9 s",
        "10 s",
        "1 min 00 s",
        "3 min 05 s",
        "2 h 10 min",
    ]
    assert number(float("nan")) == "nan"
