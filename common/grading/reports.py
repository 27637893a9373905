"""Tables and pages, each a pure function of what was handed in, the records and the policy.

What students wrote is text here and never anything else: templates escape it, no cell of a table can be a formula, no
name of a file is a student's own.
"""

import base64
import binascii
import hashlib
import itertools
import json
import math
import re
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from common.files import replacing
from common.grading import gradebook
from common.grading.intake import NOTHING, Handed
from common.grading.names import NOBODY, Name
from common.grading.policy import Policy
from common.grading.records import STATES, Record
from common.grading.text import clean, table
from common.submission.card import RUNGS, Card

COLUMNS = (
    "student", "points", "state", "score", "public", "private", "rung", "days_late", "attempt", "attempts", "cells_run",
    "cells", "tier", "flags", "message", "sha256",
)  # fmt: skip
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OURS = {"injected-parameters", "papermill-error-cell-tag"}  # cells that papermill has put in
_PNG = b"\x89PNG\r\n\x1a\n"
MAX_PICTURES, MAX_PICTURE = 12, 400_000  # per page; bytes of each


@dataclass(frozen=True)
class Row:
    """One student: the attempt that counts, and what it is worth."""

    student: str
    attempt: str
    attempts: int
    sha: str
    record: Record
    days_late: float
    points: float
    flags: tuple[str, ...]
    listed: bool = True  # on the roster, if there is one
    who: Name = NOBODY
    entry: dict[str, str] = field(default_factory=dict)  # the line of the roster

    @property
    def missing(self) -> bool:
        """On the roster, and nothing was handed in."""
        return not self.attempt and self.record.message == NOTHING

    @property
    def slug(self) -> str:
        """A file name of our own making, that still tells a person whose it is."""
        plain = re.sub(r"[^A-Za-z0-9]+", "-", self.student).strip("-")[:40]
        return f"{plain or 'student'}-{hashlib.sha256(self.student.encode('utf-8', 'replace')).hexdigest()[:8]}"


def rows(handed: list[Handed], records: dict[str, Record], card: Card, policy: Policy) -> list[Row]:
    """One row per student, in the order of their names; attempts that are not graded yet are left out."""
    owners: dict[str, list[Handed]] = {}
    for attempt in handed:
        if attempt.sha:
            owners.setdefault(attempt.sha, []).append(attempt)
    students: dict[str, list[Row]] = {}
    for attempt in handed:
        record = _record(attempt, records, card)
        if record is None:
            continue
        flags = record.flags + _flags(attempt, owners.get(attempt.sha, []))
        points = policy.points(record, attempt.days_late)
        row = Row(attempt.student, attempt.name, 1, attempt.sha, record, attempt.days_late, points, flags,
                  attempt.listed, attempt.who, attempt.entry)  # fmt: skip
        students.setdefault(attempt.student, []).append(row)
    chosen = []
    for student in sorted(students):
        attempts = students[student]
        best = attempts[-1] if policy.attempts == "last" else max(attempts, key=lambda row: _worth(row, card))
        chosen.append(replace(best, attempts=len(attempts)))
    return chosen


def _flags(attempt: Handed, equal: list[Handed]) -> tuple[str, ...]:
    """What an instructor should know of an attempt, beside what its record says."""
    twins = dict.fromkeys(
        one.student for one in equal
        if one.student != attempt.student and not (one.group and one.group == attempt.group)
    )  # fmt: skip
    flags = (f"the same file as {', '.join(map(clean, twins))}",) if twins else ()
    return flags if attempt.listed else (*flags, "not on the roster")


def _record(attempt: Handed, records: dict[str, Record], card: Card) -> Record | None:
    if attempt.sha:
        return records.get(attempt.sha)
    state = "INVALID_NOTEBOOK" if attempt.name else "INVALID_SUBMISSION"
    return Record("", card.id, state, attempt.problem, "no code was run")


def _worth(row: Row, card: Card) -> tuple:
    score = row.record.score
    if score is None:
        return row.points, False, 0.0
    return row.points, True, -score if card.metric.direction == "lower" else score


def results_csv(found: list[Row]) -> str:
    """The results; the same bytes whatever machine ran them, however often it was stopped: no times."""
    lines = []
    for row in found:
        r = row.record
        lines.append(
            [  # as in COLUMNS
                row.student, row.points, r.state, r.score, r.public, r.private, r.rung, row.days_late, row.attempt,
                row.attempts, r.cells_run, r.cells, r.tier, "; ".join(row.flags), r.message, row.sha,
            ]
        )  # fmt: skip
    return table(COLUMNS, lines)


def results_json(found: list[Row]) -> str:
    lines = [asdict(row) | {"slug": row.slug} for row in found]
    return json.dumps(lines, indent=1) + "\n"


def gradescope(row: Row, card: Card, policy: Policy) -> str:
    """The `results.json` of Gradescope's autograder for one student."""
    tests = []
    for number, name in enumerate(RUNGS):
        for half, most, rung in (
            ("public", policy.per_public_rung, row.record.public_rung),
            ("private", policy.per_private_rung, row.record.private_rung),
        ):
            reached = row.record.state in policy.points_for and rung is not None and RUNGS.index(rung) >= number
            tests.append(
                {"name": f"{name} baseline, {half} half", "score": most if reached else 0.0, "max_score": most,
                 "status": "passed" if reached else "failed"}
            )  # fmt: skip
    value = None if row.record.score is None else round(row.record.score, 6)
    order = "asc" if card.metric.direction == "lower" else "desc"
    answer = {
        "score": row.points,  # with the penalty for late days, so the sum of the tests may be more
        "output": clean(f"{row.record.state}: {STATES[row.record.state]}. {row.record.message}"),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
        "leaderboard": [] if value is None else [{"name": card.metric.label, "value": value, "order": order}],
    }
    return json.dumps(answer, indent=1) + "\n"


# --- pages ------------------------------------------------------------------------------------------------------------


def report_html(found: list[Row], card: Card, policy: Policy, tier: str) -> str:
    ranked = sorted(found, key=lambda row: (*[-v for v in _worth(row, card)], row.student))
    states = Counter(row.record.state for row in found)
    return _page(
        "report.html",
        card=card,
        rows=ranked,
        missing=[row.student for row in found if row.missing],
        unlisted=[row.student for row in found if not row.listed],
        policy=policy,
        tier=tier,
        states={state: states[state] for state in STATES if states[state]},
        meaning=STATES,
        rungs=Counter(row.record.rung or "none" for row in found if row.record.score is not None),
        histogram=histogram([row.record.score for row in found if row.record.score is not None], card),
        ladder=card.ladder["builtin"].rungs(),
    )


def feedback_html(row: Row, card: Card, policy: Policy, executed: Path) -> str:
    score, ladder = row.record.score, card.ladder["builtin"].rungs()
    following = next(((name, r.threshold) for name, r in ladder if _misses(card, score, r.threshold)), None)
    story = read_executed(executed)
    return _page(
        "feedback.html",
        card=card,
        row=row,
        record=row.record,
        policy=policy,
        meaning=STATES[row.record.state],
        ladder=[(name, r.threshold, _misses(card, score, r.threshold)) for name, r in ladder],
        following=following,
        idea=getattr(card.rungs, following[0]) if following else "",
        away=abs(score - following[1]) if following and score is not None else None,
        histogram=histogram([] if score is None else [score], card, marks=True),
        story=story,
    )


def _misses(card: Card, score: float | None, threshold: float) -> bool:
    return score is None or not card.metric.reaches(score, threshold)


def read_executed(path: Path) -> dict:
    """Of an executed notebook the cell that failed, with code and error, and the pictures; nothing else."""
    story: dict = {"failed": None, "pictures": []}
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        theirs = [one for one in cells if not _OURS & set(one["metadata"].get("tags", []))]
        for number, one in enumerate(theirs, 1):
            for output in one.get("outputs", []):
                if output.get("output_type") == "error" and story["failed"] is None:
                    trace = _ANSI.sub("", "\n".join(map(str, output.get("traceback", []))))
                    source = "".join(one.get("source", ""))
                    story["failed"] = {"cell": number, "source": source[:4000], "trace": trace[-3000:]}
                picture = _picture(output.get("data", {}).get("image/png"))
                if picture and len(story["pictures"]) < MAX_PICTURES:
                    story["pictures"].append({"cell": number, "png": picture})
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        pass  # what a student's kernel has sent can have any shape
    return story


def _picture(text) -> str:
    """Base64 of a PNG, if that is what it is."""
    try:
        content = base64.b64decode("".join(text) if isinstance(text, list) else text, validate=False)
    except (TypeError, ValueError, binascii.Error):
        return ""
    ours = content.startswith(_PNG) and len(content) <= MAX_PICTURE
    return base64.b64encode(content).decode() if ours else ""


def histogram(scores: list[float], card: Card, marks: bool = False) -> str:
    """How many students reached which score, with the ladder across it, as SVG; with `marks`, a line for each score."""
    thresholds = [(name, rung.threshold) for name, rung in card.ladder["builtin"].rungs()]
    scores = [score for score in scores if math.isfinite(score)]
    width, height, left, bottom, top = 720, 176, 24, 24, 26
    steps = len(thresholds) + 1  # rungs stand one step apart, however far apart their scores are

    def x(value: float) -> float:
        """Where a score stands: between its rungs in proportion, better to the right, far ones at the edge."""
        values = [rung for _, rung in thresholds]
        values = [2 * values[0] - values[1], *values, 2 * values[-1] - values[-2]]
        for step, (worse, better) in enumerate(itertools.pairwise(values)):
            share = (value - worse) / (better - worse)
            if share < 1 or step == steps - 1:
                return left + (step + min(max(share, 0.0), 1.0)) / steps * (width - 2 * left)
        raise AssertionError("a score has a place")

    parts = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="scores and ladder">']
    ground = height - bottom
    if scores and not marks:
        bins = 8 * steps  # so that no bar stands on both sides of a threshold
        wide = (width - 2 * left) / bins
        counts = Counter(min(int((x(value) - left) / wide + 1e-9), bins - 1) for value in scores)
        most = max(counts.values())
        for number, count in sorted(counts.items()):
            place, tall = left + number * wide, (ground - top - 12) * count / most
            parts.append(
                f'<rect class="bar" x="{place + 1:.1f}" y="{ground - tall:.1f}" width="{wide - 2:.1f}" '
                f'height="{tall:.1f}"/><text class="count" x="{place + wide / 2:.1f}" '
                f'y="{ground - tall - 3:.1f}">{count}</text>'
            )
    parts.append(f'<line class="axis" x1="{left}" x2="{width - left}" y1="{ground}" y2="{ground}"/>')
    for name, value in thresholds:
        place = x(value)
        parts.append(f'<line class="rung" x1="{place:.1f}" x2="{place:.1f}" y1="16" y2="{ground}"/>')
        parts.append(f'<text class="rung" x="{place:.1f}" y="12">{name}</text>')
        parts.append(f'<text class="value" x="{place:.1f}" y="{ground + 14}">{value:g}</text>')
    if marks:
        for value in scores:
            parts.append(f'<circle class="mark" cx="{x(value):.1f}" cy="{(ground + top) / 2:.1f}" r="7"/>')
    return "".join([*parts, "</svg>"])


def _page(name: str, **values) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("common.grading", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["clean"] = clean
    return environment.get_template(name).render(**values)


def write(found: list[Row], card: Card, policy: Policy, tier: str, out: Path, executed: dict[str, Path]) -> None:
    """All reports into `out`; executed: SHA-256 of an attempt -> its executed notebook."""
    files = {
        "results.csv": results_csv(found),
        "results.json": results_json(found),
        "lms.csv": "\ufeff" + gradebook.text(found, card, policy.most),  # the mark is for Excel
        "report.html": report_html(found, card, policy, tier),
    }
    for row in found:
        files[f"feedback/{row.slug}.html"] = feedback_html(row, card, policy, executed.get(row.sha, out / "none"))
        files[f"gradescope/{row.slug}/results.json"] = gradescope(row, card, policy)
    for name, text in files.items():
        with replacing(out / name) as partial:
            partial.write_text(text, "utf-8", errors="replace")
