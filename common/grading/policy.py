"""From scores to points: the course's rules, or those of a file.

The course gives half a point for every baseline reached on the public half of the test set, and half a point for every
one reached on the private half.
"""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import HomeworkError
from common.grading.records import STATES, Record
from common.submission.card import RUNGS


class Policy(BaseModel):
    """What a policy file (TOML) may say; every line of it can be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_public_rung: float = Field(0.5, ge=0)
    per_private_rung: float = Field(0.5, ge=0)
    penalty_per_day: float = Field(0.0, ge=0)  # points off per day late, or part of one
    last_day: float | None = None  # days late after which there are no points
    attempts: Literal["best", "last"] = "best"  # which of several attempts counts
    points_for: tuple[str, ...] = (
        "OK",
    )  # states that earn points; add "CRASHED" to count a file written before a crash

    def points(self, record: Record, days_late: float) -> float:
        if record.state not in self.points_for or record.score is None:
            return 0.0
        if self.last_day is not None and days_late > self.last_day:
            return 0.0
        reached = [0 if rung is None else RUNGS.index(rung) + 1 for rung in (record.public_rung, record.private_rung)]
        earned = self.per_public_rung * reached[0] + self.per_private_rung * reached[1]
        return round(max(0.0, earned - self.penalty_per_day * -(-days_late // 1)), 6)

    @property
    def most(self) -> float:
        return len(RUNGS) * (self.per_public_rung + self.per_private_rung)


def read_policy(path: Path | None) -> Policy:
    """The policy in a file, or the course's. Raises HomeworkError naming what is wrong."""
    if path is None:
        return Policy()
    try:
        policy = Policy(**tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise HomeworkError(f"The policy {path} cannot be read: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise HomeworkError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
    unknown = set(policy.points_for) - set(STATES)
    if unknown:
        raise HomeworkError(f"{path}: points_for: {sorted(unknown)[0]!r} is no state; there are {', '.join(STATES)}.")
    return policy
