"""From a folder of submissions to records: which jobs there are, which are done, and who does the rest.

A job is done when its record is there, and a record appears whole or not at all. So a controller that was stopped,
however that came, goes on where it was; several at once, each with its share, never get in each other's way.
"""

import contextlib
import hashlib
import os
import queue
import secrets
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

import common
from common import data as sources
from common import kernels
from common.errors import HomeworkError
from common.files import replacing
from common.grading import intake, records
from common.grading.helper import Helper
from common.grading.records import Job, Limits, Record
from common.grading.worker import PREFIX
from common.kernels import cgroups, sandbox, scratch
from common.submission.card import Card, find_card

TRIES = 3  # for a failure of the grader itself
MARGIN = 1000.0  # seconds beside a notebook's own, to read it, to start and end its kernel, and to score


@dataclass(frozen=True)
class Plan:
    """What is to be graded: attempts in a fixed order, and the jobs behind them, one for all that are equal."""

    card: Card
    out: Path
    handed: list[intake.Handed]
    jobs: dict[str, Job]  # SHA-256 of an attempt -> its job

    def waiting(self, shard: tuple[int, int] = (1, 1)) -> list[Job]:
        """Jobs without a record, or this shard's part of all such."""
        number, count = shard
        mine = [job for job in self.jobs.values() if int(job.key, 16) % count == number - 1]
        return [job for job in mine if records.read(job.record_path) is None]

    def records(self) -> dict[str, Record]:
        """SHA-256 of an attempt -> its record, as far as there is one."""
        found = {sha: records.read(job.record_path) or records.read(job.failed_path) for sha, job in self.jobs.items()}
        return {sha: record for sha, record in found.items() if record is not None}


def plan(
    homework: str,
    source: Path,
    out: Path,
    *,
    how: str = "run",
    data: Path | None = None,
    roster: Path | None = None,
    box: sandbox.Probe | None = None,
    limits: Limits | None = None,
    **settings,
) -> Plan:
    """Take in what was handed in. settings: profile, device, seed, threads of a Job."""
    card = find_card(homework)
    if card.status != "ready":
        raise HomeworkError(f"{card.id} ({card.title.en}) is planned, but not there yet.")
    out = out.resolve()
    try:
        out.mkdir(0o700, parents=True, exist_ok=True)  # grades, and other people's work
    except OSError as error:
        raise HomeworkError(f"Cannot write to {out}: {error.strerror}.") from None
    scratch.sweep(PREFIX)
    limits = limits or Limits(deadline=max(600.0, 3 * card.time.boss))
    data = (data or _exam(card, out, settings.get("profile", "standard"))).resolve()
    tier, wrapped = ("", False) if box is None else (box.tier, box.bubblewrap)
    _check_folders(card, out, data, tier)
    handed = intake.collect(source, out, card, how, roster, limits.notebook)
    if not handed:
        raise HomeworkError(f"There is nothing to grade in {source}.")
    job = Job("", card.id, how, "", str(out), str(data), tier=tier, bubblewrap=wrapped, limits=limits, **settings)
    common_key = _common_key(card, job)
    jobs = {}
    for sha in dict.fromkeys(attempt.sha for attempt in handed if attempt.sha):
        jobs[sha] = replace(job, key=records.job_key(sha, *common_key), source=str(out / "intake" / sha))
    return Plan(card, out, handed, jobs)


def _check_folders(card: Card, out: Path, data: Path, tier: str) -> None:
    """Raise HomeworkError unless notebooks can read the test set, and neither its answers nor the report folder."""
    for part in ("inputs", "labels/reference.csv"):
        if not (data / part).exists():
            raise HomeworkError(f"{data} lacks {part}; make it with `hw data export {card.id} --out {data}`.")
    if tier != "A":
        return
    sandbox.readable_paths([out, data])
    if closed := _closed_to_others(data / "inputs"):
        raise HomeworkError(
            f"As root, notebooks run as another user, who may not read {closed}: make the inputs readable "
            f"(chmod -R a+rX {data / 'inputs'})."
        )


def _common_key(card: Card, job: Job) -> list[str]:
    """What a result depends on beside the submission: this package, its weights, the exam, the card, the settings."""
    package = Path(common.__file__).parent
    parts = [common.__version__, *(records.digest_of_folder(package, kind) for kind in ("*.py", "*.safetensors"))]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources.secrets(card.id)]
    parts += [records.digest_of_folder(Path(job.data)), card.model_dump_json(), str(asdict(job.limits))]
    return parts + [str(value) for value in (job.how, job.profile, job.device, job.seed, job.threads)]


def _exam(card: Card, out: Path, profile: str) -> Path:
    """A test set that no student has seen, made once for this report folder from a random seed."""
    folder, note = out / "exam", out / "exam-seed.txt"
    try:
        with FileLock(out / ".exam.lock"):  # several shards may begin at once
            if not note.exists():
                with replacing(note, mode=0o600) as partial:
                    partial.write_text(f"{secrets.randbits(128)}\n")
            if not folder.exists():
                sources.export(card.id, folder, seed=int(note.read_text()), profile=profile)
    except (OSError, ValueError) as error:
        raise HomeworkError(f"The test set cannot be made in {out}: {error}.") from None
    return folder


def _closed_to_others(folder: Path) -> Path | None:
    """What of a folder another user may not read, if this process is root; the way there does not matter."""
    if os.geteuid():
        return None
    needed = [(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)) for path in (folder, *folder.rglob("*"))]
    return next((path for path, bits in needed if path.stat().st_mode & bits != bits), None)


# --- doing it ---------------------------------------------------------------------------------------------------------


class Station:
    """A worker process, and what to do when it fails: it is killed if it hangs, a failed job is tried twice more."""

    def __init__(self, cores: tuple[int, ...] = ()):
        self.worker = Helper("common.grading.worker")
        self.cores = cores

    def grade(self, job: Job) -> Record:
        record = Record(job.key, job.homework, "INFRA_ERROR", "The worker died or hung.", job.tier)
        for _ in range(TRIES):
            question = asdict(replace(job, cores=self.cores))
            answer = self.worker.ask(question, job.limits.deadline + MARGIN)  # it keeps the deadline itself
            if answer is not None:
                record = Record(**answer | {"flags": tuple(answer["flags"])})
                if record.state != "INFRA_ERROR":
                    return record
            if self.worker.closed:
                return record  # nobody waits for it any more
        with contextlib.suppress(OSError):  # the same full disk, perhaps; without a record it is tried again
            records.write(record, job.failed_path)
        return record

    def close(self) -> None:
        self.worker.close()


def grade(jobs: list[Job], workers: int) -> Iterator[Record]:
    """Grade jobs with so many workers on this machine; yields each record as it is written."""
    threads = max((job.threads for job in jobs), default=1)
    stations = [Station(cores) for cores in _shares(workers, threads)]
    free: queue.SimpleQueue[Station] = queue.SimpleQueue()
    for station in stations:
        free.put(station)

    def one(job: Job) -> Record:
        station = free.get()
        try:
            return station.grade(job)
        finally:
            free.put(station)

    to_run = any(job.how == "run" for job in jobs)
    with kernels.serving() if to_run else contextlib.nullcontext(), ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(one, job) for job in jobs}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:  # also when whoever asked has heard enough
            for station in stations:
                station.close()
            pool.shutdown(wait=False, cancel_futures=True)


def _shares(workers: int, threads: int) -> list[tuple[int, ...]]:
    """CPU cores for each worker's notebooks, so that a greedy one takes nothing from its neighbour.

    Where control groups share the cores out, and where there are not enough to divide, all may use all.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    each = len(cores) // workers
    if workers == 1 or each < threads or cgroups.parents():
        return [()] * workers
    return [tuple(cores[number * each : (number + 1) * each]) for number in range(workers)]


def grade_with_dask(jobs: list[Job], address: str) -> Iterator[Record]:
    """Grade jobs on an existing Dask cluster, whose workers see the report folder and the data under the same paths."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise HomeworkError('Dask is not installed: pip install "deep-learning-homeworks[dask]".') from None
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise HomeworkError(f"There is no Dask scheduler at {address}: {error}.") from None
    with client:
        futures = {client.submit(_on_dask, asdict(job), retries=0, pure=False): job for job in jobs}
        for future in as_completed(futures):
            job = futures[future]
            with contextlib.suppress(Exception):
                yield Record(**future.result() | {"flags": tuple(future.result()["flags"])})
                continue
            yield Record(job.key, job.homework, "INFRA_ERROR", "The Dask worker died.", job.tier)


_of_thread = threading.local()


def _on_dask(values: dict) -> dict:
    """In a worker of Dask: grade with a station that this thread keeps."""
    if not hasattr(_of_thread, "station"):
        _of_thread.station = Station()
    job = Job(**values | {"limits": Limits(**values["limits"])})
    return asdict(_of_thread.station.grade(job))


def choose_tier(trusted: bool) -> sandbox.Probe:
    """The best sandbox that this machine has. Raises HomeworkError rather than give tier C unasked."""
    found = sandbox.probe()
    if found.tier == "C" and not trusted:
        reasons = " ".join(f"Not {tier}: {why}." for tier, why in found.missing.items())
        raise HomeworkError(
            f"This machine can only limit what a notebook uses, not what it sees (tier C). {reasons} "
            "Grade on Linux, or say --trust-submissions if you have read them all."
        )
    return found
