"""The rules that every notebook keeps: `hw notebooks --check`."""

import ast
import re
from pathlib import Path
from statistics import median

from common.errors import NotebookError
from common.notebooks.books import CHECKED, badge, parameters, paths, read, setup_source
from common.notebooks.reading import PARAMETERS, READ_BY_LABS, runnable, tagged, tree
from common.submission.card import Card, Lab

OPENING = ["title", "setup", "parameters", "imports"]  # ids of the first cells
SECTIONS = ["data", "model", "train", "evaluate", "score", "tasks", "report", "reading"]  # ids of headings, in order
UNTRUE_IN_SOLUTIONS = re.compile(r"\bnothing (above or )?(below )?needs\b", re.IGNORECASE)
# a task tells what the starter's curves show, but above it in the solution stand those of the best rung
NOBODYS = re.compile(r"\blook at the (two )?(change|curves?|maps?|matrix|plots?|strips?)( above)?[.:]", re.IGNORECASE)
MAX_BYTES, MAX_LINES, MEDIAN_LINES = 500_000, 40, 12
MAX_WIDTH = 100  # characters of a line of code: JupyterLab shows no more beside its list of files


def lint(card: Card | Lab) -> list[str]:
    """What the notebooks of a homework do against the rules, one sentence each; empty if all is well."""
    try:
        return _lint_lab(card) if isinstance(card, Lab) else _lint_pair(card)
    except NotebookError as error:
        return [f"{card.folder}: {error}"]


def _lint_pair(card: Card) -> list[str]:
    starter_path, solution_path = paths(card)
    starter, solution = read(starter_path), read(solution_path)
    problems = []
    for path, notebook, own in ((starter_path, starter, {}), (solution_path, solution, {"RUNG": "boss"})):
        found = [
            *_parameters(notebook, path, PARAMETERS | own, PARAMETERS | own),
            *_opening(notebook, card, starter_path.name),
            *_sections(notebook),
            *_everywhere(notebook, path),
        ]
        problems += [f"{card.folder}/{path.name}: {problem}" for problem in found]
    problems += [f"{starter_path.name}: {problem}" for problem in _starter_outputs(starter) + _unchecked(starter)]
    problems += [f"{card.folder}/{solution_path.name}: {problem}" for problem in _executed_outputs(solution, card)]
    return problems + [f"{card.folder}: {problem}" for problem in _twins(starter, solution)]


def _lint_lab(lab: Lab) -> list[str]:
    """A lab opens like the others and is committed with its outputs; headings are its own, nothing is handed in."""
    (path,) = paths(lab)
    notebook = read(path)
    found = [
        *_parameters(notebook, path, PARAMETERS, READ_BY_LABS),
        *_opening(notebook, lab, path.name),
        *_everywhere(notebook, path),
        *_executed_outputs(notebook, lab),
    ]
    return [f"{lab.folder}/{path.name}: {problem}" for problem in found]


def _everywhere(notebook, path: Path) -> list[str]:
    return [*_cells(notebook), *_shape(notebook), *_metadata(notebook, path)]


def _parameters(notebook, path: Path, wanted: dict, needed) -> list[str]:
    found = parameters(notebook)
    problems = [] if found == wanted else [f"the parameters cell has {found}, expected {wanted}"]
    return problems + runnable(path.read_bytes(), needed)[1]


def _opening(notebook, card: Card | Lab, starter_name: str) -> list[str]:
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
        widest = max(cell.source.splitlines(), key=len, default="")
        if len(widest) > MAX_WIDTH:
            problems.append(
                f"cell {cell.id!r} has a line of {len(widest)} characters, at most {MAX_WIDTH}: {widest[:60]!r} ..."
            )
        for node in ast.walk(tree(cell.source)):
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
    if any("execution" in cell.metadata for cell in notebook.cells):
        problems.append("says when its cells ran; `hw notebooks --write` takes that out")
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


def _executed_outputs(notebook, card: Card | Lab) -> list[str]:
    """A planned homework need not have been run; what it holds of a run is looked at all the same."""
    problems = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None and card.status == "ready":
            problems.append(f"cell {cell.id!r} was not executed; solutions and labs are committed with their outputs")
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"cell {cell.id!r} holds an error")
            if output.get("name") == "stderr" and "Warning" in output.text:
                problems.append(f"cell {cell.id!r} shows a warning")
    return problems


def _unchecked(starter) -> list[str]:
    """Whatever waits to be written has a check cell behind it, which says when it is right."""
    stubs: dict[str, str] = {}  # name -> id of its cell
    given: set[str] = set()
    for cell in starter.cells:
        if cell.cell_type != "code" or cell.id == "setup":
            continue
        for node in ast.walk(tree(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("check."):
                given |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for node in tree(cell.source).body:
            waits = isinstance(node, ast.FunctionDef | ast.ClassDef) and "NotImplementedError" in ast.unparse(node)
            stubs |= {node.name: cell.id} if waits else {}
    return [f"nothing checks {name!r} of cell {id_!r}; a stub needs `check.…({name})` behind it"
            for name, id_ in stubs.items() if name not in given]  # fmt: skip


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
        if cell.cell_type == "markdown" and not tagged(cell, "task") and UNTRUE_IN_SOLUTIONS.search(cell.source):
            problems.append(f"cell {cell.id!r} says that nothing needs what the solution needs; both show this cell")
        if cell.cell_type == "markdown" and cell.id.startswith("task-") and (found := NOBODYS.search(cell.source)):
            problems.append(f"cell {cell.id!r}, {found[0]!r}: whose? The solution shows others than the starter")
    own = {cell.id for cell in starter.cells}
    for cell in solution.cells:
        if cell.id not in own and not tagged(cell, "task"):
            problems.append(f"the solution's cell {cell.id!r} is not in the starter and not tagged 'task'")
    order = [cell.id for cell in solution.cells if cell.id in own]
    if order != [cell.id for cell in starter.cells if cell.id in theirs]:
        problems.append("the common cells stand in another order in the solution")
    return problems
