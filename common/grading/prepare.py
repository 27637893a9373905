"""A student's notebook, made ready to run: checked, upgraded, and free of what its maker chose for the runner.

That is done in a process of its own, for a file can be made so that to read it, or to parse its code, takes all memory
and all time that there is.
"""

import ast
import contextlib
import json
import logging
import signal
import time
import warnings
from dataclasses import asdict
from pathlib import Path

import nbformat

from common.errors import GraderError, NotebookError
from common.grading.helper import Helper, limit, questions
from common.grading.records import Limits, checksum
from common.notebooks import books

PARAMETERS = ("PROFILE", "DATA", "DEVICE", "SEED", "OUTPUT_DIR")


def prepare(content: bytes, limits: Limits) -> tuple[nbformat.NotebookNode, list[str]]:
    """The notebook to run, and what an instructor should know of it.

    Outputs, kernel and tags go: a tag can tell a runner to skip a cell or to let an error pass. Raises NotebookError
    with one sentence if this is no notebook that can be run.
    """
    if len(content) > limits.notebook:
        raise NotebookError(
            f"The notebook has {len(content):,} bytes; at most {limits.notebook:,} are taken. Clear its outputs."
        )
    notebook = _parse(content)
    if len(notebook.cells) > limits.cells:
        raise NotebookError(f"The notebook has {len(notebook.cells):,} cells; at most {limits.cells:,} are taken.")
    language = str(notebook.metadata.get("kernelspec", {}).get("language", "python")).lower()
    flags = [] if language == "python" else [f"was written for the language {language!r}; it was run as Python"]
    for cell in notebook.cells:
        tagged = books.tagged(cell, "parameters")
        cell.metadata = nbformat.NotebookNode(tags=["parameters"] if tagged else [])
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata = nbformat.NotebookNode(
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"}
    )
    return notebook, flags + _parameters(notebook)


@contextlib.contextmanager
def _quiet():
    """nbformat logs what is not valid, and goes on; validation comes below."""
    log, before = logging.getLogger("nbformat"), logging.getLogger("nbformat").level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _parse(content: bytes) -> nbformat.NotebookNode:
    start = content[:200].lstrip().lower()
    if not start:
        raise NotebookError("The notebook is an empty file; save it in Jupyter and hand it in again.")
    if start.startswith((b"<!doctype", b"<html", b"<")):
        raise NotebookError("This is an HTML page, not a notebook; hand in the .ipynb file itself.")
    try:
        values = json.loads(content)
        if not isinstance(values, dict) or not ("cells" in values or "worksheets" in values):
            raise NotebookError("This is a JSON file, but not a notebook: it has no cells.")
        for cell in values.get("cells", []):
            if cell.get("cell_type") == "code":
                cell["outputs"], cell["execution_count"] = [], None  # a broken output is no reason to refuse the code
            cell.setdefault("metadata", {})
        with warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")
            upgraded = nbformat.reads(json.dumps(values), as_version=4)
        notebook = nbformat.from_dict(json.loads(json.dumps(upgraded)))  # old formats come as another class
        notebook.nbformat_minor = 5
        seen = set()
        for number, cell in enumerate(notebook.cells):
            if not isinstance(cell.get("id"), str) or cell.id in seen:
                cell.id = f"cell-{number}"
            seen.add(cell.id)
        nbformat.validate(notebook, relax_add_props=True)
    except NotebookError:
        raise
    except (Exception, RecursionError) as error:  # nbformat raises many kinds on damaged files
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise NotebookError(f"This is not a valid notebook: {reason}. Open it in Jupyter and save it anew.") from None
    return notebook


def _parameters(notebook: nbformat.NotebookNode) -> list[str]:
    """Flags for parameters that are set once more below their cell, or used above it."""
    places = [
        n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code" and "parameters" in cell.metadata.tags
    ]
    if len(places) != 1:
        raise NotebookError(
            f"The notebook needs exactly one code cell tagged 'parameters', and has {len(places)}; "
            "start again from the homework's notebook, or put the tag back on that cell."
        )
    flags = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or number == places[0]:
            continue
        stored, loaded = _names(cell.source)
        word = "uses" if number < places[0] else "sets"
        for name in PARAMETERS:
            if name in (loaded if number < places[0] else stored):
                where = "above the parameters cell" if number < places[0] else "anew, over the grader's value"
                flags.append(f"cell {number + 1} {word} {name} {where}")
    return flags


def _names(source: str) -> tuple[set[str], set[str]]:
    """Names that a cell binds for the whole notebook, and names that it reads; empty where it is not plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    stored, loaded = set(), set()

    def visit(node, inside: frozenset | None) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            inside = frozenset(name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names)
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                loaded.add(node.id)
            elif inside is None or node.id in inside:
                stored.add(node.id)
        for alias in getattr(node, "names", []) if isinstance(node, ast.Import | ast.ImportFrom) else []:
            stored.add(alias.asname or alias.name)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    try:
        visit(tree, None)
    except RecursionError:
        return set(), set()
    return stored, loaded


# --- in a process of its own ------------------------------------------------------------------------------------------

CPU_SECONDS, MEMORY = 20, 1 << 30  # for one notebook
_THEIRS = {"SIGXCPU": "takes too long", "SIGSEGV": "is too deep", "SIGABRT": "takes too much memory"}


def ask(helper: Helper, path: Path, limits: Limits) -> tuple[nbformat.NotebookNode, list[str]]:
    """`prepare` in the process `helper`. Raises NotebookError as that does, and GraderError if the process fails."""
    answer = _answer(helper, {"path": str(path), "limits": asdict(limits)})
    if "problem" in answer:
        raise NotebookError(answer["problem"])
    return nbformat.from_dict(answer["notebook"]), answer["flags"]


def ask_sums(helper: Helper, sources: list[str]) -> list[str]:
    """Checksums of cells as IPython turns them into Python; none if that takes too long."""
    try:
        return _answer(helper, {"sources": sources}).get("sums", []) if sources else []
    except NotebookError:
        return []


def _answer(helper: Helper, question: dict) -> dict:
    answer = helper.ask(question, 10 * CPU_SECONDS)
    if answer is None:
        name = signal.Signals(-helper.ended).name if helper.ended < 0 else ""
        if name in _THEIRS:
            raise NotebookError(f"This notebook cannot be prepared for a run: to read its code {_THEIRS[name]}.")
        raise GraderError("The process that reads notebooks died or hung.")
    if "failure" in answer:
        raise GraderError(answer["failure"])
    return answer


def _transformed(sources: list[str]) -> list[str]:
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()
    return [checksum(manager.transform_cell(source)) for source in sources]


def _worked(question: dict) -> dict:
    try:
        if "sources" in question:
            return {"sums": _transformed(question["sources"])}
        content = Path(question["path"]).read_bytes()
        notebook, flags = prepare(content, Limits(**question["limits"]))
        return {"notebook": notebook, "flags": flags}
    except NotebookError as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "This notebook cannot be prepared for a run: to read it takes too much memory."}
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}"}


def main() -> None:
    limit("DATA", MEMORY)
    limit("CORE", 0)
    for question, answer in questions():
        limit("CPU", int(time.process_time()) + CPU_SECONDS)
        answer(_worked(question))
