"""Is the ladder real? Every rung, several seeds, through the solution notebook and the scorer."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from common import data
from common.notebooks.run import Job, Result, make_job
from common.submission.card import CROSS_VALIDATED, RUNGS, Card


@dataclass(frozen=True)
class Measured:
    """The runs of one rung, one score per training seed."""

    rung: str
    scores: list[float]
    seconds: list[float]
    estimated: bool = False  # by the notebooks themselves, because the data cannot be scored here

    @property
    def mean(self) -> float:
        return mean(self.scores)

    @property
    def spread(self) -> float:
        return stdev(self.scores) if len(self.scores) > 1 else 0.0


def jobs(card: Card, out: Path, seeds: list[int], rungs: list[str], label: str = "", **parameters) -> list[Job]:
    """One job per rung and training seed, into `out/hw01-boss-seed2022` and so on; one where nothing is left to chance.

    label: put before "seed" in the names of the folders.
    """
    return [
        make_job(
            card, out, solution=True, label=f"{card.id}-{rung}-{label}seed{seed}", RUNG=rung, SEED=seed, **parameters
        )
        for rung in rungs
        for seed in (seeds[:1] if getattr(card.ladder["builtin"], rung).deterministic else seeds)
    ]


def exported(card: Card, out: Path, data_seeds: list[int], profile: str) -> dict[int, Path]:
    """The builtin data of each seed, written below `out` anew."""
    folders = {seed: out / f"{card.id}-data{seed}" for seed in data_seeds}
    for seed, folder in folders.items():
        shutil.rmtree(folder, ignore_errors=True)
        data.export(card.id, folder, seed=seed, profile=profile)
    return folders


def collect(results: list[Result]) -> list[Measured]:
    """Group the results of `jobs` by rung, seeds in order. Failed runs are left out, and runs without any figure.

    Where no run of a rung could be scored, the notebooks' own estimates stand in.
    """
    measured = []
    for rung in RUNGS:
        runs = [r for r in results if r.job.parameters["RUNG"] == rung]
        runs.sort(key=lambda r: r.job.parameters["SEED"])
        scored, guessed = [r for r in runs if r.score is not None], [r for r in runs if r.estimate is not None]
        if scored:
            measured.append(Measured(rung, [r.score for r in scored], [r.seconds for r in scored]))
        elif guessed:
            measured.append(Measured(rung, [r.estimate.value for r in guessed], [r.seconds for r in guessed], True))
    return measured


def faults(card: Card, measured: list[Measured], rungs: list[str], edition: str = "builtin") -> list[str]:
    """Why these runs do not confirm the card: one misses its own threshold, or reaches the next, or is not there.

    An estimate confirms nothing where the thresholds are the course's: those were measured on its own test set.
    """
    same_measure = edition.endswith(CROSS_VALIDATED)
    found = [f"{rung}: no run has a score" for rung in rungs if rung not in [m.rung for m in measured]]
    if any(rung.estimated for rung in measured) and not same_measure:
        found.append("These are the notebooks' own estimates, for this data has no score here: nothing is confirmed.")
    if edition not in card.ladder:
        return [*found, f"The card has no thresholds for this data (edition: {edition})."]
    for rung in measured:
        if rung.estimated and not same_measure:
            continue
        own = card.threshold(rung.rung, edition)
        missed = [score for score in rung.scores if not card.metric.reaches(score, own)]
        if missed:
            found.append(f"{rung.rung}: {len(missed)} of {len(rung.scores)} runs miss its threshold {own:g}")
        for name in RUNGS[RUNGS.index(rung.rung) + 1 :][:1]:
            threshold = card.threshold(name, edition)
            jumped = [score for score in rung.scores if card.metric.reaches(score, threshold)]
            if jumped:
                found.append(f"{rung.rung}: {len(jumped)} of {len(rung.scores)} runs reach {name} ({threshold:g})")
    return found


def toml(measured: list[Measured], data_seed: int | None = None) -> str:
    """The measured scores as lines for the card."""
    lines = [] if data_seed is None else ["[[ladder.builtin.fresh]]", f"seed = {data_seed}"]
    for rung in measured:
        scores = ", ".join(f"{score:.4f}" for score in rung.scores)
        same = " # all equal: deterministic = true?" if len(rung.scores) > 1 and len(set(rung.scores)) == 1 else ""
        lines.append(f"# {rung.rung}: runs = [{scores}]{same}" if data_seed is None else f"{rung.rung} = [{scores}]")
    return "\n".join(lines)
