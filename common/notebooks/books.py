"""The files of the notebooks: where they lie, what they define, the cells they share, and storing their outputs."""

import ast
import contextlib
import os
import re
import tomllib
import warnings
from pathlib import Path

import nbformat

from common import __version__
from common.errors import NotebookError
from common.notebooks import pictures
from common.notebooks.reading import tagged, tree
from common.paths import checkout
from common.submission.card import Card, Lab

CHECKED = "# NBVAL_CHECK_OUTPUT"

_SETUP = """\
import sys

if "google.colab" in sys.modules:  # nothing happens anywhere else
    %pip install --quiet "{install}"

import common

common.require("{version}")"""


def settings() -> dict:
    """`[tool.homeworks]` of pyproject.toml: where the notebooks are published."""
    root = checkout()
    if root is None:
        raise NotebookError("This command works in a checkout of the project, not in an installed package.")
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["homeworks"]


def setup_source() -> str:
    """The setup cell, the same bytes in all notebooks."""
    return _SETUP.format(install=settings()["install"], version=".".join(__version__.split(".")[:2]))


def badge(card: Card | Lab, name: str) -> str:
    """The line that opens a notebook in Colab."""
    where = settings()
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{where['repository']}/blob/{where['branch']}/{card.folder}/{name})"
    )


def paths(card: Card | Lab) -> tuple[Path, ...]:
    """Starter and solution of a homework; the one notebook of a lab."""
    root = checkout()
    if root is None:
        raise NotebookError("The notebooks lie in a checkout of the project, not in an installed package.")
    return tuple(root / card.folder / name for name in card.notebooks)


def written(card: Card | Lab) -> bool:
    """Whether its notebooks are there: of a planned homework too, once somebody has begun to write."""
    return card.status == "ready" or all(path.is_file() for path in paths(card))


def read(path: Path) -> nbformat.NotebookNode:
    """A valid notebook of format 4, whose code is Python. Raises NotebookError with one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # nbformat would give two cells of one id new ones, and only warn
            notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist.") from None
    except Exception as error:  # nbformat raises many kinds, all with the reason in their first line
        raise NotebookError(f"{path} is not a valid notebook: {str(error).splitlines()[0]}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _must_be_python(cell, path)
    return notebook


def _must_be_python(cell, path: Path) -> None:
    try:
        tree(cell.source)
    except SyntaxError as error:
        raise NotebookError(f"{path}: cell {cell.id!r} is no Python, line {error.lineno}: {error.msg}") from None
    except ValueError as error:  # a zero byte, in older versions
        raise NotebookError(f"{path}: cell {cell.id!r} is no Python: {error}") from None


def parameters(notebook) -> dict:
    """Names and values of the one cell tagged `parameters`. Raises NotebookError if it is not plain literals."""
    cells = [cell for cell in notebook.cells if tagged(cell, "parameters")]
    if len(cells) != 1:
        raise NotebookError(f"needs exactly one cell tagged 'parameters', has {len(cells)}")
    values = {}
    try:
        statements = ast.parse(cells[0].source).body
    except (SyntaxError, ValueError) as error:
        raise NotebookError(f"the parameters cell is no Python: {error}") from None
    for statement in statements:
        try:
            (target,) = statement.targets
            values[target.id] = ast.literal_eval(statement.value)
        except (AttributeError, ValueError):
            raise NotebookError(f"line {statement.lineno} of the parameters cell is not `NAME = literal`") from None
    return values


def definitions(path: Path) -> dict:
    """What a notebook defines: its imports, functions, classes and literal constants, without running the rest.

    Of a constant that depends on the profile, `{"smoke": 5, "standard": 10}[PROFILE]`, the standard one.

    Lets a test call the very functions that a student reads.
    """
    keep = []
    for cell in read(path).cells:
        if cell.cell_type == "code" and cell.id != "setup":
            keep += [node for node in tree(cell.source).body if _defines(node)]
    namespace: dict = {"__name__": "notebook"}
    exec(compile(ast.Module(keep, []), str(path), "exec"), namespace)
    return namespace


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        value = node.value
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Name) and value.slice.id == "PROFILE":
            value = value.value
        try:
            ast.literal_eval(value)
        except ValueError:
            return False
        return True
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


# --- sync -----------------------------------------------------------------------------------------------------------


def sync(card: Card | Lab) -> list[Path]:
    """Write badge and setup cell into the notebooks, and the starter's cells into the solution; returns what changed.

    The starter is the source of every cell that is not a task; parameters and tasks of the solution stay.
    Outputs stay where the source of a cell did not change; when cells ran is left out.
    """
    files = paths(card)
    notebooks = [read(path) for path in files]
    for notebook in notebooks:
        forget_when_it_ran(notebook)
        for cell in notebook.cells:
            if cell.id == "setup":
                cell.source = setup_source()
            if cell.id == "title":
                line = badge(card, files[0].name)
                cell.source = re.sub(
                    r"^\[!\[Open in Colab\].*$", lambda _, line=line: line, cell.source, flags=re.MULTILINE
                )
    if isinstance(card, Card):
        starter, solution = notebooks
        solution.cells = _shared(starter, solution)
    return [path for path, notebook in zip(files, notebooks, strict=True) if _write(path, notebook)]


def _shared(starter, solution) -> list:
    """The solution's cells, with the starter's wherever they are not its own."""
    own = {cell.id: cell for cell in solution.cells}
    # tasks that the solution alone has stay behind the cell they follow now
    followers: dict[str, list] = {}
    previous = ""
    shared = {cell.id for cell in starter.cells}
    for cell in solution.cells:
        if cell.id in shared:
            previous = cell.id
        elif tagged(cell, "task"):
            followers.setdefault(previous, []).append(cell)
    cells = list(followers.get("", []))
    for cell in starter.cells:
        mine = own.get(cell.id)
        if mine is None or not (tagged(cell, "task") or cell.id == "parameters"):
            copy = nbformat.from_dict(cell)
            if mine is not None and mine.cell_type == "code" and mine.source == cell.source:
                copy.outputs, copy.execution_count = mine.outputs, mine.execution_count
            mine = copy
        cells += [mine, *followers.get(cell.id, [])]
    return cells


def forget_when_it_ran(notebook) -> None:
    """Take the times of execution out of the cells: they are nobody's business, and change with every run."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def _write(path: Path, notebook) -> bool:
    text = nbformat.writes(notebook) + "\n"
    if path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def kernel_config():
    """How to talk to a kernel: through sockets in the file system where there are any.

    So two kernels that start at once cannot take each other's port, and nobody else hears them. The sockets lie in the
    working folder, which must be the same for both sides.
    """
    from traitlets.config import Config

    config = Config({"NotebookClient": {"kernel_manager_class": "common.notebooks.engine.QuietManager"}})
    if os.name != "nt":
        config.KernelManager.transport = "ipc"
    return config


def execute(card: Card | Lab) -> None:
    """Run the notebooks as they stand, and store what is committed: all outputs of solutions and labs, and of starters
    those of the cells that are checked against them."""
    from nbclient import NotebookClient

    for path in paths(card):
        notebook = read(path)
        with contextlib.chdir(path.parent):
            NotebookClient(notebook, timeout=None, kernel_name="python3", config=kernel_config()).execute()
        is_starter = isinstance(card, Card) and path.name == card.notebooks[0]
        forget_when_it_ran(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code" and is_starter and CHECKED not in cell.source:
                cell.outputs, cell.execution_count = [], None
        pictures.shrink(notebook)
        _write(path, notebook)
