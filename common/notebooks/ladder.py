"""Is the ladder real? Every rung, several seeds, through the solution notebook and the scorer."""

from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from common.notebooks.run import Job, Result, make_job
from common.submission.card import RUNGS, Card


@dataclass(frozen=True)
class Measured:
    """The runs of one rung, one score per seed."""

    rung: str
    scores: list[float]
    seconds: list[float]

    @property
    def mean(self) -> float:
        return mean(self.scores)

    @property
    def spread(self) -> float:
        return stdev(self.scores) if len(self.scores) > 1 else 0.0


def jobs(homework: str, out: Path, seeds: list[int], rungs: list[str], **parameters) -> list[Job]:
    """One job per rung and seed, into `out/hw01-boss-seed2022` and so on."""
    return [
        make_job(
            homework, out, solution=True, label=f"{homework}-{rung}-seed{seed}", RUNG=rung, SEED=seed, **parameters
        )
        for rung in rungs
        for seed in seeds
    ]


def collect(results: list[Result]) -> list[Measured]:
    """Group the results of `jobs` by rung, seeds in order. Failed runs and runs without a score are left out."""
    measured = []
    for rung in RUNGS:
        runs = [r for r in results if r.job.parameters["RUNG"] == rung and r.score is not None]
        runs.sort(key=lambda r: r.job.parameters["SEED"])
        if runs:
            measured.append(Measured(rung, [r.score for r in runs], [r.seconds for r in runs]))
    return measured


def faults(card: Card, measured: list[Measured]) -> list[str]:
    """Where the runs contradict the card: a run below its own threshold, or one that reaches the next rung's."""
    ladder = card.ladder["builtin"]
    found = []
    for rung in measured:
        own = getattr(ladder, rung.rung).threshold
        missed = [score for score in rung.scores if not card.metric.reaches(score, own)]
        if missed:
            found.append(f"{rung.rung}: {len(missed)} of {len(rung.scores)} runs miss its threshold {own:g}")
        above = RUNGS[RUNGS.index(rung.rung) + 1 :][:1]
        for name in above:
            threshold = getattr(ladder, name).threshold
            jumped = [score for score in rung.scores if card.metric.reaches(score, threshold)]
            if jumped:
                found.append(f"{rung.rung}: {len(jumped)} of {len(rung.scores)} runs reach {name} ({threshold:g})")
    return found


def toml(measured: list[Measured]) -> str:
    """The measured scores as lines for the card."""
    lines = []
    for rung in measured:
        scores = ", ".join(f"{score:.4f}" for score in rung.scores)
        lines.append(f"# {rung.rung}: runs = [{scores}]")
    return "\n".join(lines)
