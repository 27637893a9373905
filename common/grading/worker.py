"""One submission, graded: its notebook run in a sandbox, its file scored by another process, its record written."""

import contextlib
import json
import logging
import os
import shutil
import time
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path

from common import data as sources
from common import kernels
from common.errors import GraderError, NotebookError
from common.files import replacing
from common.grading import prepare, records, scorer
from common.grading.helper import Helper, questions
from common.grading.records import Job, Limits, Record
from common.grading.text import clean
from common.kernels import cgroups, sandbox, scratch
from common.kernels.server import SANDBOX
from common.kernels.warden import STATUS
from common.submission.card import find_card

PREFIX = "hw-job-"  # of the working folders
_OUT_OF_MEMORY = ("MemoryError", "can't allocate memory", "not enough memory", "out of memory", "Unable to allocate")


class Worker:
    """Grades jobs one after another; keeps papermill and its helpers loaded in between."""

    def __init__(self):
        self.scorer = Helper("common.grading.scorer")
        self.reader = Helper("common.grading.prepare")
        self.kernels = contextlib.ExitStack()  # the fork server, once a notebook is run

    def close(self) -> None:
        self.scorer.close()
        self.reader.close()
        self.kernels.close()

    @cached_property
    def papermill(self):
        """Papermill with our engine; nobody asks where files alone are scored."""
        import papermill

        from common.grading.engine import GradingEngine

        papermill.engines.papermill_engines.register("homeworks-grading", GradingEngine)
        for name in ("papermill", "asyncio"):  # what they warn of is in the record
            logging.getLogger(name).setLevel(logging.CRITICAL)
        return papermill

    def grade(self, job: Job) -> Record:
        """Grade one job, and write its record, except after a failure of the grader itself."""
        started = time.monotonic()
        try:
            with scratch.folder(PREFIX) as folder:
                record = self._files(job, folder) if job.how == "files" else self._run(job, folder)
            record = replace(record, seconds=round(time.monotonic() - started, 2), message=clean(record.message))
            if record.state == "INFRA_ERROR":
                return record
            earlier = records.read(job.record_path)  # of a worker whose controller was killed: what is written stays
            if earlier is None:
                records.write(record, job.record_path)
            return earlier or record
        except Exception as error:  # a full disk, no home, a library that fails: whatever it is, no student has done it
            what = str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
            return _failed(job, f"The grader could not work: {what}")

    def _files(self, job: Job, folder: Path) -> Record:
        """Score the files that were handed in, without running anything."""
        for name in find_card(job.homework).submission.files:
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(Path(job.source) / name, folder / name)
        return self._scored(Record(job.key, job.homework, "OK", tier="no code was run"), job, folder, {})

    def _run(self, job: Job, folder: Path) -> Record:
        try:
            notebook, flags = prepare.ask(self.reader, Path(job.source) / "notebook.ipynb", job.limits)
        except NotebookError as error:
            return Record(job.key, job.homework, "INVALID_NOTEBOOK", str(error), job.tier)
        folder.chmod(0o711)
        run, failure = self._execute(notebook, job, folder)
        outbox = folder / "out"
        status = _status(outbox / STATUS)
        if status is None and run.stopped:  # bubblewrap takes its warden along
            status = {"reason": "ended", "exit": None, "peak_memory": 0, "cpu_seconds": 0.0, "files": {}}
        gone = kernels.gone() if failure is not None else ""
        if run.stage != "running" or status is None or status["reason"] == "failed" or gone:
            why = (status or {}).get("error") or gone or _told(failure)
            what = "The sandbox did not last" if run.stage == "running" else "The sandbox did not start"
            return _failed(job, f"{what}: {why}.")
        sums = prepare.ask_sums(self.reader, [source for _, source in run.changed])
        run.ran += sum(taken == checksum for (taken, _), checksum in zip(run.changed, sums, strict=False))
        state, message = _judge(run, failure, status, job)
        record = Record(
            job.key, job.homework, state, message, job.tier, tuple(flags), run.ran, run.cells,
            cpu_seconds=status["cpu_seconds"], peak_memory=status["peak_memory"],
        )  # fmt: skip
        return self._scored(record, job, outbox, status["files"])

    def _execute(self, notebook, job: Job, folder: Path):
        """Run the notebook; returns what was seen and the exception that ended it, if one did."""
        papermill = self.papermill
        from common.grading.engine import Run

        if kernels.SOCKET not in os.environ or kernels.gone():
            self.kernels.close()
            self.kernels.enter_context(kernels.serving())
        for name in ("s", "work", "out"):
            (folder / name).mkdir(0o700)
        box = _sandbox(job, folder)
        parameters = {"PROFILE": job.profile, "DATA": box.readable[-1], "DEVICE": job.device, "SEED": job.seed}
        run = Run(job.limits, _environment(box, job), box.sockets)
        partial, failure = folder / "out" / "executed.ipynb", None
        plain = bool(kernels.why_not())  # tier C where kernels are not forked: no warden either
        try:
            papermill.execute_notebook(
                notebook, partial, {**parameters, "OUTPUT_DIR": f"{box.work}/outputs"}, progress_bar=False,
                engine_name="homeworks-grading", kernel_name="python3", language="python", run=run,
                cwd=sandbox.plain_folder(box) if plain else None,
            )  # fmt: skip
        except Exception as error:  # a kernel may send anything at all, and libraries fail on it in their own ways
            failure = error
        if plain:
            sandbox.collect_plainly(box)
        # the warden has thirty seconds, then it is killed
        end = time.monotonic() + (40 if run.stage == "running" else 1)
        while not Path(box.outbox, STATUS).exists() and time.monotonic() < end:
            time.sleep(0.01)
        if partial.exists():
            with replacing(job.executed_path) as path:
                shutil.copyfile(partial, path)
        return run, failure

    def _scored(self, record: Record, job: Job, folder: Path, refused: dict) -> Record:
        """Add the scores of what was handed in; only the file counts, and nothing that the notebook says of itself."""
        card = find_card(job.homework)
        problem = next((text for text in refused.values() if isinstance(text, str)), "")
        main = folder / card.submission.file
        if not problem and not main.exists():
            problem = f"There is no {main.name}; the notebook has to write it into OUTPUT_DIR."
        if not problem:
            scores = scorer.ask(self.scorer, job.homework, main, job.data, job.profile)
            problem = scores.problem
            if not problem:
                values = {name: value for name, value in scores.__dict__.items() if name != "problem"}
                return replace(record, **values)
        if record.state == "OK":
            return replace(record, state="INVALID_SUBMISSION", message=problem)
        return record


def _failed(job: Job, message: str) -> Record:
    return Record(job.key, job.homework, "INFRA_ERROR", clean(message), job.tier)


def _sandbox(job: Job, folder: Path) -> sandbox.Sandbox:
    """What the job's kernel gets; the last folder that it may read is the test set's inputs."""
    out, data = Path(job.out), Path(job.data).resolve()
    hidden = [str(path) for path in sources.secrets(job.homework)]
    return sandbox.Sandbox(
        job.tier, str(folder), f"{folder}/out", dict(find_card(job.homework).submission.files),
        [*sandbox.readable_paths([out, data]), str(data / "inputs")], hidden,
        _gpu() if job.device != "cpu" else [], job.limits.memory, job.limits.disk, processes=job.limits.processes,
        groups=list(cgroups.parents()), cores=list(job.cores), bubblewrap=job.bubblewrap,
    )  # fmt: skip


def _status(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _judge(run, failure, status: dict, job: Job) -> tuple[str, str]:
    """State and sentence of a run. What the notebook says tells failures apart, never failure from success."""
    limits, cell = job.limits, f"cell {run.reached}"
    if run.stopped == "TIMEOUT":
        return "TIMEOUT", f"It was stopped after {limits.deadline:g} s, in {cell}."
    if run.stopped == "OUTPUT_LIMIT":
        return "OUTPUT_LIMIT", f"It printed more than {limits.output >> 20} MB, in {cell}."
    if status["reason"] == "memory":
        return "MEMORY", f"It needed more than {limits.memory / 2**30:.3g} GB of memory, in {cell}."
    if status["reason"] == "disk":
        return "OUTPUT_LIMIT", f"It wrote more than {limits.disk >> 20} MB or too many files, in {cell}."
    if failure is not None:
        told = _told(failure)
        if hasattr(failure, "ename"):
            if any(words in told for words in _OUT_OF_MEMORY):
                return (
                    "MEMORY",
                    f"It needed more memory than the {limits.memory / 2**30:.3g} GB allowed, in {cell}: {told}",
                )
            return "CRASHED", f"In {cell}: {told}"
        if "Timeout waiting for IOPub output" in told:
            return "OUTPUT_LIMIT", f"It sent more output at once than can be taken in, in {cell}."
        if status["exit"] is not None and os.WIFSIGNALED(status["exit"]):
            return "CRASHED", f"Its kernel was killed by signal {os.WTERMSIG(status['exit'])}, in {cell}."
        if "died" in told:
            return "CRASHED", f"Its kernel ended itself, in {cell}."
        return "CRASHED", f"Its kernel sent what is no message of Jupyter, in {cell} ({type(failure).__name__})."
    if run.ran < run.cells:
        missing = run.cells - run.ran
        return (
            "CRASHED",
            f"{missing} of {run.cells} code cells did not run as they are written (the last begun is {cell}).",
        )
    return "OK", ""


def _told(failure: Exception | None) -> str:
    """What an exception says, on one line."""
    name = getattr(failure, "ename", type(failure).__name__)
    return " ".join(f"{name}: {getattr(failure, 'evalue', failure)}".split())[:300]


def _environment(box: sandbox.Sandbox, job: Job) -> dict[str, str]:
    """The whole environment of a student's kernel: nothing of the grader's own is in it."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "HW_KERNEL_SERVER") if name in os.environ
    }
    if box.bubblewrap:  # a Python of its own, that finds its modules where this one does, though its home is another
        kept["PYTHONPATH"] = os.pathsep.join(filter(os.path.isdir, kernels.search_path()))
    threads = str(job.threads)
    return kept | {
        SANDBOX: box.to_json(),
        "HOME": f"{box.work}/home",
        "TMPDIR": f"{box.work}/tmp",
        "USER": "student",
        "LOGNAME": "student",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "HW_DATA_DIR": f"{box.work}/home/data",
        "HW_PROGRESS": "0",
    }


def _gpu() -> list[str]:
    return [str(path) for pattern in ("nvidia*", "dri", "kfd") for path in Path("/dev").glob(pattern)]


def main() -> None:
    with contextlib.closing(Worker()) as worker:
        for question, answer in questions():
            job = Job(**question | {"limits": Limits(**question["limits"])})
            answer(asdict(worker.grade(job)))
