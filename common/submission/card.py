"""A homework's card, `homework.toml`: the one file that notebook, scorer, tests, README table and grader read."""

import datetime
import tomllib
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import common
from common.errors import CardError
from common.paths import checkout
from common.submission.metrics import METRICS

RUNGS = ("simple", "medium", "strong", "boss")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    en: str
    zh: str


class Metric(_Strict):
    name: str  # a key of METRICS, or "judge" for the function of that name in common/homeworks/hwNN/judge.py
    label: str  # as a person would say it
    direction: Literal["lower", "higher"]  # which way is better
    chance: float  # what answering without learning gets on the builtin data
    perfect: float
    # what handing in the reference table itself gets: the right answers, or (attacks) pictures left as they were
    reference: Literal["perfect", "chance"] = "perfect"

    @model_validator(mode="after")
    def _known(self):
        if self.name not in {*METRICS, "judge"}:
            raise ValueError(f"unknown metric {self.name!r}; there are {', '.join(METRICS)}, or say 'judge'")
        return self

    def reaches(self, value: float, threshold: float) -> bool:
        return value <= threshold if self.direction == "lower" else value >= threshold


class Column(_Strict):
    name: str
    dtype: Literal["int", "float", "str", "image", "array"]  # image: uint8 (H, W, 3); array: float32
    key: bool = False  # names the row; must equal the test set's, in the same order
    min: float | None = None
    max: float | None = None
    shape: tuple[int, ...] = ()  # of one image or array


class Weights(_Strict):
    """A second file beside the first: the network behind the answers, as safetensors."""

    file: str
    max_bytes: int
    max_parameters: int  # parameters and buffers, of all networks together


class Submission(_Strict):
    """What is handed in: one table, whichever way its file holds it."""

    file: str
    # csv: a line per row; images: a tar.gz, a PNG per row, called by the key; arrays: an .npz, an array per column
    kind: Literal["csv", "images", "arrays"] = "csv"
    max_bytes: int
    rows: Literal["fixed", "free"] = "fixed"  # the test set's, in its order; free: a judge says which are right
    columns: tuple[Column, ...] = Field(min_length=2)
    weights: Weights | None = None

    @property
    def files(self) -> dict[str, int]:
        """Every file that is handed in, and how many bytes it may have."""
        return {self.file: self.max_bytes} | ({self.weights.file: self.weights.max_bytes} if self.weights else {})

    @model_validator(mode="after")
    def _holds_together(self):
        kinds = {"image": "images", "array": "arrays"}
        for column in self.columns:
            if kinds.get(column.dtype, self.kind) != self.kind:
                raise ValueError(f"column {column.name!r} of type {column.dtype} needs kind = {kinds[column.dtype]!r}")
            if (column.dtype in kinds) != bool(column.shape):
                raise ValueError(f"column {column.name!r}: images and arrays, and only these, have a shape")
        if self.kind == "images" and [c.dtype for c in self.columns] != ["str", "image"]:
            raise ValueError("a submission of images has two columns: the name (str) and the image")
        if self.kind != "csv" and self.rows == "free":
            raise ValueError("rows = 'free' is for csv")
        return self

    @property
    def keys(self) -> list[str]:
        return [column.name for column in self.columns if column.key]

    @property
    def answers(self) -> list[str]:
        return [column.name for column in self.columns if not column.key]


class Rung(_Strict):
    threshold: float
    runs: tuple[float, ...] = ()  # the score of each measured run, one per seed

    @property
    def mean(self) -> float:
        return mean(self.runs)


class Ladder(_Strict):
    source: str  # who says so: the command that measured it, or the course's year
    seeds: tuple[int, ...] = ()
    measured: datetime.date | None = None
    machine: str = ""
    simple: Rung
    medium: Rung
    strong: Rung
    boss: Rung

    def rungs(self) -> list[tuple[str, Rung]]:
        return [(name, getattr(self, name)) for name in RUNGS]


class Ideas(_Strict):
    """The one idea behind each rung."""

    simple: str
    medium: str
    strong: str
    boss: str


class Time(_Strict):
    """Seconds for the whole notebook, standard profile, two CPU cores."""

    starter: float
    boss: float


class Card(_Strict):
    id: str = Field(pattern=r"^hw\d\d$")
    status: Literal["ready", "planned"]
    title: Title
    metric: Metric | None = None
    submission: Submission | None = None
    rungs: Ideas | None = None
    time: Time | None = None
    ladder: dict[str, Ladder] = {}  # "builtin", and the course's own by year ("2022", "2023")
    folder: str = ""  # filled in when read

    @model_validator(mode="after")
    def _whole(self):
        if self.status == "ready":
            missing = [part for part in ("metric", "submission", "rungs", "time") if getattr(self, part) is None]
            if "builtin" not in self.ladder:
                missing.append("ladder.builtin")
            if missing:
                raise ValueError(f"a ready homework needs {', '.join(missing)}")
        return self

    def rung_of(self, value: float, edition: str = "builtin") -> str | None:
        """The highest rung whose threshold `value` reaches, or None below simple."""
        reached = [name for name, rung in self.ladder[edition].rungs() if self.metric.reaches(value, rung.threshold)]
        return reached[-1] if reached else None


@cache
def cards() -> dict[str, Card]:
    """All cards by id (`"hw01"`), from the checkout, or from the installed package where there is none."""
    root = checkout()
    paths = (
        root.glob("hw[0-9][0-9]_*/homework.toml") if root else (Path(common.__file__).parent / "cards").glob("*.toml")
    )
    found = [read_card(path) for path in sorted(paths)]
    return {card.id: card for card in found}


def read_card(path: Path) -> Card:
    """Read and check one card. Raises CardError naming file and field."""
    folder = path.stem if path.parent.name == "cards" else path.parent.name
    try:
        card = Card(**tomllib.loads(path.read_text("utf-8")), folder=folder)
    except FileNotFoundError:
        raise CardError(f"{path} does not exist.") from None
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"{path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the card"
        raise CardError(f"{path}: {where}: {first['msg']}.") from None
    if not folder.startswith(card.id + "_"):
        raise CardError(f"{path}: id is {card.id!r}, but the folder is called {folder!r}.")
    return card


def find_card(homework: str) -> Card:
    """The card called `hw01` (or by its folder's name). Raises CardError listing what there is."""
    known = cards()
    for card in known.values():
        if homework in (card.id, card.folder):
            return card
    raise CardError(f"There is no homework {homework!r}; choose one of {', '.join(known)}.")
