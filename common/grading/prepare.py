"""A student's notebook, made ready to run: checked, upgraded, and free of what its maker chose for the runner.

That is done in a process of its own, for a file can be made so that to read it, or to parse its code, takes all memory
and all time that there is.
"""

import signal
import time
from dataclasses import asdict
from pathlib import Path

from common.errors import GraderError, NotebookError
from common.grading.helper import Helper, limit, questions
from common.grading.records import Limits, checksum
from common.notebooks import nbformat, reading


def prepare(content: bytes, limits: Limits) -> tuple[nbformat.NotebookNode, list[str]]:
    """The notebook to run, and what an instructor should know of it.

    Tags go: a tag can tell a runner to skip a cell or to let an error pass. Raises NotebookError
    with one sentence if this is no notebook that can be run.
    """
    if len(content) > limits.notebook:
        raise NotebookError(
            f"The notebook has {len(content):,} bytes; at most {limits.notebook:,} are taken. Clear its outputs."
        )
    notebook, flags = reading.runnable(content)
    if len(notebook.cells) > limits.cells:
        raise NotebookError(f"The notebook has {len(notebook.cells):,} cells; at most {limits.cells:,} are taken.")
    for cell in notebook.cells:
        cell.metadata.tags = [tag for tag in cell.metadata.tags if tag == "parameters"]
    return notebook, flags


# --- in a process of its own ------------------------------------------------------------------------------------------

CPU_SECONDS, MEMORY = 20, 1 << 30  # for one notebook
SUMS_SECONDS = 5  # of computing, for the cells of one that did not run as they are written
_THEIRS = {"SIGXCPU": "takes too long", "SIGSEGV": "is too deep", "SIGABRT": "takes too much memory"}


def ask(helper: Helper, path: Path, limits: Limits) -> tuple[nbformat.NotebookNode, list[str]]:
    """`prepare` in the process `helper`. Raises NotebookError as that does, and GraderError if the process fails."""
    answer = _answer(helper, {"path": str(path), "limits": asdict(limits)}, CPU_SECONDS)
    if "problem" in answer:
        raise NotebookError(answer["problem"])
    return nbformat.from_dict(answer["notebook"]), answer["flags"]


def ask_sums(helper: Helper, sources: list[str]) -> list[str]:
    """Checksums of cells as IPython turns them into Python; none if that takes too long."""
    try:
        return _answer(helper, {"sources": sources}, SUMS_SECONDS).get("sums", []) if sources else []
    except NotebookError:
        return []


def _answer(helper: Helper, question: dict, cpu: int) -> dict:
    answer = helper.ask(question | {"cpu": cpu}, 10 * cpu)
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
        limit("CPU", int(time.process_time()) + question["cpu"])
        answer(_worked(question))
