"""Rules that every notebook keeps, and the tools that keep them: lint, sync, and reading a notebook's definitions."""

import ast
import contextlib
import os
import re
import tomllib
import warnings
from pathlib import Path
from statistics import median

import nbformat

from common import __version__
from common.card import Card
from common.errors import NotebookError
from common.paths import checkout

PARAMETERS = {"PROFILE": "standard", "DATA": "builtin", "DEVICE": "auto", "SEED": 2022, "OUTPUT_DIR": "outputs"}
OPENING = ["title", "setup", "parameters", "imports"]  # ids of the first cells
SECTIONS = ["data", "model", "train", "evaluate", "score", "tasks", "report", "reading"]  # ids of headings, in order
MAX_BYTES, MAX_LINES, MEDIAN_LINES = 500_000, 40, 12
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


def badge(card: Card, name: str) -> str:
    """The line that opens a notebook in Colab."""
    where = settings()
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{where['repository']}/blob/{where['branch']}/{card.folder}/{name})"
    )


def paths(card: Card) -> tuple[Path, Path]:
    """Starter and solution of a homework."""
    root = checkout()
    if root is None:
        raise NotebookError("The notebooks lie in a checkout of the project, not in an installed package.")
    return root / card.folder / f"{card.folder}.ipynb", root / card.folder / "solution.ipynb"


def read(path: Path) -> nbformat.NotebookNode:
    """A valid notebook of format 4. Raises NotebookError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # nbformat would give two cells of one id new ones, and only warn
            notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist.") from None
    except Exception as error:  # nbformat raises many kinds, all with the reason in their first line
        raise NotebookError(f"{path} is not a valid notebook: {str(error).splitlines()[0]}") from None
    return notebook


def tagged(cell, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def parameters(notebook) -> dict:
    """Names and values of the one cell tagged `parameters`. Raises NotebookError if it is not plain literals."""
    cells = [cell for cell in notebook.cells if tagged(cell, "parameters")]
    if len(cells) != 1:
        raise NotebookError(f"needs exactly one cell tagged 'parameters', has {len(cells)}")
    values = {}
    for statement in ast.parse(cells[0].source).body:
        try:
            (target,) = statement.targets
            values[target.id] = ast.literal_eval(statement.value)
        except (AttributeError, ValueError):
            raise NotebookError(f"line {statement.lineno} of the parameters cell is not `NAME = literal`") from None
    return values


def definitions(path: Path) -> dict:
    """What a notebook defines: its imports, functions, classes and literal constants, without running the rest.

    Lets a test call the very functions that a student reads.
    """
    keep = []
    for cell in read(path).cells:
        if cell.cell_type == "code" and cell.id != "setup":
            keep += [node for node in _tree(cell).body if _defines(node)]
    namespace: dict = {"__name__": "notebook"}
    exec(compile(ast.Module(keep, []), str(path), "exec"), namespace)
    return namespace


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return True
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def _tree(cell) -> ast.Module:
    """The syntax tree of a code cell, magics left out."""
    lines = [re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in cell.source.splitlines()]
    return ast.parse("\n".join(lines))


# --- sync -----------------------------------------------------------------------------------------------------------


def sync(card: Card) -> list[Path]:
    """Write badge and setup cell into both notebooks, and the starter's cells into the solution; returns what changed.

    The starter is the source of every cell that is not a task; parameters and tasks of the solution stay.
    Outputs stay where the source of a cell did not change.
    """
    starter_path, solution_path = paths(card)
    starter, solution = read(starter_path), read(solution_path)
    for notebook in (starter, solution):
        for cell in notebook.cells:
            if cell.id == "setup":
                cell.source = setup_source()
            if cell.id == "title":
                line = badge(card, starter_path.name)
                cell.source = re.sub(
                    r"^\[!\[Open in Colab\].*$", lambda _, line=line: line, cell.source, flags=re.MULTILINE
                )
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
    solution.cells = cells
    return [path for path, notebook in ((starter_path, starter), (solution_path, solution)) if _write(path, notebook)]


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

    return Config({} if os.name == "nt" else {"KernelManager": {"transport": "ipc"}})


def execute(card: Card) -> None:
    """Run both notebooks as they stand, and store what is committed: the solution's outputs, and of the starter's those
    of the cells that are checked against them."""
    from nbclient import NotebookClient

    for path, keeps in zip(paths(card), (lambda cell: CHECKED in cell.source, lambda cell: True), strict=True):
        notebook = read(path)
        with contextlib.chdir(path.parent):
            NotebookClient(notebook, timeout=None, kernel_name="python3", config=kernel_config()).execute()
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # when it ran is nobody's business, and changes with every run
            if cell.cell_type == "code" and not keeps(cell):
                cell.outputs, cell.execution_count = [], None
        _write(path, notebook)


# --- lint -----------------------------------------------------------------------------------------------------------


def lint(card: Card) -> list[str]:
    """What the two notebooks of a homework do against the rules, one sentence each; empty if all is well."""
    starter_path, solution_path = paths(card)
    problems = []
    try:
        starter, solution = read(starter_path), read(solution_path)
        wanted = {starter_path: PARAMETERS, solution_path: {**PARAMETERS, "RUNG": "boss"}}
        for path, notebook in ((starter_path, starter), (solution_path, solution)):
            rules = (
                _parameters(notebook, wanted[path]),
                _opening(notebook, card, starter_path.name),
                _sections(notebook),
            )
            found = [*rules[0], *rules[1], *rules[2], *_cells(notebook), *_shape(notebook), *_metadata(notebook, path)]
            problems += [f"{path.parent.name}/{path.name}: {problem}" for problem in found]
        problems += [f"{starter_path.name}: {problem}" for problem in _starter_outputs(starter)]
        problems += [f"{card.folder}/solution.ipynb: {problem}" for problem in _solution_outputs(solution)]
        problems += [f"{card.folder}: {problem}" for problem in _twins(starter, solution)]
    except NotebookError as error:
        problems.append(f"{card.folder}: {error}")
    return problems


def _parameters(notebook, wanted: dict) -> list[str]:
    found = parameters(notebook)
    problems = [] if found == wanted else [f"the parameters cell has {found}, expected {wanted}"]
    used = {
        node.id
        for cell in notebook.cells
        if cell.cell_type == "code" and not tagged(cell, "parameters")
        for node in ast.walk(_tree(cell))
        if isinstance(node, ast.Name)
    }
    return problems + [f"parameter {name} is never used" for name in found if name not in used]


def _opening(notebook, card: Card, starter_name: str) -> list[str]:
    ids = [cell.id for cell in notebook.cells]
    code_and_title = [cell.id for cell in notebook.cells if cell.id == "title" or cell.cell_type == "code"]
    if code_and_title[: len(OPENING)] != OPENING:
        return [f"must open with the cells {OPENING}, opens with {ids[:6]}"]
    cells = {cell.id: cell for cell in notebook.cells}
    problems = []
    if cells["setup"].source != setup_source():
        problems.append("the setup cell is not the shared one (`hw notebooks --write`)")
    if badge(card, starter_name) not in cells["title"].source:
        problems.append("the title cell lacks the badge line (`[![Open in Colab](...)`, then `hw notebooks --write`)")
    if not cells["title"].source.startswith("# "):
        problems.append("the title cell must begin with '# '")
    if not 3 <= cells["title"].source.count("。") <= 5:
        problems.append("the title cell needs a Chinese summary of 3 to 5 sentences")
    return problems


def _sections(notebook) -> list[str]:
    found = [cell.id for cell in notebook.cells if cell.id in SECTIONS]
    return [] if found == SECTIONS else [f"needs headings with the ids {SECTIONS} in this order, has {found}"]


def _cells(notebook) -> list[str]:
    problems = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.id == "setup":
            continue
        if re.search(r"^\s*[%!]", cell.source, re.MULTILINE):
            problems.append(f"cell {cell.id!r} has a shell line or a magic; runners do not notice when these fail")
        lines = len(cell.source.splitlines())
        if lines > MAX_LINES:
            problems.append(f"cell {cell.id!r} has {lines} lines, at most {MAX_LINES} fit on a screen")
        for node in ast.walk(_tree(cell)):
            module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module or ""]
            if any(re.match(r"hw\d\d|tests?\b", name) for name in names):
                problems.append(f"cell {cell.id!r} imports {names[0]}; notebooks import from common alone")
    return problems


def _shape(notebook) -> list[str]:
    code = [len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code"]
    ratio = (len(notebook.cells) - len(code)) / len(code)
    problems = []
    if median(code) > MEDIAN_LINES:
        problems.append(f"the median code cell has {median(code):g} lines, at most {MEDIAN_LINES} read well")
    if not 1.0 <= ratio <= 1.5:
        problems.append(f"has {ratio:.2f} markdown cells per code cell, 1.0 to 1.5 read well")
    return problems


def _metadata(notebook, path: Path) -> list[str]:
    problems = []
    if path.stat().st_size > MAX_BYTES:
        problems.append(f"has {path.stat().st_size:,} bytes, at most {MAX_BYTES:,} open fast on the web")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        problems.append("its kernelspec must be python3")
    if "papermill" in notebook.metadata or any("papermill" in cell.metadata for cell in notebook.cells):
        problems.append("holds metadata of a papermill run")
    return problems


def _starter_outputs(starter) -> list[str]:
    problems = []
    for cell in starter.cells:
        if cell.cell_type != "code":
            continue
        checked = CHECKED in cell.source
        if checked and (not cell.outputs or cell.execution_count is None):
            problems.append(f"cell {cell.id!r} is to be checked but has no stored output, so nothing would be compared")
        if not checked and cell.outputs:
            problems.append(f"cell {cell.id!r} has outputs; starters are committed without")
    return problems


def _solution_outputs(solution) -> list[str]:
    problems = []
    for cell in solution.cells:
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None:
            problems.append(f"cell {cell.id!r} was not executed; solutions are committed with their outputs")
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"cell {cell.id!r} holds an error")
            if output.get("name") == "stderr" and "Warning" in output.text:
                problems.append(f"cell {cell.id!r} shows a warning")
    return problems


def _twins(starter, solution) -> list[str]:
    problems = []
    theirs = {cell.id: cell for cell in solution.cells}
    for cell in starter.cells:
        twin = theirs.get(cell.id)
        if twin is None or twin.cell_type != cell.cell_type:
            problems.append(f"the solution lacks the starter's cell {cell.id!r}")
        elif not tagged(cell, "task") and cell.id != "parameters" and twin.source != cell.source:
            problems.append(f"cell {cell.id!r} differs in starter and solution, and is not tagged 'task'")
        elif tagged(cell, "task") != tagged(twin, "task"):
            problems.append(f"cell {cell.id!r} is tagged 'task' in one of the two notebooks only")
    own = {cell.id for cell in starter.cells}
    for cell in solution.cells:
        if cell.id not in own and not tagged(cell, "task"):
            problems.append(f"the solution's cell {cell.id!r} is not in the starter and not tagged 'task'")
    order = [cell.id for cell in solution.cells if cell.id in own]
    if order != [cell.id for cell in starter.cells if cell.id in theirs]:
        problems.append("the common cells stand in another order in the solution")
    return problems
