"""`hw grade`: plan, grade with a live view, report."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from common.grading import controller, reports
from common.grading.policy import read_policy
from common.grading.records import STATES, Limits
from common.grading.text import clean
from common.submission.card import find_card


def run(
    console: Console,
    homework: str,
    source: Path,
    out: Path,
    *,
    how: str,
    data: Path | None,
    roster: Path | None,
    policy: Path | None,
    workers: int,
    shard: tuple[int, int],
    dask: str | None,
    deadline: float | None,
    memory: float,
    trusted: bool,
    **settings,
) -> bool:
    """Grade what is not graded yet, and write the reports once everything is; True if nothing is left to do."""
    rules = read_policy(policy)
    box = None if how == "files" else controller.choose_tier(trusted)
    described = "no code is run" if box is None else str(box)
    console.print(f"sandbox: {escape(described)}", soft_wrap=True)
    card = find_card(homework)
    limits = None
    if card.status == "ready":
        limits = Limits(deadline=deadline or max(600.0, 3 * card.time.boss), memory=int(memory * 2**30))
    plan = controller.plan(homework, source, out, how=how, data=data, roster=roster, box=box, limits=limits, **settings)
    jobs = plan.waiting(shard)
    cached = len(plan.jobs) - len(plan.waiting())
    console.print(
        f"{len({h.student for h in plan.handed})} students, {len(plan.handed)} attempts, {len(plan.jobs)} different; "
        f"{cached} graded before, {len(jobs)} to do" + (f" in shard {shard[0]}/{shard[1]}" if shard[1] > 1 else ""),
        soft_wrap=True,
    )
    _watch(console, jobs, controller.grade_with_dask(jobs, dask) if dask else controller.grade(jobs, workers))
    found = plan.records()
    left = len(plan.jobs) - len(found)
    if left:
        console.print(f"{left} are not graded yet; the reports follow when they are. Call again to go on.")
        return shard[1] > 1
    rows = reports.rows(plan.handed, found, plan.card, rules)
    executed = {sha: job.executed_path for sha, job in plan.jobs.items()}
    reports.write(rows, plan.card, rules, described, plan.out, executed)
    for words, names in (
        ("On the roster, not found", [row.student for row in rows if row.missing]),
        ("Found, not on the roster", [row.student for row in rows if not row.listed]),
    ):
        if names:
            console.print(f"{words}: {', '.join(map(clean, names))}", soft_wrap=True, markup=False)
    states = Counter(row.record.state for row in rows)
    console.print(", ".join(f"{states[state]} {state}" for state in STATES if states[state]))
    console.print(f"Look at {plan.out}/report.html; results.csv, lms.csv, gradescope/ and feedback/ lie beside it.")
    return not states["INFRA_ERROR"]


def _watch(console: Console, jobs: list, finished) -> None:
    columns = [
        TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left:"),
        TimeRemainingColumn(elapsed_when_finished=False), TextColumn("{task.description}"),
    ]  # fmt: skip
    states: Counter[str] = Counter()
    with Progress(*columns, console=console, disable=not console.is_terminal, speed_estimate_period=3600) as progress:
        task = progress.add_task("", total=len(jobs))
        for record in finished:
            if record is None:
                continue
            states[record.state] += 1
            told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            progress.update(task, advance=1, description=told)
            if not console.is_terminal:
                words = f"{sum(states.values())}/{len(jobs)} {record.key[:8]} {record.state} {record.seconds:.1f} s"
                console.print(f"{words} {record.message}".rstrip(), soft_wrap=True, markup=False)
