"""Scoring in a process of its own: it runs no student code.

It reads the files that were handed in with the reader that everybody uses, under limits, and keeps the right answers in
memory for the next one.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from common.errors import GraderError, SubmissionError
from common.grading.helper import Helper, limit, questions

SECONDS = 300  # for one submission; judges that replay episodes take longest
_MEMORY = 4 << 30


@dataclass(frozen=True)
class Scores:
    """What a submission is worth, or in one sentence why it is worth nothing."""

    problem: str = ""
    score: float | None = None
    public: float | None = None
    private: float | None = None
    rung: str | None = None
    public_rung: str | None = None
    private_rung: str | None = None


def ask(helper: Helper, homework: str, file: Path, data: str, profile: str) -> Scores:
    """The scores of one file, from the process `helper`. Raises GraderError if that fails: no student's fault."""
    question = {"homework": homework, "file": str(file), "data": data, "profile": profile}
    answer = helper.ask(question, SECONDS)
    if answer is None:
        raise GraderError(f"{file.name} was not scored: the scorer took longer than {SECONDS} s, or died.")
    if "failure" in answer:
        raise GraderError(f"{file.name} was not scored: {answer['failure']}")
    return Scores(**answer)


def score(homework: str, file: Path, data: str, profile: str) -> Scores:
    """The scores of one file: on the whole test set, and on its public and its private half."""
    from common.submission.homework import Homework

    subject = Homework(homework)
    reference = _reference(homework, data, profile)
    try:
        answers = subject.read(file, reference)
        whole = subject.judge(answers, reference)
    except SubmissionError as error:
        return Scores(problem=str(error))
    except MemoryError:
        return Scores(problem=f"{file.name} needs more memory to be read than is allowed.")
    halves = {True: whole, False: whole}
    if _splits(subject.card):
        public = _public(len(reference), data)
        halves = {half: subject.judge(*_rows(public == half, answers, reference)) for half in (True, False)}
    values = [None if s.value is None else float(s.value) for s in (whole, halves[True], halves[False])]
    return Scores("", *values, whole.rung, halves[True].rung, halves[False].rung)


def _splits(card) -> bool:
    """Whether a score on half of the rows means something: not where a judge looks at all of them together."""
    from common.submission.metrics import METRICS

    return card.metric.name in METRICS and card.submission.kind == "csv" and card.submission.rows == "fixed"


def _public(rows: int, data: str) -> np.ndarray:
    """Which rows of the test set are public: half of them, as the secret answers have it."""
    answers = (Path(data) / "labels" / "reference.csv").read_bytes()
    seed = int.from_bytes(hashlib.sha256(answers).digest()[:8])
    public = np.zeros(rows, bool)
    public[np.random.default_rng(seed).permutation(rows)[: rows // 2]] = True
    return public


def _rows(chosen: np.ndarray, *tables):
    """These rows of each table, numbered from 0 as a whole table is."""
    return [table[chosen].reset_index(drop=True) for table in tables]


_known: dict[tuple[str, str, str], object] = {}


def _reference(homework: str, data: str, profile: str):
    from common.data import reference

    key = homework, data, profile
    if key not in _known:
        _known.clear()
        _known[key] = reference(homework, source=data, profile=profile)
    return _known[key]


def main() -> None:
    limit("DATA", _MEMORY)
    limit("CORE", 0)
    for question, answer in questions():
        file = Path(question.pop("file"))
        try:
            scores = asdict(score(file=file, **question))
        except Exception as error:  # answers that cannot be read, a full disk, a bug: no student's fault
            scores = {"failure": f"{type(error).__name__}: {error}"}
        answer(scores)
