"""Reading homework 1's files, linking windows into timelines, blocked folds, and one sentence for every bad file."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import check
from common.errors import DataError
from common.homeworks.hw01 import data as hw01


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("covid")
    hw01.write(path, "smoke", 5)
    return path


@pytest.fixture
def broken(folder, tmp_path):
    """Copies of both files; `broken(change)` rewrites the lines of the training file, and tells the error."""
    for name in ("covid.train.csv", "covid.test.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())

    def tell(change, name="covid.train.csv"):
        path = tmp_path / name
        path.write_text("\n".join(change(path.read_text("utf-8").splitlines())) + "\n", "utf-8")
        with pytest.raises(DataError) as caught:
            hw01.read(tmp_path, "standard")
        text = str(caught.value)
        assert "\n" not in text
        return text

    return tell


def edition_files(folder, edition, names, rows=12):
    """A made-up set of another year's layout: each state one stretch of windows."""
    n_states, items, days = hw01.EDITIONS[edition]
    states = [chr(65 + i // 26) + chr(65 + i % 26) for i in range(n_states)]
    survey = np.random.default_rng(0).uniform(1, 30, size=(rows + days, len(items))).round(3)
    header = ["id", *states, *items * days]
    for name, drop in zip(names, (0, 1), strict=True):
        lines = [",".join(header[: len(header) - drop])]
        for i in range(rows):
            values = [i, *(int(s == 3) for s in range(n_states)), *survey[i : i + days].ravel()]
            lines.append(",".join(map(str, values[: len(values) - drop])))
        (folder / name).write_text("\n".join(lines) + "\n")
    return survey


def same(one, two):
    for field in ("id", "x", "y", "state", "timeline", "day"):
        a, b = getattr(one, field), getattr(two, field)
        assert (a is None and b is None) or (a.dtype == b.dtype and np.array_equal(a, b)), field


def test_reading_what_was_written_gives_the_same_arrays(folder):
    made, answers = hw01.builtin("smoke", 5)
    found, keys = hw01.read(folder, "smoke")
    for split in ("train", "validation", "test", "labelled"):
        same(getattr(made, split), getattr(found, split))
    assert made.columns == found.columns and made.states == found.states
    assert list(keys.columns) == ["id"] and keys["id"].equals(answers["id"])


def test_schema_of_the_2022_set(folder):
    header = (folder / "covid.train.csv").read_text().split("\n")[0].split(",")
    assert len(header) == 118 and header[0] == "id" and header.count("tested_positive") == 5
    splits, answers = hw01.builtin("standard")
    assert len(splits.labelled) == 2699 and len(splits.test) == len(answers) == 3234
    assert splits.train.x.shape[1] == len(splits.columns) == 116 and splits.test.y is None
    assert splits.columns[37] == "cli" and splits.columns[-1] == "worried_finances.4"
    assert (splits.train.x[:, :37].sum(axis=1) == 1).all()
    assert "id" not in splits.columns


def test_the_target_is_the_last_day_and_yesterday_the_day_before():
    splits, _ = hw01.builtin("standard")
    yesterday = splits.labelled.x[:, splits.columns.index("tested_positive.3")]
    assert np.corrcoef(yesterday, splits.labelled.y)[0, 1] > 0.95


@pytest.mark.parametrize(
    "edition, names",
    [
        ("2021", ("covid.train.csv", "covid.test.csv")),
        ("2022", ("covid.train.csv", "covid.test.csv")),
        ("2023", ("covid_train.csv", "covid_test.csv")),
    ],
)
def test_editions_are_recognised_by_their_header(tmp_path, edition, names):
    survey = edition_files(tmp_path, edition, names)
    n_states, items, days = hw01.EDITIONS[edition]
    splits, reference = hw01.read(tmp_path, "standard")
    assert splits.days == days and len(splits.states) == n_states
    assert len(splits.columns) == n_states + days * len(items) - 1 == {"2021": 93, "2022": 116, "2023": 87}[edition]
    assert f"tested_positive.{days - 2}" in splits.columns and f"tested_positive.{days - 1}" not in splits.columns
    assert np.allclose(splits.labelled.y, survey[days - 1 : -1, -1])
    assert reference.attrs["edition"] == edition and edition in splits.about


def test_names_numbered_by_pandas_are_the_same_header(folder, tmp_path):
    for name in ("covid.train.csv", "covid.test.csv"):
        lines = (folder / name).read_text().splitlines()
        seen: dict[str, int] = {}
        header = []
        for column in lines[0].split(","):
            header.append(f"{column}.{seen[column]}" if column in seen else column)
            seen[column] = seen.get(column, 0) + 1
        (tmp_path / name).write_text("\n".join([",".join(header), *lines[1:]]))
    same(hw01.read(tmp_path, "smoke")[0].labelled, hw01.read(folder, "smoke")[0].labelled)


# --- bad files ------------------------------------------------------------------------------------------------------


def cut(lines):
    return [*lines[:-1], lines[-1][:100]]


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"no covid\.train\.csv or covid_train\.csv in .*Kaggle"):
        hw01.read(tmp_path, "smoke")


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda lines: lines[:1], "ends after its header"),
        (cut, "line 641: expected 118 values, found 41; the file seems to be cut off there"),
        (lambda lines: [*lines[:9], lines[9] + ",1", *lines[10:]], "line 10: expected 118 values, found 119"),
        (lambda lines: [*lines[:9], lines[9].rsplit(",", 1)[0], *lines[10:]], "line 10: .* found 117"),
        (lambda lines: [*lines[:4], "", *lines[5:]], "line 5: expected 118 values, found 0"),
        (lambda lines: [*lines[:4], lines[4].rsplit(",", 1)[0] + ",", *lines[5:]],
         "line 5, column 'tested_positive': expected a finite number, found an empty value"),
        (lambda lines: [*lines[:4], lines[4].rsplit(",", 1)[0] + ",nan", *lines[5:]], "line 5.*found 'nan'"),
        (lambda lines: [*lines[:4], lines[4].rsplit(",", 1)[0] + ",high", *lines[5:]], "line 5.*found 'high'"),
        (lambda lines: ["a,b,c", "1,2,3"], "line 1: this is no header of the course's training file"),
        (lambda lines: [lines[0].replace("cli", "clu", 1), *lines[1:]], "line 1: this is no header"),
        (lambda lines: [line.rsplit(",", 1)[0] for line in lines], "columns of the other file of 2022.*swapped"),
        (lambda lines: [*lines[:6], "0" + lines[6][lines[6].index(",") :], *lines[7:]], "line 7: the id 0 stands"),
        (lambda lines: [*lines[:6], lines[6].replace(",0,", ",1,", 1), *lines[7:]], "line 7: expected exactly one"),
    ],
)  # fmt: skip
def test_bad_training_file(broken, change, words):
    assert re.search(words, broken(change))


def test_empty_and_binary_files(folder, tmp_path):
    (tmp_path / "covid.test.csv").write_bytes((folder / "covid.test.csv").read_bytes())
    (tmp_path / "covid.train.csv").write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        hw01.read(tmp_path, "smoke")
    (tmp_path / "covid.train.csv").write_bytes(b"PK\x03\x04\xff\xfe\x80")
    with pytest.raises(DataError, match="cannot be read as text"):
        hw01.read(tmp_path, "smoke")


def test_files_of_two_years(folder, tmp_path):
    edition_files(tmp_path, "2021", ("covid.train.csv", "covid.test.csv"))
    (tmp_path / "covid.test.csv").write_bytes((folder / "covid.test.csv").read_bytes())
    with pytest.raises(DataError, match=r"is of 2021, but .* is of 2022"):
        hw01.read(tmp_path, "smoke")


def test_a_bad_file_is_left_alone(broken, tmp_path):
    broken(cut)
    assert (tmp_path / "covid.train.csv").is_file()


# --- timelines and folds --------------------------------------------------------------------------------------------


def cut_windows(days, starts, length=3):
    return np.stack([days[start : start + length] for start in starts])


def test_link_on_a_hand_made_case():
    """Two stretches of one state and one of another, shuffled; the same numbers in two states are not one stretch."""
    first, second = np.arange(12.0).reshape(6, 2), np.arange(100.0, 110.0).reshape(5, 2)
    windows = np.concatenate(
        [cut_windows(first, [2, 0, 3]), cut_windows(second, [1, 0]), cut_windows(first, [1])]
    )  # fmt: skip
    timeline, day = hw01.link(windows, np.array([4, 4, 4, 4, 4, 7]))
    assert timeline.tolist() == [0, 0, 0, 1, 1, 2]
    assert day.tolist() == [2, 0, 3, 1, 0, 0]


def test_link_does_not_bridge_a_missing_day():
    days = np.arange(20.0).reshape(10, 2)
    timeline, _ = hw01.link(cut_windows(days, [0, 1, 5, 6]), np.zeros(4, int))
    assert timeline.tolist() == [0, 0, 1, 1]


def test_link_survives_days_that_are_all_alike():
    timeline, day = hw01.link(np.ones((4, 3, 2)), np.zeros(4, int))
    assert len(timeline) == 4 and (day == 0).all()


def rows_of(timelines):
    """Rows with made-up contents; `timelines`: per stretch its state and the windows' first days."""
    state = np.concatenate([[s] * len(days) for s, days in timelines])
    timeline = np.concatenate([[i] * len(days) for i, (_, days) in enumerate(timelines)])
    day = np.concatenate([days for _, days in timelines])
    n = len(state)
    return hw01.Rows(np.arange(n), np.zeros((n, 1), np.float32), np.zeros(n, np.float32), state, timeline, day)


def test_folds_on_a_hand_made_case():
    """Ten windows in a row, two folds, windows of three days: those that reach over the cut are purged."""
    folds = hw01.blocked_folds(rows_of([(0, np.arange(10))]), k=2, days=3)
    assert folds[0][1].tolist() == [0, 1, 2, 3, 4] and folds[0][0].tolist() == [7, 8, 9]
    assert folds[1][1].tolist() == [5, 6, 7, 8, 9] and folds[1][0].tolist() == [0, 1, 2]


def test_separate_stretches_purge_nothing():
    rows = rows_of([(0, np.arange(4)), (0, np.arange(4))])
    known, asked = hw01.blocked_folds(rows, k=2, days=3)[1]
    assert known.tolist() == [0, 1, 2, 3] and asked.tolist() == [4, 5, 6, 7]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 6))
def test_folds_share_no_day_and_lose_no_row(seed, k, days):
    rng = np.random.default_rng(seed)
    stretches = [(s, np.flatnonzero(rng.random(30) < 0.8)) for s in range(3) for _ in range(2)]
    rows = rows_of([(s, d) for s, d in stretches if len(d)])
    shuffled = rng.permutation(len(rows))
    rows = rows[shuffled]
    folds = hw01.blocked_folds(rows, k=k, days=days)
    assert np.array_equal(np.sort(np.concatenate([asked for _, asked in folds])), np.arange(len(rows)))

    def days_of(indices):
        return {(rows.timeline[i], rows.day[i] + d) for i in indices for d in range(days)}

    for known, asked in folds:
        assert not days_of(known) & days_of(asked)
        left_out = np.setdiff1d(np.arange(len(rows)), np.concatenate([known, asked]))
        assert all(days_of([i]) & days_of(asked) for i in left_out)  # purged only where it has to be


def test_train_and_validation_share_no_survey_day():
    splits, _ = hw01.builtin("standard")

    def survey_days(rows):
        known = np.column_stack([rows.x[:, 37:], np.zeros(len(rows), np.float32)]).reshape(len(rows), 5, 16)[:, :, :-1]
        return {(s, day.tobytes()) for s, window in zip(rows.state, known, strict=True) for day in window}

    parts = [survey_days(rows) for rows in (splits.train, splits.validation, splits.test)]
    assert all(not a & b for a, b in [*pairwise(parts), (parts[0], parts[2])])


# --- the check of task 1 ----------------------------------------------------------------------------------------------


def spread_of(x):
    return x.std(dim=0).clamp(min=1e-12)


def stub(x_known, x):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function, words",
    [
        (stub, "not done yet"),
        (lambda known, x: (x - x.mean(dim=0)) / spread_of(x), "statistics must be those of x_known"),
        (lambda known, x: (x - known.mean(dim=0)) / known.std(dim=0), "constant in x_known"),
        (lambda known, x: x - known.mean(dim=0), "it does not scale"),
        (lambda known, x: None, "it returns nothing"),
    ],
)
def test_check_of_standardise_says_what_differs(function, words, capsys):
    assert not check.hw01.standardise(function)
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("correction", [0, 1])
def test_check_of_standardise_takes_both_kinds_of_deviation(correction, capsys):
    def standardise(known, x):
        spread = known.std(dim=0, correction=correction)
        spread[spread == 0] = 1
        return (x - known.mean(dim=0)) / spread

    assert check.hw01.standardise(standardise), capsys.readouterr().out
