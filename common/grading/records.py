"""What is known of a graded submission: one small JSON file per job, from which every report is derived."""

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from common.files import replacing

# state -> what it means; only INFRA_ERROR is tried again
STATES = {
    "OK": "ran to its end and handed in a valid file",
    "TIMEOUT": "took longer than allowed",
    "MEMORY": "needed more memory than allowed",
    "OUTPUT_LIMIT": "printed or wrote more than allowed",
    "CRASHED": "stopped before its end: a cell failed, or its kernel died",
    "INVALID_NOTEBOOK": "is no notebook that can be run",
    "INVALID_SUBMISSION": "handed in no file, or one that breaks a rule of the card",
    "INFRA_ERROR": "was not graded: the grader failed, not the student; run the command again",
}


@dataclass(frozen=True)
class Limits:
    """What one notebook may use."""

    deadline: float = 1800.0  # seconds, from its first cell to its last
    memory: int = 4 << 30  # bytes
    disk: int = 1 << 30  # bytes
    processes: int = 256
    output_per_cell: int = 1 << 20  # bytes that are kept of what a cell prints and shows
    output: int = 50 << 20  # bytes that are taken in before the run is stopped
    notebook: int = 20 << 20  # bytes of the notebook handed in, its outputs included
    cells: int = 5000


@dataclass(frozen=True)
class Job:
    """One submission to be graded, and all that its result depends on: plain values, for any machine to take."""

    key: str
    homework: str
    how: str  # "run": run the notebook; "files": score the files handed in with it
    source: str  # folder that holds `notebook.ipynb`, or the files
    out: str  # the report folder
    data: str  # what `hw data export` wrote
    profile: str = "standard"
    device: str = "cpu"
    seed: int = 2022
    threads: int = 1
    tier: str = "A"
    bubblewrap: bool = False
    cores: tuple[int, ...] = ()  # the CPU cores that it may use; all without
    limits: Limits = field(default_factory=Limits)

    @property
    def record_path(self) -> Path:
        return Path(self.out) / "records" / f"{self.key}.json"

    @property
    def failed_path(self) -> Path:
        """Where a failure of the grader is noted; no record, so that the next call tries again."""
        return Path(self.out) / "records" / f"{self.key}.failed.json"

    @property
    def executed_path(self) -> Path:
        return Path(self.out) / "executed" / f"{self.key}.ipynb"


@dataclass(frozen=True)
class Record:
    """How a job ended. `score` and what follows it come from the scorer alone."""

    key: str
    homework: str
    state: str
    message: str = ""  # one sentence, for student and instructor
    tier: str = ""
    flags: tuple[str, ...] = ()
    cells_run: int = 0
    cells: int = 0
    score: float | None = None
    public: float | None = None
    private: float | None = None
    rung: str | None = None
    public_rung: str | None = None
    private_rung: str | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0


def checksum(source: str) -> str:
    """Of a cell's code: what the engine asks a kernel for, to see whether it has taken the code as it stands."""
    return str(zlib.crc32(source.rstrip("\n").encode("utf-8", "replace")))


def job_key(*parts: str | bytes) -> str:
    """SHA-256 over parts, each with its length before it."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()


def digest_of_folder(folder: Path, pattern: str = "*") -> str:
    """SHA-256 over names and contents of all files below a folder."""
    parts: list[str | bytes] = []
    for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
        parts += [path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).digest()]
    return job_key(*parts)


def write(record: Record, path: Path) -> None:
    with replacing(path) as partial:
        partial.write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")


def read(path: Path) -> Record | None:
    """The record at `path`, or None if there is none that can be read."""
    try:
        values = json.loads(path.read_text("utf-8"))
        values["flags"] = tuple(values["flags"])
        known = {f.name for f in fields(Record)}
        return Record(**{name: value for name, value in values.items() if name in known})
    except (OSError, ValueError, KeyError, TypeError):
        return None
