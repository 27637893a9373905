"""A homework as a notebook sees it: its card, its submission file, and where a score stands on the ladder."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from common import data, homeworks
from common.errors import SubmissionError
from common.files import replacing
from common.submission.card import RUNGS, Card, Cheap, find_card
from common.submission.metrics import METRICS
from common.submission.table import read_submission, write_submission


@dataclass(frozen=True)
class Score:
    """What a submission is worth: `value` of the card's metric (None if the answers are unknown), and its rung."""

    card: Card
    value: float | None
    edition: str  # which ladder it is measured against: "builtin", or the course's year; the card may have none for it
    estimate: str = ""  # how `value` was estimated when it was not measured on the test set
    missing: str = "the test answers are not public"  # why it is unknown or estimated, where it is

    @property
    def rung(self) -> str | None:
        return None if self.value is None else self.card.rung_of(self.value, self.edition)

    def __str__(self) -> str:
        metric = self.card.metric
        if self.value is None:
            why = self.missing[:1].upper() + self.missing[1:]
            return f"Your file is well-formed. {why}, so it gets no score here."
        how = f"{self.estimate} (an estimate: {self.missing})" if self.estimate else f"test {metric.label}"
        better = "lower is better" if metric.direction == "lower" else "higher is better"
        first = f"{how}: {self.value:.4f} ({better})"
        if self.edition not in self.card.ladder:
            return f"{first}\nThe card has no thresholds for this data (edition: {self.edition})."
        ladder = "  ".join(f"{name} {rung.threshold:g}" for name, rung in self.card.ladder[self.edition].rungs())
        return f"{first}\nladder ({self.edition}): {ladder}\n{self._standing()}"

    def _standing(self) -> str:
        reached = -1 if self.rung is None else RUNGS.index(self.rung)
        where = "You have not reached simple yet" if reached < 0 else f"You have reached {self.rung}"
        if self.estimate:
            where = "By this estimate you would stand " + ("below simple" if reached < 0 else f"at {self.rung}")
        if reached == len(RUNGS) - 1:
            return f"{where}: the top of the ladder."
        following = RUNGS[reached + 1]
        threshold = getattr(self.card.ladder[self.edition], following).threshold
        return f"{where}; {following} is {abs(threshold - self.value):.3g} away."


class Homework:
    """`Homework("hw01")` reads the card; the methods write and score what a notebook hands in."""

    def __init__(self, name: str):
        self.card = find_card(name)
        self._started, self._spent = time.monotonic(), _cpu_seconds()

    def __repr__(self) -> str:
        return f"Homework({self.card.id!r}: {self.card.title.en})"

    def submit(self, frame: pd.DataFrame, output_dir: str | Path, weights: Mapping | None = None) -> Path:
        """Write the submission file into `output_dir`, if `frame` keeps the card's rules; returns its path.

        weights: the `state_dict` of the network behind the answers, where the card asks for it (a parameter cap).
        """
        path = write_submission(frame, self.card.submission, output_dir, weights)
        print(f"wrote {path} ({len(frame):,} rows)")
        return path

    def write_metrics(self, output_dir: str | Path, history=None, **numbers) -> Path:
        """Write `metrics.json`: `numbers`, and the first and last training loss of `history` (`fit`'s, or a list).

        Also the time since this object was made, by the clock and by the CPU.
        """
        metrics = {
            "homework": self.card.id,
            "seconds": round(time.monotonic() - self._started, 1),
            "cpu_seconds": round(_cpu_seconds() - self._spent, 2),
        }
        if history is not None:
            losses = list(history if isinstance(history, list) else history["loss"])
            metrics |= {"loss_first": float(losses[0]), "loss_last": float(losses[-1])}
        metrics |= numbers
        path = Path(output_dir) / "metrics.json"
        with replacing(path) as partial:
            partial.write_text(json.dumps(metrics, indent=1, default=float) + "\n", "utf-8")
        return path

    def evaluate(self, path: str | Path, reference: pd.DataFrame) -> Score:
        """Score the file at `path` against `reference` (see `common.data`); reads nothing else of a student's.

        The ladder is that of the edition to which the reference belongs. Raises SubmissionError with one sentence if
        the file breaks a rule of the card.
        """
        return self.judge(self.read(path, reference), reference)

    def read(self, path: str | Path, reference: pd.DataFrame) -> pd.DataFrame:
        """The file at `path` as a table, once it keeps every rule of the card; raises SubmissionError otherwise."""
        return read_submission(path, self.card.submission, reference)

    def judge(self, answers: pd.DataFrame, reference: pd.DataFrame) -> Score:
        """The score of a table that `read` has read, or of some of its rows against the same rows of `reference`."""
        spec, edition = self.card.submission, data.edition_of(reference)
        if not set(spec.answers) <= set(reference.columns):
            return Score(self.card, None, edition)
        name = self.card.metric.name
        if name in METRICS:
            value = METRICS[name](reference[spec.answers].to_numpy(), answers[spec.answers].to_numpy())
            return Score(self.card, value, edition)
        judge = homeworks.part(self.card.id, "judge")
        missing = getattr(judge, "MISSING", Score.missing)
        return Score(self.card, judge.judge(reference, answers), edition, missing=missing)

    def cheap(self, *, source: str | Path = "builtin", profile: str = "standard") -> Iterator[tuple[Cheap, float]]:
        """The card's cheap answers that are quick, and what each gets (see `common.data.cheap`); drawn once for all."""
        splits, reference = data.both(self.card.id, source=source, profile=profile)
        for cheap in self.card.cheap:
            if not cheap.quick:
                continue
            answers = getattr(homeworks.part(self.card.id, "cheap"), cheap.quick)(splits)
            if not isinstance(answers, pd.DataFrame):  # the one column, in the order of the test rows
                answers = pd.DataFrame({self.card.submission.answers[0]: answers})
            yield cheap, self.judge(answers, reference).value

    def score(
        self,
        path: str | Path,
        *,
        source: str | Path = "builtin",
        profile: str = "standard",
        estimate: tuple | None = None,
    ) -> Score | None:
        """Print and draw where the submission at `path` stands on the ladder.

        estimate: `(how, value)`, shown instead when the answers of the test set are not public, for example
        `("5-fold blocked cross-validation MSE", 1.02)`. A malformed file is told in one sentence and gives None.
        """
        from common import plots

        reference = data.reference(self.card.id, source=source, profile=profile)
        try:
            score = self.evaluate(path, reference)
        except SubmissionError as error:
            print(f"Not scored: {error}")
            return None
        if score.value is None and estimate is not None:
            how, value = estimate
            edition = self.card.for_estimates(score.edition)
            score = replace(score, value=float(value), estimate=how, edition=edition)
            _note(Path(path).with_name("metrics.json"), estimate=[how, float(value)])
        print(score)
        if reference.attrs.get("note"):
            print(f"Mind: {reference.attrs['note']}")
        if profile != "standard":
            print(f"(PROFILE = {profile!r}: a short run on little data; the thresholds are meant for 'standard'.)")
        if score.value is not None and score.edition in self.card.ladder:
            plots.ladder(score)
        return score


def _note(metrics: Path, **numbers) -> None:
    """Add numbers to the `metrics.json` that the notebook has written, so that `hw run` can show them."""
    if metrics.is_file():
        known = json.loads(metrics.read_text("utf-8"))
        with replacing(metrics) as partial:
            partial.write_text(json.dumps(known | numbers, indent=1) + "\n", "utf-8")


def _cpu_seconds() -> float:
    """What this process has used of all cores, and what the processes that it waited for have."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
