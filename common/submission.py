"""Reading and writing submission files: every way a file can be wrong gets one sentence."""

import csv
import os
import stat
from pathlib import Path

import numpy as np
import pandas as pd

from common.card import Column, Submission
from common.errors import SubmissionError
from common.files import replacing


def write_submission(frame: pd.DataFrame, spec: Submission, folder: str | Path) -> Path:
    """Write `frame` as the submission file of `spec` into `folder`, checked by the reader that will score it.

    The file appears whole or not at all. Raises SubmissionError if the frame breaks a rule of the card.
    """
    path = Path(folder) / spec.file
    wanted = [column.name for column in spec.columns]
    if list(frame.columns) != wanted:
        raise SubmissionError(
            f"The submission needs the columns {wanted}, in this order; yours has {list(frame.columns)}."
        )
    try:
        with replacing(path) as partial:
            frame.to_csv(partial, index=False, lineterminator="\n")
            read_submission(partial, spec, called=path.name)
    except OSError as error:
        raise SubmissionError(f"Cannot write {path}: {error.strerror}; choose another OUTPUT_DIR.") from None
    return path


def read_submission(
    path: str | Path, spec: Submission, reference: pd.DataFrame | None = None, called: str | None = None
) -> pd.DataFrame:
    """The submission at `path`, typed, once it keeps every rule of `spec`.

    With `reference` (the test set's keys, with or without its answers) the rows must be the test set's, in order,
    unless the card leaves them free.
    Reads a regular file of bounded size and nothing else: no links, no pipes, no code. Raises SubmissionError with one
    sentence that says what is wrong, on which line, and what was expected.
    """
    path = Path(path)
    name = called or path.name
    rows = _rows(path, name, spec)
    if spec.rows == "free":
        reference = None
    if reference is not None and len(rows) != len(reference):
        raise SubmissionError(f"{name} has {len(rows)} rows below its header; the test set has {len(reference)}.")
    table = np.array(rows, dtype=str).reshape(len(rows), len(spec.columns))
    frame = pd.DataFrame({c.name: _typed(table[:, i], c, name) for i, c in enumerate(spec.columns)})
    if reference is not None:
        for key in spec.keys:
            _same_keys(frame[key].to_numpy(), reference[key].to_numpy(), key, name)
    return frame


def _rows(path: Path, name: str, spec: Submission) -> list[list[str]]:
    try:
        kind = os.lstat(path)
    except OSError:
        raise SubmissionError(f"There is no file {path}; run the notebook to its end, it writes {spec.file}.") from None
    if not stat.S_ISREG(kind.st_mode):
        raise SubmissionError(f"{name} is not a regular file (a link, a folder or a pipe); hand in the file itself.")
    if kind.st_size > spec.max_bytes:
        raise SubmissionError(f"{name} has {kind.st_size:,} bytes; at most {spec.max_bytes:,} are allowed.")
    wanted = [column.name for column in spec.columns]
    rows = []
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, None)
            if header != wanted:
                raise SubmissionError(
                    f"{name} must begin with the line '{','.join(wanted)}'; it begins with {_shown(header)}."
                )
            for row in lines:
                if len(row) != len(wanted):
                    raise SubmissionError(
                        f"{name}, line {lines.line_num}: expected {len(wanted)} values, found {len(row)}."
                    )
                rows.append(row)
    except UnicodeDecodeError:
        raise SubmissionError(
            f"{name} is not a text file in UTF-8; hand in the CSV that the notebook writes."
        ) from None
    except csv.Error as error:
        raise SubmissionError(f"{name} cannot be read as CSV: {error}.") from None
    except OSError as error:
        raise SubmissionError(f"{name} cannot be read: {error.strerror}.") from None
    return rows


def _typed(values: np.ndarray, column: Column, name: str) -> np.ndarray:
    if column.dtype == "str":
        return values.astype(object)
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64)
    _refuse(~np.isfinite(numbers), values, column, name, "a finite number")
    if column.dtype == "int":
        _refuse(numbers != np.floor(numbers), values, column, name, "a whole number")
    if column.min is not None:
        _refuse(numbers < column.min, values, column, name, f"at least {column.min:g}")
    if column.max is not None:
        _refuse(numbers > column.max, values, column, name, f"at most {column.max:g}")
    return numbers.astype(np.int64) if column.dtype == "int" else numbers


def _refuse(wrong: np.ndarray, values: np.ndarray, column: Column, name: str, expected: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        others = int(wrong.sum()) - 1
        more = f" (and {others:,} more like it)" if others else ""
        raise SubmissionError(
            f"{name}, line {first + 2}, column {column.name!r}: expected {expected}, "
            f"found {_shown(values[first])}{more}."
        )


def _same_keys(found: np.ndarray, expected: np.ndarray, key: str, name: str) -> None:
    wrong = found != expected
    if not wrong.any():
        return
    first = int(np.argmax(wrong))
    if len(np.unique(found)) < len(found) == len(np.unique(expected)):
        why = "a key stands there twice"
    elif sorted(found) == sorted(expected):
        why = "the rows are in another order"
    else:
        why = "the test set has other keys"
    raise SubmissionError(
        f"{name}, line {first + 2}, column {key!r}: expected {_shown(expected[first])}, "
        f"found {_shown(found[first])}: {why}."
    )


def _shown(value) -> str:
    """A value for an error message: short, on one line, whatever a student wrote."""
    text = ",".join(value) if isinstance(value, list) else str(value)
    return "an empty value" if not text else repr(text if len(text) <= 60 else text[:57] + "...")
