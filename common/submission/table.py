"""Reading and writing submission files: every way a file can be wrong gets one sentence."""

import csv
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd

from common.errors import SubmissionError
from common.files import replacing
from common.submission import bundles
from common.submission.card import Column, Submission


def write_submission(frame: pd.DataFrame, spec: Submission, folder: str | Path, weights: Mapping | None = None) -> Path:
    """Write `frame` as the submission file of `spec` into `folder`, checked by the reader that will score it.

    A column of images or arrays holds one NumPy array per row. weights: the `state_dict` of the network, where the card
    asks for it. Each file appears whole or not at all. Raises SubmissionError if the frame breaks a rule of the card.
    """
    path = Path(folder) / spec.file
    wanted = [column.name for column in spec.columns]
    if list(frame.columns) != wanted:
        raise SubmissionError(
            f"The submission needs the columns {wanted}, in this order; yours has {list(frame.columns)}."
        )
    if (weights is not None) != (spec.weights is not None):
        what = f"the network's weights for {spec.weights.file}" if spec.weights else "no weights"
        raise SubmissionError(f"This homework hands in {what}; see `weights=` of homework.submit.")
    try:
        with ExitStack() as files:  # both files take their places together, at the end
            if spec.weights:
                partial = files.enter_context(replacing(path.with_name(spec.weights.file)))
                bundles.write_weights(partial, weights)
                _check_weights(partial, spec)
            partial = files.enter_context(replacing(path))
            _write(frame, spec, partial)
            read_submission(partial, spec, frame[spec.keys], called=path.name, alone=True)
    except OSError as error:
        raise SubmissionError(f"Cannot write {path}: {error.strerror}; choose another OUTPUT_DIR.") from None
    return path


def _write(frame: pd.DataFrame, spec: Submission, path: Path) -> None:
    if spec.kind == "csv":
        frame.to_csv(path, index=False, lineterminator="\n")
        return
    for column in spec.columns:
        for row, value in enumerate(frame[column.name]) if column.shape else ():
            dtype = np.dtype(np.uint8 if column.dtype == "image" else np.float32)
            if np.shape(value) != column.shape or np.asarray(value).dtype != dtype:
                raise SubmissionError(
                    f"Row {row}, column {column.name!r}: expected an array of shape {column.shape} and type {dtype}, "
                    f"found {np.shape(value)} and {np.asarray(value).dtype}."
                )
    if spec.kind == "images":
        bundles.write_images(path, *(frame[name].tolist() for name in frame.columns))
    else:
        bundles.write_arrays(path, {c.name: _stacked(frame[c.name], c) for c in spec.columns})


def _stacked(values: pd.Series, column: Column) -> np.ndarray:
    if column.shape:
        return np.stack(values.tolist())
    return values.to_numpy(dtype=str if column.dtype == "str" else None)


def read_submission(
    path: str | Path,
    spec: Submission,
    reference: pd.DataFrame | None = None,
    called: str | None = None,
    alone: bool = False,
) -> pd.DataFrame:
    """The submission at `path`, typed, once it keeps every rule of `spec`.

    With `reference` (the test set's keys, with or without its answers) the rows must be the test set's, in order,
    unless the card leaves them free. Images and arrays need it. The file of weights is looked for beside `path`, unless
    `alone`.
    Reads regular files of bounded size and nothing else: no links, no pipes, no code. Raises SubmissionError with one
    sentence that says what is wrong, where, and what was expected.
    """
    path = Path(path)
    name = called or path.name
    bundles.check_regular(path, name if called else spec.file, spec.max_bytes)
    frame = _READERS[spec.kind](path, name, spec, None if spec.rows == "free" else reference)
    if reference is not None and spec.rows == "fixed":
        for key in spec.keys:
            _same_keys(frame[key].to_numpy(), reference[key].to_numpy(), key, name)
    if spec.weights and not alone:
        weights = path.with_name(spec.weights.file)
        _check_weights(weights, spec)
        frame.attrs["weights"] = str(weights)  # for a judge that looks inside
    return frame


def _check_weights(path: Path, spec: Submission) -> None:
    bundles.check_weights(path, spec.weights.file, spec.weights.max_bytes, spec.weights.max_parameters)


def _read_csv(path: Path, name: str, spec: Submission, reference: pd.DataFrame | None) -> pd.DataFrame:
    rows, count = _rows(path, name, spec, most=None if reference is None else len(reference))
    if reference is not None and count != len(reference):
        raise SubmissionError(f"{name} has {count} rows below its header; the test set has {len(reference)}.")
    # objects, not NumPy's strings: those are all as wide as the widest, and one long value would cost gigabytes
    table = np.array(rows, dtype=object).reshape(len(rows), len(spec.columns))
    return pd.DataFrame({c.name: _typed(table[:, i], c, name) for i, c in enumerate(spec.columns)})


def _read_images(path: Path, name: str, spec: Submission, reference: pd.DataFrame) -> pd.DataFrame:
    key, image = spec.columns
    wanted = reference[key.name].tolist()
    return pd.DataFrame({key.name: wanted, image.name: bundles.read_images(path, name, image.shape, wanted)})


def _read_arrays(path: Path, name: str, spec: Submission, reference: pd.DataFrame) -> pd.DataFrame:
    arrays = bundles.read_arrays(path, name, {c.name: (len(reference), *c.shape) for c in spec.columns})
    columns = {}
    for column in spec.columns:
        values = arrays[column.name]
        if not column.shape:
            columns[column.name] = _typed(values.astype(str), column, name)
            continue
        if values.dtype != np.float32:
            raise SubmissionError(f"{name}: array {column.name!r}: expected float32, found {values.dtype}.")
        _refuse_rows(~np.isfinite(values), values, column, name, "finite numbers")
        if column.min is not None:
            _refuse_rows(values < column.min, values, column, name, f"at least {column.min:g}")
        if column.max is not None:
            _refuse_rows(values > column.max, values, column, name, f"at most {column.max:g}")
        columns[column.name] = list(values)
    return pd.DataFrame(columns)


_READERS = {"csv": _read_csv, "images": _read_images, "arrays": _read_arrays}


def _refuse_rows(wrong: np.ndarray, values: np.ndarray, column: Column, name: str, expected: str) -> None:
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise SubmissionError(
            f"{name}: array {column.name!r} at index {place}: expected {expected}, found {values[place]:g}."
        )


def _rows(path: Path, name: str, spec: Submission, most: int | None) -> tuple[list[list[str]], int]:
    """The rows below the header (`most` of them at most) and how many there are. Blank lines at the end are none."""
    wanted = [column.name for column in spec.columns]
    rows, count, blank = [], 0, None
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, None)
            if header != wanted:
                raise SubmissionError(
                    f"{name} must begin with the line '{','.join(wanted)}'; it begins with {_shown(header)}."
                )
            for row in lines:
                if not any(value.strip() for value in row):
                    blank = blank or lines.line_num
                    continue
                if blank:
                    raise SubmissionError(f"{name}, line {blank} is blank, with rows below it; take it out.")
                if len(row) != len(wanted):
                    raise SubmissionError(
                        f"{name}, line {lines.line_num}: expected {len(wanted)} values, found {len(row)}."
                    )
                count += 1
                if most is None or count <= most:
                    rows.append(row)
    except UnicodeDecodeError:
        raise SubmissionError(
            f"{name} is not a text file in UTF-8; hand in the CSV that the notebook writes."
        ) from None
    except csv.Error as error:
        raise SubmissionError(f"{name} cannot be read as CSV: {error}.") from None
    except OSError as error:
        raise SubmissionError(f"{name} cannot be read: {error.strerror}.") from None
    return rows, count


def _typed(values: np.ndarray, column: Column, name: str) -> np.ndarray:
    if column.dtype == "str":
        return values.astype(object)
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    _refuse(~np.isfinite(numbers), values, column, name, "a finite number")
    if column.dtype == "int":
        whole = (numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53)  # beyond, not every one is told apart
        _refuse(~whole, values, column, name, "a whole number")
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
