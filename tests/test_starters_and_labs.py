"""A folder with two starters and a lab, in a small checkout of its own, through everything that knows of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import common
from common import cli
from common.errors import CardError
from common.notebooks import books, reading
from common.paths import checkout
from common.submission import card
from common.submission.card import Card, Lab, read_card
from tests import smoke

CARD = """
id = "hw90"
status = "ready"
[title]
en = "Arithmetic: sum and product"
zh = "算術：和與積"
[metric]
name = "mse"
label = "MSE"
direction = "lower"
chance = 900
perfect = 0
[rungs]
simple = "ten off"
medium = "three off"
strong = "two off"
boss = "exact"
[time]
starter = 1
boss = 2
[ladder.builtin]
source = "hw ladder"
simple = {threshold = 101}
medium = {threshold = 10}
strong = {threshold = 5}
boss = {threshold = 1}

[starter.sum]
title = {en = "Arithmetic: sum", zh = "算術：和"}
submission.file = "sum.csv"
submission.max_bytes = 1000
submission.columns = [{name = "id", dtype = "int", key = true}, {name = "sum", dtype = "float"}]

[starter.product]
title = {en = "Arithmetic: product", zh = "算術：積"}
submission.file = "product.csv"
submission.max_bytes = 1000
submission.columns = [{name = "id", dtype = "int", key = true}, {name = "product", dtype = "float"}]
[starter.product.ladder.builtin]
source = "hw ladder"
simple = {threshold = 102}
medium = {threshold = 10}
strong = {threshold = 5}
boss = {threshold = 1}
[[starter.product.cheap]]
name = "a guess"
scores = [110]
source = "by hand"
[[starter.product.cheap]]
name = "a logarithm, halved"
scores = [12.34, 9]
source = "by hand"
may_reach = "simple"

[starter.quotient]
status = "planned"
title = {en = "Arithmetic: quotient", zh = "算術：商"}

[lab.zero]
title = {en = "Lab: dividing by zero", zh = "實驗：除以零"}
time = 1
"""
DATA = '''
"""Pairs of numbers, and their sums; also all that products need but for the right answers."""

import numpy as np
import pandas as pd

SEED, DOWNLOADS, HOW_TO_GET = 1, [], "It cannot be had."
NAME, RESULT = "sum", np.add


def builtin(profile, seed, name=NAME, result=RESULT):
    x = np.random.default_rng(seed).integers(0, 30, (20, 2))
    return {"test": x}, pd.DataFrame({"id": range(20), name: result(*x.T).astype(float)})


def write(folder, profile, seed, name=NAME, result=RESULT):
    splits, reference = builtin(profile, seed, name, result)
    np.savetxt(folder / "test.csv", splits["test"], "%d")
    return reference


def read(folder, profile):
    return {"test": np.loadtxt(folder / "test.csv").astype(int)}, pd.DataFrame({"id": range(20)})
'''
OWN_DATA = """
from functools import partial

import numpy as np

from common.homeworks.hw90 import data
from common.homeworks.hw90.data import DOWNLOADS, HOW_TO_GET, SEED, read

builtin = partial(data.builtin, name="product", result=np.multiply)
write = partial(data.write, name="product", result=np.multiply)
"""


def notebook(one: Card | Lab, *, solution: bool = False):
    """The least that keeps the rules."""
    name = one.id.partition("_")[2]
    values = reading.PARAMETERS | ({"RUNG": "boss"} if solution else {})
    lines = "\n".join(f"{key} = {value!r}" for key, value in values.items())
    off = '{"simple": 10, "medium": 3, "strong": 2, "boss": 0}[RUNG]' if solution else "10"
    answer = f"off = {off}\ny = x[:, 0] {'+' if name == 'sum' else '*'} x[:, 1] + off"
    train = f"homework = Homework('{one.id}')\nhomework.write_metrics(OUTPUT_DIR, [2.0, 1.0])"
    score = (
        f"path = homework.submit(pd.DataFrame({{'id': range(20), '{name}': y}}), OUTPUT_DIR)\n"
        "homework.score(path, source=DATA, profile=PROFILE);"
    )
    load = f"x = data.load('{one.id}', source=DATA, profile=PROFILE)['test']\nprint(DEVICE, SEED)"

    def words(id_, text="Words."):
        return new_markdown_cell(text, id=id_)

    def code(id_, source, tag=None):
        ran = 1 if solution else None
        return new_code_cell(source, id=id_, metadata={"tags": [tag]} if tag else {}, execution_count=ran)

    title = f"# {one.title.en}\n\n{books.badge(one, one.notebooks[0])}\n\nA goal.\n\n一。二。三。"
    opening = [
        words("title", title),
        code("setup", books.setup_source()),
        code("parameters", lines, "parameters"),
        code("imports", "import pandas as pd\nfrom common import Homework, data"),
    ]
    if isinstance(one, Lab):
        shown = code(
            "show", "print(PROFILE, DEVICE, SEED)\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)"
        )
        cells = [*opening, words("look"), shown, *[words(f"more-{i}") for i in range(4)]]
    else:
        cells = [
            *opening, words("data"), code("load", load), words("model"), code("answer", answer, "task"), words("train"),
            code("learn", train), words("evaluate"), words("score"), code("hand-in", score), words("tasks"),
            words("report"), words("reading"),
        ]  # fmt: skip
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A checkout with homework 1's card and homework 90; gives its root, and a way to call things in it."""
    root, here = tmp_path_factory.mktemp("checkout"), checkout()
    package = Path(common.__file__).parent
    shutil.copytree(package, root / "common", ignore=shutil.ignore_patterns("weights", "hw[01]*"))
    shutil.copytree(package / "homeworks" / "hw01", root / "common" / "homeworks" / "hw01")
    shutil.copy(here / "pyproject.toml", root)
    (root / "hw01_regression").mkdir()
    planned = 'id = "hw01"\nstatus = "planned"\ntitle = {en = "Regression", zh = "迴歸"}\n'
    (root / "hw01_regression" / "homework.toml").write_text(planned, "utf-8")
    for name in ("README.md", "README.zh.md"):
        shutil.copy(here / name, root)
    room = root / "common" / "homeworks" / "hw90"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "data.py").write_text(DATA)
    (room / "data_product.py").write_text(OWN_DATA)
    home = root / "hw90_arithmetic"
    home.mkdir()
    (home / "homework.toml").write_text(CARD, "utf-8")
    for one in read_card(home / "homework.toml").notebooks:
        if one.status == "ready":
            for place, name in enumerate(one.notebooks):
                nbformat.write(notebook(one, solution=place == 1), home / name)

    def call(module, *arguments):
        command = [sys.executable, "-m", module, *map(str, arguments)]
        paths = {"PYTHONPATH": str(root), "COLUMNS": "160", "HW_PROGRESS": "0"}
        plain = {"HW_FAST_KERNELS": "0", "HW_KERNEL_SERVER": ""}  # one that all tests share has not this `common`
        environment = os.environ | paths | plain
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    call.root = root
    code, said = call("common.cli", "notebooks", "--write", "--execute", "hw90_lab_zero")
    assert code == 0 and "1 notebooks keep the rules" in said, said
    return call


@pytest.fixture
def hw(small):
    return lambda *arguments: small("common.cli", *arguments)


@pytest.fixture
def inside(small, monkeypatch):
    """This process sees the small checkout too."""
    for module in (card, books):
        monkeypatch.setattr(module, "checkout", lambda: small.root)
    card.folders.cache_clear()
    yield
    card.folders.cache_clear()


def test_what_a_folder_holds(small):
    folder = read_card(small.root / "hw90_arithmetic" / "homework.toml")
    assert [one.id for one in folder.notebooks] == ["hw90_sum", "hw90_product", "hw90_quotient", "hw90_lab_zero"]
    assert folder.status == "ready" and folder.cards[2].status == "planned"
    assert folder.cards[0].notebooks == ("hw90_sum.ipynb", "solution_sum.ipynb")
    assert folder.labs[0].notebooks == ("lab_zero.ipynb",)
    thresholds = [card.ladder["builtin"].simple.threshold for card in folder.cards]
    assert thresholds == [101, 102, 101]  # a starter's own stands before what is shared


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('file = "product.csv"', 'file = "sum.csv"'), "two starters hand in a file called 'sum.csv'"),
        (("[starter.sum]", "[starter.Sum-1]"), "[starter.Sum-1] is not a table called by one word of small letters"),
        (("[lab.zero]", "[lab.by_zero]"), "[lab.by_zero] is not a table called by one word"),
        (('file = "sum.csv"', 'name = "sum.csv"'), "starter.sum.submission.file: Field required"),
        (("\ntime = 1\n", "\ntimes = 1\n"), "lab.zero.time: Field required"),
    ],
)
def test_a_malformed_card_is_told(tmp_path, change, says):
    path = tmp_path / "hw90_arithmetic" / "homework.toml"
    path.parent.mkdir()
    path.write_text(CARD.replace(*change), "utf-8")
    with pytest.raises(CardError, match=r"homework\.toml") as error:
        read_card(path)
    assert says in str(error.value)


def test_notebooks_are_checked_and_kept_in_step(hw, small):
    assert "5 notebooks keep the rules" in hw("notebooks", "hw90")[1]
    lab = small.root / "hw90_arithmetic" / "lab_zero.ipynb"
    kept = lab.read_text("utf-8")
    assert "division by zero" in kept
    lab.write_text(kept.replace("A goal.", "A goal, 。").replace("print(PROFILE, ", "print("), "utf-8")
    code, said = hw("notebooks", "hw90")
    lab.write_text(kept, "utf-8")
    assert code == 1 and "hw90_arithmetic/lab_zero.ipynb: never reads PROFILE" in said


def test_both_readmes_list_them(small):
    table = (small.root / "README.md").read_text("utf-8")
    assert "| 90 | [Arithmetic: sum](hw90_arithmetic/hw90_sum.ipynb) | MSE ↓ | | 101 | 10 | 5 | 1 |" in table
    assert "| MSE ↓ | 12.3 (simple) | 102 | 10 | 5 | 1 | [solution](hw90_arithmetic/solution_product.ipynb) |" in table
    assert "| | Arithmetic: quotient | planned | | | | | | |" in table
    assert "| | [實驗：除以零](hw90_arithmetic/lab_zero.ipynb) | lab |" in (small.root / "README.zh.md").read_text(
        "utf-8"
    )


def test_list_and_data(hw, small):
    code, said = hw("list")
    assert code == 0 and re.search(r"hw90_product +Arithmetic: product +MSE ↓ +102", said)
    assert re.search(r"hw90_quotient .* planned", said) and re.search(r"hw90_lab_zero .* lab", said)
    code, said = hw("data", "list")
    assert code == 0 and re.search(r"hw90 +always", said) and re.search(r"hw90_product +always", said)
    for name in ("hw90", "hw90_sum", "hw90_product", "hw90_lab_zero"):  # one folder for them all
        assert hw("data", "path", name)[1].strip().endswith(f"data{os.sep}hw90")


def test_run_runs_all_that_is_ready(hw, small):
    out = small.root / "outputs"
    code, said = hw("run", "hw90", "--profile", "smoke", "--out", out)
    assert code == 0 and "never reads" not in said, said
    runs = (out / "results.csv").read_text().splitlines()[1:]
    assert [run.split(",")[0] for run in runs] == ["hw90_sum", "hw90_product", "hw90_lab_zero"]
    assert runs[0].split(",")[3:] == ["mse", "100", "simple", "builtin", "", ""] and runs[2].split(",")[3:] == [""] * 6
    assert (out / "hw90_lab_zero" / "lab_zero.ipynb").exists() and (out / "hw90_product" / "product.csv").exists()
    assert json.loads((out / "hw90_sum" / "metrics.json").read_text())["homework"] == "hw90_sum"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "hw90_quotient"], "hw90_quotient (Arithmetic: quotient) is planned"),
        (["run", "hw90_lab_zero", "--solution"], "hw90_lab_zero (Lab: dividing by zero) is a lab: it has no solution"),
        (["ladder", "hw90"], "hw90 has 3 starters: choose hw90_sum or hw90_product or hw90_quotient"),
        (["score", "hw90_lab_zero", "x.csv"], "hw90_lab_zero is a lab"),
        (["grade", "hw90", "."], "hw90 has 3 starters"),
        (["run", "hw90_lab_one"], "no homework 'hw90_lab_one'"),
    ],
)
def test_wrong_names_are_told(inside, arguments, says, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["hw", *arguments])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert says in capsys.readouterr().err


def test_ladder_and_score_of_one_starter(hw, small):
    out = small.root / "outputs" / "ladder"
    code, said = hw("ladder", "hw90_product", "--seeds", 1, "--rung", "boss", "--out", out)
    assert code == 0 and "Every run reaches its own rung" in said, said
    handed_in = out / "hw90_product-boss-seed1" / "product.csv"
    assert "reached boss" in hw("score", "hw90_product", handed_in)[1]
    assert "sum.csv" in hw("score", "hw90_sum", handed_in)[1] or hw("score", "hw90_sum", handed_in)[0] == 1


def test_grading_the_files_of_one_starter(hw, small):
    """A student hands in both, in one folder; each is graded for itself."""
    code, said = hw("data", "export", "hw90_product", "--seed", 5, "--out", small.root / "exam")
    assert code == 0, said
    handed_in = small.root / "handed-in" / "ann"
    handed_in.mkdir(parents=True)
    shutil.copy(small.root / "exam" / "labels" / "reference.csv", handed_in / "product.csv")
    (handed_in / "sum.csv").write_text("id,sum\n")
    code, said = hw("grade", "hw90_product", handed_in.parent, "--files-only", "--data", small.root / "exam",
                    "--out", small.root / "report")  # fmt: skip
    assert code == 0 and "1 OK" in said, said
    assert "boss" in (small.root / "report" / "results.csv").read_text()


def test_smoke_runs_know_them(small, inside, tmp_path):
    runs = smoke.runs(["hw90"])
    labels = ("starter", "simple", "medium", "strong", "boss")
    names = [f"hw90_{name}-{label}" for name in ("sum", "product") for label in labels]
    assert [one.name for one in runs] == [*names, "hw90_lab_zero"] and runs[-1].by_nbval
    smoke.prepare(tmp_path / "smoke", ["hw90"])
    copies = {path.parent.name: path.name for path in (tmp_path / "smoke").glob("*/*.ipynb")}
    assert copies["hw90_lab_zero"] == "lab_zero.ipynb" and copies["hw90_product-boss"] == "solution_product.ipynb"
    assert len(copies) == 5
    (tmp_path / "smoke" / smoke.EXECUTED).write_text("{}")
    problems = smoke.verify(tmp_path / "smoke", ["hw90"])
    assert "hw90_lab_zero: 0 of 5 code cells ran and passed" in problems and "hw90_sum-medium: was not run" in problems
