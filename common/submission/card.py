"""A homework's card, `homework.toml`: the one file that notebook, scorer, tests, README table and grader read.

A folder holds one starter or several, and perhaps labs. A `Card` is that of one starter: all that is needed to run,
score or grade it. `Folder` keeps together what lies in one place.
"""

import datetime
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import common
from common.errors import CardError
from common.paths import checkout
from common.submission.metrics import METRICS

RUNGS = ("simple", "medium", "strong", "boss")
CROSS_VALIDATED = ", cross-validated"  # ends the name of a ladder for estimates by cross-validation


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
    # what handing in the reference table itself gets: the right answers, or (attacks) pictures left as they were, or
    # nothing at all, where the judge wants to see the weights that made the answers
    reference: Literal["perfect", "chance", "refused"] = "perfect"

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
    runs: tuple[float, ...] = ()  # the score of each measured run, one per training seed
    deterministic: bool = False  # nothing is drawn by chance: one run says it all


class Fresh(_Strict):
    """A set of builtin data that nobody had looked at when the thresholds were chosen, and the runs on it."""

    seed: int  # of `hw data export`
    source: str = ""
    simple: tuple[float, ...] = ()
    medium: tuple[float, ...] = ()
    strong: tuple[float, ...] = ()
    boss: tuple[float, ...] = ()
    fault: str = ""  # why a run of it misses its rung, until that is mended


class Ladder(_Strict):
    source: str  # who says so: the command that measured it, or the course's year
    seeds: tuple[int, ...] = ()
    measured: datetime.date | None = None
    machine: str = ""
    simple: Rung
    medium: Rung
    strong: Rung
    boss: Rung
    fresh: tuple[Fresh, ...] = ()

    def rungs(self) -> list[tuple[str, Rung]]:
        return [(name, getattr(self, name)) for name in RUNGS]

    def runs(self, rung: str) -> list[float]:
        """Every run of a rung, on the public data and on fresh data."""
        return [*getattr(self, rung).runs, *(score for fresh in self.fresh for score in getattr(fresh, rung))]

    @model_validator(mode="after")
    def _a_run_per_seed(self):
        for name, rung in self.rungs():
            wanted = 1 if rung.deterministic else len(self.seeds)
            if rung.runs and len(rung.runs) != wanted:
                raise ValueError(f"{name} has {len(rung.runs)} runs; expected {wanted}, one per training seed")
        return self


class Cheap(_Strict):
    """An answer that skips the lesson (a constant, copying, a nearest neighbour, a linear model), and where it ends."""

    name: str
    scores: tuple[float, ...] = Field(min_length=1)  # the first of the public data, others of fresh data
    may_reach: Literal["simple", "medium", "strong"] | None = None  # the highest rung that it may reach
    # how it was measured: a function of the homework's `cheap.py`, which a test runs again, or a command
    quick: str = ""
    source: str = ""
    fault: str = ""  # why it climbs higher than it may, until that is mended
    forbidden: str = ""  # the rule that it breaks, or that the scorer refuses it by: its score may reach anything

    @model_validator(mode="after")
    def _says_how(self):
        if bool(self.quick) == bool(self.source):
            raise ValueError(f"{self.name!r} needs either quick (a function in cheap.py) or source (a command)")
        if self.forbidden and (self.fault or self.may_reach):
            raise ValueError(f"{self.name!r} is forbidden, so it has neither a fault nor a rung that it may reach")
        return self


class Control(_Strict):
    """What else might explain a rung's gain: more steps, a larger net, half of the idea. It must not reach the rung."""

    rung: Literal["simple", "medium", "strong", "boss"]
    name: str
    scores: tuple[float, ...] = Field(min_length=1)
    source: str  # the command, or the notebook's cell
    fault: str = ""


class Rival(_Strict):
    """Another honest method that a rung does not ask for, given what the rungs are given. It may reach anything."""

    name: str
    scores: tuple[float, ...] = Field(min_length=1)
    source: str  # the command, or the notebook's cell


class Fault(NamedTuple):
    """Where a card contradicts itself. `known` says why, where the card admits it."""

    sentence: str
    known: str = ""


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
    """One starter with its solution, its ladder and what it hands in."""

    id: str = Field(pattern=r"^hw\d\d(_[a-z][a-z0-9]*)?$")  # "hw01"; "hw06_gan" where a folder has several starters
    status: Literal["ready", "planned"]
    title: Title
    metric: Metric | None = None
    submission: Submission | None = None
    rungs: Ideas | None = None
    time: Time | None = None
    ladder: dict[str, Ladder] = {}  # "builtin", the course's own by year ("2022"), and see `for_estimates`
    cheap: tuple[Cheap, ...] = ()
    control: tuple[Control, ...] = ()
    rival: tuple[Rival, ...] = ()
    folder: str  # filled in when read

    @property
    def notebooks(self) -> tuple[str, str]:
        """The files of starter and solution."""
        _, several, name = self.id.partition("_")
        return (f"{self.id}.ipynb", f"solution_{name}.ipynb") if several else (f"{self.folder}.ipynb", "solution.ipynb")

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
        """The highest rung whose threshold `value` reaches; None below simple, or if the card has no such edition."""
        rungs = self.ladder[edition].rungs() if edition in self.ladder else []
        reached = [name for name, rung in rungs if self.metric.reaches(value, rung.threshold)]
        return reached[-1] if reached else None

    def threshold(self, rung: str, edition: str = "builtin") -> float:
        return getattr(self.ladder[edition], rung).threshold

    def for_estimates(self, edition: str) -> str:
        """The ladder on which a notebook's own estimate stands where the data of an edition cannot be scored.

        Cross-validation asks another question than the course's test set: a card that has thresholds for it, under
        "2022, cross-validated", never shows such a figure beside the course's.
        """
        if any(name.endswith(CROSS_VALIDATED) for name in self.ladder):
            return edition + CROSS_VALIDATED
        return edition

    def height(self, value: float) -> int:
        """How many rungs of the builtin ladder `value` reaches: 0 below simple, 4 at boss."""
        rung = self.rung_of(value)
        return 0 if rung is None else RUNGS.index(rung) + 1

    def climbs(self, cheap: Cheap, score: float) -> bool:
        """Whether this score of a cheap answer is higher than it may reach."""
        limit = 0 if cheap.may_reach is None else RUNGS.index(cheap.may_reach) + 1
        return not cheap.forbidden and self.height(score) > limit

    def faults(self) -> list[Fault]:
        """Where the card contradicts itself: the builtin thresholds must lie between all the scores that it holds."""
        return [*self._faults_of_runs(), *self._faults_of_answers()]

    def _faults_of_runs(self):
        ladder = self.ladder["builtin"]
        for wanted, (name, rung) in enumerate(ladder.rungs(), start=1):
            evidence = [("", rung.runs, "")]
            evidence += [(f" on data seed {fresh.seed}", getattr(fresh, name), fresh.fault) for fresh in ladder.fresh]
            for where, runs, known in evidence:
                for score in runs:
                    reached = self.height(score)
                    if reached != wanted:
                        what = "misses its own threshold" if reached < wanted else f"reaches {RUNGS[reached - 1]}"
                        yield Fault(f"{name}{where}: a run with {score:g} {what}", known)

    def _faults_of_answers(self):
        for cheap in self.cheap:
            if climbing := [score for score in cheap.scores if self.climbs(cheap, score)]:
                yield Fault(
                    f"cheap answer, {cheap.name}: {_listed(climbing)} reaches {self.best(climbing)}", cheap.fault
                )
        for control in self.control:
            if above := [score for score in control.scores if self.height(score) > RUNGS.index(control.rung)]:
                yield Fault(f"control, {control.name}: {_listed(above)} reaches {control.rung}", control.fault)
        if self.height(self.metric.chance):
            yield Fault(f"without learning: {self.metric.chance:g} reaches {self.rung_of(self.metric.chance)}")
        if self.height(self.metric.perfect) < len(RUNGS):
            yield Fault(f"perfect: {self.metric.perfect:g} does not reach boss")

    def best(self, scores) -> str | None:
        """The highest rung that any of these scores reaches."""
        return max(
            (self.rung_of(score) for score in scores), key=lambda rung: -1 if rung is None else RUNGS.index(rung)
        )

    def place_of(self, value: float, edition: str = "builtin") -> float:
        """Where `value` stands on the ladder drawn with its rungs a step apart: simple is 0, boss is 3.

        Between two rungs in proportion, better is more; at most a step below simple or above boss, however far off.
        """
        rungs = [rung.threshold for _, rung in self.ladder[edition].rungs()]
        reach = [2 * rungs[0] - rungs[1], *rungs, 2 * rungs[-1] - rungs[-2]]
        worse = next((step for step in range(len(rungs), 0, -1) if self.metric.reaches(value, reach[step])), 0)
        share = (value - reach[worse]) / (reach[worse + 1] - reach[worse]) if worse < len(rungs) + 1 else 0.0
        return worse - 1 + min(max(share, 0.0), 1.0)


def _listed(scores) -> str:
    return ", ".join(f"{score:g}" for score in scores)


class Lab(_Strict):
    """A short notebook that teaches one thing by showing it: no ladder, and nothing is handed in."""

    id: str  # "hw07_lab_pretraining"
    status: Literal["ready", "planned"] = "ready"
    title: Title
    time: float  # seconds, standard profile, two CPU cores
    folder: str

    @property
    def notebooks(self) -> tuple[str]:
        return (f"lab_{self.id.partition('_lab_')[2]}.ipynb",)


class Folder(_Strict):
    """A homework's folder: one starter or several, and its labs."""

    id: str  # "hw06"
    name: str  # "hw06_generation"
    title: Title
    cards: tuple[Card, ...]
    labs: tuple[Lab, ...] = ()

    @property
    def notebooks(self) -> tuple[Card | Lab, ...]:
        """All that can be run, in the order in which a reader meets it."""
        return self.cards + self.labs

    @property
    def status(self) -> str:
        return "ready" if any(one.status == "ready" for one in self.notebooks) else "planned"


@cache
def folders() -> dict[str, Folder]:
    """All homeworks by id (`"hw01"`), from the checkout, or from the installed package where there is none."""
    root = checkout()
    paths = (
        root.glob("hw[0-9][0-9]_*/homework.toml") if root else (Path(common.__file__).parent / "cards").glob("*.toml")
    )
    found = [read_card(path) for path in sorted(paths)]
    return {folder.id: folder for folder in found}


def cards() -> dict[str, Card]:
    """The cards of all starters by id: `"hw01"`, or `"hw06_gan"` and `"hw06_diffusion"` from one folder."""
    return {card.id: card for folder in folders().values() for card in folder.cards}


def read_card(path: Path) -> Folder:
    """Read and check one `homework.toml`. Raises CardError naming file and field.

    A folder with several starters has a table `[starter.NAME]` for each; what stands above them holds for every starter
    that does not say otherwise. Each lab has a table `[lab.NAME]`.
    """
    name = path.stem if path.parent.name == "cards" else path.parent.name
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        folder = _folder(values, name)
    except FileNotFoundError:
        raise CardError(f"{path} does not exist.") from None
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"{path} is not valid TOML: {error}.") from None
    except ValueError as error:
        raise CardError(f"{path}: {error}.") from None
    if not name.startswith(folder.id + "_"):
        raise CardError(f"{path}: id is {folder.id!r}, but the folder is called {name!r}.")
    return folder


def _folder(values: dict, name: str) -> Folder:
    starters, labs = values.pop("starter", {}), values.pop("lab", {})
    id_ = values.get("id", "")
    for what, part in (("starter", starters), ("lab", labs)):
        wrong = [key for key in part if not re.fullmatch(r"[a-z][a-z0-9]*", key) or not isinstance(part[key], dict)]
        if wrong:
            raise ValueError(f"[{what}.{wrong[0]}] is not a table called by one word of small letters")
    found = [
        _made(Card, f"starter.{key}", values | table | {"id": f"{id_}_{key}", "folder": name})
        for key, table in starters.items()
    ] or [_made(Card, "", values | {"folder": name})]
    handed_in = [file for card in found if card.submission for file in card.submission.files]
    twice = [file for file in handed_in if handed_in.count(file) > 1]
    if twice:  # they are written into one folder of outputs, and graded from one folder of a student's
        raise ValueError(f"two starters hand in a file called {twice[0]!r}; give each its own name")
    shown = [
        _made(Lab, f"lab.{key}", table | {"id": f"{id_}_lab_{key}", "folder": name}) for key, table in labs.items()
    ]
    return _made(Folder, "", {"id": id_, "name": name, "title": values.get("title"), "cards": found, "labs": shown})


def _made(model: type[_Strict], where: str, values: dict):
    """The model of these values; ValueError says in one line which of them is wrong."""
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join([part for part in [where] if part] + [str(part) for part in first["loc"]]) or "the card"
        raise ValueError(f"{field}: {first['msg']}") from None


def find_all(name: str) -> list[Card | Lab]:
    """What a name means: everything in a folder (`hw06`, or the folder's own name), or one starter or lab in it.

    Raises CardError listing what there is.
    """
    for folder in folders().values():
        if name in (folder.id, folder.name):
            return list(folder.notebooks)
        for one in folder.notebooks:
            if name == one.id:
                return [one]
    raise CardError(f"There is no homework {name!r}; choose one of {', '.join(folders())}.")


def find_card(name: str) -> Card:
    """The one starter called `hw01` or `hw06_gan`. Raises CardError where there is none, or more than one."""
    found = [one for one in find_all(name) if isinstance(one, Card)]
    if len(found) > 1:
        raise CardError(f"{name} has {len(found)} starters: choose {' or '.join(card.id for card in found)}.")
    if not found:
        raise CardError(f"{name} is a lab: it has no solution, no ladder, and nothing is handed in.")
    return found[0]
