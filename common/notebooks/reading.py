"""Notebooks as people have them, made ready to run: the one reader of `hw run`, `hw grade` and the lint.

Code and tags are what a run needs. Outputs, metadata and ids are thrown away, so nobody asks whether they are valid:
VS Code copies a cell with its id, Colab adds state of widgets, Jupyter splits a cell with its tags.
"""

import ast
import json
import logging
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import nbformat

from common.errors import NotebookError

PARAMETERS = {"PROFILE": "standard", "DATA": "builtin", "DEVICE": "auto", "SEED": 2022, "OUTPUT_DIR": "outputs"}
READ_BY_LABS = ("PROFILE", "DEVICE", "SEED")  # a lab draws its own data and hands nothing in
INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds
_HAND_OVER = {"source": "DATA", "profile": "PROFILE"}  # keywords of `data.load` and `homework.score`
# what can set a name unseen: functions, calls without arguments at the level of the notebook, attributes of IPython's
# shell, of functions and of frames
_ANY, _OWN = {"exec", "eval", "globals"}, {"locals", "vars"}
_SHELL = {
    "user_ns", "user_global_ns", "run_cell", "run_code", "safe_execfile", "ex", "__globals__", "f_globals",
}  # fmt: skip
_MAGICS = re.compile(r"^[ \t]*%[ \t]*(run|load|store|reset|recall|rerun)\b", re.MULTILINE)


def load(path: Path, needed: Iterable[str] = PARAMETERS) -> tuple[nbformat.NotebookNode, list[str]]:
    """`runnable` of the file at `path`. Raises NotebookError."""
    try:
        return runnable(path.read_bytes(), needed)
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror}.") from None
    except NotebookError as error:
        raise NotebookError(f"{path}: {error}") from None


def runnable(content: bytes, needed: Iterable[str] = PARAMETERS) -> tuple[nbformat.NotebookNode, list[str]]:
    """The notebook to run, and what somebody who reads its score should know of it, one sentence each.

    Its cells hold source, tags and an id of their own; exactly one is tagged `parameters`, and none is what papermill
    added for an earlier run. needed: the parameters that it has to read. Raises NotebookError with one sentence if this
    is no notebook that can be run.
    """
    values = _parsed(content)
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [_cell(number, cell) for number, cell in enumerate(values["cells"], start=1)]
    notebook = nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": python}, "cells": cells}
    )
    seen = set()
    for number, cell in enumerate(notebook.cells, start=1):
        if not re.fullmatch(r"[\w-]{1,64}", cell.id, re.ASCII) or cell.id in seen:
            cell.id = f"cell-{number}"
        seen.add(cell.id)
    language = _language(values)
    flags = [] if language == "python" else [f"was written for the language {language!r}; it was run as Python"]
    return notebook, flags + _one_parameters_cell(notebook) + _misused(notebook, needed)


def tagged(cell, tag: str) -> bool:
    tags = cell.metadata.get("tags", [])
    return isinstance(tags, list) and tag in tags


# --- cells ----------------------------------------------------------------------------------------------------------


def _parsed(content: bytes) -> dict:
    start = content[:200].decode(_encoding(content), "replace").lstrip().lower()
    if not start:
        raise NotebookError("The notebook is an empty file; save it in Jupyter and hand it in again.")
    if start.startswith("<"):
        raise NotebookError("This is an HTML page, not a notebook; hand in the .ipynb file itself.")
    try:
        values = json.loads(content.decode(_encoding(content), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise _invalid(f"it is no JSON, {_first_line(error)}") from None
    if not isinstance(values, dict) or not isinstance(values.get("cells", values.get("worksheets")), list):
        raise NotebookError("This is a JSON file, but not a notebook: it has no cells.")
    return values if "cells" in values else _upgraded(values)


def _encoding(content: bytes) -> str:
    """UTF-8 with a mark or without, or what PowerShell and Notepad make of a text: UTF-16."""
    return json.detect_encoding(content)


def _upgraded(values: dict) -> dict:
    """Format 3 and older, as format 4."""
    log = logging.getLogger("nbformat")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)  # it logs what is not valid, and goes on
    try:
        for sheet in values["worksheets"]:
            for cell in sheet["cells"]:
                cell |= {"outputs": []} if cell.get("cell_type") == "code" else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return json.loads(json.dumps(nbformat.reads(json.dumps(values), as_version=4)))
    except Exception as error:  # nbformat raises many kinds on damaged files
        raise _invalid(_first_line(error)) from None
    finally:
        log.setLevel(before)


def _cell(number: int, cell) -> dict:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if kind not in ("code", "markdown", "raw"):
        raise _invalid(f"cell {number} is none of code, markdown and raw text")
    source = cell.get("source") or ""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise _invalid(f"the source of cell {number} is no text")
    source = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a character is none
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = list(dict.fromkeys(tag for tag in tags if isinstance(tag, str))) if isinstance(tags, list) else []
    made = {"cell_type": kind, "id": str(cell.get("id")), "metadata": {"tags": tags}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _language(values: dict) -> str:
    metadata = values.get("metadata")
    for place, key in (("kernelspec", "language"), ("language_info", "name")):
        described = metadata.get(place) if isinstance(metadata, dict) else None
        if isinstance(described, dict) and isinstance(described.get(key), str):
            return "python" if described[key].lower().startswith("ipython") else described[key].lower()
    return "python"


def _invalid(reason: str) -> NotebookError:
    return NotebookError(f"This is not a valid notebook: {reason}. Open it in Jupyter and save it anew.")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


# --- the parameters cell --------------------------------------------------------------------------------------------


def _one_parameters_cell(notebook) -> list[str]:
    """Tag the one cell of parameters, whatever became of it and of its tag; returns what had to be done."""
    flags = _without_injected(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = [cell for cell in code if tagged(cell, "parameters")]
    if not found:
        found = _untagged(code)
        how = "its id" if found[0].id == "parameters" else "what it sets"
        flags.append(f"no cell is tagged 'parameters'; cell {_number(notebook, found[0])} was taken, by {how}")
    first, *others = found
    for cell in others:
        number = _number(notebook, cell)
        if sets_literals(cell.source):
            first.source = f"{first.source}\n{cell.source}"
            notebook.cells.remove(cell)
            flags.append(f"cell {number} is a second one of parameters; the two were taken as one")
        else:
            flags.append(f"cell {number} is tagged 'parameters' too, and is no cell of parameters")
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != "parameters"]
        cell.metadata.tags = tags + (["parameters"] if cell is first else [])
    return flags


def _without_injected(notebook) -> list[str]:
    """Take out what papermill added for an earlier run, as papermill itself does when it runs its own copy."""
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        left_over = cell.source.startswith("# Parameters\n") and set(sets_literals(cell.source)) >= {
            "OUTPUT_DIR",
            "DATA",
        }
        if tagged(cell, INJECTED) or left_over:
            number = _number(notebook, cell)
            notebook.cells.remove(cell)
            return [f"cell {number} was papermill's, of an earlier run; it was taken out", *_without_injected(notebook)]
    return []


def _untagged(code: list) -> list:
    """The cells of parameters where no tag tells them: by the id that ours has, or by what they set."""
    by_id = [cell for cell in code if cell.id == "parameters"]
    if by_id:
        return by_id
    found, names = [], set()
    for cell in code:
        here = set(sets_literals(cell.source)) & set(PARAMETERS)
        if here:
            found.append(cell)
            names |= here
        elif names and names & set(_names(cell.source)[1]):
            break  # what is set after the first use is another matter
    if len(names) < 3:
        raise NotebookError(
            f"The notebook has no cell of parameters, one that sets {', '.join(PARAMETERS)}; start again from the "
            "homework's notebook, or put that cell back and tag it 'parameters'."
        )
    return found


def sets_literals(source: str) -> dict:
    """Names and values of a cell of nothing but `NAME = literal`; empty for any other cell."""
    values = {}
    try:
        for statement in ast.parse(source).body:
            (target,) = statement.targets
            values[target.id] = ast.literal_eval(statement.value)
    except (AttributeError, ValueError, SyntaxError, RecursionError, MemoryError):
        return {}
    return values


def _number(notebook, cell) -> int:
    return next(number for number, other in enumerate(notebook.cells, start=1) if other is cell)


# --- what becomes of the parameters -----------------------------------------------------------------------------------


def _misused(notebook, needed: Iterable[str]) -> list[str]:
    """Parameters that are read before they are set, set anew, handed over as something else, or never read."""
    flags, read, own = [], set(), False
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        if tagged(cell, "parameters"):
            own = True
            continue
        stored, loaded, ways_round = _names(cell.source)
        read |= loaded
        if own:
            flags += [
                f"cell {number} sets {name} anew, over the value it was run with"
                for name in PARAMETERS
                if name in stored
            ]
        else:
            flags += [f"cell {number} uses {name} above the parameters cell" for name in PARAMETERS if name in loaded]
        flags += [f"cell {number} {way}" for way in ways_round]
    unread = [name for name in needed if name not in read]
    if unread:
        flags.append(f"never reads {', '.join(unread)}, so what it was run with changes nothing there")
    return flags


def _names(source: str) -> tuple[set[str], set[str], list[str]]:
    """Names that a cell binds for the whole notebook, names that it reads, and other ways to set a parameter, in words.

    Nothing where it is not Python.
    """
    stored, loaded, ways_round = set(), set(), []
    try:
        _look_through(tree(source), None, stored, loaded, ways_round)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set(), []
    magic = _MAGICS.search(source)
    return stored, loaded, list(dict.fromkeys(ways_round + ([f"has the magic %{magic[1]}"] if magic else [])))


def tree(source: str) -> ast.Module:
    """The syntax tree of a code cell, magics and shell lines left out."""
    return ast.parse(re.sub(r"^([ \t]*)[%!].*", r"\1pass", source, flags=re.MULTILINE))


def _look_through(node: ast.AST, inside: frozenset | None, stored: set, loaded: set, ways_round: list) -> None:
    """inside: of a function or class, the names that it declares global; None at the level of the notebook."""

    def bind(name: str | None) -> None:
        if name is not None and (inside is None or name in inside):
            stored.add(name)

    match node:
        case ast.Name(ctx=ast.Load()):
            loaded.add(node.id)
        case ast.Name():
            bind(node.id)
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                bind((alias.asname or alias.name).split(".")[0])
                if alias.name == "*" and not f"{getattr(node, 'module', '')}".startswith("common"):
                    ways_round.append(f"imports * from {node.module}, which may set any name")
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            bind(node.name)
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            bind(node.name)
        case ast.MatchMapping():
            bind(node.rest)
        case ast.Call():
            ways_round += _handed_over(node)
    way = _way_round(node, inside)
    if way:
        ways_round.append(f"uses {way}, which may set any name")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        declared = (n for n in ast.walk(node) if isinstance(n, ast.Global))
        inside = frozenset(name for n in declared for name in n.names)
    own_scope = isinstance(node, ast.comprehension)  # its target is bound inside it alone
    for child in [node.iter, *node.ifs] if own_scope else ast.iter_child_nodes(node):
        _look_through(child, inside, stored, loaded, ways_round)


def _way_round(node: ast.AST, inside: frozenset | None) -> str | None:
    """The word for it, where a piece of code can set a name of the notebook unseen."""
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _ANY:
            return name
        case ast.Name(id="exec" | "globals", ctx=ast.Load()):  # kept, to be called by another name
            return node.id
        case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr=name) if name in _ANY:
            return name
        case ast.Call(func=ast.Attribute(attr="push"), args=[ast.Dict(), *_]):
            return "push"
        case ast.Call(func=ast.Attribute(attr="run_line_magic" | "magic"), args=[ast.Constant(value=str(line)), *_]):
            return "a magic" if _MAGICS.match(f"%{line}") else None
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _OWN and inside is None:
            return name
        case ast.Attribute(attr=name) if name in _SHELL:
            return name
        case (
            ast.Subscript(slice=ast.Constant(value="__main__"))
            | ast.Call(args=[ast.Constant(value="__main__"), *_])
            | ast.alias(name="__main__")
        ):
            return "__main__"
    return None


def _handed_over(call: ast.Call) -> list[str]:
    """Parameters for which a call is given a fixed value: `data.load("hw01", source="builtin")`."""
    return [
        f"says {word.arg}={word.value.value!r} in place of {_HAND_OVER[word.arg]}"
        for word in call.keywords
        if word.arg in _HAND_OVER and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
    ]
