"""Running notebooks through papermill: one at a time, or many side by side."""

import contextlib
import csv
import json
import multiprocessing.connection
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

from common import data, kernels
from common.errors import DataError, HomeworkError, NotebookError
from common.files import replacing
from common.notebooks import books, reading
from common.submission.card import RUNGS, Card, Lab, find_card
from common.submission.homework import Homework

_INLINE = "module://matplotlib_inline.backend_inline"
_reports = None  # in a worker process: where it reports each finished cell


@dataclass(frozen=True)
class Job:
    """One notebook to run with its parameters; everything it makes goes into `out`."""

    card: Card | Lab
    notebook: Path
    out: Path
    parameters: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.out.name

    @property
    def files(self) -> list[str]:
        """What it hands in; a lab hands in nothing."""
        return [] if isinstance(self.card, Lab) else list(self.card.submission.files)


@dataclass(frozen=True)
class Estimate:
    """What a notebook itself says it would score, where the test answers are not public: shown, but never counted."""

    how: str
    value: float

    def __str__(self) -> str:
        return f"{self.value:.4f} by the notebook's own {self.how}"


@dataclass(frozen=True)
class Result:
    """How a run ended: `error` is empty if all went well; `score` is None where there was nothing to compare with."""

    job: Job
    seconds: float
    error: str = ""
    score: float | None = None
    rung: str | None = None  # on the ladder of `edition`
    estimate: Estimate | None = None
    edition: str = "builtin"  # of the data that it ran on
    note: str = ""  # what went wrong beside the run

    @property
    def ok(self) -> bool:
        return not self.error


def make_job(card: Card | Lab | str, out: Path, *, solution: bool = False, label: str = "", **parameters) -> Job:
    """A job for the starter or the solution of a homework, or for a lab. Raises HomeworkError for what cannot work.

    Papermill itself only warns of a parameter that the notebook does not have, and runs the notebook without it.
    """
    card = find_card(card) if isinstance(card, str) else card
    if card.status != "ready":
        raise NotebookError(f"{card.id} ({card.title.en}) is planned, but not there yet.")
    if solution and isinstance(card, Lab):
        raise NotebookError(f"{card.id} ({card.title.en}) is a lab: it has no solution.")
    notebook = books.paths(card)[solution]
    known = books.parameters(reading.load(notebook)[0])
    unknown = [name for name in parameters if name not in known]
    if unknown:
        raise NotebookError(f"{notebook.name} has no parameter {unknown[0]!r}; it has {', '.join(known)}.")
    for name, value in parameters.items():
        if type(value) is not type(known[name]):
            raise NotebookError(
                f"{name} = {value!r} must be of type {type(known[name]).__name__}, like {known[name]!r}."
            )
    if parameters.get("PROFILE", "standard") not in data.PROFILES:
        raise NotebookError(
            f"PROFILE = {parameters['PROFILE']!r} is unknown; choose one of {', '.join(data.PROFILES)}."
        )
    if parameters.get("RUNG", "boss") not in RUNGS:
        raise NotebookError(f"RUNG = {parameters['RUNG']!r} is unknown; choose one of {', '.join(RUNGS)}.")
    source = parameters.get("DATA", "builtin")
    if source not in ("builtin", "original"):
        if not Path(source).is_dir():
            raise DataError(f"DATA = {source!r} is neither 'builtin', 'original' nor a folder that exists.")
        parameters["DATA"] = str(Path(source).resolve())
    out = (out / (label or card.id)).resolve()
    return Job(card, notebook, out, {**parameters, "OUTPUT_DIR": str(out)})


def run(job: Job, *, html: bool = True) -> Result:
    """Run one notebook in a kernel of its own, keep the executed copy, and score what it handed in.

    The executed copy appears under its name when the run is over, also when a cell failed.
    """
    from papermill.exceptions import PapermillExecutionError

    started = time.monotonic()
    executed = job.out / job.notebook.name
    partial = executed.with_suffix(".partial.ipynb")
    error, notes = "", []
    try:
        _clear(job, executed)
    except OSError as problem:
        return Result(job, 0.0, f"cannot write to {job.out}: {problem.strerror}")
    try:
        to_read = reading.READ_BY_LABS if isinstance(job.card, Lab) else reading.PARAMETERS
        notebook, notes = reading.load(job.notebook, [name for name in to_read if name in job.parameters])
        _execute(job, notebook, partial)
    except PapermillExecutionError as failure:
        error = f"cell {failure.exec_count}: {failure.ename}: {failure.evalue}"
    except KeyboardInterrupt:
        partial.unlink(missing_ok=True)
        raise
    except Exception as failure:  # a kernel that dies, a full disk, no notebook: the others are still to be run
        error = _in_words(failure)
    seconds = time.monotonic() - started
    if partial.exists():
        os.replace(partial, executed)
    if html and executed.exists():
        notes += _write_html(executed)
    result = _scored(job, seconds, error)
    return replace(result, note="; ".join([*notes, *filter(None, [result.note])]))


def _clear(job: Job, executed: Path) -> None:
    """Make the run's folder, and take away what an earlier run left: nothing of that may pass for this one's."""
    job.out.mkdir(parents=True, exist_ok=True)
    stale = [executed, executed.with_suffix(".html"), job.out / "metrics.json", *(job.out / name for name in job.files)]
    for path in stale:
        path.unlink(missing_ok=True)


def _execute(job: Job, notebook, copy: Path) -> None:
    """Run it with the job's parameters; `copy` is written now and then."""
    import papermill

    _register_engine()
    papermill.execute_notebook(
        notebook,
        copy,
        job.parameters,
        engine_name="homeworks",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        cwd=job.out,
    )


def run_all(
    jobs: Iterable[Job], workers: int = 1, on_cell: Callable[[str, int, int], None] | None = None, *, html: bool = True
):
    """Run jobs in `workers` processes side by side; yields each Result as it ends.

    on_cell(job name, cells done, cells in all) is called while they run.
    """
    jobs = list(jobs)
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads can hang
    reports = context.SimpleQueue()
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    with (
        # a backend set in the shell's start file would leave the notebooks without pictures
        _environment(OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", threads), MPLBACKEND=_INLINE),
        kernels.serving(),
        ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(reports,)) as pool,
    ):
        waiting = {pool.submit(run, job, html=html): job for job in jobs}
        try:
            while waiting:
                done = []
                with contextlib.suppress(TimeoutError):
                    for future in as_completed(waiting, timeout=0.2):
                        done.append(future)
                while not reports.empty():
                    report = reports.get()
                    if on_cell:
                        on_cell(*report)
                for future in done:
                    job = waiting.pop(future)
                    try:
                        result = future.result()
                    except Exception as failure:  # the worker was killed, and took what was queued along
                        result = Result(job, 0.0, _in_words(failure))
                    yield result
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def write_table(results: list[Result], path: Path) -> None:
    """The results as CSV, one line per run. Raises HomeworkError where it cannot be written."""
    try:
        _write_table(results, path)
    except OSError as error:
        raise HomeworkError(f"Cannot write {path}: {error.strerror}.") from None


def _write_table(results: list[Result], path: Path) -> None:
    with replacing(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["run", "state", "seconds", "metric", "score", "rung", "edition", "estimate", "error"])
        for result in results:
            score = "" if result.score is None else f"{result.score:.6g}"
            state = "ok" if result.ok else "failed"
            metric = "" if isinstance(result.job.card, Lab) else result.job.card.metric.name
            estimate = "" if result.estimate is None else f"{result.estimate.value:.6g}"
            row = [result.job.name, state, f"{result.seconds:.1f}", metric, score, result.rung or ""]
            row += [result.edition if metric else "", estimate]
            table.writerow([*row, result.error])


def _scored(job: Job, seconds: float, error: str) -> Result:
    if error or not job.files:
        return Result(job, seconds, error)
    source, profile = job.parameters.get("DATA", "builtin"), job.parameters.get("PROFILE", "standard")
    try:
        reference = data.reference(job.card.id, source=source, profile=profile)
        score = Homework(job.card.id).evaluate(job.out / job.card.submission.file, reference)
    except Exception as problem:  # a scorer that fails is told like a file that is wrong
        return Result(job, seconds, _in_words(problem))
    estimate = _estimate(job.out / "metrics.json") if score.value is None else None
    note = reference.attrs.get("note", "")
    return Result(job, seconds, "", score.value, score.rung, estimate, score.edition, note)


def _in_words(failure: Exception) -> str:
    """One line on what ended a run."""
    text = (str(failure).splitlines() or [""])[0]
    if isinstance(failure, HomeworkError):
        return text
    died = "its kernel died; did it need more memory than there is?" if "ernel died" in text else text
    return f"{type(failure).__name__}: {died}"


def _estimate(metrics: Path) -> Estimate | None:
    """What the notebook gave to `homework.score(estimate=(how, value))` or `homework.write_metrics`."""
    try:
        how, value = json.loads(metrics.read_text("utf-8"))["estimate"]
        return Estimate(str(how), float(value))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_html(executed: Path) -> list[str]:
    """The page of an executed notebook; if there can be none, why. That is no reason to lose the run."""
    from nbconvert import HTMLExporter

    try:
        page, _ = HTMLExporter().from_filename(str(executed))
        executed.with_suffix(".html").write_text(page, "utf-8")
    except Exception as error:  # outputs and metadata can have any shape
        return [f"its page could not be made ({_in_words(error)})"]
    return []


def _register_engine() -> None:
    """Make papermill's engine `homeworks`: the usual one, reporting every finished cell."""
    from papermill.engines import NBClientEngine, papermill_engines

    from common.notebooks.engine import save_now_and_then

    class ReportingEngine(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **options):
            save_now_and_then(nb_man)
            if _reports is not None:
                plain, total = nb_man.cell_complete, len(nb_man.nb.cells)

                def complete(cell, cell_index=None, **rest):
                    plain(cell, cell_index=cell_index, **rest)
                    _reports.put((Path(nb_man.output_path).parent.name, (cell_index or 0) + 1, total))

                nb_man.cell_complete = complete
            return super().execute_managed_notebook(nb_man, kernel_name, config=books.kernel_config(), **options)

    papermill_engines.register("homeworks", ReportingEngine)


def _start_worker(reports) -> None:
    global _reports
    _reports = reports
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """However the parent ends: a worker left alone would go on with the jobs that are queued."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


@contextlib.contextmanager
def _environment(**variables: str):
    """Environment variables for the processes started inside."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
