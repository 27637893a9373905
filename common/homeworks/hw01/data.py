"""Homework 1, the share of positive COVID-19 tests: windows of survey days, and the last day's answer to predict.

The course's files are one table per split: `id`, a flag per state, then the survey of several days in a row, the same
item names again for every day; the last column of the training file is the target. Three editions are told apart by
their header: 2021 (40 states, 18 items, 3 days: 94 columns), 2022 (37, 16, 5: 117) and 2023 (34, 18, 3: 88), counted as
in the test files.

Rows are shuffled, and training windows of one state overlap: windows that begin one day apart share all days but one.
`link` finds the stretches of consecutive days again, and `blocked_folds` cuts them so that no day is on both sides.
"""

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.originals import find_file, find_root, read_lines
from common.errors import DataError
from common.generators import covid

SEED = 2022
FOLDS = 5
SIZES = {"smoke": (640, 250, 1), "standard": (2699, 3234, 4)}  # training rows, test rows, turns (see the generator)
TARGET = "tested_positive"
FILES = {
    "training": ("covid.train.csv", "covid_train.csv"),
    "test": ("covid.test.csv", "covid_test.csv"),
}
COUNTS = {
    "2021": {"training": 2700, "test": 893},
    "2022": {"training": 2699, "test": 1078},
    "2023": {"training": 3009, "test": 997},
}
DOWNLOADS = ()
HOW_TO_GET = (
    "Put covid.train.csv and covid.test.csv (2021, 2022) or covid_train.csv and covid_test.csv (2023) there; "
    "they come with the Kaggle competition 'ml2022spring-hw1' or 'ml2023spring-hw1'."
)

_ILLNESS = ("cli", "ili", "hh_cmnty_cli", "nohh_cmnty_cli")
_MOVES = ("wearing_mask", "travel_outside_state", "work_outside_home", "shop", "restaurant", "spent_time")
# year -> (number of states, items asked on each day, days in a window)
EDITIONS = {
    "2021": (
        40,
        (*_ILLNESS, *_MOVES, "large_event", "public_transit", "anxious", "depressed", "felt_isolated",
         "worried_become_ill", "worried_finances", TARGET),
        3,
    ),
    "2022": (37, covid.ITEMS, 5),
    "2023": (
        34,
        ("cli", "ili", "wnohh_cmnty_cli", "wbelief_masking_effective", "wbelief_distancing_effective",
         "wcovid_vaccinated_friends", "wlarge_event_indoors", "wothers_masked_public", "wothers_distanced_public",
         "wshop_indoors", "wrestaurant_indoors", "wworried_catch_covid", "hh_cmnty_cli", "nohh_cmnty_cli",
         "wearing_mask_7d", "public_transit", "worried_finances", TARGET),
        3,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """N windows. `x` holds every column but `id`, unscaled: first the state flags, then day by day the survey."""

    id: np.ndarray  # (N,) int64
    x: np.ndarray  # (N, F) float32
    y: np.ndarray | None  # (N,) float32, percent; None for the test set
    state: np.ndarray  # (N,) int64, index into Splits.states
    timeline: np.ndarray  # (N,) int64, which stretch of consecutive days
    day: np.ndarray  # (N,) int64, place of the window's first day in its stretch

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, rows) -> "Rows":
        """The rows of an index array or boolean mask."""
        y = None if self.y is None else self.y[rows]
        return Rows(self.id[rows], self.x[rows], y, self.state[rows], self.timeline[rows], self.day[rows])


@dataclass(frozen=True)
class Splits:
    """`train` and `validation` are cut from `labelled` by `blocked_folds` (its last fold), so they share no day."""

    train: Rows
    validation: Rows
    test: Rows
    labelled: Rows  # all rows whose answer is known, those between train and validation too
    columns: tuple[str, ...]  # names of the columns of x, as pandas numbers repeated names: cli, cli.1, ...
    states: tuple[str, ...]
    days: int  # in a window
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated survey data in the schema of the 2022 file, and the answers of its test set."""
    training, test = covid.windows(seed, *SIZES[profile])
    about = (
        f"generated: a model epidemic in {len(covid.STATES)} states, seen through a daily survey, "
        "in the columns of the 2022 set"
    )
    splits = _splits(_table(training, True), _table(test, False), tuple(covid.STATES), "2022", about)
    return splits, pd.DataFrame({"id": splits.test.id, TARGET: test.values[:, -1, -1]})


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` as covid.train.csv and covid.test.csv; returns the answers of the test set."""
    training, test = covid.windows(seed, *SIZES[profile])
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    header = ["id", *covid.STATES, *covid.ITEMS * covid.WINDOW]
    for name, windows, answers in (("covid.train.csv", training, True), ("covid.test.csv", test, False)):
        table = pd.DataFrame(_table(windows, answers))
        flags = table.columns[: 1 + len(covid.STATES)]
        table[flags] = table[flags].astype(np.int64)
        table.to_csv(folder / name, index=False, header=header[: table.shape[1]], lineterminator="\n")
    return pd.DataFrame({"id": np.arange(len(test.state)), TARGET: test.values[:, -1, -1]})


def look(folder: Path) -> dict[str, int]:
    """How many rows there are to read. Raises DataError if a file is missing or not what it should be."""
    return {split: len(_read_table(_find(Path(folder), split), split)[0]) for split in FILES}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The course's two files in `folder`; the reference has the ids alone. The set is never cut down to a profile.

    Raises DataError with one sentence that names the file, the line, what was expected and what was found.
    """
    paths = {split: _find(Path(folder), split) for split in FILES}
    (training, edition, states), (test, test_edition, _) = (_read_table(paths[s], s) for s in FILES)
    if edition != test_edition:
        raise DataError(
            f"{paths['training'].name} is of {edition}, but {paths['test'].name} is of {test_edition}; "
            "both must come from the same year."
        )
    splits = _splits(training, test, states, edition, f"the columns of the course's {edition} set, from {folder}")
    reference = pd.DataFrame({"id": splits.test.id})
    reference.attrs["edition"] = edition
    return splits, reference


def link(days: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find which windows are cut from one stretch of consecutive days.

    days: (N, D, K), the K answers known on each of the D days of a window. Two windows of one state that hold a day
    with exactly the same answers overlap there. Returns (timeline, day), both (N,): the number of the stretch, counted
    from 0 in order of first appearance, and the place of the window's first day in it.
    """
    keys = [[(s, d.tobytes()) for d in window] for s, window in zip(state.tolist(), days, strict=True)]
    following, has_previous = {}, set()
    for window in keys:
        for today, tomorrow in pairwise(window):
            following.setdefault(today, tomorrow)
            has_previous.add(tomorrow)
    place, stretch = {}, 0
    for first in (window[0] for window in keys):
        if first in has_previous or first in place:
            continue
        today, position = first, 0
        while today is not None and today not in place:
            place[today] = (stretch, position)
            today, position = following.get(today), position + 1
        stretch += 1
    for window in keys:  # a ring of equal days has no first day: each such window stands alone
        if window[0] not in place:
            place[window[0]] = (stretch, 0)
            stretch += 1
    found = np.array([place[window[0]] for window in keys], dtype=np.int64).reshape(-1, 2)
    order = {number: i for i, number in enumerate(dict.fromkeys(found[:, 0].tolist()))}
    return np.array([order[n] for n in found[:, 0].tolist()], dtype=np.int64), found[:, 1].copy()


def blocked_folds(rows: Rows, k: int = FOLDS, days: int = covid.WINDOW) -> list[tuple[np.ndarray, np.ndarray]]:
    """k pairs (training rows, validation rows) of indices, such that no day is on both sides.

    The windows of each state, in order of time, are cut into k contiguous blocks; fold i validates on the i-th block of
    every state and trains on what is left but for the windows of `days` days that overlap the block (they are purged).
    See Roberts et al. 2017, "Cross-validation strategies for data with temporal, spatial, hierarchical, or phylogenetic
    structure".
    """
    order = np.lexsort((rows.day, rows.timeline, rows.state))
    starts = np.unique(rows.state[order], return_index=True)[1]
    fold = np.empty(len(rows), dtype=np.int64)
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        fold[order[start:end]] = np.arange(end - start) * k // (end - start)
    # a place for every day of every stretch, with room between the stretches
    length = int(rows.day.max()) + 2 * days
    place = rows.timeline * length + rows.day
    folds = []
    for i in range(k):
        held_out = fold == i
        taken = np.zeros((int(rows.timeline.max()) + 1) * length + days, dtype=bool)
        for d in range(days):
            taken[place[held_out] + d] = True
        overlaps = np.any([taken[place + d] for d in range(days)], axis=0)
        folds.append((np.flatnonzero(~held_out & ~overlaps), np.flatnonzero(held_out)))
    return folds


def _table(windows: covid.Windows, answers: bool) -> np.ndarray:
    """id, flags and survey side by side, as in the file."""
    rows = len(windows.state)
    flags = np.eye(len(covid.STATES))[windows.state]
    survey = windows.values.reshape(rows, -1)
    return np.column_stack([np.arange(rows), flags, survey if answers else survey[:, :-1]])


def _splits(training: np.ndarray, test: np.ndarray, states: tuple[str, ...], edition: str, about: str) -> Splits:
    _, items, days = EDITIONS[edition]
    labelled = _rows(training, len(states), len(items), days, answers=True)
    train, validation = blocked_folds(labelled, days=days)[-1]
    columns = (*states, *(f"{item}.{d}" if d else item for d in range(days) for item in items))[:-1]
    return Splits(
        train=labelled[train],
        validation=labelled[validation],
        test=_rows(test, len(states), len(items), days, answers=False),
        labelled=labelled,
        columns=columns,
        states=states,
        days=days,
        about=about,
    )


def _rows(table: np.ndarray, n_states: int, n_items: int, days: int, answers: bool) -> Rows:
    state = table[:, 1 : 1 + n_states].argmax(axis=1)
    survey = table[:, 1 + n_states :]
    if not answers:
        survey = np.column_stack([survey, np.zeros(len(survey))])
    known = survey.reshape(len(survey), days, n_items)[:, :, :-1]  # all but the positive rate, which test rows lack
    timeline, day = link(np.ascontiguousarray(known), state)
    x = np.ascontiguousarray(table[:, 1 : n_states + days * n_items], dtype=np.float32)
    y = survey[:, -1].astype(np.float32) if answers else None
    return Rows(table[:, 0].astype(np.int64), x, y, state, timeline, day)


def _find(folder: Path, split: str) -> Path:
    path = find_file(find_root(folder, *FILES[split]), *FILES[split])
    if path is None:
        raise DataError(f"There is no {' or '.join(FILES[split])} in {folder}. {HOW_TO_GET}")
    return path


def _read_table(path: Path, split: str) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """The numbers of one file (rows, columns), its edition and the names of its states."""
    lines = read_lines(path)
    if not lines:
        raise DataError(f"{path} is empty; expected a header and one line per window.")
    try:
        header, *rows = csv.reader(lines, strict=True)
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as CSV: {error}.") from None
    edition, states = _recognise(path, header, split)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            cut = "; the file seems to be cut off there" if number == len(lines) else ""
            raise DataError(f"{path}, line {number}: expected {len(header)} values, found {len(row)}{cut}.")
    if not rows:
        raise DataError(f"{path} ends after its header; expected one line per window.")
    table = _numbers(path, header, rows)
    _check_keys(path, table, len(states))
    return table, edition, states


def _recognise(path: Path, header: list[str], split: str) -> tuple[str, tuple[str, ...]]:
    for edition, (n_states, items, days) in EDITIONS.items():
        survey = list(items) * days
        expected = survey if split == "training" else survey[:-1]
        states = header[1 : 1 + n_states]
        # pandas numbers repeated names (cli.1) when it writes a file that it has read: the same file to us
        plain = [
            name.rsplit(".", 1)[0] if name.rsplit(".", 1)[-1].isdigit() else name for name in header[1 + n_states :]
        ]
        if header[0] == "id" and all(len(s) == 2 and s.isupper() for s in states) and plain == expected:
            return edition, tuple(states)
        other = survey[:-1] if split == "training" else survey
        if header[0] == "id" and plain == other:
            raise DataError(
                f"{path}, line 1: these are the columns of the other file of {edition}, "
                f"{'without' if split == 'training' else 'with'} the answers; are the two files swapped?"
            )
    known = "; ".join(
        f"{year}: id, {n} states and {len(items)} items on {days} days" for year, (n, items, days) in EDITIONS.items()
    )
    shown = ",".join(header)
    raise DataError(
        f"{path}, line 1: this is no header of the course's {split} file ({known}); found {len(header)} columns, "
        f"{shown if len(shown) <= 60 else shown[:57] + '...'}"
    )


def _numbers(path: Path, header: list[str], rows: list[list[str]]) -> np.ndarray:
    try:
        table = np.array([value for row in rows for value in row], dtype=np.float64)
        if np.isfinite(table).all():
            return table.reshape(len(rows), len(header))
    except ValueError:
        pass
    for number, row in enumerate(rows, start=2):
        for name, value in zip(header, row, strict=True):
            if not _is_number(value):
                shown = "an empty value" if not value.strip() else repr(value[:40])
                raise DataError(f"{path}, line {number}, column {name!r}: expected a finite number, found {shown}.")
    raise DataError(f"{path} cannot be read as numbers.")


def _is_number(value: str) -> bool:
    try:
        return bool(np.isfinite(float(value)))
    except ValueError:
        return False


def _check_keys(path: Path, table: np.ndarray, n_states: int) -> None:
    ids, flags = table[:, 0], table[:, 1 : 1 + n_states]
    wrong = np.flatnonzero(((flags != 0) & (flags != 1)).any(axis=1) | (flags.sum(axis=1) != 1))
    if len(wrong):
        raise DataError(
            f"{path}, line {wrong[0] + 2}: expected exactly one state flag to be 1 and the others 0, "
            f"found {int((flags[wrong[0]] != 0).sum())} that are not 0."
        )
    _, first = np.unique(ids, return_index=True)
    again = np.setdiff1d(np.arange(len(ids)), first)
    if len(again):
        raise DataError(f"{path}, line {again[0] + 2}: the id {ids[again[0]]:g} stands there a second time.")
