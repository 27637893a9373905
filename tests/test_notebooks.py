"""The lint must fail on every broken rule; sync must copy what is shared and keep what is the solution's own."""

import base64
import copy
import io
import re

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from common.errors import NotebookError
from common.notebooks import books, pictures, reading, rules
from common.submission.card import find_card, folders

CARD = find_card("hw03")
PARAMETERS = "\n".join(f"{name} = {value!r}" for name, value in reading.PARAMETERS.items())


STUB = 'def loss(x):\n    raise NotImplementedError("task 1")'


def markdown(id_, text="words", **metadata):
    return new_markdown_cell(text, id=id_, metadata=metadata)


def code(id_, source, tags=(), ran=False):
    cell = new_code_cell(source, id=id_, metadata={"tags": list(tags)} if tags else {})
    cell.execution_count = 1 if ran else None
    return cell


def starter():
    badge = books.badge(CARD, "hw03_cnn.ipynb")
    cells = [
        markdown("title", f"# Homework 3\n\n{badge}\n\nGoal.\n\n一。二。三。"),
        code("setup", books.setup_source()),
        markdown("about-parameters"),
        code("parameters", PARAMETERS, ["parameters"]),
        code("imports", "import math\n\nfrom common import data"),
        markdown("data"),
        code("use", "print(PROFILE, DATA, DEVICE, SEED, OUTPUT_DIR)"),
        markdown("model"),
        code("task-1", "def loss(x):\n    return x", ["task"]),
        *[markdown(name) for name in ("train", "evaluate", "score")],
        code("facts", "# NBVAL_CHECK_OUTPUT\nprint(3)", ran=True),
        *[markdown(name) for name in ("tasks", "report", "reading")],
    ]
    cells[12].outputs = [new_output("stream", name="stdout", text="3\n")]
    cells = [cell for cell in cells if cell.id != "reading"] + [code("end", "LEVEL = 2"), markdown("reading")]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def solution(of):
    notebook = copy.deepcopy(of)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
        if cell.id == "parameters":
            cell.source += '\nRUNG = "boss"'
        if cell.id == "task-1":
            cell.source = "def loss(x):\n    return x**2 if RUNG == 'boss' else x"
    return notebook


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """Writes starter and solution and returns what the lint says of them."""
    paths = (tmp_path / "hw03_cnn.ipynb", tmp_path / "solution.ipynb")
    for module in (books, rules):
        monkeypatch.setattr(module, "paths", lambda card: paths)

    def lint(first, second):
        nbformat.write(first, paths[0])
        nbformat.write(second, paths[1])
        return rules.lint(CARD)

    lint.paths = paths
    return lint


def test_a_good_pair_has_no_faults(pair):
    first = starter()
    assert pair(first, solution(first)) == []


def cell(notebook, id_):
    return next(cell for cell in notebook.cells if cell.id == id_)


def drop(notebook, id_):
    notebook.cells = [cell for cell in notebook.cells if cell.id != id_]


BREAKS = {
    "exactly one cell tagged": lambda a, b: cell(a, "parameters").metadata.tags.clear(),
    "not `NAME = literal`": lambda a, b: cell(a, "parameters").update(source="SEED = int('3')"),
    "the parameters cell has": lambda a, b: cell(a, "parameters").update(source=PARAMETERS.replace("2022", "7")),
    "never reads DEVICE": lambda a, b: cell(a, "use").update(source="print(PROFILE, DATA, SEED, OUTPUT_DIR)"),
    "must open with": lambda a, b: drop(a, "setup"),
    "setup cell is not the shared one": lambda a, b: cell(b, "setup").update(source="import common"),
    "lacks the badge": lambda a, b: cell(a, "title").update(source="# Title\n\n一。二。三。"),
    "Chinese summary": lambda a, b: cell(a, "title").update(source=cell(a, "title").source.replace("。", "")),
    "needs headings": lambda a, b: drop(a, "report"),
    "shell line or a magic": lambda a, b: cell(a, "use").update(source=cell(a, "use").source + "\n!false"),
    "a line of 106 characters, at most 100": lambda a, b: cell(a, "use").update(
        source=cell(a, "use").source + "\nprint(" + "'x'" * 33 + ")"
    ),
    "at most 40 fit": lambda a, b: cell(a, "use").update(source=cell(a, "use").source + "\nprint()" * 41),
    "imports hw01_regression": lambda a, b: cell(a, "imports").update(source="import hw01_regression"),
    "markdown cells per code cell": lambda a, b: a.cells.extend(markdown(f"m{i}") for i in range(9)),
    "open fast on the web": lambda a, b: cell(b, "use").update(
        outputs=[new_output("stream", name="stdout", text="x" * 500_000)]
    ),
    "kernelspec must be python3": lambda a, b: a.metadata.kernelspec.update(name="mine"),
    "metadata of a papermill run": lambda a, b: b.metadata.update(papermill={}),
    "says when its cells ran": lambda a, b: cell(b, "use").metadata.update(execution={"shell.execute_reply": "now"}),
    "Non-unique cell id": lambda a, b: a.cells.append(cell(a, "use")),
    "nothing would be compared": lambda a, b: cell(a, "facts").update(outputs=[]),
    "starters are committed without": lambda a, b: cell(a, "use").update(outputs=cell(a, "facts").outputs),
    "was not executed": lambda a, b: cell(b, "use").update(execution_count=None),
    "holds an error": lambda a, b: cell(b, "use").update(
        outputs=[new_output("error", ename="E", evalue="", traceback=[])]
    ),
    "shows a warning": lambda a, b: cell(b, "use").update(
        outputs=[new_output("stream", name="stderr", text="UserWarning: x")]
    ),
    "differs in starter and solution": lambda a, b: cell(b, "end").update(source="LEVEL = 3"),
    "lacks the starter's cell": lambda a, b: drop(b, "end"),
    "not in the starter and not tagged": lambda a, b: b.cells.append(code("extra", "print()", ran=True)),
    "tagged 'task' in one": lambda a, b: cell(b, "task-1").metadata.tags.clear(),
    "another order": lambda a, b: b.cells.insert(5, b.cells.pop(7)),
    "nothing checks 'loss'": lambda a, b: cell(a, "task-1").update(source=STUB),
    "says that nothing needs": lambda a, b: [
        cell(notebook, "model").update(source="Nothing below needs them yet.") for notebook in (a, b)
    ],
    "whose? The solution shows others": lambda a, b: [
        notebook.cells.insert(-1, markdown("task-medium", "Look at the strips above: the answer flickers."))
        for notebook in (a, b)
    ],
}


def test_a_stub_with_a_check_is_right(pair):
    first = starter()
    cell(first, "task-1").source = STUB
    first.cells.insert(-1, code("check-1", "from common import check\n\ncheck.hw03.augment(loss, 48);"))
    first.cells.insert(-1, markdown("about-end"))
    assert pair(first, solution(first)) == []


@pytest.mark.parametrize("says", BREAKS)
def test_every_broken_rule_is_told(pair, says):
    first = starter()
    second = solution(first)
    BREAKS[says](first, second)
    problems = pair(first, second)
    assert any(says in problem for problem in problems), problems


def test_a_median_of_long_cells_is_told(pair):
    first = starter()
    for each in first.cells:
        if each.cell_type == "code" and each.id not in ("setup", "parameters", "facts"):
            each.source += "\nprint()" * 15
    assert any("median code cell" in problem for problem in pair(first, solution(first)))


def test_not_a_notebook(pair):
    first = starter()
    pair(first, solution(first))
    pair.paths[0].write_text("<html>")
    assert "is not a valid notebook" in rules.lint(CARD)[0]
    pair.paths[0].unlink()
    assert "does not exist" in rules.lint(CARD)[0]


def test_what_is_planned_keeps_the_rules_and_need_not_have_been_run(pair):
    """From its first notebook on: so setup cell and badge are not behind when it becomes ready."""
    planned = CARD.model_copy(update={"status": "planned"})
    assert not books.written(planned)
    first = starter()
    second = solution(first)
    for each in second.cells:
        if each.cell_type == "code":
            each.execution_count = None
    assert any("was not executed" in problem for problem in pair(first, second))
    assert books.written(planned) and rules.lint(planned) == []
    cell(first, "setup").source = "stale"
    pair(first, second)
    assert any("setup cell is not the shared one" in problem for problem in rules.lint(planned))


def test_code_that_is_no_python_is_told_and_nothing_is_written(pair):
    first = starter()
    second = solution(first)
    cell(first, "setup").source = "stale"
    cell(second, "task-1").source = "def loss(x):\n    return x +"
    sentence = f"{pair.paths[1]}: cell 'task-1' is no Python, line 2: invalid syntax"
    assert pair(first, second) == [f"{CARD.folder}: {sentence}"]
    before = pair.paths[0].read_bytes()
    with pytest.raises(NotebookError, match=re.escape(sentence)):
        books.sync(CARD)
    assert pair.paths[0].read_bytes() == before


def test_sync_copies_the_shared_and_keeps_the_own(pair):
    first = starter()
    second = solution(first)
    cell(second, "use").outputs = [new_output("stream", name="stdout", text="kept")]
    cell(second, "task-1").metadata["execution"] = {"shell.execute_reply": "now"}
    second.cells.insert(11, code("own-task", "print('mine')", ["task"], ran=True))
    cell(first, "end").source = "LEVEL = 4"
    cell(first, "setup").source = "stale"
    drop(second, "report")
    assert pair(first, second)
    assert set(books.sync(CARD)) == set(pair.paths)
    after = books.read(pair.paths[1])
    assert cell(after, "end").source == "LEVEL = 4" and cell(after, "end").execution_count is None
    assert cell(after, "use").outputs[0].text == "kept"
    assert "x**2" in cell(after, "task-1").source and 'RUNG = "boss"' in cell(after, "parameters").source
    assert cell(after, "setup").source == books.setup_source()
    ids = [each.id for each in after.cells]
    assert ids[ids.index("own-task") - 1] == second.cells[10].id and "report" in ids
    assert all("execution" not in each.metadata for each in after.cells)
    assert books.sync(CARD) == []


def test_definitions_without_running(tmp_path):
    notebook = starter()
    lines = ["import os", "LIMIT = 3", "MADE = os.getcwd()", "raise RuntimeError", "class A:\n    size = LIMIT"]
    lines.append("n = {'smoke': 1, 'standard': 2}[PROFILE]")
    notebook.cells.append(code("x", "\n".join(lines)))
    nbformat.write(notebook, tmp_path / "n.ipynb")
    names = books.definitions(tmp_path / "n.ipynb")
    assert names["loss"](5) == 5 and names["A"].size == 3 and names["LEVEL"] == names["n"] == 2 and "MADE" not in names


STARTERS = {card.id for folder in folders().values() for card in folder.cards}


@pytest.mark.parametrize("homework", sorted(STARTERS))
def test_solutions_are_no_longer_than_people_read(homework):
    cells = books.read(books.paths(find_card(homework))[1]).cells
    assert sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown") <= 2_200


def in_base64(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_plots_are_stored_with_a_palette_and_photographs_as_they_are():
    rng = np.random.default_rng(0)
    colours = np.append(rng.integers(0, 256, (100, 3)), np.full((100, 1), 255), axis=1).astype(np.uint8)
    plot = colours[rng.integers(0, 100, (200, 300))]
    small = pictures.in_palette(in_base64(plot))
    stored = np.asarray(Image.open(io.BytesIO(base64.b64decode(small))).convert("RGB")).astype(int)
    assert len(small) < len(in_base64(plot)) and np.abs(stored - plot[..., :3]).max() <= pictures.FURTHEST
    assert pictures.in_palette(small) == small
    photograph = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    transparent = plot // 2
    for kept in (in_base64(photograph), in_base64(transparent)):
        assert pictures.in_palette(kept) == kept


def test_setup_cell_is_silent_here_and_loud_when_outdated(monkeypatch):
    from IPython.core.inputtransformer2 import TransformerManager

    import common

    source = TransformerManager().transform_cell(books.setup_source())
    exec(compile(source, "setup", "exec"), {})
    monkeypatch.setattr(common, "__version__", "0.0.1")
    with pytest.raises(common.errors.HomeworkError, match="restart the kernel"):
        exec(compile(source, "setup", "exec"), {})


def test_parameters_must_be_read_from_one_cell():
    with pytest.raises(NotebookError, match="exactly one"):
        books.parameters(new_notebook())
